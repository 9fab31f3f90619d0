from pathlib import Path

import numpy as np
import pytest
import torch

pytest.importorskip("onnx")

from pipeline.models import models_folder
from pipeline.names.compact import TAGS, CompactNames
from pipeline.names.states import STEPS, ZERO, as_bytes, open_session
from pipeline.text.tokens import tokenize
from pipeline.training.export import build_tagger, export
from pipeline.training.networks import Tagger, turning
from pipeline.training.quantize import measure_limits, write_encoder, write_top

SIZES = {"buckets": 50, "words": 10, "dim": 8, "hidden": 12, "layers": 1, "top": 6}
LIMITS = (2.0, 3.0)
LENGTHS = [9, 4, 7, 1]


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    torch.manual_seed(3)
    return build_tagger(SIZES, 2).eval()


class Written:
    """A tagger as ONNX Runtime runs it: time first."""

    def __init__(self, tagger: Tagger, folder: Path) -> None:
        write_encoder(tagger.encoder, LIMITS[0], folder / "encoder.onnx")
        write_top(tagger, LIMITS, folder / "tagger.onnx")
        self.encoder = open_session(folder / "encoder.onnx", "vectors", "lengths")
        self.top = open_session(folder / "tagger.onnx", "vectors", "states", "lengths", "convention")

    def __call__(self, vectors: np.ndarray, lengths: list[int], convention: int = 1) -> tuple[np.ndarray, np.ndarray]:
        """Give states and scores, sentences first."""
        read = as_bytes(vectors.transpose(1, 0, 2), LIMITS[0] / STEPS)
        given = {"vectors": read, "lengths": np.array(lengths)}
        (states,) = self.encoder.run(None, given)
        marks = np.full(len(lengths), convention)
        (scores,) = self.top.run(None, given | {"states": states, "convention": marks})
        return (states.transpose(1, 0, 2) - np.float32(ZERO)) / STEPS, scores.transpose(1, 0, 2)


@pytest.fixture(scope="module")
def written(tagger: Tagger, tmp_path_factory: pytest.TempPathFactory) -> Written:
    return Written(tagger, tmp_path_factory.mktemp("onnx"))


def some_vectors(spread: float = 0.5) -> np.ndarray:
    shape = len(LENGTHS), max(LENGTHS), 8
    return (np.random.default_rng(5).standard_normal(shape) * spread).astype(np.float32)


def test_rounding_costs_little(tagger: Tagger, written: Written) -> None:
    vectors = some_vectors()
    states, scores = written(vectors, LENGTHS)
    with torch.no_grad():
        inputs = torch.from_numpy(vectors).clamp(-LIMITS[0], LIMITS[0]), turning(LENGTHS)
        expected = torch.cat(tagger.encoder(*inputs), -1).numpy()
        expected_scores = tagger(*inputs, torch.ones(len(LENGTHS), dtype=torch.long)).numpy()
    assert states.shape == (4, 9, 2 * 12)
    assert scores.shape == (4, 9, len(TAGS))
    for n, length in enumerate(LENGTHS):
        assert not np.array_equal(states[n, :length], expected[n, :length])  # it is rounded
        assert np.abs(states[n, :length] - expected[n, :length]).max() < 0.03
        assert np.abs(scores[n, :length] - expected_scores[n, :length]).max() < 0.05


def test_a_sentence_comes_out_alike_in_every_batch(written: Written) -> None:
    vectors = some_vectors()
    together = written(vectors, LENGTHS)
    wild = vectors.copy()
    wild[1:] *= 50
    for n, length in enumerate(LENGTHS):
        alone = written(vectors[n : n + 1, :length], [length])
        for whole, part in zip(together, alone, strict=True):
            assert np.array_equal(whole[n, :length], part[0])
    for whole, beside in zip(together, written(wild, LENGTHS), strict=True):
        assert np.array_equal(whole[0], beside[0])


def test_the_convention_counts(written: Written) -> None:
    one, other = (written(some_vectors(), LENGTHS, convention)[1] for convention in (0, 1))
    assert np.abs(one - other).max() > 0.01


def test_a_network_with_other_inputs_is_refused(tagger: Tagger, tmp_path: Path) -> None:
    write_encoder(tagger.encoder, LIMITS[0], tmp_path / "encoder.onnx")
    with pytest.raises(ValueError, match="encoder.onnx reads lengths, vectors, as other versions"):
        open_session(tmp_path / "encoder.onnx", "vectors", "reverse")


def test_what_ships_can_be_written_anew(tmp_path: Path) -> None:
    shipped = models_folder() / "compact-ner"
    export(shipped, tmp_path)
    sentence = tokenize("وصل وزير الخارجية المصري سامح النجار إلى بغداد للقاء نظيره العراقي في مقر جامعة الدول العربية")
    one, other = (CompactNames(folder)([sentence])[0] for folder in (shipped, tmp_path))
    assert [(n.first, n.last, n.label) for n in one] == [(n.first, n.last, n.label) for n in other]
    assert len(one) >= 3


def test_limits_are_those_of_the_words_that_are_read(tagger: Tagger) -> None:
    lower, upper = measure_limits(tagger, ["</p>", "<rare>", "بحر"], [["بحر", "هادئ"], ["نهر"]])
    assert lower > 0
    assert upper >= 0
