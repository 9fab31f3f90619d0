"""Patterns over the words around a trigger: the conditions and exclusions of the ontology.

A pattern is a row of elements with blanks between them, one of them the trigger, `~`. Other elements:
`كلمة` a word, also with attached particles or pronouns; `ا|ب` one of several; `{أطلق}` any form of a verb of the
ontology; `@class` a word of a class; `!x` one word that is not x; `?x` a word that may be missing; `*` any word; `#` a
number; `ب_` `ل_` a word with that preposition attached; `ال_` a definite word; `^` the edge of the sentence;
`..` a gap of up to six tokens, `..3` one of up to three.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pipeline.events.inflection import fold_letters

_GAP: Final = 6
EDGE: Final = "^"  # the key of the place before the first and after the last token of a sentence


@dataclass(frozen=True, slots=True)
class Element:
    """One element. keys: it matches a token that has one of them; empty matches every token.

    negated: it matches a token that has none. optional: it may be missing. gap: largest number of tokens to skip; 0
    for an element that is no gap.
    """

    keys: frozenset[str]
    negated: bool = False
    optional: bool = False
    gap: int = 0


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern. before: its elements leftward from the trigger. after: those rightward. text: as written.

    needs: for each element that must match a word of the sentence, the keys of which the sentence must have one.
    """

    before: tuple[Element, ...]
    after: tuple[Element, ...]
    text: str
    needs: tuple[frozenset[str], ...]

    def names(self) -> set[str]:
        """Give the `{verb}` and `@class` keys that it uses."""
        return {key for element in (*self.before, *self.after) for key in element.keys if key[0] in "{@"}


@lru_cache(maxsize=1 << 14)
def compile_pattern(text: str) -> Pattern:
    """Compile a pattern, or raise ValueError that says what is wrong with it."""
    parts = text.split()
    places = [i for i, part in enumerate(parts) if part.startswith("~")]
    if len(places) != 1:
        raise ValueError(f"pattern {text!r} must mark the trigger with ~ exactly once")
    at = places[0]
    before = tuple(_element(part) for part in reversed(parts[:at]))
    after = tuple(_element(part) for part in parts[at + 1 :])
    needs = tuple(
        element.keys
        for element in (*before, *after)
        if element.keys and not element.negated and not element.optional and EDGE not in element.keys
    )
    return Pattern(before, after, text, needs)


@lru_cache(maxsize=1 << 14)
def _element(part: str) -> Element:
    if part.startswith(".."):
        size = part[2:] or str(_GAP)
        if not size.isdecimal() or not int(size):
            raise ValueError(f"{part!r}: write a gap as .. or ..3")
        return Element(frozenset(), gap=int(size))
    negated, optional = part[0] == "!", part[0] == "?"
    body = part[1:] if negated or optional else part
    if body == "*":
        return Element(frozenset(), negated, optional)
    words = frozenset(fold_letters(word) for word in body.split("|"))
    if "" in words:
        raise ValueError(f"{part!r} names no word; write one after ! or ? and on both sides of |")
    return Element(words, negated, optional)


def any_matches(patterns: tuple[Pattern, ...], keys: Sequence[frozenset[str]], everything: set[str], at: int) -> bool:
    """Tell whether one of the patterns holds for the token at `at` of a sentence.

    keys: what each token of the sentence can be matched as. everything: their union, which rules most patterns out.
    """
    for pattern in patterns:
        for need in pattern.needs:
            if need.isdisjoint(everything):
                break
        else:
            if _run(pattern.before, 0, keys, at - 1, -1) and _run(pattern.after, 0, keys, at + 1, 1):
                return True
    return False


def _run(elements: tuple[Element, ...], k: int, keys: Sequence[frozenset[str]], at: int, step: int) -> bool:
    """Match elements from number k on, at token `at` and onward in the direction of `step`."""
    while k < len(elements):
        element = elements[k]
        if element.gap:
            return _run_gap(elements, k + 1, keys, at, step, element.gap)
        if element.optional and _run(elements, k + 1, keys, at, step):
            return True
        if 0 <= at < len(keys):
            if (not element.keys or not element.keys.isdisjoint(keys[at])) == element.negated:
                return False
        elif not (element.negated or EDGE in element.keys) or not -1 <= at <= len(keys):
            return False
        at += step
        k += 1
    return True


def _run_gap(
    elements: tuple[Element, ...], k: int, keys: Sequence[frozenset[str]], at: int, step: int, gap: int
) -> bool:
    """Match elements from number k on at token `at` or up to `gap` tokens further."""
    wanted = elements[k].keys if k < len(elements) and not elements[k].negated and not elements[k].optional else None
    for place in range(at, at + step * (gap + 1), step):
        if wanted and EDGE not in wanted:
            if not 0 <= place < len(keys):
                return False
            if wanted.isdisjoint(keys[place]):
                continue
        if _run(elements, k, keys, place, step):
            return True
    return False
