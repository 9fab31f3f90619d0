"""Headlines of further articles that no marker announces: one before a date line, several within an article."""

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Final

from pipeline.resources import load_toml

if TYPE_CHECKING:
    from pipeline.text.pages import Line

TITLE_WORDS: Final = 32
ITEM_WORDS: Final = 4  # shortest headline in a list of links, where no marker stands before it
_INSERTED: Final = range(2, 7)  # headlines that stand together within an article
_INSERTED_WORDS: Final = 14  # of the longest of them
_PARAGRAPH_WORDS: Final = 15  # of the shortest paragraph on either side of them
_STOPS: Final = (".", "؟", "!")
# What is quoted, an item of a list, a verse or a sentence.
_NO_HEADLINE: Final = re.compile(r'["“«(*•–-]|[0-9]+ ?[-–.)]|.*(?:\*|[.:،,؛…]["”») ]*$)')


def embedded(lines: Sequence["Line"]) -> set[int]:
    """Give the lines that are headlines of further articles without a marker: each stands right before a date line.

    They count only behind a paragraph of an article that is dated itself, and where the date line is labelled or gives
    the hour, as stamps of pages do and dates within a text do not.
    """
    found: set[int] = set()
    dated = body = False
    shown = [at for at, line in enumerate(lines) if line.kind != "blank"]
    first = next((lines[at].folded for at in shown if lines[at].kind == "text"), "")
    for here, below, beyond in zip(shown, shown[1:], shown[2:], strict=False):
        line, day = lines[here], lines[below].day
        stamp = day is not None and day.day is not None and not day.updated and (day.labelled or day.clock)
        headline = line.kind == "text" and not line.is_body and ITEM_WORDS <= line.words <= TITLE_WORDS
        if stamp and dated and body and headline and line.folded != first and lines[beyond].kind in ("text", "source"):
            found.add(here)
        dated = dated or (line.day is not None and line.day.day is not None)
        body = body or line.is_body
    return found


def inserted(lines: Sequence["Line"]) -> set[int]:
    """Give the lines that are links within an article: several headlines together between two of its paragraphs.

    Blank lines between them count as theirs. What follows is the article again, not the end of a sentence that lines
    break.
    """
    found: set[int] = set()
    shown = [at for at, line in enumerate(lines) if line.kind != "blank"]
    first = 1
    while first < len(shown) - 1:
        stop = first
        while stop < len(shown) and _is_link(lines[shown[stop]]):
            stop += 1
        if stop - first in _INSERTED and stop < len(shown):
            before, after = lines[shown[first - 1]], lines[shown[stop]]
            closed = before.folded.rstrip('"”») ').endswith(_STOPS)
            whole = closed and not _patterns("resumed").match(after.folded)
            if whole and all(x.is_body and x.words >= _PARAGRAPH_WORDS for x in (before, after)):
                found.update(range(shown[first], shown[stop - 1] + 1))
        first = stop + 1
    return found


def _is_link(line: "Line") -> bool:
    if line.kind != "text" or line.is_body or not ITEM_WORDS <= line.words <= _INSERTED_WORDS:
        return False
    return not (_NO_HEADLINE.match(line.folded) or _patterns("sentence").match(line.folded))


@cache
def _patterns(name: str) -> re.Pattern[str]:
    return re.compile("|".join(load_toml("pages/templates.toml")["inserted"][name]))
