"""What lies behind an event mention: what lexicon, models and rules said of it, kept in its `rule` as one short line.

The line is `VISIT/زار verb strength=0.95 date=0.94@12 speaker=0.81@120 status=0.73 alone=PLANNED/0.61 same=0.88@45`:
the lexicon entry, its kind, and facts as `key=value`; those that are not there have nothing to tell. Numbers are
probabilities; behind @ stands the first code point of the word that the fact is about. Rules give no probabilities.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from pipeline.events.candidate import Candidate, Slot
from pipeline.events.clauses import Layout
from pipeline.events.decide import Floats
from pipeline.events.proposals import FILLERS
from pipeline.events.wordforms import Flags, Ints, WordTable
from pipeline.schema import STATUSES

# Positions of a frame that a place may stand for, by whether the trigger is a verb (see `roles`).
_POSITIONS: Final[dict[bool, dict[str, tuple[str, ...]]]] = {
    True: {
        "bare first": ("passive_subject", "subject", "object"),
        "bare second": ("object", "object2"),
        "before bare": ("passive_subject", "subject"),
    },
    False: {"genitive": ("idafa",), "bare first": ("idafa",), "before bare": ("subject", "suffix")},
}
LENT: Final = "report before"  # the place of an actor that another report lends (see `roles.lend_actors`)
_REFERENT: Final = ("suffix",)  # elsewhere a phrase has a role of the frame by the pronoun that means it


@dataclass(frozen=True, slots=True)
class Choices:
    """What a decision gives each event.

    value: row of what is chosen, -1 for nothing. token: place in the batch of the likeliest, chosen or not, by which it
    is known; -1 without one. share: its probability, NaN where a rule decides.
    """

    value: Ints
    token: Ints
    share: Floats

    def facts(self, key: str, layout: Layout, doc: Ints) -> list[str]:
        """Give the fact of each event with a blank before it, empty without one; doc: of each event."""
        found = []
        for token, share, number in zip(self.token.tolist(), self.share.tolist(), doc.tolist(), strict=True):
            if token < 0:
                found.append("")
                continue
            start = layout.docs[number].tokens[token - int(layout.base[number])].start
            found.append(f" {key}=@{start}" if share != share else f" {key}={share:.2f}@{start}")
        return found


def nothing(count: int) -> Choices:
    """Give the choices of a decision that has nothing to choose from."""
    none = np.full(count, -1, dtype=np.int64)
    return Choices(none, none, np.zeros(count, dtype=np.float32))


def best_of(count: int, row: Ints, value: Ints, scores: Floats, threshold: float) -> Ints:
    """Give, for each of `count` rows, the value with the highest score at or above the threshold, -1 without one."""
    best = np.full(count, -1, dtype=np.int64)
    order = np.argsort(scores, kind="stable")
    order = order[scores[order] >= threshold]
    best[row[order]] = value[order]
    return best


def choose(
    count: int, row: Ints, value: Ints, token: Ints, scores: Floats, threshold: float, learned: bool,
    first: Flags | None = None,
) -> Choices:  # fmt: skip
    """Give each of `count` events the value of its likeliest pair where that is at or above the threshold.

    row, value, token, scores: of each pair; a score below 0 is never told. learned: whether the scores are
    probabilities; else only what is chosen is told. first: pairs that go before all others of their event.
    """
    best = best_of(count, row, np.arange(len(row)), scores if first is None else scores + 2 * first, -np.inf)
    share = np.full(count, -1, dtype=np.float32)
    there = best >= 0
    share[there] = scores[best[there]]
    chosen, told = np.full(count, -1, dtype=np.int64), np.full(count, -1, dtype=np.int64)
    good = share >= threshold
    chosen[good] = value[best[good]]
    known = (share >= 0) if learned else good
    told[known] = token[best[known]]
    return Choices(chosen, told, share if learned else np.full(count, np.nan, dtype=np.float32))


def tell_entry(candidate: Candidate) -> str:
    """Give the beginning of the line: the entry, its kind and how sure it is by itself."""
    return f"{candidate.entry} {candidate.kind} {'faint' if candidate.faint else 'strength'}={candidate.strength:.2f}"


def tell_slot(candidate: Candidate, role: str, place: str, preposition: int, label: int, table: WordTable) -> str:
    """Give the slot of the frame that gives a role to a place, as the ontology writes it; empty without one.

    Where slots of several positions give the role (قابل: subject and object are actors), all stand in it.
    place: one of roles.PLACES. preposition: number of the particle before the phrase. label: code of the phrase's.
    """
    if place == "prepositional":
        return _prepositional(candidate.slots, role, preposition, label, table)
    places = _POSITIONS[candidate.kind == "verb"].get(place, _REFERENT)
    return _positional(candidate.slots, role, places, candidate.passive, label)


@lru_cache(maxsize=1 << 14)
def _prepositional(slots: tuple[Slot, ...], role: str, preposition: int, label: int, table: WordTable) -> str:
    behind = [s.preposition for s in slots if s.preposition and s.role == role and _allows(s, label)]
    return next((f"{role}={word}" for word in behind if table.preposition_number(word) == preposition), "")


@lru_cache(maxsize=1 << 14)
def _positional(slots: tuple[Slot, ...], role: str, places: tuple[str, ...], passive: bool, label: int) -> str:
    given = {s.position for s in slots if s.role == role and _allows(s, label)}
    known = [position for position in places if position in given]
    if not passive and known[1:]:
        known = [position for position in known if position != "passive_subject"]
    return f"{role}={'|'.join(known)}" if known else ""


def _allows(slot: Slot, label: int) -> bool:
    return not slot.labels or FILLERS[label] in slot.labels


def tell_status(alone: Floats, states: Floats) -> list[str]:
    """Give the facts of each status: its probability, and what it is alone if that differs; a blank before each fact.

    alone, states: [mentions, STATUSES] probabilities before and after the mentions of one happening lean on each other.
    """
    found = []
    likely = (table.argmax(axis=1).tolist() for table in (states, alone))
    shares = ([f"{share:.2f}" for share in table.max(axis=1).tolist()] for table in (states, alone))
    for state, before, share, share_before in zip(*likely, *shares, strict=True):
        changed = (state, share) != (before, share_before)
        found.append(f" status={share}" + (f" alone={STATUSES[before]}/{share_before}" if changed else ""))
    return found


class Share(NamedTuple):
    """A probability, None where a rule decides, and the first code point of the word that it is about."""

    share: float | None
    start: int


@dataclass(frozen=True, slots=True)
class Grounds:
    """A line read back.

    entry: id of the lexicon entry. kind: as Candidate.kind. strength: as Candidate.strength. faint: whether the
    conditions of the entry do not hold. status: probability of the status, None by rule. alone: status and probability
    that the mention has without those that tell the same, None where it is the same. date, speaker, same: the likeliest
    time expression, source (a reporting word or cue) and earlier mention of the happening, chosen or not; None without.
    taken: the negated word whose status the mention would have by the models; None without.
    """

    entry: str
    kind: str
    strength: float | None = None
    faint: bool = False
    status: float | None = None
    alone: tuple[str, float] | None = None
    date: Share | None = None
    speaker: Share | None = None
    same: Share | None = None
    taken: Share | None = None


def read_grounds(line: str) -> Grounds:
    """Read the line of a mention; facts that it lacks, as that of an older run may, are None."""
    words = line.split(" ")
    facts: dict[str, str] = {}
    while "=" in words[-1]:
        key, _, value = words.pop().partition("=")
        facts[key] = value
    strength = facts.get("faint") or facts.get("strength")
    state, _, share = facts.get("alone", "").partition("/")
    return Grounds(
        " ".join(words[:-1]), words[-1], float(strength) if strength else None, "faint" in facts,
        float(facts["status"]) if "status" in facts else None, (state, float(share)) if share else None,
        *(_share(facts.get(key)) for key in ("date", "speaker", "same", "taken")),
    )  # fmt: skip


def _share(value: str | None) -> Share | None:
    if value is None:
        return None
    share, _, start = value.partition("@")
    return Share(float(share) if share else None, int(start))
