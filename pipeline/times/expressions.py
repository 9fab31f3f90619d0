"""The grammar of date expressions: what may begin one, what joins two, and what only looks like one."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Final

from pipeline.times.contexts import is_trap
from pipeline.times.dates import month_and_year, month_date, month_list
from pipeline.times.days import day_group
from pipeline.times.lengths import edge, offset, window
from pipeline.times.lines import COMMAS, DASHES, Line
from pipeline.times.nodes import Date, Edge, Feast, Hit, Node, Nth, NthWeekday, Part, Period, Range, Season, Weekend
from pipeline.times.numbers import ordinal
from pipeline.times.units import bare_period, century, dated_term, decade, period
from pipeline.times.years import year

Reader = Callable[[Line, int], Hit]

_OF: Final = frozenset({"ل", "لل"})  # LAM, the preposition: اليوم الأول لعيد الفطر
_WEEKS: Final = 53  # weekdays of one name that a year can have
_UNHELD: Final = frozenset({"hour", "minute", "term"})  # units that no period is cut into here


def inner(line: Line, i: int) -> Hit:
    """Read the period that a part or an n-th unit belongs to."""
    return _longest(line, i, (month_date, year, period, bare_period, century, decade, season, feast))


def part(line: Line, i: int) -> Hit:
    """Read a third of a period: مطلع سبتمبر، أواخر الشهر الماضي، نهاية عام 2014، العشر الأواخر من رمضان."""
    found = line.find(i, "part")
    if not found:
        return None
    j = found[1]
    if line.definite(i):
        j = line.after(j, "from")
    held = inner(line, j)
    if not held or isinstance(held[0], (Range, Part, Feast)) or _is_day(held[0]):
        return None
    period_held = held[0]
    if found[0] == "last" and isinstance(period_held, Period) and period_held.unit == "week":
        return Weekend(period_held.shift if period_held.frame == "anchor" else None), held[1]
    return Part(found[0], held[0]), held[1]


def _is_day(node: Node) -> bool:
    return (isinstance(node, Date) and node.day is not None) or (isinstance(node, Period) and node.unit == "day")


def nth(line: Line, i: int) -> Hit:
    """Read a numbered unit inside a period: الربع الأول من العام، آخر يوم من رمضان، الأسبوع الثاني من مايو."""
    bare = line.find(i, "ordinal_bare") or line.find(i, "last_bare")
    if bare:
        unit = line.find(bare[1], "unit")
        fraction = line.find(bare[1], "fraction")
        if unit and unit[0][2] == "indefinite" and unit[0][1] in (1, 3):
            name, number, j = unit[0][0], bare[0], unit[1]
        elif fraction:
            name, number, j = fraction[0], bare[0], fraction[1]
        else:
            return None
    else:
        fraction, unit = line.find(i, "fraction"), line.find(i, "unit")
        if fraction and line.definite(fraction[1] - 1):
            name, j = fraction
        elif unit and unit[0][1:] == (1, "definite"):
            name, j = unit[0][0], unit[1]
        else:
            return None
        ranked = ordinal(line, j)
        if not ranked:
            return None
        number, j = ranked
    if name in _UNHELD or name == "millennium" or (name == "century" and bare is None):
        return None
    linked = line.after(j, "from")
    linked = line.after(linked, "at")
    held: Hit = None
    days = bare is not None and unit is not None and unit[0][:2] == ("day", 3)  # أول أيام رمضان
    if linked > j or line.clitic(linked) in _OF or fraction or days:
        held = (line.read_at(linked, feast) if name == "day" else None) or line.read_at(linked, inner)
    if held and isinstance(held[0], Feast) and name in ("day", "night"):
        return replace(held[0], number=number), held[1]
    if not held or _is_day(held[0]) or isinstance(held[0], (Range, Feast, Weekend)):
        direction = line.find(j, "shift") if fraction else None
        return (Nth(name, number, Period("year", 0)), direction[1]) if direction else None
    return Nth(name, number, held[0]), held[1]


def nth_weekday(line: Line, i: int) -> Hit:
    """Read a numbered weekday of a period: الجمعة الأخيرة من رمضان، أول اثنين من الشهر."""
    bare = line.find(i, "ordinal_bare") or line.find(i, "last_bare")
    weekday = line.find(bare[1] if bare else i, "weekday")
    if not weekday:
        return None
    ranked = (bare[0], weekday[1]) if bare else ordinal(line, weekday[1])
    linked = line.after(line.after(ranked[1], "from"), "at") if ranked else 0
    if not ranked or linked == ranked[1] or not -1 <= ranked[0] <= _WEEKS:
        return None
    held = line.read_at(linked, inner)
    if not held or _is_day(held[0]) or isinstance(held[0], (Range, Feast, Weekend)):
        return None
    return NthWeekday(weekday[0][0], ranked[0], held[0]), held[1]


def first_units(line: Line, i: int) -> Hit:
    """Read the first or last so many units of a period: الأشهر الستة الأولى من العام، آخر ثلاثة أيام من رمضان."""
    found = edge(line, i)
    if not found:
        return None
    unit, count, last, j = found
    linked = line.after(j, "from")
    loose = line.clitic(linked) in _OF
    if (linked == j and not loose) or unit in _UNHELD:
        return None
    held = line.read_at(linked, inner)
    if not held or _is_day(held[0]) or isinstance(held[0], (Range, Feast, Weekend)):
        return None
    return Edge(unit, count, last, held[0]), held[1]


def season(line: Line, i: int) -> Hit:
    """Read a season that a year or a word places: صيف 2021، الصيف الماضي، هذا الشتاء، خريف العام الماضي."""
    head = line.find(i, "this_before")
    found = line.find(head[1] if head else i, "season")
    if not found:
        return None
    name, j = found
    definite = line.definite(j - 1)
    if head:
        return (Season(name, shift=0), j) if definite else None
    if direction := line.find(j, "shift"):
        return (Season(name, shift=direction[0]), direction[1]) if definite else None
    k = line.after(j, "from")
    held = year(line, k) or period(line, k)
    if held and _is_year(held[0]):
        return Season(name, of=held[0]), held[1]
    if definite and name != "spring" and line.has(i - 1, "during"):
        return Season(name, shift=0), j
    return None


def _is_year(node: Node) -> bool:
    return (isinstance(node, Date) and node.month is None) or (isinstance(node, Period) and node.unit == "year")


def feast(line: Line, i: int) -> Hit:
    """Read a named day: عيد الفطر 1436، رأس السنة، ثاني أيام عيد الأضحى المبارك."""
    number = None
    start = i
    if ranked := line.find(i, "ordinal_bare"):
        unit = line.find(ranked[1], "unit")
        if unit and unit[0][0] == "day":
            number, start = ranked[0], line.after(unit[1], "from")
    found = line.find(start, "feast", loose=start == line.origin)
    if not found:
        return None
    (calendar, month, day, days), j = found
    node = Feast(calendar, month, day, days, number)
    if direction := line.find(j, "shift"):
        return replace(node, shift=direction[0]), direction[1]
    k = line.after(j, "from")
    held = year(line, k) or period(line, k)
    if held and _is_year(held[0]):
        return replace(node, of=held[0]), held[1]
    return node, j


def lone_period(line: Line, i: int) -> Hit:
    """Read a unit that only the preposition before it places: خلال الشهر، طوال العام."""
    return bare_period(line, i) if line.has(i - 1, "during") else None


def stretch(line: Line, i: int) -> Hit:
    """Read الفترة and the range that it holds: الفترة الممتدة من 3 إلى 9 مارس."""
    found = line.find(i, "period")
    if not found:
        return None
    j = found[1]
    for _ in range(3):
        j = line.after(j, "stretching")
    link = line.find(j, "from") or line.find(j, "between")
    if not link or line.has(link[1], "period"):
        return None
    held = expression(line, link[1])
    return held if held and isinstance(held[0], Range) else None


def first_of_month(line: Line, i: int) -> Hit:
    """Read أول with a month: أول يناير 2015."""
    found = line.find(i, "ordinal_bare")
    month = month_date(line, found[1]) if found and found[0] == 1 else None
    return (replace(month[0], day=1, twin=None), month[1]) if month and isinstance(month[0], Date) else None


def first_day(line: Line, i: int) -> Hit:
    """Read غرة or فاتح with a month: غرة مارس 2017."""
    found = line.find(i, "part")
    if not found or not found[0].endswith("day"):
        return None
    return part(line, i)


def of_unit(line: Line, i: int) -> Hit:
    """Read what begins with the name of a unit."""
    found = line.find(i, "unit")
    if not found:
        return None
    unit, count, state = found[0]
    readers = _OF_UNITS.get(unit, ())
    if state == "definite" and count == 1:
        return _longest(line, i, (period, nth, lone_period, *readers))
    return _longest(line, i, (window, first_units, *readers))


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
    "weekday": (nth_weekday, day_group),
    "day": (day_group,),
    "head": (day_group,),
    "time_of": (day_group, lambda line, i: _time_of(line, i)),
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
    "same_before": (period,),
    "this_before": (period, season),
    "part": (part,),
    "season": (season,),
    "decade": (decade,),
    "fraction": (nth, period),
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
    "vague_period": (period,),
    "weekend": (period,),
}


def _time_of(line: Line, i: int) -> Hit:
    """Read وقت سابق من هذا الأسبوع."""
    found = line.find(i, "time_of")
    if not found:
        return None
    return period(line, line.after(found[1], "from"))


def _longest(line: Line, i: int, readers: tuple[Reader, ...]) -> Hit:
    best: Hit = None
    for reader in readers:
        found = reader(line, i)
        if found and (best is None or found[1] > best[1]):
            best = found
    return best


def simple(line: Line, i: int) -> Hit:
    """Read the longest expression that is no range of two."""
    word = line.words[i]
    return _longest(line, i, _readers_of(word.opening)) if word is not None else None


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
        if not is_trap(line, i, *hit):
            found.append((hit[0], i, hit[1]))
        i = hit[1]
    return found


