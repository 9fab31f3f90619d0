"""Names against gold: strict span F1 with intervals, the lenient form, and a list of errors."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from pipeline.config import RECOGNIZERS, Config
from pipeline.document import Document, Segment
from pipeline.errors import InputError
from pipeline.evaluation.corpora import GoldDocument, read_conll, read_gold, tag_spans
from pipeline.names.stage import Names
from pipeline.resources import load_toml
from pipeline.schema import LABELS
from pipeline.text.normalize import fold
from pipeline.text.tokens import CamelTokens

Spans = frozenset[tuple[int, int, str]]
_RESAMPLES: Final = 1000
_PROCLITICS: Final = "وفبلك"  # WAW, FEH, BEH, LAM, KAF
_PAGE: Final = 20  # CoNLL sentences joined to one page, a line each
_FEWEST: Final = 10  # texts with names that a bootstrap over them needs
# The file that tells a model folder, the recogniser that runs it, and the setting that takes the folder.
_FOLDERS: Final = (
    ("tagger.onnx", "compact", "model"),
    ("resources.json", "stanza", "stanza_model"),
    ("config.json", "camel", "camel_model"),
)


@dataclass(frozen=True, slots=True)
class Page:
    """A gold text with its names, half-open raw spans and labels.

    words: the spans of the words of a CoNLL file, whose names are whole words; None where names may end inside words.
    """

    text: str
    gold: Spans
    words: tuple[tuple[int, int], ...] | None = None


@dataclass(frozen=True, slots=True)
class Scored:
    """A gold text with the names that one recogniser found in it."""

    text: str
    gold: Spans
    found: Spans


def read_pages(gold: Path, documents: Path | None) -> list[Page]:
    """Read a gold file: JSON with its texts (`documents`, or `.docs.json` beside it), or CoNLL, a line a sentence."""
    if gold.suffix.lower() == ".json":
        docs: list[GoldDocument] = read_gold(gold, documents)
        return [Page(d.text, d.names) for d in docs]
    sentences = read_conll(gold)
    pages = []
    for at in range(0, len(sentences), _PAGE):
        text = ""
        words: list[tuple[int, int]] = []
        spans: set[tuple[int, int, str]] = set()
        for sentence in sentences[at : at + _PAGE]:
            base = len(words)
            for word in sentence.words:
                words.append((len(text), len(text) + len(word)))
                text += word + " "
            text = text[:-1] + "\n"
            spans |= {(words[base + a][0], words[base + b - 1][1], label) for a, b, label in tag_spans(sentence.tags)}
        pages.append(Page(text, frozenset(spans), tuple(words)))
    return pages


def evaluate_names(gold: Path, documents: Path | None, models: Sequence[str], convention: str) -> dict[str, Any]:
    """Score recognisers on one gold file.

    models: names of recognisers (`compact`, `camel`, `stanza`), folders of models for one of them, or gazetteers (TSV).
    Gives for each model precision, recall and F1 in percent for all labels and each, with a 95 % bootstrap interval
    over documents (in CoNLL over pages of 20 sentences, as names of neighbours are not independent), strict and lenient
    (generic heads at the beginning of a name ignored), and the errors.
    """
    pages = read_pages(gold, documents)
    if not pages:
        raise InputError(f"{gold} holds no sentence; give a CoNLL file or JSON gold")
    if not any(page.gold for page in pages):
        raise InputError(f"{gold} holds no name to score; label names {', '.join(LABELS)}, as B-PER in CoNLL")
    docs = CamelTokens()(
        [Document(str(n), page.text, segments=(Segment("article", 0, len(page.text)),)) for n, page in enumerate(pages)]
    )
    result: dict[str, Any] = {}
    for model in models:
        filled = Names(Config.from_dict({"names": {"convention": convention} | _settings(model)}))(docs)
        scored = [Scored(page.text, page.gold, _found(doc, page)) for page, doc in zip(pages, filled, strict=True)]
        lenient = [Scored(s.text, _headless(s.text, s.gold), _headless(s.text, s.found)) for s in scored]
        result[model] = {label: score_counts(_counts(scored, label)) for label in ("all", *LABELS)}
        result[model] |= {"lenient": score_counts(_counts(lenient, "all")), "errors": list(_errors(scored))}
    return result


def _settings(model: str) -> dict[str, Any]:
    """Give the settings that run a recogniser by its name, or on a file or a folder by what tells its kind."""
    shipped = [name for name in RECOGNIZERS if name != "gazetteer"]
    if model in shipped:
        return {"recognizers": [model]}
    if model.endswith(".tsv"):
        return {"recognizers": ["gazetteer"], "gazetteer": model}
    for file, name, key in _FOLDERS:
        if (Path(model) / file).exists():
            return {"recognizers": [name], key: model}
    raise InputError(
        f"{model!r} is neither one of {', '.join(shipped)} nor a gazetteer (.tsv) nor a model folder; a folder holds "
        f"one of {', '.join(file for file, _, _ in _FOLDERS)}"
    )


def _found(doc: Document, page: Page) -> Spans:
    """Give the names found; on CoNLL a name counts for the words that it touches."""
    spans = frozenset((m.start, m.end, m.label) for m in doc.mentions)
    if page.words is None:
        return spans
    starts, ends = zip(*page.words, strict=True)
    return frozenset((starts[bisect_right(ends, a)], ends[bisect_left(starts, b) - 1], label) for a, b, label in spans)


def _counts(scored: Iterable[Scored], label: str) -> np.ndarray:
    """Give [documents, 3]: right, found, gold."""
    rows = []
    for s in scored:
        gold, found = ({x for x in spans if label in ("all", x[2])} for spans in (s.gold, s.found))
        rows.append((len(gold & found), len(found), len(gold)))
    return np.array(rows, dtype=np.int64).reshape(-1, 3)


def _f1(right: Any, found: Any, gold: Any) -> Any:
    return 200.0 * right / np.maximum(found + gold, 1)


def score_counts(counts: np.ndarray) -> dict[str, Any]:
    """Give precision, recall and F1 (percent), the F1's 95 % bootstrap interval over the rows, and the gold count.

    counts: [texts, 3] of right, found, gold. The interval is None where fewer than 10 texts have any names.
    """
    right, found, gold = counts.sum(0)
    interval = None
    if np.count_nonzero(counts.any(1)) >= _FEWEST:
        drawn = np.random.default_rng(7).integers(0, len(counts), (_RESAMPLES, len(counts)))
        sums = counts[drawn].sum(1)
        ends = np.percentile(_f1(sums[:, 0], sums[:, 1], sums[:, 2]), [2.5, 97.5])
        interval = [round(float(end), 1) for end in ends]
    return {
        "p": round(100.0 * right / max(1, found), 1),
        "r": round(100.0 * right / max(1, gold), 1),
        "f": round(float(_f1(right, found, gold)), 1),
        "n": int(gold),
        "interval": interval,
    }


@cache
def _heads() -> frozenset[str]:
    return frozenset(fold(word) for word in load_toml("names/heads.toml")["generic"])


def _headless(text: str, spans: Spans) -> Spans:
    """Move the start of each span behind a generic head (مدينة، قناة، دولة ...), with its proclitic if it has one."""
    moved = set()
    for start, end, label in spans:
        first, _, rest = text[start:end].partition(" ")
        word = fold(first)
        head = word in _heads() or (word[:1] in _PROCLITICS and word[1:] in _heads())
        moved.add((end - len(rest), end, label) if rest and head else (start, end, label))
    return frozenset(moved)


def _errors(scored: Sequence[Scored]) -> Iterator[Mapping[str, str]]:
    """Give each wrong name in its context: `missed`, `invented`, of another `label`, or of other `bounds`."""
    for s in scored:
        wrong = s.found - s.gold
        for start, end, label in sorted(s.gold - s.found):
            rivals = sorted(f for f in wrong if f[0] < end and start < f[1])
            kind = "missed" if not rivals else "label" if rivals[0][:2] == (start, end) else "bounds"
            answer = ", ".join(f"{tag} {s.text[a:b]}" for a, b, tag in rivals)
            yield {"error": kind, "label": label, "context": _context(s.text, start, end), "found": answer}
        for start, end, label in sorted(wrong):
            if all(end <= g[0] or g[1] <= start for g in s.gold - s.found):
                yield {"error": "invented", "label": label, "context": _context(s.text, start, end), "found": ""}


def _context(text: str, start: int, end: int) -> str:
    return f"{text[max(0, start - 30) : start]}[{text[start:end]}]{text[end : end + 30]}".replace("\n", " ")


def format_names(result: Mapping[str, Any], errors: int) -> str:
    """Give the scores as text, with the first errors of each model."""
    lines = []
    for model, scores in result.items():
        lines.append(model)
        lines += [f"  {label:7} {_cells(scores[label])}" for label in ("all", *LABELS, "lenient")]
        lines += [_line(error) for error in scores["errors"][:errors]]
    if any("[-]" in line for line in lines):
        lines.append(f"[-]: an interval needs names in {_FEWEST} texts or, in CoNLL, pages of {_PAGE} sentences")
    return "\n".join(lines)


def _cells(s: Mapping[str, Any]) -> str:
    if not s["n"]:
        return "no such name in the gold"
    return f"P {s['p']:5.1f}  R {s['r']:5.1f}  F1 {s['f']:5.1f} {s['interval'] or '[-]'}  n {s['n']}"


def _line(error: Mapping[str, str]) -> str:
    found = f" -> {error['found']}" if error["found"] else ""
    return f"  {error['error']:8} {error['label']} {error['context']}{found}"
