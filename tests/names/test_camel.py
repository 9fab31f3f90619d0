import shutil
from pathlib import Path

import pytest
from dirty import dirty_text
from hypothesis import given, settings

from pipeline.errors import ModelError
from pipeline.evaluation.corpora import tag_spans
from pipeline.models import models_folder
from pipeline.text.tokens import tokenize

pytest.importorskip("transformers")

from pipeline.names.camel import CamelNames, _windows

CLAUSE = "وصل الرئيس الروسي فلاديمير بوتين إلى القاهرة ثم غادر الوفد إلى بغداد بعد ساعات قليلة ، "
SENTENCES = [CLAUSE, "أعلنت وزارة الخارجية المصرية أن الوفد غادر بغداد", "قال المتحدث", "بغداد", ""]


@pytest.fixture(scope="module")
def camel() -> CamelNames:
    return CamelNames()


def named(camel: CamelNames, text: str) -> list[tuple[str, str]]:
    tokens = tokenize(text)
    (spans,) = camel([tokens])
    return [(text[tokens[s.first].start : tokens[s.last - 1].end], s.label) for s in spans]


def test_plain_names_are_found_with_scores(camel: CamelNames) -> None:
    assert {("القاهرة", "LOC"), ("بغداد", "LOC")} <= set(named(camel, CLAUSE))
    (spans,) = camel([tokenize(CLAUSE)])
    assert all(s.score is not None and 1 / 7 < s.score <= 1.0 for s in spans)


def test_labels_are_those_of_camel_tools_itself(camel: CamelNames) -> None:
    tags = camel.recognizer.predict_sentence(CLAUSE.split())
    (spans,) = camel([tokenize(CLAUSE)])
    assert [(s.first, s.last, s.label) for s in spans] == list(tag_spans(tags))


def test_long_sentences_lose_no_name(camel: CamelNames) -> None:
    found = named(camel, CLAUSE * 40)
    assert [found.count(name) for name in (("القاهرة", "LOC"), ("بغداد", "LOC"))] == [40, 40]


@pytest.mark.parametrize("chunk", [1, 3, 100])
def test_the_chunk_does_not_change_a_result(camel: CamelNames, chunk: int) -> None:
    sentences = [tokenize(s) for s in [*SENTENCES, CLAUSE * 20] * 3]
    other = CamelNames(chunk=chunk)(sentences)
    assert [[(s.first, s.last, s.label) for s in spans] for spans in other] == [
        [(s.first, s.last, s.label) for s in spans] for spans in camel(sentences)
    ]


def test_windows_cover_every_word_once() -> None:
    for sizes in ([1] * 1000, [3, 100, 1, 99] * 40, [100] * 9, [7], []):
        kept = [w for first, last, skip in _windows(sizes) for w in range(first + skip, last)]
        ends = [*[first + skip for first, _, skip in _windows(sizes)][1:], len(sizes)]
        shown = [(first + skip, end) for (first, _, skip), end in zip(_windows(sizes), ends, strict=False)]
        assert sorted(set(kept)) == list(range(len(sizes)))
        assert all(a < b for a, b in shown)
        assert all(sum(sizes[first:last]) <= 254 for first, last, _ in _windows(sizes))


@given(dirty_text)
@settings(max_examples=30)
def test_spans_are_ordered_scored_and_inside(camel: CamelNames, text: str) -> None:
    tokens = tokenize(text)
    (spans,) = camel([tokens])
    end = 0
    for span in spans:
        assert end <= span.first < span.last <= len(tokens)
        assert span.score is not None
        end = span.last


def test_a_word_that_bert_would_leave_out_or_never_end_moves_no_label(camel: CamelNames) -> None:
    tokens = tokenize(CLAUSE)
    strange = [tokens[0], *tokenize("\u0600"), *tokenize("字" * 400), *tokens[1:]]
    (plain,), (spans,) = camel([tokens]), camel([strange])
    shift = len(strange) - len(tokens)
    assert [(s.first, s.last, s.label) for s in spans] == [(s.first + shift, s.last + shift, s.label) for s in plain]


def test_models_that_cannot_be_loaded_are_errors_of_ours(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="camel_data -i ner-arabert"):
        CamelNames("no-such-model")
    with pytest.raises(ModelError, match="cannot load"):
        CamelNames(str(tmp_path))
    damaged = tmp_path / "damaged"
    shutil.copytree(models_folder() / "camel-bert", damaged)
    (damaged / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(ModelError, match="cannot load"):
        CamelNames(str(damaged))
