from pathlib import Path

import pytest

from pipeline.errors import ConfigError
from pipeline.names.gazetteer import Gazetteer
from pipeline.names.recognizer import NameSpan
from pipeline.text.tokens import tokenize


def gazetteer(folder: Path, *rows: str) -> Gazetteer:
    path = folder / "names.tsv"
    path.write_text("# surface, label, id\n" + "\n".join(rows), encoding="utf-8")
    return Gazetteer(path)


def find(names: Gazetteer, text: str) -> list[tuple[str, str, str | None]]:
    ((*spans,),) = names([tokenize(text)])
    return [(text[s.start : s.end], s.label, s.entity) for s in spans]


def test_names_are_found_behind_clitics_and_in_other_spellings(tmp_path: Path) -> None:
    names = gazetteer(tmp_path, "القاهرة\tLOC\tQ85", "إدارة الأرصاد\tORG", "أبو بكر\tPER")
    assert find(names, "وصل من القاهره وبالقاهرة وللقاهرة") == [
        ("القاهره", "LOC", "Q85"), ("القاهرة", "LOC", "Q85"), ("لقاهرة", "LOC", "Q85"),
    ]  # fmt: skip
    assert find(names, "أعلنت ادارة الارصاد عن ابو بكر") == [("ادارة الارصاد", "ORG", None), ("ابو بكر", "PER", None)]


def test_the_longest_name_wins_and_words_are_whole(tmp_path: Path) -> None:
    names = gazetteer(tmp_path, "النصر\tORG", "نادي النصر السعودي\tORG", "سعود\tPER")
    assert find(names, "فاز نادي النصر السعودي ثم النصر") == [
        ("نادي النصر السعودي", "ORG", None),
        ("النصر", "ORG", None),
    ]
    assert find(names, "المسعودي والسعودية") == []


@pytest.mark.parametrize("row", ["القاهرة", "القاهرة\tCITY", "القاهرة,LOC"])
def test_a_row_without_a_label_is_refused_with_its_line(tmp_path: Path, row: str) -> None:
    with pytest.raises(ConfigError, match=r"names.tsv:2"):
        gazetteer(tmp_path, row)


def test_a_row_that_names_nothing_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"names.tsv: line 5 names nothing"):
        gazetteer(tmp_path, "دمشق\tLOC", "", "# حلب", " \tLOC")


def test_spans_know_their_recogniser(tmp_path: Path) -> None:
    ((span,),) = gazetteer(tmp_path, "دمشق\tLOC")([tokenize("دمشق")])
    assert isinstance(span, NameSpan)
    assert (span.tagger, span.score) == ("gazetteer", None)


def test_spans_begin_with_a_letter(tmp_path: Path) -> None:
    names = gazetteer(tmp_path, "الشهباء\tLOC", "كتائب الفجر\tORG")
    assert find(names, "وصل بِالشهباء أمس") == [("الشهباء", "LOC", None)]
    assert find(names, "قالت وَكتائب الفجر إنها هاجمت وـكتائب الفجر") == [("كتائب الفجر", "ORG", None)] * 2


def test_no_name_hides_another_that_holds_its_first_word(tmp_path: Path) -> None:
    names = gazetteer(
        tmp_path, "البوسنة والهرسك\tLOC\tBA", "الهرسك\tLOC\tH", "وزارة التربية والتعليم\tORG", "التعليم العالي\tORG"
    )
    assert find(names, "زار الوفد البوسنة والهرسك أمس") == [("البوسنة والهرسك", "LOC", "BA")]
    assert find(names, "وبالبوسنة والهرسك ثم والهرسك") == [("البوسنة والهرسك", "LOC", "BA"), ("الهرسك", "LOC", "H")]
    assert find(names, "وقالت وزارة التربية والتعليم ووزارة التربية والتعليم والتعليم العالي") == [
        ("وزارة التربية والتعليم", "ORG", None), ("وزارة التربية والتعليم", "ORG", None), ("التعليم العالي", "ORG", None),
    ]  # fmt: skip


def test_a_name_with_a_proclitic_of_its_own_stays_whole(tmp_path: Path) -> None:
    names = gazetteer(tmp_path, "ورد\tPER\tW", "رد\tORG\tR", "رد الشام\tORG\tS")
    assert find(names, "قال ورد أمس") == [("ورد", "PER", "W")]
    assert find(names, "قال ورد الشام أمس") == [("رد الشام", "ORG", "S")]


@pytest.mark.parametrize("name", ["إف-16", "S&P", "ام.بي.سي", "حركة «حماس»"])
def test_names_with_marks_are_found(tmp_path: Path, name: str) -> None:
    names = gazetteer(tmp_path, f"{name}\tORG")
    assert find(names, f"قالت {name} و{name} أمس") == [(name, "ORG", None)] * 2


@pytest.mark.parametrize(("name", "written"), [("أم درمان", "بأم درمان"), ("آل ثاني", "لآل ثاني"), ("قم", "وقم")])
def test_short_words_of_the_list_lose_their_proclitics(tmp_path: Path, name: str, written: str) -> None:
    assert find(gazetteer(tmp_path, f"{name}\tLOC"), f"قال {written} أمس") == [(name, "LOC", None)]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("عبد الرحمن منير", "عبدالرحمن منير"), ("عبدالرحمن منير", "عبد الرحمن منير"), ("أبو ظبي", "أبوظبي"),
        ("رامي عبد السلام", "رامي عبدالسلام"), ("أم درمان", "أمدرمان"), ("هيئة شؤون المسنين", "هيئة شئون المسنين"),
        ("مسئول", "مسؤول"), ("عبدالله أبو زيد", "عبد الله أبوزيد"),
    ],
)  # fmt: skip
def test_names_are_found_written_as_one_word_or_two(tmp_path: Path, name: str, written: str) -> None:
    assert find(gazetteer(tmp_path, f"{name}\tPER\tn1"), f"حضر {written} مبكرا") == [(written, "PER", "n1")]
