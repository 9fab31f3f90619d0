"""A reader of sentences beside the nets over features: a bidirectional LSTM over the states of the language model.

It reads every document once, told what earlier steps know of each word (names, dates, particles, candidates), and
answers for candidates: does this report an event, did it happen; and for pairs of words: does this phrase fill a role
of that trigger, does this expression date it, is this its source, do these two tell the same happening. Its outputs
are added to those of the nets (`decide`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ResourceError
from pipeline.events import attribution, status
from pipeline.events.clauses import Layout
from pipeline.events.dating import DIRECTIONS, TimePairs, TimePlaces
from pipeline.events.decide import Floats, product
from pipeline.events.features import bucket, pick
from pipeline.events.merge import SamePairs
from pipeline.events.phrases import Phrases
from pipeline.events.proposals import KINDS, PREPOSITIONS, ROLE_CODES, TENSES, Proposals
from pipeline.events.roles import PLACES, Pairs, head_tokens
from pipeline.events.syntax import governing_verbs, subject_verbs
from pipeline.events.wordforms import ENDINGS, MARKS, PARTICLES, POS, Ints
from pipeline.names.states import WordStates, by_length, open_session
from pipeline.schema import EVENT_TYPES, LABELS, STATUSES

UNIT: Final = 200  # tokens after which the next sentence begins a new sequence
LONGEST: Final = 400  # tokens of a sequence at most
BATCH: Final = 8192  # tokens, padding included, that the LSTM reads at once
_DEEP_BATCH: Final = 2048  # likewise the transformer
_STEP: Final = 16  # lengths of the sequences of the transformer are multiples of it
_CHUNK: Final = 4096  # questions per pass
_FEW: Final = 512  # of those that look around
AROUND: Final = np.arange(-40, 17)  # places at which a head may look: what governs a word stands mostly before it
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
    verb = subject_verbs(layout, phrases)[f]
    own, upper = governing_verbs(layout, events)
    agent = np.select([verb < 0, verb == own[e], verb == upper[e], verb > token, verb > own[e]], [0, 1, 2, 3, 4], 5)
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


@dataclass(frozen=True, slots=True)
class PairWeights:
    """What the second token of a question adds to a head.

    second: [D, H] what its state adds. between: [D, H] likewise of the states between the two tokens. one, two: [D, K]
    whose products tell how the two fit. fit: [K, H].
    """

    second: Floats
    between: Floats
    one: Floats
    two: Floats
    fit: Floats


@dataclass(frozen=True, slots=True)
class AroundWeights:
    """How a head looks around the first token: what states of its neighbours add, weighted by how well they fit.

    query, key: [D, K] whose product is the fit. near: [len(AROUND)] what the place of a neighbour adds to it.
    value: [D, H] what the state adds.
    """

    query: Floats
    key: Floats
    near: Floats
    value: Floats

    def look(self, heard: Floats, tokens: Ints, within: tuple[Ints, Ints]) -> Floats:
        """Give what the neighbours of each token add, [tokens, H]; within: as of `Question`."""
        keys, values = product(heard, self.key), product(heard, self.value)
        query = _gathered(heard, tokens, self.query)
        found = np.empty((len(tokens), values.shape[1]), dtype=np.float32)
        for at in range(0, len(tokens), _FEW):
            part = slice(at, at + _FEW)
            place = tokens[part, None] + AROUND
            inside = (place >= within[0][part, None]) & (place <= within[1][part, None])
            place = np.clip(place, 0, len(heard) - 1)
            fit = np.where(inside, (query[part, None] * keys[place]).sum(axis=2) + self.near, -np.inf)
            fit = np.exp(fit - fit.max(axis=1, keepdims=True))
            share = fit / fit.sum(axis=1, keepdims=True)
            found[part] = (share[:, :, None] * values[place]).sum(axis=1)
        return found


@dataclass(frozen=True, slots=True)
class Head:
    """A small network over the states of one token, or of two.

    first: [D, H] what the state of the first token adds. table: [rows, H] of the columns. deep: [H, H], out: [H,
    outputs]; bias, deep_bias, out_bias beside. pair: None where a question is about one token. around: None where the
    head does not look around.
    """

    first: Floats
    table: Floats
    bias: Floats
    deep: Floats
    deep_bias: Floats
    out: Floats
    out_bias: Floats
    pair: PairWeights | None
    around: AroundWeights | None

    def answer(self, heard: Floats, question: Question) -> Floats:
        """Give [questions, outputs] from the states [tokens, D] of a batch."""
        _fit(question.rows, self.table)
        if (self.around is None) != (question.within is None) or (self.around and len(self.around.near) != len(AROUND)):
            raise ResourceError(
                "the reader of events looks around words otherwise than this version of Rasd; train it anew by "
                "pipeline.training.events, or set events.model to 'light'"
            )
        result = np.empty((len(question.first), len(self.out_bias)), dtype=np.float32)
        whole = _running(product(heard, self.pair.between)) if self.pair else None
        seen = self.around.look(heard, question.first, question.within) if self.around and question.within else None
        for at in range(0, len(result), _CHUNK):
            part = slice(at, at + _CHUNK)
            first = question.first[part]
            layer = self.bias + _gathered(heard, first, self.first)
            for rows in question.rows.numbers[part].T:
                layer += self.table[rows]
            if seen is not None:
                layer += seen[part]
            if self.pair and whole is not None and question.second is not None:
                second = question.second[part]
                layer += _gathered(heard, second, self.pair.second) + _mean_between(whole, first, second)
                fits = _gathered(heard, first, self.pair.one) * _gathered(heard, second, self.pair.two)
                layer += product(fits, self.pair.fit)
            layer = np.maximum(product(np.maximum(layer, 0), self.deep) + self.deep_bias, 0)
            result[part] = product(layer, self.out) + self.out_bias
        return result


def _fit(rows: Rows, table: Floats) -> None:
    """Raise ResourceError where a table was trained with other columns, as with other event types."""
    if rows.count != len(table):
        raise ResourceError(
            f"the reader of events was trained on other event types or attributes of words ({len(table)} rows of "
            f"weights, {rows.count} now); train it anew by pipeline.training.events, or set events.model to 'light'"
        )


def _gathered(heard: Floats, tokens: Ints, weight: Floats) -> Floats:
    """Give what a weight makes of the states of some tokens, each of which is looked at once."""
    distinct, place = np.unique(tokens, return_inverse=True)
    result: Floats = product(heard[distinct], weight)[place]
    return result


def _running(values: Floats) -> NDArray[np.float64]:
    """Give running sums with a row of zeros before them."""
    whole = np.zeros((len(values) + 1, values.shape[1]))
    whole[1:] = values
    np.add.accumulate(whole, axis=0, out=whole)
    return whole


def _mean_between(whole: NDArray[np.float64], one: Ints, two: Ints) -> Floats:
    """Give the sum of the values between two tokens, divided by the root of their number; 0 where none is."""
    low, high = np.minimum(one, two) + 1, np.maximum(one, two)
    count = np.maximum(high - low, 1)[:, None]
    mean: Floats = ((whole[np.maximum(high, low)] - whole[low]) / np.sqrt(count)).astype(np.float32)
    return mean


def _head(weights: dict[str, Floats], prefix: str) -> Head:
    """Build a head from the weights whose names begin with a prefix."""
    own = {name.removeprefix(prefix): value for name, value in weights.items() if name.startswith(prefix)}
    pair, around = (
        {field.name: own.pop(field.name) for field in fields(part) if field.name in own}
        for part in (PairWeights, AroundWeights)
    )
    return Head(**own, pair=PairWeights(**pair) if pair else None, around=AroundWeights(**around) if around else None)


class Reader:
    """A reader as it is shipped. Raises ResourceError for a folder that holds none.

    folder: `reader.onnx` (the LSTM: states, marks and lengths in; what it heard out) and `reader.npz` (all other
    weights, named as in the network that `training.reader` fits). language_model: folder of the compact recogniser
    whose states it reads; opened when a document comes without states. name: `reader`, or `deep` for the transformer
    in `deep.onnx` and `deep.npz`.
    """

    def __init__(self, folder: Path, language_model: Path, name: str = "reader") -> None:
        self.language_model = language_model
        self.name = name
        try:
            self.session = open_session(folder / f"{name}.onnx", "states", "marks", "lengths")
            with np.load(folder / f"{name}.npz") as arrays:
                weights = {name: arrays[name].astype(np.float32) for name in arrays}
            self.marks = weights["marks"]
            tasks = {name.partition(".")[0] for name in weights if "." in name}
            self.heads = {task: _head(weights, f"{task}.") for task in tasks}
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise ResourceError(
                f"{name}.onnx and {name}.npz in {folder} cannot be read: {error}; reinstall rasd, retrain by "
                f"pipeline.training.events, or set events.model to 'light'"
            ) from error

    @cached_property
    def words(self) -> WordStates:
        """Open the language model."""
        return WordStates(self.language_model)

    def listen(self, layout: Layout, proposals: Proposals) -> Floats:
        """Give the state of every token of a batch, [tokens, D]."""
        states = np.concatenate([doc.states if doc.states is not None else self.words.of(doc) for doc in layout.docs])
        rows = describe_tokens(layout, proposals)
        _fit(rows, self.marks)
        marks, mark = self._summed(rows)
        heard = np.zeros((len(states), len(next(iter(self.heads.values())).first)), dtype=np.float32)
        ranges = units(layout)
        sizes = [stop - start for start, stop in ranges]
        for length, chosen in self._batches(sizes):
            lengths = np.array([sizes[i] for i in chosen], dtype=np.int64)
            token = np.zeros((length, len(chosen)), dtype=np.int64)  # what stands in the padding is not used
            for column, i in enumerate(chosen):
                token[: sizes[i], column] = np.arange(*ranges[i])
            inputs = {"states": states[token], "marks": marks[mark[token]], "lengths": lengths}
            (found,) = self.session.run(None, inputs)
            for column, i in enumerate(chosen):
                heard[slice(*ranges[i])] = found[: sizes[i], column]
        return heard

    def _batches(self, sizes: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
        """Give the numbers of sequences that are read at once, and the length they are read at.

        The transformer sums over whole sequences, in an order that depends on their length: it reads each at one that
        the others in the batch do not change.
        """
        if self.name == "reader":
            yield from ((max(sizes[i] for i in chosen), chosen) for chosen in by_length(sizes, BATCH))
            return
        padded = -(-np.array(sizes, dtype=np.int64) // _STEP) * _STEP
        for length in np.unique(padded).tolist():
            numbers = np.flatnonzero(padded == length).tolist()
            most = max(1, _DEEP_BATCH // length)
            yield from ((length, numbers[at : at + most]) for at in range(0, len(numbers), most))

    def _summed(self, rows: Rows) -> tuple[Floats, Ints]:
        """Give the sums of the rows of marks, each combination once, and the number of that of each token."""
        key = np.zeros(len(rows.numbers), dtype=np.int64)
        for half in np.array_split(rows.numbers, 2, axis=1):  # the numbers of all columns at once would not fit a key
            low = half.min(axis=0)
            _, number = np.unique(np.ravel_multi_index((half - low).T, half.max(axis=0) - low + 1), return_inverse=True)
            key = key * (number.max() + 1) + number
        _, first, number = np.unique(key, return_index=True, return_inverse=True)
        total = np.zeros((len(first), self.marks.shape[1]), dtype=np.float32)
        for column in rows.numbers[first].T:
            total += self.marks[column]
        return total, number
