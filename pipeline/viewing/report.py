"""A run as one offline HTML page."""

from collections import Counter
from html import escape
from itertools import islice
from pathlib import Path

from pipeline.api import iterate_documents
from pipeline.document import Document
from pipeline.tables.read import read_table
from pipeline.viewing.highlight import KEY, highlight, wrap_page


def write_report(run: str | Path, out: str | Path | None = None, pages: int = 50) -> Path:
    """Write the first pages of a run, highlighted, below counts of what the run holds; give the file.

    out: the file; by default `report.html` in the folder of the run.
    """
    path = Path(out) if out is not None else Path(run) / "report.html"
    documents = read_table(run, "documents", as_arrow=True).num_rows
    types = Counter(read_table(run, "events", as_arrow=True).column("type").to_pylist())
    errors = read_table(run, "errors", as_arrow=True).num_rows
    counts = ", ".join(f"{name} {count}" for name, count in types.most_common())
    head = (
        f"<header><h1>Rasd: {escape(Path(run).name)}</h1><p class='soft'>{documents} documents, {errors} errors, "
        f"{sum(types.values())} events: {escape(counts)}</p></header>{KEY}"
    )
    shown = "".join(
        f"<article><h2>{escape(doc.doc_id)} · {_day(doc)}</h2>{highlight(doc)}</article>"
        for doc in islice(iterate_documents(run), pages)
    )
    path.write_text(wrap_page(f"Rasd: {Path(run).name}", head + shown), encoding="utf-8")
    return path


def _day(doc: Document) -> str:
    """Give the publish date of a page: of its metadata, else what its first article states."""
    stated = (segment.published for segment in doc.segments if segment.kind == "article")
    return str(doc.published or next(stated, None) or "no date")
