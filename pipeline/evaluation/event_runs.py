"""What `rasd evaluate events GOLD RUN` prints: the events of a run against JSON gold or labelled sentences."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pipeline.api import iterate_documents
from pipeline.errors import InputError
from pipeline.evaluation.corpora import pair_documents, read_annotations
from pipeline.evaluation.events import (
    EventScores,
    Measure,
    annotated_events,
    judged,
    read_sentences,
    score_events,
    score_sentences,
)
from pipeline.schema import EVENT_TYPES

# What kinds of labelled sentence corpora mean in Rasd's types (the GSR of Halterman et al. has ASSAULT and PROTEST).
_KINDS: Final = {"ASSAULT": frozenset({"ATTACK", "DEATH"})}
_HAPPENED: Final = frozenset({"OCCURRED", "ONGOING"})


def evaluate_events(
    gold: Path, run: Path, documents: Path | None = None
) -> Mapping[str, EventScores] | Mapping[str, Measure]:
    """Score the events of a run against JSON gold or a `label,text` CSV."""
    if gold.suffix.lower() == ".csv":
        return _evaluate_sentences(gold, run)
    notes = read_annotations(gold, documents)
    wanted = annotated_events(notes, gold)
    paired = pair_documents(run, {doc["id"]: doc["text"] for _, doc in notes}, gold)
    found = {paired[d.doc_id]: judged(d.events) for d in iterate_documents(run) if d.doc_id in paired}
    return score_events(wanted, found)


def _evaluate_sentences(gold: Path, run: Path) -> dict[str, Measure]:
    rows = read_sentences(gold)
    types: dict[str, set[str]] = {}
    for doc in iterate_documents(run):
        happened = {e.type for e in doc.events if e.status in _HAPPENED}
        types[doc.text.strip()] = happened
        types.setdefault(doc.text.removeprefix(f"{doc.title}\n").strip(), happened)  # the table may have titles
    missing = [text for _, _, text in rows if text.strip() not in types]
    if missing:
        raise InputError(
            f"{run} lacks {len(missing)} texts of {gold}, such as {missing[0][:60]!r}; run over its texts "
            f"and leave those out that become rows of `errors`"
        )
    found = []
    for _, kind, text in rows:
        wanted = _KINDS.get(kind, frozenset({kind} if kind in EVENT_TYPES else EVENT_TYPES))
        found.append(bool(types[text.strip()] & wanted))
    return score_sentences(rows, found)


def format_events(scores: Mapping[str, EventScores] | Mapping[str, Measure]) -> str:
    """Give the scores as a table of text; percent throughout, `-` where nothing can be measured."""
    heads = (
        "group",
        "P",
        "R",
        "F1",
        "n",
        "status",
        "date P",
        "date R",
        "actor",
        "target",
        "other",
        "speaker",
        "merging",
        "ECE",
    )
    rows: list[tuple[str, ...]] = []
    for name, s in scores.items():
        if isinstance(s, Measure):
            rows.append((name, *_cells(s)))
            continue
        if s.mentions.count == 0:
            continue
        parts = (s.actor.f1, s.target.f1, s.others.f1, s.speaker.f1)
        cells = (s.status, s.date_precision, s.date_recall, *parts, s.merging, s.calibration)
        rows.append((name, *_cells(s.mentions), *("-" if c is None else f"{c:.1f}" for c in cells)))
    table = [heads[: len(rows[0])] if rows else heads, *rows]
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in table)


def _cells(measure: Measure) -> tuple[str, ...]:
    return f"{measure.precision:.1f}", f"{measure.recall:.1f}", f"{measure.f1:.1f}", str(measure.count)
