"""Which time expression dates an event: pairs of an event and an expression, and the choice by rule."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from pipeline.document import Document
from pipeline.events.clauses import Layout
from pipeline.events.decide import Floats
from pipeline.events.features import Window, bucket, cross
from pipeline.events.proposals import Proposals
from pipeline.events.wordforms import Flags, Ints
from pipeline.schema import DATE_BASES, GRANULARITIES

DIRECTIONS: Final = ("undated", "past", "publication", "future", "open")


@dataclass(frozen=True, slots=True)
class TimePlaces:
    """The time expressions of a batch: first token (-1 if no token covers it), half-open end, and codes."""

    first: Ints
    last: Ints
    granularity: Ints
    basis: Ints
    direction: Ints
    number: Ints
    doc: Ints


@dataclass(frozen=True, slots=True)
class TimePairs:
    """Pairs of an event (row of the proposals) and a time expression of its sentence (row of the places)."""

    event: Ints
    time: Ints


def place_times(layout: Layout) -> TimePlaces:
    """Find the tokens of every time expression of a batch."""
    times = [(n, k, t) for n, doc in enumerate(layout.docs) for k, t in enumerate(doc.times)]
    first, last = np.full(len(times), -1, dtype=np.int64), np.full(len(times), -1, dtype=np.int64)
    at = np.flatnonzero(layout.time >= 0)
    last[layout.time[at]] = at + 1
    first[layout.time[at[::-1]]] = at[::-1]
    return TimePlaces(
        first, last, np.array([GRANULARITIES.index(t.granularity) for *_, t in times], dtype=np.int64),
        np.array([DATE_BASES.index(t.basis) for *_, t in times], dtype=np.int64),
        np.array([direction(layout.docs[n], t.date_start, t.date_end) for n, _, t in times], dtype=np.int64),
        np.array([k for _, k, _ in times], dtype=np.int64), np.array([n for n, *_ in times], dtype=np.int64),
    )  # fmt: skip


def direction(doc: Document, start: date | None, end: date | None) -> int:
    """Tell where an interval lies to the document's publication, as an index into DIRECTIONS."""
    today = doc.published or next((s.anchor for s in doc.segments if s.anchor), None)
    if today is None or (start is None and end is None):
        return 4
    if end is not None and end < today:
        return 1
    if start is not None and start > today:
        return 3
    return 2 if start == end == today else 4


def pair_times(layout: Layout, events: Proposals, times: TimePlaces) -> TimePairs:
    """Pair every event with the time expressions of its sentence."""
    rows = np.flatnonzero(times.first >= 0)
    if not len(rows) or not len(events.token):
        none = np.zeros(0, dtype=np.int64)
        return TimePairs(none, none)
    firsts = times.first[rows]
    sentence = layout.sentence[events.token]
    low = np.searchsorted(firsts, layout.sentence_first[sentence])
    sizes = np.searchsorted(firsts, layout.sentence_last[sentence]) - low
    event = np.repeat(np.arange(len(sentence)), sizes)
    offset = np.arange(len(event)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return TimePairs(event, rows[offset + np.repeat(low, sizes)])


def time_features(layout: Layout, events: Proposals, times: TimePlaces, pairs: TimePairs) -> list[Ints | Flags]:
    """Give the columns that describe each pair."""
    e, t = pairs.event, pairs.time
    token, first, last = events.token[e], times.first[t], times.last[t]
    side = (first > token).astype(np.int64)
    low, high = np.minimum(token, first), np.maximum(token, first)
    gap = bucket(np.where(side == 1, first - token, np.maximum(token - last + 1, 0)))
    clauses = np.minimum(layout.clause[high] - layout.clause[low], 5)
    commas = np.minimum(layout.commas[high] - layout.commas[low], 3)
    verbs = np.minimum(layout.verbs[high] - layout.verbs[low], 3)
    between = np.searchsorted(events.token, high) - np.searchsorted(events.token, low, side="right")
    between = np.minimum(between, 4)
    left = np.searchsorted(events.token, first) - 1
    right = np.minimum(np.searchsorted(events.token, last), len(events.token) - 1)
    sentence = layout.sentence[first]
    nearest = np.where(side == 1, left == e, right == e).astype(np.int64)
    kind, type_ = events.kind[e], events.type[e]
    left_here = (left >= 0) & (layout.sentence[events.token[left]] == sentence)
    left_kind, left_type = np.where(left_here, events.kind[left], -1), np.where(left_here, events.type[left], -1)
    right_kind = np.where(layout.sentence[events.token[right]] == sentence, events.kind[right], -1)
    window = Window(layout, first)
    cls, code, mark = layout.column("word_class"), layout.column("code"), layout.column("mark")
    tail = Window(layout, last - 1)
    statement = (type_ == 3).astype(np.int64)
    verbal = (kind == 0).astype(np.int64)
    attached = (layout.clause[low] == layout.clause[high]).astype(np.int64)
    quoted = (layout.quote[token] > 0) * 2 + (layout.quote[first] > 0)
    future = cross(events.tense[e], times.direction[t])
    rank = np.minimum(t - np.searchsorted(times.first[np.argsort(times.first)], layout.sentence_first[sentence]), 3)
    particle = layout.column("particle")
    joints = np.cumsum((particle == 2) | (particle == 3))
    subordinate = np.minimum(joints[high] - joints[low], 2)
    openings = np.cumsum(layout.column("mark") == 3)
    colon = np.minimum(openings[high] - openings[low], 1)
    main = np.flatnonzero(events.kind == 0)
    if len(main):
        at = np.searchsorted(events.token[main], first) - 1
        last_verb = np.where(at >= 0, main[np.maximum(at, 0)], -1)
    else:
        last_verb = np.full(len(e), -1, dtype=np.int64)
    verb_here = (last_verb >= 0) & (layout.sentence[events.token[np.maximum(last_verb, 0)]] == sentence)
    to_verb = np.where(verb_here, np.select([last_verb == e, last_verb < e], [1, 2], 3), 0)
    verb_joints = np.where(verb_here, np.minimum(joints[first] - joints[events.token[np.maximum(last_verb, 0)]], 2), 3)
    aside = cross(window.get(mark, -1) == 1, tail.get(mark, 1) == 1)
    opens = first - layout.sentence_first[sentence] < 4
    same_type = cross(left_type == type_, between)
    words = [window.get(cls, -1), window.get(code, -1), window.get(code, -2), tail.get(cls, 1), tail.get(code, 1)]
    return [
        np.zeros_like(e), cross(subordinate, side), cross(subordinate, commas, side), cross(subordinate, between, side),
        cross(subordinate, statement, side), cross(to_verb, verb_joints), cross(to_verb, subordinate, kind),
        cross(to_verb, verb_joints, statement, side), cross(aside, subordinate, side, verbal), cross(colon, side,
        statement),
        cross(opens, side, verbal, between), cross(opens, subordinate, verbal), cross(same_type, side, type_),
        cross(to_verb, aside, between), cross(side, gap), cross(side, gap, verbal), cross(side, gap, type_),
        cross(side, clauses),
        cross(side, clauses, statement), cross(side, between), cross(side, between, verbal), cross(nearest, side),
        cross(nearest, side, verbal), cross(nearest, between, clauses), cross(commas, side, between),
        cross(verbs, side, between), cross(attached, between, side), cross(attached, between, verbal, side), type_,
        cross(type_, side), kind, cross(kind, left_kind, nearest, side), cross(left_type, type_, side),
        cross(left_type == 3, statement, side, between), cross(right_kind, kind, side, nearest), quoted,
        cross(quoted, side, statement), future, cross(future, type_), cross(times.direction[t], statement),
        cross(times.granularity[t], times.basis[t]), cross(times.granularity[t], type_), cross(times.basis[t], verbal),
        layout.title[token], *words, cross(words[0], side, between), cross(words[1], verbal, nearest),
        cross(window.get(mark, -1), tail.get(mark, 1), side), rank, cross(events.entry[e], side), events.entry[e],
        cross(Window(layout, token).get(cls, 1), side), cross(first - layout.sentence_first[sentence] < 3, side, kind),
        cross(np.minimum(layout.verbs[first] - layout.verbs[layout.sentence_first[sentence]], 3), side, verbal),
    ]  # fmt: skip


def rule_scores(layout: Layout, events: Proposals, times: TimePlaces, pairs: TimePairs) -> Floats:
    """Give, per pair, how near the expression is, and 0 where another clause or event lies between."""
    e, t = pairs.event, pairs.time
    token, first = events.token[e], times.first[t]
    low, high = np.minimum(token, first), np.maximum(token, first)
    between = np.searchsorted(events.token, high) - np.searchsorted(events.token, low, side="right")
    clauses = layout.clause[high] - layout.clause[low]
    verbal = events.kind[e] == 0
    good = (clauses == 0) & ((between == 0) | verbal) | ((clauses == 1) & (between == 0) & (first > token))
    return np.where(good, 1 / (1 + (high - low) / 100), 0).astype(np.float32)
