"""What the command line and notebooks call for a single text or event."""

from datetime import date
from pathlib import Path

import pyarrow.compute as pc

from pipeline.config import Config
from pipeline.document import Document
from pipeline.errors import ConfigError, RunError
from pipeline.running.shard import prepare
from pipeline.sources.dates import parse_date
from pipeline.sources.load import load_page
from pipeline.sources.page import Page
from pipeline.tables.read import read_manifest, read_table


def extract(
    text: str,
    published: date | str | None = None,
    *,
    title: str | None = None,
    doc_id: str = "text",
    config: Config | None = None,
) -> Document:
    """Extract names, times and events from one text, in this process.

    published: its day, or a string that states one. Raises DocumentError for a text without Arabic, ConfigError for a
    date that is none. The models load at the first call.
    """
    day = parse_date(published)
    if published is not None and day is None:
        raise ConfigError(f"published: {published!r} is no date; write it as 2026-11-23")
    config = config or Config()
    doc = load_page(Page(doc_id, doc_id, "text", text, doc_id=doc_id, title=title, published=day), config.read)
    docs = [doc]
    for stage in prepare(config):
        docs = stage(docs)
    return docs[0]


def load_document(run: str | Path, doc_id: str) -> Document:
    """Extract a document of a run again, from its stored text and with the settings of the run.

    Raises RunError if the run has no such document.
    """
    manifest = read_manifest(run)
    table = read_table(run, "documents", as_arrow=True)
    rows = table.filter(pc.field("doc_id") == doc_id).to_pylist()
    if not rows:
        raise RunError(f"{run} has no document {doc_id!r}; list them with `rasd show {run}`")
    row = rows[0]
    config = Config.from_dict(manifest["settings"], str(run))
    published = row["published"] if row["published_basis"] == "metadata" else None
    docs = [Document(doc_id, row["text"], row["uri"], row["source"], row["title"], published)]
    for stage in prepare(config):
        docs = stage(docs)
    return docs[0]


def explain(run: str | Path, event_id: str) -> str:
    """Say for every cell of an event which lexicon entry, frame, cue or model put it there, as text.

    Raises RunError for an event that the run does not have.
    """
    from pipeline.events.explain import explain_event

    table = read_table(run, "events", as_arrow=True)
    rows = table.filter(pc.field("event_id") == event_id).to_pylist()
    if not rows:
        raise RunError(f"{run} has no event {event_id!r}; the ids are in its table `events`")
    doc = load_document(run, rows[0]["doc_id"])
    mentions = [m for m in doc.events if f"{doc.doc_id}/v{m.event}" == event_id]
    return "\n\n".join(explain_event(doc, mention) for mention in mentions)
