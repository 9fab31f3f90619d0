"""Which phrase fills which role: pairs of an event and a phrase, what their places say, and the choice."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from pipeline.events.attribution import REPORTING, STATEMENT
from pipeline.events.clauses import Layout
from pipeline.events.decide import Floats
from pipeline.events.phrases import Phrases
from pipeline.events.proposals import KINDS, PERSONS, POSITIONS, ROLE_CODES, Frames, Proposals
from pipeline.events.syntax import bare_heads, chain_heads, head_tokens, prepositions, subject_verbs
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
_VERB, _PARTICIPLE = KINDS.index("verb"), KINDS.index("participle")
_HE, _SHE = (1 + PERSONS.index(person) for person in ("3ms", "3fs"))
_ALEF: Final = "ا"  # the written end of an indefinite accusative
PERSON: Final = 1 + LABELS.index("PER")
FIT: Final = 4  # a head this ready to follow words of speech, harm or place (see wordforms) can fill a role by rule
SYMMETRIC: Final = ("MEETING", "PHONE_CALL", "AGREEMENT", "DEAL")  # all parties are actors
_SEVERAL_ACTORS: Final = [EVENT_TYPES.index(name) for name in SYMMETRIC]
# What the model chooses from for a phrase: nothing, or a role that the annotation knows.
CLASSES: Final = ("", "actor", "target", "place", "destination", "origin", "inviter", "mediator", "topic")
RARE: Final = [CLASSES.index(role) for role in ("origin", "inviter", "mediator")]  # the deep reader learned few of them


@dataclass(frozen=True, slots=True)
class Filled:
    """A role that is filled: row of the event, row of the phrase, role, probability, and row of the pair.

    pair: -1 for what another event lends (see `lend_actors`).
    """

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
    hit = (place == _BEFORE) & (subject_of == events.token[event])
    hit &= phrases.last[phrase] == _openings(layout, events)[event]
    seen = np.zeros(len(events.token), dtype=bool)
    seen[event[hit]] = True
    result: Flags = seen[event]
    return result


def _openings(layout: Layout, events: Proposals) -> Ints:
    """Give the first of the particles that stand right before each trigger, the trigger itself without any."""
    opening = events.token.copy()
    for _ in range(_HELPERS):
        before = np.maximum(opening - 1, 0)
        opening = opening - (np.isin(layout.column("particle")[before], _HELPING) & (opening > 0))
    return opening


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


def rule_scores(layout: Layout, events: Proposals, phrases: Phrases, pairs: Pairs) -> Floats:
    """Give a score to the role that the frame gives to a phrase near the trigger, a column per class.

    Of several phrases that a place of the frame could mean, the first coordination that fits has it. Parties of a
    type that has no other side stand in several behind the trigger, and in the one right before it. Names are surer
    than noun phrases, and these fill roles only if their head can (a speaker, a victim, a place).
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
    adjacent = phrases.last[f] == _openings(layout, events)[e]
    subject = np.full(len(events.token), -1, dtype=np.int64)
    subject[e[adjacent]] = pairs.head[adjacent]
    several &= (first > token) | (pairs.head == subject[e])
    sure = np.where((pairs.head == winner[key]) | several, sure, 0)
    scores = np.zeros((len(e), len(CLASSES)), dtype=np.float32)
    for number, name in enumerate(CLASSES):
        if number:
            scores[:, number] = np.where(role == ROLE_CODES[name], sure, 0)
    scores[:, 0] = 1 - scores[:, 1:].sum(axis=1)
    return scores


def keep_one(events: Proposals, pairs: Pairs, scores: Floats) -> Floats:
    """Leave each role to one coordination of phrases per event, the likeliest, where the type does not take several.

    Places may be several (a quarter and its city; but see `choose`), and so may the parties of types that have no other
    side.
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
    apart = _places_apart(events, phrases, pairs, kept)
    return sorted((f for f in kept if f not in apart), key=lambda f: (f.event, f.phrase))


def lend_actors(
    layout: Layout, events: Proposals, filled: Sequence[Filled], sure: Floats | None = None
) -> list[Filled]:
    """Give the actors of adverbial participles that report and have none: of the report before (قال الوزير ... مضيفا).

    That stands in the same sentence and agrees in gender, and has one actor. sure: probability of each event, by which
    the lent filler is less sure; None by rule.
    """
    actors: dict[int, list[Filled]] = {}
    for item in filled:
        if item.role == "actor":
            actors.setdefault(item.event, []).append(item)
    sentence = layout.sentence[events.token]
    lent = []
    for row in np.flatnonzero((events.type == STATEMENT) & (events.kind == _PARTICIPLE)).tolist():
        if row in actors or not _is_adverbial(layout, events, row):
            continue
        gender = _gender(layout, events, row)
        for before in range(row - 1, -1, -1):
            if sentence[before] != sentence[row]:
                break
            if events.type[before] not in REPORTING or _gender(layout, events, before) not in ("", gender):
                continue
            if len(actors.get(before, ())) == 1:
                item = actors[before][0]
                score = item.score if sure is None else item.score * float(sure[row])
                actors[row] = [replace(item, event=row, pair=-1, score=score)]
                lent += actors[row]
                break
    return lent


def _is_adverbial(layout: Layout, events: Proposals, row: int) -> bool:
    """Tell whether a participle says how somebody does something: in the accusative, or feminine behind a mark or و."""
    token = int(events.token[row])
    if not token or events.passive[row] or events.suffix[row] or layout.column("article")[token]:
        return False
    apart = bool(layout.column("mark")[token - 1] > 0 or layout.column("waw")[token] > 0)
    if layout.column("feminine")[token]:
        return apart
    return layout.norm(token).endswith(_ALEF) and (apart or not layout.norm(token - 1).endswith(_ALEF))


def _gender(layout: Layout, events: Proposals, row: int) -> str:
    """Give the gender of a third person singular or a participle, empty where the form tells none."""
    if events.kind[row] == _PARTICIPLE:
        return "f" if layout.column("feminine")[events.token[row]] else "m"
    return {_HE: "m", _SHE: "f"}.get(int(events.person[row]), "") if events.kind[row] == _VERB else ""


def _places_apart(events: Proposals, phrases: Phrases, pairs: Pairs, filled: Sequence[Filled]) -> set[Filled]:
    """Give the places that another place of the same event shows to be not its own.

    Where one stands behind the trigger, those before it are not (10 of 62 were right in 972 annotated leads), nor those
    behind a further trigger (none of 10): هاجموا مركزا في مدينة وقتلوا شرطيين في أخرى.
    """
    by_event: dict[int, list[Filled]] = {}
    for item in filled:
        if item.role == "place":
            by_event.setdefault(item.event, []).append(item)
    apart: set[Filled] = set()
    for event, places in by_event.items():
        token = int(events.token[event])
        behind = sorted((f for f in places if phrases.first[f.phrase] > token), key=lambda f: f.phrase)
        if behind:
            further = np.searchsorted(events.token, phrases.first[behind[0].phrase])
            stop = events.token[further] if further < len(events.token) else np.inf
            apart.update(f for f in places if f not in behind or phrases.first[f.phrase] > stop)
    return apart
