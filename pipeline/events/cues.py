"""Finds the cue words of status and attribution in a batch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from pipeline.document import Document
from pipeline.events.inflection import inflect_verb
from pipeline.resources import load_toml, load_words
from pipeline.schema import STATUSES

_NONE: Final = -1
_TAKEN_BACK: Final = ("DENIED", "CANCELLED", "POSTPONED")


@dataclass(frozen=True, slots=True)
class CueKind:
    """What a cue does.

    group: a status, `source`, `anonymous` or `affirming`. reach: tokens behind it that it can govern.
    """

    group: str
    scope: str
    reach: int


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue in the text: its kind's number in `KINDS` order, and its half-open token range in the document."""

    kind: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class CueLexicon:
    """The words that tell a status or a source.

    negations: words that can take back the cue behind them, and then are cues of the kind next_only. affirming: the
    kind of negated verbs that affirm what follows. taken_back: by status, the words that negations take back. by_word:
    by its first word, the words of a cue that must follow and the number of its kind, -1 for what only looks like a
    cue; the longest first.
    """

    kinds: tuple[CueKind, ...]
    negations: frozenset[str]
    next_only: int
    affirming: int
    taken_back: dict[str, frozenset[str]]
    by_word: dict[str, tuple[tuple[tuple[str, ...], int], ...]]

    def find(self, doc: Document) -> list[Cue]:
        """Give the cues of a document in the order of the text.

        One word may carry several kinds, but words inside a longer cue (لا in لا يزال) are no cues of their own. A
        negation right before what denies, calls off or puts off (لم ينف, لن تؤجل) takes that back: it governs this one
        word, and nothing behind it.
        """
        norms = [token.norm for token in doc.tokens]
        found: list[Cue] = []
        free = 0
        for i in [i for i, norm in enumerate(norms) if norm in self.by_word]:
            if i < free:
                continue
            longest = 0
            negated = bool(found) and found[-1].last == i and not self.negations.isdisjoint(norms[found[-1].first : i])
            for rest, kind in self.by_word[norms[i]]:
                if len(rest) < longest:
                    break
                j = i + 1 + len(rest)
                if j <= len(norms) and all(map(_fits, norms[i + 1 : j], rest)):
                    longest = len(rest)
                    free = j - 1 if rest and rest[-1] == "ل" else j
                    if negated and self.kinds[kind].group in _TAKEN_BACK:
                        found[-1] = Cue(self.next_only, found[-1].first, found[-1].last)
                        break
                    if kind != _NONE:
                        found.append(Cue(kind, i, free))
        return found


def _fits(norm: str, word: str) -> bool:
    return norm.startswith("ل") if word == "ل" else norm == word


def _verb_forms(verb: str) -> Iterator[str]:
    """Give the active forms of a verb but for that of I, with سـ and لـ before the present.

    Its conjugation stands behind a slash (أجل/II). Other forms are more often other words.
    """
    past, _, conjugation = verb.partition("/")
    for form in inflect_verb(past, conjugation):
        if not form.bound and form.voice != "passive" and form.person != "1s":
            yield form.surface
            if form.tense != "past":
                yield from ("س" + form.surface, "ل" + form.surface)


@cache
def load_cues() -> CueLexicon:
    """Read the shipped cue files of resources/status and resources/attribution."""
    kinds: list[CueKind] = []
    entries: dict[str, list[tuple[tuple[str, ...], int]]] = {}

    def add(words: Sequence[str], kind: CueKind) -> None:
        kinds.append(kind)
        enter(words, len(kinds) - 1)

    def enter(words: Sequence[str], number: int) -> None:
        for phrase in words:
            first, *rest = phrase.split()
            for form in (first, "و" + first, "ف" + first):
                entries.setdefault(form, []).append((tuple(rest), number))

    others = load_words("status/none.toml", "forms", "words")
    for status in STATUSES[1:]:
        table = load_toml(f"status/{status.lower()}.toml")
        for scope in ("next", "near", "clause"):
            if scope in table:
                verbs = {form for verb in table[scope].get("verbs", "").split() for form in _verb_forms(verb)}
                verbs -= others
                add([*table[scope]["words"], *sorted(verbs)], CueKind(status, scope, table[scope]["reach"]))
    sources = load_toml("attribution/sources.toml")
    add(sources["before_source"]["words"], CueKind("source", "near", 3))
    add(sources["anonymous"]["words"], CueKind("anonymous", "near", 0))
    none = load_toml("status/none.toml")
    enter(none["phrases"]["words"], _NONE)
    kinds.append(CueKind("DENIED", "next", 1))
    add(none["affirming"]["words"], CueKind("affirming", "near", 0))
    by_word = {word: tuple(sorted(set(e), key=lambda x: (-len(x[0]), x[1]))) for word, e in entries.items()}
    taken_back = {
        status: frozenset(word for word, e in entries.items() if any(not r and kinds[k].group == status for r, k in e))
        for status in _TAKEN_BACK
    }
    negations = load_words("clauses/words.toml", "negation", "words")
    return CueLexicon(tuple(kinds), negations, len(kinds) - 2, len(kinds) - 1, taken_back, by_word)
