import json
from pathlib import Path

import pytest

from pipeline.cli import main

TEXT = "قُتل ثلاثة جنود في هجوم استهدف حاجزاً قرب الحسكة أمس."


def test_gold_texts_that_the_run_lacks_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": "a", "text": TEXT}), encoding="utf-8")
    run, gold = str(tmp_path / "run"), tmp_path / "gold.csv"
    assert main(["run", str(tmp_path / "a.jsonl"), "--out", run, "--workers", "1", "--events-model", "rules"]) == 0
    gold.write_text(f"label,text,event_type\nyes,{TEXT},ATTACK\n", encoding="utf-8-sig")
    assert main(["evaluate", "events", str(gold), run]) == 0
    assert "100.0" in capsys.readouterr().out
    gold.write_text(f"label,text\nyes,{TEXT}\nyes,خبر آخر\n", encoding="utf-8")
    assert main(["evaluate", "events", str(gold), run]) == 2
    assert "run lacks 1 texts of" in capsys.readouterr().err


def test_a_table_that_cannot_be_read_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gold = tmp_path / "gold.csv"
    gold.write_bytes("label,text\nyes,خبر\n".encode("cp1256"))
    assert main(["evaluate", "events", str(gold), str(tmp_path)]) == 2
    assert "gold.csv cannot be read" in capsys.readouterr().err
    gold.write_text("label,text\nyes\n", encoding="utf-8")
    assert main(["evaluate", "events", str(gold), str(tmp_path)]) == 2
    assert "line 2 needs a label and a text" in capsys.readouterr().err


def write_gold(folder: Path, doc_id: object, text: str = TEXT) -> Path:
    event = {"type": "ATTACK", "trigger": {"text": "هجوم"}, "status": "OCCURRED", "roles": []}
    time = {"text": "أمس", "start": "2024-05-14", "end": "2024-05-14"}
    (folder / "g.docs.json").write_text(json.dumps([{"id": doc_id, "text": text}]), encoding="utf-8")
    (folder / "g.json").write_text(json.dumps([{"id": doc_id, "events": [event], "times": [time]}]), encoding="utf-8")
    return folder / "g.json"


@pytest.mark.parametrize(
    ("row", "doc_id", "says"),
    [
        ({"id": "0"}, 0, None),  # a number in the gold
        ({"url": "http://x"}, "a", None),  # without ids, found by its text
        ({"id": "a", "title": "هجوم قرب الحسكة"}, "a", "document 'a' has another text than in"),
        ({"id": "b", "title": "هجوم قرب الحسكة"}, "a", "lacks 1 texts of"),
    ],
)
def test_documents_of_gold_and_run_are_paired_alike_for_times_and_events(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], row: dict[str, str], doc_id: object, says: str | None
) -> None:
    row |= {"text": TEXT, "date": "2024-05-15"}
    (tmp_path / "a.jsonl").write_text(json.dumps(row), encoding="utf-8")
    run, gold = str(tmp_path / "run"), str(write_gold(tmp_path, doc_id))
    assert main(["run", str(tmp_path / "a.jsonl"), "--out", run, "--workers", "1", "--events-model", "rules"]) == 0
    for what in ("times", "events"):
        capsys.readouterr()
        assert main(["evaluate", what, gold, run]) == (2 if says else 0)
        told = capsys.readouterr()
        assert says in told.err if says else "100.0" in told.out


def test_a_table_with_titles_is_scored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gold, run = tmp_path / "gold.CSV", str(tmp_path / "run")
    gold.write_text(f"label,title,text\n1,خبر عاجل,{TEXT}\n", encoding="utf-8")
    assert main(["run", str(gold), "--out", run, "--workers", "1", "--events-model", "rules"]) == 0
    assert main(["evaluate", "events", str(gold), run]) == 0
    assert "100.0" in capsys.readouterr().out
