"""The main text, title, date and publisher of an HTML page, by trafilatura."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from pipeline.sources.dates import parse_date

# The date that tags, addresses and marked-up date lines state; no search for any date in the text or the footer.
_DATES: Final[dict[str, Any]] = {"original_date": True, "extensive_search": False, "max_date": "2100-12-31"}


@dataclass(frozen=True, slots=True)
class Extracted:
    """What an HTML page holds; None where it does not say."""

    text: str
    title: str | None
    published: date | None
    source: str | None


def extract_html(html: str, url: str | None = None) -> Extracted | None:
    """Extract the main text of a page with its metadata; None where the page has no text."""
    from trafilatura import bare_extraction

    found = bare_extraction(
        html, url=url, include_comments=False, include_tables=False, with_metadata=True, date_extraction_params=_DATES
    )
    if found is None or isinstance(found, dict) or not found.text:
        return None
    return Extracted(found.text, found.title or None, parse_date(found.date), found.sitename or None)
