"""Noun phrases that take in what a preposition, a و or a genitive joins to their head (متحدث باسم الشرطة، نجل الرئيس).

What they take in is often a name, which stands as a phrase of its own beside them; who speaks, acts or is hit is the
whole. Lists of heads: clauses/words.toml.
"""

from typing import Final

import numpy as np

from pipeline.events.clauses import Layout
from pipeline.events.wordforms import Flags, Ints, codes, form_code, proclitic_code
from pipeline.schema import LABELS

_PERSON, _PLACE, _BODY = (1 + LABELS.index(label) for label in ("PER", "LOC", "ORG"))
_BEH, _LAM = proclitic_code("ب"), proclitic_code("ل")
_SPEAKS: Final = 5  # a head this ready to follow words of speech (see wordforms) is a body
_MEMBERS: Final = 5  # places that و joins at most
_SPOKESMEN, _SPEAKING_FOR = codes("spokesman"), codes("spokesman", "behind")
_STANDING, _FOR = codes("spokesman", "standing"), form_code("عن")
_CHARGED, _TAKING_ALA, _WITH = codes("spokesman", "charged"), codes("spokesman", "taking_ala"), form_code("علي")
_SOURCES, _OUT_OF = codes("source"), codes("source", "behind")
_TAKING, _ASKING, _OF = codes("source", "taking_beh"), codes("source", "taking_min"), form_code("من")
_KIN, _OWN, _OFFICES, _SEVERAL = codes("related", "kin"), codes("related", "own"), codes("office"), codes("several")


def merge(first: Ints, last: Ints, joined: Flags) -> tuple[Ints, Ints]:
    """Take the phrases behind some into them. joined: flags all phrases but the last."""
    if not len(first):
        return first, last
    heads = np.flatnonzero(np.concatenate([[True], ~joined]))
    return first[heads], np.maximum.reduceat(last, heads)


def bind(layout: Layout, first: Ints, last: Ints, name_ends: Ints) -> tuple[Ints, Ints, Flags]:
    """Give the phrases, a spokesman, source, officer or relative with whom he belongs to, and flag these.

    first, last: half-open token ranges of noun phrases. name_ends: for each token, the end of the name that begins
    there, -1 without one.
    """
    if not len(first):
        return first, last, np.zeros(0, dtype=bool)
    code, total = layout.column("code"), len(layout.doc)
    proclitic, article = layout.column("proclitic"), layout.column("article")
    at, behind = np.minimum(last, total - 1), np.minimum(last + 1, total - 1)
    inside = (last < total) & (layout.sentence[at] == layout.sentence[last - 1])
    further = inside & (layout.sentence[behind] == layout.sentence[at]) & (layout.name[at] == 0)
    named, head = name_ends[at] > 0, code[first]
    speaks = np.isin(head, _SPOKESMEN) & np.isin(code[at], _SPEAKING_FOR)
    before = np.maximum(first - 1, 0)
    verb = np.where(layout.sentence[before] == layout.sentence[first], code[before], 0)
    charged = np.isin(head, _CHARGED) & (code[at] == _WITH) & ~np.isin(verb, _TAKING_ALA)
    speaks = further & (speaks | np.isin(head, _STANDING) & (code[at] == _FOR) | charged)
    source, single = np.isin(head, _SOURCES), last - first == 1
    out_of = further & source & np.isin(code[at], _OUT_OF) & ~((code[at] == _OF) & np.isin(verb, _ASKING))
    told = layout.name[behind]
    body = np.where(name_ends[behind] > 0, told == _BODY, _is_body(layout, behind))
    over = speaks & (name_ends[behind] > 0) | out_of & (told == _BODY) & (name_ends[behind] > 0)
    attached = source & (proclitic[at] == _BEH) & ~np.isin(verb, _TAKING)
    attached |= np.isin(head, _OFFICES) & (proclitic[at] == _LAM) & ~single
    attached &= inside & named & (layout.name[at] == _BODY)
    kin = (np.isin(head, _KIN) | np.isin(head, _OWN) & single) & (article[first] == 0)
    kin &= (layout.column("suffix")[last - 1] == 0) & inside & named & (layout.name[at] == _PERSON)
    kin = kin & (proclitic[at] + layout.column("waw")[at] == 0)
    joined = (speaks | out_of & body)[:-1] & (first[1:] == last[:-1] + 1)
    ends = np.select([over, attached | kin], [name_ends[behind], name_ends[at]], last)
    bound = over | attached | kin
    bound[:-1] |= joined
    first, last = merge(first, ends, joined)
    return first, last, bound[np.concatenate([[True], ~joined])]


def _is_body(layout: Layout, token: Ints) -> Flags:
    """Tell which tokens are definite nouns that speak as bodies do (الشرطة)."""
    result: Flags = (layout.column("article")[token] == 1) & (layout.column("agent")[token] >= _SPEAKS)
    return result


def join_places(layout: Layout, first: Ints, last: Ints, name_ends: Ints) -> Ints:
    """Give the ends of phrases; heads of several places take all in (وزيرا خارجية مصر والأردن).

    Arguments as of `bind`, the first place taken in.
    """
    total = len(layout.doc)
    several = np.isin(layout.column("code")[first], _SEVERAL) & (layout.name[last - 1] == _PLACE)
    for _ in range(_MEMBERS):
        at = np.minimum(last, total - 1)
        more = several & (last < total) & (name_ends[at] > 0) & (layout.name[at] == _PLACE)
        more &= (layout.column("waw")[at] == 1) & (layout.sentence[at] == layout.sentence[last - 1])
        last = np.where(more, name_ends[at], last)
    return last


def wholes(first: Ints, last: Ints, titled: Ints, bound: Flags) -> Ints:
    """Give for each phrase the row of the bound phrase that holds it, or of the person whose title that is.

    A phrase that none holds has its own row. first: rising.
    """
    result = np.arange(len(first))
    for row in np.flatnonzero(bound).tolist():
        end = int(np.searchsorted(first, last[row]))
        inner = np.arange(row + 1, end)
        inner = inner[last[inner] <= last[row]]
        result[inner] = end if titled[row] and end < len(first) else row
    return result
