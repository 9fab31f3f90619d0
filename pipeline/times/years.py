"""Readers of years: alone, in pairs, in both calendars."""

from typing import Final

from pipeline.times.calendars import hijri
from pipeline.times.lines import COMMAS, DASHES, Line
from pipeline.times.nodes import Date, Hit, Node, Range
from pipeline.times.numbers import spelled

_GROUPING: Final = frozenset({".", ",", "٫", "٬", ":", "،"})
_BEFORE_ERA: Final = DASHES | {"ت"}  # TEH, short for "died": (ت 995م)
_LISTED: Final = 6  # years of the longest list (أعوام 2010 و2011 و2012)
_LAST_YEAR: Final = 2200
_FOUR_DIGITS: Final = 1000
_HIJRI_NEAR: Final = (1343, 1500)  # years without a mark that are read as Hijri where they stand in pairs (1436/1437)


def _inside_number(line: Line, i: int, j: int) -> bool:
    """Tell whether the digits in [i, j) are part of a longer number, a share or an address."""
    if line.norm(j) in ("%", "٪", "$", "€", "°") or line.norm(i - 1) in ("$", "€", "#", "+"):
        return True
    if (line.touches(j) and _is_latin(line.norm(j))) or (line.touches(i) and _is_latin(line.norm(i - 1))):
        return True  # 1930s, A1882
    for mark, digits, outer in ((j, j + 1, j), (i - 1, i - 2, i)):
        grouped = line.norm(mark) in _GROUPING and line.norm(digits).isdigit() and line.touches(outer)
        if grouped and line.touches(mark + 1 if mark == j else mark):
            return True
    return False


def _is_latin(norm: str) -> bool:
    return norm.isascii() and norm.isalpha()


def era(line: Line, j: int) -> tuple[str, int]:
    """Read a mark of the era: `ce`, `ah`, `bce` or nothing, and the index behind it."""
    for kind in ("bce", "ah", "ce"):
        if found := line.find(j, kind):
            return kind, found[1]
        if line.norm(j) == "(" and (found := line.find(j + 1, kind)) and line.norm(found[1]) == ")":
            return kind, found[1] + 1
    return "", j


def year_number(line: Line, i: int, headed: bool, dated: bool = False) -> tuple[Date, int] | None:
    """Read a year and its era.

    headed: عام stands before it, so that any number will do. dated: a month does, so that م is no measure behind it.
    """
    word = line.words[i]
    if word is not None and word.digits:
        if word.digits > 4 or _inside_number(line, i, i + 1):
            return None
        value, j = word.number, i + 1
    elif headed and (read := spelled(line, i)) and (read[0] >= 100 or read[0] >= 30):
        value, j = read
    else:
        return None
    mark, j = era(line, j)
    if mark == "ah":
        return (Date("hijri", year=value), j) if 1 <= value <= 1500 else None
    if mark == "bce":
        return Date(year=value, bce=True), j
    if value > _LAST_YEAR:
        return None
    digits = word.digits if word is not None and word.digits else 4
    if mark == "ce":
        metres = j == i + 2 and line.norm(i + 1) == "م"  # 100م may be a length
        clear = digits >= 3 if not metres else digits == 4 and (dated or line.touches(i + 1) or line.has(i - 1, "in"))
        told = headed or clear or (metres and line.norm(i - 1) in _BEFORE_ERA)
        return (Date(year=value, literal=value < 100), j) if told else None
    if headed:
        return (Date(year=value), j) if digits >= 2 and value > 0 else None
    return (Date(year=value), j) if digits == 4 and 1000 <= value <= 2199 else None


def year_twin(line: Line, first: Date, j: int) -> tuple[Node, int]:
    """Read what may follow a year: the end of a range, and the same in the other calendar (1182-1188هـ/1768-1774م)."""
    node, j = _year_range(line, first, j)
    bracket = line.norm(j) == "("
    linked = line.after(j, "agreeing")
    if isinstance(node, Date) and node.calendar == "hijri" and linked == j:
        beside = year_number(line, j, headed=False)  # 1010 هـ 1601م
        if beside and beside[0].calendar == "gregorian":
            return Date(year=beside[0].year, twin=node), beside[1]
    if not bracket and line.norm(j) not in DASHES and linked == j:
        return node, j
    k = linked if linked > j else line.after(j + 1, "agreeing")
    hijri = (node.first if isinstance(node, Range) else node) == Date("hijri", year=first.year)
    second = year_number(line, k, headed=hijri)
    if not second:
        return node, j
    other, end = _year_range(line, *second)
    if bracket and line.norm(end) != ")":
        return node, j
    head = other.first if isinstance(other, Range) else other
    if not isinstance(head, Date) or (head.calendar == "hijri") == hijri:
        return node, j
    end += bracket
    if isinstance(other, Range) or isinstance(node, Range):
        return (other if hijri else node), end
    return Date(head.calendar, year=head.year, twin=first), end


def _year_range(line: Line, first: Date, j: int) -> tuple[Node, int]:
    """Read the end of a range of years behind a dash: 2019-2021، 1436/1437هـ، 2014-15."""
    if line.norm(j) not in DASHES or first.bce:
        return first, j
    if second := year_number(line, j + 1, headed=False):
        last, end = second
        if _agree(first, last):
            return Date(year=last.year, twin=Date("hijri", year=first.year)), end
        if last.calendar == "hijri" != first.calendar and 0 < (last.year or 0) - (first.year or 0) < 100:
            first = Date("hijri", year=first.year)
        elif first.calendar == last.calendar and _paired(first, last):
            first, last = Date("hijri", year=first.year), Date("hijri", year=last.year)
        if first.calendar == last.calendar and _ascending(first, last):
            return Range(first, last), end
        if first.calendar == last.calendar and (first.year or 0) - (last.year or 0) == 1 and line.norm(j) == "/":
            return Range(last, first), end
    elif first.year and first.year >= 1000 and line.touches(j) and line.touches(j + 1):
        word = line.words[j + 1]
        if word is not None and word.digits == 2 and word.number == (first.year + 1) % 100:
            return Range(first, Date(first.calendar, year=first.year + 1)), j + 2
    return first, j


def _paired(first: Date, last: Date) -> bool:
    """Tell whether two years without a mark are a Hijri school year (1436/1437)."""
    low, high = _HIJRI_NEAR
    return low <= (first.year or 0) <= high and (last.year or 0) == (first.year or 0) + 1


def _agree(first: Date, last: Date) -> bool:
    """Tell whether two years without a mark are one year in both calendars (1343/1924)."""
    if first.calendar == "hijri" or last.calendar == "hijri" or not first.year or not last.year:
        return False
    held = hijri(first.year) if first.year <= _HIJRI_NEAR[1] else None
    return held is not None and held[0].year <= last.year <= held[1].year


def _ascending(first: Date, last: Date) -> bool:
    return bool(first.year and last.year and last.year > first.year and not last.bce)


def year(line: Line, i: int) -> Hit:
    """Read a year: عام 2014، سنة 132 هـ، 384هـ/995م، عامي 2012 و2013، 2019-2021، العام الدراسي 2015/2016."""
    if heads := line.find(i, "year_heads"):
        unit = line.find(i, "unit")
        pair = unit is not None and unit[0][1:] == (2, "construct")
        if several := _years(line, heads[1], line.has(i - 1, "between"), pair):
            return several
    head = line.find(i, "year_head")
    start = line.after(head[1], "school") if head else i
    found = year_number(line, start, headed=head is not None)
    if not found and head and line.norm(start) == "(":
        found = year_number(line, start + 1, headed=True)
        return (found[0], found[1] + 1) if found and line.norm(found[1]) == ")" else None
    if not found:
        return None
    node, j = year_twin(line, *found)
    if not head and isinstance(node, Range) and line.norm(i - 1) in DASHES and line.touches(i):
        return None
    return node, j


def _years(line: Line, i: int, between: bool, pair: bool) -> Hit:
    """Read a list of years behind عامي or أعوام: one range where they follow each other or بين holds them.

    pair: عامي stands before them, so that two numbers of any size will do.
    """
    first = year_number(line, line.after(i, "from"), headed=pair)
    if not first:
        return None
    last, j = first
    node, k = year_twin(line, *first)
    if isinstance(node, Range):
        return node, k
    for _ in range(_LISTED):
        k = j + 1 if line.norm(j) in COMMAS else line.after(j, "to")
        more = line.joined_by_and(k)
        following = year_number(line, k if more is None else more, headed=pair) if more is not None or k > j else None
        if not following or not _ascending(last, following[0]):
            break
        if not (between or line.has(j, "to") or (following[0].year or 0) - (last.year or 0) == 1):
            break
        last, j = following
    if last == first[0] and (last.year or 0) < _FOUR_DIGITS:
        return None
    return (first[0] if last == first[0] else Range(first[0], last)), j
