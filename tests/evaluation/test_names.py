import json
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.errors import InputError
from pipeline.evaluation.corpora import LabelledSentence, gold_sentences, read_conll, read_gold, retokenize, tag_spans
from pipeline.evaluation.names import evaluate_names
from pipeline.models import models_folder


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
    blocks = [CAPITALS, "وصل O\nالوفد O\nإلى O\nموسكو B-PER\n. O\n", "قال O\nالمتحدث B-ORG\n. O\n"] * 20
    path.write_text("\n".join(blocks), encoding="utf-8")
    scores = evaluate_names(path, None, ["compact"], "rasd")["compact"]
    low, high = scores["all"]["interval"]
    assert low <= scores["all"]["f"] <= high
    assert {e["error"] for e in scores["errors"]} == {"bounds", "label", "missed"}


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


def test_what_cannot_be_scored_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_text("\n", encoding="utf-8")
    with pytest.raises(InputError, match="holds no sentence"):
        evaluate_names(path, None, ["compact"], "rasd")
    path.write_text(CAPITALS, encoding="utf-8")
    with pytest.raises(InputError, match="neither one of"):
        evaluate_names(path, None, [str(tmp_path)], "rasd")
    with pytest.raises(InputError, match="cannot be read"):
        evaluate_names(tmp_path / "b.conll", None, ["compact"], "rasd")
