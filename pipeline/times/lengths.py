"""Readers of lengths of time that are counted from today or from an edge of a period."""

from typing import Final

from pipeline.times.contexts import is_origin
from pipeline.times.lines import Line
from pipeline.times.nodes import Hit, Offset, Window
from pipeline.times.numbers import cardinal, counted

# Kinds of words that turn the noun before them into something else than a length: عام 1948, شهر مارس, يوم الأحد.
_NAMED: Final = frozenset({
    "digits", "month", "weekday", "day", "ordinal", "ordinal_tens", "ordinal_last", "article", "feast", "decade",
})  # fmt: skip

# Parts of units that are lengths by themselves.
_FRACTIONS: Final = {
    ("half", "century"): ("year", 50), ("third", "century"): ("year", 33), ("quarter", "century"): ("year", 25),
    ("half", "decade"): ("year", 5), ("half", "year"): ("month", 6), ("quarter", "year"): ("month", 3),
    ("half", "month"): ("day", 15),
}  # fmt: skip


def _length(line: Line, i: int) -> tuple[str, int | None, int] | None:
    """Read a length: ثلاثة أيام، 3 أيام، يومين، أسبوع، عدة أشهر، سنوات قليلة (count None)."""
    if some := line.find(i, "some_time"):
        if some[1] == i + 1 and line.norm(some[1]).startswith("ال"):  # the article: قبل فترة الانتخابات
            return None
        return "vague", None, line.after(some[1], "some_after")
    if some := line.find(i, "some"):
        unit = line.find(some[1], "unit")
        return (unit[0][0], None, unit[1]) if unit and unit[0][2] != "definite" else None
    number = cardinal(line, i)
    if number:
        unit = line.find(number[1], "unit")
        if not unit or unit[0][2] in ("definite", "construct") or number[0] == 0:
            return None
        return unit[0][0], number[0], unit[1]
    unit = line.find(i, "unit")
    if not unit or unit[0][2] in ("definite", "construct"):
        return None
    name, count, _ = unit[0]
    j = unit[1]
    if count == 3:
        return name, None, line.after(j, "some_after")
    if count == 1:
        one = line.find(j, "one")
        if one and one[0] == 1:
            return name, 1, one[1]
        plain = name != "term" and _NAMED.isdisjoint(line.kinds(j))  # عام 1948, شهر مارس, قبل موسم القطاف: no length
        return (name, 1, j) if plain else None
    return name, count, j


def _fraction(line: Line, i: int) -> tuple[str, int, int] | None:
    """Read a part of a unit as a length: نصف قرن, ربع قرن, نصف عام."""
    part = line.find(i, "fraction")
    unit = line.find(part[1], "unit") if part and not line.definite(i) else None
    if not part or not unit or unit[0][1:] != (1, "indefinite"):
        return None
    length = _FRACTIONS.get((part[0], unit[0][0]))
    return (*length, unit[1]) if length else None


def offset(line: Line, i: int) -> Hit:
    """Read a distance from today: قبل يومين، بعد نحو ثلاثة أسابيع، منذ عشر سنوات، بعد ذلك بأسبوعين."""
    for kind, sign in (("after_that", 1), ("before_that", -1)):
        if (head := line.find(i, kind)) and line.clitic(head[1]) == "ب":
            length = line.read_at(head[1], _length)
            if length and length[0] not in ("hour", "minute"):
                return Offset(length[0], length[1], sign, context=True), length[2]
    for kind, sign in (("since", -1), ("before", -1), ("after", 1)):
        head = line.find(i, kind)
        if not head:
            continue
        j = head[1]
        for _ in range(2):
            j = line.after(j, "approx")
        length = (_fraction(line, j) if sign < 0 else None) or _length(line, j)
        if not length:
            return None
        unit, count, j = length
        if kind == "after" and line.has(i - 1, "on"):
            return None  # على بعد 20 سنة ضوئية
        if kind == "since" and count is None and line.norm(j).startswith("ال"):
            return None  # the article: منذ أيام الاستعمار
        if unit == "minute" or (unit == "hour" and sign > 0):
            return None
        if (before := line.find(i - 1, "unit")) and before[0][:2] == (unit, 1) and sign > 0:
            return None  # يوما بعد يوم
        half = False
        if (more := line.joined_by_and(j)) is not None and (fraction := line.find(more, "fraction", True)):
            half, j = fraction[0] == "half", fraction[1]
            again = line.find(j, "unit")
            if again and again[0][0] == unit and again[0][2] == "definite":
                j = again[1]  # قبل عام ونصف العام
        j = line.after(line.after(j, "bare"), "of_time")
        if unit == "night" or line.has(j, "bce"):
            return None
        only = line.after(j, "whole")
        told = line.has(only, "from") and not (kind == "since" or (sign < 0 and is_origin(line, i, only + 1)))
        if told or (sign > 0 and line.has(only, "on")):
            return None  # counted from something that the text tells, not from today
        return Offset(unit, count, sign, since=kind == "since", half=half), j
    return None


def window(line: Line, i: int) -> Hit:
    """Read a length that ends or begins today: الأشهر الستة الماضية، 24 ساعة الماضية، آخر ثلاث سنوات، عقود مضت."""
    if head := line.find(i, "last_bare"):
        number = cardinal(line, head[1])
        unit = line.find(number[1] if number else head[1], "unit")
        if not unit or unit[0][2] == "definite" or _of_something(line, unit[0][0], unit[1]):
            return None
        count = number[0] if number else {2: 2}.get(unit[0][1])
        return (Window(unit[0][0], count, -1), line.after(unit[1], "bare")) if count else None
    j = line.after(i, "article")
    number = cardinal(line, j) or (counted(line, i) if j == i else None)
    j = number[1] if number else i
    unit = line.find(j, "unit")
    if not unit:
        return None
    name, count, state = unit[0]
    j = unit[1]
    value = number[0] if number else {2: 2}.get(count)
    if state == "definite":
        if number is None and count == 1:
            return None
        if number is None and (read := counted(line, j)):
            value, j = read
        j = line.after(j, "some_after")
        if number is None and value is None and (read := counted(line, j)):
            j = read[1]
    for kind in ("shift", "recent") if state == "definite" or number else ():
        if (direction := line.find(j, kind)) and direction[0]:
            j = direction[1]
            return None if _of_something(line, name, j) else (Window(name, value, direction[0]), j)
    if state != "definite" and (number or count > 1):
        j = line.after(j, "some_after")
        if direction := line.find(j, "bare"):
            return Window(name, value, direction[0]), direction[1]
    return None


def _of_something(line: Line, unit: str, j: int) -> bool:
    """Tell whether a length is the end of something that is told behind it (الدقائق الأخيرة من المباراة)."""
    return unit == "minute" or line.has(j, "from")


def edge(line: Line, i: int) -> tuple[str, int, bool, int] | None:
    """Read the first or last so many units of something: الأشهر الستة الأولى، السبعة أشهر الأولى، آخر ثلاثة أيام.

    Gives the unit, the count, whether they are the last, and the index behind them.
    """
    rank = line.find(i, "ordinal_bare") or line.find(i, "last_bare")
    if rank and rank[0] in (1, -1):
        number = cardinal(line, rank[1])
        unit = line.find(number[1], "unit") if number else line.find(rank[1], "unit")
        if unit and unit[0][2] in ("indefinite", "accusative") and (number or unit[0][1] == 2):
            return unit[0][0], number[0] if number else 2, rank[0] < 0, unit[1]
        return None
    number = cardinal(line, i) or counted(line, i)
    unit = line.find(number[1] if number else i, "unit")
    if not unit:
        return None
    j = unit[1]
    if number is None:
        if unit[0][2] != "definite" or unit[0][1] == 1:
            return None
        number = (2, j) if unit[0][1] == 2 else counted(line, j)
        if number is None:
            return None
        j = number[1]
    last = line.find(j, "ordinal_last") or line.find(j, "recent")
    first = line.find(j, "ordinal")
    found = last or (first if first and first[0] == 1 else None)
    return (unit[0][0], number[0], last is not None, found[1]) if found else None
