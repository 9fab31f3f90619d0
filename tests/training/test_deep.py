"""The deep reader, at sizes that a CPU trains in seconds."""

import lzma
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

pytest.importorskip("onnx")

from pipeline.errors import InputError
from pipeline.events.decide import load_models
from pipeline.events.ontology import load_ontology
from pipeline.events.questions import LONGEST
from pipeline.events.reader import Reader, listen
from pipeline.events.stage import Engine, Prepared
from pipeline.events.triggers import find_candidates
from pipeline.models import models_folder
from pipeline.names.states import WordStates
from pipeline.training import deep, events
from pipeline.training.annotated import LEADS, all_leads, write_gold
from pipeline.training.encoder import pack
from pipeline.training.event_examples import Example, read_leads
from pipeline.training.event_tasks import Learning, make_tasks
from pipeline.training.language import Language
from pipeline.training.lesson_files import read_lesson, words_of, write_lesson
from pipeline.training.reader import answers

SIZE = ["--width", "32", "--heads", "2", "--layers", "2"]
CPU = ["--device", "cpu", "--seed", "3"]


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return read_leads(LEADS[:6])[::3]


@pytest.fixture(scope="module")
def engine() -> Engine:
    ontology = load_ontology()
    return Engine(lambda doc: find_candidates(doc, ontology))


@pytest.fixture(scope="module")
def prepared(engine: Engine, examples: list[Example]) -> Prepared:
    return engine.prepare([e.doc for e in examples])


@pytest.fixture(scope="module")
def learning(engine: Engine, examples: list[Example]) -> Learning:
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


@pytest.fixture(scope="module")
def shipped(learning: Learning, folder: Path) -> Path:
    net = deep.read_deep(learning.lesson, folder / "deep", "deep.pt").eval()
    deep.save_deep(net, learning.lesson, folder / "shipped")
    return folder / "shipped"


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
    made, _, _ = deep.read_taught(folder / "lesson", "cpu")
    apart = np.abs(made.states.astype(int) - learning.lesson.states)
    assert apart.mean() < 1  # what ships is rounded within, too
    assert apart[:, :128].max() <= 1


def test_hidden_words_have_no_part_in_what_is_read() -> None:
    language = Language(["</p>", "<rare>", "وصل", "الوزير", "الرييس", "امس", "."], "cpu")
    words = torch.tensor([[2, 3, 5, 6, 4, 5], [2, 4, 5, 6, 3, 5]])
    hidden = torch.zeros_like(words, dtype=torch.bool)
    hidden[:, [1, 4]] = True
    one, two = language.read(words, hidden)
    assert torch.equal(one, two)
    assert torch.equal(language.read(words)[0, :4], language.read(words[:1, :4])[0])  # a sentence at a time
    assert not torch.equal(*language.read(words))


def test_the_deep_reader_learns(learning: Learning, folder: Path) -> None:
    lesson = learning.lesson
    net = deep.read_deep(lesson, folder / "deep", "deep.pt").eval()
    found = answers(net, lesson, np.arange(lesson.unit_doc.max() + 1))
    for name in ("mention", "context"):
        labels, outputs = lesson.labels[name], found[name]
        told = outputs[:, 0] > 0 if outputs.shape[1] == 1 else outputs.argmax(1)
        commonest = np.bincount(labels).max() / len(labels)
        assert (told == labels).mean() > commonest


def test_the_shipped_form_answers_as_the_trained_one(
    learning: Learning, prepared: Prepared, folder: Path, shipped: Path
) -> None:
    lesson = learning.lesson
    net = deep.read_deep(lesson, folder / "deep", "deep.pt").eval()
    reader = Reader(shipped, models_folder() / "compact-ner", "deep")
    heard = listen([reader], prepared.layout, prepared.proposals)[0]
    expected = answers(net, lesson, np.arange(lesson.unit_doc.max() + 1))
    for name, question in lesson.questions.items():
        found = reader.heads[name].answer(heard, question)
        assert np.abs(found - expected[name]).mean() < 0.03 * np.abs(expected[name]).mean() + 0.02


def test_a_document_is_heard_alike_alone_and_among_others(
    engine: Engine, examples: list[Example], prepared: Prepared, shipped: Path
) -> None:
    reader = Reader(shipped, models_folder() / "compact-ner", "deep")
    heard = listen([reader], prepared.layout, prepared.proposals)[0]
    for number, example in enumerate(examples[:4]):
        alone = engine.prepare([example.doc])
        start, end = prepared.layout.base[number : number + 2].tolist()
        assert np.array_equal(listen([reader], alone.layout, alone.proposals)[0], heard[start:end])


def test_the_recipe_makes_models_that_decide_by_all_three(engine: Engine, folder: Path, tmp_path: Path) -> None:
    leads = list(all_leads(LEADS[:2]))
    held, learned, other = (
        [str(tmp_path / f"{part}.{kind}.json") for kind in ("gold", "docs")] for part in ("held", "own", "other")
    )
    write_gold(leads[:4], *map(Path, held))
    write_gold(leads[4:14], *map(Path, learned))
    write_gold(leads[14:16], *map(Path, other))
    command = [*learned, "--held", *held, "--leads"]
    events.main([*command, "--lesson", str(tmp_path / "lesson")])
    assert read_lesson(tmp_path / "lesson")[2]["held.gold"].tolist() == [0, 1, 2, 3]
    with pytest.raises(InputError, match="no deep reader of this lesson"):
        events.main([*command, "--deep", str(tmp_path), "--out", str(tmp_path / "models")])
    shutil.copytree(folder / "deep", tmp_path / "deep")
    fitting = ["--passes", "1", "--docs", "2", *CPU]
    deep.main(["fit", str(tmp_path / "lesson"), "--out", str(tmp_path / "deep"), *fitting])
    events.main(
        [*command, "--seeds", "1", "--passes", "1", "--deep", str(tmp_path / "deep"), "--out", str(tmp_path / "models")]
    )
    models = load_models("deep", tmp_path / "models")
    assert {len(factors) for factors in models.mix.values()} == {3}
    assert len(engine.with_models(models).extract([e.doc for e in read_leads(LEADS[:1])[:2]])) == 2
    with pytest.raises(InputError, match="other leads were held out"):
        events.main([*learned, "--held", *other, "--leads", "--deep", str(tmp_path / "deep")])
    with pytest.raises(SystemExit):  # what is fitted without the deep reader would not fit the one that lies there
        events.main([*command, "--out", str(tmp_path / "models")])


def test_sequences_are_read_at_lengths_that_others_do_not_change(shipped: Path) -> None:
    reader = Reader(shipped, models_folder() / "compact-ner", "deep")
    sizes = [5, 210, 16, 400, 17, 210, 3, 399, *[200] * 30]
    batches = list(reader._batches(sizes))
    assert sorted(number for _, chosen in batches for number in chosen) == list(range(len(sizes)))
    for length, chosen in batches:
        assert length <= LONGEST
        assert {length} == {next(iter(reader._batches([sizes[number]])))[0] for number in chosen}
