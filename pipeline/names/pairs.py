"""Two persons in one span: the subject and the object of a verb (وصف براون القذافي), told apart by their page.

Verbs, families and what stands between a verb and its person: resources/names/pairs.toml.
"""

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from functools import cache
from typing import Final

from pipeline.document import Token
from pipeline.names.clitics import cuts
from pipeline.names.places import nationalities
from pipeline.names.recognizer import NameSpan
from pipeline.resources import load_words

_FILE: Final = "names/pairs.toml"
_CONJUNCTIONS: Final = "وف"  # WAW, FEH: on a verb

_Words = tuple[str, ...]


def part_pairs(sentences: Sequence[Sequence[Token]], found: Sequence[Sequence[NameSpan]]) -> list[list[NameSpan]]:
    """Give the names of the sentences of one page, those parted that hold the subject and the object of a verb."""
    names: set[_Words] | None = None
    parted = []
    for tokens, spans in zip(sentences, found, strict=True):
        mine: list[NameSpan] = []
        for span in spans:
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

    Both are family names, or the page has both elsewhere: the first by its family name or in full, and no more names
    that begin so. A page that has them together once more means one person. titled: a title stands before them, behind
    which a first name is mostly that of one person.
    """
    others = [name for name in names if name != words]
    if any(name[at : at + len(words)] == words for name in others for at in range(len(name))):
        return None
    if len(words) == 2 and words[0] != words[1] and load_words(_FILE, "families", "words").issuperset(words):
        return 1
    sizes = () if titled else range(1, len(words))
    return next((at for at in sizes if _are_two(words[:at], words[at:], others)), None)


def _are_two(first: _Words, second: _Words, others: Sequence[_Words]) -> bool:
    """Tell whether the words of a name are those of two of the `others`."""
    size = len(first)
    begins = any(len(name) > size and name[:size] == first for name in others)
    if begins or first == second or not _kin().isdisjoint((first[-1], second[0])):
        return False
    full = first in others and sum(word not in _compounds() for word in first) > 1
    surname = any(len(name) > size and name[-size:] == first for name in others)
    return (surname or full) and any(name[-len(second) :] == second for name in others)


@cache
def _kin() -> frozenset[str]:
    """Give the words that bind the name before them to the one behind (بن)."""
    return load_words(_FILE, "binding", "words")


@cache
def _compounds() -> frozenset[str]:
    """Give the words that are one name with the next word (عبد)."""
    return load_words(_FILE, "binding", "compounds")
