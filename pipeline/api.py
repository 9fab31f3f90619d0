"""What the command line and notebooks call for a single text or event."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow.compute as pc

from pipeline.config import Config
from pipeline.document import Document
from pipeline.errors import ConfigError, InputError, RunError
from pipeline.running.shard import prepare
from pipeline.sources.dates import is_no_date, parse_date
from pipeline.sources.load import load_page
from pipeline.sources.page import Page
from pipeline.tables.read import read_table
from pipeline.tables.records import RECORD_TABLES, rebuild_documents


def extract(
    text: str,
    published: date | str | None = None,
    *,
    title: str | None = None,
    doc_id: str = "text",
    config: Config | None = None,
) -> Document:
    """Extract names, times and events from one text, in this process.

    published: its day, or a string that states one; blanks and the NaN, NaT and NA of pandas are None. Raises
    DocumentError for a text without Arabic, InputError for what is no text, ConfigError for a date that is none. The
    models load at the first call.
    """
    for name, value in (("text", text), ("title", "" if title is None else title)):
        if not isinstance(value, str):
            raise InputError(f"{name} must be a string, not {type(value).__name__}; leave out rows that have none")
    day = parse_date(published)
    if published is not None and day is None and not is_no_date(published):
        raise ConfigError(f"published: {published!r} is no date; write it as 2026-11-23")
    config = Config.checked(config)
    doc = load_page(Page(doc_id, doc_id, "text", text, doc_id=doc_id, title=title, published=day), config.read)
    docs = [doc]
    for stage in prepare(config):
        docs = stage(docs)
    return docs[0]


def iterate_documents(run: str | Path) -> Iterator[Document]:
    """Give the documents of a run as records, rebuilt from its tables, in order."""
    tables = {name: read_table(run, name, as_arrow=True).to_pylist() for name in RECORD_TABLES}
    yield from rebuild_documents(tables)


def read_document(run: str | Path, doc_id: str) -> Document:
    """Give one document of a run as records, rebuilt from its tables; RunError if the run has no such document."""
    mine = pc.field("doc_id") == doc_id
    tables = {name: read_table(run, name, as_arrow=True).filter(mine).to_pylist() for name in RECORD_TABLES}
    doc = next(rebuild_documents(tables), None)
    if doc is None:
        raise RunError(f"{run} has no document {doc_id!r}; list them with `rasd show {run}`")
    return doc


def explain(run: str | Path, event_id: str) -> str:
    """Say for every cell of an event and its mentions which lexicon entry, frame, cue or model put it there, as text.

    Raises RunError for an event that the run does not have.
    """
    from pipeline.events.explain import explain_event

    table = read_table(run, "events", as_arrow=True)
    rows = table.filter(pc.field("event_id") == event_id).to_pylist()
    if not rows:
        raise RunError(f"{run} has no event {event_id!r}; `rasd show` and its table `events` tell the ids")
    return explain_event(read_document(run, rows[0]["doc_id"]), rows[0])
