"""Countries of names, by the country names and the nationality adjectives in them."""

from functools import cache, lru_cache
from typing import Final

from pipeline.resources import load_rows
from pipeline.text.normalize import fold

_LAM_ALEF: Final = frozenset("ﻵﻶﻷﻸﻹﻺﻻﻼ")


@cache
def _countries() -> dict[str, str]:
    return {fold(alias): iso2 for iso2, alias in (row[:2] for row in load_rows("names/countries.tsv"))}


@cache
def nationalities() -> frozenset[str]:
    """Give the nationality adjectives of one word, folded, with and without article."""
    return frozenset(name for name in _countries() if " " not in name and name.endswith(("ي", "ية")))


@lru_cache(maxsize=1 << 16)
def country_of(name: str) -> str | None:
    """Give the ISO 3166-1 alpha-2 code of the country that a name is or holds; None where it holds none or two."""
    known = _countries()
    whole = fold(" ".join(name.split()))
    if name[:1] in _LAM_ALEF and whole not in known:
        whole = whole[1:]  # the ligature may hold the proclitic of a name, and no span can part it (ﻷلمانيا)
    if whole in known:
        return known[whole]
    words = whole.split()
    found = set()
    at = 0
    while at < len(words):
        for size in range(min(4, len(words) - at), 0, -1):
            code = known.get(" ".join(words[at : at + size]))
            if code:
                found.add(code)
                at += size - 1
                break
        at += 1
    return found.pop() if len(found) == 1 else None
