"""The teacher and its pupil, at sizes that a CPU trains in seconds."""

import json
import lzma
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

pytest.importorskip("onnx")

from pipeline.names.compact import TAGS
from pipeline.schema import STATUSES
from pipeline.training import distil, teacher
from pipeline.training.encoder import END, SPECIAL, pack
from pipeline.training.export import build_tagger, load_tagger
from pipeline.training.lessons import KINDS, PARTS, Lessons, collect, read_lessons, write_lessons
from pipeline.training.tagger import MARKERS

TOWNS = ("القاهرة", "بغداد", "تونس", "عمان", "دمشق", "الدوحة")
PEOPLE = ("سالم", "خالد", "منى", "هدى")
FRAMES = ("وصل {} إلى {} اليوم .", "غادر {} مدينة {} مساء .", "قال {} إن {} هادئة .")
LEAD = "وصل الوزير خالد إلى بغداد\nأعلن خالد الزيارة أمس"
NOTE: dict[str, Any] = {
    "id": "a", "mentions": [{"text": "خالد", "nth": 1, "type": "PER"}, {"text": "بغداد", "nth": 1, "type": "LOC"}],
    "times": [{"text": "أمس", "nth": 1, "start": None, "end": None}],
    "events": [
        {"type": "VISIT", "status": "OCCURRED", "trigger": {"text": "وصل", "nth": 1}, "start": None, "end": None,
         "roles": [{"role": "actor", "text": "خالد", "nth": 1}, {"role": "destination", "text": "بغداد", "nth": 1}],
         "time": None, "speaker": {"text": "خالد", "nth": 1}, "same_as": 1},
        {"type": "STATEMENT", "status": "OCCURRED", "trigger": {"text": "أعلن", "nth": 1}, "roles": [],
         "time": {"text": "أمس", "nth": 1}, "start": None, "end": None, "speaker": None, "same_as": 2},
    ],
}  # fmt: skip


def sentences() -> Iterator[tuple[str, str, str]]:
    """Give every frame with every person and town."""
    for frame in FRAMES:
        for person in PEOPLE:
            for town in TOWNS:
                yield frame.format(person, town), person, town


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    with lzma.open(folder / "text.xz", "wt", encoding="utf-8") as file:
        file.writelines(f"{text}\n" for text, *_ in sentences() for _ in range(3))
    tag = {**dict.fromkeys(PEOPLE, "B-PER"), **dict.fromkeys(TOWNS, "B-LOC")}
    blocks = ["".join(f"{w} {tag.get(w, 'O')}\n" for w in text.split()) for text, *_ in sentences()]
    np.random.default_rng(1).shuffle(blocks)
    (folder / "towns.conll").write_text("\n".join(blocks), encoding="utf-8")
    (folder / "gold.json").write_text(json.dumps([NOTE]), encoding="utf-8")
    (folder / "docs.json").write_text(json.dumps([{"id": "a", "text": LEAD}]), encoding="utf-8")
    pack([folder / "text.xz"], folder / "packed")
    return folder


def lessons_of(data: Path, **keys: Any) -> Lessons:
    towns = {"convention": "rasd", "path": "towns.conll", "run": 2} | keys
    lead = {"convention": "rasd", "path": "gold.json", "documents": "docs.json", "events": True, "weight": 20}
    return collect({"corpus": [towns, lead]}, data)


def test_a_lead_teaches_names_and_what_words_are_in_events(data: Path) -> None:
    lessons = lessons_of(data)
    words, tags, kinds, statuses, parts = lessons.labels[:, lessons.bounds[-2] :]
    forms = [lessons.forms[w] for w in words]
    assert forms == ["وصل", "الوزير", "خالد", "الى", "بغداد", SPECIAL[END], "اعلن", "خالد", "الزيارة", "امس"]
    assert [TAGS[t] if t >= 0 else None for t in tags] == ["O", "O", "B-PER", "O", "B-LOC", None, *"OOOO"]
    assert [KINDS[k] for k in kinds[[0, 1, 6]]] == ["VISIT", "", "STATEMENT"]
    assert kinds[5] == parts[5] == -1
    assert [STATUSES[s] if s >= 0 else None for s in statuses[[0, 1]]] == ["OCCURRED", None]
    told = [{PARTS[b] for b in range(len(PARTS)) if p >> b & 1} for p in parts[[2, 4, 9]]]
    assert told == [{"actor", "speaker"}, {"role"}, {"time"}]
    names_alone = lessons.labels[2:, : lessons.bounds[-2]]
    assert (names_alone == -1).all()


def test_what_is_held_out_is_dropped_from_the_other_corpora(data: Path) -> None:
    twice = {"convention": "wojood", "path": "towns.conll", "run": 2, "hold_out": 0.25}
    lessons = collect({"corpus": [{"convention": "rasd", "path": "towns.conll", "run": 2}, twice]}, data)
    held = {tuple(lessons.labels[0, a:b]) for a, b in spans(lessons, lessons.held)}
    taught = [tuple(lessons.labels[0, a:b]) for a, b in spans(lessons, ~lessons.held)]
    assert len(held) == 9
    assert taught
    assert not held & set(taught)
    again = MARKERS.index("wojood")
    assert set(lessons.conventions[lessons.held].tolist()) == {again}


def spans(lessons: Lessons, chosen: np.ndarray) -> list[tuple[int, int]]:
    return [(int(lessons.bounds[i]), int(lessons.bounds[i + 1])) for i in np.flatnonzero(chosen)]


def test_lessons_come_back_from_their_files(data: Path, tmp_path: Path) -> None:
    lessons = lessons_of(data, hold_out=0.2, weight=0.5)
    write_lessons(lessons, tmp_path)
    again = read_lessons(tmp_path)
    assert again.forms == lessons.forms
    for name in ("labels", "bounds", "conventions", "weights", "held"):
        assert np.array_equal(getattr(again, name), getattr(lessons, name))


def test_windows_hold_every_passage_as_often_as_it_weighs(data: Path) -> None:
    lessons = lessons_of(data, hold_out=0.2)
    lined = teacher.lines_up(lessons, np.random.default_rng(2), length=8)
    words, tags = lined[:, 0], lined[:, 1]
    assert lined.shape[1:] == (6, 8)
    assert (tags[words == END] == -1).all()
    verb = lessons.forms.index("اعلن")
    assert 18 <= (words == verb).sum() <= 20  # one copy may fall off at either end
    held = teacher.held_out(lessons, 0, length=8)
    assert (held[:, 1] >= 0).sum() == sum(b - a for a, b in spans(lessons, lessons.held))


SIZES = ["--dim", "16", "--width", "32", "--heads", "2", "--layers", "2", "--buckets", "500", "--words", "40",
         "--batch", "8", "--device", "cpu"]  # fmt: skip


@pytest.fixture(scope="module")
def tuned(data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Give the folders of a tuned teacher and of its lessons."""
    folder = tmp_path_factory.mktemp("teacher")
    teacher.main(["pretrain", str(data / "packed"), "--out", str(folder), "--minutes", "0.05", *SIZES])
    write_lessons(lessons_of(data, hold_out=0.2), folder / "lessons")
    teacher.main(["tune", str(folder / "lessons"), "--teacher", str(folder), "--device", "cpu", "--epochs", "30",
                  "--score-every", "30", "--batch", "2", "--rate", "4e-3"])  # fmt: skip
    return folder, folder / "lessons"


def test_a_teacher_goes_on_from_its_checkpoint(data: Path, tmp_path: Path) -> None:
    steps = []
    for minutes in ("0.02", "0.04"):
        teacher.main(["pretrain", str(data / "packed"), "--out", str(tmp_path), "--minutes", minutes, *SIZES])
        steps.append(torch.load(tmp_path / "checkpoint.pt")["step"])
    assert 0 < steps[0] < steps[1]


def test_a_tuned_teacher_knows_what_was_held_out(tuned: tuple[Path, Path]) -> None:
    folder, lessons = tuned
    model, heads = teacher.load_tuned(folder, "cpu")
    listed = (folder / "words.txt").read_text(encoding="utf-8").split("\n")
    read = read_lessons(lessons)
    index = teacher.RowIndex(read.forms, model.size.buckets, listed)
    found = teacher.score(model, heads, index, read)
    assert found["rasd"] > 90


def test_a_pupil_learns_from_its_teacher(
    tuned: tuple[Path, Path], data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, lessons = tuned
    torch.manual_seed(5)
    clock = SimpleNamespace(monotonic=count(step=6 / 400).__next__)  # 400 steps, however fast the machine is
    monkeypatch.setattr(distil, "time", clock)
    begun = build_tagger({"buckets": 300, "words": 30, "dim": 16, "hidden": 16, "layers": 1, "top": 12}, len(MARKERS))
    begin, out = tmp_path / "begin", tmp_path / "pupil"
    begin.mkdir()
    listed = (folder / "words.txt").read_text(encoding="utf-8").split("\n")[:30]
    facts = {"size": {"buckets": 300, "words": 30, "dim": 16, "hidden": 16, "layers": 1, "top": 12}}
    distil.write_tagger(begun, listed, facts, begin)
    distil.main([str(data / "packed"), str(lessons), "--teacher", str(folder), "--begin", str(begin), "--out", str(out),
                 "--minutes", "0.1", "--batch", "2", "--rate", "1e-2", "--device", "cpu"])  # fmt: skip
    tagger, words, _ = load_tagger(out)
    assert words == listed
    read = read_lessons(lessons)
    index = distil.RowIndex(read.forms, 300, listed)
    pupil = distil.Pupil(tagger, 32)
    assert distil.score(pupil, index, read)["rasd"] > 85
