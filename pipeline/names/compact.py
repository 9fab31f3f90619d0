"""The compact recogniser: hashed sub-word vectors, a bidirectional language model and a tagger, by ONNX Runtime."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pipeline.config import CONVENTIONS
from pipeline.document import Token
from pipeline.errors import ConfigError, ModelError
from pipeline.names.recognizer import NameSpan
from pipeline.names.states import Bytes, Floats, WordStates, keep, open_session
from pipeline.schema import LABELS

TAGS: Final = ("O", *(f"{prefix}-{label}" for label in LABELS for prefix in "BI"))
_BLOCK: Final = -1e4


def allowed_steps() -> tuple[Floats, Floats]:
    """Give 0 for every step and start that BIO allows and a large negative number for the others."""
    steps = np.zeros((len(TAGS), len(TAGS)), dtype=np.float32)
    starts = np.zeros(len(TAGS), dtype=np.float32)
    for j, tag in enumerate(TAGS):
        if tag.startswith("I-"):
            starts[j] = _BLOCK
            for i, before in enumerate(TAGS):
                if before[2:] != tag[2:]:
                    steps[i, j] = _BLOCK
    return steps, starts


def decode(
    emissions: Floats, lengths: NDArray[np.int64], steps: Floats, starts: Floats
) -> tuple[list[list[int]], Floats]:
    """Give the best tag path of each sentence, and the posterior probability of every tag, [B, T, L].

    emissions: [B, T, L]. lengths: words of each sentence. steps: [L, L] scores of a tag after another. starts: [L].
    """
    batch, longest, tags = emissions.shape
    best = emissions[:, 0] + starts
    # Sums over all paths are kept in shares of one: what a step multiplies is scaled back at once.
    powers = np.exp(emissions - emissions.max(2, keepdims=True))
    passing = np.exp(steps)
    alpha = _shares(powers[:, 0] * np.exp(starts))
    alphas = np.empty_like(emissions)
    alphas[:, 0] = alpha
    back = np.zeros((batch, longest, tags), dtype=np.int64)
    for t in range(1, longest):
        here = (t < lengths)[:, None]
        paths = best[:, :, None] + steps
        back[:, t] = paths.argmax(1)
        best = np.where(here, paths.max(1) + emissions[:, t], best)
        alphas[:, t] = alpha = np.where(here, _shares(powers[:, t] * (alpha @ passing)), alpha)
    beta = np.full((batch, tags), 1 / tags, dtype=np.float32)
    posterior = np.empty_like(emissions)
    for t in range(longest - 1, -1, -1):
        posterior[:, t] = _shares(alphas[:, t] * beta)
        inside = (t < lengths)[:, None]
        beta = np.where(inside, _shares((powers[:, t] * beta) @ passing.T), beta)
    paths = np.empty((batch, longest), dtype=np.int64)
    tag, rows = best.argmax(1), np.arange(batch)
    for t in range(longest - 1, -1, -1):
        paths[:, t] = tag
        tag = np.where(t < lengths, back[rows, t, tag], tag)
    return [path[:length].tolist() for path, length in zip(paths, lengths, strict=True)], posterior


def span_scores(path: Sequence[int], posterior: Floats) -> Iterator[tuple[int, int, int, float]]:
    """Give (first, last, tag of the first word, raw score) of each name of a tag path.

    posterior: [T, L]. The raw score is that of its least sure word, and of its end.
    """
    at = 0
    while at < len(path):
        if path[at] == 0:
            at += 1
            continue
        inside = TAGS.index(f"I-{TAGS[path[at]][2:]}")
        end = at + 1
        while end < len(path) and path[end] == inside:
            end += 1
        sure = float(min(posterior[i, path[i]] for i in range(at, end)))
        if end < len(path):
            sure = min(sure, 1.0 - float(posterior[end, inside]))
        yield at, end, path[at], sure
        at = end


def _shares(values: Floats) -> Floats:
    """Scale rows to sums of one."""
    shares: Floats = values / values.sum(1, keepdims=True)
    return shares


class CompactNames:
    """The default recogniser.

    folder: what `WordStates` reads, `tagger.onnx` (vectors, states, lengths and convention in; tag scores out),
    and `model.json`. convention: whose idea of a name to follow.
    Raises ModelError for a folder that is no such model.
    """

    name = "compact"

    def __init__(self, folder: Path, convention: str = "rasd") -> None:
        if convention not in CONVENTIONS:
            raise ConfigError(f"names.convention must be one of {', '.join(CONVENTIONS)}, not {convention!r}")
        self.words = WordStates(folder)
        try:
            self.facts: dict[str, Any] = json.loads((folder / "model.json").read_text(encoding="utf-8"))
            with np.load(folder / "table.npz") as arrays:
                self.steps, self.starts = arrays["steps"], arrays["starts"]
            self.session = open_session(folder / "tagger.onnx", "vectors", "states", "lengths", "convention")
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise ModelError(f"{folder} holds no usable compact model: {error}; reinstall rasd or train it") from error
        self.convention = CONVENTIONS.index(convention)

    def __call__(self, sentences: Sequence[Sequence[Token]]) -> list[list[NameSpan]]:
        """Give the names of each sentence with calibrated scores."""
        return self.read(sentences)

    def read(self, sentences: Sequence[Sequence[Token]], kept: Sequence[Bytes] | None = None) -> list[list[NameSpan]]:
        """Give the names of each sentence; put its states into `kept` (room as of `WordStates.empty`)."""
        tags: list[list[int]] = [[0] * len(s) for s in sentences]
        edges = np.cumsum([0, *map(len, sentences)]).tolist()
        posteriors = np.empty((edges[-1], len(TAGS)), dtype=np.float32)
        for batch, vectors, states, lengths in self.words.read([[token.text for token in s] for s in sentences]):
            if kept is not None:
                keep(kept, batch, vectors, states)
            inputs = {"vectors": vectors, "states": states, "lengths": lengths}
            (emissions,) = self.session.run(
                None, inputs | {"convention": np.full(len(batch), self.convention, dtype=np.int64)}
            )
            paths, posterior = decode(emissions.transpose(1, 0, 2), lengths, self.steps, self.starts)
            for row, (w, path) in enumerate(zip(batch, paths, strict=True)):
                tags[w.sentence][w.first + w.skip : w.first + w.size] = path[w.skip :]
                at = edges[w.sentence] + w.first
                posteriors[at + w.skip : at + w.size] = posterior[row, w.skip : w.size]
        return [self._spans(path, posteriors[at : at + len(path)]) for path, at in zip(tags, edges, strict=False)]

    def _spans(self, path: list[int], posterior: Floats) -> list[NameSpan]:
        if not any(path):
            return []
        return [
            NameSpan(first, last, TAGS[tag][2:], self._calibrate(raw), self.name)
            for first, last, tag, raw in span_scores(path, posterior)
        ]

    def _calibrate(self, score: float) -> float:
        """Map a raw score to the share of such names that are right, as measured on held-out text."""
        knots = self.facts["calibration"]
        return round(float(np.interp(score, knots["raw"], knots["share"])), 3)
