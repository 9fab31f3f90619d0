"""Documents as rows of the tables."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date
from typing import Any, Final

from pipeline.document import Document, EventMention, Mention, Role, Segment, Span
from pipeline.names.aliases import canonical_name
from pipeline.names.clitics import full_name
from pipeline.names.places import country_of
from pipeline.schema import TABLES

Rows = dict[str, list[dict[str, Any]]]
Codes = Mapping[str, tuple[str | None, str | None]]

_WIDTH: Final = {
    "day": 0, "week": 1, "month": 2, "quarter": 3, "season": 3, "half": 4, "year": 5, "decade": 6, "century": 7,
    "vague": 8,
}  # fmt: skip
_PERSON: Final = "PER"
_TIME_FACTS: Final = ("date_start", "date_end", "granularity", "basis", "calendar", "anchor")


def empty_rows() -> Rows:
    """Give a list of rows for every table."""
    return {name: [] for name in TABLES}


def add_document(rows: Rows, doc: Document, codes: Codes) -> None:
    """Append the rows of one finished document.

    codes: PLOVER and CAMEO code of each event type.
    """
    ids = {"doc_id": doc.doc_id}
    text = doc.text
    main = next((s for s in doc.segments if s.kind == "article"), None)
    published = doc.published or (main.published if main else None)
    basis = "metadata" if doc.published else "header" if published else "none"
    rows["documents"].append(
        ids
        | {
            "uri": doc.uri,
            "source": doc.source,
            "title": doc.title or (_cut(text, main.title) if main else None),
            "published": published,
            "published_basis": basis,
            "n_chars": len(text),
            "sha256": hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
            "text": text,
        }
    )
    for number, segment in enumerate(doc.segments):
        rows["segments"].append(ids | _segment(text, number, segment))
    for number, sentence in enumerate(doc.sentences):
        rows["sentences"].append(
            ids | {"sentence_id": number, "segment_id": sentence.segment, "start": sentence.start, "end": sentence.end}
        )
    for number, mention in enumerate(doc.mentions):
        rows["mentions"].append(
            ids
            | {"mention_id": number, **_place(doc, mention.sentence), **_span(text, mention)}
            | {
                "label": mention.label,
                "score": mention.score,
                "tagger": mention.tagger,
                "entity_id": _entity_id(doc, mention.entity or f"m{number}"),
            }
        )
    for number, time in enumerate(doc.times):
        rows["times"].append(
            ids
            | {"time_id": number, **_place(doc, time.sentence), **_span(text, time)}
            | {name: getattr(time, name) for name in _TIME_FACTS}
        )
    for number, event in enumerate(doc.events):
        rows["event_mentions"].append(ids | {"event_mention_id": number} | _event_mention(doc, event))
        for role in event.roles:
            rows["roles"].append(
                ids
                | {"event_mention_id": number, "role": role.role, **_span(text, role)}
                | {"entity_id": _entity_id(doc, role.entity), "score": role.score, "rule": role.rule or None}
            )
    rows["entities"].extend(_entities(doc))
    events = list(_events(doc, codes))
    rows["events"].extend(events)
    rows["stories"].extend(_story(doc, event) for event in events)


def _cut(text: str, span: Span | None) -> str | None:
    return text[span.start : span.end] if span else None


def _span(text: str, item: Any) -> dict[str, Any]:
    return {"start": item.start, "end": item.end, "text": text[item.start : item.end]}


def _place(doc: Document, sentence: int) -> dict[str, Any]:
    return {"segment_id": doc.sentences[sentence].segment, "sentence_id": sentence}


def _entity_id(doc: Document, entity: str | None) -> str | None:
    return f"{doc.doc_id}/{entity}" if entity else None


def event_key(doc_id: str, number: int) -> str:
    """Give the event_id of a happening of a page."""
    return f"{doc_id}/v{number}"


def _segment(text: str, number: int, segment: Segment) -> dict[str, Any]:
    return {
        "segment_id": number,
        "kind": segment.kind,
        "start": segment.start,
        "end": segment.end,
        "title": _cut(text, segment.title),
        "title_start": segment.title.start if segment.title else None,
        "title_end": segment.title.end if segment.title else None,
        "published": segment.published,
        "anchor": segment.anchor,
        "anchor_basis": segment.anchor_basis,
        "anchor_conflict": segment.anchor_conflict,
    }


def _event_mention(doc: Document, event: EventMention) -> dict[str, Any]:
    cue, speaker = event.status_cue, event.speaker
    return {
        "event_id": event_key(doc.doc_id, event.event),
        **_place(doc, event.sentence),
        "type": event.type,
        **_span(doc.text, event),
        "status": event.status,
        "status_start": cue.start if cue else None,
        "status_end": cue.end if cue else None,
        "date_start": event.date_start,
        "date_end": event.date_end,
        "granularity": event.granularity,
        "date_basis": event.date_basis,
        "time_id": event.time,
        "speaker_start": speaker.start if speaker else None,
        "speaker_end": speaker.end if speaker else None,
        "speaker": _cut(doc.text, speaker),
        "speaker_entity_id": _entity_id(doc, event.speaker_entity),
        "score": event.score,
        "rule": event.rule or None,
    }


def _entities(doc: Document) -> Iterable[dict[str, Any]]:
    groups: dict[str, list[Mention]] = {}
    for number, mention in enumerate(doc.mentions):
        groups.setdefault(mention.entity or f"m{number}", []).append(mention)
    for entity, mentions in groups.items():
        surfaces = [full_name(doc.text, m.start, m.end) for m in mentions]
        label = Counter(m.label for m in mentions).most_common(1)[0][0]
        name = canonical_name(surfaces)
        yield {
            "entity_id": _entity_id(doc, entity),
            "label": label,
            "name": name,
            "aliases": sorted(set(surfaces) - {name}),
            "n_mentions": len(mentions),
            "n_documents": 1,
            "country": None if label == _PERSON else country_of(name),
            "geonames_id": None,
            "latitude": None,
            "longitude": None,
        }


def _parties(doc: Document, mentions: Sequence[EventMention], role: str, persons: Set[str]) -> list[dict[str, Any]]:
    """Unite the fillers of a role over the mentions of one happening, each party once, names before phrases.

    persons: the entities whose names tell no country (جورجيا ميلوني).
    """
    parties: dict[str, tuple[Role, str]] = {}
    for filler in (r for m in mentions for r in m.roles if r.role == role):
        name = full_name(doc.text, filler.start, filler.end)
        parties.setdefault(filler.entity or name, (filler, name))
    return [
        {
            "text": name,
            "entity_id": _entity_id(doc, filler.entity),
            "country": None if filler.entity in persons else country_of(name),
        }
        for filler, name in sorted(parties.values(), key=lambda p: (p[0].entity is None, p[0].start))
    ]


def _events(doc: Document, codes: Codes) -> Iterable[dict[str, Any]]:
    groups: dict[int, list[EventMention]] = {}
    for event in doc.events:
        groups.setdefault(event.event, []).append(event)
    persons = {m.entity for m in doc.mentions if m.entity and m.label == _PERSON}
    for number, mentions in groups.items():
        kind = mentions[0].type
        dated = min(
            (m for m in mentions if m.date_start or m.date_end),
            key=lambda m: _WIDTH.get(m.granularity or "vague", 8),
            default=None,
        )
        places = _parties(doc, mentions, "place", persons) or _parties(doc, mentions, "destination", persons)
        place = places[0] if places else None
        speakers = dict.fromkeys(full_name(doc.text, m.speaker.start, m.speaker.end) for m in mentions if m.speaker)
        yield {
            "event_id": event_key(doc.doc_id, number),
            "doc_id": doc.doc_id,
            "segment_id": doc.sentences[mentions[0].sentence].segment,
            "type": kind,
            "plover": codes.get(kind, (None, None))[0],
            "cameo": codes.get(kind, (None, None))[1],
            "status": Counter(m.status for m in mentions).most_common(1)[0][0],
            "date_start": dated.date_start if dated else None,
            "date_end": dated.date_end if dated else None,
            "granularity": dated.granularity if dated else None,
            "date_basis": dated.date_basis if dated else None,
            "actors": _parties(doc, mentions, "actor", persons),
            "targets": _parties(doc, mentions, "target", persons),
            "place": place["text"] if place else None,
            "place_entity_id": place["entity_id"] if place else None,
            "country": place["country"] if place else None,
            "speakers": list(speakers),
            "n_mentions": len(mentions),
            "first_start": min(m.start for m in mentions),
            "story_id": event_key(doc.doc_id, number),
        }


def _story(doc: Document, event: Mapping[str, Any]) -> dict[str, Any]:
    """Give the story of one event: until pages are linked, each event is a story of its own."""
    own = doc.segments[event["segment_id"]].title
    first = next((s.title for s in doc.segments if s.title), None)
    title = _cut(doc.text, own or first) or doc.title
    dates: dict[str, date | None] = {name: event[name] for name in ("date_start", "date_end")}
    return {
        "story_id": event["story_id"],
        "type": event["type"],
        **dates,
        "n_events": 1,
        "n_documents": 1,
        "actors": [p["entity_id"] for p in event["actors"] if p["entity_id"]],
        "targets": [p["entity_id"] for p in event["targets"] if p["entity_id"]],
        "headline": title,
    }
