import json
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.errors import InputError
from pipeline.evaluation.corpora import LabelledSentence, gold_sentences, read_conll, read_gold, retokenize, tag_spans
from pipeline.evaluation.names import evaluate_names


def test_conll_files_with_one_and_two_columns_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_text("زار O\nفلاديمير B-PERS\nبوتين I-PERS\n\nالصين B-GPE\n\nكلمة\n", encoding="utf-8")
    assert read_conll(path) == [
        LabelledSentence(("زار", "فلاديمير", "بوتين"), ("O", "B-PER", "I-PER")),
        LabelledSentence(("الصين",), ("B-LOC",)),
        LabelledSentence(("كلمة",), ("O",)),
    ]


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


def test_scores_count_exact_spans(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.conll"
    path.write_text("وصل O\nالوزير O\nإلى O\nموسكو B-LOC\nأمس O\n. O\n\nكتاب B-ORG\n", encoding="utf-8")
    scores = evaluate_names(path, None, ["compact"], "rasd")["compact"]
    assert scores["all"]["n"] == 2
    assert scores["LOC"]["r"] == 100.0
    assert scores["ORG"]["r"] == 0.0
    assert main(["evaluate", "names", str(path)]) == 0
    assert "F1" in capsys.readouterr().out
