"""Readers of sentences beside the nets over features: networks over the states of the language model.

A reader reads every document once, told what earlier steps know of each word (names, dates, particles, candidates), and
answers for candidates: does this report an event, did it happen; and for pairs of words: does this phrase fill a role
of that trigger, does this expression date it, is this its source, do these two tell the same happening. One is a
bidirectional LSTM, the deep one a transformer. Their outputs are added to those of the nets (`decide`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ResourceError
from pipeline.events.clauses import Layout
from pipeline.events.decide import Floats, product
from pipeline.events.proposals import Proposals
from pipeline.events.questions import Question, Rows, describe_tokens, units
from pipeline.events.wordforms import Ints
from pipeline.names.states import Bytes, WordStates, by_length, open_session

BATCH: Final = 8192  # tokens, padding included, that the LSTM reads at once
_DEEP_BATCH: Final = 2048  # likewise the transformer
_STEP: Final = 16  # lengths of the sequences of the transformer are multiples of it
_CHUNK: Final = 4096  # questions per pass
_FEW: Final = 512  # of those that look around
AROUND: Final = np.arange(-40, 17)  # places at which a head may look: what governs a word stands mostly before it


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
    in `deep.onnx` and `deep.npz`. width: of the states that it gives.
    """

    def __init__(self, folder: Path, language_model: Path, name: str = "reader") -> None:
        self.language_model = language_model
        self.name = name
        try:
            self.session = open_session(folder / f"{name}.onnx", "states", "marks", "lengths")
            with np.load(folder / f"{name}.npz") as arrays:
                weights = {key: arrays[key].astype(np.float32) for key in arrays}
            self.marks = weights["marks"]
            tasks = {key.partition(".")[0] for key in weights if "." in key}
            self.heads = {task: _head(weights, f"{task}.") for task in tasks}
            read = next(node.shape[2] for node in self.session.get_inputs() if node.name == "marks")
            self.width: int = self.session.get_outputs()[0].shape[2]
            if read != self.marks.shape[1] or any(len(head.first) != self.width for head in self.heads.values()):
                raise ValueError("they are of different networks")
        except (OSError, KeyError, TypeError, ValueError) as error:
            less = "learned" if name == "deep" else "light"
            raise ResourceError(
                f"{name}.onnx and {name}.npz in {folder} cannot be read: {error}; reinstall rasd, retrain by "
                f"pipeline.training.events, or set events.model to {less!r}"
            ) from error

    @cached_property
    def words(self) -> WordStates:
        """Open the language model."""
        return WordStates(self.language_model)

    def states(self, layout: Layout) -> Bytes:
        """Give the states of the language model for every token of a batch, [tokens, width]."""
        return np.concatenate([doc.states if doc.states is not None else self.words.of(doc) for doc in layout.docs])

    def hear(self, states: Bytes, rows: Rows, ranges: Sequence[tuple[int, int]]) -> Floats:
        """Give what the reader makes of every token, [tokens, D].

        states, rows: of the tokens, as `states` and `describe_tokens` give them. ranges: as of `units`.
        """
        _fit(rows, self.marks)
        marks, mark = self._summed(rows)
        heard = np.zeros((len(states), self.width), dtype=np.float32)
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

        The transformer sums over whole sequences, padding included, which may change the last digit: it reads each at a
        length that the others in the batch do not change. LONGEST is a multiple of _STEP.
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


def listen(readers: Sequence[Reader], layout: Layout, proposals: Proposals) -> tuple[Floats, ...]:
    """Give what each reader makes of every token of a batch, [tokens, D]."""
    if not readers:
        return ()
    states, rows, ranges = readers[0].states(layout), describe_tokens(layout, proposals), units(layout)
    return tuple(reader.hear(states, rows, ranges) for reader in readers)
