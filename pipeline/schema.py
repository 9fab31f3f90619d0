"""The Arrow schema of every table: the one place in code that names a column.

Offsets are half-open [start, end) in Unicode code points of `documents.text`; dates are inclusive, proleptic
Gregorian, null where open or unknown.
"""

from typing import Final

import pyarrow as pa

LABELS: Final = ("PER", "LOC", "ORG")
SEGMENT_KINDS: Final = ("article", "related", "boilerplate")
PUBLISHED_BASES: Final = ("metadata", "header", "none")
ANCHOR_BASES: Final = ("metadata", "header", "weekday", "text", "none")
GRANULARITIES: Final = (
    "day", "week", "month", "quarter", "half", "season", "year", "decade", "century", "vague",
)  # fmt: skip
DATE_BASES: Final = ("explicit", "deictic", "weekday", "relative", "partial")
CALENDARS: Final = ("gregorian", "hijri")
EVENT_TYPES: Final = (
    "VISIT", "MEETING", "PHONE_CALL", "STATEMENT", "INVITATION", "AGREEMENT", "APPOINTMENT", "RESIGNATION",
    "ELECTION", "ATTACK", "DEATH", "ARREST", "RELEASE", "PROTEST", "SANCTION", "AID", "MEDIATION", "CEASEFIRE",
    "EXERCISE", "VERDICT", "DISASTER", "DEAL", "LEGISLATION", "ACCUSATION", "THREAT", "DEMAND", "REJECTION",
)  # fmt: skip
STATUSES: Final = (
    "OCCURRED", "ONGOING", "PLANNED", "POSTPONED", "CANCELLED", "DENIED", "POSSIBLE", "REQUESTED", "ATTEMPTED",
)  # fmt: skip
ROLES: Final = (
    "actor", "target", "place", "destination", "origin", "inviter", "mediator", "topic",
    "instrument", "amount", "position",
)  # fmt: skip

_STR, _INT, _DATE, _F32 = pa.string(), pa.int32(), pa.date32(), pa.float32()
_PARTIES: Final = pa.list_(pa.struct([pa.field("text", _STR), pa.field("entity_id", _STR), pa.field("country", _STR)]))


def _need(name: str, kind: pa.DataType, description: str) -> pa.Field:
    return pa.field(name, kind, nullable=False, metadata={"description": description})


def _may(name: str, kind: pa.DataType, description: str) -> pa.Field:
    return pa.field(name, kind, nullable=True, metadata={"description": description})


def _one_of(values: tuple[str, ...]) -> str:
    return "one of " + " ".join(values)


_DOC_ID: Final = _need("doc_id", _STR, "id of the document")
_SEGMENT_ID: Final = _need("segment_id", _INT, "number of the segment within the document")
_SENTENCE_ID: Final = _need("sentence_id", _INT, "number of the sentence within the document")
_START: Final = _need("start", _INT, "first code point in documents.text")
_END: Final = _need("end", _INT, "code point after the last in documents.text")
_TEXT: Final = _need("text", _STR, "documents.text[start:end]")
_DATES: Final = (
    _may("date_start", _DATE, "first day, inclusive; null where open or unknown"),
    _may("date_end", _DATE, "last day, inclusive; null where open or unknown"),
)

TABLES: Final[dict[str, pa.Schema]] = {
    name: pa.schema(fields, metadata={"table": name, "version": "1"})
    for name, fields in {
        "documents": [
            _DOC_ID,
            _need("uri", _STR, "where the page came from"),
            _may("source", _STR, "source as the input names it"),
            _may("title", _STR, "headline"),
            _may("published", _DATE, "publish date"),
            _need("published_basis", _STR, _one_of(PUBLISHED_BASES)),
            _need("n_chars", _INT, "code points of text"),
            _need("sha256", _STR, "SHA-256 of text in UTF-8"),
            _need("text", _STR, "raw text to which all offsets refer"),
        ],
        "segments": [
            _DOC_ID,
            _SEGMENT_ID,
            _need("kind", _STR, _one_of(SEGMENT_KINDS)),
            _START,
            _END,
            _may("title", _STR, "headline of the segment"),
            _may("title_start", _INT, "first code point of the headline"),
            _may("title_end", _INT, "code point after the headline"),
            _may("published", _DATE, "publish date that the segment states"),
            _may("anchor", _DATE, "the day that today means in this segment"),
            _need("anchor_basis", _STR, _one_of(ANCHOR_BASES)),
            _need("anchor_conflict", pa.bool_(), "deictic words demand different days"),
        ],
        "sentences": [_DOC_ID, _SENTENCE_ID, _SEGMENT_ID, _START, _END],
        "mentions": [
            _DOC_ID,
            _need("mention_id", _INT, "number of the mention within the document"),
            _SEGMENT_ID,
            _SENTENCE_ID,
            _START,
            _END,
            _TEXT,
            _need("label", _STR, _one_of(LABELS)),
            _may("score", _F32, "calibrated probability"),
            _need("tagger", _STR, "who found the name: recognisers, and `rule` for the convention, joined by +"),
            _need("entity_id", _STR, "entity that the name denotes"),
        ],
        "times": [
            _DOC_ID,
            _need("time_id", _INT, "number of the expression within the document"),
            _SEGMENT_ID,
            _SENTENCE_ID,
            _START,
            _END,
            _TEXT,
            *_DATES,
            _need("granularity", _STR, _one_of(GRANULARITIES)),
            _need("basis", _STR, _one_of(DATE_BASES)),
            _need("calendar", _STR, _one_of(CALENDARS)),
            _may("anchor", _DATE, "day that the value was counted from"),
        ],
        "event_mentions": [
            _DOC_ID,
            _need("event_mention_id", _INT, "number of the event mention within the document"),
            _need("event_id", _STR, "happening that the mention tells"),
            _SEGMENT_ID,
            _SENTENCE_ID,
            _need("type", _STR, _one_of(EVENT_TYPES) + ", or of the user's ontology"),
            _START,
            _END,
            _need("text", _STR, "the trigger word"),
            _need("status", _STR, _one_of(STATUSES)),
            _may("status_start", _INT, "first code point of the status cue"),
            _may("status_end", _INT, "code point after the status cue"),
            *_DATES,
            _may("granularity", _STR, _one_of(GRANULARITIES)),
            _may("date_basis", _STR, _one_of(DATE_BASES)),
            _may("time_id", _INT, "time expression that dates the event"),
            _may("speaker_start", _INT, "first code point of the speaker"),
            _may("speaker_end", _INT, "code point after the speaker"),
            _may("speaker", _STR, "to whom the text attributes the event"),
            _may("speaker_entity_id", _STR, "entity of the speaker"),
            _may("score", _F32, "calibrated probability"),
            _may("rule", _STR, "lexicon entry and decisions behind the mention"),
        ],
        "roles": [
            _DOC_ID,
            _need("event_mention_id", _INT, "event mention that the filler belongs to"),
            _need("role", _STR, _one_of(ROLES)),
            _START,
            _END,
            _TEXT,
            _may("entity_id", _STR, "entity of the filler"),
            _may("score", _F32, "calibrated probability that the filler is right, and its event"),
            _may("rule", _STR, "frame or mechanism that filled the role"),
        ],
        "events": [
            _need("event_id", _STR, "id of the happening"),
            _DOC_ID,
            _SEGMENT_ID,
            _need("type", _STR, _one_of(EVENT_TYPES) + ", or of the user's ontology"),
            _may("plover", _STR, "PLOVER code"),
            _may("cameo", _STR, "CAMEO code"),
            _need("status", _STR, "that of most mentions, of equally many the first; " + _one_of(STATUSES)),
            *_DATES,
            _may("granularity", _STR, _one_of(GRANULARITIES)),
            _may("date_basis", _STR, _one_of(DATE_BASES)),
            _need("actors", _PARTIES, "who does it"),
            _need("targets", _PARTIES, "to whom it is done"),
            _may("place", _STR, "where it happens"),
            _may("place_entity_id", _STR, "entity of the place"),
            _may("country", _STR, "ISO 3166-1 alpha-2"),
            _need("speakers", pa.list_(_STR), "to whom it is attributed"),
            _need("n_mentions", _INT, "mentions of the happening in the document"),
            _need("first_start", _INT, "first code point of the first mention"),
            _may("story_id", _STR, "happening across documents"),
        ],
        "entities": [
            _need("entity_id", _STR, "id of the entity"),
            _need("label", _STR, _one_of(LABELS)),
            _need("name", _STR, "canonical name"),
            _need("aliases", pa.list_(_STR), "other surfaces"),
            _need("n_mentions", pa.int64(), "mentions in the run"),
            _need("n_documents", pa.int64(), "documents that name it"),
            _may("country", _STR, "ISO 3166-1 alpha-2"),
            _may("geonames_id", pa.int64(), "GeoNames id"),
            _may("latitude", pa.float64(), "degrees north"),
            _may("longitude", pa.float64(), "degrees east"),
        ],
        "stories": [
            _need("story_id", _STR, "id of the story"),
            _need("type", _STR, _one_of(EVENT_TYPES) + ", or of the user's ontology"),
            *_DATES,
            _need("n_events", _INT, "events of the story"),
            _need("n_documents", _INT, "documents that tell it"),
            _need("actors", pa.list_(_STR), "entity ids of those who act"),
            _need("targets", pa.list_(_STR), "entity ids of those acted upon"),
            _may("headline", _STR, "headline of the first document"),
        ],
        "errors": [
            _need("uri", _STR, "where the input came from"),
            _may("doc_id", _STR, "id of the document if known"),
            _need("stage", _STR, "stage at which it failed"),
            _need("error", _STR, "class of the error"),
            _need("message", _STR, "what is wrong and what to do"),
        ],
    }.items()
}
