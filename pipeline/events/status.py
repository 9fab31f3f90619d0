"""Did it happen: the status of each event mention, by rule, and the cue that decides it."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from pipeline.document import Span
from pipeline.events.clauses import Layout
from pipeline.events.cues import CueLexicon
from pipeline.events.decide import Floats
from pipeline.events.features import CueArrays, Window, bucket, cross, cue_before, cue_behind, neighbours, pick
from pipeline.events.merge import SamePairs
from pipeline.events.proposals import TENSES, Proposals
from pipeline.events.wordforms import Flags, Ints, codes, form_code
from pipeline.schema import STATUSES

OCCURRED: Final = STATUSES.index("OCCURRED")
PLANNED: Final = STATUSES.index("PLANNED")
ONGOING: Final = STATUSES.index("ONGOING")
POSSIBLE: Final = STATUSES.index("POSSIBLE")
# Where several cues govern one event, the one that decides: what was called off was also planned.
_ORDER: Final = ("CANCELLED", "POSTPONED", "DENIED", "ATTEMPTED", "REQUESTED", "POSSIBLE", "PLANNED", "ONGOING")
_KINDRED: Final = [STATUSES.index(status) for status in ("PLANNED", "POSSIBLE", "REQUESTED", "ATTEMPTED")]
_DENIED: Final = STATUSES.index("DENIED")
_TAKEN_REACH: Final = 9  # tokens behind a denial, at most, to what it would deny
_CALLED_OFF: Final = [STATUSES.index(status) for status in ("CANCELLED", "POSTPONED")]
_DENYING_REACH: Final = 6  # tokens between who denies and what is not called off
_NEGATIONS: Final = codes("negation")
BEHIND: Final = 3  # tokens behind a trigger in which an adjective may tell its status (زيارة مرتقبة)
_FUTURE: Final = TENSES.index("future")


def place_cues(layout: Layout, events: Proposals, cues: CueArrays, lexicon: CueLexicon) -> Ints:
    """Give the place of the nearest cue of each status that governs each event, -1 without one: [STATUSES, events]."""
    return np.stack([_governing(layout, events, cues, lexicon, status) for status in STATUSES])


def _governing(layout: Layout, events: Proposals, cues: CueArrays, lexicon: CueLexicon, status: str) -> Ints:
    best = np.full(len(events.token), -1, dtype=np.int64)
    least = np.full(len(events.token), 1000, dtype=np.int64)
    for kind, info in enumerate(lexicon.kinds):
        if info.group != status:
            continue
        place, distance = cue_before(layout, cues, kind, events.token)
        good = (place >= 0) & (distance < info.reach) & (distance < least)
        if info.scope == "next":  # قد before a past verb asserts
            good &= events.tense != TENSES.index("past")
        if info.scope == "near":
            good &= layout.clause[np.maximum(place, 0)] >= layout.clause[events.token] - 1
        if info.scope == "near" and status == "DENIED":  # لم يسفر الهجوم denies the verb, لم يعقد الاجتماع the meeting
            verbs = layout.verbs[np.maximum(events.token - 1, 0)] - layout.verbs[np.maximum(place, 0)]
            good &= (verbs <= 0) | (events.light >= 0)
        best, least = np.where(good, place, best), np.where(good, distance, least)
        if status in ("PLANNED", "ONGOING", "POSTPONED", "CANCELLED", "POSSIBLE"):
            place, distance = cue_behind(layout, cues, kind, events.token)
            good = (place >= 0) & (distance <= BEHIND) & (distance < least) & (events.kind > 0)
            best, least = np.where(good, place, best), np.where(good, distance, least)
    return best


def take_back(
    layout: Layout, events: Proposals, cues: CueArrays, lexicon: CueLexicon, places: Ints, scores: Floats
) -> tuple[Floats, Ints]:
    """Give the probabilities without the statuses that are taken back.

    A negation does so (لم ينف الناطق اللقاء does not deny it, nor does لم يكتف الجيش بالقصف). Who denies that something
    was called off leaves it planned (نفى الناطق إلغاء اللقاء). Also give the word that is negated, where its status was
    the likeliest, else -1. places: of the cues, as `place_cues` gives; one behind what is taken back holds. scores:
    [events, STATUSES].
    """
    given = cues.last[lexicon.next_only]
    given = given[given < len(layout.doc)]
    kept, taken = scores.copy(), np.full(len(scores), -1, dtype=np.int64)
    likeliest = np.arange(len(scores)), scores.argmax(axis=1)
    code = layout.column("code")[given]
    negated = [
        (STATUSES.index(status), given[np.isin(code, [form_code(word) for word in words])])
        for status, words in lexicon.taken_back.items()
    ]
    for number, denied in (*negated, (_DENIED, cues.last[lexicon.affirming] - 1)):
        at = np.searchsorted(denied, events.token) - 1
        place = np.where(at >= 0, np.append(denied, -1)[at], -1)
        off = (place >= 0) & (events.token - place <= _TAKEN_REACH) & (places[number] < place)
        off &= layout.sentence[np.maximum(place, 0)] == layout.sentence[events.token]
        kept[off, number] = 0
        kept[off & (places[_DENIED] < place), _DENIED] = 0  # لن تؤجل الزيارة denies no visit
        taken = np.where(off & (kept[likeliest] == 0), place, taken)
    for place, off in _called_off(layout, places):
        called = np.ix_(np.flatnonzero(off), np.array([*_CALLED_OFF, _DENIED]))
        kept[off, PLANNED] += kept[called].sum(axis=1)
        kept[called] = 0
        taken = np.where(off & (kept[likeliest] == 0), place, taken)
    total = kept.sum(axis=1, keepdims=True)
    return np.where(total > 0, kept / np.maximum(total, 1e-9), scores), taken


def _called_off(layout: Layout, places: Ints) -> Iterator[tuple[Ints, Flags]]:
    """Give the words that call events off, as `place_cues` places them; flag the events of which that is denied."""
    denial = places[_DENIED]
    for number in _CALLED_OFF:
        place = places[number]
        off = (denial >= 0) & (place > denial) & (place - denial <= _DENYING_REACH)
        off &= layout.verbs[np.maximum(place - 1, 0)] == layout.verbs[np.maximum(denial, 0)]
        off &= ~np.isin(layout.column("code")[np.maximum(denial, 0)], _NEGATIONS)
        yield place, off


def rule_scores(events: Proposals, places: Ints) -> Floats:
    """Give 1 for the status that the cues decide, a column per status. places: of the cues, as `place_cues` gives."""
    chosen = np.full(len(events.token), OCCURRED, dtype=np.int64)
    chosen = np.where(events.tense == _FUTURE, PLANNED, chosen)
    past = (events.kind == 0) & (events.tense == TENSES.index("past"))
    for status in reversed(_ORDER):
        good = places[STATUSES.index(status)] >= 0
        if status in ("PLANNED", "POSSIBLE", "ONGOING"):
            good &= ~past
        chosen = np.where(good, STATUSES.index(status), chosen)
    scores = np.zeros((len(events.token), len(STATUSES)), dtype=np.float32)
    scores[np.arange(len(chosen)), chosen] = 1
    return scores


def status_features(layout: Layout, events: Proposals, places: Ints, ahead: Ints) -> list[Ints | Flags]:
    """Give the columns that decide the status of each event mention.

    places: of the cues, as `place_cues` gives. ahead: where the date of each mention lies to publication (index into
    dating.DIRECTIONS).
    """
    token, kind, type_ = events.token, events.kind, events.type
    window = Window(layout, token)
    code, cls, pos = layout.column("code"), layout.column("word_class"), layout.column("pos")
    tense, attached = layout.column("tense"), layout.column("proclitic")[token]
    article = layout.column("article")[token]
    rule = np.argmax(rule_scores(events, places), axis=1)
    left, _, gap_left, _ = neighbours(events, layout)
    light_code, light_tense = pick(code, events.light), pick(tense, events.light)
    form = cross(kind, events.tense, events.passive)
    title, quoted = layout.title[token], (layout.quote[token] > 0).astype(np.int64)
    opening = first_tense(layout, token)
    near = np.minimum(bucket(gap_left), 7)
    left_type, left_entry = pick(type_, left), pick(events.entry, left)
    columns: list[Ints | Flags] = [
        type_, form, cross(type_, form), events.entry, rule, cross(rule, form), cross(rule, type_), cross(rule, kind,
        title),
        ahead, cross(ahead, form), cross(ahead, type_), cross(ahead, rule), title, cross(title, form), cross(title,
        type_, kind),
        quoted, cross(quoted, form), window.get(code, -1), window.get(code, -2), window.get(code, 1), window.get(cls,
        -1),
        window.get(cls, -2), window.get(cls, 1), cross(window.get(cls, -1), kind), cross(window.get(code, -1), kind),
        cross(attached, kind), cross(attached, kind, type_), cross(attached, left_type, kind), cross(attached,
        window.get(pos, -1), kind),
        cross(left_type, near), cross(left_type, type_), cross(left_entry, near < 6), cross(left_entry, attached,
        near < 4),
        cross(pick(events.tense, left), pick(kind, left), kind), article, cross(article, type_), cross(article, kind,
        window.get(pos, -1)),
        light_code, light_tense, opening, cross(opening, kind), cross(opening, title, kind), cross(opening, attached),
        events.suffix > 0, cross(events.passive, kind), events.person,
        *_shared(events, rule, form),
    ]  # fmt: skip
    for place in places[1:]:
        word = pick(code, place)
        between = np.where(place >= 0, np.minimum(np.abs(layout.clause[token] - pick(layout.clause, place, 0)), 3), 9)
        step = np.where(place >= 0, bucket(np.abs(token - place)), 9)
        columns += [
            cross(step, kind),
            cross(between, kind),
            word,
            cross(word, step < 4),
            cross(place >= 0, rule, quoted),
        ]
    return columns


def _shared(events: Proposals, rule: Ints, form: Ints) -> list[Ints]:
    """Tell what the other mentions of the same type in the document look like: they often tell the same happening."""
    columns = []
    group = events.doc * 64 + events.type
    _, inverse = np.unique(group, return_inverse=True)
    for value in (ONGOING, PLANNED, POSSIBLE, OCCURRED):
        count = np.bincount(inverse, rule == value)[inverse] - (rule == value)
        columns.append(cross(np.minimum(count, 2).astype(np.int64), rule))
    finite = (events.kind == 0) & (events.tense == TENSES.index("past"))
    count = np.bincount(inverse, finite)[inverse] - finite
    columns.append(cross(np.minimum(count, 2).astype(np.int64), form))
    size = np.bincount(inverse)[inverse]
    columns.append(cross(np.minimum(size, 4), form))
    return columns


def agree(scores: Floats, pairs: SamePairs, same: Floats, threshold: float) -> Floats:
    """Let mentions that tell one happening lean on each other.

    Give each mention the mean of its own probabilities, which weigh 1, and of those of the mentions that it is paired
    with, which weigh as much as the pair is likely to tell the same; unlikely pairs do not count.
    scores: [mentions, STATUSES] probabilities. same: probability of each pair. threshold: of what is likely.
    """
    total, weight = scores.copy(), np.ones(len(scores), dtype=np.float32)
    likely = same >= threshold
    later, earlier, share = pairs.later[likely], pairs.earlier[likely], same[likely]
    for one, other in ((later, earlier), (earlier, later)):
        np.add.at(total, one, share[:, None] * scores[other])
        np.add.at(weight, one, share)
    return total / weight[:, None]


def first_tense(layout: Layout, token: Ints) -> Ints:
    """Give the tense of the first verb of each token's sentence, 0 without one."""
    tense = np.where(layout.name > 0, 0, layout.column("tense"))
    verbs = np.flatnonzero(tense > 0)
    if not len(verbs):
        return np.zeros(len(token), dtype=np.int64)
    starts = layout.sentence_first[layout.sentence[token]]
    first = verbs[np.minimum(np.searchsorted(verbs, starts), len(verbs) - 1)]
    return np.where(layout.sentence[first] == layout.sentence[token], tense[first], 0)


def find_cues(layout: Layout, events: Proposals, cues: CueArrays, places: Ints, status: Ints) -> list[Span | None]:
    """Give the raw span of the words that decide each event's status; None for what simply occurred.

    What has not happened yet and has no cue of its own status has the nearest one of a kindred status (من المتوقع أن
    of what is planned). places: of the cues, as `place_cues` gives.
    """
    deciding = places[status, np.arange(len(status))]
    kindred = np.isin(status, _KINDRED) & (deciding < 0) & (events.tense != _FUTURE)
    deciding = np.where(kindred, places[_KINDRED].max(axis=0), deciding)
    own = (deciding < 0) & (status == PLANNED) & (events.tense == _FUTURE)
    deciding = np.where(own, events.token, deciding)
    ends: dict[int, int] = {}
    for firsts, lasts in zip(cues.first, cues.last, strict=True):
        ends.update(zip(firsts.tolist(), lasts.tolist(), strict=True))
    found: list[Span | None] = []
    for row, place in enumerate(deciding.tolist()):
        if place < 0:
            found.append(None)
            continue
        number = int(events.doc[row])
        base, tokens = int(layout.base[number]), layout.docs[number].tokens
        last = ends.get(place, place + 1) - 1
        found.append(Span(tokens[place - base].start, tokens[last - base].end))
    return found
