"""How centuries, decades, seasons of the year and feasts are resolved."""

from dataclasses import replace
from datetime import date
from typing import Final

from pipeline.times.calendars import Interval, easter, gregorian, hijri, hijri_of, shift_day, shift_months, years
from pipeline.times.nodes import Century, Decade, Feast, Season
from pipeline.times.resolve_dates import nearer
from pipeline.times.values import Context, Value, resolve, value_of

_UNDATED: Final = 2020  # year from which decades are counted back in a text without a day of its own
# First month of each meteorological season; winter of a year begins in December of the year before.
_SEASONS: Final = {"winter": -1, "spring": 3, "summer": 6, "autumn": 9}


@resolve.register
def _century(node: Century, context: Context) -> Value:
    if node.bce:
        return Value(None, None, "century", "explicit", anchored=False)
    first = (node.number - 1) * node.years
    if node.calendar == "hijri":
        begin, finish = hijri(max(first, 1)), hijri(first + 99)
        found = (begin[0], finish[1]) if begin and finish else None
        return value_of(found, "century", "explicit", calendar="hijri", anchored=False)
    return value_of(years(max(first, 1), first + node.years - 1), "century", "explicit", anchored=False)


@resolve.register
def _decade(node: Decade, context: Context) -> Value:
    if node.century is not None:
        held = resolve(node.century, context)
        start = held.start.year // 100 * 100 if held.start else None
        found = years(start + node.tens, start + node.tens + 9) if start is not None else None
        return replace(value_of(found, "decade", held.basis), anchored=held.anchored, reference=held.reference)
    anchor = context.anchor
    latest = anchor.year if anchor else _UNDATED
    first = latest // 100 * 100 + node.tens
    if first > latest - 10 and not (anchor and context.tense > 0):
        first -= 100
    return value_of(years(first, first + 9), "decade", "partial", anchored=anchor is not None)


@resolve.register
def _season(node: Season, context: Context) -> Value:
    if node.of is not None:
        held = resolve(node.of, context)
        year = held.end.year if held.end else None
        basis, anchored = held.basis, held.anchored
    elif context.anchor is None:
        return Value(None, None, "season", "deictic")
    else:
        year, basis, anchored = _season_year(node, context.anchor), "deictic", True
    return (
        replace(value_of(_season_of(node.season, year), "season", basis), anchored=anchored)
        if year
        else Value(None, None, "season", basis)
    )


def _season_of(season: str, year: int) -> Interval | None:
    first = _SEASONS[season]
    begin = gregorian(year, first) if first > 0 else gregorian(year - 1, 12)
    last = shift_months(begin[0], 2) if begin else None
    finish = gregorian(last.year, last.month) if last else None
    return (begin[0], finish[1]) if begin and finish else None


def _season_year(node: Season, anchor: date) -> int | None:
    """Give the year of the season that a word places; this season is the nearest one."""
    years_near = range(anchor.year - 2, anchor.year + 4)
    found = [(year, held) for year in years_near if (held := _season_of(node.season, year))]
    if not node.shift:
        near = min(found, key=lambda x: max((x[1][0] - anchor).days, (anchor - x[1][1]).days, 0), default=None)
        return near[0] if near else None
    over = [year for year, held in found if held[1] < anchor]
    ahead = [year for year, held in found if held[0] > anchor]
    if node.shift < 0:
        return over[-1] if over else None
    return ahead[0] if ahead else None


@resolve.register
def _feast(node: Feast, context: Context) -> Value:
    held = resolve(node.of, context) if node.of is not None else None
    anchor = context.anchor
    if held is not None:
        centre = held.end or anchor
        basis, anchored = held.basis, held.anchored
    else:
        centre, basis, anchored = anchor, "partial", True
    value = Value(None, None, "day", basis, "hijri" if node.calendar == "hijri" else "gregorian", anchored)
    if centre is None:
        return value
    found = [_feast_of(node, year) for year in _feast_years(node, centre)]
    choices = [interval for interval in found if interval]
    if held is not None and held.start and held.end:
        choices = [c for c in choices if held.start <= c[0] <= held.end]
    elif anchor is not None:
        if node.shift is None and held is None:
            past = [c for c in choices if c[0] <= anchor]
            ahead = [c for c in choices if c[1] >= anchor]
            meant = nearer(past[-1] if past else None, ahead[0] if ahead else None, anchor, context, named=True)
            choices = [meant] if meant else []
        elif node.shift is not None and node.shift < 0:
            choices = [c for c in choices if c[1] < anchor][-1:]
        elif node.shift is not None and node.shift > 0:
            choices = [c for c in choices if c[0] > anchor][:1]
    chosen = min(choices, key=lambda c: abs((c[0] - centre).days), default=None)
    return replace(value, start=chosen[0], end=chosen[1]) if chosen else value


def _feast_years(node: Feast, centre: date) -> range:
    year = hijri_of(centre)[0] if node.calendar == "hijri" else centre.year
    return range(year - 2, year + 3)


def _feast_of(node: Feast, year: int) -> Interval | None:
    if node.calendar == "hijri":
        first = hijri(year, node.month, node.day)
    elif node.calendar == "gregorian":
        first = gregorian(year, node.month, node.day)
    elif not node.calendar.endswith("easter"):
        first = None  # a calendar that is not reckoned here
    else:
        sunday = easter(year, julian=node.calendar.startswith("orthodox"))
        start = shift_day(sunday, node.day) if sunday else None
        first = (start, start) if start else None
    if first is None:
        return None
    begin = shift_day(first[0], (node.number or 1) - 1)
    end = begin if node.number else shift_day(first[0], node.days - 1)
    return (begin, end) if begin and end else None
