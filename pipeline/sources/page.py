"""A page as it comes in, before it is decoded."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")


def writable(text: str) -> str:
    """Replace what no file can hold, lone surrogates, one for one by U+FFFD."""
    return _SURROGATE.sub("\ufffd", text)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of input, or the reason why there is none.

    location: file, and `#n` (1-based line, row or record) inside a file of many. uri: its address if the input gives
        one, else `location`. doc_id: id from the input, or None where one is made from uri and text.
    repeat: HTML pages without id that came from this address so far, itself counted; from 2 on it ends the id made.
    kind: `text`, `html` or `error`. content: the page, still in bytes where its encoding is unknown; for `error`
        the message.
    error: class name of the error for kind `error`.
    bad_date: what the metadata give as its date where that could not be read.
    lacking: columns that the settings name and its record does not have; None for a page that is no record.
    """

    location: str
    uri: str
    kind: str
    content: bytes | str
    doc_id: str | None = None
    title: str | None = None
    published: date | None = None
    source: str | None = None
    error: str | None = None
    repeat: int = 1
    bad_date: str | None = None
    lacking: frozenset[str] | None = None


def error_page(location: str, error: str, message: str) -> Page:
    """Give the page that stands for one that cannot be had. error: class name. message: what, where and what to do."""
    return Page(location, location, "error", message, error=error)
