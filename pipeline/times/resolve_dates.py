"""How dates are resolved: days, weekdays, months and years."""

from dataclasses import replace
from datetime import date
from typing import Final

from pipeline.times.calendars import (
    Interval,
    gregorian,
    hijri,
    hijri_of,
    nearest_weekday,
    shift_day,
    unit_of,
    week_of,
)
from pipeline.times.nodes import OVER, Date, Period
from pipeline.times.values import Context, Value, resolve, value_of

_HIJRI_NEWS: Final = 40  # years around the anchor's Hijri year in which a year without a mark is read as Hijri
_MOON: Final = 2  # days by which the sighting of the moon may differ from the calendar
_SLIP: Final = 300  # days from the anchor by which a date must be the worse one to be a slip of the pen
_CLOSE: Final = 45  # days within which a date is meant although the tense says otherwise,
_FAR: Final = 240  # if the other choice is further away than this
_YEARS_AHEAD: Final = 10  # years after the anchor's that two digits may still mean
_UNDATED: Final = 2020  # year that stands for the anchor's in a text without a day of its own
_SOON: Final = 100  # days ahead that a date without tense may lie


@resolve.register
def _date(node: Date, context: Context) -> Value:
    granularity = "day" if node.day or node.weekday is not None or node.today is not None else (
        "month" if node.month else "year"
    )  # fmt: skip
    if node.bce:
        return Value(None, None, granularity, "explicit", anchored=False)
    if node.today is not None:
        return _today(node, context)
    if node.month is None and node.day is None and node.weekday is None:
        return _year(node, context)
    if node.twin is not None:
        return _checked(node, context, granularity)
    if node.year is not None and node.month is not None:
        return value_of(_stated(node, context), granularity, "explicit", calendar=node.calendar, anchored=False)
    if node.within is not None:
        return _within(node, context, granularity)
    if node.month is not None:
        return _partial(node, context, granularity)
    if node.weekday is not None:
        return _weekday(node, context)
    return Value(None, None, granularity, "partial")


def full_year(year: int, context: Context) -> int:
    """Give the year that two digits mean: by the pivot of the settings, or the latest one that is not far ahead."""
    if year >= 100:
        return year
    pivot = context.config.two_digit_pivot
    if pivot is not None:
        return 2000 + year if year <= pivot else 1900 + year
    latest = (context.anchor.year if context.anchor else _UNDATED) + _YEARS_AHEAD
    return latest - (latest - year) % 100


def _stated(node: Date, context: Context) -> Interval | None:
    assert node.year is not None
    if node.calendar == "hijri":
        return hijri(node.year, node.month, node.day)
    year = node.year if node.literal else full_year(node.year, context)
    return gregorian(year, node.month, node.day)


def _checked(node: Date, context: Context, granularity: str) -> Value:
    """Resolve a date told in both calendars: the Gregorian one unless only the other fits the anchor."""
    assert node.twin is not None
    first = resolve(replace(node, twin=None), context)
    other = resolve(replace(node.twin, weekday=None), context)
    if first.start is None or (first.basis == "partial" and other.basis == "explicit" and other.start):
        return replace(other, granularity=granularity)
    anchor, day, other_day = context.anchor, first.start, other.start
    stated = first.basis == other.basis == "explicit" and granularity == "day"
    if stated and anchor and day and other_day and abs((day - other_day).days) > _MOON:
        gap = abs((day - anchor).days) - abs((other_day - anchor).days)
        return other if gap > _SLIP else first
    return first


def _year(node: Date, context: Context) -> Value:
    if node.twin is not None:
        node = node.twin if node.calendar == "hijri" else replace(node, twin=None)
    assert node.year is not None
    calendar = node.calendar
    whole = calendar == "hijri" or node.literal
    year = node.year if whole else full_year(node.year, context)
    if calendar == "gregorian" and context.anchor and 1300 <= year <= 1500:
        near = hijri_of(context.anchor)[0]
        if near - _HIJRI_NEWS <= year <= near + _HIJRI_NEWS // 2:
            calendar = "hijri"
    interval = hijri(year) if calendar == "hijri" else gregorian(year)
    return value_of(interval, "year", "explicit", calendar=calendar, anchored=False)


def _today(node: Date, context: Context) -> Value:
    """Resolve اليوم, أمس and their like, with a weekday or a date beside them."""
    if node.month is not None and node.day is not None:
        if node.year is not None:
            return value_of(_stated(node, context), "day", "explicit", calendar=node.calendar, anchored=False)
        if node.twin is not None and node.twin.year is not None:
            return value_of(_stated(node.twin, context), "day", "explicit", anchored=False)
    day = shift_day(context.anchor, node.today or 0) if context.anchor else None
    if day is None:
        return Value(None, None, "day", "deictic")
    if node.month is not None and node.day is not None:
        meant = day.toordinal()
        found = min(candidates(node, day), key=lambda c: abs(c[0].toordinal() - meant), default=None)
        return value_of(found, "day", "deictic", calendar=node.calendar)
    if node.weekday is not None:
        day = nearest_weekday(day, node.weekday) or day
    return Value(day, day, "day", "deictic")


def candidates(node: Date, base: date) -> list[Interval]:
    """Give the intervals of a month, or of a day in it, in the years around a day."""
    if node.calendar == "hijri":
        near = hijri_of(base)[0]
        found = [hijri(year, node.month, node.day) for year in range(near - 2, near + 3)]
    else:
        span = 8 if (node.month, node.day) == (2, 29) else 2
        found = [gregorian(year, node.month, node.day) for year in range(base.year - span, base.year + span + 1)]
    return [interval for interval in found if interval]


def _partial(node: Date, context: Context, granularity: str) -> Value:
    """Complete a month, or a day in a month, whose year the text does not state."""
    anchor = context.anchor
    if anchor is None:
        if context.stated_year is None or node.calendar == "hijri" or node.shift is not None:
            return Value(None, None, granularity, "partial", node.calendar)
        interval = gregorian(context.stated_year, node.month, node.day)
        reference = context.last.start if context.last else None
        return value_of(interval, granularity, "relative", anchored=False, reference=reference)
    choices = candidates(node, anchor)
    if node.weekday is not None and node.day is not None and node.shift is None:
        choices = [c for c in choices if c[0].weekday() == node.weekday] or choices
    current = unit_of("month", anchor, 0, 0, node.calendar) if granularity == "month" else (anchor, anchor)
    if current is None:
        return Value(None, None, granularity, "partial", node.calendar)
    past = [c for c in choices if c[1] < current[0]]
    ahead = [c for c in choices if c[0] > current[1]]
    now = [c for c in choices if c[0] <= current[0] and current[1] <= c[1]]
    if node.shift is None:
        past, ahead = past + now, now + ahead
        hijri_date = node.calendar == "hijri"
        chosen = nearer(past[-1] if past else None, ahead[0] if ahead else None, anchor, context, named=hijri_date)
    elif node.shift == 0:
        chosen = min(choices, key=lambda c: abs((c[0] - anchor).days), default=None)
    elif node.shift < 0:
        chosen = past[max(node.shift, -len(past))] if past else None
    else:
        chosen = ahead[min(node.shift, len(ahead)) - 1] if ahead else None
    return value_of(chosen, granularity, "partial", calendar=node.calendar)


def nearer(
    past: Interval | None, ahead: Interval | None, anchor: date, context: Context, named: bool = False
) -> Interval | None:
    """Choose between the last and the next date of a name, by tense and by distance.

    A year is left out where it goes without saying, so a date far off on the side that the tense tells gives way to
    one close by on the other side.

    named: the date is a feast or a Hijri date, which are also named beside past verbs while they are still to come
        (أعلنت عطلة العيد، وزعت المعونات مع قرب شهر رمضان).
    """
    if past is None or ahead is None or past == ahead:
        return past or ahead
    back, forth = (anchor - past[1]).days, (ahead[0] - anchor).days
    if context.tense > 0:
        return past if back <= _CLOSE < _FAR < forth else ahead
    if context.tense < 0:
        coming = named and context.tense != OVER and forth <= _CLOSE < _FAR < back
        return ahead if coming else past
    if context.config.prefer_past:
        return ahead if forth <= _SOON and back > 2 * forth else past
    return past if back <= _SOON and forth > 2 * back else ahead


def _within(node: Date, context: Context, granularity: str) -> Value:
    """Resolve a day or month inside a period that the text places: 24 فبراير من العام الماضي."""
    assert node.within is not None
    holder = resolve(node.within, context)
    basis = "relative" if holder.basis == "relative" else "partial"
    interval: Interval | None = None
    if holder.start and holder.end:
        if node.weekday is not None and holder.granularity in ("week", "day"):
            basis = "weekday"
            if holder.granularity == "week":
                interval = (shift_day(holder.start, (node.weekday - holder.start.weekday()) % 7) or holder.start,) * 2
            else:
                interval = (holder.start, holder.end)
                if holder.start.weekday() != node.weekday:
                    ahead = (node.weekday - holder.start.weekday()) % 7
                    forward = isinstance(node.within, Period) and node.within.shift > 0
                    moved = shift_day(holder.start, ahead if forward else ahead - 7)
                    interval = (moved, moved) if moved else None
        elif node.month is not None:
            month = gregorian(holder.start.year, node.month, node.day)
            if node.calendar == "hijri":
                month = next((c for c in candidates(node, holder.end) if holder.start <= c[0] <= holder.end), None)
            interval = month
        elif node.day is not None:
            day = shift_day(holder.start, node.day - 1)
            interval = (day, day) if day and day <= holder.end else None
    elif holder.basis == "relative" and node.weekday is not None:
        return _weekday(replace(node, within=None), context)
    return value_of(interval, granularity, basis, calendar=node.calendar, reference=holder.reference)


def _weekday(node: Date, context: Context) -> Value:
    """Resolve a weekday: the last one up to the anchor, the next one after it, or the one of its week."""
    anchor, weekday = context.anchor, node.weekday
    assert weekday is not None
    if anchor is None:
        return Value(None, None, "day", "weekday")
    if node.shift == 0:
        week = week_of(anchor, context.config.week_start)
        found = shift_day(week[0], (weekday - week[0].weekday()) % 7) if week else None
    elif node.shift is None:
        back = (anchor.weekday() - weekday) % 7
        # On a Sunday "the council will go on on Sunday" tells of the same day: news is dated by the day it comes out.
        found = shift_day(anchor, 7 - back if context.forward() and back else -back)
    elif node.shift < 0:
        found = shift_day(anchor, -((anchor.weekday() - weekday - 1) % 7 + 1) + 7 * (node.shift + 1))
    else:
        found = shift_day(anchor, (weekday - anchor.weekday() - 1) % 7 + 1 + 7 * (node.shift - 1))
    return value_of((found, found) if found else None, "day", "weekday")
