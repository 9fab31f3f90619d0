"""Pre-train a transformer on unlabelled text, and tune it on all labels: a teacher for the compact network.

    python -m pipeline.training.teacher pretrain packed/ --out teacher/ --minutes 6
    python -m pipeline.training.teacher tune lessons/ --teacher teacher/

It wants a GPU (`--device cuda`, the default; the CPU will do for small sizes) and is too slow to ship; what it knows
goes into the compact network by `pipeline.training.distil`. `packed/` is what `pipeline.training.encoder pack` wrote,
`lessons/` what `pipeline.training.lessons` did. `pretrain` hides words and guesses them, among the words that have rows
of their own; it goes on from the checkpoint in `--out`, and its schedule is in minutes. `tune` learns names in every
convention and what each word is in events, and prints what it scores on what is held out.
"""

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from pipeline.evaluation.corpora import tag_spans
from pipeline.names.compact import TAGS, allowed_steps, decode
from pipeline.schema import STATUSES
from pipeline.training.encoder import END, RARE, read_packed, save, windows
from pipeline.training.lessons import KINDS, PARTS, Lessons, read_lessons
from pipeline.training.networks import EncoderSize, RowIndex, WordTable, half_precision
from pipeline.training.tagger import MARKERS
from pipeline.training.transformer import Layer, Steps, turns_of

_HIDDEN: Final = 0.18  # share of the words that are guessed; of ten, eight are hidden, one is another word, one stays
_LENGTH: Final = 128  # words of a window


@dataclass(frozen=True, slots=True)
class TeacherSize:
    """Widths of a teacher.

    buckets, words, dim: as of EncoderSize. width: of the layers. heads: that a layer looks with.
    """

    buckets: int = 160_000
    words: int = 50_000
    dim: int = 256
    width: int = 512
    heads: int = 8
    layers: int = 8


class Teacher(nn.Module):
    """A transformer over word vectors that guesses hidden words."""

    def __init__(self, size: TeacherSize) -> None:
        super().__init__()
        self.size = size
        self.table = WordTable(EncoderSize(size.buckets, size.words, size.dim))
        self.mask = nn.Parameter(torch.randn(size.dim) * 0.05)
        self.lift = nn.Linear(size.dim, size.width)
        self.blocks = nn.ModuleList([Layer(size.width, size.heads, squared=True) for _ in range(size.layers)])
        self.norm = nn.LayerNorm(size.width)
        self.guess = nn.Linear(size.width, size.dim)
        self.bias = nn.Parameter(torch.zeros(size.words))

    def forward(self, vectors: Tensor) -> Tensor:
        """Give states [B, T, width] of word vectors [B, T, dim]."""
        turns = turns_of(vectors.shape[1], self.size.width // self.size.heads, vectors.device)
        x = self.lift(vectors)
        for block in self.blocks:
            x = block(x, turns)
        return cast(Tensor, self.norm(x))


def guess_loss(teacher: Teacher, index: RowIndex, window: Tensor, text: Tensor) -> Tensor:
    """Hide words of [B, T] windows; give the mean loss of the guesses."""
    chosen = (torch.rand(window.shape, device=window.device) < _HIDDEN) & (window != END)
    fate = torch.rand(window.shape, device=window.device)
    other = text[torch.randint(len(text), window.shape, device=window.device)].long()
    read = torch.where(chosen & (fate > 0.9), other, window)
    vectors = index.vectors(teacher.table, read)
    vectors = torch.where((chosen & (fate < 0.8)).unsqueeze(-1), teacher.mask, vectors)
    wanted = chosen & (window < teacher.size.words) & (window != RARE)
    with half_precision(window.device.type):
        scores = teacher.guess(teacher(vectors)[wanted]) @ teacher.table.own.weight.T + teacher.bias
    return functional.cross_entropy(scores.float(), window[wanted])


def pretrain(args: argparse.Namespace) -> None:
    """Pre-train, or go on, until the minutes are used up."""
    torch.manual_seed(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    forms, _, stream = read_packed(args.packed)
    args.words = min(args.words, len(forms))
    size = TeacherSize(**{field.name: getattr(args, field.name) for field in fields(TeacherSize)})
    teacher = Teacher(size).to(args.device)
    index = RowIndex(forms, size.buckets, forms[: size.words]).to(args.device)
    text = torch.from_numpy(stream.astype(np.int32)).to(args.device)
    steps = Steps(teacher, teacher.blocks, args.rate)
    step, used = 0, 0.0
    if (args.out / "checkpoint.pt").exists():
        state: dict[str, Any] = torch.load(args.out / "checkpoint.pt", map_location=args.device)
        teacher.load_state_dict(state["teacher"])
        for optimizer, part in zip(steps.parts, state["optimizers"], strict=True):
            optimizer.load_state_dict(part)
        step, used = state["step"], state["used"]
    torch.set_float32_matmul_precision("high")
    if args.device == "cuda":
        for block in teacher.blocks:
            block.compile()
    began = saved = time.monotonic()
    running = torch.zeros((), device=args.device)
    for window in windows(text, args.batch, _LENGTH, args.seed + step):
        spent = used + time.monotonic() - began
        progress = min(spent / (args.minutes * 60), 1.0)
        loss = guess_loss(teacher, index, window, text)
        step += 1
        steps.take(loss, step, progress)
        running += (loss.detach() - running) * max(0.02, 1 / step)
        if step % 50 == 0:
            line = {"step": step, "loss": round(float(running), 4), "words": step * args.batch * _LENGTH,
                    "seconds": round(spent, 1)}  # fmt: skip
            print(json.dumps(line), flush=True)
        if time.monotonic() - saved > 240 or progress >= 1.0:
            saved = time.monotonic()
            save(args.out / "checkpoint.pt", {
                "teacher": teacher.state_dict(), "optimizers": [o.state_dict() for o in steps.parts], "step": step,
                "used": spent,
            })  # fmt: skip
        if progress >= 1.0:
            break
    (args.out / "size.json").write_text(json.dumps(asdict(size)))
    (args.out / "words.txt").write_text("\n".join(forms[: size.words]), encoding="utf-8")
    save(args.out / "teacher.pt", teacher.state_dict())


class Heads(nn.Module):
    """What a teacher says of each word: a name's tag in a convention, and what the word is in events.

    The scores of events are those of KINDS, then those of STATUSES, then one for each of PARTS.
    """

    def __init__(self, width: int, hidden: int = 256) -> None:
        super().__init__()
        self.convention = nn.Embedding(len(MARKERS), 32)
        self.drop = nn.Dropout(0.1)
        self.name = nn.Linear(width + 32, hidden)
        self.name_out = nn.Linear(hidden, len(TAGS))
        self.event = nn.Linear(width, hidden)
        self.event_out = nn.Linear(hidden, len(KINDS) + len(STATUSES) + len(PARTS))

    def names(self, states: Tensor, conventions: Tensor) -> Tensor:
        """Give [B, T, tags]. states: [B, T, width]. conventions: [B, T]."""
        read = self.drop(torch.cat([states, self.convention(conventions)], -1))
        return cast(Tensor, self.name_out(self.drop(functional.gelu(self.name(read)))))

    def events(self, states: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Give [B, T, KINDS], [B, T, STATUSES] and [B, T, PARTS]. states: [B, T, width]."""
        scores = self.event_out(self.drop(functional.gelu(self.event(self.drop(states)))))
        kinds, statuses, parts = scores.split((len(KINDS), len(STATUSES), len(PARTS)), -1)
        return kinds, statuses, parts


Labels = NDArray[np.int64]
# Gives scores of tags, kinds and statuses, [B, T, classes], of [B, T] words in [B, T] conventions.
Answering = Callable[[Tensor, Tensor], tuple[Tensor, Tensor, Tensor]]


def lines_up(lessons: Lessons, rng: np.random.Generator, length: int = _LENGTH) -> Labels:
    """Give one epoch of windows, [windows, 6, length]: the labels of Lessons, and the convention of every word.

    Passages come as often as they weigh, in random order, an end behind each. Ends have no labels.
    """
    weights = np.where(lessons.held, 0.0, lessons.weights)
    times = np.floor(weights + rng.random(len(weights))).astype(np.int64)
    order = rng.permutation(np.repeat(np.arange(len(weights)), times))
    return _cut(_stretch(lessons, order), int(rng.integers(length)), length, rng)


def _stretch(lessons: Lessons, order: Labels) -> Labels:
    sizes = lessons.bounds[order + 1] - lessons.bounds[order] + 1
    ends = np.cumsum(sizes)
    where = np.arange(ends[-1]) - np.repeat(ends - sizes - lessons.bounds[order], sizes)
    where = np.minimum(where, lessons.labels.shape[1] - 1)
    found = np.concatenate([lessons.labels[:, where], np.repeat(lessons.conventions[order], sizes)[None]])
    found[0, ends - 1] = END
    found[1:5, ends - 1] = -1
    found[1:5, found[0] == END] = -1
    return found.astype(np.int64)


def _cut(stretch: Labels, first: int, length: int, rng: np.random.Generator) -> Labels:
    count = (stretch.shape[1] - first) // length
    cut = stretch[:, first : first + count * length].reshape(len(stretch), count, length).transpose(1, 0, 2)
    return cut[rng.permutation(count)]


def held_out(lessons: Lessons, convention: int, length: int = _LENGTH) -> Labels:
    """Give the windows of what is held out in a convention, in order; ends fill the last one."""
    stretch = _stretch(lessons, np.flatnonzero(lessons.held & (lessons.conventions == convention)))
    short = -stretch.shape[1] % length
    filling = np.repeat(np.array([END, -1, -1, -1, -1, convention])[:, None], short, axis=1)
    stretch = np.concatenate([stretch, filling], axis=1)
    return stretch.reshape(6, -1, length).transpose(1, 0, 2)


def tune_loss(teacher: Teacher, heads: Heads, index: RowIndex, window: Tensor) -> Tensor:
    """Give the loss of one batch of labelled windows, [B, 6, T]."""
    words, tags, kinds, statuses, parts, conventions = window.unbind(1)
    vectors = index.vectors(teacher.table, words)
    kept = torch.rand(words.shape, device=words.device) > 0.06
    vectors = torch.where(kept.unsqueeze(-1), vectors, teacher.mask)
    with half_precision(window.device.type):
        states = teacher(vectors)
        named = heads.names(states, conventions)
        of_kind, of_status, of_part = heads.events(states)
    loss = functional.cross_entropy(named.float().flatten(0, 1), tags.flatten(), ignore_index=-1)
    known = (parts >= 0).float()
    if bool(known.any()):
        loss = loss + functional.cross_entropy(of_kind.float().flatten(0, 1), kinds.flatten(), ignore_index=-1)
        bits = (parts.clamp_min(0).unsqueeze(-1) >> torch.arange(len(PARTS), device=parts.device)) & 1
        told = functional.binary_cross_entropy_with_logits(of_part.float(), bits.float(), reduction="none")
        loss = loss + (told.sum(-1) * known).sum() / known.sum() * 0.5
        right = functional.cross_entropy(
            of_status.float().flatten(0, 1), statuses.flatten(), ignore_index=-1, reduction="sum"
        )
        loss = loss + 0.2 * right / (statuses >= 0).sum().clamp_min(1)
    return loss


def tune(args: argparse.Namespace) -> None:
    """Tune a pre-trained teacher; write it with its heads to `tuned.pt`."""
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    lessons = read_lessons(args.lessons)
    teacher = build_teacher(args.teacher)
    teacher.load_state_dict(torch.load(args.teacher / "teacher.pt", map_location="cpu"))
    teacher.to(args.device)
    listed = (args.teacher / "words.txt").read_text(encoding="utf-8").split("\n")
    heads = Heads(teacher.size.width).to(args.device)
    for block in teacher.blocks:
        cast(Layer, block).drop.p = 0.1
    index = RowIndex(lessons.forms, teacher.size.buckets, listed).to(args.device)
    tables = list(teacher.table.parameters())
    groups = [
        {"params": [p for n, p in teacher.named_parameters() if not n.startswith("table.")], "scale": 1.0},
        {"params": tables, "scale": 0.5}, {"params": list(heads.parameters()), "scale": 4.0},
    ]  # fmt: skip
    optimizer = torch.optim.AdamW(groups, lr=args.rate, weight_decay=0.01, fused=True)
    began = time.monotonic()
    for epoch in range(args.epochs):
        lined = torch.from_numpy(lines_up(lessons, rng))
        total = torch.zeros((), device=args.device)
        steps = range(0, len(lined), args.batch)
        for at in steps:
            progress = (epoch + at / len(lined)) / args.epochs
            for group in optimizer.param_groups:
                group["lr"] = args.rate * group["scale"] * min(1.0, 0.02 + progress * 12) * max(0.01, 1 - progress)
            loss = tune_loss(teacher, heads, index, lined[at : at + args.batch].to(args.device))
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(teacher.parameters(), 1.0)
            optimizer.step()
            total += loss.detach()
        line = {"epoch": epoch + 1, "loss": round(float(total) / len(steps), 4), "steps": len(steps)}
        if epoch + 1 == args.epochs or (epoch + 1) % args.score_every == 0:
            line |= score(teacher, heads, index, lessons)
        print(json.dumps(line | {"seconds": round(time.monotonic() - began, 1)}), flush=True)
    save(args.teacher / "tuned.pt", {"teacher": teacher.state_dict(), "heads": heads.state_dict()})


def build_teacher(folder: Path) -> Teacher:
    """Build a teacher of the sizes that `pretrain` wrote, with fresh weights."""
    return Teacher(TeacherSize(**json.loads((folder / "size.json").read_text())))


def load_tuned(folder: Path, device: str) -> tuple[Teacher, Heads]:
    """Read what `tune` wrote, for answering."""
    teacher = build_teacher(folder)
    heads = Heads(teacher.size.width)
    state = torch.load(folder / "tuned.pt", map_location="cpu")
    teacher.load_state_dict(state["teacher"])
    heads.load_state_dict(state["heads"])
    return teacher.to(device).eval(), heads.to(device).eval()


def score(teacher: Teacher, heads: Heads, index: RowIndex, lessons: Lessons) -> dict[str, Any]:
    """Give the F1 of names by convention, and of triggers with their types and shares of right statuses, held out."""
    teacher.eval()
    heads.eval()

    def answer(words: Tensor, conventions: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        with half_precision(words.device.type):
            states = teacher(index.vectors(teacher.table, words))
            kinds, statuses, _ = heads.events(states)
            return heads.names(states, conventions), kinds, statuses

    found = score_answers(answer, lessons, next(teacher.parameters()).device)
    teacher.train()
    heads.train()
    return found


def score_answers(answer: Answering, lessons: Lessons, device: torch.device) -> dict[str, Any]:
    """Score answers as `score` does."""
    found: dict[str, Any] = {}
    for convention in sorted(set(lessons.conventions[lessons.held].tolist())):
        lined = held_out(lessons, convention)
        words, tags, kinds, statuses = (np.ascontiguousarray(lined[:, n]).reshape(-1) for n in range(4))
        parts: list[list[np.ndarray]] = [[], [], []]
        with torch.no_grad():
            for at in range(0, len(lined), 64):
                batch = torch.from_numpy(lined[at : at + 64]).to(device)
                for part, scores in zip(parts, answer(batch[:, 0], batch[:, 5]), strict=True):
                    part.append(scores.float().cpu().numpy())
        emissions, of_kind, of_status = (np.concatenate(part) for part in parts)
        emissions[lined[:, 0] == END, 0] += 100.0
        paths, _ = decode(emissions, np.full(len(lined), lined.shape[2]), *allowed_steps())
        guess = set(tag_spans([TAGS[t] for path in paths for t in path]))
        gold = set(tag_spans([TAGS[max(t, 0)] for t in tags.tolist()]))
        found[MARKERS[convention]] = _f1(len(gold & guess), len(guess), len(gold))
        known = kinds >= 0
        if known.any():
            guessed = of_kind.reshape(len(words), -1).argmax(1)[known]
            kinds, statuses = kinds[known], statuses[known]
            right = (guessed == kinds) & (kinds > 0)
            found["triggers"] = _f1(int(right.sum()), int((guessed > 0).sum()), int((kinds > 0).sum()))
            said = of_status.reshape(len(words), -1).argmax(1)[known]
            found["status"] = round(100 * float((said == statuses)[right].sum()) / max(1, int(right.sum())), 1)
    return found


def _f1(hit: int, found: int, wanted: int) -> float:
    return round(200 * hit / max(1, found + wanted), 1)


def main(arguments: list[str] | None = None) -> None:
    """Parse the command line of the recipe."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    first = commands.add_parser("pretrain")
    first.add_argument("packed", type=Path)
    first.add_argument("--out", type=Path, required=True)
    first.add_argument("--minutes", type=float, default=6)
    size = TeacherSize()
    for name, default in (*asdict(size).items(), ("batch", 1024)):
        first.add_argument(f"--{name}", type=int, default=default)
    first.add_argument("--rate", type=float, default=2e-3)
    second = commands.add_parser("tune")
    second.add_argument("lessons", type=Path)
    second.add_argument("--teacher", type=Path, required=True)
    for name, default in (("epochs", 8), ("batch", 64), ("score-every", 4)):
        second.add_argument(f"--{name}", type=int, default=default)
    second.add_argument("--rate", type=float, default=3e-4)
    for command in (first, second):
        command.add_argument("--device", default="cuda")
        command.add_argument("--seed", type=int, default=7)
    args = parser.parse_args(arguments)
    if args.command == "pretrain":
        pretrain(args)
    else:
        tune(args)


if __name__ == "__main__":
    main()
