import json
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest

from pipeline.errors import ResourceError
from pipeline.events.decide import (
    READERS,
    TASKS,
    Floats,
    Judge,
    Models,
    Net,
    less_than,
    load_models,
    save_choices,
    save_nets,
    soften,
)
from pipeline.events.features import SPACE, bucket, cross, encode
from pipeline.models import models_folder


def _net(outputs: int = 1) -> Net:
    generator = np.random.default_rng(3)
    kept = np.sort(generator.choice(SPACE, 50, replace=False)).astype(np.int32)
    return Net(
        kept,
        generator.normal(size=(50, 4 + outputs)).astype(np.float32),
        generator.normal(size=4).astype(np.float32),
        generator.normal(size=(4, outputs)).astype(np.float32),
        generator.normal(size=outputs).astype(np.float32),
        1.5,
    )


def test_codes_without_weights_change_nothing() -> None:
    net = _net(3)
    unknown = next(c for c in range(SPACE) if c not in set(net.kept.tolist()))
    known = net.kept[:3]
    plain = net.logits(known[None, :])
    padded = net.logits(np.append(known, unknown)[None, :].astype(np.int32))
    assert np.allclose(plain, padded)


def test_the_batch_never_changes_a_row() -> None:
    net = _net(2)
    codes = np.random.default_rng(5).choice(net.kept, (5000, 7)).astype(np.int32)
    assert np.allclose(net.probabilities(codes)[4500:4510], net.probabilities(codes[4500:4510]), atol=1e-6)


@pytest.mark.parametrize("outputs", [1, 4])
def test_probabilities_lie_in_range_and_classes_sum_to_one(outputs: int) -> None:
    net = _net(outputs)
    shares = net.probabilities(np.random.default_rng(5).choice(net.kept, (20, 7)).astype(np.int32))
    assert ((shares >= 0) & (shares <= 1)).all()
    if outputs > 1:
        assert np.allclose(shares.sum(axis=1), 1, atol=1e-5)


def test_a_higher_temperature_is_less_sure() -> None:
    net = _net()
    codes = np.random.default_rng(5).choice(net.kept, (20, 7)).astype(np.int32)
    sharp, dull = net.probabilities(codes), replace(net, temperature=6.0).probabilities(codes)
    assert (np.abs(dull - 0.5) <= np.abs(sharp - 0.5) + 1e-6).all()


def test_saved_models_load_alike(tmp_path: Path) -> None:
    models = Models({task: _net(2) for task in TASKS}, {"event": 0.25})
    save_nets(tmp_path, models.nets)
    save_choices(tmp_path, {"light": (models.thresholds, {}), "learned": ({"event": 0.5}, {})})
    loaded = load_models("light", tmp_path)
    assert loaded.thresholds == models.thresholds
    codes = models.nets["role"].kept[:10].reshape(2, 5)
    assert np.allclose(loaded.nets["role"].logits(codes), models.nets["role"].logits(codes), atol=0.05)


def test_a_missing_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match="retrain"):
        load_models("light", tmp_path)


@pytest.mark.parametrize("way", READERS)
def test_the_shipped_models_hold_every_task_and_threshold(way: str) -> None:
    models = load_models(way)
    assert set(models.nets) == set(TASKS)
    assert [reader.name for reader in models.readers] == list(READERS[way])
    assert all(set(models.mix) == set(reader.heads) for reader in models.readers)
    assert {len(factors) for factors in models.mix.values()} == ({1 + len(models.readers)} if models.readers else set())
    assert set(models.thresholds) == {"event", "statement", "time", "same"}


@pytest.mark.parametrize("lacking", ["choices.json", "both files"])
def test_models_that_do_not_fit_together_say_so(tmp_path: Path, lacking: str) -> None:
    folder = Path(copytree(models_folder() / "events", tmp_path / "events"))
    choices = json.loads((folder / "choices.json").read_text(encoding="utf-8"))
    del choices["learned"]["mix"]["same"]
    (folder / "choices.json").write_text(json.dumps(choices), encoding="utf-8")
    if lacking == "both files":
        with np.load(folder / "reader.npz") as arrays:
            kept = {name: arrays[name] for name in arrays if not name.startswith("same.")}
        np.savez(folder / "reader.npz", **kept)
    with pytest.raises(ResourceError, match="do not fit together"):
        load_models("learned", folder)


def test_equal_values_in_different_columns_get_different_codes() -> None:
    column = np.arange(20)
    codes = encode([column, column])
    assert (codes[:, 0] != codes[:, 1]).all()


def test_crossed_values_tell_their_order() -> None:
    assert cross(np.array([1]), np.array([2]))[0] != cross(np.array([2]), np.array([1]))[0]


def test_distances_grow_into_coarser_steps() -> None:
    assert bucket(np.array([0, 1, 4, 5, 6, 7, 10, 19, 29, 30, 900])).tolist() == [0, 1, 4, 5, 5, 6, 6, 8, 8, 9, 9]


def test_softening_a_single_column_is_the_logistic_curve() -> None:
    assert soften(np.array([[0.0]], dtype=np.float32))[0, 0] == pytest.approx(0.5)


class _Reader:
    """A reader that gives the same outputs for whatever it is asked."""

    def __init__(self, *outputs: float) -> None:
        self.heads = {"context": self}
        self.outputs = np.array([outputs], dtype=np.float32)

    def answer(self, heard: Floats, question: object) -> Floats:
        return self.outputs


def test_odds_of_rare_classes_are_told_without_the_last_reader() -> None:
    net, codes = _net(3), np.zeros((1, 2), dtype=np.int32)
    readers: Any = (_Reader(0.0, 0.5, 3.0), _Reader(2.0, 1.0, -5.0))
    models = Models({"context": net}, {}, readers, {"context": (0.2, 0.3, 0.5)}, {"context": (0.4, 0.6)})
    heard = (np.zeros((1, 1), dtype=np.float32),) * 2
    plain = np.log(Judge(models, heard).probabilities("context", codes, Mock()))[0]
    mended = np.log(Judge(models, heard).probabilities("context", codes, Mock(), [2]))[0]
    alone = replace(models, readers=readers[:1], mix=models.fewer, fewer={})
    fewer = np.log(Judge(alone, heard[:1]).probabilities("context", codes, Mock(), [2]))[0]
    assert mended[2] - mended[0] == pytest.approx(fewer[2] - fewer[0], abs=1e-5)
    assert mended[1] - mended[0] == pytest.approx(plain[1] - plain[0], abs=1e-5)


def test_each_way_knows_the_one_with_a_reader_less() -> None:
    assert [less_than(way) for way in READERS] == ["", "light", "learned"]
    assert load_models("deep").fewer == load_models("learned").mix
    assert load_models("learned").fewer == {}
