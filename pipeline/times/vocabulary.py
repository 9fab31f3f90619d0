"""The words of dates: tables under resources/times, looked up by the folded form of a token."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from pipeline.errors import ResourceError
from pipeline.resources import load_rows
from pipeline.text.normalize import fold

# Proclitics that may stand on the first word of an expression, and how many of their letters to leave out of the
# span: of لل the second LAM stands for the article and stays (للشهر gives لشهر).
_PREFIXES: Final = {
    "و": 1, "ف": 1, "ب": 1, "ل": 1, "ك": 1, "لل": 1, "وب": 2, "ول": 2, "فب": 2, "فل": 2, "وك": 2, "ولل": 2, "فلل": 2,
}  # fmt: skip
# Kinds of words that an expression can begin with; all other words only continue one.
_OPENERS: Final = frozenset({
    "month", "weekday", "one", "ten_one", "tens", "hundred", "thousand", "ordinal", "ordinal_tens", "ordinal_bare",
    "last_bare", "unit", "day", "head", "time_of", "same_before", "this_before", "part", "season", "decade", "fraction",
    "feast", "since", "before", "after", "year_head", "month_head", "year_heads", "day_head", "day_heads",
    "month_heads", "counted", "period", "vague_period", "weekend", "after_that", "before_that", "digits", "article",
    "like",
})  # fmt: skip
# Openers that mean nothing without another known word right behind them.
_WAITING: Final = frozenset({
    "one", "ten_one", "tens", "hundred", "thousand", "ordinal", "ordinal_tens", "ordinal_bare", "last_bare", "time_of",
    "same_before", "this_before", "part", "fraction", "since", "before", "after", "year_heads", "month_heads",
    "counted", "period", "vague_period", "after_that", "before_that", "article", "like",
})  # fmt: skip
_LONGEST: Final = 40  # letters; no word of a date is longer, and longer tokens are not worth keeping
_CACHE: Final = 1 << 18  # words; those of some ten thousand articles
_DIGIT: Final = re.compile(r"[0-9]")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a word, or a phrase that begins with it, stands for.

    value: what the table gives for its kind (a number, a name, or a tuple of columns).
    rest: keys of the words that must follow.
    """

    value: Any
    rest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the tables, as it may stand in a text.

    plain: entries of the word as it stands, by kind, longest phrase first. joined: entries of what stays without its
    proclitics; clitic: those proclitics; skip: how many of their letters stay outside the span.
    number: value of a word of digits, digits: how many there are, else 0.
    mixed: digits and letters stand in one token, which must be cut before it is read.
    opening: kinds with which the word can begin an expression; waits: it begins one only if the next word is known too.
    """

    key: str
    plain: Mapping[str, tuple[Entry, ...]]
    joined: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    clitic: str = ""
    skip: int = 0
    number: int = -1
    digits: int = 0
    mixed: bool = False
    opening: tuple[str, ...] = ()
    waits: bool = False


def key_of(norm: str) -> str:
    """Give the key of a folded word: a final teh marbuta, often written as heh, becomes heh."""
    return norm[:-1] + "ه" if norm.endswith("ة") else norm


@lru_cache(maxsize=1)
def _sources() -> frozenset[str]:
    return frozenset(row["key"] for row in read_rows("sources.tsv", check=False))


def read_rows(name: str, check: bool = True) -> Iterator[dict[str, str]]:
    """Read a table of resources/times: the first line that is no comment names its columns.

    check: every row must name a source that sources.tsv explains.
    """
    head, *rows = load_rows(f"times/{name}")
    for row in rows:
        if len(row) != len(head):
            raise ResourceError(f"resources/times/{name}: {row!r} needs {len(head)} columns; mend the row")
        named = dict(zip(head, row, strict=True))
        if check and named["source"] not in _sources():
            raise ResourceError(f"resources/times/{name}: source {named['source']!r} is not in sources.tsv; add it")
        yield named


class Vocabulary(dict[str, Word | None]):
    """The words of dates by folded token, None for every other word.

    A dict that fills itself: each word of a text is analysed once; it is emptied when it grows beyond its limit.
    """

    def __init__(self) -> None:
        super().__init__()
        self._entries: dict[str, dict[str, list[Entry]]] = {}
        for kind, form, value in _table_entries():
            first, *rest = (key_of(fold(part)) for part in form.split())
            entry = Entry(value, tuple(rest))
            kinds = self._entries.setdefault(first, {})
            if entry not in kinds.setdefault(kind, []):
                kinds[kind].append(entry)
            for part in rest:
                self._entries.setdefault(part, {})
        self._frozen = {
            key: {kind: tuple(sorted(entries, key=lambda e: -len(e.rest))) for kind, entries in kinds.items()}
            for key, kinds in self._entries.items()
        }

    def __missing__(self, norm: str) -> Word | None:
        if len(norm) > _LONGEST:
            return None
        if len(self) >= _CACHE:
            self.clear()
        self[norm] = word = self._analyse(norm)
        return word

    def _analyse(self, norm: str) -> Word | None:
        if norm.isascii() and norm.isdigit():
            return Word(norm, {"digits": (Entry(int(norm)),)}, number=int(norm), digits=len(norm), opening=("digits",))
        if _DIGIT.search(norm):
            return Word(norm, {}, mixed=True, opening=("digits",))
        key = key_of(norm)
        plain = self._frozen.get(key)
        joined: Mapping[str, tuple[Entry, ...]] = {}
        clitic = ""
        for prefix in _PREFIXES:
            if key.startswith(prefix):
                rest = ("ال" if prefix.endswith("لل") else "") + key[len(prefix) :]
                found = self._frozen.get(rest)
                if found and len(rest) > 1:
                    joined, clitic = found, prefix
                    break
        if plain is None and not joined:
            return None
        kinds = plain or {}
        opening = tuple(sorted(_OPENERS.intersection({*kinds, *joined})))
        waits = _WAITING.issuperset(opening)
        return Word(key, kinds, joined, clitic, _PREFIXES.get(clitic, 0), opening=opening, waits=waits)


def _table_entries() -> Iterator[tuple[str, str, Any]]:
    """Give (kind, form, value) of every row of every table."""
    for row in read_rows("months.tsv"):
        yield "month", row["form"], (row["calendar"], int(row["month"]), int(row["doubt"]))
    for row in read_rows("weekdays.tsv"):
        yield "weekday", row["form"], (int(row["weekday"]), int(row["doubt"]))
    for row in read_rows("numbers.tsv"):
        yield row["role"], row["form"], int(row["value"])
    for row in read_rows("units.tsv"):
        yield "unit", row["form"], (row["unit"], int(row["count"]), row["state"])
    for row in read_rows("days.tsv"):
        yield "day", row["form"], int(row["shift"])
    for row in read_rows("directions.tsv"):
        yield row["role"], row["form"], int(row["value"])
    for row in read_rows("dayparts.tsv"):
        yield row["role"], row["form"], row["timex"]
    for row in read_rows("parts.tsv"):
        yield "part", row["form"], row["part"]
    for row in read_rows("seasons.tsv"):
        yield "season", row["form"], row["season"]
    for row in read_rows("decades.tsv"):
        yield "decade", row["form"], int(row["tens"])
    for row in read_rows("fractions.tsv"):
        yield "fraction", row["form"], row["unit"]
        if row["adjective"] == "1":
            yield "partaking", row["form"], None
    for row in read_rows("feasts.tsv"):
        yield "feast", row["form"], (row["calendar"], int(row["month"]), int(row["day"]), int(row["days"]))
    for row in read_rows("functions.tsv"):
        yield row["role"], row["form"], None


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """Load the tables once per process."""
    return Vocabulary()


def cut_mixed(raw: str) -> list[tuple[int, int, str]]:
    """Cut a token of digits and letters into runs of each: (start, end, folded form), offsets within the token."""
    pieces = []
    at = 0
    for index in range(1, len(raw) + 1):
        if index == len(raw) or raw[index].isdecimal() != raw[at].isdecimal():
            norm = fold(raw[at:index])
            if norm:
                pieces.append((at, index, norm))
            at = index
    return pieces
