"""What the ontology proposes to the later steps: a word that may report an event, and how its frame fills roles."""

from dataclasses import dataclass
from typing import NamedTuple


class Slot(NamedTuple):
    """One way in which a frame fills a role; a tuple, as frames are looked up by their slots for every candidate.

    role: one of schema.ROLES, or `speaker`.
    position: where the filler stands: `subject`, `object`, `object2`, `idafa` (the genitive after a noun), `suffix`
        (the pronoun suffix of the trigger), `passive_subject`, or `prep` with its preposition.
    preposition: folded surface of the preposition (`ب ل الي علي من مع بين في ضد عن عند ...`), None elsewhere.
    labels: labels or `NP` that may fill it; empty allows all.
    """

    role: str
    position: str
    preposition: str | None = None
    labels: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A token that the ontology proposes as the trigger of an event of one type.

    type: one of schema.EVENT_TYPES, or the user's own. token: index into Document.tokens.
    entry: id of the lexicon entry, such as `VISIT/زار`. kind: `verb`, `masdar`, `participle`, `noun` or `idiom`.
    tense: `past`, `present`, `future` (with the prefix س), `imperative` or None. passive: voice of a verb, or of a
        passive participle. negatable forms and status words are not judged here.
    person: `3ms`, `3fs`, `3mp`, `3fp`, `3md`, `3fd`, `1s`, `1p`, ... of a verb, None elsewhere.
    suffix: the attached pronoun (`ه ها هم هما هن ي نا ك كم`) or None.
    proclitics: the attached particles in order, such as `و`, `ب`, `ال`.
    light_verb: token of the light verb that governs a masdar (قام بزيارة: قام), None without one.
    slots: how the frame of this entry and form fills roles, in order of preference.
    strength: how sure the word alone is, in 0..1: the share of its uses that report this type, as the lexicon has it;
        less for a faint one.
    faint: whether the conditions of the entry do not hold here, so that only a learned model should take it.
    like: the one of schema.EVENT_TYPES that models take a type of the user's own for; None of those themselves.
    """

    type: str
    token: int
    entry: str
    kind: str
    tense: str | None
    passive: bool
    person: str | None
    suffix: str | None
    proclitics: tuple[str, ...]
    light_verb: int | None
    slots: tuple[Slot, ...]
    strength: float
    faint: bool = False
    like: str | None = None
