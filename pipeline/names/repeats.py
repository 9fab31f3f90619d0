"""Persons by their last names alone, which recognisers miss or take for places.

A word is one if it ends the full name of a person on its page, or is a listed family name (resources/names/pairs.toml)
that the language model of the recogniser does not know. What ends no full name: resources/names/repeats.toml.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Final

from pipeline.document import Token
from pipeline.models import models_folder
from pipeline.names.aliases import is_known
from pipeline.names.clitics import cuts
from pipeline.names.pairs import family_names
from pipeline.names.places import country_of
from pipeline.names.recognizer import NameSpan
from pipeline.names.words import model_form
from pipeline.resources import load_words

_FILE: Final = "names/repeats.toml"
_RULE: Final = "rule"
_SHORTEST: Final = 3  # letters of a last name that a place or an organisation may be
_RARE: Final = 4  # letters of one that may be no name at all


def find_repeats(sentences: Sequence[Sequence[Token]], found: Sequence[Sequence[NameSpan]]) -> list[list[NameSpan]]:
    """Give the names of the sentences of one page, with the last names of its persons as persons."""
    full: dict[str, set[str]] = {}
    for words in _full_names(sentences, found):
        full.setdefault(model_form(words[-1].text), set()).add(model_form(words[-2].text))
    others = {model_form(tokens[at].text) for tokens, spans in zip(sentences, found, strict=True) for span in spans
              if span.label != "PER" and span.last - span.first > 1 for at in range(span.first, span.last)}  # fmt: skip
    lasts = frozenset(form for form in full if len(form) >= _SHORTEST and form not in others) | _unknown()
    rare = frozenset(form for form in lasts if len(form) >= _RARE and form not in _frequent())
    tails = frozenset(form[-_SHORTEST:] for form in rare)
    result = []
    for tokens, spans in zip(sentences, found, strict=True):
        named = [_as_person(tokens, span, lasts) for span in spans]
        taken = {at for span in spans for at in range(span.first, span.last)}
        for at, token in enumerate(tokens):
            last = _last_name(token, rare) if model_form(token.text)[-_SHORTEST:] in tails and at not in taken else None
            if last and not (at and (at - 1 in taken or _belongs(tokens[at - 1], full.get(last, ())))):
                named.append(NameSpan(at, at + 1, "PER", None, _RULE))
        result.append(sorted(named, key=lambda span: span.first))
    return result


def _belongs(before: Token, firsts: Collection[str]) -> bool:
    """Tell whether a last name is part of more by the word before it: a first name of its, or what has the name."""
    clans, heads = load_words(_FILE, "full", "clans"), load_words(_FILE, "full", "named")
    forms = (before.norm, *(rest for _, rest in cuts(before.norm)))
    return model_form(before.text) in firsts or not (clans | heads).isdisjoint(forms)


def _full_names(sentences: Sequence[Sequence[Token]], found: Sequence[Sequence[NameSpan]]) -> Iterator[Sequence[Token]]:
    """Give the words of the persons of a page who have two or more."""
    clans = load_words(_FILE, "full", "clans")
    for tokens, spans in zip(sentences, found, strict=True):
        for span in spans:
            words = tokens[span.first : span.last]
            if span.label == "PER" and len(words) > 1 and words[-2].norm not in clans:
                yield words


def _as_person(tokens: Sequence[Token], span: NameSpan, lasts: frozenset[str]) -> NameSpan:
    """Give a place or organisation of one word as a person if the page tells so and no table knows it otherwise."""
    if span.label == "PER" or span.last - span.first > 1 or span.listed:
        return span
    last = _last_name(tokens[span.first], lasts)
    if last is None or country_of(last) or is_known(span.label, last):
        return span
    return replace(span, label="PER", tagger=f"{span.tagger}+{_RULE}", start=None, end=None)


def _last_name(token: Token, lasts: frozenset[str]) -> str | None:
    """Give the one of `lasts` that a word is, as it stands or without proclitics."""
    form = model_form(token.text)
    return next((name for name in (form, *(rest for _, rest in cuts(form))) if name in lasts), None)


@cache
def _unknown() -> frozenset[str]:
    """Give the listed family names that are no frequent words."""
    return family_names() - _frequent()


@cache
def _frequent() -> frozenset[str]:
    """Give the frequent words of the shipped language model, most of which are no names."""
    return frozenset((models_folder() / "compact-ner" / "words.txt").read_text(encoding="utf-8").split("\n"))
