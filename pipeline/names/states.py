"""What the language model of the compact recogniser makes of words: a vector, and a state from either side of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from pipeline.document import Document
from pipeline.errors import ModelError
from pipeline.names.words import model_form, subword_rows

if TYPE_CHECKING:
    import onnxruntime

BATCH_WORDS: Final = 2048
LONGEST: Final = 200  # words seen at once; longer sentences are read in overlapping windows
OVERLAP: Final = 40
ZERO: Final = 128  # the byte that stands for 0 in what networks read and give
STEPS: Final = 127  # bytes on either side of it
_KEPT_WORDS: Final = 150_000

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Window:
    """Words that are read at once: number of the sentence, its first word in the window, words, and the first to use.

    Of two windows over the same words, each gives the half of the overlap that it sees from inside.
    """

    sentence: int
    first: int
    size: int

    @property
    def skip(self) -> int:
        """Give the number of words at its beginning that the window before gives."""
        return OVERLAP // 2 if self.first else 0


def windows(lengths: Sequence[int]) -> list[Window]:
    """Give the windows over sentences of these lengths."""
    return [
        Window(number, first, min(LONGEST, length - first))
        for number, length in enumerate(lengths)
        for first in (range(0, length - OVERLAP, LONGEST - OVERLAP) if length > LONGEST else (0,) if length else ())
    ]


def by_length(sizes: Sequence[int], most: int) -> Iterator[list[int]]:
    """Give the numbers of sequences of like length, as many together as fill `most` places, padding included."""
    order = sorted(range(len(sizes)), key=lambda i: sizes[i])
    at = 0
    while at < len(order):
        stop = at + 1
        while stop < len(order) and (stop + 1 - at) * sizes[order[stop]] <= most:
            stop += 1
        yield order[at:stop]
        at = stop


def keep(found: Sequence[Bytes], batch: Sequence[Window], vectors: Bytes, states: Bytes) -> None:
    """Put the vectors and states of a batch of windows (see `WordStates.read`) where their sentences keep them."""
    for column, w in enumerate(batch):
        room = found[w.sentence][w.first + w.skip : w.first + w.size]
        room[:, : vectors.shape[2]] = vectors[w.skip : w.size, column]
        room[:, vectors.shape[2] :] = states[w.skip : w.size, column]


def as_bytes(values: Floats, step: float) -> Bytes:
    """Round values to bytes; step: what a byte stands for."""
    rounded: Bytes = np.clip(np.rint(values / step) + ZERO, 0, ZERO + STEPS).astype(np.uint8)
    return rounded


def open_session(path: Path, *inputs: str) -> "onnxruntime.InferenceSession":
    """Open a network for one thread of work.

    Raises OSError or ValueError where the file holds none, or one with other inputs than these.
    """
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Without it sums of bytes overflow on processors that lack the instructions for them, and answers differ.
    options.add_session_config_entry("session.x64quantprecision", "1")
    network = path.read_bytes()
    try:
        session = ort.InferenceSession(network, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the errors of ONNX Runtime have no class in common
        raise ValueError(f"{path.name}: {error}") from error
    given = sorted(node.name for node in session.get_inputs())
    if given != sorted(inputs):
        raise ValueError(f"{path.name} reads {', '.join(given)}, as other versions of Rasd write it; train it anew")
    return session


class WordStates:
    """Reads sentences by the shipped language model.

    folder: `table.npz` (int8 rows of sub-words and of frequent words, with a scale each, and the limit to which the
    vectors are clipped), `words.txt` (those words, in the order of their rows), `encoder.onnx` (vectors and lengths in;
    states out). Vectors and states are bytes: ZERO stands for 0, STEPS above it for the limit, or for 1 of a state.
    Raises ModelError for a folder that holds no such model.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            with np.load(folder / "table.npz") as arrays:
                self.rows, self.scales = arrays["rows"], arrays["scales"]
                self.own, self.own_scales = arrays["own"], arrays["own_scales"]
                self.step = arrays["limit"] / np.float32(STEPS)
            listed = (folder / "words.txt").read_text(encoding="utf-8").split("\n")
            self.session = open_session(folder / "encoder.onnx", "vectors", "lengths")
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise ModelError(f"{folder} holds no usable compact model: {error}; reinstall rasd or train it") from error
        self.listed = {form: row for row, form in enumerate(listed)}
        self.known: dict[str, int] = {}  # row of `vectors` of each word as it is written
        self.forms: dict[str, int] = {}  # likewise of each folded word
        self.vectors = np.empty((1024, self.rows.shape[1]), dtype=np.uint8)
        self.width = self.rows.shape[1] + self.session.get_outputs()[0].shape[2]

    def read(self, sentences: Sequence[Sequence[str]]) -> Iterator[tuple[list[Window], Bytes, Bytes, Ints]]:
        """Give windows over the sentences in batches of B, with their vectors, states and lengths.

        vectors: [T, B, D]. states: [T, B, width - D], from the left and from the right. lengths: [B].
        """
        parts = windows([len(s) for s in sentences])
        for chosen in by_length([w.size for w in parts], BATCH_WORDS):
            batch = [parts[i] for i in chosen]
            if len(self.known) > _KEPT_WORDS:
                self.known.clear()
                self.forms.clear()
            lengths = np.array([w.size for w in batch], dtype=np.int64)
            numbers = np.zeros((lengths.max(), len(batch)), dtype=np.int64)
            for column, w in enumerate(batch):
                words = sentences[w.sentence][w.first : w.first + w.size]
                for word in words:
                    if word not in self.known:
                        self.known[word] = self.number(word)
                numbers[: w.size, column] = [self.known[word] for word in words]
            vectors = self.vectors[numbers]
            (states,) = self.session.run(None, {"vectors": vectors, "lengths": lengths})
            yield batch, vectors, states, lengths

    def all(self, sentences: Sequence[Sequence[str]]) -> list[Bytes]:
        """Give the states of every sentence, [T, width] each."""
        found = self.empty([len(s) for s in sentences])
        for batch, vectors, states, _ in self.read(sentences):
            keep(found, batch, vectors, states)
        return found

    def of(self, doc: Document) -> Bytes:
        """Give the states of every token of a document."""
        blocks = self.all([[token.text for token in doc.tokens[s.first : s.last]] for s in doc.sentences])
        return self.joined(doc, blocks)

    def joined(self, doc: Document, blocks: Sequence[Bytes]) -> Bytes:
        """Put the states of the sentences of a document together; tokens outside have states of 0."""
        joined = np.full((len(doc.tokens), self.width), ZERO, dtype=np.uint8)
        for sentence, block in zip(doc.sentences, blocks, strict=True):
            joined[sentence.first : sentence.last] = block
        return joined

    def empty(self, lengths: Sequence[int]) -> list[Bytes]:
        """Give room for the states of sentences of these lengths."""
        return [np.empty((length, self.width), dtype=np.uint8) for length in lengths]

    def number(self, surface: str) -> int:
        """Give the row of `vectors` that holds a word, made when the word is first seen."""
        form = model_form(surface)
        number = self.forms.get(form)
        if number is None:
            number = self.forms[form] = len(self.forms)
            if number >= len(self.vectors):
                self.vectors = np.concatenate([self.vectors, np.empty_like(self.vectors)])
            rows = subword_rows(form, len(self.rows))
            vector = self.scales[rows] @ self.rows[rows] / len(rows)
            listed = self.listed.get(form)
            if listed is not None:
                vector += self.own[listed] * self.own_scales[listed]
            self.vectors[number] = as_bytes(vector, self.step)
        return number
