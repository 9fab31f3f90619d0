from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

pytest.importorskip("onnx")

from pipeline.names.compact import TAGS
from pipeline.training.export import build_tagger, write_onnx
from pipeline.training.quantize import Pinned, measure_limits, quantize

SIZES = {"buckets": 50, "words": 10, "dim": 8, "hidden": 12, "layers": 1, "top": 6}
LIMITS = (2.0, 3.0)


def batch(sentences: int, words: int, spread: float = 0.5) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(sentences * words)
    return {
        "vectors": (rng.standard_normal((sentences, words, 8)) * spread).astype(np.float32),
        "reverse": np.tile(np.arange(words)[::-1], (sentences, 1)).copy(),
        "convention": np.zeros(sentences, dtype=np.int64),
    }


def one_thread(path: Path) -> Any:
    """Open a network as the recogniser does: several threads would share a batch out, each with a range of its own."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


@pytest.fixture(scope="module")
def tagger() -> torch.nn.Module:
    torch.manual_seed(3)
    return build_tagger(SIZES, 2).eval()


def test_the_pinned_network_gives_what_the_tagger_gives(tagger: torch.nn.Module) -> None:
    inputs = {k: torch.from_numpy(v) for k, v in batch(4, 9).items()}
    with torch.no_grad():
        expected = tagger(inputs["vectors"], inputs["reverse"], inputs["convention"])
        found = Pinned(tagger, LIMITS)(inputs["vectors"], inputs["reverse"], inputs["convention"])
    assert found.shape == (4, 9, len(TAGS))
    assert torch.allclose(found, expected, atol=1e-5)


def test_rounding_does_not_depend_on_the_rest_of_the_batch(tagger: torch.nn.Module, tmp_path: Path) -> None:
    path = tmp_path / "tagger.onnx"
    write_onnx(Pinned(tagger, LIMITS).eval(), path, 8)
    exact = one_thread(path)
    whole = batch(5, 12)
    (expected,) = exact.run(None, whole)
    quantize(path)
    session = one_thread(path)
    (together,) = session.run(None, whole)
    assert not np.array_equal(together, expected)  # it is rounded
    assert np.abs(together - expected).max() < 0.05
    for n in range(5):
        (alone,) = session.run(None, {k: v[n : n + 1] for k, v in whole.items()})
        assert np.array_equal(alone[0], together[n])
    wild = {k: v.copy() for k, v in whole.items()}
    wild["vectors"][1:] *= 50
    (beside,) = session.run(None, wild)
    assert np.array_equal(beside[0], together[0])


def test_limits_are_those_of_the_words_that_are_read(tagger: torch.nn.Module) -> None:
    lower, upper = measure_limits(tagger, ["</p>", "<rare>", "بحر"], [["بحر", "هادئ"], ["نهر"]])
    assert lower > 0
    assert upper >= 0
