import json
import re
from pathlib import Path

import numpy as np
import pytest

from pipeline.cli import main
from pipeline.errors import InputError
from pipeline.evaluation.corpora import (
    LabelledSentence,
    gold_document,
    gold_sentences,
    read_annotations,
    read_conll,
    read_gold,
    retokenize,
    tag_spans,
)
from pipeline.evaluation.names import evaluate_names, score_counts
from pipeline.models import models_folder


def test_conll_files_with_one_and_two_columns_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_text("زار O\nفلاديمير B-PERS\nبوتين I-PERS\n\nالصين B-GPE\n", encoding="utf-8")
    assert read_conll(path) == [
        LabelledSentence(("زار", "فلاديمير", "بوتين"), ("O", "B-PER", "I-PER")),
        LabelledSentence(("الصين",), ("B-LOC",)),
    ]
    path.write_text("زار\nبوتين\n\nكلمة\n", encoding="utf-8")
    assert read_conll(path) == [LabelledSentence(("زار", "بوتين"), ("O", "O")), LabelledSentence(("كلمة",), ("O",))]


def test_a_word_whose_tag_is_missing_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_text("# نص\nزار O\nبوتين B-PER\n\nالصين\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.conll: line 5 is a word without a tag"):
        read_conll(path)


@pytest.mark.parametrize(
    ("gold", "docs", "says"),
    [
        ([{"id": 0}, {"id": "0"}], [{"id": "0", "text": "مصر"}], r"g\.json: document '0' comes 2 times"),
        (
            [{"id": 0}],
            [{"id": 0, "text": "مصر"}, {"id": 0, "text": "لبنان"}],
            r"g\.docs\.json: document '0' comes 2 times",
        ),
        ([], [], r"g\.json holds no document"),
    ],
)
def test_gold_of_nothing_or_of_one_document_twice_is_refused(
    tmp_path: Path, gold: list[object], docs: list[object], says: str
) -> None:
    (tmp_path / "g.docs.json").write_text(json.dumps(docs), encoding="utf-8-sig")
    (tmp_path / "g.json").write_text(json.dumps(gold), encoding="utf-8-sig")
    with pytest.raises(InputError, match=says):
        read_annotations(tmp_path / "g.json")


@pytest.mark.parametrize(
    "tags",
    [
        ("B-PER", "I-PER", "O", "B-LOC"),
        ("B-PER", "E-PER", "O", "S-LOC"),
        ("B-PERS", "L-PERS", "O", "U-GPE"),
        ("b-per", "i-per", "o", "s-loc"),
        ("B_PER", "I_PER", "O", "B_LOC"),
    ],
)
def test_tags_of_every_common_scheme_are_read(tmp_path: Path, tags: tuple[str, ...]) -> None:
    path = tmp_path / "a.conll"
    words = ("ليلى", "مراد", "في", "حلب")
    path.write_text("".join(f"{w} {t}\n" for w, t in zip(words, tags, strict=True)), encoding="utf-8")
    assert read_conll(path) == [LabelledSentence(words, ("B-PER", "I-PER", "O", "B-LOC"))]


def test_comments_and_marks_of_documents_are_no_words(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    lines = ["\ufeff-DOCSTART- -X- O O", "", "# sent_id = 1", "# text = حلب O", "#حلب B-LOC", "# O", "-DOCSTART- O", "# newdoc",
             "حلب B-LOC"]  # fmt: skip
    path.write_text("\n".join(lines), encoding="utf-8")
    assert read_conll(path) == [
        LabelledSentence(("#حلب", "#"), ("B-LOC", "O")),
        LabelledSentence(("حلب",), ("B-LOC",)),
    ]


@pytest.mark.parametrize("tag", ["PER", "B", "NNP", "0", "X-PER", "B-"])
def test_a_column_that_holds_no_tags_is_told(tmp_path: Path, tag: str) -> None:
    path = tmp_path / "a.conll"
    path.write_text(f"زار O\nسعد {tag}\n", encoding="utf-8")
    with pytest.raises(InputError, match=rf"a\.conll: line 2: the last column '{tag}' is no tag; write O"):
        read_conll(path)


def test_marks_at_the_ends_fall_out_of_a_name() -> None:
    cut = retokenize(LabelledSentence(("(حماس)", "و«فتح»"), ("B-ORG", "B-ORG")))
    assert [cut.words[a:b] for a, b, _ in tag_spans(cut.tags)] == [("حماس",), ("و", "«", "فتح")]


def test_json_gold_is_located_by_occurrence(tmp_path: Path) -> None:
    text = "مصر ومصر وبمصر"
    (tmp_path / "g.docs.json").write_text(json.dumps([{"id": "a", "text": text, "date": None}]), encoding="utf-8")
    gold = [{"id": "a", "mentions": [{"text": "مصر", "nth": 3, "type": "LOC"}]}]
    (tmp_path / "g.json").write_text(json.dumps(gold), encoding="utf-8")
    (doc,) = read_gold(tmp_path / "g.json", tmp_path / "g.docs.json")
    assert doc.names == {(11, 14, "LOC")}
    (sentence,) = gold_sentences(doc)
    assert sentence.tags == ("O", "O", "B-LOC")
    gold[0]["mentions"][0]["nth"] = 4  # type: ignore[index]
    (tmp_path / "g.json").write_text(json.dumps(gold), encoding="utf-8")
    with pytest.raises(InputError, match="does not occur 4 times"):
        read_gold(tmp_path / "g.json", tmp_path / "g.docs.json")


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({}, "'mentions'"),
        ({"mentions": None}, "must have `mentions`"),
        ({"mentions": [{"text": "مصر", "label": "LOC"}]}, "'type'"),
        ({"mentions": [{"text": "مصر", "type": "LOC", "nth": "1"}]}, "`nth` from 1"),
        ({"mentions": [{"text": "مصر", "type": "LOC", "nth": -1}]}, "does not occur -1 times"),
        ({"mentions": [{"text": "", "type": "LOC"}]}, "'' does not occur"),
        ({"mentions": ["مصر"]}, "must have `mentions`"),
        ({"mentions": [{"text": "مصر", "type": "MISC"}]}, "holds no name to score"),
    ],
)
def test_json_gold_that_is_none_is_named(tmp_path: Path, entry: dict[str, object], says: str) -> None:
    (tmp_path / "g.docs.json").write_text(json.dumps([{"id": "a", "text": "مصر"}]), encoding="utf-8")
    (tmp_path / "g.json").write_text(json.dumps([{"id": "a", **entry}]), encoding="utf-8")
    with pytest.raises(InputError, match=rf"g\.json.*{re.escape(says)}"):
        evaluate_names(tmp_path / "g.json", None, ["compact"], "rasd")


def test_other_names_of_the_labels_are_known_in_json_as_in_conll() -> None:
    names = [{"text": "مصر", "type": "GPE"}, {"text": "سعد", "type": "pers"}, {"text": "الفجر", "type": "MISC"}]
    doc = gold_document({"id": "a", "mentions": names}, "مصر سعد الفجر")
    assert doc.names == {(0, 3, "LOC"), (4, 7, "PER")}


def test_scores_count_exact_spans(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.conll"
    path.write_text("وصل O\nالوزير O\nإلى O\nموسكو B-LOC\nأمس O\n. O\n\nكتاب B-ORG\n", encoding="utf-8")
    scores = evaluate_names(path, None, ["compact"], "rasd")["compact"]
    assert scores["all"]["n"] == 2
    assert scores["LOC"]["r"] == 100.0
    assert scores["ORG"]["r"] == 0.0
    assert main(["evaluate", "names", str(path)]) == 0
    assert "F1" in capsys.readouterr().out


CAPITALS = "زار O\nفلاديمير B-PER\nبوتين I-PER\nمدينة B-LOC\nدمشق I-LOC\n. O\n"


def test_generic_heads_are_forgiven_in_the_lenient_form(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_text(CAPITALS, encoding="utf-8")
    scores = evaluate_names(path, None, ["compact"], "rasd")["compact"]
    assert scores["LOC"]["f"] == 0.0
    assert scores["lenient"]["f"] == 100.0
    assert [(e["error"], e["label"], e["found"]) for e in scores["errors"]] == [("bounds", "LOC", "LOC دمشق")]
    assert "[مدينة دمشق]" in scores["errors"][0]["context"]


def test_names_count_for_the_words_that_they_touch(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_text("سافر O\nالوزير O\nإلى O\nباريس B-LOC\nوموسكو B-LOC\n. O\n", encoding="utf-8")
    assert evaluate_names(path, None, ["compact"], "rasd")["compact"]["all"]["f"] == 100.0


def test_intervals_hold_the_score_and_errors_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    blocks = [CAPITALS, "وصل O\nالوفد O\nإلى O\nموسكو B-PER\n. O\n", "قال O\nالمتحدث B-ORG\n. O\n"] * 67
    path.write_text("\n".join(blocks), encoding="utf-8")
    scores = evaluate_names(path, None, ["compact"], "rasd")["compact"]
    low, high = scores["all"]["interval"]
    assert low <= scores["all"]["f"] <= high
    assert {e["error"] for e in scores["errors"]} == {"bounds", "label", "missed"}


def test_few_texts_give_no_interval(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    counts = np.array([(1, 2, 1), (2, 2, 3)] * 5)
    assert score_counts(counts)["interval"] is not None
    assert score_counts(counts[:9])["interval"] is None
    assert score_counts(np.concatenate([counts[:9], np.zeros((9, 3), dtype=np.int64)]))["interval"] is None
    path = tmp_path / "a.conll"
    path.write_text(CAPITALS, encoding="utf-8")
    assert main(["evaluate", "names", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "[-]  n 2" in shown
    assert "ORG     no such name in the gold" in shown
    assert "an interval needs names in 10 texts" in shown


def test_several_models_are_compared_in_one_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.conll"
    path.write_text(CAPITALS * 2, encoding="utf-8")
    folders = [str(models_folder() / name) for name in ("compact-ner", "stanza-ar", "camel-bert")]
    models = ["--model", "compact", *[x for folder in folders for x in ("--model", folder)]]
    assert main(["evaluate", "names", str(path), *models, "--errors", "1", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert list(result) == ["compact", *folders]
    assert result["compact"] == result[folders[0]]
    assert all(scores["PER"]["n"] == 2 for scores in result.values())


def test_a_gazetteer_is_scored_by_its_file(tmp_path: Path) -> None:
    path, names = tmp_path / "a.conll", str(tmp_path / "names.tsv")
    path.write_text(CAPITALS, encoding="utf-8")
    Path(names).write_text("مدينة دمشق\tLOC\n", encoding="utf-8")
    scores = evaluate_names(path, None, [names], "aqmar")[names]
    assert (scores["LOC"]["f"], scores["PER"]["f"]) == (100.0, 0.0)


def test_what_cannot_be_scored_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_text("\n", encoding="utf-8")
    with pytest.raises(InputError, match="holds no sentence"):
        evaluate_names(path, None, ["compact"], "rasd")
    path.write_text(CAPITALS, encoding="utf-8")
    with pytest.raises(InputError, match="neither one of"):
        evaluate_names(path, None, [str(tmp_path)], "rasd")
    with pytest.raises(InputError, match="neither one of compact, camel, stanza nor a gazetteer"):
        evaluate_names(path, None, ["gazetteer"], "rasd")
    with pytest.raises(InputError, match="cannot be read"):
        evaluate_names(tmp_path / "b.conll", None, ["compact"], "rasd")
