from datetime import date
from xml.etree import ElementTree

import pytest
from dirty import dirty_text
from hypothesis import given

from pipeline.document import Document, Segment
from pipeline.evaluation.times import read_timeml, timeml_interval
from pipeline.text.tokens import CamelTokens
from pipeline.times.stage import Times, find_times
from pipeline.times.timeml import timex, to_timeml

TODAY = date(2024, 5, 15)


@pytest.mark.parametrize(
    ("text", "type_", "value", "mod"),
    [
        ("أمس", "DATE", "2024-05-14", None),
        ("مساء أمس", "TIME", "2024-05-14TEV", None),
        ("وقت متأخر من ليلة أمس", "TIME", "2024-05-14TNI", None),
        ("صباح الأحد", "TIME", "2024-05-12TMO", None),
        ("الأسبوع الماضي", "DATE", "2024-W19", None),
        ("الشهر الماضي", "DATE", "2024-04", None),
        ("الربع الأول من العام الجاري", "DATE", "2024-Q1", None),
        ("النصف الثاني من عام 2022", "DATE", "2022-H2", None),
        ("صيف 2021", "DATE", "2021-SU", None),
        ("الشتاء الماضي", "DATE", "2024-WI", None),
        ("شتاء 2022/2023", "DATE", "2023-WI", None),
        ("أوائل رمضان 1445", "DURATION", "P10D", None),
        ("النصف الأول من شعبان 1445", "DURATION", "P15D", None),
        ("بداية عام 1445 هـ", "DURATION", "P118D", None),
        ("عام 2014", "DATE", "2014", None),
        ("ستينيات القرن الماضي", "DATE", "196", None),
        ("القرن التاسع عشر", "DATE", "18", None),
        ("عام 300 قبل الميلاد", "DATE", "BC0300", None),
        ("أواخر فبراير 2023", "DATE", "2023-02", "END"),
        ("مطلع العام الماضي", "DATE", "2023", "START"),
        ("منتصف سبعينيات القرن الماضي", "DATE", "197", "MID"),
        ("السنوات الأخيرة", "DATE", "PAST_REF", None),
        ("الأيام المقبلة", "DATE", "FUTURE_REF", None),
        ("منذ ثلاثة أيام", "DURATION", "P3D", None),
        ("الأشهر الستة الماضية", "DURATION", "P6M", None),
        ("8 و9 مارس 2017", "DURATION", "P2D", None),
        ("1 شوال 1436هـ", "DATE", "2015-07-17", None),
    ],
)
def test_times_have_the_values_of_timeml(text: str, type_: str, value: str, mod: str | None) -> None:
    (time,) = find_times(text, TODAY)
    found = timex(time, text[time.start : time.end])
    assert (found.type, found.value, found.mod) == (type_, value, mod)


@pytest.mark.parametrize(
    ("text", "value"),
    [("الأحد", "XXXX-XX-XX"), ("8 يونيو", "XXXX-06-08"), ("في يونيو", "XXXX-06"), ("الأسبوع الماضي", "XXXX-WXX")],
)
def test_unknown_parts_of_a_value_are_marked(text: str, value: str) -> None:
    (time,) = find_times(text)
    assert timex(time, text[time.start : time.end]).value == value


def _document(text: str) -> Document:
    doc = Document("a<b>", text, published=TODAY, segments=(Segment("article", 0, len(text)),))
    (doc,) = Times()(CamelTokens()([doc]))
    return doc


@given(dirty_text)
def test_the_text_survives_the_tags(text: str) -> None:
    doc = _document(text)
    back = read_timeml(to_timeml(doc))
    assert len(back.text) == len(text.replace("\r\n", "\n"))  # XML reads a line end of two characters as one
    assert back.doc_id == "a<b>"
    assert back.published == TODAY


def test_intervals_survive_the_export() -> None:
    doc = _document("وصل أمس & بقي من 3 إلى 9 مارس 2021 <ثم> عاد أواخر عام 2022 وفي الأشهر الستة الماضية .")
    back = read_timeml(to_timeml(doc))
    assert back.text == doc.text
    assert [(t.start, t.end, t.date_start, t.date_end) for t in back.times] == [
        (t.start, t.end, t.date_start, t.date_end) for t in doc.times
    ]


def test_the_export_is_xml_with_one_tag_for_each_time() -> None:
    root = ElementTree.fromstring(to_timeml(_document("وصل أمس ثم سافر في 3 مارس .")))
    assert [t.text for t in root.findall("TEXT/TIMEX3")] == ["أمس", "3 مارس"]
    assert root.findtext("DCT/TIMEX3") == "2024-05-15"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-05-14", (date(2024, 5, 14), date(2024, 5, 14))),
        ("2024-05-14TMO", (date(2024, 5, 14), date(2024, 5, 14))),
        ("2024-W19", (date(2024, 5, 6), date(2024, 5, 12))),
        ("2024-W19-WE", (date(2024, 5, 11), date(2024, 5, 12))),
        ("2024-Q4", (date(2024, 10, 1), date(2024, 12, 31))),
        ("2024-WI", (date(2023, 12, 1), date(2024, 2, 29))),
        ("2024", (date(2024, 1, 1), date(2024, 12, 31))),
        ("196", (date(1960, 1, 1), date(1969, 12, 31))),
        ("PRESENT_REF", (None, None)),
        ("XXXX-WXX", (None, None)),
        ("2024-02-31", (None, None)),
    ],
)
def test_values_are_read_as_intervals(value: str, expected: tuple[date | None, date | None]) -> None:
    assert timeml_interval(value) == expected


@pytest.mark.parametrize(
    ("value", "mod", "expected"),
    [
        ("2025-W23", "MID", (date(2025, 6, 4), date(2025, 6, 6))),
        ("2025-W25", "START", (date(2025, 6, 16), date(2025, 6, 17))),
        ("2025-Q2", "MID", (date(2025, 5, 1), date(2025, 5, 31))),
        ("2025-06", "END", (date(2025, 6, 21), date(2025, 6, 30))),
    ],
)
def test_a_part_of_a_unit_lies_inside_the_unit(value: str, mod: str, expected: tuple[date, date]) -> None:
    assert timeml_interval(value, mod) == expected
