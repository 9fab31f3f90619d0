"""Readers of days that are told in several ways at once: part of the day, اليوم or أمس, weekday, date."""

from dataclasses import replace
from typing import Final

from pipeline.times.calendars import gregorian, hijri
from pipeline.times.dates import day_date, month_date, next_of_list, numeric, numeric_range, short_numeric
from pipeline.times.lines import CLOSING, COMMAS, DASHES, OPENING, QUOTES, Line
from pipeline.times.nodes import Date, Hit, Node, Period, Range
from pipeline.times.numbers import day_number, ordinal
from pipeline.times.units import period, whole_unit

_NO_DATE: Final = Date()
_PARTS: Final = 3  # parts of a day before it (وقت متأخر من مساء)
_WAYS: Final = 5  # ways to tell a day at once
_DAY_WORDS: Final = frozenset({"head", "day", "weekday", "day_head"})
_LISTED: Final = 6  # days of the longest list (أيام الأحد والاثنين والثلاثاء)


def day_group(line: Line, i: int) -> Hit:
    """Read a day told in several ways at once: صباح اليوم (الأحد) 8 يونيو، يومي السبت والأحد، أمس، الاثنين."""
    start = _parts_of_day(line, i)
    heads = line.find(start, "day_heads")
    if heads and (several := _several_days(line, heads[1])):
        return several
    head = line.find(start, "day_head")
    j = head[1] if head else start
    before = i - 1 if line.norm(i - 1) != ":" else i - 2
    named = head is not None or line.has(before, "date_word")
    node, end = _components(line, j, named, parted=start > i)
    if node is None or (end == i + 1 and line.norm(i).isascii() and not line.norm(i).isdigit()):
        return None  # an English weekday without its date may be any foreign word
    if (adverb := line.find(end, "adverb")) and start == i:
        end = adverb[1]
    return node, end


def _parts_of_day(line: Line, i: int) -> int:
    """Give the index behind parts of a day: الساعات الأولى من فجر، وقت متأخر من مساء، ليل.."""
    j = i
    for _ in range(_PARTS):
        if late := line.find(j, "time_of"):
            k = line.after(late[1], "from")
            if k == late[1] or _DAY_WORDS.isdisjoint(line.kinds(k)):
                break
            j = k
        elif part := line.find(j, "head"):
            j = part[1]
            while line.norm(j) == "." and j < part[1] + 2:
                j += 1
        else:
            break
    return j


def _components(line: Line, j: int, named: bool, parted: bool) -> tuple[Node | None, int]:
    """Collect the ways to tell one day that stand from word j on.

    named: يوم stands before them; parted: a part of a day does.
    """
    date: Date | None = None
    end = j
    for _ in range(_WAYS):
        k, bracket = _separated(line, end, date is not None, parted)
        component = _component(line, k, date or _NO_DATE, named or date is not None, opening=date is None)
        if component is None:
            break
        addition, k = component
        if isinstance(addition, Range):
            if date is None or date.weekday is not None:
                return addition, k
            break
        merged = _merge(date or _NO_DATE, addition)
        if merged is None or (bracket and line.norm(k) not in CLOSING and line.norm(k) not in QUOTES):
            break
        k += bracket
        if parted and isinstance(addition, Date) and addition.weekday is not None and addition.shift is None:
            k = _next_day(line, k, addition.weekday)
        date, end = merged, k
    if date is None and parted and (told := _told_day(line, j)):
        return told
    return date, end


def _separated(line: Line, k: int, inside: bool, parted: bool) -> tuple[int, bool]:
    """Give the index behind what stands between two ways to tell a day, and whether it opens a bracket."""
    mark = line.norm(k)
    if not inside and not (parted and (mark in OPENING or mark in QUOTES)):
        return k, False
    bracket = mark in OPENING or (mark in QUOTES and line.has(k + 1, "weekday"))
    if bracket or mark in COMMAS or mark in DASHES:
        k += 1
    k = line.after(k, "agreeing")
    return (k if line.has(k, "day") else line.after(k, "day_head")), bracket


def _told_day(line: Line, j: int) -> tuple[Node, int] | None:
    """Read a day that the text has told, behind a part of it: مساء اليوم التالي، فجر ذلك اليوم."""
    if (placed := period(line, j)) and isinstance(placed[0], Period) and placed[0].unit == "day":
        return placed
    that = line.find(j, "same_before")
    unit = whole_unit(line, that[1]) if that else None
    return (Period("day", 0, "context"), unit[1]) if unit and unit[0] == "day" else None


def _next_day(line: Line, k: int, weekday: int) -> int:
    """Give the index behind the second day of a night between two (ليل السبت - الأحد)."""
    j = k + 1 if line.norm(k) in DASHES else k
    following = line.find(line.after(j, "to"), "weekday")
    return following[1] if following and following[0] == ((weekday + 1) % 7, 0) else k


def _component(line: Line, k: int, date: Date, named: bool, opening: bool) -> Hit:
    """Read one way to tell a day that `date` does not yet hold."""
    if date.today is None and (today := line.find(k, "day")):
        after = whole_unit(line, k)
        if not (after and today[1] == after[1] and _certain_day(line, after[1])):
            return Date(today=today[0]), today[1]
    if date.weekday is None and (weekday := _weekday(line, k)):
        return weekday
    if date.day is None:
        found = numeric(line, k) or numeric_range(line, k) or day_date(line, k, named and opening)
        if not found and ((named and opening) or date.weekday is not None):
            found = short_numeric(line, k)
        if found:
            return found
        if line.norm(k).isascii() and line.find(k, "month") and (english := month_date(line, k)):
            return english if isinstance(english[0], Date) and english[0].day else None
        if (part := line.find(k, "part")) and part[0] == "first_day" and (month := month_date(line, part[1])):
            stated = month[0]
            return (replace(stated, day=1), month[1]) if isinstance(stated, Date) else None
    return None


def _certain_day(line: Line, j: int) -> bool:
    """Tell whether اليوم before j is some day of the text: التالي, نفسه, or the n-th."""
    return line.has(j, "context") or line.has(j, "same") or ordinal(line, j) is not None


def _merge(date: Date, addition: Node) -> Date | None:
    """Put two ways to tell a day into one; None where both say the same part of it."""
    if not isinstance(addition, Date):
        return None
    if date == _NO_DATE:
        return addition
    merged = date
    if date.weekday is not None and addition.year and addition.month and addition.day:
        addition = _agreeing(addition, date.weekday)
    for name in ("year", "month", "day", "weekday", "today", "shift", "within", "twin"):
        value = getattr(addition, name)
        if value is None:
            continue
        if getattr(merged, name) is not None:
            return None
        merged = replace(merged, **{name: value})
    return replace(merged, calendar=addition.calendar) if addition.month or addition.year else merged


def _agreeing(date: Date, weekday: int) -> Date:
    """Put day and month of a date in digits the other way round where only so its weekday is right."""
    if not date.digits or date.year is None or not date.day or not date.month or date.day > 12:
        return date
    reckon = hijri if date.calendar == "hijri" else gregorian
    stated, turned = reckon(date.year, date.month, date.day), reckon(date.year, date.day, date.month)
    if stated and turned and stated[0].weekday() != weekday == turned[0].weekday():
        return replace(date, day=date.month, month=date.day)
    return date


def _weekday(line: Line, i: int) -> tuple[Date, int] | None:
    """Read a weekday and what places it: الخميس الماضي، الاثنين من الأسبوع المقبل."""
    found = line.find(i, "weekday")
    if not found:
        return None
    (weekday, doubt), j = found
    date = Date(weekday=weekday)
    if line.norm(i).isascii():
        return (date, j + (line.norm(j) == ".")) if i == line.origin or doubt == 0 else None
    if direction := line.find(j, "shift"):
        return replace(date, shift=direction[0]), direction[1]
    k = line.after(j, "from")
    placed = period(line, k)
    if placed and isinstance(placed[0], Period) and placed[0].unit == "week":
        return replace(date, within=placed[0]), placed[1]
    if doubt:
        return None
    if direction := line.find(j, "context"):
        return replace(date, within=Period("day", direction[0], "context")), direction[1]
    if direction := line.find(j, "recent"):
        return replace(date, shift=-1), direction[1]
    return date, j


def two_weekdays(line: Line, i: int) -> Hit:
    """Read two weekdays with one direction: الأحد والاثنين الماضيين."""
    first = line.find(i, "weekday")
    more = line.joined_by_and(first[1]) if first else None
    last = line.read_at(more, _weekday) if more is not None else None
    if not first or not last or last[0].shift is None or not line.has(last[1] - 1, "shift_of_two"):
        return None
    return Range(Date(weekday=first[0][0]), last[0]), last[1]


def _dated_days(line: Line, j: int) -> Hit:
    """Read weekdays each with its day, the last one with the month of all: الجمعة 6 والسبت 7 يناير 2017."""
    first: Date | None = None
    for _ in range(_LISTED):
        weekday = line.find(j, "weekday", loose=True)
        number = day_number(line, weekday[1]) if weekday else None
        if not weekday or not number:
            return None
        if first and (stated := day_date(line, weekday[1])):
            last, end = stated
            if not isinstance(last, Date) or last.twin or (first.day or 0) >= (last.day or 0):
                return None
            last = replace(last, weekday=weekday[0][0])
            return Range(replace(last, day=first.day, weekday=first.weekday), last), end
        first = first or Date(day=number[0], weekday=weekday[0][0])
        more = next_of_list(line, number[1])
        if more is None:
            return None
        j = more
    return None


def _several_days(line: Line, j: int) -> Hit:
    """Read what يومي and أيام hold: days of a month or weekdays."""
    if dates := day_date(line, j, named=True):
        return dates
    if numbers := numeric(line, j):
        return numbers
    if dated := _dated_days(line, j):
        return dated
    first = _weekday(line, j)
    if not first:
        return None
    last, end = first
    for _ in range(_LISTED):
        more = next_of_list(line, end)
        if more is None:
            break
        following = line.read_at(more, _weekday)
        if not following:
            break
        last, end = following
    if last is first[0]:
        return None
    if (direction := line.find(end, "shift")) and last.shift is None:
        last, end = replace(last, shift=direction[0]), direction[1]
    bracket = line.norm(end) in OPENING
    dated = day_date(line, end + bracket, named=True)
    if dated and isinstance(dated[0], Range) and (not bracket or line.norm(dated[1]) in CLOSING):
        return dated[0], dated[1] + bracket  # يومي الجمعة والسبت 26 - 27 أبريل
    return Range(replace(first[0], shift=None), last), end
