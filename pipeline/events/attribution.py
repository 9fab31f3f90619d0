"""To whom the text attributes an event: pairs of an event and a source, and the choice by rule.

A source is a reporting event, whose actor is then the speaker, or a phrase behind a word such as وفقا ل.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from pipeline.events.clauses import Layout
from pipeline.events.decide import Floats
from pipeline.events.features import CueArrays, Window, bucket, cross
from pipeline.events.phrases import Phrases
from pipeline.events.proposals import Proposals
from pipeline.events.syntax import prepositions
from pipeline.events.wordforms import MARKS, Flags, Ints, form_code, proclitic_code
from pipeline.resources import load_toml
from pipeline.schema import EVENT_TYPES

STATEMENT: Final = EVENT_TYPES.index("STATEMENT")


def _codes(table: str, key: str, lead: str = "") -> Ints:
    """Give the word codes of a list of resources/attribution, each word with a letter before it."""
    return np.array(
        [form_code(lead + word) for word in load_toml("attribution/sources.toml")[table][key]], dtype=np.int64
    )


# Types whose events have content that their actor says.
REPORTING: Final = tuple(
    EVENT_TYPES.index(t) for t in ("STATEMENT", "ACCUSATION", "DEMAND", "REJECTION", "THREAT")
)  # fmt: skip
BEHIND: Final = 2  # reporting events behind an event that may be its source
EARLIER: Final = 2  # reporting events of the sentences before


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources of a batch in the order of the text.

    token: place of the reporting event or of the cue. event: row of the reporting event, -1 for a cue. phrase: row of
    the phrase that is the source of a cue, -1 for an event.
    """

    token: Ints
    event: Ints
    phrase: Ints


@dataclass(frozen=True, slots=True)
class SourcePairs:
    """Pairs of an event (row of the proposals) and a source (row of the sources)."""

    event: Ints
    source: Ints


_CONTENT: Final = _codes("content", "words")
# A frequent word keeps its و in its code, where it is better known with it.
_QUOTING: Final = np.concatenate([_codes("quoting", "words", lead) for lead in ("", "و", "ف")])
_QUOTED: Final = _codes("quoting", "prepositions")
_LAM: Final = proclitic_code("ل")
_OPEN, _QUOTE, _COLON = (MARKS.index(mark) for mark in ("open", "quote", "colon"))
OPENING_REACH: Final = 8  # tokens from the beginning of a sentence to the colon behind who is quoted
QUOTING_REACH: Final = 8  # tokens between a verb that passes words on and the preposition before their source


def _quoted_sources(layout: Layout, phrases: Phrases) -> tuple[Ints, Ints]:
    """Give the preposition and the phrase of each source whose words somebody else passes on (نقلت عن)."""
    code = layout.column("code")
    verbs = np.flatnonzero(np.isin(code, _QUOTING) & (layout.name == 0))
    prepositions = np.flatnonzero(np.isin(code, _QUOTED))
    if not len(verbs) or not len(prepositions) or not len(phrases.first):
        return verbs[:0], verbs[:0]
    at = np.minimum(np.searchsorted(prepositions, verbs), len(prepositions) - 1)
    place = prepositions[at]
    phrase = np.minimum(np.searchsorted(phrases.first, place, side="right"), len(phrases.first) - 1)
    good = (place > verbs) & (place - verbs < QUOTING_REACH) & (layout.sentence[place] == layout.sentence[verbs])
    good &= (phrases.first[phrase] == place + 1) & (phrases.sentence[phrase] == layout.sentence[place])
    named = phrase + 1 < len(phrases.first)
    name = np.minimum(phrase + 1, len(phrases.first) - 1)
    phrase = np.where(named & (phrases.titled[phrase] == 1), name, phrase)
    return place[good], phrase[good]


def _holds_name(layout: Layout, phrases: Phrases, phrase: Ints, name: Ints) -> Flags:
    """Tell where a name ends a noun phrase that it tells the owner of (صحيفة "الوطن", بيان لوزارة الدفاع)."""
    last, first = phrases.last[phrase], phrases.first[name]
    mark = layout.column("mark")[np.minimum(last, len(layout.doc) - 1)]
    quoted = (first == last + 1) & np.isin(mark, (_OPEN, _QUOTE))
    owner = np.isin(layout.column("proclitic")[first], (0, _LAM)) & (layout.column("article")[last - 1] == 0)
    result: Flags = quoted | ((first == last) & owner)
    return result


def _announced_sources(layout: Layout, phrases: Phrases) -> tuple[Ints, Ints]:
    """Give the first token and the row of each phrase that opens a sentence and whose words follow a colon.

    Headlines are told so (موسكو: لن ننسحب). Before a phrase with a preposition it is the one that opens the sentence
    (الوزير لرؤساء البلديات: لا زيادة).
    """
    if not len(phrases.first):
        return phrases.first, phrases.first
    first = phrases.first
    opening = layout.sentence_first[phrases.sentence]
    behind = np.minimum(phrases.last, len(layout.doc) - 1)
    good = (layout.column("mark")[behind] == _COLON) & (layout.sentence[behind] == phrases.sentence)
    good &= (behind - opening < OPENING_REACH) & (layout.verbs[behind] == layout.verbs[opening])
    rows = np.flatnonzero(good)
    opener = np.searchsorted(first, opening[rows])
    opener += (phrases.titled[opener] == 1) & (opener < rows)
    rows = np.where((prepositions(layout, phrases)[rows] > 0) & (first[opener] - opening[rows] < 3), opener, rows)
    return first[rows], rows


def find_sources(layout: Layout, events: Proposals, phrases: Phrases, cues: CueArrays, kind: int) -> Sources:
    """Find the sources of a batch; `kind` is the number of the cues that introduce a source."""
    speaking = np.flatnonzero(np.isin(events.type, REPORTING))
    place, quoted = (
        np.concatenate(parts)
        for parts in zip(_quoted_sources(layout, phrases), _announced_sources(layout, phrases), strict=True)
    )
    last = cues.last[kind]
    phrase = np.searchsorted(phrases.first, last)
    good = phrase < len(phrases.first)
    phrase = np.minimum(phrase, max(len(phrases.first) - 1, 0))
    if len(phrases.first):
        good &= phrases.first[phrase] - last < cues.reach[kind]
        good &= layout.sentence[phrases.first[phrase]] == layout.sentence[cues.first[kind]]
        behind = np.minimum(phrase + 1, len(phrases.first) - 1)
        named = (phrases.label[behind] > 0) & (phrases.sentence[behind] == phrases.sentence[phrase])
        held = named & (phrases.label[phrase] == 0) & _holds_name(layout, phrases, phrase, behind)
        phrase = np.where((named & (phrases.titled[phrase] == 1)) | held, behind, phrase)
    token = np.concatenate([events.token[speaking], cues.first[kind][good], place])
    order = np.argsort(token, kind="stable")
    told = phrases.whole[np.append(phrase[good], quoted)]
    event = np.append(speaking, np.full(len(told), -1, dtype=np.int64))
    return Sources(token[order], event[order], np.append(np.full(len(speaking), -1, dtype=np.int64), told)[order])


def pair_sources(layout: Layout, events: Proposals, sources: Sources) -> SourcePairs:
    """Pair every event with the sources around it."""
    count = len(sources.token)
    sentence = layout.sentence[events.token]
    first, last = layout.sentence_first[sentence], layout.sentence_last[sentence]
    start = np.searchsorted(sources.token, first)
    at = np.searchsorted(sources.token, events.token)
    stop = np.searchsorted(sources.token, last)
    floor = np.searchsorted(sources.token, layout.base[events.doc])
    low = np.maximum(floor, start - EARLIER)
    high = np.minimum(stop, at + BEHIND + 1)
    sizes = np.maximum(high - low, 0)
    event = np.repeat(np.arange(len(sentence)), sizes)
    source = np.arange(len(event)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + np.repeat(low, sizes)
    if not count:
        return SourcePairs(event, source)
    keep = sources.event[source] != event
    return SourcePairs(event[keep], source[keep])


def content_opens(layout: Layout, token: Ints, place: Ints) -> Ints:
    """Tell where each token lies to the content of the report at `place`.

    0: no word or mark opens content; 1, 2: before, behind a word like أن; 3, 4: before, behind a colon or quotation
    mark; 5: the report stands behind the token; 6: in another sentence.
    """
    total = len(layout.doc)
    mark = layout.column("mark")
    found = []
    for opens in (np.isin(layout.column("code"), _CONTENT), (mark == 3) | (mark == 4) | (mark == 6)):
        places = np.append(np.flatnonzero(opens), total)
        nearest = places[np.minimum(np.searchsorted(places, place, side="right"), len(places) - 1)]
        inside = layout.sentence[np.minimum(nearest, total - 1)] == layout.sentence[place]
        found.append(np.where((nearest < total) & inside, nearest, total))
    word, sign = found
    result = np.select(
        [
            layout.sentence[token] != layout.sentence[place], token < place, (word == total) & (sign == total),
            (word <= sign) & (token < word), word <= sign, token < sign,
        ],
        [6, 5, 0, 1, 2, 3], 4,
    )  # fmt: skip
    return np.asarray(result, dtype=np.int64)


def source_features(layout: Layout, events: Proposals, sources: Sources, pairs: SourcePairs) -> list[Ints | Flags]:
    """Give the columns that describe each pair."""
    e, s = pairs.event, pairs.source
    token, place = events.token[e], sources.token[s]
    row = sources.event[s]
    cue = (row < 0).astype(np.int64)
    source_type = np.where(row >= 0, events.type[row], -1)
    source_entry = np.where(row >= 0, events.entry[row], -1)
    source_kind = np.where(row >= 0, events.kind[row], -1)
    code, cls, particle = layout.column("code"), layout.column("word_class"), layout.column("particle")
    side = (place > token).astype(np.int64)
    low, high = np.minimum(token, place), np.maximum(token, place)
    same = (layout.sentence[token] == layout.sentence[place]).astype(np.int64)
    apart = np.minimum(layout.sentence[token] - layout.sentence[place], 3)
    gap = bucket(np.abs(token - place))
    at = np.searchsorted(sources.token, token)
    rank = np.clip(s - at, -4, 3)
    clauses = np.minimum(layout.clause[high] - layout.clause[low], 5)
    subordinate = np.cumsum(particle == 2)
    joints = np.minimum(subordinate[high] - subordinate[low], 3)
    quote_t, quote_s = layout.quote[token], layout.quote[place]
    quoted = (quote_t > 0) * 4 + (quote_s > 0) * 2 + (quote_t == quote_s)
    window = Window(layout, place)
    near_words = [window.get(code, 1), window.get(code, 2), window.get(cls, 1)]
    that = np.zeros_like(e)
    for offset in (1, 2, 3, 4, 5, 6):
        that = np.where((that == 0) & (window.get(particle, offset) == 2), offset, that)
    opening = (place - layout.sentence_first[layout.sentence[place]] < 2).astype(np.int64)
    type_, kind = events.type[e], events.kind[e]
    opened = content_opens(layout, token, place)
    relative = np.cumsum(particle == 3)
    relatives = np.minimum(relative[high] - relative[low], 2)
    colon = np.cumsum(layout.column("mark") == 3)
    colons = np.minimum(colon[high] - colon[low], 2)
    position = bucket(token - layout.sentence_first[layout.sentence[token]])
    title = layout.title[token] * 2 + layout.title[place]
    own = (type_ == STATEMENT).astype(np.int64)
    waw = layout.column("waw")[token]
    start_of = (token - layout.sentence_first[layout.sentence[token]] < 2).astype(np.int64)
    return [
        np.zeros_like(e), opened, cross(opened, same, rank), cross(opened, own), cross(opened, kind), cross(opened,
        cue, side),
        cross(opened, source_type, relatives), cross(opened, type_), cross(opened, clauses), cross(opened, quoted),
        cross(relatives, side, same), cross(code[place], side, cue), cross(side, same, cue), cross(apart, quoted),
        cross(side, same, gap), cross(rank, same),
        cross(rank, same, source_type), cross(rank, side, own), cross(source_type, type_, side),
        cross(source_type, side, apart, quoted), source_entry, cross(source_entry, side), cross(source_kind, side,
        same),
        cross(source_kind, own, same), cross(clauses, side, same), cross(joints, side, same),
        cross(joints, side, own), cross(joints, clauses, rank), quoted, cross(quoted, side, same, rank),
        cross(quoted, own), type_, cross(type_, same, side), cross(type_, cue, side), kind, cross(kind, same, side),
        cross(title, same), cross(colons, side, same), cross(colons, quoted), cross(that, side),
        cross(that, rank, source_type == STATEMENT), cross(opening, same, side), cross(opening, rank, own),
        cross(position, same), cross(start_of, kind, own, same), cross(waw, start_of, same, own),
        cross(events.tense[e], source_kind, same), cross(layout.clause[token] == layout.clause[place], side, own),
        *near_words, cross(near_words[2], side), cross(gap, rank, own), events.entry[e], cross(source_entry, type_),
        cross(Window(layout, token).get(particle, -1), kind, side), cross(cls[token], own),
    ]  # fmt: skip


def rule_scores(layout: Layout, events: Proposals, sources: Sources, pairs: SourcePairs) -> Floats:
    """Give the likeliest source the highest score: a reporting verb that governs the event's clause, then a cue."""
    e, s = pairs.event, pairs.source
    token, place = events.token[e], sources.token[s]
    same = layout.sentence[token] == layout.sentence[place]
    row = sources.event[s]
    cue = row < 0
    statement = ~cue & (events.type[np.maximum(row, 0)] == STATEMENT)
    quoted = (layout.quote[token] > 0) & (layout.quote[place] == 0)
    own = events.type[e] == STATEMENT
    opened = content_opens(layout, token, place)
    before = same & (place < token) & statement & ~own & ((opened == 2) | (opened == 4))
    before |= same & (place < token) & quoted & ~cue
    other = ~cue & ~statement & ~own & same & (place < token)  # استبعد الناطق عقد لقاء
    clauses, verbs = (numbers[token] - numbers[place] for numbers in (layout.clause, layout.verbs))
    before |= other & (clauses <= 1) & (verbs <= 1)
    near = 1 / (1 + np.abs(token - place) / 100)
    return np.where(before, near, np.where(same & cue, 0.9 * near, 0)).astype(np.float32)
