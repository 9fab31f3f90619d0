"""What the words around an expression show: whether it is a date at all, and what it is the date of."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from pipeline.resources import load_rows
from pipeline.text.normalize import fold
from pipeline.times.lines import QUOTES, Line
from pipeline.times.nodes import Date, Decade, Node, Period, Range
from pipeline.times.vocabulary import key_of, read_rows

_NEAR: Final = 4  # words before a bare year in which the event may be named (كأس العالم في روسيا 2018)
_STILL: Final = 15  # words before حتى اليوم in which ما زال may stand
_NEWS_YEARS: Final = range(1900, 2101)
_OLD_YEARS: Final = range(1500, 1900)
_DASHES: Final = frozenset("-–—:")
_ENDS: Final = frozenset({",", "،", ".", ""})


@lru_cache(maxsize=1)
def _roles() -> dict[str, frozenset[str]]:
    roles: dict[str, set[str]] = {}
    for row in read_rows("contexts.tsv"):
        roles.setdefault(row["role"], set()).add(key_of(fold(row["form"])))
    return {role: frozenset(forms) for role, forms in roles.items()}


@lru_cache(maxsize=1)
def known_years() -> dict[tuple[str, int, int], int]:
    """Give the year of events called by day and month alone: (key of the word before, month, day) to year."""
    return {
        (key_of(fold(row["form"])), int(row["month"]), int(row["day"])): int(row["year"])
        for row in read_rows("known.tsv")
    }


@lru_cache(maxsize=1)
def _places() -> frozenset[str]:
    """Give the keys of the countries and capitals of the names' tables that are one word."""
    return frozenset(key_of(fold(row[1])) for row in load_rows("names/countries.tsv") if " " not in row[1])


def is_origin(line: Line, start: int, i: int) -> bool:
    """Tell whether word i is a place or post that one leaves, or a journey from which the verb before start returns."""
    key, roles = key_of(line.norm(i)), _roles()
    if key in roles["journey_after"]:
        return _is_near(line, start, _NEAR, "return_before")
    return key in roles["place_after"] or key in _places()


def _stems(norm: str) -> tuple[str, ...]:
    """Give the key of a word and what stays of it without و or ف, and without ب, ل or ك."""
    key = key_of(norm)
    bare = key[1:] if key[:1] in ("و", "ف") else key  # WAW, FEH
    return key, bare, bare[1:] if bare[:1] in ("ب", "ل", "ك") else bare  # BEH, LAM, KAF


def _is(norm: str, role: str) -> bool:
    """Tell whether a word, or what stays of it without its proclitics, plays a part beside expressions."""
    forms = _roles()[role]
    return any(stem in forms for stem in _stems(norm))


def _is_near(line: Line, i: int, reach: int, role: str) -> bool:
    """Tell whether one of the words before i plays a part."""
    return any(_is(norm, role) for norm in line.norms[max(0, i - reach) : i])


def with_known_year(line: Line, i: int, node: Node) -> Node:
    """Give a day and month the year of the event that the word before them names (أحداث 11 سبتمبر)."""
    if isinstance(node, Date) and node.day and node.month and node.year is None and node.today is None and i:
        for stem in _stems(line.norms[i - 1]):
            if year := known_years().get((stem, node.month, node.day)):
                return replace(node, year=year)
    return node


def with_shared_years(line: Line, found: Sequence[tuple[Node, int, int]]) -> list[tuple[Node, int, int]]:
    """Give months without year that of the later month that "and" joins to them (يناير وفبراير 2016)."""
    shared: list[tuple[Node, int, int]] = []
    for node, i, j in reversed(found):
        joined = shared and shared[-1][1] == j and line.clitic(j) == "و"  # ARABIC LETTER WAW
        month, later = _month(node), _month(shared[-1][0]) if joined else None
        if month and later and month.year is None and (month.month or 0) < (later.month or 0):
            node = replace(month, year=later.year)
        shared.append((node, i, j))
    return shared[::-1]


def _month(node: Node) -> Date | None:
    """Give a node that is a Gregorian month, with or without its year."""
    return node if isinstance(node, Date) and node.month and node == Date(year=node.year, month=node.month) else None


def is_trap(line: Line, i: int, node: Node, j: int, closing: bool = False) -> bool:
    """Tell whether the words around [i, j) show that what was read there is no date.

    closing: it is the end of a time whose beginning the text gives as a day or month (منذ الأحد حتى اليوم).
    """
    before, after = line.norm(i - 1), line.norm(j)
    if line.has(line.after(j, "from"), "every") or line.has(i - 1, "every"):
        return True  # every year, no year
    first = node.first if isinstance(node, Range) else node
    if isinstance(first, Decade):
        return line.has(j, "age") or line.has(j + 1, "age")
    if isinstance(first, Period):
        if first.of is None and first.unit == "month" and before == "مثل" and line.has(i, "this_before"):
            return True  # مثل هذا الشهر: of every year
        past = first.frame == "anchor" and first.shift < 0
        return not past and _is(line.norm(i), "general_word") and _is(before, "general_before")
    if not isinstance(first, Date):
        return False
    if first.today is not None:
        return _is_no_day(line, i, node, j, closing)
    if first.weekday is not None:
        named = _is(before, "plural_days_before") or _is(before, "friday_noun_before")
        return j == i + 1 and (named or _is(after, "weekday_not_after"))
    if first.month is None:
        return _digits_only(line, i) and not first.bce and not reads_as_year(line, i, node, j)
    if before in QUOTES and after in QUOTES and first.year is None and j <= i + 2:
        return True  # a newspaper named after a day
    if first == Date(first.calendar, month=first.month):
        return _is_ruler(line, j)
    stated = first.year is not None or first.shift is not None or first.within is not None
    if first.day is None or stated or not _is(before, "place_head"):
        return False
    return not any((stem, first.month, first.day) in known_years() for stem in _stems(before))


def _digits_only(line: Line, i: int) -> bool:
    word = line.words[i]
    return word is not None and bool(word.digits)


def _is_ruler(line: Line, j: int) -> bool:
    """Tell whether a month name alone is that of a ruler (أغسطس الثالث)."""
    found = line.find(j, "ordinal")
    return found is not None and found[0] > 1


def _is_no_day(line: Line, i: int, node: Node, j: int, closing: bool) -> bool:
    """Tell whether a word for today, yesterday or tomorrow is a name or a way of speaking."""
    before, after = line.norm(i - 1), line.norm(j)
    if isinstance(node, Range):
        return line.has(i - 1, "between")  # بين الأمس واليوم
    if not isinstance(node, Date) or node.weekday is not None or node.day is not None:
        return False
    if before in QUOTES and after in QUOTES and j <= i + 2:
        return True
    if node.today == 0 and _is(before, "today_name_before"):
        return True
    if node.today == 0 and (j == i + 1 or line.has(i, "this_before")) and _is(before, "certain_day_before"):
        return True
    if j > i + 1:
        return False
    if node.today == 0:
        return _is_no_today(line, i, before, after, closing)
    name = "tomorrow_name_before" if (node.today or 0) > 0 else "yesterday_name_before"
    return _is(before, name) or _is(after, "day_not_after")


def _is_no_today(line: Line, i: int, before: str, after: str, closing: bool) -> bool:
    """Tell whether اليوم alone is a name, a certain day, nowadays or a whole day."""
    if _is(after, "today_not_after") or (before == "(" and after == ")"):
        return True
    if closing:
        return False
    if any(_is(before, role) for role in ("nowadays_before", "whole_day_before", "day_edge_before", "until_before")):
        return True
    if (i == 0 and line.clitic(i) == "و") or _is_near(line, i, _NEAR, "state_near_before"):
        return True  # واليوم at the head of a sentence opens a contrast with the past
    return line.has(i - 1, "to") and _is_near(line, i, _STILL, "still")


def reads_as_year(line: Line, i: int, node: Node, j: int) -> bool:
    """Tell whether digits without عام or an era are a year, by their size and the words around them."""
    first = node.first if isinstance(node, Range) else node
    last = node.last if isinstance(node, Range) else node
    if not (isinstance(first, Date) and isinstance(last, Date) and first.year and last.year):
        return True
    if (j > i + 1 and not isinstance(node, Range)) or first.calendar == "hijri" or last.calendar == "hijri":
        return True  # an era or a twin stands behind it
    before, after = line.norm(i - 1), line.norm(j)
    if _is(after, "counted_after") or _is(before, "verse_before"):
        return False
    if isinstance(node, Range):
        return first.year in _OLD_YEARS or first.year in _NEWS_YEARS
    if first.year not in _NEWS_YEARS and first.year not in _OLD_YEARS:
        return False
    if (before == "(" and after == ")") or (i == 0 and after in _DASHES) or _is(before, "year_before"):
        return True
    if first.year in _OLD_YEARS:
        return False
    if before == ")" and after in _ENDS:
        return True  # the year behind a title
    if before == "و":  # ARABIC LETTER WAW: one more year
        return first.year % 100 != 0 and line.norm(i - 2).isdigit()
    if _is(before, "year_maybe_before"):
        return first.year % 100 != 0
    return _is_near(line, i, _NEAR, "event_near_before")
