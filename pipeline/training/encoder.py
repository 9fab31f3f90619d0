"""Pre-train the encoder of the compact recogniser on unlabelled text.

    python -m pipeline.training.encoder pack TEXT.xz ... --out packed/
    python -m pipeline.training.encoder train packed/ --out encoder/ --minutes 95 --workers 2

`pack` cuts the text into word forms and writes `forms.txt.xz` (types, most frequent first, with counts) and the numbers
of the words in `tokens.u16.xz` and, for those beyond two bytes, `tokens.u24.xz` (type 0 ends a paragraph, type 1 stands
for rare words): about 60 MiB for 38 million words. `train` predicts each next word from the left and each previous one
from the right, so every word gives a signal, against wrong answers drawn by their frequency (sampled softmax); the row
of a frequent word is both its input and its output vector. Training goes on from the last checkpoint in `--out`. The
schedule is in minutes, so one command fits any machine.
"""

import argparse
import json
import lzma
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.multiprocessing.spawn import start_processes

from pipeline.errors import InputError
from pipeline.names.words import model_form
from pipeline.text.tokens import tokenize
from pipeline.training.networks import Encoder, EncoderSize, RowIndex, WordTable, half_precision, halved, turning_all

END, RARE = 0, 1
_LONG: Final = 65_535  # numbers from here on are written in three bytes
SPECIAL: Final = ("</p>", "<rare>")


def pack(sources: list[Path], out: Path, min_count: int = 3, seed: int = 7) -> None:
    """Write the forms and the shuffled paragraphs of xz text files (a paragraph a line) under `out`."""
    out.mkdir(parents=True, exist_ok=True)
    numbers: dict[str, int] = {}
    counts: Counter[int] = Counter()
    paragraphs: list[np.ndarray] = []
    for source in sources:
        with lzma.open(source, "rt", encoding="utf-8") as lines:
            for line in lines:
                forms = [model_form(token.text) for token in tokenize(line)]
                if forms:
                    ids = [numbers.setdefault(form, len(numbers)) for form in forms]
                    counts.update(ids)
                    paragraphs.append(np.array(ids, dtype=np.int32))
    kept = [number for number, count in counts.most_common() if count >= min_count]
    forms_by_number = list(numbers)
    remap = np.full(len(numbers), RARE, dtype=np.int32)
    for new, number in enumerate(kept, start=len(SPECIAL)):
        remap[number] = new
    random.Random(seed).shuffle(paragraphs)
    end = np.array([END], dtype=np.int32)
    stream = np.concatenate([part for ids in paragraphs for part in (remap[ids], end)])
    write_packed(out, [*SPECIAL, *(forms_by_number[n] for n in kept)], [0, 0, *(counts[n] for n in kept)], stream)


def write_packed(out: Path, forms: Sequence[str], counts: Sequence[int], stream: np.ndarray) -> None:
    """Write the forms with their counts, and the stream of their numbers, those beyond two bytes apart."""
    with lzma.open(out / "forms.txt.xz", "wt", encoding="utf-8") as file:
        file.writelines(f"{form}\t{count}\n" for form, count in zip(forms, counts, strict=True))
    numbers = stream.astype("<u4")
    short = np.minimum(numbers, _LONG).astype("<u2")
    long = numbers[numbers >= _LONG].view(np.uint8).reshape(-1, 4)[:, :3]
    for name, part in (("tokens.u16.xz", short), ("tokens.u24.xz", long)):
        filters = [{"id": lzma.FILTER_LZMA2, "preset": 6, "lp": 1, "pb": 1}]
        with lzma.open(out / name, "wb", filters=filters) as file:
            file.write(part.tobytes())


def read_packed(folder: Path) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Give the forms, their counts and the token stream that `pack` wrote."""
    with lzma.open(folder / "forms.txt.xz", "rt", encoding="utf-8") as file:
        rows = [line.split("\t") for line in file.read().split("\n") if line]
    parts = []
    for name in ("tokens.u16.xz", "tokens.u24.xz"):
        with lzma.open(folder / name) as file:
            parts.append(file.read())
    stream = np.frombuffer(parts[0], dtype="<u2").astype(np.int64)
    raw = np.frombuffer(parts[1], dtype=np.uint8).reshape(-1, 3).astype(np.int64)
    stream[stream == _LONG] = raw[:, 0] | raw[:, 1] << 8 | raw[:, 2] << 16
    return [r[0] for r in rows], np.array([int(r[1]) for r in rows]), stream


class LanguageModel(nn.Module):
    """The encoder with its output layer: states of both directions are mapped to the own row of the word to guess."""

    def __init__(self, table: WordTable, encoder: Encoder) -> None:
        super().__init__()
        size = encoder.size
        self.table = table
        self.encoder = encoder
        self.to_output = nn.ModuleList([nn.Linear(size.hidden, size.dim) for _ in range(2)])
        self.bias = nn.Embedding(size.words, 1)
        self.drop = nn.Dropout(0.1)
        nn.init.zeros_(self.bias.weight)


def windows(text: Tensor, batch: int, length: int, seed: int, around: int = 0) -> Iterator[Tensor]:
    """Give [batch, length + 2 around] windows of a text for ever, in random order, each once per pass.

    around: words on either side of a window that others hold too. Raises InputError for a text that may not fill one
    batch.
    """
    least = (batch + 2) * length + 2 * around
    if len(text) < least:
        raise InputError(f"the text has {len(text)} words, but one batch needs {least}; give more or ask for less")
    random = torch.Generator().manual_seed(seed)
    inside = torch.arange(length + 2 * around, device=text.device)
    while True:
        first = int(torch.randint(length, (1,), generator=random))
        starts = torch.arange(first, len(text) - len(inside), length)
        starts = starts[torch.randperm(len(starts), generator=random)].to(text.device)
        for at in range(0, len(starts) - batch, batch):
            yield text[starts[at : at + batch, None] + inside].long()


def guess_loss(
    model: LanguageModel, states: tuple[Tensor, Tensor], window: Tensor, draw: Tensor, negatives: int
) -> Tensor:
    """Give the mean sampled-softmax loss of both directions over one batch of windows.

    states: of both directions at the inner words of the [B, T + 2] windows. draw: probability to draw each listed word
    as a wrong answer. negatives: how many are drawn, shared by the batch. Scores are corrected by the log of the
    expected number of draws, so the softmax is that of the whole vocabulary.
    """
    wrong = torch.multinomial(draw, negatives, replacement=False)
    expected = (draw * negatives).clamp(1e-9, 1.0).log()
    wrong_vectors = model.table.own(wrong)
    wrong_offset = model.bias(wrong).squeeze(-1) - expected[wrong]
    total = torch.zeros((), device=draw.device)
    for state, target, layer in zip(states, (window[:, 2:], window[:, :-2]), model.to_output, strict=True):
        flat = target.reshape(-1)
        keep = ((flat < len(draw)) & (flat != RARE)).nonzero().squeeze(-1)
        right = flat[keep]
        guess = layer(model.drop(state.reshape(-1, state.shape[-1])[keep])).float()
        right_score = (guess * model.table.own(right)).sum(-1) + model.bias(right).squeeze(-1) - expected[right]
        wrong_score = (guess @ wrong_vectors.T).float() + wrong_offset
        wrong_score = wrong_score.masked_fill(right[:, None] == wrong[None, :], -1e9)
        total = total + (torch.logaddexp(torch.logsumexp(wrong_score, 1), right_score) - right_score).mean()
    return total / 2


def loss_of(model: LanguageModel, index: RowIndex, window: Tensor, draw: Tensor, negatives: int) -> Tensor:
    """Read a batch of windows with the encoder; give what `guess_loss` says of it."""
    inner = window[:, 1:-1]
    vectors = index.vectors(model.table, inner)
    with half_precision(window.device.type):
        states = model.encoder(model.drop(vectors), turning_all(inner))
        return guess_loss(model, states, window, draw, negatives)


def draw_rates(counts: np.ndarray, stream: np.ndarray) -> Tensor:
    """Give the probability to draw each listed word, from the counts of the listed and the stream that they are of."""
    rates = torch.from_numpy(np.maximum(counts, 1).astype(np.float64) / len(stream))
    rates[END] = float((stream[:1_000_000] == END).mean())
    rates[RARE] = 0.0
    return (rates / rates.sum()).float()


def work(number: int, args: argparse.Namespace, model: LanguageModel, forms: Sequence[str], counts: np.ndarray) -> None:
    """Train in one of `args.workers` processes that share the parameters and step without waiting for each other.

    Worker 0 writes the log and the checkpoints. The moments of Adam are each worker's own.
    """
    torch.set_num_threads(1 if args.workers > 1 else torch.get_num_threads())
    torch.manual_seed(args.seed + number)
    stream = np.load(args.out / "stream.npy", mmap_mode="c")
    index = RowIndex(forms, args.buckets, forms[: args.words]).to(args.device)
    draw = draw_rates(counts[: args.words], stream).to(args.device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True)
    step, used = 0, 0.0
    checkpoint = args.out / f"checkpoint.{number}.pt"
    if checkpoint.exists():
        state: dict[str, Any] = torch.load(checkpoint, map_location=args.device)
        optimizer.load_state_dict(state["optimizer"])
        step, used = state["step"], state["used"]
    budget = args.minutes * 60
    began = saved = time.monotonic()
    first, running = step, 0.0
    for window in windows(
        torch.from_numpy(stream), args.batch, args.length, args.seed + 1000 * number + step, around=1
    ):
        spent = used + time.monotonic() - began
        progress = min(spent / budget, 1.0)
        rate = args.rate * min(1.0, (step + 1) / 200) * max(1.0 - progress, 0.02)
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss = loss_of(model, index, window.to(args.device), draw, args.negatives)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        step += 1
        running += (loss.item() - running) * max(0.01, 1 / (step - first))
        if step % 50 == 0:
            line = {"worker": number, "step": step, "loss": round(running, 4),
                    "words": step * args.batch * args.length, "seconds": round(spent)}  # fmt: skip
            print(json.dumps(line), flush=True)
        if time.monotonic() - saved > 300 or progress >= 1.0:
            saved = time.monotonic()
            save(checkpoint, {"optimizer": optimizer.state_dict(), "step": step, "used": spent})
            if number == 0:
                save(args.out / "model.pt", model.state_dict())
        if progress >= 1.0:
            break


def save(path: Path, state: Any) -> None:
    """Write a checkpoint whole or not at all."""
    torch.save(state, path.with_suffix(".tmp"))
    path.with_suffix(".tmp").replace(path)


def train(args: argparse.Namespace) -> None:
    """Train, or go on training, until the minutes are used up; save the encoder in parts."""
    torch.manual_seed(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    forms, counts, stream = read_packed(args.packed)
    np.save(args.out / "stream.npy", stream.astype(np.int32))
    args.words = min(args.words, len(forms))
    size = EncoderSize(args.buckets, args.words, args.dim, args.hidden, args.layers)
    model = LanguageModel(WordTable(size), Encoder(size))
    if (args.out / "model.pt").exists():
        model.load_state_dict(torch.load(args.out / "model.pt"))
    model.to(args.device)
    if args.workers > 1:
        model.share_memory()
        start_processes(work, (args, model, forms, counts), args.workers)  # type: ignore[no-untyped-call]
    else:
        work(0, args, model, forms, counts)
    save_parts(model, size, forms[: size.words], args.out, args.parts)


def save_parts(model: LanguageModel, size: EncoderSize, listed: Sequence[str], out: Path, parts: int) -> None:
    """Write the tables and the encoder in half precision, the sub-word table in `parts` files of equal rows."""
    (out / "size.json").write_text(json.dumps({name: getattr(size, name) for name in size.__slots__}))
    (out / "words.txt").write_text("\n".join(listed), encoding="utf-8")
    for number, rows in enumerate(torch.chunk(model.table.bag.weight.data.half().cpu(), parts)):
        torch.save(rows.clone(), out / f"table.{number}.pt")
    torch.save(model.table.own.weight.data.half().cpu(), out / "own.pt")
    torch.save(halved(model.encoder), out / "encoder.pt")


def load_encoder(folder: Path) -> tuple[WordTable, Encoder, list[str]]:
    """Read what `train` wrote, in single precision on the CPU: the tables, the encoder and the listed words."""
    size = EncoderSize(**json.loads((folder / "size.json").read_text()))
    table, encoder = WordTable(size), Encoder(size)
    paths = sorted(folder.glob("table.*.pt"), key=lambda p: int(p.name.split(".")[1]))
    table.bag.weight.data.copy_(torch.cat([torch.load(p) for p in paths]).float())
    table.own.weight.data.copy_(torch.load(folder / "own.pt").float())
    encoder.load_state_dict({k: v.float() for k, v in torch.load(folder / "encoder.pt").items()})
    return table, encoder, (folder / "words.txt").read_text(encoding="utf-8").split("\n")


def main(arguments: list[str] | None = None) -> None:
    """Parse the command line of the recipe."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    packing = commands.add_parser("pack")
    packing.add_argument("sources", nargs="+", type=Path)
    packing.add_argument("--out", type=Path, required=True)
    packing.add_argument("--min-count", type=int, default=3)
    training = commands.add_parser("train")
    training.add_argument("packed", type=Path)
    training.add_argument("--out", type=Path, required=True)
    training.add_argument("--minutes", type=float, default=70)
    training.add_argument("--device", default="cpu")
    for name, default in (("buckets", 80_000), ("words", 50_000), ("dim", 128), ("hidden", 320), ("layers", 1),
                          ("batch", 96), ("length", 64), ("negatives", 512), ("parts", 2), ("workers", 1),
                          ("seed", 7)):  # fmt: skip
        training.add_argument(f"--{name}", type=int, default=default)
    training.add_argument("--rate", type=float, default=2e-3)
    args = parser.parse_args(arguments)
    if args.command == "pack":
        pack(args.sources, args.out, args.min_count)
    else:
        train(args)


if __name__ == "__main__":
    main()
