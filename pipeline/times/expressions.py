"""The grammar of date expressions: what may begin one, what joins two, and what only looks like one."""

from dataclasses import replace
from functools import lru_cache
from typing import Final

from pipeline.times.contexts import is_trap
from pipeline.times.dates import month_and_year, month_date, month_list
from pipeline.times.days import day_group, two_weekdays
from pipeline.times.lengths import offset, window
from pipeline.times.lines import COMMAS, DASHES, Line, Reader, longest
from pipeline.times.nodes import Date, Hit, Node, Part, Period, Range
from pipeline.times.parts import feast, first_units, nth, nth_pair, nth_weekday, part, season
from pipeline.times.units import bare_period, century, dated_term, decade, like_today, moved_period, period
from pipeline.times.years import year


def lone_period(line: Line, i: int) -> Hit:
    """Read a unit that only the preposition before it places: خلال الشهر، طوال العام."""
    return bare_period(line, i) if line.has(i - 1, "during") else None


def late_period(line: Line, i: int) -> Hit:
    """Read وقت سابق من هذا الأسبوع."""
    found = line.find(i, "time_of")
    return period(line, line.after(found[1], "from")) if found else None


def stretch(line: Line, i: int) -> Hit:
    """Read الفترة and the range that it holds: الفترة الممتدة من 3 إلى 9 مارس."""
    found = line.find(i, "period")
    if not found:
        return None
    j = found[1]
    for _ in range(3):
        j = line.after(j, "stretching")
    link = line.find(j, "from") or line.find(j, "between")
    word = line.words[j]
    if link is None and word is not None and word.digits:
        held = line.read_at(j, simple)  # الفترة 2010-2014
    elif link is None or line.has(link[1], "period"):
        return None
    else:
        held = expression(line, link[1])
    return held if held and isinstance(held[0], Range) else None


def first_of_month(line: Line, i: int) -> Hit:
    """Read أول with a month: أول يناير 2015."""
    found = line.find(i, "ordinal_bare")
    month = month_date(line, found[1]) if found and found[0] == 1 else None
    return (replace(month[0], day=1, twin=None), month[1]) if month and isinstance(month[0], Date) else None


def of_unit(line: Line, i: int) -> Hit:
    """Read what begins with the name of a unit."""
    found = line.find(i, "unit")
    if not found:
        return None
    unit, count, state = found[0]
    readers = _OF_UNITS.get(unit, ())
    if state == "definite" and count == 1:
        return longest(line, i, (period, nth, lone_period, *readers))
    return longest(line, i, (window, first_units, nth_pair, *readers))


# What only some units begin.
_OF_UNITS: Final[dict[str, tuple[Reader, ...]]] = {
    "month": (month_list,),
    "decade": (decade,),
    "century": (century,),
    "millennium": (century,),
    "term": (dated_term,),
}

# The readers that each kind of first word calls for.
_READERS: Final[dict[str, tuple[Reader, ...]]] = {
    "month": (month_date, month_list),
    "weekday": (nth_weekday, day_group, two_weekdays),
    "day": (day_group,),
    "head": (day_group,),
    "time_of": (day_group, late_period),
    "day_head": (day_group,),
    "day_heads": (day_group, window),
    "digits": (day_group, month_and_year, year, window, first_units),
    "article": (day_group, window, first_units),
    "one": (window, first_units),
    "ten_one": (window, first_units),
    "tens": (window,),
    "hundred": (window,),
    "thousand": (window,),
    "counted": (window, first_units),
    "ordinal": (day_group,),
    "ordinal_tens": (day_group,),
    "ordinal_bare": (nth, nth_weekday, feast, first_units, first_of_month),
    "last_bare": (nth, nth_weekday, window, first_units),
    "unit": (of_unit,),
    "same_before": (period, moved_period),
    "this_before": (period, season),
    "part": (part,),
    "season": (season,),
    "decade": (decade,),
    "fraction": (nth, period, moved_period),
    "feast": (feast,),
    "since": (offset,),
    "before": (offset,),
    "after": (offset,),
    "after_that": (offset,),
    "before_that": (offset,),
    "year_head": (year,),
    "year_heads": (year, window),
    "month_head": (month_date,),
    "month_heads": (month_list, window),
    "period": (stretch,),
    "like": (like_today,),
    "vague_period": (period, moved_period),
    "weekend": (period,),
}


def simple(line: Line, i: int) -> Hit:
    """Read the longest expression that is no range of two."""
    word = line.words[i]
    return longest(line, i, _readers_of(word.opening)) if word is not None else None


@lru_cache(maxsize=1024)
def _readers_of(kinds: tuple[str, ...]) -> tuple[Reader, ...]:
    return tuple(dict.fromkeys(reader for kind in kinds for reader in _READERS.get(kind, ())))


def expression(line: Line, i: int) -> Hit:
    """Read the longest expression at i, ranges included."""
    first = line.read_at(i, simple)
    return _range(line, i, *first) if first else None


def _range(line: Line, i: int, node: Node, j: int) -> tuple[Node, int]:
    """Join an expression with the one behind إلى, حتى, a dash, or و where بين stands before."""
    if isinstance(node, Range):
        return node, j
    before = i - 1
    opened = line.has(before, "from") or line.has(before, "between")
    between = line.has(before, "between")
    k = line.find(j, "to", loose=True) if opened else None
    start = k[1] if k else None
    dashed = False
    if start is None and between:
        start = line.joined_by_and(j + 1 if line.norm(j) in COMMAS else j)
    if start is None and line.norm(j) in DASHES:
        start, dashed = j + 1, True
    if start is None:
        return node, j
    second = line.read_at(line.after(start, "at") if opened else start, simple)
    if not second or isinstance(second[0], Range):
        return node, j
    if dashed and not _dashable(node, second[0]):
        return node, j
    return Range(node, second[0]), second[1]


def _dashable(first: Node, last: Node) -> bool:
    """Tell whether a dash makes one range of two nodes: months or years, or days of which the first lacks a year."""
    if not (isinstance(first, Date) and isinstance(last, Date)) or first.calendar != last.calendar:
        return False
    if first.today is not None or last.today is not None or first.weekday is not None or last.weekday is not None:
        return False
    same = (first.day is None) == (last.day is None) and (first.month is None) == (last.month is None)
    return same and (first.day is None or first.year is None)


def _opens(line: Line, node: Node, i: int, j: int) -> bool:
    """Tell whether the expression [i, j) is the day or month from which something lasts until what follows."""
    if not line.has(j, "to") or not line.has(i - 1, "since"):
        return False
    node = node.of if isinstance(node, Part) else node
    if isinstance(node, Date):
        return bool(node.month or node.day) or node.weekday is not None or node.today is not None
    return isinstance(node, Period)


def find_nodes(line: Line) -> list[tuple[Node, int, int]]:
    """Give the expressions of a line, in order and apart: node, first word, index behind the last."""
    found: list[tuple[Node, int, int]] = []
    i = 0
    words = line.words
    count = len(words)
    while i < count:
        word = words[i]
        if word is None or not word.opening or (word.waits and (i + 1 == count or words[i + 1] is None)):
            i += 1
            continue
        hit = expression(line, i)
        if hit is None:
            i += 1
            continue
        if not is_trap(line, i, *hit, closing=bool(found) and found[-1][2] == i - 1 and _opens(line, *found[-1])):
            found.append((hit[0], i, hit[1]))
        i = hit[1]
    return found
