import json
from pathlib import Path

import pytest
from dirty import dirty_text
from hypothesis import given

from pipeline.cli import main
from pipeline.document import Document, Mention
from pipeline.viewing.terminal import mark_text, printable

TEXT = "أعلنت وزارة الخارجية\x07 الروسية\r\nأن الوزير\x0b سيرغي لافروف\rسيزور \x1b[31mالقاهرة غداً."


@given(dirty_text)
def test_marks_stay_on_the_letters_of_the_raw_text(text: str) -> None:
    doc = Document("d", text + "سعد", mentions=(Mention(len(text), len(text) + 3, "PER", None, "t", 0),))
    shown = mark_text(doc)
    (span,) = shown.spans
    assert shown.plain[span.start : span.end] == "سعد"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [("أ\r\nب", "أ \nب"), ("أ\rب", "أ\nب"), ("أ\x07\x08\x0b\x0c\x1b\x9b\x00ب", "أ       ب"), ("أ\tب\n", "أ\tب\n")],
)
def test_control_characters_are_replaced_one_for_one(raw: str, shown: str) -> None:
    assert printable(raw) == shown


def test_no_page_steers_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = {"id": "a\x1b[2J", "title": "خبر\x1b[31m :smile:", "text": TEXT}
    (tmp_path / "a.jsonl").write_text(json.dumps(row), encoding="utf-8")
    run = str(tmp_path / "run")
    assert main(["run", str(tmp_path / "a.jsonl"), "--out", run, "--workers", "1"]) == 0
    for command in (["show", run], ["show", run, "--events", "3"], ["show", run, "a\x1b[2J"]):
        assert main(command) == 0
    shown = capsys.readouterr().out
    assert ":smile:" in shown
    assert "لافروف" in shown
    assert not [c for c in shown if c < " " and c != "\n"]
