"""Rasd: who did what, where and when, out of Arabic news.

    >>> import pipeline
    >>> doc = pipeline.extract("وصل الوزير إلى القاهرة أمس.", published="2026-11-22")
    >>> summary = pipeline.run("pages/", "outputs/first")
    >>> events = pipeline.read_table("outputs/first", "events")

Heavy libraries load only when they are used.
"""

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pipeline.api import explain, extract
    from pipeline.config import Config
    from pipeline.document import Document
    from pipeline.running.run import RunSummary, run
    from pipeline.tables.read import read_table

_PUBLIC: Final = {
    "Config": "pipeline.config",
    "Document": "pipeline.document",
    "RunSummary": "pipeline.running.run",
    "explain": "pipeline.api",
    "extract": "pipeline.api",
    "read_table": "pipeline.tables.read",
    "run": "pipeline.running.run",
}
__all__ = ["Config", "Document", "RunSummary", "explain", "extract", "read_table", "run"]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'pipeline' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_PUBLIC[name]), name)
