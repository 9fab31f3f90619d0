"""Two persons in one span: the subject and the object of a verb (وصف براون القذافي), or two that "and" joins.

Verbs, families and what stands between a verb and its person: resources/names/pairs.toml.
"""

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from functools import cache
from typing import Final

from pipeline.document import Token
from pipeline.names.clitics import cuts, is_joined, shipped_starts
from pipeline.names.places import nationalities
from pipeline.names.recognizer import NameSpan
from pipeline.names.words import model_form
from pipeline.resources import load_toml, load_words

_FILE: Final = "names/pairs.toml"
_CONJUNCTIONS: Final = "وف"  # WAW, FEH: on a verb
_VOWELS: Final = "اوي"  # letters of long vowels, with which و begins foreign names (والكوت): ALEF, WAW, YEH
_HEARD: Final = 3  # how often a name must open names for the و before it to be "and"

_Words = tuple[str, ...]


def part_pairs(sentences: Sequence[Sequence[Token]], found: Sequence[Sequence[NameSpan]]) -> list[list[NameSpan]]:
    """Give the names of the sentences of one page, those parted that hold two persons."""
    names: set[_Words] | None = None
    parted = []
    for tokens, spans in zip(sentences, found, strict=True):
        mine: list[NameSpan] = []
        for span in (part for whole in spans for part in _joined(tokens, whole)):
            at = None
            verb = _verb(tokens, span) if span.label == "PER" and span.last - span.first > 1 else -1
            if verb >= 0:
                words = tuple(token.norm for token in tokens[span.first : span.last])
                if names is None:
                    names = {name for t, s in zip(sentences, found, strict=True) for name in _persons(t, s)}
                at = _joint(words, names, titled=verb + 1 < span.first)
            mine += [span] if at is None else [
                replace(span, last=span.first + at, start=None, end=None),
                replace(span, first=span.first + at, start=None, end=None),
            ]  # fmt: skip
        parted.append(mine)
    return parted


def _joined(tokens: Sequence[Token], span: NameSpan) -> Iterator[NameSpan]:
    """Give the persons of a name that "and" joins (سعد وريهام), or the name as it is."""
    starts = shipped_starts()
    for at in range(span.first + 1, span.last if span.label == "PER" and not span.listed else 0):
        form = model_form(tokens[at].text)
        bound = form[1:2] in _VOWELS or tokens[at - 1].norm in _kin() | _compounds()
        if not bound and is_joined(form, starts, _HEARD):
            yield replace(span, last=at, start=None, end=None)
            yield from _joined(tokens, replace(span, first=at, start=None, end=None))
            return
    yield span


def _verb(tokens: Sequence[Token], span: NameSpan) -> int:
    """Give the place of a verb of two parties that stands before a name and its title, -1 without one."""
    titles, verbs = load_words("names/clitics.toml", "before", "titles"), load_words(_FILE, "verbs", "words")
    at = span.first - 1
    while at >= 0 and (tokens[at].norm in titles or tokens[at].norm in nationalities()):
        at -= 1
    norm = tokens[at].norm if at >= 0 and not span.listed else ""
    return at if norm in verbs or (norm[:1] in _CONJUNCTIONS and norm[1:] in verbs) else -1


def _persons(tokens: Sequence[Token], spans: Sequence[NameSpan]) -> Iterator[_Words]:
    """Give the words of the persons of a sentence, each also without what may be proclitics."""
    for span in spans:
        if span.label == "PER":
            word, *rest = (token.norm for token in tokens[span.first : span.last])
            yield from ((form, *rest) for form in (word, *(form for _, form in cuts(word))))


def _joint(words: _Words, names: Set[_Words], titled: bool) -> int | None:
    """Give the number of words of the first of two persons, None where one person may be meant.

    They are listed (names/pairs.toml), or the page has both elsewhere: the first by its family name or in full, and no
    more names that begin so. A page that has them together once more means one person. titled: a title stands before
    them, behind which a first name is mostly that of one person.
    """
    others = [name for name in names if name != words]
    if any(name[at : at + len(words)] == words for name in others for at in range(len(name))):
        return None
    if len(words) == 2 and words[0] != words[1] and family_names().issuperset(words):
        return 1
    sizes = range(1, len(words))
    listed = (at for at in sizes if len(words) > 2 and _are_listed(words[:at], words[at:]))
    told = (at for at in sizes if not titled and _are_two(words[:at], words[at:], others))
    return next(listed, None) or next(told, None)


def _are_listed(first: _Words, second: _Words) -> bool:
    """Tell whether the first of two persons is listed, in full or by the family name, or the second in full."""
    epithets = load_words(_FILE, "binding", "epithets")
    if first[-1] in _kin() | _compounds() or second[0] in _kin() | epithets:
        return False
    return first[-1] in family_names() or first in _full_names() or second in _full_names()


def _are_two(first: _Words, second: _Words, others: Sequence[_Words]) -> bool:
    """Tell whether the words of a name are those of two of the `others`."""
    size = len(first)
    begins = any(len(name) > size and name[:size] == first for name in others)
    if begins or first == second or not _kin().isdisjoint((first[-1], second[0])):
        return False
    full = first in others and sum(word not in _compounds() for word in first) > 1
    surname = any(len(name) > size and name[-size:] == first for name in others)
    return (surname or full) and any(name[-len(second) :] == second for name in others)


def family_names() -> frozenset[str]:
    """Give the family names that stand alone and begin no longer name, folded."""
    return load_words(_FILE, "families", "words")


@cache
def _full_names() -> frozenset[_Words]:
    """Give the listed persons whose family names are also first names."""
    return frozenset(tuple(name.split()) for name in load_toml(_FILE)["families"]["full"])


@cache
def _kin() -> frozenset[str]:
    """Give the words that bind the name before them to the one behind (بن)."""
    return load_words(_FILE, "binding", "words")


@cache
def _compounds() -> frozenset[str]:
    """Give the words that are one name with the next word (عبد)."""
    return load_words(_FILE, "binding", "compounds")
