from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.config import Config
from pipeline.document import Document, Mention, Segment
from pipeline.names.stage import Names
from pipeline.text.tokens import CamelTokens


def mentions(text: str, config: Config | None = None) -> tuple[Mention, ...]:
    doc = Document("d", text, segments=(Segment("article", 0, len(text)),))
    (filled,) = Names(config)(CamelTokens()([doc]))
    return filled.mentions


def names(text: str, config: Config | None = None) -> list[tuple[str, str, str]]:
    return [(text[m.start : m.end], m.label, m.tagger) for m in mentions(text, config)]


def test_spans_leave_proclitics_out() -> None:
    found = [(name, label) for name, label, _ in names("وصل الوفد المصري إلى بغداد ودمشق ثم عاد للقاهرة")]
    assert found == [("بغداد", "LOC"), ("دمشق", "LOC"), ("لقاهرة", "LOC")]


def test_the_users_names_override_or_support_the_model(tmp_path: Path) -> None:
    path = tmp_path / "mine.tsv"
    path.write_text("بغداد\tORG\tQ1\nالوفد المصري\tORG\n", encoding="utf-8")
    text = "وصل الوفد المصري إلى بغداد"
    mine = Config.from_dict({"names": {"gazetteer": str(path)}})
    assert names(text, mine) == [("الوفد المصري", "ORG", "gazetteer"), ("بغداد", "ORG", "gazetteer")]
    support = Config.from_dict({"names": {"gazetteer": str(path), "gazetteer_mode": "support"}})
    assert ("بغداد", "LOC", "compact") in names(text, support)


def test_a_supporting_list_gives_equal_names_its_ids(tmp_path: Path) -> None:
    path = tmp_path / "mine.tsv"
    path.write_text("بغداد\tLOC\tQ1\n", encoding="utf-8")
    config = Config.from_dict({"names": {"gazetteer": str(path), "gazetteer_mode": "support"}})
    (alone,), (found,) = mentions("وصل الوفد إلى بغداد"), mentions("وصل الوفد إلى بغداد", config)
    assert alone.score is not None
    assert found == replace(alone, tagger="compact+gazetteer", entity="Q1")


def test_the_users_list_alone_is_taken_at_its_word(tmp_path: Path) -> None:
    path = tmp_path / "mine.tsv"
    path.write_text("القوات\tORG\tM\n", encoding="utf-8")
    config = Config.from_dict({"names": {"recognizers": ["gazetteer"], "gazetteer": str(path)}})
    found = mentions("قالت القوات الروسية إن الجيش الأوكراني انسحب", config)
    assert [(m.start, m.end, m.tagger, m.entity) for m in found] == [(5, 11, "gazetteer", "M")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("قال 🇷🇺موسكو 🇷🇺 روسيا", ["موسكو", "روسيا"]),
        ("عاجل 🔴 الجيش الروسي 🇷🇺🇺🇦 أوكرانيا ⚡️حماس✅ 🚨 الرياض", ["الجيش الروسي", "أوكرانيا", "حماس", "الرياض"]),
    ],
)
def test_symbols_are_no_part_of_names(text: str, expected: list[str]) -> None:
    assert [name for name, _, _ in names(text)] == expected


def test_the_users_list_may_name_symbols(tmp_path: Path) -> None:
    path = tmp_path / "mine.tsv"
    path.write_text("🇷🇺\tLOC\tRU\n", encoding="utf-8")
    config = Config.from_dict({"names": {"recognizers": ["gazetteer"], "gazetteer": str(path)}})
    assert names("قال 🇷🇺 أمس", config) == [("🇷🇺", "LOC", "gazetteer")]


def test_a_person_named_ali_is_no_preposition() -> None:
    found = [name for name, _, _ in names("حضر الحفل علي حسن، وشكر محمد علي ومحمود عباس الحضور.")]
    assert "محمود عباس" in found


def test_a_person_behind_a_title_keeps_a_first_letter_like_a_conjunction() -> None:
    found = [name for name, _, _ in names("كرمت الجامعة الباحثة الكينية وانجيرو كاماو، ثم التقى الوزير وأحمد خالد.")]
    assert found == ["وانجيرو كاماو", "أحمد خالد"]
