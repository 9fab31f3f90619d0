"""The example pages, from file to tables: what an analyst must find in them."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

import pipeline


@pytest.fixture(scope="module")
def rows(example_run: Path) -> dict[str, list[dict[str, Any]]]:
    names = ("documents", "segments", "times", "mentions", "event_mentions", "events")
    return {name: pipeline.read_table(example_run, name, as_arrow=True).to_pylist() for name in names}


@pytest.mark.parametrize(
    ("doc_id", "kinds", "published"),
    [
        ("visit_related", ["article", "related", "boilerplate"], [date(2025, 10, 14), None, None]),
        ("ceasefire", ["boilerplate", "article", "boilerplate"], [None, date(2025, 3, 9), None]),
        ("maghreb", ["article"], [date(2025, 4, 17)]),
        ("hijri", ["article"], [date(2024, 11, 21)]),
        ("levant", ["article"], [date(2025, 2, 12)]),
        ("summit", ["article", "related"], [date(2025, 6, 22), None]),
        ("feed-1", ["article"], [date(2025, 4, 4)]),
        ("archive-2", ["article"], [date(2024, 12, 3)]),
    ],
)
def test_pages_are_cut_and_dated(
    rows: dict[str, Any], doc_id: str, kinds: list[str], published: list[date | None]
) -> None:
    segments = [s for s in rows["segments"] if s["doc_id"] == doc_id]
    assert [s["kind"] for s in segments] == kinds
    assert [s["published"] for s in segments] == published


@pytest.mark.parametrize(
    ("doc_id", "text", "start", "end"),
    [
        ("visit_related", "غداً الأربعاء", date(2025, 10, 15), date(2025, 10, 15)),
        ("visit_related", "3 سبتمبر الماضي", date(2025, 9, 3), date(2025, 9, 3)),
        ("visit_related", "اليوم الاثنين", None, None),  # the related article states no day
        ("maghreb", "شهر جانفي الماضي", date(2025, 1, 1), date(2025, 1, 31)),
        ("maghreb", "مطلع جوان المقبل", date(2025, 6, 1), date(2025, 6, 10)),
        ("levant", "6 شباط 2023", date(2023, 2, 6), date(2023, 2, 6)),
        ("summit", "العاشر من تموز المقبل", date(2025, 7, 10), date(2025, 7, 10)),
        ("hijri", "شهر رجب المقبل", date(2025, 1, 1), date(2025, 1, 30)),
        ("feed-3", "أول من أمس", date(2025, 7, 3), date(2025, 7, 3)),
    ],
)
def test_dates_are_resolved(rows: dict[str, Any], doc_id: str, text: str, start: date | None, end: date | None) -> None:
    found = [(t["date_start"], t["date_end"]) for t in rows["times"] if t["doc_id"] == doc_id and t["text"] == text]
    assert (start, end) in found


@pytest.mark.parametrize(
    ("doc_id", "text", "label"),
    [
        ("visit_related", "بغداد", "LOC"),
        ("visit_related", "أيمن الصفدي", "PER"),
        ("ceasefire", "أنطونيو غوتيريش", "PER"),
        ("ceasefire", "الأمم المتحدة", "ORG"),
        ("levant", "سوريا", "LOC"),
        ("hijri", "محمد بن سلمان", "PER"),
        ("feed-2", "أرمينيا", "LOC"),
    ],
)
def test_names_are_found(rows: dict[str, Any], doc_id: str, text: str, label: str) -> None:
    assert (text, label) in [(m["text"], m["label"]) for m in rows["mentions"] if m["doc_id"] == doc_id]


@pytest.mark.parametrize(
    ("doc_id", "trigger", "kind", "status"),
    [
        ("visit_related", "زيارة", "VISIT", "PLANNED"),
        ("visit_related", "سيلتقي", "MEETING", "PLANNED"),
        ("visit_related", "وقعا", "AGREEMENT", "OCCURRED"),
        ("visit_related", "اعتقال", "ARREST", "OCCURRED"),
        ("ceasefire", "قصف", "ATTACK", "OCCURRED"),
        ("levant", "زلزال", "DISASTER", "OCCURRED"),
        pytest.param("trial", "محاكمة", "VERDICT", "POSTPONED"),
        ("protest", "تظاهر", "PROTEST", "OCCURRED"),
        ("feed-3", "عقوبات", "SANCTION", "OCCURRED"),
        ("hijri", "وعيّن", "APPOINTMENT", "OCCURRED"),
    ],
)
def test_events_are_found(rows: dict[str, Any], doc_id: str, trigger: str, kind: str, status: str) -> None:
    found = [(e["text"], e["type"], e["status"]) for e in rows["event_mentions"] if e["doc_id"] == doc_id]
    assert (trigger, kind, status) in found
