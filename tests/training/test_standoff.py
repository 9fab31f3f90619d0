import json
import lzma
from pathlib import Path
from typing import Any

import pytest

from pipeline.training import standoff
from pipeline.training.annotated import Lead, read_leads

LEAD = """@ 2024-05-12
وفد من [L تونس] في [L باريس]
{1 وصل} وزير الصحة التونسي [P علي بن سالم] [T أمس] إلى [L باريس] في {2 زيارة} تدوم يومين.
وقال [P بن سالم] إنه {3 سيلتقي} نظيرته.
1 VISIT OCCURRED | actor علي بن سالم | destination باريس#2 | time أمس
2 VISIT OCCURRED | same 1
3 MEETING PLANNED | actor بن سالم#2 | actor نظيرته | speaker بن سالم#2
"""
ARTICLE = {
    "id": "site-1",
    "title": " وفد من تونس في باريس",
    "text": "وصل وزير الصحة التونسي علي بن سالم أمس إلى باريس في زيارة تدوم يومين. \n\n"
    "وقال بن سالم إنه سيلتقي نظيرته.\nوهذه فقرة لم يوسمها أحد.",
    "date": "2024-05-12T08:00:00",
}


@pytest.fixture
def lead(tmp_path: Path) -> Lead:
    path = tmp_path / "lead.txt"
    path.write_text(LEAD, encoding="utf-8")
    return read_leads(path)[0]


def store(tmp_path: Path, lead: Lead, *articles: dict[str, str]) -> tuple[Path, Path, dict[str, Any]]:
    row = standoff.encode_lead(lead) | {"id": "site-1"}
    annotations = tmp_path / "found.jsonl"
    annotations.write_text(json.dumps(row) + "\n", encoding="utf-8")
    news = tmp_path / "news.jsonl.xz"
    with lzma.open(news, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(a) + "\n" for a in articles)
    return annotations, news, row


def test_a_found_lead_comes_back_as_it_was_annotated(tmp_path: Path, lead: Lead) -> None:
    annotations, news, _ = store(tmp_path, lead, {**ARTICLE, "id": "site-0", "text": "غير هذا"}, ARTICLE)
    (again,) = standoff.read_found([news], annotations)
    assert again.text == lead.text
    assert again.published == lead.published
    assert again.annotation == lead.annotation | {"id": "site-1"}


def test_the_annotation_holds_no_text(tmp_path: Path, lead: Lead) -> None:
    *_, row = store(tmp_path, lead, ARTICLE)
    assert not any("\u0600" <= c <= "\u06ff" for c in json.dumps(row, ensure_ascii=False))


def test_an_article_with_another_text_is_left_out(tmp_path: Path, lead: Lead) -> None:
    annotations, news, _ = store(tmp_path, lead, {**ARTICLE, "title": "وفد من تونس في روما"})
    assert list(standoff.read_found([news], annotations)) == []


def test_the_command_writes_gold_and_counts_what_is_missing(
    tmp_path: Path, lead: Lead, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    annotations, news, row = store(tmp_path, lead, ARTICLE)
    with annotations.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row | {"id": "site-2"}) + "\n")
    monkeypatch.setattr(standoff, "FOUND", annotations)
    gold, docs = tmp_path / "gold.json", tmp_path / "docs.json"
    pages = tmp_path / "pages.jsonl"
    standoff.main([str(news), "--out", str(gold), str(docs), "--pages", str(pages)])
    assert [e["type"] for e in json.loads(gold.read_text())[0]["events"]] == ["VISIT", "VISIT", "MEETING"]
    assert json.loads(docs.read_text())[0]["text"] == lead.text
    assert [json.loads(line)["text"] for line in pages.read_text(encoding="utf-8").splitlines()] == [lead.text]
    assert "1 leads, 3 events; 1 articles not found, or with another text" in capsys.readouterr().out


def test_a_time_that_the_grammar_does_not_find_is_left_out(tmp_path: Path, lead: Lead) -> None:
    annotations, news, row = store(tmp_path, lead, ARTICLE)
    place = lead.text.index("وزير الصحة")
    row["times"].append([place, place + 4])
    row["events"][2]["time"] = [place, place + 4]
    annotations.write_text(json.dumps(row) + "\n", encoding="utf-8")
    (again,) = standoff.read_found([news], annotations)
    assert again.annotation["times"] == lead.annotation["times"]
    assert again.annotation["events"][2]["start"] is None
    assert again.annotation["events"][0]["start"] == "2024-05-11"
