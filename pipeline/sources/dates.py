"""Dates of metadata: ISO 8601, RFC 2822, the common numeric forms, and those of date lines, Hijri ones too."""

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from pipeline.text.headers import read_date_line
from pipeline.text.normalize import fold

# How pandas, databases and spreadsheets write that there is none, in small letters.
_NONE: Final = ("", "none", "nan", "nat", "<na>", "null", "n/a", "0", "0.0", "0000-00-00", "-")
_HIJRI_YEARS: Final = range(1300, 1500)
_YEAR_FIRST: Final = re.compile(r"\s*(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_COMPACT: Final = re.compile(r"\s*(\d{4})(\d{2})(\d{2})(?:t?\d{4,6}z?)?\s*")
_DAY_FIRST: Final = re.compile(r"\s*(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?!\d)")
_EPOCH: Final = re.compile(r"\s*(\d{9,10}|1\d{12})(?:\.\d+)?\s*")  # seconds, milliseconds


def is_no_date(value: Any) -> bool:
    """Tell whether a metadata value says that there is no date."""
    return str(value).strip().lower() in _NONE


def parse_date(value: Any) -> date | None:
    """Give the day that a metadata value names, in its own time zone; None where it names none.

    Numeric days come before months (11/9/2023 is 11 September) unless only the other order is possible. Numbers
    of seconds since 1970 are taken in UTC. Years of the fourteenth and fifteenth century are Hijri.
    """
    if isinstance(value, datetime):
        return value.date() if value == value else None  # the NaT of pandas is a datetime that equals nothing
    if isinstance(value, date):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        number = int(value) if value == value and abs(value) < 1e15 else 0
        if 19000101 <= number <= 21001231:
            return parse_date(str(number))
        seconds = number / 1000 if number > 10**11 else number
        return datetime.fromtimestamp(seconds, UTC).date() if 10**8 < seconds < 10**10 else None
    if not isinstance(value, str):
        return None
    text = fold(value)
    if epoch := _EPOCH.fullmatch(text):
        return parse_date(int(epoch[1]))
    for pattern, order in ((_YEAR_FIRST, (0, 1, 2)), (_COMPACT, (0, 1, 2)), (_DAY_FIRST, (2, 1, 0))):
        match = pattern.fullmatch(text) if pattern is _COMPACT else pattern.match(text)
        if match:
            year, month, day = (int(match.group(i + 1)) for i in order)
            if year in _HIJRI_YEARS:
                break
            if month > 12 >= day:
                month, day = day, month
            try:
                return date(year, month, day)
            except ValueError:
                return None
    try:
        return parsedate_to_datetime(text).date()
    except (ValueError, TypeError, IndexError, OverflowError):
        line = read_date_line(text)
        return line.day if line else None
