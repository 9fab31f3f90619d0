"""The candidates of a batch as flat arrays, and what their frames say about where fillers stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import mmh3
import numpy as np

from pipeline.events.candidate import Candidate, Slot
from pipeline.events.clauses import Layout
from pipeline.events.wordforms import Ints, WordTable
from pipeline.schema import EVENT_TYPES, LABELS, ROLES

KINDS: Final = ("verb", "masdar", "participle", "noun", "idiom")
TENSES: Final = (None, "past", "present", "future", "imperative")
PERSONS: Final = ("3ms", "3fs", "3mp", "3fp", "3md", "3fd", "1s", "1p", "2ms", "2fs", "2mp")
SUFFIXES: Final = (None, "ه", "ها", "هم", "هما", "هن", "ي", "نا", "ك", "كم", "ني")
ROLE_CODES: Final = {role: n for n, role in enumerate((*ROLES, "speaker"), start=1)}
POSITIONS: Final = ("subject", "object", "object2", "idafa", "suffix", "passive_subject")
FILLERS: Final = ("NP", *LABELS)  # what may fill a role, by the label code of phrases
PREPOSITIONS: Final = 256  # numbers of particles lie below this


@dataclass(frozen=True, slots=True)
class Proposals:
    """The candidates of a batch, in the order of their tokens.

    items: the candidates themselves. token: place in the batch. doc: document number. light: place of the light verb,
    -1 without one. Other arrays hold codes: indices into the tuples above, or hashes (entry). strength: percent.
    faint: whether the conditions of the entry do not hold. own: whether the type is the user's own, which no model
    knows; `type` is then the one that it is like. rivals: other candidates on the same token. frame: row in the arrays
    of `Frames`.
    """

    items: Sequence[Candidate]
    token: Ints
    doc: Ints
    type: Ints
    entry: Ints
    kind: Ints
    tense: Ints
    passive: Ints
    person: Ints
    suffix: Ints
    light: Ints
    strength: Ints
    faint: Ints
    own: Ints
    rivals: Ints
    frame: Ints

    @property
    def verbs(self) -> Ints:
        """Give the tokens that are verbs: triggers, and light verbs beside triggers."""
        tokens: Ints = np.concatenate([self.token[self.kind == 0], self.light[self.light >= 0]])
        return tokens

    def take(self, keep: Ints) -> "Proposals":
        """Give the candidates of these rows."""
        names = self.__dataclass_fields__
        arrays = {n: getattr(self, n)[keep] for n in names if n != "items"}
        return Proposals(items=[self.items[i] for i in keep.tolist()], **arrays)


class Frames:
    """What each distinct set of slots says, as arrays that are indexed by frame number.

    by_position: frame x POSITIONS x label of a phrase -> role code; by_preposition: frame x particle number x label ->
    role code; 0 is no role.
    """

    def __init__(self, table: WordTable) -> None:
        self._table = table
        self._numbers: dict[tuple[Slot, ...], int] = {}
        self._positions: list[Ints] = []
        self._prepositions: list[Ints] = []
        self.by_position: Ints = np.zeros((0, len(POSITIONS), len(FILLERS)), dtype=np.int64)
        self.by_preposition: Ints = np.zeros((0, PREPOSITIONS, len(FILLERS)), dtype=np.int64)

    def number(self, slots: tuple[Slot, ...]) -> int:
        """Give the number of a set of slots."""
        found = self._numbers.get(slots)
        if found is None:
            found = self._numbers[slots] = len(self._positions)
            positions, prepositions = (
                np.zeros((size, len(FILLERS)), np.int64) for size in (len(POSITIONS), PREPOSITIONS)
            )
            for slot in reversed(slots):
                labels = [n for n, label in enumerate(FILLERS) if not slot.labels or label in slot.labels]
                if slot.preposition is not None:
                    prepositions[self._table.preposition_number(slot.preposition), labels] = ROLE_CODES[slot.role]
                else:
                    positions[POSITIONS.index(slot.position), labels] = ROLE_CODES[slot.role]
            prepositions[0] = 0
            self._positions.append(positions)
            self._prepositions.append(prepositions)
        return found

    def refresh(self) -> None:
        """Bring the arrays up to date with the frames seen."""
        if len(self.by_position) < len(self._positions):
            self.by_position, self.by_preposition = np.stack(self._positions), np.stack(self._prepositions)


_ENTRY_CODES: dict[str, int] = {}
_TYPE_CODES: Final = {t: n for n, t in enumerate(EVENT_TYPES)}
_KIND_CODES: Final = {k: n for n, k in enumerate(KINDS)}
_TENSE_CODES: Final = {k: n for n, k in enumerate(TENSES)}
_PERSON_CODES: Final = {k: n for n, k in enumerate(PERSONS, start=1)}
_SUFFIX_CODES: Final = {k: n for n, k in enumerate(SUFFIXES)}


def entry_code(entry: str) -> int:
    """Give a stable 31-bit hash of a lexicon entry."""
    code = _ENTRY_CODES.get(entry)
    if code is None:
        code = _ENTRY_CODES[entry] = mmh3.hash(entry, 23, signed=False) & 0x7FFFFFFF
    return code


def propose(layout: Layout, found: Sequence[Sequence[Candidate]], frames: Frames) -> Proposals:
    """Flatten the candidates of every document of a batch."""
    items: list[Candidate] = []
    rows: list[tuple[int, ...]] = []
    for number, candidates in enumerate(found):
        base = int(layout.base[number])
        for c in sorted(candidates, key=lambda c: (c.token, c.type)):
            items.append(c)
            rows.append((
                base + c.token, number, _TYPE_CODES[c.like or c.type], entry_code(c.entry), _KIND_CODES[c.kind],
                _TENSE_CODES[c.tense], int(c.passive), _PERSON_CODES.get(c.person or "", 0),
                _SUFFIX_CODES.get(c.suffix, 1), -1 if c.light_verb is None else base + c.light_verb,
                round(c.strength * 100), int(c.faint), int(c.like is not None), frames.number(c.slots),
            ))  # fmt: skip
    data = np.array(rows, dtype=np.int64).reshape(len(rows), 14)
    frames.refresh()
    token = data[:, 0]
    rivals = np.bincount(token, minlength=1)[token] - 1 if len(token) else token
    (token, doc, kind_of_event, entry, kind, tense, passive, person, suffix, light, strength, faint, own,
     frame) = data.T.copy()  # fmt: skip
    return Proposals(
        items, token, doc, kind_of_event, entry, kind, tense, passive, person, suffix, light, strength, faint, own,
        rivals, frame,
    )  # fmt: skip
