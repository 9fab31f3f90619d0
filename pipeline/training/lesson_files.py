"""Compact files of what a reader learns from, for machines that have little else of the project."""

import hashlib
import io
import lzma
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pipeline.document import Document
from pipeline.events.questions import Question, Rows
from pipeline.names.words import model_form
from pipeline.training.encoder import SPECIAL
from pipeline.training.reader import Labels, Lesson

_FILE: Final = "lesson.xz"
_FORMS: Final = "forms.txt"


@dataclass(frozen=True, slots=True)
class Words:
    """The words that a lesson is about, by which its states are made.

    forms: by number. numbers: [tokens]. first: [tokens] whether a word begins a sentence, or stands in none.
    """

    forms: list[str]
    numbers: NDArray[np.int32]
    first: NDArray[np.bool_]


def words_of(docs: Sequence[Document]) -> Words:
    """Give the words of documents."""
    known = {form: n for n, form in enumerate(SPECIAL)}
    numbers, first = [], []
    for doc in docs:
        numbers += [known.setdefault(model_form(token.text), len(known)) for token in doc.tokens]
        begins = np.ones(len(doc.tokens), dtype=np.bool_)
        for sentence in doc.sentences:
            begins[sentence.first + 1 : sentence.last] = False
        first.append(begins)
    return Words(list(known), np.array(numbers, dtype=np.int32), np.concatenate(first))


def digest_of(docs: Sequence[Document]) -> str:
    """Give a digest of the words of documents, by which leads held out are known again."""
    return _digest(model_form(token.text) for doc in docs for token in doc.tokens)


def held_digests(lesson: Lesson, words: Words, held: Mapping[str, Labels]) -> dict[str, str]:
    """Give the digest of each set of documents held out, as `digest_of` gives it of the documents."""
    ranges = list(zip(lesson.unit_doc.tolist(), lesson.units, strict=True))
    return {
        name: _digest(words.forms[n] for doc, unit in ranges if doc in kept for n in words.numbers[slice(*unit)])
        for name, kept in ((name, set(docs.tolist())) for name, docs in held.items())
    }


def _digest(forms: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(forms).encode()).hexdigest()


def write_lesson(lesson: Lesson, words: Words, held: Mapping[str, Labels], folder: Path) -> None:
    """Write a lesson without its states; held: numbers of documents that are not to be learned from, by name."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, NDArray[Any]] = {
        "numbers": words.numbers, "first": words.first, "units": np.array(lesson.units), "unit_doc": lesson.unit_doc,
        "marks": lesson.marks.numbers.T, "marks_count": np.array(lesson.marks.count),
    }  # fmt: skip
    for name, question in lesson.questions.items():
        arrays |= {f"{name}.within{n}": tokens for n, tokens in enumerate(question.within or ())}
        if question.second is not None:
            arrays[f"{name}.second"] = question.second
        parts = {"first": question.first, "rows": question.rows.numbers.T, "count": np.array(question.rows.count),
                 "labels": lesson.labels[name], "docs": lesson.docs[name],
                 "outputs": np.array(lesson.outputs[name])}  # fmt: skip
        arrays |= {f"{name}.{part}": array for part, array in parts.items()}
    arrays |= {f"held.{name}": docs for name, docs in held.items()}
    room = io.BytesIO()
    np.savez(room, **{name: _least(array) for name, array in arrays.items()})  # type: ignore[arg-type]
    (folder / _FILE).write_bytes(lzma.compress(room.getvalue(), preset=3))
    (folder / _FORMS).write_text("\n".join(words.forms), encoding="utf-8")


def _least(array: NDArray[Any]) -> NDArray[Any]:
    """Give an array of numbers in the least type that holds them."""
    if array.dtype == np.bool_ or not array.size:
        return array
    return array.astype(np.result_type(*map(np.min_scalar_type, (array.min(), array.max()))), order="C")


def read_lesson(folder: Path) -> tuple[Lesson, Words, dict[str, Labels]]:
    """Read what `write_lesson` wrote; the states are empty."""
    with np.load(io.BytesIO(lzma.decompress((folder / _FILE).read_bytes()))) as file:
        arrays = {name: file[name] for name in file.files}
    wide = {name: array.astype(np.int64) for name, array in arrays.items() if name not in ("numbers", "first")}
    names = [name.removesuffix(".outputs") for name in arrays if name.endswith(".outputs")]
    questions = {
        name: Question(
            wide[f"{name}.first"], wide.get(f"{name}.second"),
            Rows(np.ascontiguousarray(wide[f"{name}.rows"].T), int(wide[f"{name}.count"])),
            (wide[f"{name}.within0"], wide[f"{name}.within1"]) if f"{name}.within0" in wide else None,
        )
        for name in names
    }  # fmt: skip
    lesson = Lesson(
        np.zeros((0, 0), dtype=np.uint8),
        Rows(np.ascontiguousarray(wide["marks"].T), int(wide["marks_count"])),
        [(start, end) for start, end in wide["units"].tolist()], wide["unit_doc"], questions,
        {name: wide[f"{name}.labels"] for name in names}, {name: wide[f"{name}.docs"] for name in names},
        {name: int(wide[f"{name}.outputs"]) for name in names},
    )  # fmt: skip
    forms = (folder / _FORMS).read_text(encoding="utf-8").split("\n")
    held = {name.removeprefix("held."): docs for name, docs in wide.items() if name.startswith("held.")}
    return lesson, Words(forms, arrays["numbers"].astype(np.int32), arrays["first"]), held
