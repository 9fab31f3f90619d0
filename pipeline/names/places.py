"""Countries of names, by the country names and the nationality adjectives in them."""

from functools import cache, lru_cache
from typing import Final

from pipeline.resources import load_rows, load_toml, load_words
from pipeline.text.normalize import fold

_REGIONS: Final = "names/regions.toml"
_AND: Final = "و"  # ARABIC LETTER WAW
_WHOLE: Final = "whole"  # marks the names of countries.tsv that are other words inside of a name (مالي)
_LAM_ALEF: Final = frozenset("ﻵﻶﻷﻸﻹﻺﻻﻼ")


@cache
def _countries() -> dict[str, str]:
    return {fold(row[1]): row[0] for row in load_rows("names/countries.tsv")}


@cache
def _parts() -> dict[str, str | None]:
    """Give the code of what a longer name may hold, None for a region of no one country."""
    whole = {fold(row[1]) for row in load_rows("names/countries.tsv") if _WHOLE in row}
    regions = dict.fromkeys(map(fold, load_toml(_REGIONS)["regions"]["names"]))
    return {name: code for name, code in _countries().items() if name not in whole} | regions


@cache
def states() -> frozenset[str]:
    """Give the names of countries of one word, folded, that are no other words, without nationality adjectives."""
    return frozenset(name for name, code in _parts().items() if code and " " not in name) - nationalities()


@cache
def nationalities() -> frozenset[str]:
    """Give the nationality adjectives of one word, folded, with and without article."""
    return frozenset(name for name in _parts() if " " not in name and name.endswith(("ي", "ية")))


@lru_cache(maxsize=1 << 16)
def country_of(name: str) -> str | None:
    """Give the ISO 3166-1 alpha-2 code of the country that a name is or holds; None where it holds none or two."""
    known = _countries()
    whole = fold(" ".join(name.split()))
    if name[:1] in _LAM_ALEF and whole not in known:
        whole = whole[1:]  # the ligature may hold the proclitic of a name, and no span can part it (ﻷلمانيا)
    words = whole.split()
    if whole in known or not words or words[0] in load_words(_REGIONS, "regions", "heads"):
        return known.get(whole)
    parts = _parts()
    found: set[str | None] = set()
    at = 0
    while at < len(words):
        for size in range(min(4, len(words) - at), 0, -1):
            part = " ".join(words[at : at + size])
            if at and part not in parts:
                part = part.removeprefix(_AND)  # الهند وباكستان
            if part in parts:
                found.add(parts[part])
                at += size - 1
                break
        at += 1
    found.discard(None)
    return found.pop() if len(found) == 1 else None
