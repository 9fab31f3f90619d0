from datetime import date, timedelta

import pytest
from hijridate import Gregorian, Hijri
from hypothesis import given
from hypothesis import strategies as st

from pipeline.times.calendars import (
    easter,
    gregorian,
    hijri,
    hijri_of,
    nearest_weekday,
    shift_day,
    shift_months,
    unit_of,
    week_of,
)

TABLE_DAYS = st.dates(date(1924, 8, 1), date(2077, 11, 16))
LONG_MONTHS = {(1345, 5), (1348, 11), (1349, 11)}  # of 31 days by the tables, whose first years were mended later
ANY_DAY = st.dates(date(700, 1, 1), date(9000, 1, 1))
UNITS = st.sampled_from(["day", "week", "month", "quarter", "half", "year", "decade", "century", "millennium"])


@given(TABLE_DAYS)
def test_the_hijri_calendar_is_umm_al_qura_where_its_tables_reach(day: date) -> None:
    known = Gregorian(day.year, day.month, day.day).to_hijri()
    assert hijri_of(day) == (known.year, known.month, known.day)
    assert hijri(known.year, known.month, known.day) == (day, day)


def test_the_last_day_of_a_long_month_is_known() -> None:
    assert hijri(1348, 11, 31) == (date(1930, 4, 29),) * 2
    assert hijri(1348, 12, 31) is None


@given(st.integers(1, 1500), st.integers(1, 12))
def test_hijri_months_have_29_or_30_days_and_follow_each_other(year: int, month: int) -> None:
    this = hijri(year, month)
    following = hijri(year, month + 1) if month < 12 else hijri(year + 1, 1)
    assert this is not None and following is not None
    if year not in (1342, 1500):  # where the tables meet the reckoning
        assert (this[1] - this[0]).days + 1 in ((31,) if (year, month) in LONG_MONTHS else (29, 30))
    assert following[0] == this[1] + timedelta(days=1)


@given(ANY_DAY)
def test_hijri_of_a_day_is_the_month_that_holds_it(day: date) -> None:
    year, month, number = hijri_of(day)
    held = hijri(year, month)
    assert held is not None and held[0] <= day <= held[1]
    assert number == (day - held[0]).days + 1


@pytest.mark.parametrize(
    ("year", "month", "day", "expected"),
    [
        (1, 1, 1, date(622, 7, 19)),  # 16 July 622 of the Julian calendar
        (1343, 1, 1, date(1924, 8, 1)),
        (1436, 9, 1, date(2015, 6, 18)),
        (1500, 12, 30, date(2077, 11, 16)),
    ],
)
def test_hijri_days_of_record(year: int, month: int, day: int, expected: date) -> None:
    assert hijri(year, month, day) == (expected, expected)


def test_what_no_calendar_holds_is_none() -> None:
    assert gregorian(0) is None
    assert gregorian(2023, 13) is None
    assert gregorian(2023, 2, 29) is None
    assert hijri(0) is None
    assert hijri(1440, 13) is None
    assert hijri(1440, 1, 31) is None
    assert shift_day(date.max, 1) is None
    assert shift_months(date(1, 1, 1), -1) is None
    assert easter(0) is None


@given(UNITS, ANY_DAY, st.integers(0, 6))
def test_a_unit_holds_its_day_and_touches_the_next(unit: str, day: date, week_start: int) -> None:
    this, following = unit_of(unit, day, 0, week_start), unit_of(unit, day, 1, week_start)
    assert this is not None and this[0] <= day <= this[1]
    if following is not None:
        assert following[0] == this[1] + timedelta(days=1)


@given(ANY_DAY, st.integers(0, 6))
def test_a_week_begins_on_its_first_weekday(day: date, start: int) -> None:
    week = week_of(day, start)
    assert week is not None and week[0].weekday() == start and (week[1] - week[0]).days == 6


@given(ANY_DAY, st.integers(0, 6))
def test_the_nearest_weekday_is_at_most_three_days_away(day: date, weekday: int) -> None:
    found = nearest_weekday(day, weekday)
    assert found is not None and found.weekday() == weekday and abs((found - day).days) <= 3


@given(ANY_DAY, st.integers(-600, 600))
def test_months_are_counted_by_the_calendar(day: date, months: int) -> None:
    moved = shift_months(day, months)
    assert moved is not None
    assert (moved.year - day.year) * 12 + moved.month - day.month == months
    assert moved.day <= day.day


@pytest.mark.parametrize(
    ("year", "western", "orthodox"),
    [
        (2010, date(2010, 4, 4), date(2010, 4, 4)),
        (2019, date(2019, 4, 21), date(2019, 4, 28)),
        (2024, date(2024, 3, 31), date(2024, 5, 5)),
        (2025, date(2025, 4, 20), date(2025, 4, 20)),
    ],
)
def test_easter(year: int, western: date, orthodox: date) -> None:
    assert easter(year) == western
    assert easter(year, julian=True) == orthodox


def test_hijridate_agrees_on_the_fallback_border() -> None:
    first = Hijri(1343, 1, 1).to_gregorian()
    last = hijri(1342, 12)
    assert last is not None and last[1] + timedelta(days=1) == date(first.year, first.month, first.day)
