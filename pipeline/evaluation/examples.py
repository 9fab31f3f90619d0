"""What `rasd evaluate examples` prints: the example sentences of an ontology against what comes out for them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from pipeline.config import Config
from pipeline.document import Document, EventMention, Span
from pipeline.evaluation.events import overlap
from pipeline.events.examples import Example, ExampleEvent
from pipeline.events.ontology import Ontology, load_ontology
from pipeline.events.triggers import find_candidates
from pipeline.running.shard import prepare
from pipeline.sources.load import load_page
from pipeline.sources.page import Page

CELLS: Final = ("trigger", "type", "mention", "roles", "status", "time", "speaker")
PROMISED: Final = ("trigger", "type")  # what the ontology alone must get right
PUBLISHED: Final = date(2024, 3, 20)  # of all examples, a Wednesday
_EXTRA: Final = frozenset({"amount", "position", "instrument"})  # roles of which an example need not name all fillers

Proposed = Mapping[tuple[int, int], frozenset[str]]  # types by start and end


@dataclass(frozen=True, slots=True)
class Cell:
    """A part of the analysis of an example, and what is wrong with it; empty where nothing is.

    type, number: the file's type and the place of the example in it, from 1. name: one of CELLS. trigger: empty for an
    example without events.
    """

    type: str
    number: int
    text: str
    trigger: str
    name: str
    fault: str = ""


def check_examples(ontology: str | Path | None = None, model: str = "deep") -> list[Cell]:
    """Judge every example of an ontology, a cell for each thing that it says.

    ontology: a folder as for `events.ontology`; None is the shipped one. model: as `events.model`. `trigger` and `type`
    are about what the ontology proposes, whatever the models make of it; `mention` is whether an event comes out.
    Fillers and speakers are right where they overlap. Raises ConfigError and ResourceError.
    """
    folder = None if ontology is None else Path(ontology)
    config = Config.from_dict({"events": {"model": model, "ontology": None if folder is None else str(folder)}})
    known = load_ontology(folder)
    rows = [(kind.name, n, example) for kind in known.types.values() for n, example in enumerate(kind.examples, 1)]
    docs = [
        load_page(Page(f"{name}-{n}", "", "text", example.text, doc_id=f"{name}-{n}", published=PUBLISHED), config.read)
        for name, n, example in rows
    ]
    for stage in prepare(config):
        docs = stage(docs)
    return [
        Cell(name, n, example.text, *found)
        for (name, n, example), doc in zip(rows, docs, strict=True)
        for found in _judge(name, example, doc, _proposed(doc, known))
    ]


def _proposed(doc: Document, ontology: Ontology) -> Proposed:
    """Give the types of the candidates of each token whose conditions hold."""
    found: dict[tuple[int, int], frozenset[str]] = {}
    for candidate in find_candidates(doc, ontology):
        token = doc.tokens[candidate.token]
        if not candidate.faint:
            found[token.start, token.end] = found.get((token.start, token.end), frozenset()) | {candidate.type}
    return found


def _judge(type_: str, example: Example, doc: Document, proposed: Proposed) -> Iterator[tuple[str, str, str]]:
    """Give trigger, cell and fault of all that an example of the file of a type says."""
    if not example.events:
        wrong = [doc.text[start:end] for (start, end), types in proposed.items() if type_ in types]
        yield "", "type", f"nothing may be of this type, but the ontology proposes {', '.join(wrong)}" if wrong else ""
        told = [doc.text[e.start : e.end] for e in doc.events if e.type == type_]
        yield "", "mention", f"no event of this type may come out, but {', '.join(told)} does" if told else ""
    for event in example.events:
        place = _occurrences(doc.text, event.trigger)[event.nth - 1]
        types = proposed.get((place.start, place.end), frozenset())
        found = next((e for e in doc.events if e.start == place.start and e.type == event.type), None)
        whole = any((t.start, t.end) == (place.start, place.end) for t in doc.tokens)
        missing = "no row of the ontology proposes the word" if whole else "it is no whole word of the text"
        cells = [("trigger", "" if types else missing)]
        if types:
            cells.append(("type", "" if event.type in types else f"{' and '.join(sorted(types))}, not {event.type}"))
        cells.append(("mention", "" if found else "it is not taken for an event"))
        if found:
            cells += _judge_mention(event, found, doc)
        yield from ((event.trigger, name, fault) for name, fault in cells)


def _judge_mention(event: ExampleEvent, found: EventMention, doc: Document) -> Iterator[tuple[str, str]]:
    text = doc.text
    left = list(found.roles)
    for role, filler in event.roles:
        hit = next((r for r in left if r.role == role and _at(text, filler, Span(r.start, r.end))), None)
        if hit:
            left.remove(hit)
        yield "roles", "" if hit else f"{role} «{filler}» is not found"
    yield from (
        ("roles", f"{r.role} «{text[r.start : r.end]}» is not in the example") for r in left if r.role not in _EXTRA
    )
    yield "status", "" if found.status == event.status else f"{found.status}, not {event.status}"
    time = None if found.time is None else text[doc.times[found.time].start : doc.times[found.time].end]
    yield "time", "" if time == event.time else f"{_quote(time)}, not {_quote(event.time)}"
    speaker = found.speaker
    said = text[speaker.start : speaker.end] if speaker else None
    right = _at(text, event.speaker, speaker) if event.speaker and speaker else event.speaker == said
    yield "speaker", "" if right else f"{_quote(said)}, not {_quote(event.speaker)}"


def _quote(words: str | None) -> str:
    return "none" if words is None else f"«{words}»"


def _occurrences(text: str, part: str) -> list[Span]:
    starts = (start for start in range(len(text)) if text.startswith(part, start))
    return [Span(start, start + len(part)) for start in starts]


def _at(text: str, words: str, span: Span) -> bool:
    """Tell whether a span overlaps an occurrence of some words."""
    return any(overlap(span, place) for place in _occurrences(text, words))


def keeps_promise(cells: Sequence[Cell]) -> bool:
    """Tell whether the ontology proposes every trigger with its type, and nothing where an example forbids it."""
    return not any(cell.fault for cell in cells if cell.name in PROMISED)


def count_right(cells: Sequence[Cell]) -> dict[str, tuple[int, int]]:
    """Count, for each of CELLS, those that are right, and all."""
    total, right = (Counter(c.name for c in cells if not c.fault or every) for every in (True, False))
    return {name: (right[name], total[name]) for name in CELLS}


def format_examples(cells: Sequence[Cell]) -> str:
    """Give what differs, by example, and the counts below; what the ontology itself gets wrong is marked by !."""
    lines = []
    before = None
    for cell in cells:
        if cell.fault:
            if before != (cell.type, cell.number):
                lines.append(f"{cell.type} {cell.number}: {cell.text}")
                before = cell.type, cell.number
            mark = "!" if cell.name in PROMISED else " "
            lines.append(f"{mark}   {cell.trigger + ': ' if cell.trigger else ''}{cell.name}: {cell.fault}")
    counts = [f"{name:8} {right:4} of {total}" for name, (right, total) in count_right(cells).items()]
    return "\n".join([*lines, "right:", *counts])
