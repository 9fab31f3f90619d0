"""Finds the cue words of status and attribution in a batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.document import Document
from pipeline.resources import load_toml
from pipeline.schema import STATUSES


@dataclass(frozen=True, slots=True)
class CueKind:
    """What a cue does. group: a status, `source` or `anonymous`. reach: tokens behind it that it can govern."""

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
    """The cue words, by their first word: the words that must follow, the kind's number, longest first."""

    kinds: tuple[CueKind, ...]
    by_word: dict[str, tuple[tuple[tuple[str, ...], int], ...]]

    def find(self, doc: Document) -> list[Cue]:
        """Give the cues of a document in the order of the text.

        One word may carry several kinds, but words inside a longer cue (لا in لا يزال) are no cues of their own.
        """
        norms = [token.norm for token in doc.tokens]
        found = []
        free = 0
        for i in [i for i, norm in enumerate(norms) if norm in self.by_word]:
            if i < free:
                continue
            longest = 0
            for rest, kind in self.by_word[norms[i]]:
                if len(rest) < longest:
                    break
                j = i + 1 + len(rest)
                if j <= len(norms) and all(map(_fits, norms[i + 1 : j], rest)):
                    longest = len(rest)
                    free = j - 1 if rest and rest[-1] == "ل" else j
                    found.append(Cue(kind, i, free))
        return found


def _fits(norm: str, word: str) -> bool:
    return norm.startswith("ل") if word == "ل" else norm == word


@cache
def load_cues() -> CueLexicon:
    """Read the shipped cue files of resources/status and resources/attribution."""
    kinds: list[CueKind] = []
    entries: dict[str, list[tuple[tuple[str, ...], int]]] = {}

    def add(words: Sequence[str], kind: CueKind) -> None:
        kinds.append(kind)
        for phrase in words:
            first, *rest = phrase.split()
            for form in (first, "و" + first, "ف" + first):
                entries.setdefault(form, []).append((tuple(rest), len(kinds) - 1))

    for status in STATUSES[1:]:
        table = load_toml(f"status/{status.lower()}.toml")
        for scope in ("next", "near", "clause"):
            if scope in table:
                add(table[scope]["words"], CueKind(status, scope, table[scope]["reach"]))
    sources = load_toml("attribution/sources.toml")
    add(sources["before_source"]["words"], CueKind("source", "near", 3))
    add(sources["anonymous"]["words"], CueKind("anonymous", "near", 0))
    return CueLexicon(
        tuple(kinds), {w: tuple(sorted(set(e), key=lambda x: (-len(x[0]), x[1]))) for w, e in entries.items()}
    )
