"""What the readers of events are asked, and what they are told: as numbers, a row per word or per question."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pipeline.events import attribution, status
from pipeline.events.clauses import Layout
from pipeline.events.dating import DIRECTIONS, TimePairs, TimePlaces
from pipeline.events.features import bucket, pick
from pipeline.events.merge import SamePairs
from pipeline.events.phrases import Phrases
from pipeline.events.proposals import KINDS, PREPOSITIONS, ROLE_CODES, TENSES, Proposals
from pipeline.events.roles import PLACES, Pairs
from pipeline.events.syntax import agency, governing_verbs, head_tokens, subject_verbs
from pipeline.events.wordforms import ENDINGS, MARKS, PARTICLES, POS, Ints
from pipeline.schema import EVENT_TYPES, LABELS, STATUSES

UNIT: Final = 200  # tokens after which the next sentence begins a new sequence
LONGEST: Final = 400  # tokens of a sequence at most
_ENTRIES: Final = 4096  # rows that lexicon entries share
_FORMS: Final = 2 * len(KINDS) * len(TENSES)

Column = tuple[Ints, int]  # values, and how many there can be: those beyond count as the first or the last


@dataclass(frozen=True, slots=True)
class Rows:
    """Columns of integers as rows of one table, in which the columns follow each other.

    numbers: [items, columns] row of the table for every value. count: rows of the table.
    """

    numbers: Ints
    count: int


@dataclass(frozen=True, slots=True)
class Question:
    """What a head of the reader is asked, one item per answer.

    first: token of the trigger. second: token of the phrase, or of the earlier trigger; None where one trigger alone is
    asked about. rows: what is known of them. within: the first and the last token of the document, between which
    the head looks around the trigger; None where it does not.
    """

    first: Ints
    second: Ints | None
    rows: Rows
    within: tuple[Ints, Ints] | None = None


def as_rows(columns: Sequence[Column]) -> Rows:
    """Lay columns out as rows of one table."""
    starts = np.cumsum([0, *(size for _, size in columns)])
    numbers = [start + np.clip(values, 0, size - 1) for start, (values, size) in zip(starts, columns, strict=False)]
    return Rows(np.stack(numbers, axis=1), int(starts[-1]))


def describe_tokens(layout: Layout, proposals: Proposals) -> Rows:
    """Give what is known of every token: as a word, and as the strongest candidate on it."""
    total = len(layout.doc)
    col = layout.column
    begins = (layout.name > 0).astype(np.int64)
    begins[1:] &= layout.name_number[1:] != layout.name_number[:-1]
    opens = np.zeros(total, dtype=np.int64)
    opens[layout.sentence_first] = 1
    order = np.argsort(proposals.strength, kind="stable")
    candidate, form = np.zeros(total, dtype=np.int64), np.zeros(total, dtype=np.int64)
    candidate[proposals.token[order]] = 1 + proposals.type[order]
    form[proposals.token[order]] = 1 + _form(proposals)[order]
    return as_rows([
        (layout.name * 2 + begins, 2 * len(LABELS) + 2), ((layout.time >= 0) + 2 * opens, 4), (col("word_class"), 512),
        (col("particle"), len(PARTICLES)), (col("preposition"), PREPOSITIONS), (col("pos"), len(POS)),
        (col("mark"), len(MARKS)), (col("article") + 2 * (col("suffix") > 0) + 4 * col("waw"), 8),
        (col("proclitic"), 8), (col("tense"), 4), ((layout.quote > 0) + 2 * layout.title, 4),
        (candidate, 1 + len(EVENT_TYPES)), (form, 1 + _FORMS),
        (col("agent") * 8 + col("patient"), 64),
    ])  # fmt: skip


def _form(proposals: Proposals) -> Ints:
    """Give a number for part of speech, tense and voice of each candidate, below _FORMS."""
    return (proposals.kind * len(TENSES) + proposals.tense) * 2 + proposals.passive


def _between(layout: Layout, events: Proposals, one: Ints, two: Ints) -> list[Column]:
    """Give what lies between two tokens: how far they are, and the clauses and events between them."""
    low, high = np.minimum(one, two), np.maximum(one, two)
    others = np.searchsorted(events.token, high) - np.searchsorted(events.token, low, side="right")
    return [
        (bucket(high - low) * 2 + (two > one), 20), (layout.clause[high] - layout.clause[low], 6),
        (others, 5), (layout.sentence[high] - layout.sentence[low], 4),
    ]  # fmt: skip


def ask_mentions(layout: Layout, proposals: Proposals) -> Question:
    """Ask whether each candidate reports an event of its type."""
    p = proposals
    return Question(p.token, None, as_rows([
        (p.type, len(EVENT_TYPES)), (_form(p), _FORMS), (p.strength // 10, 11), (p.rivals, 4), (p.faint, 2),
        (p.entry % _ENTRIES, _ENTRIES), (layout.title[p.token], 2),
    ]))  # fmt: skip


def ask_roles(layout: Layout, events: Proposals, phrases: Phrases, pairs: Pairs) -> Question:
    """Ask what each phrase is to each event."""
    e, f = pairs.event, pairs.phrase
    token, start, head = events.token[e], phrases.first[pairs.head], head_tokens(layout, phrases)[f]
    ending = np.where(layout.name > 0, 0, layout.column("ending"))
    own, upper = governing_verbs(layout, events)
    agent = agency(subject_verbs(layout, phrases)[f], own[e], upper[e], token)
    columns = [
        (pairs.place, len(PLACES)), (pairs.preposition, PREPOSITIONS), (pairs.frame_role, len(ROLE_CODES) + 1),
        *_between(layout, events, token, start), (agent, 6), (phrases.label[f] * 2 + phrases.titled[f], 8),
        (events.type[e], len(EVENT_TYPES)), (events.kind[e] * 2 + events.passive[e], 2 * len(KINDS)),
        ((events.suffix[e] > 0) * 1, 2), ((f != pairs.head) * 1, 2), (ending[head], len(ENDINGS)),
        (ending[phrases.last[f] - 1], len(ENDINGS)),
    ]  # fmt: skip
    return Question(token, head, as_rows(columns))


def ask_times(layout: Layout, events: Proposals, times: TimePlaces, pairs: TimePairs) -> Question:
    """Ask whether each expression dates each event."""
    e, t = pairs.event, pairs.time
    token, first = events.token[e], times.first[t]
    return Question(token, first, as_rows([
        *_between(layout, events, token, first), (events.type[e], len(EVENT_TYPES)), (events.kind[e], len(KINDS)),
        (times.direction[t], len(DIRECTIONS)),
    ]))  # fmt: skip


def ask_sources(
    layout: Layout, events: Proposals, sources: attribution.Sources, pairs: attribution.SourcePairs
) -> Question:
    """Ask whether each source reports each event."""
    e, s = pairs.event, pairs.source
    token, place, row = events.token[e], sources.token[s], sources.event[s]
    inside, outside = layout.quote[token], layout.quote[place]
    quoted = (inside > 0) * 4 + (outside > 0) * 2 + (inside == outside)
    source = np.where(row >= 0, events.type[np.maximum(row, 0)] + 1, 0)
    return Question(token, place, as_rows([
        *_between(layout, events, token, place), (attribution.content_opens(layout, token, place), 7), (quoted, 8),
        (source, len(EVENT_TYPES) + 1), (events.type[e], len(EVENT_TYPES)), (events.kind[e], len(KINDS)),
    ]))  # fmt: skip


def ask_status(layout: Layout, events: Proposals, places: Ints, ahead: Ints) -> Question:
    """Ask whether each event happened; arguments as of `status.status_features`."""
    token = events.token
    near = np.where(places >= 0, 1 + 2 * bucket(np.abs(token - places)) + (places > token), 0)
    return Question(token, None, as_rows([
        (events.type, len(EVENT_TYPES)), (_form(events), _FORMS), (ahead, len(DIRECTIONS)),
        (status.rule_scores(events, places).argmax(axis=1), len(STATUSES)), (status.first_tense(layout, token), 4),
        (pick(layout.column("tense"), events.light, 0), 4), *((row, 21) for row in near[1:]),
    ]), (layout.base[events.doc], layout.base[events.doc + 1] - 1))  # fmt: skip


def ask_same(layout: Layout, events: Proposals, pairs: SamePairs) -> Question:
    """Ask whether the two mentions of each pair tell the same happening."""
    a, b = pairs.later, pairs.earlier
    one, two = events.token[a], events.token[b]
    article, suffix, code = layout.column("article"), layout.column("suffix"), layout.column("code")
    alike = (code[one] == code[two]) * 2 + (events.entry[a] == events.entry[b])
    return Question(one, two, as_rows([
        *_between(layout, events, one, two), (events.type[a], len(EVENT_TYPES)), (_form(events)[a], _FORMS),
        (_form(events)[b], _FORMS), (alike, 4), (article[one] * 2 + (suffix[one] > 0), 4),
        (article[two] * 2 + (suffix[two] > 0), 4), (layout.title[one] * 2 + layout.title[two], 4),
        ((layout.quote[one] > 0) * 2 + (layout.quote[two] > 0), 4),
    ]))  # fmt: skip


def units(layout: Layout) -> list[tuple[int, int]]:
    """Cut documents into the sequences that are read: whole sentences where they are not endless."""
    found = []
    for first, last in zip(layout.base[:-1].tolist(), layout.base[1:].tolist(), strict=True):
        low, high = np.searchsorted(layout.sentence_first, [first, last])
        begin = first
        for start in [*layout.sentence_first[low:high].tolist(), last]:
            if start - begin >= UNIT or start == last:
                found += [(at, min(at + LONGEST, start)) for at in range(begin, start, LONGEST)]
                begin = start
    return found
