"""Documents rebuilt from the tables of a run, as the stages left them (tokens excepted)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pipeline.document import Document, EventMention, Mention, Role, Segment, Sentence, Span, TimeSpan

RECORD_TABLES: Final = ("documents", "segments", "sentences", "mentions", "times", "event_mentions", "roles")
Row = Mapping[str, Any]


def rebuild_documents(tables: Mapping[str, Sequence[Row]]) -> Iterator[Document]:
    """Give the documents that rows of RECORD_TABLES tell of, in the order of `documents`."""
    by_doc = {name: _group(tables[name]) for name in RECORD_TABLES if name != "documents"}
    for row in tables["documents"]:
        parts = {name: groups.get(row["doc_id"], []) for name, groups in by_doc.items()}
        yield _document(row, parts)


def _group(rows: Sequence[Row]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["doc_id"]].append(row)
    return groups


def _span(row: Row, prefix: str) -> Span | None:
    start = row[f"{prefix}_start"]
    return None if start is None else Span(start, row[f"{prefix}_end"])


def _local(doc_id: str, entity_id: str | None) -> str | None:
    return None if entity_id is None else entity_id.removeprefix(f"{doc_id}/")


def _document(row: Row, parts: Mapping[str, Sequence[Row]]) -> Document:
    doc_id = row["doc_id"]
    roles: dict[int, list[Role]] = defaultdict(list)
    for r in parts["roles"]:
        entity = _local(doc_id, r["entity_id"])
        roles[r["event_mention_id"]].append(Role(r["role"], r["start"], r["end"], entity, r["score"], r["rule"] or ""))
    metadata = row["published"] if row["published_basis"] == "metadata" else None
    return Document(
        doc_id,
        row["text"],
        row["uri"],
        row["source"],
        row["title"],
        metadata,
        segments=tuple(
            Segment(
                s["kind"],
                s["start"],
                s["end"],
                _span(s, "title"),
                s["published"],
                "none" if s["published"] is None else "metadata" if s["published"] == metadata else "header",
                s["anchor"],
                s["anchor_basis"],
                s["anchor_conflict"],
            )
            for s in parts["segments"]
        ),
        sentences=tuple(Sentence(s["start"], s["end"], s["segment_id"], 0, 0) for s in parts["sentences"]),
        mentions=tuple(
            Mention(
                m["start"],
                m["end"],
                m["label"],
                m["score"],
                m["tagger"],
                m["sentence_id"],
                _local(doc_id, m["entity_id"]) or "",
            )
            for m in parts["mentions"]
        ),
        times=tuple(
            TimeSpan(
                t["start"],
                t["end"],
                t["date_start"],
                t["date_end"],
                t["granularity"],
                t["basis"],
                t["calendar"],
                t["anchor"],
                t["sentence_id"],
            )
            for t in parts["times"]
        ),
        events=tuple(_event(doc_id, e, tuple(roles[e["event_mention_id"]])) for e in parts["event_mentions"]),
    )


def _event(doc_id: str, row: Row, roles: tuple[Role, ...]) -> EventMention:
    return EventMention(
        row["type"],
        row["start"],
        row["end"],
        row["sentence_id"],
        row["status"],
        _span(row, "status"),
        row["date_start"],
        row["date_end"],
        row["granularity"],
        row["date_basis"],
        row["time_id"],
        _span(row, "speaker"),
        _local(doc_id, row["speaker_entity_id"]),
        roles,
        int(row["event_id"].rpartition("/v")[2]),
        row["score"],
        row["rule"] or "",
    )
