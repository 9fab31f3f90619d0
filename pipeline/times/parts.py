"""Readers of parts of a period: thirds, numbered units and weekdays, edges, seasons of a year, feasts."""

import re
from dataclasses import replace
from typing import Final

from pipeline.times.dates import month_date
from pipeline.times.lengths import edge
from pipeline.times.lines import Line, longest
from pipeline.times.nodes import Date, Edge, Feast, Hit, Node, Nth, NthWeekday, Part, Period, Range, Season, Weekend
from pipeline.times.numbers import ordinal
from pipeline.times.units import bare_period, century, decade, period
from pipeline.times.years import year

_OF: Final = frozenset({"ل", "لل"})  # LAM, the preposition: اليوم الأول لعيد الفطر
_WEEKS: Final = 53  # weekdays of one name that a year can have
_NOUN: Final = re.compile(r"[وف]?(?:[بك]?ال|لل)\w{3,}")  # a definite noun; no word as short as إلى or الآن
_UNHELD: Final = frozenset({"hour", "minute", "term"})  # units that no period is cut into here


def inner(line: Line, i: int) -> Hit:
    """Read the period that a part or an n-th unit belongs to."""
    return longest(line, i, (month_date, year, period, bare_period, century, decade, season, feast))


def part(line: Line, i: int) -> Hit:
    """Read a third of a period: مطلع سبتمبر، أواخر الشهر الماضي، نهاية عام 2014، العشر الأواخر من رمضان."""
    found = line.find(i, "part")
    if not found:
        return None
    j = found[1]
    if line.definite(i):
        j = line.after(j, "from")
    held = longest(line, j, (inner, nth))
    if not held or isinstance(held[0], (Range, Part, Feast)) or _is_day(held[0]):
        return None
    period_held = held[0]
    if found[0] == "last" and isinstance(period_held, Period) and period_held.unit == "week":
        return Weekend(period_held.shift if period_held.frame == "anchor" else None), held[1]
    return Part(found[0], held[0]), held[1]


def _is_day(node: Node) -> bool:
    if isinstance(node, Date):
        return node.day is not None
    return isinstance(node, Period) and node.unit in ("day", "night")


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
        if _describes(line, i) and not line.has(j, "from"):
            return None
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


def _describes(line: Line, i: int) -> bool:
    """Tell whether the word at i says how many take part in the noun before it (القمة الثلاثية الأولى عام 2023)."""
    return line.has(i, "partaking") and _NOUN.fullmatch(line.norm(i - 1)) is not None


def nth_pair(line: Line, i: int) -> Hit:
    """Read two numbered units inside a period: الربعين الأول والثاني من 2024."""
    unit = line.find(i, "unit")
    if not unit or unit[0][1:] != (2, "definite") or unit[0][0] in _UNHELD:
        return None
    first = ordinal(line, unit[1])
    more = line.joined_by_and(first[1]) if first else None
    second = line.read_at(more, ordinal) if more is not None else None
    linked = line.after(second[1], "from") if second else 0
    held = line.read_at(linked, inner) if second and linked > second[1] else None
    if not (first and second and held) or _is_day(held[0]) or isinstance(held[0], (Range, Feast, Weekend)):
        return None
    return Range(Nth(unit[0][0], first[0], held[0]), Nth(unit[0][0], second[0], held[0])), held[1]


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
    """Read a season that a year or a word places: صيف 2021، شتاء 2024/2025، الصيف الماضي، خريف العام الماضي."""
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
    if held and (_is_year(held[0]) or (name == "winter" and _is_turn(held[0]))):
        return Season(name, of=held[0]), held[1]
    if definite and name != "spring" and line.has(i - 1, "during"):
        return Season(name, shift=0), j
    return None


def _is_year(node: Node) -> bool:
    return (isinstance(node, Date) and node.month is None) or (isinstance(node, Period) and node.unit == "year")


def _is_turn(node: Node) -> bool:
    """Tell a year and the next one, which a winter lies in."""
    if not isinstance(node, Range) or not isinstance(node.first, Date) or not isinstance(node.last, Date):
        return False
    return node.last == replace(node.first, year=(node.first.year or 0) + 1)


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
