"""Names against gold: strict span F1 with intervals, the lenient form, and a list of errors."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from pipeline.config import Config
from pipeline.document import Document, Segment
from pipeline.errors import InputError
from pipeline.evaluation.corpora import GoldDocument, read_conll, read_gold, tag_spans
from pipeline.names.stage import RECOGNIZERS, Names
from pipeline.resources import load_toml
from pipeline.schema import LABELS
from pipeline.text.normalize import fold
from pipeline.text.tokens import CamelTokens

Spans = frozenset[tuple[int, int, str]]
_RESAMPLES: Final = 1000
_PAGE: Final = 20  # CoNLL sentences joined to one page, a line each


@dataclass(frozen=True, slots=True)
class Scored:
    """A gold document with the names that one recogniser found in it; `units` maps spans to what is compared.

    In a CoNLL file a span counts for the words that it touches, in JSON gold for its characters.
    """

    text: str
    gold: Spans
    found: Spans


def read_pages(gold: Path, documents: Path | None) -> list[tuple[str, Spans, list[tuple[int, int]] | None]]:
    """Give (text, gold spans, word spans or None) of a gold file: JSON with its texts, or CoNLL."""
    if gold.suffix == ".json":
        if documents is None:
            guess = gold.with_suffix(".docs.json")
            if not guess.exists():
                raise InputError(f"{gold} needs its texts: give --documents DOCS.json")
            documents = guess
        docs: list[GoldDocument] = read_gold(gold, documents)
        return [(d.text, d.names, None) for d in docs]
    pages: list[tuple[str, Spans, list[tuple[int, int]] | None]] = []
    sentences = read_conll(gold)
    for at in range(0, len(sentences), _PAGE):
        text = ""
        words: list[tuple[int, int]] = []
        spans: set[tuple[int, int, str]] = set()
        for sentence in sentences[at : at + _PAGE]:
            base = len(words)
            for word in sentence.words:
                text += " " if text and not text.endswith("\n") else ""
                words.append((len(text), len(text) + len(word)))
                text += word
            text += "\n"
            spans |= {(base + a, base + b, label) for a, b, label in tag_spans(sentence.tags)}
        pages.append((text, frozenset(spans), words))
    return pages


def evaluate_names(gold: Path, documents: Path | None, models: Sequence[str], convention: str) -> dict[str, Any]:
    """Score recognisers on one gold file.

    models: names of recognisers (`compact`, `camel`, `stanza`) or folders of compact models. Gives for each model
    precision, recall and F1 in percent for all labels and each, strict with a 95 % bootstrap interval over documents
    and lenient (generic heads at the beginning of a name ignored), and the errors.
    """
    pages = read_pages(gold, documents)
    docs = CamelTokens()(
        [Document(str(n), text, segments=(Segment("article", 0, len(text)),)) for n, (text, _, _) in enumerate(pages)]
    )
    result: dict[str, Any] = {}
    for model in models:
        names: dict[str, Any] = {"convention": convention}
        names |= {"recognizers": [model]} if model in RECOGNIZERS else {"model": model}
        filled = Names(Config.from_dict({"names": names}))(docs)
        scored = [
            Scored(text, spans, _found(doc, words)) for (text, spans, words), doc in zip(pages, filled, strict=True)
        ]
        result[model] = {
            label: _score(scored, label) | {"interval": _interval(scored, label)} for label in ("all", *LABELS)
        }
        if pages and pages[0][2] is None:
            lenient = [Scored(s.text, _headless(s.text, s.gold), _headless(s.text, s.found)) for s in scored]
            result[model]["lenient"] = _score(lenient, "all")
            result[model]["errors"] = list(_errors(scored))
    return result


def _found(doc: Document, words: Sequence[tuple[int, int]] | None) -> Spans:
    spans = [(m.start, m.end, m.label) for m in doc.mentions]
    if words is None:
        return frozenset(spans)
    starts = np.array([w[0] for w in words])
    ends = np.array([w[1] for w in words])
    touched = (
        (int(np.searchsorted(ends, a, "right")), int(np.searchsorted(starts, b)), label) for a, b, label in spans
    )
    return frozenset(t for t in touched if t[0] < t[1])


def _counts(scored: Iterable[Scored], label: str) -> np.ndarray:
    """Give [documents, 3]: right, found, gold."""
    rows = []
    for s in scored:
        gold, found = ({x for x in spans if label in ("all", x[2])} for spans in (s.gold, s.found))
        rows.append((len(gold & found), len(found), len(gold)))
    return np.array(rows, dtype=np.int64).reshape(-1, 3)


def _f1(right: Any, found: Any, gold: Any) -> Any:
    return 200.0 * right / np.maximum(found + gold, 1)


def _score(scored: Sequence[Scored], label: str) -> dict[str, Any]:
    right, found, gold = _counts(scored, label).sum(0)
    return {
        "p": round(100.0 * right / max(1, found), 1),
        "r": round(100.0 * right / max(1, gold), 1),
        "f": round(float(_f1(right, found, gold)), 1),
        "n": int(gold),
    }


def _interval(scored: Sequence[Scored], label: str) -> list[float]:
    counts = _counts(scored, label)
    drawn = np.random.default_rng(7).integers(0, len(counts), (_RESAMPLES, len(counts)))
    sums = counts[drawn].sum(1)
    low, high = np.percentile(_f1(sums[:, 0], sums[:, 1], sums[:, 2]), [2.5, 97.5])
    return [round(float(low), 1), round(float(high), 1)]


@cache
def _heads() -> frozenset[str]:
    return frozenset(fold(word) for word in load_toml("names/heads.toml")["generic"])


def _headless(text: str, spans: Spans) -> Spans:
    """Move the start of each span behind a generic head (مدينة، قناة، دولة ...)."""
    moved = set()
    for start, end, label in spans:
        first, _, rest = text[start:end].partition(" ")
        moved.add((end - len(rest), end, label) if rest and fold(first) in _heads() else (start, end, label))
    return frozenset(moved)


def _errors(scored: Sequence[Scored]) -> Iterable[Mapping[str, Any]]:
    for s in scored:
        for kind, spans in (("missed", s.gold - s.found), ("invented", s.found - s.gold)):
            for start, end, label in sorted(spans):
                context = f"{s.text[max(0, start - 30) : start]}[{s.text[start:end]}]{s.text[end : end + 30]}"
                yield {"error": kind, "label": label, "context": context.replace("\n", " ")}


def format_names(result: Mapping[str, Any], errors: int) -> str:
    """Give the scores as text, with the first errors of each model."""
    lines = []
    for model, scores in result.items():
        lines.append(model)
        for label in ("all", *LABELS):
            s = scores[label]
            low, high = s["interval"]
            lines.append(f"  {label:4} P {s['p']:5.1f}  R {s['r']:5.1f}  F1 {s['f']:5.1f} [{low}, {high}]  n {s['n']}")
        if "lenient" in scores:
            lines.append(f"  lenient F1 {scores['lenient']['f']}")
        lines += [f"  {e['error']:8} {e['label']} {e['context']}" for e in scores.get("errors", [])[:errors]]
    return "\n".join(lines)
