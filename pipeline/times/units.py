"""Readers of calendar units that a word or a number places: periods, seasons of sport, centuries, decades."""

from typing import Final

from pipeline.times.lines import DASHES, Line
from pipeline.times.nodes import Century, Date, Decade, Hit, Node, Period, Range, Term, Weekend
from pipeline.times.numbers import cardinal, ordinal
from pipeline.times.years import era, year, year_number, year_twin

_CLOCK: Final = frozenset({"hour", "minute"})
_LAST_CENTURY: Final = 30
_LAST_MILLENNIUM: Final = 3
_WHOLE: Final = frozenset({"week", "month", "year", "decade", "century", "millennium"})


def whole_unit(line: Line, i: int) -> tuple[str, int] | None:
    """Read a definite singular unit and an adjective of its kind (العام الدراسي)."""
    found = line.find(i, "unit")
    if not found or found[0][2] != "definite" or found[0][1] != 1:
        return None
    unit, j = found[0][0], found[1]
    return unit, line.after(j, "school") if unit in ("year", "term") else j


def _placed(line: Line, unit: str, j: int, shift: int) -> Node:
    """Give the node of a unit that ends before word j and lies `shift` units away."""
    if line.has(j - 1, "study") and unit in ("year", "term"):
        return Term("school", shift)
    if unit == "term":
        plain = line.find(j - 1, "unit") is not None
        return Term("term" if plain else "season", shift)
    return Period(unit, shift)


def _same(line: Line, unit: str, j: int) -> tuple[Node, int]:
    """Give the unit of the last date, or the one that has its place in another year (الشهر نفسه من العام الماضي)."""
    held = _year_behind(line, j) if unit in ("day", "month") else None
    return (Period(unit, 0, "context", of=held[0]), held[1]) if held else (Period(unit, 0, "context"), j)


def _year_behind(line: Line, j: int) -> Hit:
    """Read the year to which a day or period is moved: من العام الماضي، من عام 2024، عام 2024."""
    k = line.after(j, "from")
    if (k > j or line.has(k, "year_head")) and (stated := year(line, k)) and isinstance(stated[0], Date):
        return stated
    named = whole_unit(line, line.after(line.after(k, "this_before"), "same_before")) if k > j else None
    held = period(line, k) if named and named[0] == "year" else None
    return held if held and isinstance(held[0], Period) else None


def like_today(line: Line, i: int) -> Hit:
    """Read today's day or month of another year: مثل هذا اليوم من عام 1948."""
    head = line.find(i, "like")
    this = line.find(head[1], "this_before") if head else None
    named = whole_unit(line, this[1]) if this else None
    if not named or named[0] not in ("day", "night", "month"):
        return None
    held = _year_behind(line, named[1])
    return (Period(named[0], 0, of=held[0]), held[1]) if held else None


def moved_period(line: Line, i: int) -> Hit:
    """Read what the text told of, in another year: الربع نفسه من العام الماضي، نفس الفترة من عام 2024."""
    head = line.find(i, "same_before")
    start = head[1] if head else i
    part = line.find(start, "fraction")
    span = None if part else line.find(start, "vague_period")
    if not (part or span) or not line.definite(start):
        return None
    unit, j = part or ("span", span[1] if span else start)
    if not head:
        same = line.find(j, "same")
        if not same:
            return None
        j = same[1]
    held = _year_behind(line, j) if unit != "third" else None
    return (Period(unit, 0, "context", of=held[0]), held[1]) if held else None


def period(line: Line, i: int) -> Hit:
    """Read a unit that a word places: الشهر الماضي، هذا العام، نفس اليوم، العام الدراسي المقبل."""
    if (weekend := line.find(i, "weekend")) and not ordinal(line, weekend[1]):
        direction = line.find(weekend[1], "shift")
        return (Weekend(direction[0]), direction[1]) if direction else (Weekend(), weekend[1])
    if (head := line.find(i, "fraction")) and (direction := line.find(head[1], "shift")) and line.definite(i):
        return (Period(head[0], direction[0]), direction[1]) if head[0] != "third" else None
    return _pointed(line, i) or _directed(line, i) or _vague(line, i)


def _pointed(line: Line, i: int) -> Hit:
    """Read a unit behind هذا, ذلك or نفس."""
    for kind in ("this_before", "same_before"):
        head = line.find(i, kind)
        found = whole_unit(line, head[1]) if head else None
        if not found or found[0] in _CLOCK:
            continue
        unit, j = found
        direction = line.find(j, "shift")
        if (direction and direction[0]) or (kind == "same_before" and unit == "day" and line.has(j, "weekday")):
            continue  # جاء ذلك العام الماضي، أعلن ذلك اليوم الأربعاء: the word before is no part of it
        if kind == "same_before":
            return (Term("season"), j) if unit == "term" else _same(line, unit, j)
        if unit == "year" and (stated := year_number(line, j, headed=False)):
            return stated  # هذا العام 1436هـ
        return _placed(line, unit, j, 0), direction[1] if direction and unit != "day" else j
    return None


def _directed(line: Line, i: int) -> Hit:
    """Read a unit before الماضي, الجديد, التالي or نفسه, with the number of the year where it follows."""
    found = whole_unit(line, i)
    if not found or found[0] in _CLOCK:
        return None
    unit, j = found
    if unit == "term" and (dated := dated_term(line, i)):
        return dated
    for kind in ("shift", "new", "context", "same"):
        direction = line.find(j, kind)
        if not direction or (kind == "shift" and unit == "day" and direction[0] == 0):
            continue
        shift, end = direction
        if unit == "year" and (stated := year_number(line, end, headed=False)):
            return year_twin(line, *stated)
        if kind == "shift":
            return _placed(line, unit, j, shift), end
        if kind == "new":
            if unit == "term" or line.has(j - 1, "study"):
                return Term("school" if line.has(j - 1, "study") else "term", 1, True), end
            return (Period(unit, 1, "new"), end) if unit == "year" else None
        if unit == "term":
            return Term("season"), end
        return (Period(unit, shift, "context"), end) if kind == "context" else _same(line, unit, end)
    return None


def dated_term(line: Line, i: int) -> Hit:
    """Read a season with its years: موسم 2014-2015، الموسم الجديد 2015/2016."""
    found = line.find(i, "unit")
    if not found or found[0][0] != "term" or found[0][1] != 1:
        return None
    j = line.after(found[1], "school")
    for kind in ("new", "shift"):
        j = line.after(j, kind)
    stated = year_number(line, j, headed=False)
    if not stated:
        return None
    node, end = year_twin(line, *stated)
    return Term("season", of=node), end


def _vague(line: Line, i: int) -> Hit:
    head = line.find(i, "vague_period")
    direction = line.find(head[1], "shift") if head else None
    return (Term("vague", direction[0]), direction[1]) if direction and direction[0] else None


def bare_period(line: Line, i: int) -> Hit:
    """Read a unit that no word places, for readers that know its place (نهاية العام، خلال الشهر)."""
    found = whole_unit(line, i)
    if not found or found[0] not in _WHOLE or ordinal(line, found[1]):
        return None
    if found[0] == "year" and line.has(found[1] - 1, "study"):
        return Term("school"), found[1]
    return Period(found[0], 0, "bare"), found[1]


def century(line: Line, i: int) -> Hit:
    """Read a numbered century: القرن التاسع عشر، القرن الـ21، القرن الثاني الهجري/الثامن الميلادي، القرنين 19 و20."""
    found = line.find(i, "unit")
    if not found or found[0][0] not in ("century", "millennium") or found[0][2] == "indefinite" or found[0][1] > 2:
        return None
    unit, count, _ = found[0]
    first = _century_number(line, found[1])
    if not first:
        return None
    number, j = first
    if unit == "millennium":
        return (Century(number, years=1000), j) if count == 1 and number <= _LAST_MILLENNIUM else None
    if count == 2:
        more = line.joined_by_and(j)
        second = line.read_at(more, _century_number) if more is not None else None
        if not second:
            return None
        mark, j = era(line, second[1])
        return Range(_century(number, mark), _century(second[0], mark)), j
    mark, j = era(line, j)
    if mark and line.norm(j) in DASHES and (other := _century_number(line, j + 1)):
        twin, end = era(line, other[1])
        if twin != mark:
            return Century(number if twin == "ah" else other[0]), end
    return _century(number, mark), j


def _century_number(line: Line, i: int) -> tuple[int, int] | None:
    found = ordinal(line, i) or cardinal(line, i)
    return found if found and 1 <= found[0] <= _LAST_CENTURY else None


def _century(number: int, mark: str) -> Century:
    return Century(number, "hijri" if mark == "ah" else "gregorian", mark == "bce")


def century_like(line: Line, i: int) -> Hit:
    """Read what holds decades: a numbered century, القرن الماضي or القرن."""
    return century(line, i) or period(line, i) or bare_period(line, i)


def decade(line: Line, i: int) -> Hit:
    """Read decades by their tens: الستينيات، تسعينات القرن الماضي، الستينيات والسبعينيات من القرن العشرين."""
    start = i
    if (unit := line.find(i, "unit")) and unit[0][0] == "decade" and unit[0][1] == 1 and line.has(unit[1], "decade"):
        start = unit[1]
    first = line.find(start, "decade")
    if not first:
        return None
    definite = line.definite(start) or start > i
    tens, j = first
    last = tens
    more = line.joined_by_and(j)
    if more is not None and (second := line.find(more, "decade", True)):
        last, j = second
    k = line.after(j, "from")
    holder: Node | None = None
    if (found := century_like(line, k)) and _is_century(found[0]):
        holder, j = found
    elif line.has(k, "age") or not definite:
        return None
    node: Node = Decade(tens, holder)
    return (Range(node, Decade(last, holder)) if last != tens else node), j


def _is_century(node: Node) -> bool:
    return isinstance(node, Century) or (isinstance(node, Period) and node.unit == "century")
