"""How parts of periods and ranges are resolved."""

from dataclasses import replace
from datetime import date
from typing import Final, TypeGuard

from pipeline.config import TimesConfig
from pipeline.times.calendars import Interval, shift_day, shift_months, years
from pipeline.times.nodes import Date, Edge, Node, Nth, NthWeekday, Part, Period, Range
from pipeline.times.resolve_dates import candidates
from pipeline.times.resolve_units import UNIT_MONTHS, moved_by
from pipeline.times.values import Context, Value, resolve

_PARTS: Final = {"first": 0, "middle": 1, "last": 2}


@resolve.register
def _part(node: Part, context: Context) -> Value:
    held = resolve(node.of, context)
    if held.start is None or held.end is None:
        return replace(held, granularity="vague" if node.part in _PARTS else "day")
    if node.part == "first_day":
        return replace(held, end=held.start, granularity="day")
    if node.part == "last_day":
        return replace(held, start=held.end, granularity="day")
    start, end = third(held, _PARTS[node.part], context.config)
    return replace(held, start=start, end=end, granularity="vague")


def third(held: Value, index: int, config: TimesConfig) -> Interval:
    """Cut a unit in thirds as news does: a month by the days of the settings; years 0-3, 4-6, 7-9 of a decade.

    held: a value with both its days. index: 0 the first, 1 the middle, 2 the last.
    """
    start, end = held.start, held.end
    assert start is not None and end is not None
    days = (end - start).days + 1
    if days < len(_PARTS):
        return start, end
    steps: tuple[int, ...]
    if held.granularity == "month":
        steps = (0, config.early_until, config.middle_until)
        first = shift_day(start, steps[index])
        last = end if index == 2 else shift_day(start, steps[index + 1] - 1)
    elif held.granularity == "week":
        first, last = shift_day(start, (0, 2, 5)[index]), shift_day(start, (1, 4, 6)[index])
    elif held.granularity in ("decade", "century"):
        steps = (0, 4, 7, 10) if held.granularity == "decade" else (0, 40, 61, 100)
        found = years(start.year + steps[index], start.year + steps[index + 1] - 1)
        first, last = found or (start, end)
    elif held.calendar == "gregorian" and held.granularity in ("quarter", "season", "year", "half"):
        months = (end.year - start.year) * 12 + end.month - start.month + 1
        first = shift_months(start, months * index // 3)
        following = shift_months(start, months * (index + 1) // 3)
        last = shift_day(following, -1) if following else end
    else:
        first, last = shift_day(start, days * index // 3), shift_day(start, days * (index + 1) // 3 - 1)
    return first or start, last or end


@resolve.register
def _nth(node: Nth, context: Context) -> Value:
    held = resolve(node.of, context)
    unit = "day" if node.unit == "night" else node.unit
    granularity = "vague" if unit == "third" else unit
    value = replace(held, granularity=granularity)
    if held.start is None or held.end is None:
        return value
    number, start, end = node.number, held.start, held.end
    found: Interval | None = None
    if unit == "third":
        if not -1 <= number <= len(_PARTS):
            return replace(value, start=None, end=None)
        start, end = third(held, number - 1 if number > 0 else _PARTS["last"], context.config)
        return replace(value, start=start, end=end)
    days = (end - start).days + 1
    if unit in ("day", "week"):
        length = 7 if unit == "week" else 1
        first = shift_day(start, (number - 1) * length) if number > 0 else shift_day(end, 1 - length)
        last = shift_day(first, length - 1) if first else None
        found = (first, last) if first and last and first <= end else None
    elif unit in ("half", "quarter") and (days < 89 or held.calendar == "hijri"):
        parts = {"half": 2, "quarter": 4}[unit]
        number = parts if number < 0 else number
        first, following = (shift_day(start, _cut(days, parts, k)) for k in (number - 1, number))
        last = end if number == parts else shift_day(following, -1) if following else None
        found = (first, last) if first and last and number <= parts else None
    else:
        total = (end.year - start.year) * 12 + end.month - start.month + 1
        step = {"half": total // 2, "quarter": total // 4}.get(unit, UNIT_MONTHS.get(unit, 12))
        first = shift_months(start, (number - 1) * step if number > 0 else total - step)
        following = shift_months(first, step) if first and step else None
        last = shift_day(following, -1) if following else None
        found = (first, last) if first and last and last <= end and first >= start else None
    return replace(value, start=found[0] if found else None, end=found[1] if found else None)


@resolve.register
def _nth_weekday(node: NthWeekday, context: Context) -> Value:
    held = resolve(node.of, context)
    value = replace(held, granularity="day")
    if held.start is None or held.end is None:
        return value
    ahead, back = (node.weekday - held.start.weekday()) % 7, (held.end.weekday() - node.weekday) % 7
    day = shift_day(held.start, ahead + 7 * (node.number - 1)) if node.number > 0 else shift_day(held.end, -back)
    if day is None or not held.start <= day <= held.end:
        day = None
    return replace(value, start=day, end=day)


def _cut(days: int, parts: int, k: int) -> int:
    """Give the days before the k-th cut of a unit in equal parts; the first half of a month has 15."""
    return 15 if parts == 2 and k == 1 and days < 32 else days * k // parts


@resolve.register
def _edge(node: Edge, context: Context) -> Value:
    held = resolve(node.of, context)
    granularity = "day" if node.unit == "night" else node.unit
    value = replace(held, granularity=granularity)
    if held.start is None or held.end is None:
        return value
    if node.last:
        start = moved_by(shift_day(held.end, 1) or held.end, node.unit, -node.count)
        return replace(value, start=start if start and start >= held.start else None)
    following = moved_by(held.start, node.unit, node.count)
    end = shift_day(following, -1) if following else None
    return replace(value, end=end if end and end <= held.end else None)


@resolve.register
def _range(node: Range, context: Context) -> Value:
    last_node, first_node = node.last, node.first
    if isinstance(first_node, Date) and first_node.year and isinstance(last_node, Date) and _same_year(last_node):
        last_node = replace(last_node, year=first_node.year, within=None)
    last = resolve(last_node, context)
    bound = node.last.of if isinstance(node.last, Part) else node.last
    if isinstance(bound, Date):
        if isinstance(first_node, Part) and isinstance(first_node.of, Date):
            first_node = replace(first_node, of=_completed(first_node.of, bound))
        elif isinstance(first_node, Date):
            first_node = _completed(first_node, bound)
    first = resolve(first_node, context)
    if _lone_weekday(first_node) and _lone_weekday(last_node):
        first, last = _one_after_the_other(first_node, last_node, first, last, context)
    if first.start and last.start and first.start > last.start and first.basis in ("partial", "weekday"):
        first = _before(first_node, last.start, first)
    vague = first.granularity == "vague" or last.granularity == "vague"
    granularity = last.granularity
    if vague:
        granularity = _coarse(node.last)
    if first.start and last.end and first.start > last.end:
        return replace(last, start=None, end=None, granularity=granularity)
    if (first.start is None) != (last.end is None) and first.basis in ("partial", "weekday"):
        return replace(last, start=first.start, end=last.end, granularity=granularity)
    return replace(last, start=first.start, end=last.end, granularity=granularity)


def _lone_weekday(node: Node) -> TypeGuard[Date]:
    """Tell whether a node is a weekday and no more, but for a word such as المقبل."""
    return isinstance(node, Date) and replace(node, shift=None) == Date(weekday=node.weekday)


def _one_after_the_other(first: Date, last: Date, begin: Value, end: Value, context: Context) -> tuple[Value, Value]:
    """Let the weekday that has a direction of its own place the other one, at most a week from it."""
    days = ((last.weekday or 0) - (first.weekday or 0) - 1) % 7 + 1
    if last.shift is None and (first.shift is not None or context.forward()):
        day = shift_day(begin.start, days) if begin.start else None
        return begin, replace(end, start=day, end=day)
    day = shift_day(end.start, -days) if end.start else None
    return replace(begin, start=day, end=day), end


def _same_year(node: Date) -> bool:
    """Tell whether a date lies in the year told before it (ديسمبر من السنة نفسها)."""
    within = node.within
    return isinstance(within, Period) and (within.unit, within.shift, within.frame) == ("year", 0, "context")


def _coarse(node: Node) -> str:
    """Give the unit that a part of a month or year is cut from."""
    while isinstance(node, Part):
        node = node.of
    if isinstance(node, Date):
        return "month" if node.month else "year"
    return node.unit if isinstance(node, Period) else "vague"


def _completed(first: Date, last: Date) -> Date:
    """Give the first date of a range what only its last one says: the year, or what places it."""
    if first.weekday is not None and last.weekday is not None and first.shift is None and first.within is None:
        return first if first.month or first.day else replace(first, within=last.within)  # من الأسبوع المقبل
    if first.year is not None or (first.month is None and first.day is None):
        return first
    later = (last.month or 0, last.day or 0) < (first.month or 0, first.day or 0) and last.month is not None
    if last.year is not None:
        return replace(first, year=last.year - later, calendar=first.calendar)
    if first.shift is None and first.within is None:
        if later and last.shift is not None:
            return first
        return replace(first, shift=last.shift, within=last.within)
    return first


def _before(node: Node, end: date, value: Value) -> Value:
    """Move the first day of a range back before its end."""
    if not isinstance(node, Date) or value.start is None or value.end is None:
        return value
    if node.weekday is not None and node.month is None:
        start = shift_day(end, -((end.weekday() - node.weekday) % 7))
        return replace(value, start=start, end=start)
    earlier = [c for c in candidates(node, end) if c[0] <= end]
    return replace(value, start=earlier[-1][0], end=earlier[-1][1]) if earlier else value
