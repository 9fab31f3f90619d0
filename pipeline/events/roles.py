"""Which phrase fills which role: pairs of an event and a phrase, what their places say, and the choice by rule."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from pipeline.events.attribution import REPORTING
from pipeline.events.clauses import Layout
from pipeline.events.decide import Floats
from pipeline.events.features import Window, bucket, cross, pick
from pipeline.events.phrases import Phrases
from pipeline.events.proposals import POSITIONS, ROLE_CODES, Frames, Proposals
from pipeline.events.syntax import bare_heads, chain_heads, governing_verbs, prepositions, subject_verbs
from pipeline.events.wordforms import PARTICLES, Flags, Ints
from pipeline.schema import EVENT_TYPES, LABELS

BEFORE: Final = 12  # phrases of the sentence before the trigger that may fill a role of it
BEHIND: Final = 10
EARLIER: Final = 5  # names of the sentences before that may be a dropped subject or a pronoun's referent
# How a phrase stands to the trigger.
PLACES: Final = (
    "genitive", "bare first", "bare second", "bare later", "prepositional", "before bare", "before prepositional",
    "within", "earlier sentence",
)  # fmt: skip
_GENITIVE, _FIRST, _SECOND, _LATER, _PREP, _BEFORE, _BEFORE_PREP, _WITHIN, _EARLIER = range(len(PLACES))


_HELPERS: Final = 2  # particles between a subject and its verb, at most
_HELPING: Final = [PARTICLES.index(name) for name in ("negation", "auxiliary")]
PERSON: Final = 1 + LABELS.index("PER")
FIT: Final = 4  # a head this ready to follow words of speech, harm or place (see wordforms) can fill a role by rule
SYMMETRIC: Final = ("MEETING", "PHONE_CALL", "AGREEMENT", "DEAL")  # all parties are actors
_SEVERAL_ACTORS: Final = [EVENT_TYPES.index(name) for name in SYMMETRIC]
# What the model chooses from for a phrase: nothing, or a role that the annotation knows.
CLASSES: Final = ("", "actor", "target", "place", "destination", "origin", "inviter", "mediator", "topic")


@dataclass(frozen=True, slots=True)
class Filled:
    """A role that is filled: row of the event, row of the phrase, role, probability, and row of the pair."""

    event: int
    phrase: int
    role: str
    score: float
    pair: int


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of an event and a phrase.

    event: row of the proposals. phrase: row of the phrases. head: the first member of the phrase's coordination that
    stands behind the trigger, whose place the others share (itself without one). place: index into PLACES.
    preposition: number of the particle before or on the phrase, 0 without. frame_role: code of the role that the frame
    gives to this place, 0 for none.
    """

    event: Ints
    phrase: Ints
    head: Ints
    place: Ints
    preposition: Ints
    frame_role: Ints

    def take(self, rows: Ints) -> "Pairs":
        """Give these pairs alone."""
        return Pairs(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def pair_up(layout: Layout, events: Proposals, phrases: Phrases, frames: Frames) -> Pairs:
    """Pair every event with the phrases of its sentence and with the last names of the sentences before."""
    low = np.searchsorted(phrases.first, layout.sentence_first[layout.sentence[events.token]], side="left")
    high = np.searchsorted(phrases.first, layout.sentence_last[layout.sentence[events.token]], side="left")
    at = np.searchsorted(phrases.first, events.token, side="right")
    low, high = np.maximum(low, at - BEFORE), np.minimum(high, at + BEHIND)
    event, phrase = _ranges(low, high)
    earlier_event, earlier_phrase = _earlier_names(layout, events, phrases)
    event = np.concatenate([event, earlier_event])
    phrase = np.concatenate([phrase, earlier_phrase])
    order = np.lexsort((phrase, event))
    event, phrase = event[order], phrase[order]
    heads = chain_heads(layout, phrases)
    governing = prepositions(layout, phrases)
    own = governing[phrase]
    preposition = np.where(own > 0, own, governing[heads[phrase]])
    token = events.token[event]
    apart = (phrases.first[heads[phrase]] <= token) & (phrases.first[phrase] > token)
    head = np.where(apart | (own > 0), phrase, heads[phrase])
    place = _places(layout, events, phrases, event, phrase, head, preposition)
    subject_of = subject_verbs(layout, phrases)[phrase]
    fronted = _fronted(layout, events, phrases, event, phrase, place, subject_of)
    light = events.light[event]
    lent = (place == _BEFORE) & (light >= 0) & ((subject_of == light) | (phrases.first[phrase] == light + 1))
    meant = phrase == _referents(events, phrases, governing)[event]
    role = _frame_roles(events, frames, event, place, preposition, fronted, lent, meant, phrases.label[phrase])
    return Pairs(event, phrase, head, place, preposition, role)


def _ranges(low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """Give (row, value) for every value of the half-open range of every row."""
    sizes = np.maximum(high - low, 0)
    rows = np.repeat(np.arange(len(low)), sizes)
    starts = np.repeat(np.cumsum(sizes) - sizes, sizes)
    return rows, np.arange(int(sizes.sum())) - starts + np.repeat(low, sizes)


def _earlier_names(layout: Layout, events: Proposals, phrases: Phrases) -> tuple[Ints, Ints]:
    """Pair events with the last EARLIER names before their sentence, within their document."""
    names = np.flatnonzero((phrases.label > 0) | ((phrases.titled == 0) & (phrases.label == 0)))
    names = names[_can_refer(layout, phrases, names)]
    if not len(names):
        return names, names
    first = phrases.first[names]
    high = np.searchsorted(first, layout.sentence_first[layout.sentence[events.token]], side="left")
    floor = np.searchsorted(first, layout.base[events.doc], side="left")
    event, index = _ranges(np.maximum(floor, high - EARLIER), high)
    return event, names[index]


def _can_refer(layout: Layout, phrases: Phrases, rows: Ints) -> Flags:
    """Keep the phrases that a later sentence may take up: names, and noun phrases that open their sentence."""
    first = phrases.first[rows]
    opening = first - layout.sentence_first[layout.sentence[first]] <= 2
    result: Flags = (phrases.label[rows] > 0) | opening
    return result


def _places(
    layout: Layout, events: Proposals, phrases: Phrases, event: Ints, phrase: Ints, head: Ints, preposition: Ints
) -> Ints:
    token = events.token[event]
    within = (phrases.first[phrase] <= token) & (token < phrases.last[phrase])
    first = phrases.first[head]
    bare = bare_heads(layout, phrases)
    count = np.cumsum(bare) - bare  # bare phrases before each phrase
    behind = np.searchsorted(phrases.first, events.token, side="right")
    total = np.append(count, bare.sum())
    rank = count[head] - total[behind][event]
    adjacent = (first == token + 1) & (events.kind[event] > 0)
    place = np.select(
        [
            layout.sentence[first] != layout.sentence[token], within,
            (first < token) & (preposition > 0), first < token, preposition > 0, adjacent, rank <= 0, rank == 1,
        ],
        [_EARLIER, _WITHIN, _BEFORE_PREP, _BEFORE, _PREP, _GENITIVE, _FIRST, _SECOND], _LATER,
    )  # fmt: skip
    return np.asarray(place, dtype=np.int64)


def _fronted(
    layout: Layout, events: Proposals, phrases: Phrases, event: Ints, phrase: Ints, place: Ints, subject_of: Ints
) -> Flags:
    """Tell, for each pair, whether the subject of its verb stands before the verb, so that none follows.

    Between them may stand what negates the verb or tells its time (الوزير لن يزور).
    """
    opening = events.token.copy()
    for _ in range(_HELPERS):
        before = np.maximum(opening - 1, 0)
        opening = opening - (np.isin(layout.column("particle")[before], _HELPING) & (opening > 0))
    hit = (place == _BEFORE) & (subject_of == events.token[event])
    hit &= phrases.last[phrase] == opening[event]
    seen = np.zeros(len(events.token), dtype=bool)
    seen[event[hit]] = True
    result: Flags = seen[event]
    return result


def _referents(events: Proposals, phrases: Phrases, governing: Ints) -> Ints:
    """Give the last name before each event that no preposition governs, whom its pronoun suffix may mean; else -1."""
    names = np.flatnonzero((phrases.label > 0) & (governing == 0))
    at = np.searchsorted(phrases.first[names], events.token) - 1
    return np.where((at >= 0) & (events.suffix > 0), np.append(names, -1)[at], -1)


def _frame_roles(
    events: Proposals, frames: Frames, event: Ints, place: Ints, preposition: Ints, fronted: Flags, lent: Flags,
    meant: Flags, label: Ints,
) -> Ints:  # fmt: skip
    """Give the role that the event's frame gives to the place of the phrase.

    fronted: the subject of the event's verb stands before it. lent: the phrase is the subject of its light verb.
    meant: its pronoun suffix may mean the phrase.
    """
    if not len(frames.by_position):
        return np.zeros(len(event), dtype=np.int64)
    frame = events.frame[event]
    slot = {p: frames.by_position[frame, n, label] for n, p in enumerate(POSITIONS)}
    verbal = events.kind[event] == 0
    passive = events.passive[event] > 0
    subject = np.where(passive & (slot["passive_subject"] > 0), slot["passive_subject"], slot["subject"])
    dropped = _agrees_first_or_second(events)[event] | fronted
    adjacent = np.where(verbal, np.where(dropped, slot["object"], subject), slot["idafa"])
    later = np.where(passive, slot["object2"], slot["object"])
    role = np.select(
        [
            place == _PREP, place == _GENITIVE, (place == _FIRST) & verbal, (place == _SECOND) & verbal,
            (place == _BEFORE) & verbal, place == _FIRST, lent, meant,
        ],
        [
            frames.by_preposition[frame, preposition, label], adjacent, adjacent, later, subject, slot["idafa"],
            slot["subject"], slot["suffix"],
        ], 0,
    )  # fmt: skip
    return np.asarray(role, dtype=np.int64)


def _agrees_first_or_second(events: Proposals) -> Flags:
    """Tell the verbs whose subject is in the ending (plural, first and second person), so that none follows."""
    result: Flags = (events.person >= 3) & (events.kind == 0)
    return result


def pair_features(layout: Layout, events: Proposals, phrases: Phrases, pairs: Pairs) -> list[Ints | Flags]:
    """Give the columns that describe each pair."""
    e, f = pairs.event, pairs.phrase
    token, first, last = events.token[e], phrases.first[f], phrases.last[f]
    head = head_tokens(layout, phrases)[f]
    window = Window(layout, first)
    trigger = Window(layout, token)
    tail = Window(layout, last - 1)
    code, cls, pos = layout.column("code"), layout.column("word_class"), layout.column("pos")
    mark, particle, article = layout.column("mark"), layout.column("particle"), layout.column("article")
    ending = np.where(layout.name > 0, 0, layout.column("ending"))
    label = phrases.label[f]
    titled = phrases.titled[f]
    kind, type_, entry = events.kind[e], events.type[e], events.entry[e]
    form = cross(kind, events.passive[e], events.tense[e] == 0)
    verbal = np.where(kind == 0, 1 + events.passive[e], 0)
    place, prep, role = cross(pairs.place, verbal), pairs.preposition, pairs.frame_role
    start = phrases.first[pairs.head]
    low, high = np.minimum(token, start), np.maximum(token, start)
    gap = bucket(np.where(start > token, start - token, np.maximum(token - last + 1, 0)))
    clauses = np.minimum(layout.clause[high] - layout.clause[low], 5)
    verbs = np.minimum(layout.verbs[high] - layout.verbs[low], 4)
    commas = np.minimum(layout.commas[high] - layout.commas[low], 4)
    others = np.searchsorted(events.token, high) - np.searchsorted(events.token, low, side="right")
    others = np.minimum(others, 4)
    side = (first > token).astype(np.int64)
    between = np.minimum(np.abs(f - np.searchsorted(phrases.first, token)), 6)
    same_quote = (layout.quote[token] == layout.quote[first]).astype(np.int64)
    in_quote = (layout.quote[first] > 0) * 2 + (layout.quote[token] > 0)
    index = np.minimum(f - np.searchsorted(phrases.first, layout.sentence_first[layout.sentence[first]]), 5)
    waw = layout.column("waw")[first]
    previous_label = np.where(window.get(layout.name, -1) > 0, window.get(layout.name, -1), 0)
    head_class = np.where(label > 0, -label, cls[head])
    head_code = np.where(label > 0, -label, code[head])
    nominal = cross(events.suffix[e] > 0, article[token], kind)
    feminine = layout.column("tail")[head]
    clause_start = np.minimum(first - np.searchsorted(layout.clause, layout.clause[first]), 3)
    left, right, _, gap_right = _nearest_events(layout, events, first)
    nearest = (np.where(side == 1, left, right) == e).astype(np.int64)
    title_class = np.where(mark[np.maximum(first - 1, 0)] == 1, window.get(cls, -2), window.get(cls, -1))
    zero = np.zeros_like(e)
    subject = subject_verbs(layout, phrases)[f]
    own_verb, upper_verb = governing_verbs(layout, events)
    agent = np.select(
        [subject < 0, subject == own_verb[e], subject == upper_verb[e], subject > token, subject > own_verb[e]],
        [0, 1, 2, 3, 4],
        5,
    )
    reporting = np.zeros(len(layout.doc) + 1, dtype=np.int64)
    reporting[events.token] = 1 + np.isin(events.type, REPORTING)
    speaks = reporting[subject]
    governed = np.where(own_verb[e] >= 0, reporting[own_verb[e]], 3)
    behind_relative = (
        (tail.get(particle, 1) == 3) & (token > last) & (layout.verbs[token] - layout.verbs[last - 1] <= 1)
    )
    ahead = Window(layout, start)
    agentive, patient, local = (
        np.where(label > 0, -label, layout.column(c)[head]) for c in ("agent", "patient", "locative")
    )
    kindred = cross(agentive, patient)
    return [
        cross(agentive, place), cross(patient, place), cross(local, place), cross(agentive, type_), cross(patient,
        type_),
        cross(agentive, role), cross(patient, role), cross(local, role), kindred, cross(kindred, pairs.place,
        verbal > 0),
        cross(agentive, agent), cross(kindred, role), cross(local, type_), cross(pos[head], place), cross(pos[head],
        role),
        cross(agent, kind, label), cross(agent, type_), cross(agent, place), cross(agent, speaks, label),
        cross(agent, speaks, governed, kind), cross(agent, form, speaks), cross(agent, nominal, speaks),
        cross(behind_relative, kind, pairs.place), cross(behind_relative, form, type_),
        cross(ahead.get(cls, -1), place), cross(ahead.get(cls, -1), label, type_), cross(ahead.get(particle, -1),
        place, label),
        cross(agent, label, titled, index), cross(agent, commas, clauses),
        zero, cross(type_, place), cross(type_, place, label), cross(entry, place), cross(entry, place, label),
        cross(form, place, label), cross(form, place, gap), cross(place, prep), cross(type_, prep, place, label),
        cross(entry, prep, place), cross(role, label), cross(role, place, label), cross(role, type_), cross(role, gap),
        cross(role, clauses, commas), cross(place, clauses), cross(place, commas), cross(place, verbs, label),
        cross(place, others), cross(place, others, label, type_), cross(place, between), cross(gap, side, label),
        cross(place, gap, label), cross(type_, label), cross(type_, head_class), cross(place, head_class),
        cross(type_, head_class, side), head_class, head_code, cross(head_code, place), pos[head], cross(titled, label),
        cross(titled, place), cross(same_quote, place), cross(in_quote, place, label), cross(index, place, label),
        cross(waw, label, place), cross(waw, previous_label), article[head] * 2 + (phrases.last[f] - first > 1),
        window.get(cls, -1), cross(window.get(cls, -1), place), window.get(code, -1), window.get(code, -2),
        cross(window.get(mark, -1), tail.get(mark, 1), label), tail.get(cls, 1), tail.get(code, 1),
        cross(tail.get(pos, 1), place), cross(window.get(pos, -1), place, label),
        cross(particle[np.maximum(first - 1, 0)], place), cross(title_class, label == 1), nominal,
        cross(nominal, place, label), cross(events.person[e], place, label), cross(events.person[e], feminine, place),
        cross(layout.title[token], place, label), cross(layout.title[token], type_, side, label),
        cross(clause_start, place, label), cross(nearest, side, label), cross(nearest, place, type_),
        cross(np.minimum(others, 2), nearest, side, kind), cross(trigger.get(cls, -1), place),
        cross(trigger.get(pos, -1), trigger.get(pos, 1), place), cross(trigger.get(particle, 1), place, label),
        cross(trigger.get(layout.column("preposition"), 1), type_, place), cross(kind, bucket(gap_right), place),
        cross(pick(events.type, left), type_, place), cross(pick(events.type, right), type_, place),
        cross(_light_side(events, e, first), label, place), cross(prep, label, type_), cross(prep, head_class),
        layout.quote[first] == layout.quote[np.maximum(first - 1, 0)],
        cross(np.minimum(f - pairs.head, 3), place, label), cross(np.minimum(f - pairs.head, 3), type_),
        cross(Window(layout, start).get(code, -1), place), cross(pairs.place, label, type_),
        cross(layout.column("number")[first], type_, place), cross(layout.column("number")[first], label),
        cross(ending[head], place), cross(ending[head], role), cross(ending[head], type_),
        cross(ending[last - 1], place),
    ]  # fmt: skip


def head_tokens(layout: Layout, phrases: Phrases) -> Ints:
    """Give the head of each phrase: its first word, or the one behind a number, in brackets or not."""
    first, size = phrases.first, phrases.last - phrases.first
    bracketed = (layout.column("mark")[first] > 0) & (size > 3)
    numbered = (layout.column("number")[first] == 1) & (size > 1)
    return np.select([bracketed, numbered], [first + 3, first + 1], first)


def _nearest_events(layout: Layout, events: Proposals, at: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Give the rows of the nearest events before and behind each place in its sentence (-1), and the distances."""
    left = np.searchsorted(events.token, at, side="left") - 1
    right = np.searchsorted(events.token, at, side="right")
    count = len(events.token)
    sentence = layout.sentence[at]
    good_left = (left >= 0) & (layout.sentence[events.token[np.maximum(left, 0)]] == sentence)
    bounded = np.minimum(right, count - 1)
    good_right = (right < count) & (layout.sentence[events.token[bounded]] == sentence)
    return (
        np.where(good_left, left, -1), np.where(good_right, bounded, -1),
        np.where(good_left, at - events.token[np.maximum(left, 0)], 99),
        np.where(good_right, events.token[bounded] - at, 99),
    )  # fmt: skip


def _light_side(events: Proposals, e: Ints, first: Ints) -> Ints:
    """Tell where the phrase stands to its event's light verb: 0 without one, 1 before, 2 between, 3 behind both."""
    light = events.light[e]
    token = events.token[e]
    return np.where(light < 0, 0, np.where(first < light, 1, np.where(first < token, 2, 3)))


def rule_scores(layout: Layout, events: Proposals, phrases: Phrases, pairs: Pairs) -> Floats:
    """Give a score to the role that the frame gives to a phrase near the trigger, a column per class.

    Of several phrases that a place of the frame could mean, the first coordination that fits has it; the parties of a
    type that has no other side stand in several. Names are surer than noun phrases, and these fill roles only if their
    head can (a speaker, a victim, a place).
    """
    e, f = pairs.event, pairs.phrase
    token, first = events.token[e], phrases.first[f]
    low, high = np.minimum(token, first), np.maximum(token, first)
    label, head = phrases.label[f], head_tokens(layout, phrases)[f]
    agentive, patient, local = (layout.column(c)[head] for c in ("agent", "patient", "locative"))
    close = layout.clause[high] - layout.clause[low] <= np.where(first < token, 3, 1)
    role = np.where(close & (phrases.titled[f] == 0), pairs.frame_role, 0)
    where = np.isin(role, [ROLE_CODES[r] for r in ("place", "destination", "origin")])
    able = np.select(
        [where & (label == 0), where, label > 0, role == ROLE_CODES["target"]],
        [local >= FIT, label != PERSON, True, np.maximum(agentive, patient) >= FIT], agentive >= FIT,
    )  # fmt: skip
    sure = np.where(able & (role > 0), np.where(label > 0, 1.0, 0.8) - 0.004 * np.minimum(high - low, 50), 0)
    key = e * len(ROLE_CODES) * 2 + role
    best = np.zeros(int(key.max(initial=0)) + 1)
    np.maximum.at(best, key, sure)
    winner = np.full(len(best), -1, dtype=np.int64)
    top = np.flatnonzero((sure > 0) & (sure == best[key]))
    winner[key[top[::-1]]] = pairs.head[top[::-1]]
    several = np.isin(events.type[e], _SEVERAL_ACTORS) & (role == ROLE_CODES["actor"])
    sure = np.where((pairs.head == winner[key]) | several, sure, 0)
    scores = np.zeros((len(e), len(CLASSES)), dtype=np.float32)
    for number, name in enumerate(CLASSES):
        if number:
            scores[:, number] = np.where(role == ROLE_CODES[name], sure, 0)
    scores[:, 0] = 1 - scores[:, 1:].sum(axis=1)
    return scores


def keep_one(events: Proposals, pairs: Pairs, scores: Floats) -> Floats:
    """Leave each role to one coordination of phrases per event, the likeliest, where the type does not take several.

    Places may be several (a quarter and its city), and so may the parties of types that have no other side.
    """
    kept = scores.copy()
    several = np.isin(events.type, _SEVERAL_ACTORS)[pairs.event]
    for number, name in enumerate(CLASSES):
        if name in ("", "place", "topic"):
            continue
        best = np.zeros(len(events.token), dtype=np.float32)
        np.maximum.at(best, pairs.event, scores[:, number])
        top = np.flatnonzero(scores[:, number] == best[pairs.event])
        head = np.full(len(events.token), -1, dtype=np.int64)
        head[pairs.event[top[::-1]]] = pairs.head[top[::-1]]
        wrong = pairs.head != head[pairs.event]
        kept[wrong & ~several if name == "actor" else wrong, number] = 0
    return kept


def choose(events: Proposals, phrases: Phrases, pairs: Pairs, scores: Floats, threshold: float) -> list[Filled]:
    """Take every phrase whose likeliest role passes the threshold; of overlapping phrases the likelier.

    What is but a part of a phrase (an organisation behind its spokesman) stands for the whole.
    """
    scores = keep_one(events, pairs, scores)
    role = np.argmax(scores[:, 1:], axis=1) + 1
    score = scores[np.arange(len(role)), role] if len(role) else np.zeros(0)
    kept: list[Filled] = []
    taken: dict[int, list[Filled]] = {}
    for n in np.argsort(-score, kind="stable").tolist():
        if score[n] < threshold:
            break
        whole = int(phrases.whole[pairs.phrase[n]])
        filled = Filled(int(pairs.event[n]), whole, CLASSES[int(role[n])], float(score[n]), n)
        rivals = taken.setdefault(filled.event, [])
        first, last = phrases.first[filled.phrase], phrases.last[filled.phrase]
        if any(phrases.first[r.phrase] < last and first < phrases.last[r.phrase] for r in rivals):
            continue
        rivals.append(filled)
        kept.append(filled)
    return sorted(kept, key=lambda f: (f.event, f.phrase))
