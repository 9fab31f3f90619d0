from pathlib import Path

import pytest
from dirty import dirty_text
from hypothesis import given, settings

from pipeline.errors import ModelError
from pipeline.text.tokens import tokenize

pytest.importorskip("stanza")

from pipeline.names.stanza import StanzaNames

SENTENCES = [
    "وصل الرئيس الروسي فلاديمير بوتين إلى القاهرة",
    "أعلنت وزارة الخارجية المصرية أن الوفد غادر بغداد",
    "قال المتحدث",
    "وَصَلَ الوَفدُ إلى القـــاهرة",
]


@pytest.fixture(scope="module")
def stanza() -> StanzaNames:
    return StanzaNames(None)


def named(stanza: StanzaNames, text: str) -> list[tuple[str, str]]:
    tokens = tokenize(text)
    (spans,) = stanza([tokens])
    return [(text[tokens[s.first].start : tokens[s.last - 1].end], s.label) for s in spans]


def test_plain_names_are_found(stanza: StanzaNames) -> None:
    assert named(stanza, SENTENCES[0]) == [("فلاديمير بوتين", "PER"), ("القاهرة", "LOC")]
    assert named(stanza, SENTENCES[3]) == [("القـــاهرة", "LOC")]


def test_the_batch_does_not_change_a_result(stanza: StanzaNames) -> None:
    sentences = [tokenize(s) for s in [*SENTENCES, ""] * 30]
    assert stanza(sentences) == [stanza([s])[0] for s in sentences[:5]] * 30


@given(dirty_text)
@settings(max_examples=30)
def test_spans_are_ordered_and_inside(stanza: StanzaNames, text: str) -> None:
    tokens = tokenize(text)
    (spans,) = stanza([tokens])
    end = 0
    for span in spans:
        assert end <= span.first < span.last <= len(tokens)
        end = span.last


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no Stanza model"):
        StanzaNames(str(tmp_path))
