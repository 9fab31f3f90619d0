"""Teach a transformer to read events.

    python -m pipeline.training.deep pretrain packed/ --out deep/ --minutes 6
    python -m pipeline.training.deep fit lesson/ --out deep/

It wants a GPU (`--device cuda`, the default; the CPU will do for small sizes). `packed/` is what `encoder pack` wrote,
`lesson/` what `events --lesson` did. Like the LSTM of `training.reader` it reads the states of the language model of
`models/compact-ner` and what is known of every token. `pretrain` hides words of plain text before the language model
reads it, and guesses them; its schedule is in minutes. `fit` learns the annotated leads, and goes on from `deep.pt` if
`--out` holds one.
"""

import argparse
import itertools
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields, replace
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from pipeline.document import Document
from pipeline.errors import InputError
from pipeline.names.states import STEPS, ZERO
from pipeline.training.encoder import END, RARE, read_packed, save, windows
from pipeline.training.language import Language
from pipeline.training.lesson_files import Words, digest_of, held_digests, read_lesson
from pipeline.training.networks import from_bytes, half_precision, halved
from pipeline.training.quantize import Ranges, write_deep
from pipeline.training.reader import (
    Course,
    Labels,
    Lesson,
    Listener,
    answers,
    heads_of,
    loss_of,
    save_heads,
    summed,
    teach,
)
from pipeline.training.transformer import Body, DeepSize, Layer, Steps

_LENGTH: Final = 256  # words of a window
_HIDE: Final = 0.3  # share of the listed words that are asked for; of very frequent ones fewer
_FREQUENT: Final = 5e-4  # share of the text from which on fewer are
_BLANK: Final = 0.03  # share of the other words that are hidden, and not asked for
_WRONG: Final = 0.08  # share of the words asked for that another word stands for
_SEEN: Final = 0.07  # share of them that stand as they are
_BARE: Final = 0.15  # share of the sequences of which nothing is known but the states, in training
_EMPTY: Final = 0.04  # share of the words whose states are empty, in training
_SENTENCES: Final = 4_000  # read at once
_SAMPLE: Final = 150  # sequences by which the ranges of inputs are measured
_QUANTILE: Final = 0.9995  # of the absolute inputs; what lies beyond is clipped


class DeepNet(Listener):
    """A deep reader with its heads."""

    def __init__(self, lesson: Lesson, inputs: int, size: DeepSize) -> None:
        super().__init__()
        self.body = Body(inputs, size)
        self.marks = nn.Embedding(lesson.marks.count, size.width)
        nn.init.normal_(self.marks.weight, std=0.05)
        self.drop = nn.Dropout(0.1)
        self.heads = heads_of(lesson, size.width)

    def listen(self, states: Tensor, marks: Tensor, lengths: Sequence[int]) -> Tensor:
        """Give [B, T, width]; see `Listener`."""
        known = summed(self.marks, marks, self.training)
        values = from_bytes(states)
        if self.training:
            known = known * (torch.rand(len(known), 1, 1, device=known.device) > _BARE)
            values = values * (torch.rand(*values.shape[:2], 1, device=values.device) > _EMPTY)
        sizes = torch.tensor(lengths, device=states.device)
        inside = (torch.arange(states.shape[1], device=states.device) < sizes[:, None])[:, None, None]
        with half_precision(states.device.type, enabled=self.training):
            heard = self.body(values, known, inside)
        return cast(Tensor, self.drop(heard.float()))

    def groups(self, rate: float) -> list[dict[str, Any]]:
        """Give the parameters in groups; the layers, which have learned before, take steps of a fifth."""
        body = list(self.body.parameters())
        known = {id(p) for p in body}
        rest = [p for p in self.parameters() if id(p) not in known]
        return [{"params": body, "lr": rate / 5}, {"params": rest, "lr": rate}]


class Guesser(nn.Module):
    """A body that guesses hidden words among the listed ones."""

    def __init__(self, body: Body, rows: Tensor) -> None:
        super().__init__()
        self.body = body
        self.guess = nn.Linear(body.size.width, rows.shape[1])
        self.rows = nn.Parameter(rows * 3.0)
        self.bias = nn.Parameter(torch.zeros(len(rows)))

    def forward(self, states: Tensor, asked: Tensor, wanted: Tensor) -> Tensor:
        """Give the mean loss. states: [B, T, inputs]. asked: [B, T]. wanted: rows of the words asked for."""
        with half_precision(states.device.type):
            scores = self.guess(self.body(states)[asked]) @ self.rows.T + self.bias
        return functional.cross_entropy(scores.float(), wanted)


def pretrain(args: argparse.Namespace) -> None:
    """Pre-train until the minutes are used up; write `body.pt` and `size.json`."""
    torch.manual_seed(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    forms, counts, stream = read_packed(args.packed)
    language = Language(forms, args.device)
    text = torch.from_numpy(stream.astype(np.int32)).to(args.device)
    shares = torch.from_numpy(counts / len(stream)).to(args.device)
    rates = _HIDE * (_FREQUENT / shares.clamp_min(1e-12)).sqrt().clamp_max(1)
    rates = torch.where(language.rows > RARE, rates, _BLANK).float()
    rates[END] = 0
    listed = torch.zeros(len(language.listed), language.vectors.shape[1], device=args.device)
    listed[language.rows] = language.vectors.float()
    size = DeepSize(**{field.name: getattr(args, field.name) for field in fields(DeepSize)})
    (args.out / "size.json").write_text(json.dumps(asdict(size)))
    inputs = language.vectors.shape[1] + 2 * language.encoder.size.hidden
    guesser = Guesser(Body(inputs, size), listed).to(args.device)
    steps = Steps(guesser, guesser.body.layers, args.rate)
    torch.set_float32_matmul_precision("high")
    if args.device == "cuda":
        for layer in guesser.body.layers:
            layer.compile()
    began = saved = time.monotonic()
    running = torch.zeros((), device=args.device)
    for step, words in enumerate(windows(text, args.batch, _LENGTH, args.seed), start=1):
        spent = time.monotonic() - began
        progress = min(spent / (args.minutes * 60), 1.0)
        chosen = torch.rand(words.shape, device=args.device) < rates[words]
        asked = chosen & (language.rows[words] > RARE)
        fate = torch.rand(words.shape, device=args.device)
        other = text[torch.randint(len(text), words.shape, device=args.device)].long()
        read = torch.where(asked & (fate > 1 - _WRONG) & (other != END), other, words)
        states = language.read(read, chosen & (fate < 1 - _WRONG - _SEEN))
        loss = guesser(states.float(), asked, language.rows[words[asked]])
        steps.take(loss, step, progress)
        running += (loss.detach() - running) * max(0.02, 1 / step)
        if step % 50 == 0:
            line = {"step": step, "loss": round(float(running), 4), "words": step * args.batch * _LENGTH,
                    "seconds": round(spent, 1)}  # fmt: skip
            print(json.dumps(line), flush=True)
        if time.monotonic() - saved > 60 or progress >= 1.0:
            saved = time.monotonic()
            save(args.out / "body.pt", halved(guesser.body))
        if progress >= 1.0:
            break


def read_deep(lesson: Lesson, folder: Path, file: str) -> DeepNet:
    """Build a deep reader of the sizes that `pretrain` wrote; with the weights of `body.pt`, or those of `deep.pt`.

    Raises InputError for a folder that holds none, or one that was fitted to other event types or attributes of words.
    """
    try:
        size = DeepSize(**json.loads((folder / "size.json").read_text()))
        weights = {name: value.float() for name, value in torch.load(folder / file, map_location="cpu").items()}
        body = {name.removeprefix("body."): value for name, value in weights.items()}
        net = DeepNet(lesson, body["take.weight"].shape[1], size)
        (net.body if file == "body.pt" else net).load_state_dict(weights)
    except (OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise InputError(
            f"{folder / file} and size.json hold no deep reader of this lesson: {error}; make it by "
            f"pipeline.training.deep, with the lesson that pipeline.training.events --lesson writes now"
        ) from error
    return net


def save_deep(net: DeepNet, lesson: Lesson, folder: Path) -> None:
    """Write `deep.onnx` in int8, by the ranges of what its products read in this lesson, and `deep.npz`."""
    folder.mkdir(parents=True, exist_ok=True)
    write_deep(net.body, measure_ranges(net, lesson), folder / "deep.onnx")
    save_heads(net, folder / "deep.npz")


def measure_ranges(net: DeepNet, lesson: Lesson) -> list[Ranges]:
    """Give what the products of each layer read in some sequences of a lesson."""
    heard: dict[tuple[int, str], list[Tensor]] = {}

    def keep(key: tuple[int, str]) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        return lambda _, inputs: heard.setdefault(key, []).append(inputs[0].abs()[0])

    parts = [field.name for field in fields(Ranges)]
    hooks = [
        getattr(layer, part).register_forward_pre_hook(keep((n, part)))
        for n, layer in enumerate(net.body.layers)
        for part in parts
    ]
    with torch.no_grad():
        for start, end in lesson.units[:: max(1, len(lesson.units) // _SAMPLE)]:
            states, marks = (torch.from_numpy(rows[None, start:end]) for rows in (lesson.states, lesson.marks.numbers))
            net.listen(states, marks, [end - start])
    for hook in hooks:
        hook.remove()
    found = {key: torch.quantile(torch.cat(values), _QUANTILE, dim=0).numpy() for key, values in heard.items()}
    return [Ranges(*(found[n, part] for part in parts)) for n in range(len(net.body.layers))]


def read_taught(folder: Path, device: str) -> tuple[Lesson, Words, dict[str, Labels]]:
    """Read a lesson, its states made by the language model on a device, its words, and what is held out, by name."""
    lesson, words, held = read_lesson(folder)
    language = Language(words.forms, device)
    first = torch.from_numpy(words.first)
    edges = [0, *np.flatnonzero(words.first)[_SENTENCES::_SENTENCES].tolist(), len(first)]
    parts = []
    for start, end in itertools.pairwise(edges):
        numbers = torch.from_numpy(words.numbers[start:end].astype(np.int64)).to(device)
        states = language.states(language.vectors[numbers], first[start:end].to(device))
        parts.append(((states.float() * STEPS).round() + ZERO).to(torch.uint8).cpu())
    return replace(lesson, states=torch.cat(parts).numpy()), words, held


def fit(args: argparse.Namespace) -> None:
    """Fit a pre-trained deep reader to a lesson; write `deep.pt`, and `held.json`, digests of what is held out."""
    torch.manual_seed(args.seed)
    lesson, words, held = read_taught(args.lesson, args.device)
    begin = "deep.pt" if (args.out / "deep.pt").exists() else "body.pt"
    net = read_deep(lesson, args.out, begin)
    for layer in net.body.layers:
        cast(Layer, layer).drop.p = 0.1
    course = Course(args.passes, args.rate, args.docs, args.device)
    teach(net, lesson, _learned(lesson, held), args.seed, course, say=partial(print, flush=True))
    (args.out / "held.json").write_text(json.dumps(held_digests(lesson, words, held)))
    save(args.out / "deep.pt", halved(net))
    report(net, lesson, held, args.device)


def check_held(folder: Path, docs: Sequence[Document]) -> None:
    """Raise InputError unless `fit` held these documents out when it wrote a folder."""
    told = folder / "held.json"
    if digest_of(docs) not in (json.loads(told.read_text()).values() if told.exists() else ()):
        raise InputError(f"{folder} was fitted while other leads were held out than these; fit it with their lesson")


def _learned(lesson: Lesson, held: dict[str, Labels]) -> Labels:
    return np.setdiff1d(np.unique(lesson.unit_doc), np.concatenate(list(held.values())))


def report(net: Listener, lesson: Lesson, held: dict[str, Labels], device: str) -> None:
    """Print the log loss and the share of right answers of each head, for each set held out."""
    net.eval()
    for part, docs in held.items():
        line = []
        for name, outputs in answers(net, lesson, docs, device).items():
            rows = np.isin(lesson.docs[name], docs)
            scores, labels = torch.from_numpy(outputs[rows]), torch.from_numpy(lesson.labels[name][rows])
            told = scores[:, 0] > 0 if scores.shape[1] == 1 else scores.argmax(1)
            line.append(f"{name} {loss_of(scores, labels):.4f} {100 * (told == labels).float().mean():.1f}")
        print(f"{part}: {', '.join(line)}", flush=True)


def main(arguments: list[str] | None = None) -> None:
    """Run the recipe."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    first = commands.add_parser("pretrain")
    first.add_argument("packed", type=Path)
    first.add_argument("--minutes", type=float, default=6)
    for name, default in (*asdict(DeepSize()).items(), ("batch", 512)):
        first.add_argument(f"--{name}", type=int, default=default)
    first.add_argument("--rate", type=float, default=2e-3)
    second = commands.add_parser("fit")
    second.add_argument("lesson", type=Path)
    second.add_argument("--rate", type=float, default=3e-3)
    second.add_argument("--passes", type=int, default=3)
    second.add_argument("--docs", type=int, default=64, help="leads per step")
    for command in (first, second):
        command.add_argument("--out", type=Path, required=True)
        command.add_argument("--device", default="cuda")
        command.add_argument("--seed", type=int, default=7)
    args = parser.parse_args(arguments)
    {"pretrain": pretrain, "fit": fit}[args.command](args)


if __name__ == "__main__":
    main()
