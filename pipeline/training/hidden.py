"""Teach the reader of events more of the language: it guesses words that are hidden from it, in any text.

    python -m pipeline.training.hidden TEXT.txt.xz ... --begin READER.pt --out HIDDEN.pt --minutes 55

READER.pt is what `pipeline.training.events --keep` wrote; HIDDEN.pt is like it, with another LSTM and another layer
under it, and `pipeline.training.events --begin` goes on from it. The layers learn from every paragraph once at most.
Where a word is hidden, its vector is empty before the language model of `models/compact-ner` reads the sentence, so
that no state tells it; the guess is compared with the rows that this model has for frequent words.
"""

import argparse
import lzma
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pipeline.models import models_folder
from pipeline.names.states import STEPS, ZERO, Bytes, WordStates
from pipeline.text.tokens import split_sentences, tokenize
from pipeline.training.networks import Encoder, EncoderSize, from_bytes, turning
from pipeline.training.reader import DIM, HIDDEN

Ints = NDArray[np.int64]
Unit = list[Ints]  # the sentences that are read as one sequence, as numbers of `WordStates`
UNIT: Final = 300  # words of a sequence, if its sentences allow
LONGEST: Final = 200  # words of a sentence
STEP: Final = 2400  # words per step
SHORTEST: Final = 60  # characters of a paragraph
HIDE: Final = 0.25  # share of the listed words that are hidden; of very frequent ones fewer
BLANK: Final = 0.03  # share of the other words that are hidden, and not asked for
WRONG: Final = 1024  # other words that a guess is compared with
_SCALE: Final = 3.0  # of the rows of words, whose values are small
_WARM: Final = 300  # steps


def read_units(texts: Sequence[Path], limit: int, words: WordStates, seed: int) -> list[Unit]:
    """Read paragraphs of xz texts in random order, up to `limit` words of each text."""
    units: list[Unit] = []
    for path in texts:
        with lzma.open(path, "rt", encoding="utf-8") as file:
            lines = [line for line in file.read().split("\n") if len(line) >= SHORTEST]
        random.Random(seed).shuffle(lines)
        taken = 0
        for line in lines:
            if taken >= limit:
                break
            tokens = tokenize(line)
            sentences = [
                np.array([words.number(token.text) for token in tokens[first : min(last, first + LONGEST)]])
                for first, last in split_sentences(line, tokens)
            ]
            taken += sum(map(len, sentences))
            units.extend(_cut(sentences))
    return units


def _cut(sentences: Sequence[Ints]) -> list[Unit]:
    """Put sentences together into units."""
    units: list[Unit] = [[]]
    for sentence in sentences:
        if units[-1] and sum(map(len, units[-1])) + len(sentence) > UNIT:
            units.append([])
        units[-1].append(sentence)
    return [unit for unit in units if unit]


class Guesser(nn.Module):
    """The lower layers of a reader, and what compares a state with the rows of the words that may be hidden.

    rows: [listed words, width of a vector]. seen: how often each of them stands in the text.
    """

    def __init__(self, width: int, rows: Tensor, seen: Tensor) -> None:
        super().__init__()
        self.look = nn.Linear(width, DIM)
        self.both = Encoder(EncoderSize(0, 0, DIM, HIDDEN))
        self.drop = nn.Dropout(0.1)
        self.out = nn.Linear(2 * HIDDEN, rows.shape[1])
        self.bias = nn.Embedding(len(rows), 1)
        nn.init.zeros_(self.bias.weight)
        self.rows = nn.Embedding(len(rows), rows.shape[1], _weight=rows * _SCALE)
        self.chance = seen**0.75 / (seen**0.75).sum()
        # A word that is drawn as a wrong one more often scores less by as much (sampled softmax).
        self.drawn = (self.chance * WRONG).clamp(1e-9, 1).log()

    def forward(self, states: Bytes, lengths: Sequence[int], asked: Tensor, hidden: Tensor) -> Tensor:
        """Give the loss of the guesses. states: [U, T, width]. asked: [U, T]. hidden: the row of each asked word."""
        values = from_bytes(torch.from_numpy(states))
        heard = torch.cat(self.both(torch.relu(self.look(values)), turning(lengths)), -1)
        guess = self.out(self.drop(heard[asked]))
        wrong = torch.multinomial(self.chance, WRONG)
        right = (guess * self.rows(hidden)).sum(1) + self.bias(hidden)[:, 0] - self.drawn[hidden]
        others = guess @ self.rows(wrong).T + self.bias(wrong)[:, 0] - self.drawn[wrong]
        others = others.masked_fill(hidden[:, None] == wrong[None], -1e9)
        return cast(Tensor, (torch.logaddexp(torch.logsumexp(others, 1), right) - right).mean())


class _Text:
    """Text of which words can be hidden. rows: of the listed word that each number stands for, -1 for other words."""

    def __init__(self, units: Sequence[Unit], words: WordStates) -> None:
        self.units, self.words = units, words
        self.sizes = [sum(map(len, unit)) for unit in units]
        self.rows = np.full(len(words.forms), -1)
        for form, number in words.forms.items():
            row = words.listed.get(form, 0)
            if row > 1:  # the first two rows stand for padding and for all words that are not listed
                self.rows[number] = row
        self.seen = np.zeros(len(words.own))
        for unit in units:
            for sentence in unit:
                rows = self.rows[sentence]
                np.add.at(self.seen, rows[rows >= 0], 1)
        self.share = np.minimum(1, np.sqrt(2e-4 * self.seen.sum() / np.maximum(self.seen, 1)))

    def targets(self) -> Tensor:
        """Give the vectors of the listed words, [rows, width]."""
        found = np.zeros((len(self.words.own), self.words.vectors.shape[1]), dtype=np.float32)
        known = np.flatnonzero(self.rows >= 0)
        found[self.rows[known]] = (self.words.vectors[known].astype(np.float32) - ZERO) / STEPS
        return torch.from_numpy(found)

    def hide(self, chosen: Sequence[int], rng: np.random.Generator) -> tuple[Bytes, list[int], Tensor, Tensor]:
        """Hide words of some units; give what `Guesser.forward` takes."""
        lengths = [self.sizes[i] for i in chosen]
        states = np.full((len(chosen), max(lengths), self.words.width), ZERO, dtype=np.uint8)
        rows = np.full(states.shape[:2], -1)
        sentences: list[tuple[int, int, Ints]] = []  # unit, first word in it, words
        for n, unit in enumerate(chosen):
            at = 0
            for sentence in self.units[unit]:
                sentences.append((n, at, sentence))
                rows[n, at : at + len(sentence)] = self.rows[sentence]
                at += len(sentence)
        chance = np.where(rows >= 0, HIDE * self.share[np.maximum(rows, 0)], BLANK)
        blank = rng.random(rows.shape) < chance
        sentences.sort(key=lambda s: len(s[2]))
        for part in (sentences[at : at + 32] for at in range(0, len(sentences), 32)):
            sizes = np.array([len(words) for _, _, words in part])
            vectors = np.full((sizes[-1], len(part), self.words.vectors.shape[1]), ZERO, dtype=np.uint8)
            for column, (n, at, words) in enumerate(part):
                open_ = ~blank[n, at : at + len(words)]
                vectors[: len(words)][open_, column] = self.words.vectors[words[open_]]
            (found,) = self.words.session.run(None, {"vectors": vectors, "lengths": sizes})
            for column, (n, at, words) in enumerate(part):
                both = (vectors[: len(words), column], found[: len(words), column])
                states[n, at : at + len(words)] = np.concatenate(both, axis=1)
        asked = torch.from_numpy(blank & (rows >= 0))
        return states, lengths, asked, torch.from_numpy(rows)[asked]


def teach(begin: dict[str, Tensor], text: _Text, minutes: float, rate: float, seed: int) -> dict[str, Tensor]:
    """Go on from the weights of a reader until the minutes or the text are used up; give its weights then."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    guesser = Guesser(text.words.width, text.targets(), torch.from_numpy(text.seen).float())
    lower = {name: value for name, value in begin.items() if name.startswith(("look.", "both."))}
    guesser.load_state_dict(lower, strict=False)
    optimizer = torch.optim.AdamW(guesser.parameters(), lr=rate, weight_decay=0.01, fused=True)
    order = rng.permutation(len(text.units)).tolist()
    began, at, running = time.monotonic(), 0, 0.0
    for step in range(1, 1 << 30):
        spent = (time.monotonic() - began) / 60
        done = max(spent / minutes, at / len(order))
        if done >= 1:
            break
        chosen: list[int] = []
        while at < len(order) and sum(text.sizes[i] for i in chosen) < STEP:
            chosen.append(order[at])
            at += 1
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1, step / _WARM) * (1 - done)
        loss = guesser(*text.hide(chosen, rng))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(guesser.parameters(), 1.0)
        optimizer.step()
        running += (loss.item() - running) * max(0.01, 1 / step)
        if step % 100 == 0:
            print(f"step {step}: {spent:.1f} minutes, loss {running:.3f}", flush=True)
    learned = guesser.state_dict()
    return {name: learned[name] if name in lower else value for name, value in begin.items()}


def main(arguments: list[str] | None = None) -> None:
    """Run the recipe."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", type=Path, nargs="+")
    parser.add_argument("--begin", type=Path, required=True, help="weights of a reader")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=4_500_000, help="words taken from each text")
    parser.add_argument("--minutes", type=float, default=55)
    parser.add_argument("--rate", type=float, default=1.6e-3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    words = WordStates(models_folder() / "compact-ner")
    text = _Text(read_units(options.texts, options.limit, words, options.seed), words)
    print(f"{len(text.units)} units, {sum(text.sizes)} words", flush=True)
    torch.save(teach(torch.load(options.begin), text, options.minutes, options.rate, options.seed), options.out)


if __name__ == "__main__":
    main()
