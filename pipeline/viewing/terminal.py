"""A page of a run, readable in a terminal."""

from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.api import read_document
from pipeline.document import Document
from pipeline.tables.read import read_table
from pipeline.tables.rows import event_key
from pipeline.viewing.highlight import show_interval

_STYLES: Final = {"PER": "black on yellow", "LOC": "black on green", "ORG": "black on cyan"}
_EVENT_COLUMNS: Final = ("event", "type", "trigger", "status", "date", "actors", "targets", "place", "speaker")
_CONTROLS: Final = {code: " " for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n\r"} | {13: "\n"}


def printable(text: str) -> str:
    """Give text of the same length that cannot steer a terminal: control characters but tabs and line ends are blank.

    A carriage return is a line end of its own, or blank before a line feed.
    """
    return text.replace("\r\n", " \n").translate(_CONTROLS)


def list_documents(run: str | Path, most: int = 200) -> None:
    """Print the documents of a run: id, date, title."""
    table = read_table(run, "documents", as_arrow=True)
    view = Table("doc_id", "published", "title", title=f"{table.num_rows} documents")
    for row in table.slice(0, most).to_pylist():
        title = printable(row["title"] or row["text"][:60]).replace("\n", " ")
        view.add_row(printable(row["doc_id"]), str(row["published"] or ""), title)
    console = _console()
    console.print(view)
    if table.num_rows > most:
        console.print(f"... and {table.num_rows - most} more")


def show_document(run: str | Path, doc_id: str) -> None:
    """Print the text of a document with names, dates and events marked, and its events as a table."""
    doc = read_document(run, doc_id)
    console = _console()
    console.print(mark_text(doc))
    console.print(Text.assemble(*(part for name, style in _STYLES.items() for part in ((f" {name} ", style), " ")),
                                (" date ", "black on magenta"), " ", ("event", "bold red underline")))  # fmt: skip
    console.print(event_table(doc))


def mark_text(doc: Document) -> Text:
    """Give the text of a document with its names, dates and events marked."""
    text = Text(printable(doc.text))
    for mention in doc.mentions:
        text.stylize(_STYLES[mention.label], mention.start, mention.end)
    for time in doc.times:
        text.stylize("black on magenta", time.start, time.end)
    for event in doc.events:
        text.stylize("bold red underline", event.start, event.end)
    return text


def event_table(doc: Document) -> Table:
    """Give the event mentions of a document as a table; those of one happening have the same `event`, its id."""
    view = Table(*_EVENT_COLUMNS)
    text = printable(doc.text)
    for event in doc.events:
        fillers = [
            "، ".join(dict.fromkeys(text[r.start : r.end] for r in event.roles if r.role in roles))
            for roles in (("actor",), ("target",), ("place", "destination"))
        ]
        dates = show_interval(event.date_start, event.date_end)
        speaker = text[event.speaker.start : event.speaker.end] if event.speaker else ""
        key = printable(event_key(doc.doc_id, event.event))
        view.add_row(key, event.type, text[event.start : event.end], event.status, dates, *fillers, speaker)
    return view


def show_events(run: str | Path, most: int) -> None:
    """Print the first events of a run with their ids, statements last, and how many there are in all."""
    table = read_table(run, "events", as_arrow=True)
    rows = sorted(table.to_pylist(), key=lambda r: r["type"] == "STATEMENT")  # stable: document order within
    view = Table(
        "event", "type", "status", "date", "who", "whom", "where", "said by", title=f"the first of {len(rows)} events"
    )
    for row in rows[:most]:
        dates = show_interval(row["date_start"], row["date_end"]).replace(" – ", "\n– ")
        who, whom = ("، ".join(p["text"] for p in row[key][:3]) for key in ("actors", "targets"))
        said = "، ".join(row["speakers"][:2])
        cells = (row["event_id"], row["type"], row["status"], dates, who, whom, row["place"] or "", said)
        view.add_row(*map(printable, cells))
    _console().print(view)


def _console() -> Console:
    """Give a console that prints brackets and colons as they are, wide enough where nothing tells how wide it is."""
    console = Console(markup=False, emoji=False)
    return console if console.is_terminal else Console(width=150, markup=False, emoji=False)
