"""What "today" is in each article of a page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from pipeline.document import Segment
from pipeline.times.calendars import gregorian, shift_day
from pipeline.times.nodes import Date, Expression

_REACH: Final = 3  # days that an anchor may move to fit the weekdays of its article
_OPENING: Final = 150  # code points at the head of an article in which a dateline stands
_OLDEST: Final = 1990  # years before it are told, not written in


@dataclass(frozen=True, slots=True)
class Anchor:
    """The day that today means, as in the columns of the table segments."""

    day: date | None
    basis: str
    conflict: bool = False


def _stated_day(node: Date) -> date | None:
    """Give the day that a node states in full."""
    if node.calendar != "gregorian" or not (node.year and node.month and node.day) or node.year < _OLDEST:
        return None
    found = gregorian(node.year, node.month, node.day)
    return found[0] if found else None


def _fits(node: Date, day: date) -> bool:
    """Tell whether a deictic expression can be said on a day."""
    meant = shift_day(day, node.today or 0)
    if meant is None or (node.weekday is not None and meant.weekday() != node.weekday):
        return False
    dated = node.calendar == "gregorian" and node.day and node.month
    return not dated or (meant.month, meant.day) == (node.month, node.day)


def repair(anchor: date, found: Sequence[Expression]) -> tuple[date, bool]:
    """Move an anchor to the nearest day that fits every deictic weekday of its article.

    The second value tells a conflict: no day within reach fits them all, so the anchor stays.
    """
    demands = [
        x.node for x in found
        if isinstance(x.node, Date) and x.node.today is not None and (x.node.weekday is not None)
    ]  # fmt: skip
    possible = [node for node in demands if any(_fits(node, day) for day in _around(anchor))]
    if not possible:
        return anchor, False
    for day in _around(anchor):
        if all(_fits(node, day) for node in possible):
            return day, False
    return anchor, True


def _around(anchor: date) -> list[date]:
    """Give the days within reach, nearest first, the earlier of two first: papers come out after the news."""
    order = sorted(range(-_REACH, _REACH + 1), key=lambda shift: (abs(shift), shift))
    return [day for shift in order if (day := shift_day(anchor, shift))]


def _from_text(segment: Segment, found: Sequence[Expression]) -> date | None:
    """Give the day that an article plainly calls its own: اليوم with a full date, or that of its dateline."""
    body = segment.title.end if segment.title else segment.start
    for x in found:
        if not isinstance(x.node, Date) or not (day := _stated_day(x.node)):
            continue
        if x.node.today is not None:
            return shift_day(day, -x.node.today)
        if x.dateline and body <= x.start <= body + _OPENING:
            return day
    return None


def find_anchors(
    segments: Sequence[Segment], found: Sequence[Sequence[Expression]], published: date | None
) -> list[Anchor]:
    """Give the anchor of each segment.

    found: the expressions of each segment. published: the day that came with the page, for its article alone, all parts
    of which have one anchor.
    """
    anchors: list[Anchor] = []
    article = [n for n, segment in enumerate(segments) if segment.kind == "article"]
    first = article[0] if article else None
    for number, segment in enumerate(segments):
        if number in article[1:]:
            anchors.append(anchors[article[0]])
            continue
        own = [x for n in article for x in found[n]] if number == first else found[number]
        day = segment.published
        basis = segment.published_basis if day else "none"
        if day is None and number == first and published is not None:
            day, basis = published, "metadata"
        if segment.kind == "boilerplate" and day is None:
            anchors.append(Anchor(None, "none"))
            continue
        if day is None:
            day = _from_text(segment, own)
            basis = "text" if day else "none"
        if day is None:
            anchors.append(Anchor(None, "none"))
            continue
        moved, conflict = repair(day, own)
        anchors.append(Anchor(moved, basis if moved == day else "weekday", conflict))
    return [_inherited(anchors, segments, n) for n in range(len(segments))]


def _inherited(anchors: Sequence[Anchor], segments: Sequence[Segment], number: int) -> Anchor:
    """Give boilerplate the anchor of the article before it, or of the one after it at the head of a page."""
    if segments[number].kind != "boilerplate" or anchors[number].day is not None:
        return anchors[number]
    before = [n for n in range(number) if segments[n].kind != "boilerplate"]
    after = [n for n in range(number + 1, len(segments)) if segments[n].kind != "boilerplate"]
    owner = before[-1] if before else after[0] if after else None
    return replace(anchors[owner], conflict=False) if owner is not None else anchors[number]
