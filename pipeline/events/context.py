"""What a first pass over pairs of events and phrases tells a second: rivals, neighbours, earlier speakers."""

from typing import Final

import numpy as np

from pipeline.events.attribution import REPORTING
from pipeline.events.clauses import Layout
from pipeline.events.decide import Floats
from pipeline.events.features import cross, pick
from pipeline.events.phrases import Phrases
from pipeline.events.proposals import Proposals
from pipeline.events.roles import CLASSES, Pairs
from pipeline.events.wordforms import Flags, Ints

_ACTOR, _TARGET, _PLACE = (CLASSES.index(r) for r in ("actor", "target", "place"))
_STEPS: Final = np.array([0.02, 0.06, 0.15, 0.3, 0.5, 0.7, 0.85], dtype=np.float32)  # edges between eight levels


def level(scores: Floats) -> Ints:
    """Put probabilities into eight levels."""
    return np.searchsorted(_STEPS, scores).astype(np.int64)


def context_features(
    layout: Layout, events: Proposals, phrases: Phrases, pairs: Pairs, scores: Floats
) -> list[Ints | Flags]:
    """Give the columns that describe each pair by the first pass's probabilities, a column per class in `scores`."""
    e, f = pairs.event, pairs.phrase
    key = e * len(phrases.first) + f  # sorted, since pairs are
    type_, kind, label = events.type[e], events.kind[e], phrases.label[f]

    def at(event: Ints, phrase: Ints, role: int) -> Ints:
        """Give the level of a role of another pair, -1 where there is no such pair."""
        wanted = event * len(phrases.first) + phrase
        row = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
        good = (event >= 0) & (phrase >= 0) & (phrase < len(phrases.first)) & (key[row] == wanted)
        return np.where(good, level(scores[row, role]), -1)

    count = len(events.token)
    sentence = layout.sentence[events.token]
    rows = np.arange(count)
    before = np.where((rows > 0) & (sentence[np.maximum(rows - 1, 0)] == sentence), rows - 1, -1)
    behind = np.where((rows < count - 1) & (sentence[np.minimum(rows + 1, count - 1)] == sentence), rows + 1, -1)
    reporting = np.isin(events.type, REPORTING)
    last = np.maximum.accumulate(np.where(reporting, rows, -1))
    speaking = np.where(rows > 0, last[np.maximum(rows - 1, 0)], -1)
    speaking = np.where((speaking >= 0) & (events.doc[np.maximum(speaking, 0)] == events.doc), speaking, -1)
    columns: list[Ints | Flags] = []
    levels = {}
    for role in (_ACTOR, _TARGET, _PLACE):
        own = levels[role] = level(scores[:, role])
        rival, is_best = _rivals(e, scores[:, role], count)
        columns += [
            own, cross(own, type_), cross(own, pairs.place, label), cross(own, level(rival), is_best),
            cross(level(rival), is_best, type_),
        ]  # fmt: skip
    mine = cross(levels[_ACTOR], levels[_TARGET])
    previous, following = before[e], behind[e]
    by_previous, by_following = at(previous, f, _ACTOR), at(following, f, _ACTOR)
    previous_reports = pick(reporting.astype(np.int64), previous, 0)
    by_speaker = at(speaking[e], f, _ACTOR)
    elsewhere = np.zeros(len(phrases.first), dtype=np.float32)
    np.maximum.at(elsewhere, f, scores[:, _ACTOR])
    head = pairs.head
    columns += [
        mine, cross(mine, pairs.place), cross(by_previous, kind, previous_reports), cross(by_previous, type_),
        cross(by_previous, pick(events.type, previous), levels[_ACTOR]), cross(by_following, kind),
        cross(by_following, levels[_ACTOR]), cross(at(previous, f, _TARGET), kind, type_),
        cross(at(following, f, _TARGET), levels[_TARGET]), cross(by_speaker, pairs.place, kind),
        cross(by_speaker, reporting[e], label), cross(by_speaker, levels[_ACTOR], reporting[e]),
        cross(level(elsewhere)[f], levels[_ACTOR], label), cross(level(elsewhere)[f], pairs.place),
        cross(at(e, head, _ACTOR), f - head > 0, levels[_ACTOR]), cross(at(e, head, _TARGET), f - head > 0,
        levels[_TARGET]),
        cross(at(e, head, _PLACE), f - head > 0, levels[_PLACE]), cross(at(e, f - 1, _ACTOR), levels[_ACTOR]),
        cross(at(e, f + 1, _ACTOR), levels[_ACTOR]), cross(at(e, f - 1, _TARGET), levels[_TARGET]),
    ]  # fmt: skip
    return columns


def _rivals(event: Ints, scores: Floats, count: int) -> tuple[Floats, Flags]:
    """Give the best score among the other pairs of each pair's event, and whether the pair itself is the best."""
    best = np.zeros(count, dtype=np.float32)
    np.maximum.at(best, event, scores)
    is_best: Flags = scores >= best[event]
    second = np.zeros(count, dtype=np.float32)
    np.maximum.at(second, event, np.where(is_best, 0, scores))
    return np.where(is_best, second[event], best[event]), is_best
