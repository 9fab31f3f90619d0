"""The lines of a page, its last one parted where the frame of the page begins within it."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from pipeline.resources import load_toml
from pipeline.text.normalize import LINE_ENDS, normalize

_LINE: Final = re.compile(rf"[^{LINE_ENDS}]*(?:\r\n|[{LINE_ENDS}]|\Z)")
_TAIL: Final = 1000  # characters at the end of a page in which its frame may begin within the last line


def cut_lines(text: str) -> Iterator[tuple[int, int, bool]]:
    """Give the raw spans of the lines, line ends included, each with whether it is known to be frame.

    Frame is what `boilerplate.tail` of templates.toml finds in the last line (tags, the title again), and what follows.
    """
    tail = _tail_start(text)
    for match in _LINE.finditer(text):
        start, end = match.span()
        if start < tail < end:
            yield start, tail, False
            start = tail
        if start < end:
            yield start, end, start >= tail


def _tail_start(text: str) -> int:
    """Give the offset at which the last line goes over into the frame, the length of the text where it does not."""
    end = len(text.rstrip())
    line = 1 + max(text.rfind(mark, 0, end) for mark in LINE_ENDS)
    start = max(line, end - _TAIL)
    last = normalize(text[start:end])
    found = _tails().search(last.text)
    return start + last.starts[found.start()] if found else len(text)


@cache
def _tails() -> re.Pattern[str]:
    return re.compile("|".join(load_toml("pages/templates.toml")["boilerplate"]["tail"]))
