"""The records that flow through the stages: a document and what the stages find in it.

Offsets everywhere are half-open [start, end), in Unicode code points of the raw `Document.text`, never of a
normalised copy, so `doc.text[x.start:x.end]` is what `x` names. Token offsets (`first`, `last`) are half-open ranges
into `Document.tokens`.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the raw text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or mark.

    text: the raw surface. norm: the folded form under which lexicons are matched (see `text.normalize.fold`).
    """

    start: int
    end: int
    text: str
    norm: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a page: the article, a related article, or boilerplate. Segments tile the page.

    title: the span of the headline, None without one.
    published: the day that the segment itself (or, for the first article, the metadata) states; None if unknown.
    published_basis: `header` if the segment states it, `metadata` if it came with the page, else `none`.
    anchor: the day that "today" means here; None if unknown. anchor_basis: one of schema.ANCHOR_BASES.
    anchor_conflict: the deictic words of the segment demand different days.
    """

    kind: str
    start: int
    end: int
    title: Span | None = None
    published: date | None = None
    published_basis: str = "none"
    anchor: date | None = None
    anchor_basis: str = "none"
    anchor_conflict: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: raw span, number of its segment, and the range [first, last) of its tokens."""

    start: int
    end: int
    segment: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Mention:
    """A named mention.

    label: one of schema.LABELS. score: calibrated probability in 0..1, None where the tagger gives none.
    tagger: who found it, joined by `+`: recognisers, and `rule` for what the convention settles (alone: no score).
    sentence: number of its sentence. entity: identity within the page, shared by mentions of one entity.
    """

    start: int
    end: int
    label: str
    score: float | None
    tagger: str
    sentence: int
    entity: str = ""


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """A date expression and the interval that it denotes.

    date_start, date_end: inclusive proleptic Gregorian days; None where open or unknown.
    granularity: one of schema.GRANULARITIES. basis: one of schema.DATE_BASES. calendar: `gregorian` or `hijri`.
    anchor: the day that the value was counted from, None where the text states it in full.
    sentence: number of its sentence.
    """

    start: int
    end: int
    date_start: date | None
    date_end: date | None
    granularity: str
    basis: str
    calendar: str
    anchor: date | None
    sentence: int


@dataclass(frozen=True, slots=True)
class Role:
    """A filler of a role of an event mention.

    role: one of schema.ROLES. entity: page identity of the name that fills it, None for a noun phrase.
    score: probability in 0..1 that the filler is right, and its event; None of those that rules add (amount, position,
    instrument). rule: the slot of the frame that proposes it, if one does, and its place (`actor=subject: bare first`),
    or the rule.
    """

    role: str
    start: int
    end: int
    entity: str | None = None
    score: float | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class EventMention:
    """A word that reports one happening.

    start, end: the trigger. status: one of schema.STATUSES; status_cue: the words that decide it, None if none do.
    date_start, date_end, granularity, date_basis: from the time expression number `time`; all None if undated.
    speaker: to whom the text attributes the content; speaker_entity: page identity of that name.
    event: number of the happening within the page (mentions of one happening share it).
    score: calibrated probability in 0..1. rule: lexicon entry and probabilities behind the mention (`events.grounds`).
    """

    type: str
    start: int
    end: int
    sentence: int
    status: str
    status_cue: Span | None = None
    date_start: date | None = None
    date_end: date | None = None
    granularity: str | None = None
    date_basis: str | None = None
    time: int | None = None
    speaker: Span | None = None
    speaker_entity: str | None = None
    roles: tuple[Role, ...] = ()
    event: int = -1
    score: float | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A page and everything found in it so far.

    doc_id: unique in the run. uri: where the page came from. text: the raw text, title line included.
    title, source, published: metadata that came with the page; None where there is none. states: of the language model
    at every token, [tokens, width] as bytes (see `names.states`), while later stages need them; else None.
    """

    doc_id: str
    text: str
    uri: str = ""
    source: str | None = None
    title: str | None = None
    published: date | None = None
    segments: tuple[Segment, ...] = ()
    tokens: tuple[Token, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    mentions: tuple[Mention, ...] = ()
    times: tuple[TimeSpan, ...] = ()
    events: tuple[EventMention, ...] = ()
    states: "NDArray[np.uint8] | None" = field(default=None, repr=False, compare=False)
