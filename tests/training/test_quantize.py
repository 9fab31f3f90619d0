from pathlib import Path

import numpy as np
import pytest
import torch

pytest.importorskip("onnx")

from pipeline.names.compact import TAGS
from pipeline.names.states import open_session
from pipeline.training.export import build_tagger, write_onnx
from pipeline.training.networks import Tagger
from pipeline.training.quantize import PinnedEncoder, PinnedTop, measure_limits, quantize

SIZES = {"buckets": 50, "words": 10, "dim": 8, "hidden": 12, "layers": 1, "top": 6}
LIMITS = (2.0, 3.0)


def batch(sentences: int, words: int, spread: float = 0.5) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(sentences * words)
    return {
        "vectors": (rng.standard_normal((sentences, words, 8)) * spread).astype(np.float32),
        "reverse": np.tile(np.arange(words)[::-1], (sentences, 1)).copy(),
    }


def marked(states: np.ndarray, reverse: np.ndarray) -> dict[str, np.ndarray]:
    return {"states": states, "reverse": reverse, "convention": np.zeros(len(states), dtype=np.int64)}


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    torch.manual_seed(3)
    return build_tagger(SIZES, 2).eval()


def test_the_pinned_parts_give_what_the_tagger_gives(tagger: Tagger) -> None:
    inputs = {k: torch.from_numpy(v) for k, v in batch(4, 9).items()}
    convention = torch.zeros(4, dtype=torch.long)
    with torch.no_grad():
        expected = tagger(inputs["vectors"], inputs["reverse"], convention)
        states = PinnedEncoder(tagger.encoder, LIMITS[0])(**inputs)
        found = PinnedTop(tagger, LIMITS)(states, inputs["reverse"], convention)
    assert states.shape == (4, 9, 8 + 2 * 12)
    assert found.shape == (4, 9, len(TAGS))
    assert torch.allclose(found, expected, atol=1e-5)


def test_rounding_does_not_depend_on_the_rest_of_the_batch(tagger: Tagger, tmp_path: Path) -> None:
    whole = batch(5, 12)
    wild = {k: v.copy() for k, v in whole.items()}
    wild["vectors"][1:] *= 50
    inputs = {k: torch.from_numpy(v) for k, v in whole.items()}
    write_onnx(PinnedEncoder(tagger.encoder, LIMITS[0]), tmp_path / "encoder.onnx", inputs, "states")
    states = check_rounding(tmp_path / "encoder.onnx", whole, wild)
    top = marked(states, whole["reverse"])
    strange = marked(np.concatenate([states[:1], -states[:0:-1]]), whole["reverse"])
    write_onnx(PinnedTop(tagger, LIMITS), tmp_path / "tagger.onnx",
               {k: torch.from_numpy(v) for k, v in top.items()}, "scores")  # fmt: skip
    check_rounding(tmp_path / "tagger.onnx", top, strange)


def check_rounding(path: Path, whole: dict[str, np.ndarray], wild: dict[str, np.ndarray]) -> np.ndarray:
    """Give the rounded results, which are the same alone, together and beside other first sentences."""
    (expected,) = open_session(path).run(None, whole)
    quantize(path)
    session = open_session(path)
    (together,) = session.run(None, whole)
    assert not np.array_equal(together, expected)  # it is rounded
    assert np.abs(together - expected).max() < 0.05
    for n in range(5):
        (alone,) = session.run(None, {k: v[n : n + 1] for k, v in whole.items()})
        assert np.array_equal(alone[0], together[n])
    (beside,) = session.run(None, wild)
    assert np.array_equal(beside[0], together[0])
    return np.asarray(together)


def test_limits_are_those_of_the_words_that_are_read(tagger: Tagger) -> None:
    lower, upper = measure_limits(tagger, ["</p>", "<rare>", "بحر"], [["بحر", "هادئ"], ["نهر"]])
    assert lower > 0
    assert upper >= 0
