"""Numbers of dates, in digits and in words."""

from typing import Final

from pipeline.times.lines import Line

_GROUPING: Final = frozenset(",.٬٫")
_PARTS: Final = 9  # words of the longest number that dates use (ألف وتسعمئة وسبعة وستين)


def cardinal(line: Line, i: int) -> tuple[int, int] | None:
    """Read a cardinal of at most four digits, or in words, and give it with the index behind it."""
    word = line.words[i]
    if word is not None and word.digits:
        if word.digits > 4 or (line.norm(i - 1) in _GROUPING and line.touches(i) and line.norm(i - 2).isdigit()):
            return None  # 10,000
        return word.number, i + 1
    return spelled(line, i)


def spelled(line: Line, i: int) -> tuple[int, int] | None:
    """Read a cardinal in words, its parts joined by و.

    The greatest part comes first (ألف وتسعمئة وسبعة وستين) or, as in old books, last (ثلاث وثمانين وستمئة).
    """
    total = 0
    sizes: list[int] = []
    j = end = i
    for _ in range(_PARTS):
        found = _part(line, j, loose=j > i)
        if not found or not _ordered([*sizes, found[1]]):
            break
        value, size, end = found
        total += value
        sizes.append(size)
        more = line.joined_by_and(end)
        if more is None:
            break
        j = more
    return (total, end) if sizes else None


def _ordered(sizes: list[int]) -> bool:
    return sizes == sorted(set(sizes)) or sizes == sorted(set(sizes), reverse=True)


def _part(line: Line, i: int, loose: bool) -> tuple[int, int, int] | None:
    """Read one part of a number: its value, its order of magnitude, and the index behind it."""
    if found := line.find(i, "thousand", loose):
        return found[0], 1000, found[1]
    if found := line.find(i, "hundred", loose):
        return found[0], 100, found[1]
    found = line.find(i, "one", loose)
    if found:
        value, j = found
        if ten := line.find(j, "ten_one"):
            return 10 + value, 10, ten[1]
        more = line.joined_by_and(j)
        if more is not None and (tens := line.find(more, "tens", True)):
            value, j = value + tens[0], tens[1]
    else:
        found = line.find(i, "tens", loose) or line.find(i, "ten_one", loose)
        if not found:
            return None
        value, j = found
    if scale := line.find(j, "thousands"):
        return value * 1000, 1000, scale[1]
    return value, 10, j


def ordinal(line: Line, i: int) -> tuple[int, int] | None:
    """Read a definite ordinal, in words or as ال and digits; -1 for the last."""
    if line.has(i, "article"):
        word = line.words[i + 1]
        return (word.number, i + 2) if word is not None and 0 < word.digits <= 2 else None
    if found := line.find(i, "ordinal"):
        value, j = found
        if value < 10 and (ten := line.find(j, "ten_one")):
            return value + 10, ten[1]
        more = line.joined_by_and(j)
        if more is not None and value < 10 and (tens := line.find(more, "ordinal_tens", True)):
            return value + tens[0], tens[1]
        return value, j
    return line.find(i, "ordinal_tens") or line.find(i, "ordinal_last")


def day_number(line: Line, i: int) -> tuple[int, int] | None:
    """Read the number of a day of the month, 1 to 31: digits (5, 05, 5th) or an ordinal."""
    word = line.words[i]
    if word is not None and word.digits:
        if word.digits <= 2 and 1 <= word.number <= 31:
            j = i + 1
            return word.number, j + 1 if line.norm(j) in ("st", "nd", "rd", "th") and line.touches(j) else j
        return None
    found = ordinal(line, i)
    return found if found and 1 <= found[0] <= 31 else None


def counted(line: Line, i: int) -> tuple[int, int] | None:
    """Read the number behind a definite plural: الثلاثة، الست، الـ24، الخمس عشرة."""
    if line.has(i, "article"):
        word = line.words[i + 1]
        return (word.number, i + 2) if word is not None and 0 < word.digits <= 4 else None
    if found := line.find(i, "counted"):
        if ten := line.find(found[1], "ten_one"):
            return found[0] + 10, ten[1]
        more = line.joined_by_and(found[1])
        if more is not None and (tens := line.find(more, "ordinal_tens", True)):
            return found[0] + tens[0], tens[1]
        return found
    return line.find(i, "ordinal_tens")
