"""How units, lengths and distances are resolved."""

from dataclasses import replace
from datetime import date
from typing import Final

from pipeline.times.calendars import gregorian, shift_day, shift_months, unit_of, week_of
from pipeline.times.nodes import Offset, Period, Term, Weekend, Window
from pipeline.times.values import Context, Value, resolve, value_of

_HALVES: Final = {"month": ("day", 15), "year": ("month", 6), "decade": ("year", 5), "century": ("year", 50)}
# First and last month of seasons of football and of years of school, which most Arab countries begin in September.
_TERMS: Final = {"term": (8, 5), "school": (9, 6)}
_ENROLMENT: Final = 5  # month from which a new year of school is the coming one
UNIT_MONTHS: Final = {"month": 1, "quarter": 3, "half": 6, "year": 12, "decade": 120, "century": 1200}


@resolve.register
def _period(node: Period, context: Context) -> Value:
    if node.unit == "span":
        return _span(node, context)
    granularity = "day" if node.unit in ("day", "night") else node.unit
    unit = granularity
    if granularity == "millennium":
        granularity = "century"
    if node.frame == "new":
        if context.anchor is None:
            return Value(None, None, granularity, "deictic")
        return value_of(unit_of(unit, context.anchor, int(context.anchor.month > 6), 0), granularity, "deictic")
    if node.frame == "anchor" or (node.frame == "bare" and not _bare_context(node, context)):
        if context.anchor is None:
            return Value(None, None, granularity, "deictic")
        if node.of is not None:
            held = resolve(node.of, context).start
            today = context.anchor.day if unit == "day" else None
            moved = gregorian(held.year, context.anchor.month, today) if held else None
            return value_of(moved, granularity, "deictic")
        return value_of(unit_of(unit, context.anchor, node.shift, context.config.week_start), granularity, "deictic")
    base = _bare_context(node, context) if node.frame == "bare" else _reference(unit, context)
    if base is None or base.start is None:
        if node.shift < 0 and context.anchor:
            found = unit_of(unit, context.anchor, node.shift, context.config.week_start)
            return value_of(found, granularity, "deictic")
        return _somewhere(node, context) or Value(None, None, granularity, "relative", anchored=False)
    if node.of is not None:
        held = resolve(node.of, context).start
        day_of = base.start.day if unit == "day" else None
        moved = gregorian(held.year, base.start.month, day_of) if held else None
        if moved and unit in ("quarter", "half"):
            moved = unit_of(unit, moved[0], 0, 0)
        return value_of(moved, granularity, "relative", anchored=False, reference=base.start)
    day = base.start if node.shift <= 0 else base.end or base.start
    calendar = base.calendar if unit == "month" else "gregorian"
    found = unit_of(unit, day, node.shift, context.config.week_start, calendar)
    return value_of(found, granularity, "relative", calendar=calendar, anchored=False, reference=base.start)


def _span(node: Period, context: Context) -> Value:
    """Resolve the last period of the text in another year (نفس الفترة من العام الماضي)."""
    base = context.last_span
    year = resolve(node.of, context).start if node.of is not None else None
    if base is None or base.start is None or base.end is None or year is None or year.year == base.end.year:
        return _somewhere(node, context) or Value(None, None, "vague", "relative", anchored=False)
    months = 12 * (year.year - base.end.year)
    start, following = shift_months(base.start, months), shift_day(base.end, 1)
    following = shift_months(following, months) if following else None
    end = shift_day(following, -1) if following else None
    found = (start, end) if start and end else None
    return value_of(found, base.granularity, "relative", anchored=False, reference=base.start)


def _somewhere(node: Period, context: Context) -> Value | None:
    """Give the whole year in which a period lies that the text does not name otherwise."""
    year = resolve(node.of, context) if node.of is not None else None
    return Value(year.start, year.end, "vague", "relative", anchored=False) if year and year.start else None


def _bare_context(node: Period, context: Context) -> Value | None:
    """Give the month that خلال الشهر goes on about, where the text has just named one."""
    return context.last_month if node.unit == "month" else None


def _reference(unit: str, context: Context) -> Value | None:
    """Give the date of the text that التالي and نفسه count from: the last one that is fine enough."""
    if unit == "day":
        return context.last_day
    if unit == "month":
        return context.last_month or context.last_day
    return context.last


@resolve.register
def _term(node: Term, context: Context) -> Value:
    anchor = context.anchor
    if node.of is not None:
        return replace(resolve(node.of, context), granularity="season")
    if node.granularity == "season" or anchor is None:
        return Value(None, None, "vague" if node.granularity == "vague" else "season", "deictic")
    if node.granularity == "vague":
        return _vague(node.shift, anchor)
    begin, finish = _TERMS[node.granularity]
    year = _term_year(node, anchor, begin, finish, context.tense)
    first, last = gregorian(year, begin), gregorian(year + 1, finish)
    return value_of((first[0], last[1]) if first and last else None, "season", "deictic")


def _term_year(node: Term, anchor: date, begin: int, finish: int, tense: int) -> int:
    """Give the year in which a season begins that runs from month `begin` to month `finish` of the next year."""
    year = anchor.year if anchor.month >= begin else anchor.year - 1
    if node.new:
        school = node.granularity == "school" and (tense > 0 or anchor.month >= _ENROLMENT)
        return anchor.year if school or anchor.month > finish else anchor.year - 1
    between = finish < anchor.month < begin  # one is over and the next has not begun
    if node.shift < 0 or (not node.shift and node.granularity == "school"):
        year += between  # in summer the year of school is the one that all prepare for
    return year + node.shift


def _vague(sign: int, anchor: date) -> Value:
    """Give the time just before or after the anchor, of no told length."""
    day = shift_day(anchor, sign)
    return Value(None if sign < 0 else day, day if sign < 0 else None, "vague", "deictic")


@resolve.register
def _weekend(node: Weekend, context: Context) -> Value:
    if context.anchor is None:
        return Value(None, None, "day", "deictic")
    week = week_of(context.anchor, 0)
    saturday = shift_day(week[0], 5 + 7 * (node.shift or 0)) if week else None
    if node.shift is None and not context.forward() and saturday and saturday >= context.anchor:
        saturday = shift_day(saturday, -7)
    sunday = shift_day(saturday, 1) if saturday else None
    return value_of((saturday, sunday) if saturday and sunday else None, "day", "deictic")


@resolve.register
def _offset(node: Offset, context: Context) -> Value:
    granularity = node.unit if node.unit not in ("hour", "minute", "night") else "day"
    if granularity in ("millennium", "term"):
        granularity = "vague"
    told = node.context or (node.sign > 0 and context.tense < 0)  # وعاد بعد يومين: two days after what was told
    reference = _reference("day", context) or context.last if told else None
    told = node.context or reference is not None
    basis = "relative" if told else "deictic"
    base = reference.start if reference else (None if told else context.anchor)
    facts = {"anchored": not told, "reference": base if told else None}
    if base is None:
        return Value(None, None, granularity if node.count else "vague", basis)
    if node.count is None or granularity == "vague":
        if node.unit in ("hour", "minute"):
            return value_of((base, None if node.since else base), "day", basis, **facts)  # type: ignore[arg-type]
        if node.since:
            return Value(None, None, "vague", basis)
        return replace(_vague(node.sign, base), basis=basis, **facts)  # type: ignore[arg-type]
    count = node.count * node.sign
    if node.half and node.unit in _HALVES:
        unit, number = _HALVES[node.unit]
        base = moved_by(base, unit, number * node.sign) or base
    if node.unit in ("hour", "minute"):
        days = count // 24 if count > 0 else -(-count // 24)
        moved = shift_day(base, days if node.unit == "hour" else 0)
        found = (moved, moved) if moved else None
    elif node.since and granularity == "week":
        moved = shift_day(base, 7 * count)
        found = (moved, moved) if moved else None
    elif granularity in ("decade", "century"):
        found = unit_of("year", base, count * (10 if granularity == "decade" else 100), 0)
        granularity = "year"
    else:
        found = unit_of(granularity, base, count, context.config.week_start)
    value = value_of(found, granularity, basis, **facts)
    return replace(value, end=None) if node.since else value


@resolve.register
def _window(node: Window, context: Context) -> Value:
    granularity = "day" if node.unit in ("hour", "minute", "night") else node.unit
    anchor = context.anchor
    if node.unit in ("term", "millennium"):
        return Value(None, None, "season" if node.unit == "term" else "vague", "deictic")
    if anchor is None:
        return Value(None, None, granularity if node.count else "vague", "deictic")
    if node.count is None:
        return Value(anchor, anchor, "day", "deictic") if granularity != node.unit else _vague(node.sign, anchor)
    other = moved_by(anchor, node.unit, node.count * node.sign)
    if other is None:
        return Value(None, None, granularity, "deictic")
    return value_of((other, anchor) if node.sign < 0 else (anchor, other), granularity, "deictic")


def moved_by(day: date, unit: str, count: int) -> date | None:
    """Give the same day so many units away; hours and minutes in whole days."""
    if unit in ("hour", "minute"):
        days = count if unit == "hour" else 0
        return shift_day(day, days // 24 if days > 0 else -(-days // 24))
    if unit in ("day", "night", "week"):
        return shift_day(day, count * (7 if unit == "week" else 1))
    return shift_months(day, count * UNIT_MONTHS[unit])
