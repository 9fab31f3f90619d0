"""Readers of dates: months, days with month names, dates in digits."""

from dataclasses import replace
from typing import Final

from pipeline.times.lines import CLOSING, COMMAS, DASHES, OPENING, Line
from pipeline.times.nodes import Date, Hit, Node, Period, Range
from pipeline.times.numbers import day_number
from pipeline.times.units import bare_period, period
from pipeline.times.years import year_number

_NUMERIC: Final = frozenset("/-.–")
_LISTED: Final = 6  # days of the longest list (أيام 5 و6 و7)


def month_name(line: Line, i: int) -> tuple[tuple[str, int, int], int] | None:
    """Read a month, also in two names (يناير/كانون الثاني، يونيو (حزيران)): calendar, number, doubt."""
    found = line.find(i, "month")
    if not found:
        return None
    (calendar, number, doubt), j = found
    k = j
    if line.norm(k) in OPENING or line.norm(k) in DASHES:
        k += 1
    twin = line.find(k, "month")
    if twin and twin[0][:2] == (calendar, number):
        j, doubt = twin[1], 0
        if line.norm(k - 1) in OPENING and line.norm(j) in CLOSING:
            j += 1
    return (calendar, number, doubt), j


def _year_tail(line: Line, j: int, date: Date) -> tuple[Date, int]:
    """Read what places a month: a year, الماضي, من العام الماضي."""
    if direction := line.find(j, "shift"):
        return replace(date, shift=direction[0]), direction[1]
    k = j + 1 if line.norm(j) in COMMAS or line.norm(j) == "/" else j
    k = line.after(k, "from")
    if line.has(k, "at") and line.has(k + 1, "year_head"):
        k += 1
    headed = line.find(k, "year_head", loose=line.clitic(k) == "ل")
    if found := year_number(line, line.after(headed[1], "school") if headed else k, headed is not None, dated=True):
        stated, end = found
        unmarked = stated.calendar == "gregorian" and (stated.year or 0) <= 1500  # عام 1436 behind a Hijri month
        if stated.calendar == date.calendar or (date.calendar == "hijri" and unmarked):
            return replace(date, year=stated.year, bce=stated.bce, literal=stated.literal), end
    if headed and line.norm(headed[1]) in OPENING and (found := year_number(line, headed[1] + 1, headed=True)):
        stated, end = found
        if line.norm(end) in CLOSING and stated.calendar == date.calendar:
            return replace(date, year=stated.year), end + 1
    if date.calendar == "hijri" and (word := line.words[k]) and word.digits in (3, 4):
        found = year_number(line, k, headed=True)
        if found and (found[0].year or 0) <= 1500:
            return replace(date, year=found[0].year), found[1]
    if k == j or line.has(j, "from"):
        placed = line.read_at(k, period) if line.clitic(k) == "لل" else period(line, k)  # رمضان للسنة الماضية
        if placed and isinstance(placed[0], Period) and placed[0].unit == "year":
            return replace(date, within=placed[0]), placed[1]
        if placed and isinstance(placed[0], Date) and placed[0].year:
            return replace(date, year=placed[0].year), placed[1]
    return date, j


def month_date(line: Line, i: int) -> Hit:
    """Read a month, alone or with its year: شهر يونيو 2015م، أغسطس الماضي; English ones also before the day."""
    found = _plain_month(line, i)
    if not found:
        return None
    date, end = found
    return _twin(line, date, end) if date.year or date.calendar == "hijri" else (date, end)


def _plain_month(line: Line, i: int) -> tuple[Date, int] | None:
    """Read a month in one calendar."""
    found = month_name(line, i)
    head = None if found else line.find(i, "month_head")
    start = head[1] if head else i
    found = found or month_name(line, start)
    if head and not found and line.norm(start) in OPENING and (named := month_name(line, start + 1)):
        found = (named[0], named[1] + 1) if line.norm(named[1]) in CLOSING else None
    if not found:
        return None
    (calendar, number, doubt), j = found
    date = Date(calendar, month=number)
    english = line.norm(start).isascii()
    if english:
        j += line.norm(j) == "."
        if day := day_number(line, j):
            stated = year_number(line, day[1] + (line.norm(day[1]) in COMMAS), headed=False)
            date = replace(date, day=day[0], year=stated[0].year if stated else None)
            return date, stated[1] if stated else day[1]
    placed, end = _year_tail(line, j, date)
    if placed == date and (english or (doubt and not head and not _supported(line, i, doubt))):
        return None
    return placed, end


def _supported(line: Line, i: int, doubt: int) -> bool:
    """Tell whether the word before a month name that is also another word shows that a month is meant."""
    if doubt > 1:
        return False
    days = line.find(i - 1, "unit")
    if line.has(i - 1, "part") or (days and days[0][0] in ("day", "night")):
        return True  # أواخر رمضان، أيام رمضان
    return bool(line.clitic(i)[-1:] in ("ب", "ل") and line.clitic(i)) or any(
        (found := line.find(k, "in", loose=True)) is not None and found[1] == i for k in (i - 1, i - 2)
    )


def month_list(line: Line, i: int) -> Hit:
    """Read several months with one head or one direction: شهري يناير وفبراير، أبريل ومايو الماضيين."""
    head = line.find(i, "month_heads")
    first = month_name(line, head[1] if head else i)
    if not first:
        return None
    (calendar, number, _), j = first
    last = number
    for _ in range(_LISTED):
        more = line.joined_by_and(j)
        if more is None and (line.norm(j) in COMMAS or line.norm(j) in DASHES):
            more = j + 1
        if more is None:
            break
        following = line.read_at(more, month_name)
        if not following or following[0][0] != calendar:
            break
        last, j = following[0][1], following[1]
    if last == number:
        return None
    if not head and not line.has(j, "shift_of_two"):
        return None
    node, end = _year_tail(line, j, Date(calendar, month=last))
    return Range(Date(calendar, month=number), node), end


def day_date(line: Line, i: int, named: bool = False) -> Hit:
    """Read a day of a month: 8 يونيو، الثامن من يونيو 2015، 8 و9 مارس، الثالث من الشهر الجاري.

    named: يوم stands before it, so that a number and الجاري will do.
    """
    first = day_number(line, i)
    if not first:
        return None
    days, j = [first[0]], first[1]
    for _ in range(_LISTED):
        more = next_of_list(line, j)
        following = line.read_at(more, day_number) if more is not None else None
        if not following:
            break
        days.append(following[0])
        j = following[1]
    date = _month_of_day(line, j, Date(day=days[-1]), named)
    if date is None and len(days) > 1:  # the list may be of other things, its first day not
        days, j = [first[0]], first[1]
        date = _month_of_day(line, j, Date(day=days[0]), named)
    if date is None:
        return None
    node, end = date
    if len(days) > 1:
        return Range(replace(node, day=days[0]), node), end
    return _twin(line, node, end)


def next_of_list(line: Line, j: int) -> int | None:
    """Give the index of the next day of a list, behind و, a comma, a dash or إلى."""
    more = line.joined_by_and(j)
    if more is not None:
        to = line.find(more, "to", loose=True)
        return to[1] if to else more
    if line.norm(j) in DASHES or line.norm(j) in COMMAS:
        k = j + 1
        return k + 1 if line.norm(k) == "و" else k
    to = line.find(j, "to")
    return to[1] if to else None


def _month_of_day(line: Line, j: int, date: Date, named: bool) -> tuple[Date, int] | None:
    """Complete a day number with its month: a name, or a month that a word places."""
    k = j
    if line.norm(k) in COMMAS or (line.norm(k) in DASHES and line.touches(k)):
        k += 1
    k = line.after(k, "from")
    start = line.after(k, "month_head")
    found = month_name(line, start) or (month_name_loose(line, start) if start == k else None)
    if found:
        (calendar, number, doubt), end = found
        if doubt > 1 and calendar == "hijri" and start == k and not _told_month(line, k, end):
            return None  # 3- صفر is a score
        end += line.norm(start).isascii() and line.norm(end) == "."
        if line.norm(end) in DASHES and line.touches(end) and line.norm(end + 1).isdigit():
            end += 1
            stated = year_number(line, end, headed=False)
            if stated:
                return replace(date, calendar=calendar, month=number, year=stated[0].year), stated[1]
            end -= 1
        return _year_tail(line, end, replace(date, calendar=calendar, month=number))
    if k == j + 1 and not line.has(j, "from"):
        return None
    if line.has(j, "from") or named or k == j:
        placed = period(line, k)
        if placed and isinstance(placed[0], Period) and placed[0].unit == "month" and (named or k > j):
            return replace(date, within=placed[0]), placed[1]
    direction = line.find(k, "shift")
    if direction and (direction[0] == 0 or (named and k == j)):
        return replace(date, within=Period("month", direction[0])), direction[1]  # 15 الجاري
    if line.has(j, "from") and line.has(k, "month_head") and (bare := bare_period(line, k)):
        return replace(date, within=bare[0]), bare[1]
    return None


def _told_month(line: Line, i: int, j: int) -> bool:
    """Tell whether a word that is also a number is a month here: من stands before it, or a year or الماضي behind."""
    return line.has(i - 1, "from") or line.has(j, "shift") or year_number(line, j, headed=True) is not None


def month_name_loose(line: Line, i: int) -> tuple[tuple[str, int, int], int] | None:
    """Read a month that carries a ل (الأول لشهر يوليو is no date, 5 ليوليو is)."""
    if line.clitic(i) != "ل":
        return None
    found = line.find(i, "month", loose=True)
    return found if found else None


def _twin(line: Line, first: Date, j: int) -> tuple[Node, int]:
    """Read the same date in the other calendar: 25 شوال 1436 هـ الموافق 10 أغسطس 2015."""
    k = j
    if line.norm(k) in COMMAS:
        k += 1
    linked = line.after(k, "agreeing")
    bracket = line.norm(k) in OPENING
    if linked > k:
        k = linked + (line.norm(linked) == ":") + (line.norm(linked) == "ل")
        k = line.after(k, "day_head")
        if weekday := line.find(k, "weekday"):
            k = weekday[1]
    elif bracket or line.norm(k) in DASHES:
        k = line.after(k + 1, "agreeing")
    elif k > j:
        return first, j
    found = line.read_at(k, _plain_day if first.day else _plain_month)
    if not found or found[0].calendar == first.calendar:
        return first, j
    other, end = found
    if bracket and line.norm(end) in CLOSING:
        end += 1
    if first.calendar == "hijri":
        return replace(other, twin=first), end
    return replace(first, twin=other), end


def _plain_day(line: Line, i: int) -> tuple[Date, int] | None:
    """Read one day of the month in one calendar."""
    if found := _plain_numeric(line, i):
        return found
    day = day_number(line, i)
    return _month_of_day(line, day[1], Date(day=day[0]), named=False) if day else None


def numeric(line: Line, i: int) -> Hit:
    """Read a date in digits: 22/07/2015م، 2023-09-11، 11.09.2023، 3 / 8 / 2015، 1436/10/25هـ."""
    found = _plain_numeric(line, i)
    return _twin(line, *found) if found else None


def _plain_numeric(line: Line, i: int) -> tuple[Date, int] | None:
    """Read a date in digits in one calendar."""
    numbers, j = [], i
    mark = line.norm(i + 1)
    if mark not in _NUMERIC:
        return None
    if line.norm(i - 1) == mark and line.touches(i) and line.norm(i - 2).isdigit():
        return None
    for index in range(3):
        word = line.words[j]
        if word is None or not word.digits or word.digits > 4:
            return None
        numbers.append((word.number, word.digits))
        j += 1
        if index < 2:
            if line.norm(j) != mark or (mark == "." and not (line.touches(j) and line.touches(j + 1))):
                return None
            j += 1
    if line.norm(j) == mark and line.touches(j) and line.norm(j + 1).isdigit():
        return None
    date = _order(numbers, mark)
    if date is None:
        return None
    for kind, calendar in (("ah", "hijri"), ("ce", "gregorian")):
        if found := line.find(j, kind):
            return replace(date, calendar=calendar), found[1]
    return date, j


def numeric_range(line: Line, i: int) -> Hit:
    """Read days in digits before a month and year in digits: 2-3/7/1436."""
    first = line.words[i]
    if first is None or not 0 < first.digits <= 2 or line.norm(i + 1) not in ("-", "–") or not line.touches(i + 1):
        return None
    found = line.read_at(i + 2, numeric) if line.norm(i + 3) == "/" else None
    if not found or not isinstance(found[0], Date) or not first.number < (found[0].day or 0):
        return None
    return Range(replace(found[0], day=first.number, twin=None), found[0]), found[1]


def _order(numbers: list[tuple[int, int]], mark: str) -> Date | None:
    """Put three numbers in order: year first (ISO) or day first, the month first only where it cannot be else."""
    (a, a_len), (b, b_len), (c, c_len) = numbers
    if a_len == 4 and b_len <= 2 and c_len <= 2:
        year, month, day = a, b, c
    elif a_len <= 2 and b_len <= 2 and (c_len == 4 or (c_len == 2 and mark != ".")):
        day, month, year = a, b, c
    else:
        return None
    if month > 12 >= day:
        day, month = month, day
    if not (1 <= month <= 12 and 1 <= day <= 31) or (1500 < year < 1700) or 99 < year < 1300 or year > 2199:
        return None
    return Date("hijri" if 1300 <= year <= 1500 else "gregorian", year=year, month=month, day=day, digits=True)


def short_numeric(line: Line, i: int) -> Hit:
    """Read a day and month in digits, 11/9, for readers that know that a date stands here."""
    words = [line.words[k] for k in range(i, i + 3)]
    day, mark, month = words[0], line.norm(i + 1), words[2]
    if day is None or month is None or mark != "/" or not line.touches(i + 2):
        return None
    if not (0 < day.digits <= 2 and 0 < month.digits <= 2 and 1 <= day.number <= 31 and 1 <= month.number <= 12):
        return None
    if line.norm(i + 3) == mark:
        return None
    return _year_tail(line, i + 3, Date(day=day.number, month=month.number))


def month_and_year(line: Line, i: int) -> Hit:
    """Read a month and year in digits, 7/2015, behind a preposition of time or in brackets."""
    month, year = (line.words[k] for k in (i, i + 2))
    if month is None or year is None or line.norm(i + 1) != "/" or not line.touches(i + 1) or not line.touches(i + 2):
        return None
    if not (0 < month.digits <= 2 and 1 <= month.number <= 12 and year.digits == 4 and 1900 <= year.number <= 2100):
        return None
    if line.norm(i - 1) in DASHES or line.norm(i + 3) in DASHES:
        return None
    if line.norm(i - 1) not in OPENING and not line.has(i - 1, "in"):
        return None
    return Date(year=year.number, month=month.number), line.after(i + 3, "ce")
