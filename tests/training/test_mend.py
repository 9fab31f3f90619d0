import json
import lzma
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import InputError
from pipeline.training import mend, standoff

TEXT = """وزير الصحة يزور باريس
وصل وزير الصحة علي بن سالم إلى باريس أمس ومعه وفد كبير.
وقال بن سالم إنه سيلتقي نظيرته غدا، ونفى أن يوقع أي اتفاق خلال زيارته، وأضاف أن اللقاء سيكون مغلقا أمام الصحافة."""


def span(phrase: str, nth: int = 1) -> list[int]:
    start = -1
    for _ in range(nth):
        start = TEXT.index(phrase, start + 1)
    return [start, start + len(phrase)]


def event(kind: str, status: str, trigger: str, same_as: int, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "status": status, "trigger": span(trigger), "same_as": same_as, "roles": []} | fields


@pytest.fixture
def places() -> dict[str, Any]:
    return {"id": "site-1", "chars": len(TEXT), "sha256": standoff.checksum(TEXT), "mentions": [],
            "times": [span("أمس"), span("غدا")], "events": [
        event("VISIT", "OCCURRED", "يزور", 1, roles=[["actor", *span("وزير الصحة")]]),
        event("VISIT", "PLANNED", "وصل", 1, roles=[["actor", *span("وفد")], ["destination", *span("باريس", 2)]]),
        event("STATEMENT", "OCCURRED", "وقال", 3, roles=[["actor", *span("بن سالم", 2)]]),
        event("MEETING", "PLANNED", "سيلتقي", 4, speaker=span("وفد")),
        event("AID", "OCCURRED", "الصحافة", 5),
    ]}  # fmt: skip


def test_only_what_is_corrected_changes(places: dict[str, Any]) -> None:
    assert mend.mend(places, TEXT, [])["events"] == [
        {k: v for k, v in e.items() if v != []} for e in places["events"]
    ]  # fmt: skip
    found = mend.mend(places, TEXT, ["2 status OCCURRED | actor علي بن سالم; وفد | time أمس", "1 destination باريس"])
    first, second, *rest = found["events"]
    assert first["roles"] == [["actor", *span("وزير الصحة")], ["destination", *span("باريس")]]
    assert second["status"] == "OCCURRED"
    assert second["time"] == span("أمس")
    assert second["roles"] == [
        ["destination", *span("باريس", 2)], ["actor", *span("علي بن سالم")], ["actor", *span("وفد")],
    ]  # fmt: skip
    assert rest == mend.mend(places, TEXT, [])["events"][2:]


def test_events_are_dropped_and_added_and_joined(places: dict[str, Any]) -> None:
    found = mend.mend(places, TEXT, [
        "1 drop", "5 drop", "4 speaker بن سالم#2", "+ AGREEMENT DENIED اتفاق | speaker بن سالم",
        "+ 31 MEETING PLANNED لقاء | same 4", "+ VISIT PLANNED زيارت | same 2",
    ])["events"]  # fmt: skip
    triggers = [TEXT[slice(*e["trigger"])] for e in found]
    assert triggers == ["وصل", "وقال", "سيلتقي", "اتفاق", "زيارته", "اللقاء"]
    assert [e["same_as"] for e in found] == [1, 2, 3, 4, 1, 3]
    assert found[2]["speaker"] == found[3]["speaker"] == span("بن سالم", 2)
    text = "زار وفد بغداد وأعلن زيارته، ووصف اللقاء بأنه لقاء مفيد"
    (added,) = mend.mend({"events": [], "times": []}, text, ["+ MEETING OCCURRED لقاء"])["events"]
    assert added["trigger"] == [text.index(" لقاء") + 1, text.index(" لقاء") + 5]
    changed = mend.mend(places, TEXT, ["2 same - | type MEETING", "4 speaker -"])["events"]
    assert [e["same_as"] for e in changed] == [1, 2, 3, 4, 5]
    assert "speaker" not in changed[3]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("9 drop", "no correction"), ("1 status LATER", "unknown type or status"), ("1 actor مدريد", "does not stand"),
        ("1 time باريس", "no time"), ("1 weapon وفد", "no field"), ("1 same 8", "no event 8"), ("1 actor وفد#2", "#2"),
        ("+ VISIT OCCURRED مدريد", "does not stand"), ("+ 2 VISIT OCCURRED وفد", "taken"), ("يزور", "no correction"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named(places: dict[str, Any], tmp_path: Path, line: str, problem: str) -> None:
    rows = [json.dumps({"places": places, "text": TEXT})] * 2
    (tmp_path / "000.jsonl").write_text("\n".join(rows), encoding="utf-8")
    (tmp_path / "000.mended.txt").write_text(f"=== 1\nok\n=== 2\n{line}\n", encoding="utf-8")
    with pytest.raises(InputError, match=problem) as caught:
        list(mend.read_folder(tmp_path))
    assert "000.mended.txt, lead 2" in str(caught.value)
    assert line in str(caught.value)


def test_leads_that_are_missing_or_unknown_are_named(places: dict[str, Any], tmp_path: Path) -> None:
    rows = [json.dumps({"places": places, "text": TEXT})] * 2
    (tmp_path / "000.jsonl").write_text("\n".join(rows), encoding="utf-8")
    (tmp_path / "000.mended.txt").write_text("=== 1\nskip\n=== 12\nok\n", encoding="utf-8")
    with pytest.raises(InputError, match="lead 2: is missing") as caught:
        list(mend.read_folder(tmp_path))
    assert "lead 12: was not proposed" in str(caught.value)


def test_proposals_are_shown_mended_and_found_again(tmp_path: Path) -> None:
    title, *paragraphs = TEXT.split("\n")
    long = " ".join(
        [*paragraphs, "وأعلنت الوزارة في بيان أن الزيارة تدوم ثلاثة أيام وأنها جاءت بدعوة من الحكومة الفرنسية."]
    )
    article = {"id": "site-1", "title": title, "text": f"{long}\n{long}\nقصير", "date": "2024-05-12"}
    news = tmp_path / "news.jsonl.xz"
    with lzma.open(news, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(a) + "\n" for a in (article, {**article, "id": "site-2", "text": "قصير"}))
    folder, out = tmp_path / "folder", tmp_path / "more.jsonl"
    mend.main(["propose", str(news), "--out", str(folder)])
    shown = (folder / "000.txt").read_text(encoding="utf-8")
    assert shown.startswith("=== 1 | 2024-05-12\n")
    assert "=== 2" not in shown
    assert "VISIT" in shown
    assert "‹أمس›" in shown
    (folder / "000.mended.txt").write_text("=== 1\n1 status CANCELLED\n", encoding="utf-8")
    mend.main(["read", str(folder), "--out", str(out)])
    (lead,) = standoff.read_found([news], out)
    assert lead.published == date(2024, 5, 12)
    assert lead.annotation["events"][0]["status"] == "CANCELLED"
    assert len(lead.annotation["events"]) > 3
