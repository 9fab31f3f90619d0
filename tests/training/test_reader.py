from pathlib import Path

import numpy as np
import pytest
import torch

pytest.importorskip("onnx")

from pipeline.errors import ResourceError
from pipeline.events.ontology import load_ontology
from pipeline.events.questions import LONGEST, Question, ask_roles, units
from pipeline.events.reader import AROUND, AroundWeights, Reader, listen
from pipeline.events.roles import Pairs
from pipeline.events.stage import Engine
from pipeline.events.triggers import find_candidates
from pipeline.models import models_folder
from pipeline.names.states import WordStates
from pipeline.training.annotated import LEADS
from pipeline.training.event_examples import Example, read_leads
from pipeline.training.event_nets import fit_mix
from pipeline.training.event_tasks import Learning, make_tasks
from pipeline.training.reader import Course, answers, fit_reader, save_reader


@pytest.fixture(scope="module")
def words() -> WordStates:
    return WordStates(models_folder() / "compact-ner")


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return read_leads(LEADS[:1])


@pytest.fixture(scope="module")
def engine() -> Engine:
    ontology = load_ontology()
    return Engine(lambda doc: find_candidates(doc, ontology))


@pytest.fixture(scope="module")
def learning(engine: Engine, examples: list[Example], words: WordStates) -> Learning:
    return make_tasks(engine, examples, words)


def test_the_shipped_form_answers_as_the_trained_one(
    engine: Engine, examples: list[Example], words: WordStates, learning: Learning, tmp_path: Path
) -> None:
    lesson = learning.lesson
    net = fit_reader(lesson, np.arange(len(examples)), seed=1, course=Course(passes=1))
    torch.manual_seed(2)
    for name, weight in net.heads["status"].around.named_parameters():  # which begin as zeros, and learn slowly
        torch.nn.init.normal_(weight, std=0.3 if name == "near" else 0.1)
    expected = answers(net, lesson, np.arange(len(examples)))
    save_reader(net, lesson, tmp_path)
    reader = Reader(tmp_path, words.folder)
    prepared = engine.prepare([e.doc for e in examples])
    pairing = learning.pairing
    heard = listen([reader], prepared.layout, prepared.proposals)[0]
    assert len(heard) == len(prepared.layout.doc)
    for task, question in lesson.questions.items():
        found = reader.heads[task].answer(heard, question)
        assert found.shape == expected[task].shape
        assert np.allclose(found, expected[task], atol=0.02)  # what is shipped is rounded

    def asked(pairs: Pairs) -> Question:
        return ask_roles(pairing.layout, pairing.events, pairing.phrases, pairs)

    some = np.arange(5, 25)
    whole = reader.heads["context"].answer(heard, asked(pairing.pairs))
    assert np.allclose(reader.heads["context"].answer(heard, asked(pairing.pairs.take(some))), whole[some], atol=1e-5)
    with pytest.raises(ResourceError, match="train it anew"):
        reader.heads["status"].answer(heard, asked(pairing.pairs))


def test_a_reader_learns(learning: Learning, examples: list[Example]) -> None:
    lesson = learning.lesson
    docs = np.arange(len(examples))
    labels = lesson.labels["mention"]

    def right(passes: int) -> float:
        outputs = answers(fit_reader(lesson, docs, seed=1, course=Course(passes)), lesson, docs)["mention"]
        return float(((outputs[:, 0] > 0) == labels).mean())

    before, after = right(1), right(12)
    assert after > before + 0.1


def test_a_reader_goes_on_from_the_weights_of_another(learning: Learning, examples: list[Example]) -> None:
    docs = np.arange(len(examples))
    first = fit_reader(learning.lesson, docs, seed=1, course=Course(passes=2))
    grown = "heads.context.table.weight"
    begin = {name: value[:-1] if name == grown else value for name, value in first.state_dict().items()}
    again = fit_reader(learning.lesson, docs, seed=2, course=Course(passes=1, rate=1e-9, begin=begin)).state_dict()
    for name, value in begin.items():
        assert torch.allclose(again[name][: len(value)], value, atol=1e-5)


def test_a_head_looks_around_inside_its_document_alone() -> None:
    rng = np.random.default_rng(5)
    sizes = ((8, 4), (8, 4), (len(AROUND),), (8, 6))
    weights = AroundWeights(*(rng.normal(size=size).astype(np.float32) for size in sizes))
    heard = rng.normal(size=(1200, 8)).astype(np.float32)
    tokens = np.array([40, 59, *range(60, 1200), 0, 39])
    within = np.select([tokens < 40, tokens < 60], [0, 40], 60), np.select([tokens < 40, tokens < 60], [39, 59], 1199)
    seen = weights.look(heard, tokens, within)
    others = heard.copy()
    others[:40], others[60:] = 9, -9
    part = tuple(bound[:2] for bound in within)
    assert np.array_equal(weights.look(others, tokens[:2], part), seen[:2])
    for row in (0, 700, len(tokens) - 1):
        low, high = (int(bound[row]) for bound in within)
        places = [int(tokens[row]) + int(step) for step in AROUND]
        inside = np.array([low <= place <= high for place in places])
        near = heard[np.array(places)[inside]]
        fit = near @ weights.key @ (heard[tokens[row]] @ weights.query) + weights.near[inside]
        share = np.exp(fit - fit.max())
        assert np.allclose(seen[row], share @ near @ weights.value / share.sum(), atol=1e-4)


def test_marks_are_summed_once_for_each_combination(learning: Learning) -> None:
    reader = Reader(models_folder() / "events", models_folder() / "compact-ner")
    sums, number = reader._summed(learning.lesson.marks)
    some = np.arange(0, len(number), 7)
    expected = reader.marks[learning.lesson.marks.numbers[some]].sum(axis=1)
    assert np.allclose(sums[number[some]], expected, atol=1e-5)
    assert len(sums) < len(number)


def test_factors_favour_the_model_that_knows() -> None:
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 2, 400)
    knowing = ((labels * 2 - 1) + rng.normal(size=400)).astype(np.float32)[:, None]
    guessing = rng.normal(size=(400, 1)).astype(np.float32)
    by_knowing, by_guessing = fit_mix([knowing, guessing], labels)
    assert by_knowing > 1 > abs(by_guessing)
    first, second, none = fit_mix([knowing, guessing, -guessing], labels)
    assert first == pytest.approx(by_knowing, abs=0.01)
    assert second - none == pytest.approx(by_guessing, abs=0.01)


def test_units_cover_every_token_once(learning: Learning) -> None:
    layout = learning.pairing.layout
    ranges = units(layout)
    assert [at for start, stop in ranges for at in range(start, stop)] == list(range(len(layout.doc)))
    assert all(0 < stop - start <= LONGEST and layout.doc[start] == layout.doc[stop - 1] for start, stop in ranges)


def test_a_folder_without_a_reader_is_named(words: WordStates, tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match="events.model"):
        Reader(tmp_path, words.folder)
