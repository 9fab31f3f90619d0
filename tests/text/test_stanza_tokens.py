from pathlib import Path

import pytest
from dirty import dirty_text
from hypothesis import given, settings

import pipeline
from pipeline.config import Config
from pipeline.document import Document, Segment
from pipeline.errors import ModelError
from pipeline.models import models_folder
from pipeline.stages import build_stages
from pipeline.text.normalize import is_invisible
from pipeline.text.tokens import LONGEST

pytest.importorskip("stanza")

import itertools

from pipeline.text.stanza_tokens import StanzaTokens, stanza_pipeline

TEXT = "وصل الوزير إلى القاهرة، وأعلن أنه سيلتقي نظيره المصري. وقال المتحدث إن اللقاء «مهم»!"


@pytest.fixture(scope="module")
def stanza() -> StanzaTokens:
    return StanzaTokens(Config(tokenizer="stanza"))


def fill(stanza: StanzaTokens, text: str, *cuts: int) -> Document:
    edges = [0, *cuts, len(text)]
    segments = tuple(Segment("article", a, b) for a, b in itertools.pairwise(edges))
    (doc,) = stanza([Document("d", text, segments=segments)])
    return doc


def test_a_folder_without_a_model_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="stanza.download"):
        build_stages(Config(tokenizer="stanza", stanza_tokenizer=str(tmp_path)))


def test_a_damaged_model_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "resources.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match="cannot load 'tokenize'"):
        StanzaTokens(Config(tokenizer="stanza", stanza_tokenizer=str(tmp_path)))
    (tmp_path / "resources.json").write_text((models_folder() / "stanza-ar" / "resources.json").read_text())
    with pytest.raises(ModelError, match="cannot load 'tokenize'"):
        StanzaTokens(Config(tokenizer="stanza", stanza_tokenizer=str(tmp_path)))


def test_words_marks_and_sentences_are_found(stanza: StanzaTokens) -> None:
    doc = fill(stanza, TEXT)
    assert [t.text for t in doc.tokens[:6]] == ["وصل", "الوزير", "إلى", "القاهرة", "،", "وأعلن"]
    assert [TEXT[s.start : s.end][-6:] for s in doc.sentences] == ["لمصري.", "«مهم»!"]


def test_a_multi_word_token_is_one_token_with_its_raw_span(stanza: StanzaTokens) -> None:
    text = "ووصل الوفد بسيارتهم إلى موسكو ."
    words = stanza_pipeline(models_folder() / "stanza-ar", "tokenize,mwt")(text).sentences[0]
    assert any(len(token.words) > 1 for token in words.tokens)
    doc = fill(stanza, text)
    assert [(t.start, t.end) for t in doc.tokens] == [(t.start_char, t.end_char) for t in words.tokens]


def test_sentences_end_at_line_ends_and_cross_no_segment(stanza: StanzaTokens) -> None:
    text = "زيارة الوزير إلى موسكو\r\nوصل الوزير أمس\nإلى العاصمة الروسية"
    doc = fill(stanza, text, text.index("وصل"), text.index("أمس"))
    assert [text[s.start : s.end] for s in doc.sentences] == [
        "زيارة الوزير إلى موسكو", "وصل الوزير", "أمس", "إلى العاصمة الروسية",
    ]  # fmt: skip
    assert [s.segment for s in doc.sentences] == [0, 1, 2, 2]


def test_no_sentence_is_endless(stanza: StanzaTokens) -> None:
    doc = fill(stanza, "قال الوزير " * 400)
    assert max(s.last - s.first for s in doc.sentences) <= LONGEST
    assert len(doc.tokens) == 800


def test_other_documents_do_not_change_a_result(stanza: StanzaTokens) -> None:
    docs = [
        Document(str(n), t, segments=(Segment("article", 0, len(t)),)) for n, t in enumerate([TEXT, "قال.", TEXT * 9])
    ]
    assert stanza(docs) == [stanza([doc])[0] for doc in docs]


@given(dirty_text)
@settings(max_examples=40)
def test_tokens_are_the_raw_text_in_order(stanza: StanzaTokens, text: str) -> None:
    doc = fill(stanza, text, len(text) // 2)
    end = 0
    for token in doc.tokens:
        assert end <= token.start < token.end
        assert token.text == text[token.start : token.end]
        assert not any(c.isspace() for c in token.text)
        end = token.end
    assert [t for s in doc.sentences for t in doc.tokens[s.first : s.last]] == list(doc.tokens)
    covered = {i for t in doc.tokens for i in range(t.start, t.end)}
    assert all(i in covered for i, c in enumerate(text) if c.isalnum() and not is_invisible(c))


def test_a_run_with_stanza_alone_has_exact_offsets(pages: Path, tmp_path: Path) -> None:
    config = Config.from_dict({"workers": 1, "tokenizer": "stanza", "names": {"recognizers": ["stanza"]}})
    summary = pipeline.run(pages, tmp_path / "run", config)
    assert summary.failed == 0
    texts = {d["doc_id"]: d["text"] for d in pipeline.read_table(summary.out, "documents", as_arrow=True).to_pylist()}
    mentions = pipeline.read_table(summary.out, "mentions", as_arrow=True).to_pylist()
    assert {m["tagger"] for m in mentions} <= {"stanza", "stanza+rule", "rule"}
    assert all(texts[m["doc_id"]][m["start"] : m["end"]] == m["text"] for m in mentions)
    assert "stanza-ar/resources.json" in (summary.out / "manifest.json").read_text(encoding="utf-8")
