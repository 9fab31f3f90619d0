import json
from pathlib import Path

import pytest

from pipeline.cli import main

TEXT = "قُتل ثلاثة جنود في هجوم استهدف حاجزاً قرب الحسكة أمس."


def test_gold_texts_that_the_run_lacks_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": "a", "text": TEXT}), encoding="utf-8")
    run, gold = str(tmp_path / "run"), tmp_path / "gold.csv"
    assert main(["run", str(tmp_path / "a.jsonl"), "--out", run, "--workers", "1"]) == 0
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
    assert "needs rows with the columns" in capsys.readouterr().err
