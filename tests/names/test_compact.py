from pathlib import Path

import numpy as np
import pytest
from dirty import dirty_text
from hypothesis import given

from pipeline.errors import ConfigError, ModelError
from pipeline.models import models_folder
from pipeline.names.compact import TAGS, CompactNames, allowed_steps, decode
from pipeline.names.words import model_form, subword_rows
from pipeline.text.tokens import tokenize

SENTENCES = [
    "وصل الرئيس الروسي فلاديمير بوتين إلى القاهرة",
    "أعلنت وزارة الخارجية المصرية أن المحادثات في جنيف ستستأنف",
    "قال المتحدث",
    "بغداد",
]


@pytest.fixture(scope="module")
def compact() -> CompactNames:
    return CompactNames(models_folder() / "compact-ner")


def named(compact: CompactNames, text: str) -> list[tuple[str, str]]:
    tokens = tokenize(text)
    (spans,) = compact([tokens])
    return [(text[tokens[s.first].start : tokens[s.last - 1].end], s.label) for s in spans]


def test_plain_names_are_found(compact: CompactNames) -> None:
    assert named(compact, SENTENCES[0]) == [("فلاديمير بوتين", "PER"), ("القاهرة", "LOC")]


def test_the_batch_does_not_change_a_result(compact: CompactNames) -> None:
    sentences = [tokenize(s) for s in SENTENCES * 7]
    assert compact(sentences) == [compact([s])[0] for s in sentences]


def test_long_sentences_lose_no_name(compact: CompactNames) -> None:
    clause = "وصل الرئيس الروسي فلاديمير بوتين إلى القاهرة ثم غادر الوفد بعد ساعات قليلة ، "
    tokens = tokenize(clause * 60)
    (spans,) = compact([tokens])
    found = [" ".join(t.text for t in tokens[s.first : s.last]) for s in spans]
    assert found.count("فلاديمير بوتين") == 60
    assert found.count("القاهرة") == 60


@given(dirty_text)
def test_spans_are_ordered_scored_and_inside(compact: CompactNames, text: str) -> None:
    tokens = tokenize(text)
    (spans,) = compact([tokens])
    end = 0
    for span in spans:
        assert end <= span.first < span.last <= len(tokens)
        assert span.score is not None
        assert 0.0 <= span.score <= 1.0
        end = span.last


def test_decoding_agrees_with_all_paths_tried() -> None:
    rng = np.random.default_rng(1)
    steps, starts = allowed_steps()
    steps = steps + rng.normal(size=steps.shape).astype(np.float32)
    emissions = rng.normal(size=(1, 3, len(TAGS))).astype(np.float32)
    scores = {}
    for path in np.ndindex(*(len(TAGS),) * 3):
        total = starts[path[0]] + sum(emissions[0, t, path[t]] for t in range(3))
        scores[path] = total + steps[path[0], path[1]] + steps[path[1], path[2]]
    (best,), posterior = decode(emissions, np.array([3]), steps, starts)
    assert tuple(best) == max(scores, key=lambda p: scores[p])
    weights = {p: np.exp(s) for p, s in scores.items()}
    share = sum(w for p, w in weights.items() if p[1] == 2) / sum(weights.values())
    assert posterior[0, 1, 2] == pytest.approx(share, rel=1e-4)


def test_subwords_are_stable_and_inside_the_table() -> None:
    rows = subword_rows(model_form("القاهرة"), 1000)
    assert rows == subword_rows("القاهرة", 1000)
    assert all(0 <= r < 1000 for r in rows)
    assert model_form("إسطنبول2023") == "اسطنبول0000"


def test_a_folder_without_a_model_and_an_unknown_convention_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no usable compact model"):
        CompactNames(tmp_path)
    with pytest.raises(ConfigError, match="convention"):
        CompactNames(models_folder() / "compact-ner", "mine")
