"""Countries of names, by the names of countries and cities and the nationality adjectives in them."""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Final

from pipeline.resources import load_rows, load_toml, load_words
from pipeline.text.normalize import fold

_REGIONS: Final = "names/regions.toml"
_COUNTRIES: Final = "names/countries.tsv"
_CITIES: Final = "names/cities.tsv"
_AND, _IN = "و", "ب"  # WAW, BEH: before a word inside of a name
_WHOLE: Final = "whole"  # marks the names of the tables that are other words inside of a name (مالي)
_LAM_ALEF: Final = frozenset("ﻵﻶﻷﻸﻹﻺﻻﻼ")


@cache
def _codes() -> dict[str, str]:
    """Give the code of every name of the tables, folded."""
    return {fold(row[1]): row[0] for table in (_CITIES, _COUNTRIES) for row in load_rows(table)}


@cache
def _parts(table: str) -> dict[str, str | None]:
    """Give the codes of what a longer name may hold out of a table, folded, None for a region of no one country."""
    regions = dict.fromkeys(map(fold, load_toml(_REGIONS)["regions"]["names"]))
    return {fold(row[1]): row[0] for row in load_rows(table) if _WHOLE not in row} | regions


@cache
def states() -> frozenset[str]:
    """Give the names of countries of one word, folded, that are no other words, without nationality adjectives."""
    named = _parts(_COUNTRIES).items()
    return frozenset(name for name, code in named if code and " " not in name) - nationalities()


@cache
def nationalities() -> frozenset[str]:
    """Give the nationality adjectives of one word, folded, with and without article."""
    return frozenset(name for name in _parts(_COUNTRIES) if " " not in name and name.endswith(("ي", "ية")))


def is_listed(name: str) -> bool:
    """Tell whether the tables have a name, folded, as a whole."""
    return name in _codes()


@lru_cache(maxsize=1 << 16)
def country_of(name: str) -> str | None:
    """Give the ISO 3166-1 alpha-2 code of the country that a name is or holds; None where it holds none or two.

    Cities tell where nothing else in the name does (بنغازي is not the country of السفارة الأمريكية في بنغازي).
    """
    known = _codes()
    whole = fold(" ".join(name.split()))
    if name[:1] in _LAM_ALEF and whole not in known:
        whole = whole[1:]  # the ligature may hold the proclitic of a name, and no span can part it (ﻷلمانيا)
    words = whole.split()
    if whole in known or not words or words[0] in load_words(_REGIONS, "regions", "heads"):
        return known.get(whole)
    found = _held(words, _parts(_COUNTRIES)) or _held(words, _parts(_CITIES))
    return found.pop() if len(found) == 1 else None


def _held(words: Sequence[str], parts: Mapping[str, str | None]) -> set[str]:
    """Give the codes of the `parts` that folded words hold, the longest first from each place on."""
    found: set[str] = set()
    at = 0
    while at < len(words):
        for size in range(min(4, len(words) - at), 0, -1):
            part = " ".join(words[at : at + size])
            if at and part not in parts:
                part = part.removeprefix(_AND)  # الهند وباكستان
            if at and part not in parts and part[1:] not in nationalities():
                part = part.removeprefix(_IN)  # المستشفى الجهوي بالقصرين, but الناطقة بالفرنسية
            if part in parts:
                found.update(filter(None, [parts[part]]))
                at += size - 1
                break
        at += 1
    return found
