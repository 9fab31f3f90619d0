"""The deep reader and what learns from it, at sizes that a CPU trains in seconds."""

import json
import lzma
from pathlib import Path

import numpy as np
import pytest
import torch

pytest.importorskip("onnx")

from pipeline.events.ontology import load_ontology
from pipeline.events.reader import Reader
from pipeline.events.stage import Engine, Prepared
from pipeline.events.triggers import find_candidates
from pipeline.models import models_folder
from pipeline.names.states import WordStates
from pipeline.training import deep
from pipeline.training.annotated import LEADS
from pipeline.training.encoder import pack
from pipeline.training.event_examples import Example, read_leads
from pipeline.training.event_tasks import Learning, make_tasks
from pipeline.training.lesson_files import read_lesson, words_of, write_lesson
from pipeline.training.reader import answers

SIZE = ["--width", "32", "--heads", "2", "--layers", "2"]
CPU = ["--device", "cpu", "--seed", "3"]


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return read_leads(LEADS[:6])[::3]


@pytest.fixture(scope="module")
def prepared(examples: list[Example]) -> Prepared:
    ontology = load_ontology()
    return Engine(lambda doc: find_candidates(doc, ontology)).prepare([e.doc for e in examples])


@pytest.fixture(scope="module")
def learning(examples: list[Example]) -> Learning:
    ontology = load_ontology()
    engine = Engine(lambda doc: find_candidates(doc, ontology))
    return make_tasks(engine, examples, WordStates(models_folder() / "compact-ner"))


@pytest.fixture(scope="module")
def folder(learning: Learning, examples: list[Example], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("deep")
    held = {"held": np.arange(3)}
    write_lesson(learning.lesson, words_of([e.doc for e in examples]), held, folder / "lesson")
    with lzma.open(folder / "text.xz", "wt", encoding="utf-8") as file:
        file.writelines(e.doc.text.replace("\n", " ") + "\n" for e in examples for _ in range(3))
    pack([folder / "text.xz"], folder / "packed")
    places = [str(folder / name) for name in ("packed", "lesson", "deep")]
    deep.main(["pretrain", places[0], "--out", places[2], "--minutes", "0.04", "--batch", "2", *SIZE, *CPU])
    deep.main(["fit", places[1], "--out", places[2], "--passes", "8", "--docs", "2", "--rate", "4e-3", *CPU])
    return folder


def test_a_lesson_is_read_as_it_was_written(learning: Learning, folder: Path) -> None:
    lesson, words, held = read_lesson(folder / "lesson")
    whole = learning.lesson
    assert held["held"].tolist() == [0, 1, 2]
    assert len(words.numbers) == len(words.first) == len(whole.states)
    assert np.array_equal(lesson.marks.numbers, whole.marks.numbers)
    assert (lesson.marks.count, lesson.outputs) == (whole.marks.count, whole.outputs)
    assert lesson.units == [(int(start), int(end)) for start, end in whole.units]
    for name, question in whole.questions.items():
        read = lesson.questions[name]
        assert read.rows.count == question.rows.count
        pairs = [
            (read.first, question.first),
            (read.second, question.second),
            (read.rows.numbers, question.rows.numbers),
        ]
        pairs += [(lesson.labels[name], whole.labels[name]), (lesson.docs[name], whole.docs[name])]
        pairs += list(zip(read.within or (), question.within or (), strict=True))
        assert all(np.array_equal(one, two) if two is not None else one is None for one, two in pairs)


def test_states_made_anew_are_those_of_the_shipped_model(learning: Learning, folder: Path) -> None:
    made, _ = deep.read_taught(folder / "lesson", "cpu")
    apart = np.abs(made.states.astype(int) - learning.lesson.states)
    assert apart.mean() < 1  # what ships is rounded within, too
    assert apart[:, :128].max() <= 1


def test_hidden_words_have_no_part_in_what_is_read() -> None:
    language = deep.Language(["</p>", "<rare>", "وصل", "الوزير", "الرييس", "امس", "."], "cpu")
    words = torch.tensor([[2, 3, 5, 6, 4, 5], [2, 4, 5, 6, 3, 5]])
    hidden = torch.zeros_like(words, dtype=torch.bool)
    hidden[:, [1, 4]] = True
    one, two = language.read(words, hidden)
    assert torch.equal(one, two)
    assert torch.equal(language.read(words)[0, :4], language.read(words[:1, :4])[0])  # a sentence at a time
    assert not torch.equal(*language.read(words))


def test_the_deep_reader_learns(learning: Learning, folder: Path) -> None:
    lesson, width = learning.lesson, learning.lesson.states.shape[1]
    net = deep.read_deep(lesson, width, folder / "deep", "deep.pt").eval()
    found = answers(net, lesson, np.arange(lesson.unit_doc.max() + 1))
    for name in ("mention", "context"):
        labels, outputs = lesson.labels[name], found[name]
        told = outputs[:, 0] > 0 if outputs.shape[1] == 1 else outputs.argmax(1)
        commonest = np.bincount(labels).max() / len(labels)
        assert (told == labels).mean() > commonest


def test_the_shipped_form_answers_as_the_trained_one(learning: Learning, prepared: Prepared, folder: Path) -> None:
    lesson = learning.lesson
    net = deep.read_deep(lesson, lesson.states.shape[1], folder / "deep", "deep.pt").eval()
    deep.save_deep(net, lesson, folder / "shipped")
    reader = Reader(folder / "shipped", models_folder() / "compact-ner", "deep")
    heard = reader.listen(prepared.layout, prepared.proposals)
    expected = answers(net, lesson, np.arange(lesson.unit_doc.max() + 1))
    for name, question in lesson.questions.items():
        found = reader.heads[name].answer(heard, question)
        assert np.abs(found - expected[name]).mean() < 0.03 * np.abs(expected[name]).mean() + 0.02


def test_a_document_is_heard_alike_alone_and_among_others(
    examples: list[Example], prepared: Prepared, folder: Path
) -> None:
    reader = Reader(folder / "shipped", models_folder() / "compact-ner", "deep")
    heard = reader.listen(prepared.layout, prepared.proposals)
    ontology = load_ontology()
    engine = Engine(lambda doc: find_candidates(doc, ontology))
    for number, example in enumerate(examples[:4]):
        alone = engine.prepare([example.doc])
        start, end = prepared.layout.base[number : number + 2].tolist()
        assert np.array_equal(reader.listen(alone.layout, alone.proposals), heard[start:end])


@pytest.mark.parametrize("size", [[], ["--width", "16", "--heads", "1", "--layers", "1"]])
def test_a_pupil_learns_from_the_deep_reader(folder: Path, size: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    places = [str(folder / name) for name in ("packed", "lesson", "deep", "pupil.pt")]
    teaching = ["--minutes", "0.02", "--batch", "2", "--passes", "3", "--docs", "2"]
    deep.main(["copy", *places[:2], "--teacher", places[2], "--out", places[3], *teaching, *size, *CPU])
    weights = torch.load(folder / "pupil.pt")
    assert all(torch.isfinite(value.float()).all() for value in weights.values())
    assert ("look.weight" in weights) != bool(size)
    if size:
        assert json.loads((folder / "pupil.json").read_text()) == {"width": 16, "heads": 1, "layers": 1}
    assert "held: " in capsys.readouterr().out
