"""Reads annotated documents for the event models, with their names and times filled in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.document import Document, Mention, Segment, Span, TimeSpan
from pipeline.evaluation.corpora import locate, read_annotations
from pipeline.evaluation.events import Judged, gold_events
from pipeline.text.tokens import CamelTokens
from pipeline.training.annotated import all_leads


@dataclass(frozen=True, slots=True)
class Example:
    """An annotated document, ready for the models: names and times filled in; its events as annotated."""

    doc: Document
    events: tuple[Judged, ...]


def read_examples(gold: Path, docs: Path) -> list[Example]:
    """Read annotated documents with their names and times."""
    return [_example(annotation, source) for annotation, source in read_annotations(gold, docs)]


def read_leads(paths: Sequence[Path]) -> list[Example]:
    """Read files of annotated leads (see `annotated`)."""
    return [
        _example(lead.annotation, {"id": lead.doc_id, "text": lead.text, "date": lead.published.isoformat()})
        for lead in all_leads(paths)
    ]


def _example(annotation: dict[str, Any], source: dict[str, Any]) -> Example:
    (doc,) = CamelTokens()([as_document(source)])
    doc = replace(doc, mentions=_mentions(annotation, doc), times=_times(annotation, doc))
    return Example(doc, tuple(gold_events(annotation, doc.text)))


def as_document(source: dict[str, Any]) -> Document:
    """Give a lead, of which `text` and the publish date are known, as a document of one article with its headline."""
    text = source["text"]
    published = source.get("date") or source.get("published")
    end = text.find("\n")
    title = Span(0, end) if 0 < end < len(text) - 1 else None
    day = date.fromisoformat(published[:10]) if published else None
    segment = Segment("article", 0, len(text), title, day, "metadata" if day else "none", day,
                      "metadata" if day else "none")  # fmt: skip
    return Document(source["id"], text, segments=(segment,), published=day)


def _sentence_at(doc: Document, offset: int) -> int:
    return next((n for n, s in enumerate(doc.sentences) if s.start <= offset < s.end), 0)


def _mentions(annotation: dict[str, Any], doc: Document) -> tuple[Mention, ...]:
    spans = sorted((s.start, s.end, m["type"]) for m in annotation["mentions"] for s in (locate(doc.text, m),))
    return tuple(Mention(a, b, label, None, "gold", _sentence_at(doc, a)) for a, b, label in spans)


def _times(annotation: dict[str, Any], doc: Document) -> tuple[TimeSpan, ...]:
    found = []
    for item in annotation["times"]:
        span = locate(doc.text, item)
        start, end = (date.fromisoformat(item[k]) if item.get(k) else None for k in ("start", "end"))
        found.append(TimeSpan(span.start, span.end, start, end, item.get("gran") or "vague", "explicit", "gregorian",
                              None, _sentence_at(doc, span.start)))  # fmt: skip
    return tuple(sorted(found, key=lambda t: (t.start, t.end)))
