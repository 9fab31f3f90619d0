"""Days of the Gregorian and Hijri calendars, as inclusive intervals.

Every function gives None where the result lies outside the years 1 to 9999 or the date does not exist.
"""

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, TypeAlias

Interval: TypeAlias = tuple[date, date]

UMM_AL_QURA: Final = (1343, 1500)  # years that hijridate's tables cover (1924-08-01 to 2077-11-16)
_HIJRI_EPOCH: Final = date(622, 7, 19).toordinal()  # 1 Muharram 1, civil reckoning (16 July 622 in the Julian calendar)
_HIJRI_YEAR: Final = 354.36667  # mean length in days of the 30-year cycle
_LAST_HIJRI_YEAR: Final = 9666  # 31 December 9999, the last day of datetime.date, lies in it


def shift_day(day: date, days: int) -> date | None:
    """Give the day so many days later."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None


def shift_months(day: date, months: int) -> date | None:
    """Give the same day of another month, or the last day of a shorter one."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    if not 1 <= year <= 9999:
        return None
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def gregorian(year: int, month: int | None = None, day: int | None = None) -> Interval | None:
    """Give the interval of a year, month or day."""
    if not 1 <= year <= 9999:
        return None
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if not 1 <= month <= 12:
        return None
    last = monthrange(year, month)[1]
    if day is None:
        return date(year, month, 1), date(year, month, last)
    return (date(year, month, day),) * 2 if 1 <= day <= last else None


def years(first: int, last: int) -> Interval | None:
    """Give the interval of the years from first to last, both included."""
    return (date(first, 1, 1), date(last, 12, 31)) if 1 <= first <= last <= 9999 else None


@lru_cache(maxsize=4096)
def _hijri_start(year: int, month: int) -> date:
    """Give the first day of a Hijri month.

    Umm al-Qura inside UMM_AL_QURA (hijridate); outside it the arithmetic civil calendar: months of 30 and 29 days in
    turn, 11 leap years in 30 (years 2, 5, 7, 10, 13, 16, 18, 21, 24, 26, 29), which is off by a day or two.
    """
    if UMM_AL_QURA[0] <= year <= UMM_AL_QURA[1]:
        from hijridate import Hijri

        found = Hijri(year, month, 1).to_gregorian()
        return date(found.year, found.month, found.day)
    days = (year - 1) * 354 + (3 + 11 * year) // 30 + 29 * (month - 1) + month // 2
    return date.fromordinal(min(_HIJRI_EPOCH + days, date.max.toordinal()))


def hijri(year: int, month: int | None = None, day: int | None = None) -> Interval | None:
    """Give the Gregorian interval of a Hijri year, month or day, for the years 1 to 9000 of the Hijra."""
    if not 1 <= year <= 9000 or (month is not None and not 1 <= month <= 12):
        return None
    first = _hijri_start(year, month or 1)
    following = _hijri_start(year + 1, 1) if month in (None, 12) else _hijri_start(year, (month or 1) + 1)
    if day is None:
        return first, following - timedelta(days=1)
    # A month of 29 days by the table may have had 30 by the sighting of the moon; three months of the table have 31.
    longest = max(30, (following - first).days)
    return (first + timedelta(days=day - 1),) * 2 if 1 <= day <= longest else None


def hijri_of(day: date) -> tuple[int, int, int]:
    """Give the Hijri year, month and day of a Gregorian day (year 0 and below for days before the Hijra)."""
    ordinal = day.toordinal()
    year = max(1, int((ordinal - _HIJRI_EPOCH) / _HIJRI_YEAR))
    while year < _LAST_HIJRI_YEAR and _hijri_start(year + 1, 1) <= day:
        year += 1
    while year > 1 and _hijri_start(year, 1) > day:
        year -= 1
    month = 12
    while month > 1 and _hijri_start(year, month) > day:
        month -= 1
    return year, month, (day - _hijri_start(year, month)).days + 1


def easter(year: int, julian: bool = False) -> date | None:
    """Give Easter Sunday in the Gregorian calendar; julian: as the Orthodox and Coptic churches reckon it.

    Gauss's method in the form of Meeus, Astronomical Algorithms, chapter 8.
    """
    if not 1 <= year <= 9998:
        return None
    if julian:
        d = (19 * (year % 19) + 15) % 30
        e = (2 * (year % 4) + 4 * (year % 7) - d + 34) % 7
        month, day = divmod(d + e + 114, 31)
        return shift_day(date(year, month, day + 1), year // 100 - year // 400 - 2)
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    month, day = divmod(h + k - 7 * ((a + 11 * h + 22 * k) // 451) + 114, 31)
    return date(year, month, day + 1)


def week_of(day: date, start: int) -> Interval | None:
    """Give the week that holds a day; start: its first weekday, 0 = Monday."""
    first = shift_day(day, -((day.weekday() - start) % 7))
    last = shift_day(first, 6) if first else None
    return (first, last) if first and last else None


def unit_of(unit: str, day: date, shift: int, week_start: int, calendar: str = "gregorian") -> Interval | None:
    """Give the calendar unit that holds a day, moved by `shift` units.

    unit: day, week, month, quarter, half, year, decade, century or millennium; a decade has its years 0 to 9, a century
    its years 00 to 99.
    """
    if unit == "day":
        moved = shift_day(day, shift)
        return (moved, moved) if moved else None
    if unit == "week":
        moved = shift_day(day, 7 * shift)
        return week_of(moved, week_start) if moved else None
    if calendar == "hijri":
        year, month, _ = hijri_of(day)
        if unit == "month":
            index = year * 12 + month - 1 + shift
            return hijri(index // 12, index % 12 + 1)
        if unit == "year":
            return hijri(year + shift)
    months = {"month": 1, "quarter": 3, "half": 6}.get(unit)
    if months:
        index = (day.year * 12 + day.month - 1) // months * months + shift * months
        first = gregorian(index // 12, index % 12 + 1)
        last = gregorian((index + months - 1) // 12, (index + months - 1) % 12 + 1)
        return (first[0], last[1]) if first and last else None
    length = {"year": 1, "decade": 10, "century": 100, "millennium": 1000}[unit]
    year = (day.year // length + shift) * length
    return years(max(year, 1), year + length - 1) if year >= 0 else None


def nearest_weekday(day: date, weekday: int) -> date | None:
    """Give the day with that weekday which lies nearest, at most three days away."""
    return shift_day(day, (weekday - day.weekday() + 3) % 7 - 3)
