"""Builds documents for the event tests: tokens by the real tokeniser, names and times where the test says."""

from dataclasses import replace
from datetime import date

from pipeline.document import Document, Mention, Segment, Span, TimeSpan
from pipeline.text.tokens import CamelTokens

PUBLISHED = date(2024, 3, 20)


def annotated(
    text: str,
    names: dict[str, str] | None = None,
    times: dict[str, tuple[date | None, date | None]] | None = None,
    title: bool = False,
) -> Document:
    """Give a document whose names (string to label) and times (string to interval) are marked at each occurrence."""
    head = Span(0, text.index("\n")) if title else None
    segment = Segment("article", 0, len(text), head, PUBLISHED, "metadata", PUBLISHED, "metadata")
    (doc,) = CamelTokens()([Document("d", text, segments=(segment,), published=PUBLISHED)])
    mentions = [
        Mention(start, end, label, None, "test", sentence_at(doc, start), entity=name)
        for name, label in (names or {}).items()
        for start, end in occurrences(text, name)
    ]
    spans = [
        TimeSpan(start, end, first, last, "day", "explicit", "gregorian", None, sentence_at(doc, start))
        for said, (first, last) in (times or {}).items()
        for start, end in occurrences(text, said)
    ]
    return replace(
        doc,
        mentions=tuple(sorted(mentions, key=lambda m: m.start)),
        times=tuple(sorted(spans, key=lambda t: t.start)),
    )


def occurrences(text: str, part: str) -> list[tuple[int, int]]:
    """Give the spans at which a string occurs."""
    found, at = [], text.find(part)
    while at >= 0:
        found.append((at, at + len(part)))
        at = text.find(part, at + len(part))
    return found


def sentence_at(doc: Document, offset: int) -> int:
    """Give the number of the sentence that holds an offset."""
    return next(n for n, s in enumerate(doc.sentences) if s.start <= offset < s.end)
