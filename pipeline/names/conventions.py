"""What Rasd's convention of names settles by rule, after the recogniser: see resources/names/conventions.toml.

A body with a nationality is one organisation; the full name of a state is one place; a name stands inside its quotation
marks; a word with tanwin is no country.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import Final, NamedTuple

from pipeline.document import Token
from pipeline.names.clitics import cuts, shipped_starts
from pipeline.names.places import nationalities, states
from pipeline.names.recognizer import NameSpan
from pipeline.resources import load_toml, load_words

_PAIRS: Final = {"“": "”", "«": "»", "„": "“"}
_CLOSERS: Final = frozenset(_PAIRS.values())
_BRACKETS: Final = {"(": ")", "[": "]"}
_PLAIN: Final = '"'  # a mark that opens and closes
_FATHATAN: Final = "\u064b"  # ARABIC FATHATAN
_ATTACHED: Final = ("لل", "بال", "وال", "كال", "فال")
_RULE: Final = "rule"
_FILE: Final = "names/conventions.toml"


class _Rules(NamedTuple):
    official: frozenset[tuple[str, ...]]
    openings: frozenset[str]
    longest: int
    heads: frozenset[str]
    adjectives: frozenset[str]
    bodies: frozenset[str]
    passing: frozenset[str]
    provisional: frozenset[str]
    titles: frozenset[str]
    persons: frozenset[str]
    offices: frozenset[str]
    nationalities: frozenset[str]
    media: frozenset[str]
    outlets: frozenset[str]
    canals: frozenset[str]
    kept: frozenset[str]
    headed: frozenset[str]
    honorifics: frozenset[str]
    blessings: frozenset[str]
    never: frozenset[str]
    phrases: frozenset[tuple[str, ...]]


@cache
def _rules() -> _Rules:
    listed = load_toml(_FILE)["official"]
    official = frozenset(tuple(name.split()) for key in ("names", "places") for name in listed[key])
    return _Rules(
        official=official,
        openings=frozenset(name[0] for name in official),
        longest=max(map(len, official)),
        heads=load_words(_FILE, "official", "heads"),
        adjectives=load_words(_FILE, "official", "adjectives"),
        bodies=load_words(_FILE, "bodies", "words"),
        passing=load_words(_FILE, "bodies", "passing"),
        provisional=load_words(_FILE, "bodies", "provisional"),
        titles=load_words(_FILE, "bodies", "titles"),
        persons=load_words(_FILE, "bodies", "persons") | load_words("names/clitics.toml", "before", "titles"),
        offices=load_words(_FILE, "bodies", "offices"),
        nationalities=nationalities(),
        media=load_words(_FILE, "media", "endings"),
        outlets=load_words(_FILE, "media", "heads"),
        canals=load_words(_FILE, "media", "canals"),
        kept=load_words(_FILE, "heads", "kept"),
        headed=load_words(_FILE, "heads", "headed"),
        honorifics=load_words(_FILE, "heads", "honorifics"),
        blessings=load_words(_FILE, "heads", "blessings"),
        never=load_words(_FILE, "never", "words"),
        phrases=frozenset(tuple(phrase.split()) for phrase in load_toml(_FILE)["never"]["phrases"]),
    )


def apply_rules(tokens: Sequence[Token], spans: Sequence[NameSpan]) -> list[NameSpan]:
    """Give the names of a sentence as the convention has them, in order and never overlapping.

    Names of the user's list stay as they are.
    """
    rules = _rules()
    norms = [token.norm for token in tokens]
    kept: list[NameSpan] = []
    bodies = _bodies(norms, rules)
    for span in _part(norms, spans, bodies):
        fixed = span if span.listed else _fix(tokens, norms, span, rules)
        if fixed is not None:
            kept.append(span if kept and fixed.first < kept[-1].last else fixed)
    for made in (*_official(norms, rules), *bodies, *_carried(norms)):
        inside = [s for s in kept if s.first < made.last and made.first < s.last]
        covered = any(s.first <= made.first and made.last <= s.last and not _runs_on(norms, s, made) for s in inside)
        if covered or any(s.listed for s in inside):
            continue
        kept = [s for s in kept if s not in inside]
        kept.append(_unite(made, [s for s in inside if s.label == made.label and not _runs_on(norms, s, made)], inside))
    return sorted(kept, key=lambda s: s.first)


def _part(norms: Sequence[str], spans: Sequence[NameSpan], bodies: Sequence[NameSpan]) -> Iterator[NameSpan]:
    """Part a body with its nationality from what a span goes on with: another such body, or a word without article.

    القوات الإسرائيلية جنين is a body and a place, الخارجية المصرية والخارجية الأردنية are two bodies.
    """
    ends = {body.first: body.last for body in bodies}
    for span in spans:
        at = span.first
        while not span.listed and at in ends and ends[at] < span.last:
            end = ends[at]
            last_word = end + 1 == span.last and _is_definite(norms[at]) and _opens_place(norms[end])
            if end not in ends and not last_word:
                break
            yield replace(span, first=at, last=end, start=None, end=None)
            at = end
            if last_word:
                yield replace(span, first=at, label="LOC", start=None, end=None)
                at = span.last
        if at < span.last:
            yield span if at == span.first else replace(span, first=at, start=None, end=None)


def _opens_place(norm: str) -> bool:
    """Tell whether a word that cannot be an attribute of a definite noun opens names, and is no adjective or mark."""
    opens, occurs = shipped_starts().get(norm, (0, 0))
    return not norm.startswith("ال") and opens > 9 and opens * 12 > occurs


def _unite(made: NameSpan, parts: Sequence[NameSpan], inside: Sequence[NameSpan]) -> NameSpan:
    """Give a name of the rules together with the found names of its label that it overlaps."""
    if not inside:
        return made
    first = min([made.first, *(s.first for s in parts)])
    last = max([made.last, *(s.last for s in parts)])
    score = max((s.score for s in inside if s.score is not None), default=None)
    return replace(made, first=first, last=last, score=score, tagger=f"{inside[0].tagger}+{_RULE}")


def _runs_on(norms: Sequence[str], span: NameSpan, made: NameSpan) -> bool:
    """Tell whether a name goes on behind a complete one with a word that carries a preposition."""
    behind = norms[made.last] if made.last < span.last else ""
    return span.first == made.first and behind[:1] in ("ب", "ل") and not behind.startswith(("بال", "لل"))


def _fix(tokens: Sequence[Token], norms: Sequence[str], span: NameSpan, rules: _Rules) -> NameSpan | None:
    first, last = _inside_quotes(norms, span.first, span.last)
    if span.label != "ORG":
        last = _blessing(norms, first, last, rules)
    elif _is_phrase(norms[first : min(first + 2, last)], rules.phrases):
        return None
    else:
        last = _body_end(norms, first, _before_person(norms, first, last, rules), rules)
    if first >= last or (last - first == 1 and norms[first] in rules.never):
        return None
    label = span.label
    if label == "LOC" and last - first == 1 and tokens[first].text.endswith((_FATHATAN, _FATHATAN + "ا")):
        return None
    if last - first > 1 and norms[last - 1] in rules.media:
        label = "ORG"
    opening = norms[first] if last - first > 1 else ""
    outlet = label == "ORG" and _among(opening, rules.outlets) and norms[first + 1] not in rules.canals
    if opening and (outlet or (label == "PER" and _among(opening, rules.honorifics))):
        first += 1
    before = norms[first - 1] if first else ""
    if label == "LOC" and norms[last - 1] in rules.adjectives and _among(before, rules.heads):
        first -= 1
    headed = norms[first] in rules.bodies or norms[first] in rules.headed
    if label == "ORG" and _among(before, rules.kept) and not headed and not norms[first].startswith(_ATTACHED):
        first -= 1
    return span if (first, last, label) == (span.first, span.last, span.label) else replace(
        span, first=first, last=last, label=label, start=None, end=None
    )  # fmt: skip


def _blessing(norms: Sequence[str], first: int, last: int, rules: _Rules) -> int:
    """Give the end of a person without what is said of the dead and of kings: رحمه الله."""
    found = (at for at in range(first + 1, last - 1) if norms[at] in rules.blessings and norms[at + 1] == "الله")
    return next(found, last)


def _before_person(norms: Sequence[str], first: int, last: int, rules: _Rules) -> int:
    """Give the end of a body before a person that is no part of it, `first` where that leaves no name.

    الخارجية السفير الفرنسي holds no name, وزارة الخارجية السفير الفرنسي a ministry.
    """
    found = (at for at in range(first + 1, last) if norms[at] in rules.persons and _among(norms[at - 1], rules.bodies))
    end = next((at for at in found if _is_definite(norms[at - 1])), last)
    return first if end == first + 1 < last else end


def _body_end(norms: Sequence[str], first: int, last: int, rules: _Rules) -> int:
    """Give the end of a body without the adjectives of time or order behind it; `first` where no name is left.

    الحكومة اللبنانية الجديدة ends with its nationality, الحكومة الجديدة is no name.
    """
    end = last
    while end > first and norms[end - 1] in rules.passing:
        end -= 1
    body = end - 1 if end - first > 1 and norms[end - 1] in rules.provisional else end
    if body - first > 1 and norms[body - 1] in rules.nationalities and _among(norms[body - 2], rules.bodies):
        return end
    follows = norms[last] if last < len(norms) else ""
    bare = first + 1 == body < last and _is_definite(norms[first]) and _among(norms[first], rules.bodies)
    return first if bare and follows not in rules.nationalities else last


def _inside_quotes(norms: Sequence[str], first: int, last: int) -> tuple[int, int]:
    """Cut a name at a mark whose partner lies outside of it."""
    inner = norms[first:last]
    for at in range(first, last):
        mark = norms[at]
        if mark in _CLOSERS and not any(_PAIRS.get(m) == mark for m in norms[first:at]) and mark not in _PAIRS:
            return first, at
        if mark in _BRACKETS and _BRACKETS[mark] not in norms[at:last]:
            return first, at  # a short form in brackets is a name of its own
        if mark in _PAIRS and _PAIRS[mark] not in norms[at:last]:
            return (at + 1, last) if at + 1 < last else (first, at)
        if mark == _PLAIN and inner.count(_PLAIN) == 1:
            return (at + 1, last) if norms[:at].count(_PLAIN) % 2 == 0 else (first, at)
    return first, last


def _official(norms: Sequence[str], rules: _Rules) -> list[NameSpan]:
    """Find the full names of states, and listed places; the first word may carry a proclitic."""
    found: list[NameSpan] = []
    for at, norm in enumerate(norms):
        if not _opens_official(norm) or (found and at < found[-1].last):
            continue
        sizes = range(min(rules.longest, len(norms) - at), 1, -1)
        size = next((n for n in sizes if _is_phrase(norms[at : at + n], rules.official)), 0)
        if size:
            found.append(NameSpan(at, at + size, "LOC", None, _RULE))
    return found


@lru_cache(maxsize=1 << 16)
def _opens_official(norm: str) -> bool:
    """Tell whether a word, with or without proclitics, opens the full name of a state."""
    return _among(norm, _rules().openings)


def _is_phrase(words: Sequence[str], phrases: frozenset[tuple[str, ...]]) -> bool:
    """Tell whether words are one of `phrases`; the first may carry a proclitic."""
    if tuple(words) in phrases:
        return True
    rest = tuple(words[1:])
    return len(words) > 1 and any((form, *rest) in phrases for _, form in cuts(words[0]))


def _carried(norms: Sequence[str]) -> list[NameSpan]:
    """Find countries behind a conjunction and ل (وللأردن), which recognisers miss."""
    return [
        NameSpan(at, at + 1, "LOC", None, _RULE)
        for at, norm in enumerate(norms)
        if norm.startswith(("ولل", "فلل")) and not states().isdisjoint(("ال" + norm[3:], norm[2:]))
    ]


def _bodies(norms: Sequence[str], rules: _Rules) -> list[NameSpan]:
    """Find bodies with a nationality behind them; the first word may carry a proclitic.

    In وزير الخارجية الروسي the nationality is that of the minister: it does not agree with the body, or a title stands
    before it.
    """
    return [
        NameSpan(at - (at > 0 and _among(norms[at - 1], rules.offices)), at + 2, "ORG", None, _RULE)
        for at in range(len(norms) - 1)
        if norms[at + 1] in rules.nationalities
        and _among(norms[at], rules.bodies)
        and norms[at + 1].startswith("ال") == _is_definite(norms[at])
        and (norms[at + 1].endswith("ية") or not norms[at].endswith(("ة", "ات")))
        and not (at and _among(norms[at - 1], rules.titles))
    ]


def _among(norm: str, words: frozenset[str]) -> bool:
    """Tell whether a word, as it is or without its proclitics, is one of `words`."""
    return norm in words or any(form in words for _, form in cuts(norm))


def _is_definite(norm: str) -> bool:
    return norm.startswith(("ال", "وال", "فال", "بال", "كال", "لل", "ولل", "فلل", "وبال", "وكال"))
