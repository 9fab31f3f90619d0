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
from pipeline.names.words import model_form, subword_rows
from pipeline.schema import LABELS

TAGS: Final = ("O", *(f"{prefix}-{label}" for label in LABELS for prefix in "BI"))
_BLOCK: Final = -1e4
_BATCH_WORDS: Final = 2048
_LONGEST: Final = 200  # words seen at once; longer sentences are read in overlapping windows
_OVERLAP: Final = 40
_KEPT_FORMS: Final = 150_000

Floats = NDArray[np.float32]


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
    alpha = best.copy()
    alphas = np.empty_like(emissions)
    alphas[:, 0] = alpha
    back = np.zeros((batch, longest, tags), dtype=np.int64)
    for t in range(1, longest):
        here = (t < lengths)[:, None]
        paths = best[:, :, None] + steps
        back[:, t] = paths.argmax(1)
        best = np.where(here, paths.max(1) + emissions[:, t], best)
        alpha = np.where(here, _log_sum(alpha[:, :, None] + steps) + emissions[:, t], alpha)
        alphas[:, t] = alpha
    total = _log_sum(alpha[:, :, None])[:, 0]
    beta = np.zeros((batch, tags), dtype=np.float32)
    posterior = np.empty_like(emissions)
    for t in range(longest - 1, -1, -1):
        posterior[:, t] = np.exp(alphas[:, t] + beta - total[:, None])
        if t:
            inside = (t < lengths)[:, None]
            moved = _log_sum((steps[None] + (emissions[:, t] + beta)[:, None, :]).transpose(0, 2, 1))
            beta = np.where(inside, moved, beta)
    found: list[list[int]] = []
    last = best.argmax(1)
    for i, length in enumerate(lengths):
        tag = int(last[i])
        path = [tag]
        for t in range(int(length) - 1, 0, -1):
            tag = int(back[i, t, tag])
            path.append(tag)
        found.append(path[::-1])
    return found, posterior


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


def _log_sum(scores: Floats) -> Floats:
    """Give the log of the sum of exponentials over axis 1."""
    ceiling = scores.max(1, keepdims=True)
    summed: Floats = np.log(np.exp(scores - ceiling).sum(1)) + ceiling[:, 0]
    return summed


class CompactNames:
    """The default recogniser.

    folder: `table.npz` (int8 rows of sub-words and of frequent words, with a scale each), `words.txt` (those words, in
    the order of their rows), `tagger.onnx` (vectors, reversing positions and
    convention in; tag scores out) and `model.json`. convention: whose idea of a name to follow.
    Raises ModelError for a folder that is no such model.
    """

    name = "compact"

    def __init__(self, folder: Path, convention: str = "rasd") -> None:
        import onnxruntime as ort

        if convention not in CONVENTIONS:
            raise ConfigError(f"names.convention must be one of {', '.join(CONVENTIONS)}, not {convention!r}")
        try:
            self.facts: dict[str, Any] = json.loads((folder / "model.json").read_text(encoding="utf-8"))
            with np.load(folder / "table.npz") as arrays:
                self.rows, self.scales = arrays["rows"], arrays["scales"]
                self.own, self.own_scales = arrays["own"], arrays["own_scales"]
                self.steps, self.starts = arrays["steps"], arrays["starts"]
            listed = (folder / "words.txt").read_text(encoding="utf-8").split("\n")
            options = ort.SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = 1
            options.log_severity_level = 3
            self.session = ort.InferenceSession(
                str(folder / "tagger.onnx"), options, providers=["CPUExecutionProvider"]
            )
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise ModelError(f"{folder} holds no usable compact model: {error}; reinstall rasd or train it") from error
        self.listed = {form: row for row, form in enumerate(listed)}
        self.convention = CONVENTIONS.index(convention)
        self.forms: dict[str, int] = {}
        self.vectors = np.empty((1024, self.rows.shape[1]), dtype=np.float32)

    def __call__(self, sentences: Sequence[Sequence[Token]]) -> list[list[NameSpan]]:
        """Give the names of each sentence with calibrated scores."""
        windows = [(number, first) for number, s in enumerate(sentences) for first in _window_starts(len(s))]
        sizes = [min(_LONGEST, len(sentences[number]) - first) for number, first in windows]
        order = sorted(range(len(windows)), key=lambda i: sizes[i])
        tags: list[list[int]] = [[0] * len(s) for s in sentences]
        posteriors = [np.empty((len(s), len(TAGS)), dtype=np.float32) for s in sentences]
        at = 0
        while at < len(order):
            stop = at + 1
            while stop < len(order) and (stop + 1 - at) * sizes[order[stop]] <= _BATCH_WORDS:
                stop += 1
            chosen = order[at:stop]
            parts = [sentences[windows[i][0]][windows[i][1] : windows[i][1] + sizes[i]] for i in chosen]
            for i, (path, posterior) in zip(chosen, self._tag(parts), strict=True):
                number, first = windows[i]
                # Of two windows over the same words, each gives the half of the overlap that it sees from inside.
                skip = _OVERLAP // 2 if first else 0
                tags[number][first + skip : first + len(path)] = path[skip:]
                posteriors[number][first + skip : first + len(path)] = posterior[skip:]
            at = stop
        return [self._spans(path, posterior) for path, posterior in zip(tags, posteriors, strict=True)]

    def _tag(self, sentences: Sequence[Sequence[Token]]) -> list[tuple[list[int], Floats]]:
        lengths = np.array([len(s) for s in sentences])
        longest = int(lengths.max())
        numbers = np.zeros((len(sentences), longest), dtype=np.int64)
        reverse = np.tile(np.arange(longest), (len(sentences), 1))
        if len(self.forms) > _KEPT_FORMS:
            self.forms.clear()
        for i, sentence in enumerate(sentences):
            n = len(sentence)
            numbers[i, :n] = [self._number(token.text) for token in sentence]
            reverse[i, :n] = np.arange(n - 1, -1, -1)
        inputs = {
            "vectors": self.vectors[numbers],
            "reverse": reverse,
            "convention": np.full(len(sentences), self.convention),
        }
        (emissions,) = self.session.run(None, inputs)
        paths, posterior = decode(emissions, lengths, self.steps, self.starts)
        return [(path, posterior[i, : len(path)]) for i, path in enumerate(paths)]

    def _number(self, surface: str) -> int:
        """Give the row of `vectors` that holds a word, made when the word is first seen."""
        form = model_form(surface)
        number = self.forms.get(form)
        if number is None:
            number = self.forms[form] = len(self.forms)
            if number >= len(self.vectors):
                self.vectors = np.concatenate([self.vectors, np.empty_like(self.vectors)])
            rows = subword_rows(form, len(self.rows))
            self.vectors[number] = self.scales[rows] @ self.rows[rows] / len(rows)
            listed = self.listed.get(form)
            if listed is not None:
                self.vectors[number] += self.own[listed] * self.own_scales[listed]
        return number

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


def _window_starts(length: int) -> list[int]:
    """Give the first word of each window over a sentence."""
    if length <= _LONGEST:
        return [0] if length else []
    return list(range(0, length - _OVERLAP, _LONGEST - _OVERLAP))
