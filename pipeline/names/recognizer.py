"""What a recogniser is: sentences of tokens in, spans of tokens with labels and scores out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.document import Token


@dataclass(frozen=True, slots=True)
class NameSpan:
    """A name over the tokens [first, last) of its sentence.

    label: one of schema.LABELS. score: probability in 0..1, None where the recogniser gives none.
    tagger: who found it. entity: identity that the recogniser knows (a gazetteer's id), None elsewhere.
    start, end: raw offsets where the recogniser knows them better than by whole tokens, else None.
    """

    first: int
    last: int
    label: str
    score: float | None
    tagger: str
    entity: str | None = None
    start: int | None = None
    end: int | None = None

    @property
    def listed(self) -> bool:
        """Tell whether the user's list gives the name, alone or with other recognisers."""
        return "gazetteer" in self.tagger.split("+")


class Recognizer(Protocol):
    """Finds names in sentences; the result for a sentence depends on no other sentence."""

    name: str

    def __call__(self, sentences: Sequence[Sequence[Token]]) -> list[list[NameSpan]]:
        """Give the names of each sentence in order, never overlapping."""
        ...
