"""Teach the compact network what a tuned teacher knows, over all unlabelled text.

    python -m pipeline.training.distil packed/ lessons/ --teacher teacher/ --begin models/compact-ner --out pupil/

The pupil reads the windows that the teacher reads, and learns the teacher's answers: names in a random convention for
every window, what each word is in events, and the teacher's states themselves; it goes on guessing the next and the
last word as in its pre-training. Its vectors and states so come to hold what names and events need. `--begin` is a
tagger or a shipped folder, whose vectors and language model it goes on from; what is above them is learnt anew. What is
written is a tagger in half precision (see `pipeline.training.tagger`), from which its last passes go on. The schedule
is in minutes.
"""

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from pipeline.names.compact import TAGS
from pipeline.schema import STATUSES
from pipeline.training.encoder import END, LanguageModel, draw_rates, guess_loss, read_packed, windows
from pipeline.training.export import load_tagger
from pipeline.training.lessons import KINDS, PARTS, Lessons, read_lessons
from pipeline.training.networks import RowIndex, Tagger, half_precision, halved, turning_all
from pipeline.training.tagger import MARKERS
from pipeline.training.teacher import Heads, Teacher, load_tuned, score_answers

# How often a window is read in a convention.
_SHARES: Final = {"rasd": 8, "cleananercorp": 4, "caraner": 4, "aqmar": 2, "wojood": 2, "anercorp": 1}
_LENGTH: Final = 128  # words of a window, and one on either side that is only guessed
_NEGATIVES: Final = 1024


class Pupil(nn.Module):
    """A tagger with what it needs to learn from a teacher of some width; only the tagger is kept."""

    def __init__(self, tagger: Tagger, width: int) -> None:
        super().__init__()
        size = tagger.encoder.size
        read = size.dim + 2 * size.hidden
        self.tagger = tagger
        self.language = LanguageModel(tagger.table, tagger.encoder)
        self.event = nn.Linear(read, len(KINDS) + len(STATUSES) + len(PARTS))
        self.copy = nn.Linear(read, width)
        self.copy_above = nn.Linear(2 * tagger.top, width)

    def forward(self, vectors: Tensor, conventions: Tensor) -> "Reading":
        """Read word vectors [B, T, D] of windows in [B, T] conventions."""
        reverse, marker = turning_all(conventions), self.tagger.convention(conventions)
        sides = self.tagger.encoder(vectors, reverse)
        states = torch.cat([vectors, *sides], -1)
        above = self.tagger.above(states, marker, reverse)
        tags = self.tagger.out(torch.cat([above, marker], -1))
        events = self.event(states).split((len(KINDS), len(STATUSES), len(PARTS)), -1)
        return Reading(sides, states, above, Answers(tags, *events))


@dataclass(frozen=True, slots=True)
class Answers:
    """What a pupil or a teacher says of [B, T] words: scores of tags, kinds, statuses and parts."""

    tags: Tensor
    kinds: Tensor
    statuses: Tensor
    parts: Tensor


@dataclass(frozen=True, slots=True)
class Reading:
    """What a pupil makes of [B, T] words.

    sides: states of the language model, [B, T, H] each. states: the vectors and these, side by side. above: states of
    the upper layer.
    """

    sides: tuple[Tensor, Tensor]
    states: Tensor
    above: Tensor
    answers: Answers


def _soft(guess: Tensor, wanted: Tensor, weight: Tensor) -> Tensor:
    """Give the weighted mean cross-entropy of [B, T, classes] scores to the shares that other scores stand for."""
    loss = -(wanted.float().softmax(-1) * guess.float().log_softmax(-1)).sum(-1)
    return (loss * weight).sum() / weight.sum().clamp_min(1e-6)


def lesson_loss(
    pupil: Pupil, own: RowIndex, teacher: Teacher, heads: Heads, others: RowIndex, window: Tensor,
    conventions: Tensor, draw: Tensor,
) -> dict[str, Tensor]:  # fmt: skip
    """Give the losses of one batch.

    own, others: rows of the words, for the pupil and for the teacher. window: [B, T + 2] words. conventions: [B].
    draw: as of `guess_loss`.
    """
    inner = window[:, 1:-1]
    marked = conventions.unsqueeze(1).expand_as(inner)
    with torch.no_grad(), half_precision(window.device.type):
        known = teacher(others.vectors(teacher.table, inner))
        said = Answers(heads.names(known, marked), *heads.events(known))
    inside = (inner != END).float()
    vectors = own.vectors(pupil.tagger.table, inner)
    vectors = vectors * (torch.rand(inner.shape, device=inner.device) > 0.04).unsqueeze(-1)
    with half_precision(window.device.type):
        reading = pupil(vectors, marked)
        copied, copied_above = pupil.copy(reading.states), pupil.copy_above(reading.above)
        guessed = guess_loss(pupil.language, reading.sides, window, draw, min(_NEGATIVES, len(draw) // 2))
    given = reading.answers
    told = functional.binary_cross_entropy_with_logits(
        given.parts.float(), said.parts.float().sigmoid(), reduction="none"
    ).sum(-1)
    trigger = 1 - said.kinds.float().softmax(-1)[..., 0]
    return {
        "names": 2.0 * _soft(given.tags, said.tags, inside),
        "kinds": 2.0 * _soft(given.kinds, said.kinds, inside),
        "status": 0.1 * _soft(given.statuses, said.statuses, inside * trigger),
        "parts": 0.5 * (told * inside).sum() / inside.sum(),
        "states": 0.5 * _apart(copied, known, inside),
        "above": 0.5 * _apart(copied_above, known, inside),
        "guess": 0.1 * guessed,
    }


def _apart(copied: Tensor, known: Tensor, inside: Tensor) -> Tensor:
    return ((copied.float() - known.float()).square().mean(-1) * inside).sum() / inside.sum()


def distil(args: argparse.Namespace) -> None:
    """Teach until the minutes are used up; write the tagger."""
    torch.manual_seed(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    forms, counts, stream = read_packed(args.packed)
    lessons = read_lessons(args.lessons)
    teacher, heads = load_tuned(args.teacher, args.device)
    theirs = (args.teacher / "words.txt").read_text(encoding="utf-8").split("\n")
    begun, listed, facts = load_tagger(args.begin)
    tagger = Tagger(begun.table, begun.encoder, begun.top, len(MARKERS), len(TAGS), 0.05)
    pupil = Pupil(tagger, teacher.size.width).to(args.device).train()
    buckets = tagger.table.bag.num_embeddings
    own = RowIndex(forms, buckets, listed).to(args.device)
    others = RowIndex(forms, teacher.size.buckets, theirs).to(args.device)
    examined = RowIndex(lessons.forms, buckets, listed).to(args.device)
    draw = draw_rates(counts[: len(listed)], stream).to(args.device)
    text = torch.from_numpy(stream.astype(np.int32)).to(args.device)
    shares = torch.tensor([float(_SHARES.get(name, 0)) for name in MARKERS], device=args.device)
    optimizer = torch.optim.AdamW(pupil.parameters(), lr=args.rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True)
    began, scored = time.monotonic(), 0.0
    running: dict[str, Tensor] = {}
    for step, window in enumerate(windows(text, args.batch, _LENGTH, args.seed, around=1), start=1):
        spent = time.monotonic() - began
        progress = min(spent / (args.minutes * 60), 1.0)
        for group in optimizer.param_groups:
            group["lr"] = args.rate * min(1.0, step / 200) * min(1.0, max(0.01, (1.0 - progress) / 0.8))
        conventions = torch.multinomial(shares, len(window), replacement=True)
        losses = lesson_loss(pupil, own, teacher, heads, others, window, conventions, draw)
        optimizer.zero_grad(set_to_none=True)
        sum(losses.values(), torch.zeros((), device=args.device)).backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(pupil.parameters(), 1.0)
        optimizer.step()
        for name, loss in losses.items():
            before = running.get(name, loss.detach())
            running[name] = before + (loss.detach() - before) * 0.03
        if step % 100 == 0:
            line: dict[str, Any] = {"step": step, "seconds": round(spent, 1)}
            print(json.dumps(line | {n: round(float(v), 4) for n, v in running.items()}), flush=True)
        if progress >= 1.0 or progress - scored > 0.33:
            scored = progress
            print(json.dumps(score(pupil, examined, lessons)), flush=True)
        if progress >= 1.0:
            break
    write_tagger(tagger, listed, facts, args.out)


def score(pupil: Pupil, index: RowIndex, lessons: Lessons) -> dict[str, Any]:
    """Give what `teacher.score_answers` says of a pupil."""
    pupil.eval()

    def answer(words: Tensor, conventions: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        found = pupil(index.vectors(pupil.tagger.table, words), conventions).answers
        return found.tags, found.kinds, found.statuses

    found = score_answers(answer, lessons, next(pupil.parameters()).device)
    pupil.train()
    return found


def write_tagger(tagger: Tagger, listed: list[str], facts: dict[str, Any], out: Path) -> None:
    """Write a tagger in half precision, for `load_tagger`; its scores and calibration are to be measured anew."""
    torch.save(halved(tagger), out / "tagger.pt")
    (out / "words.txt").write_text("\n".join(listed), encoding="utf-8")
    (out / "tagger.json").write_text(json.dumps({"size": facts["size"], "scores": {}}))


def main(arguments: list[str] | None = None) -> None:
    """Run the recipe."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packed", type=Path)
    parser.add_argument("lessons", type=Path)
    for name in ("teacher", "begin", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=4)
    parser.add_argument("--batch", type=int, default=1024)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--seed", type=int, default=7)
    distil(parser.parse_args(arguments))


if __name__ == "__main__":
    main()
