from datetime import date

import pytest

from pipeline.document import Document, Segment, Span
from pipeline.text.tokens import CamelTokens
from pipeline.times.stage import Times

MONDAY = date(2025, 6, 9)
SUNDAY = date(2025, 6, 8)


def _run(*parts: tuple[str, str, date | None], published: date | None = None) -> Document:
    """Run a page of (kind, text, stated day) parts."""
    text, segments = "", []
    for kind, part, day in parts:
        segments.append(Segment(kind, len(text), len(text) + len(part), None, day, "header" if day else "none"))
        text += part
    (doc,) = Times()(CamelTokens()([Document("d", text, published=published, segments=tuple(segments))]))
    return doc


def _days(doc: Document) -> list[tuple[str, date | None]]:
    return [(doc.text[t.start : t.end], t.date_start) for t in doc.times]


def test_a_stated_day_comes_before_metadata() -> None:
    doc = _run(("article", "وصل أمس .\n", SUNDAY), published=MONDAY)
    assert (doc.segments[0].anchor, doc.segments[0].anchor_basis) == (SUNDAY, "header")


def test_the_first_article_takes_the_day_that_came_with_the_page() -> None:
    doc = _run(("boilerplate", "الرئيسية\n", None), ("article", "وصل أمس .\n", None), published=MONDAY)
    assert [(s.anchor, s.anchor_basis) for s in doc.segments] == [(MONDAY, "metadata"), (MONDAY, "metadata")]
    assert _days(doc) == [("أمس", SUNDAY)]


def test_a_related_article_never_takes_the_day_of_the_page() -> None:
    doc = _run(("article", "وصل أمس .\n", None), ("related", "وصل اليوم الأحد في 8 يونيو .\n", None), published=MONDAY)
    assert (doc.segments[1].anchor, doc.segments[1].anchor_basis) == (None, "none")
    assert _days(doc)[1:] == [("اليوم الأحد", None), ("8 يونيو", None)]


@pytest.mark.parametrize(
    "text",
    [
        "أعلنت الوزارة اليوم الأحد 8 يونيو 2025 عن الخطة .\n",
        "أعلنت الوزارة أمس السبت 7 يونيو 2025 عن الخطة .\n",
        "الرياض 8 يونيو 2025 واس\nأعلنت الوزارة الخطة .\n",
        "الرياض في 8 يونيو 2025 / أعلنت الوزارة الخطة .\n",
        "الرياض 12 ذو الحجة 1446 هـ الموافق 8 يونيو 2025 م واس\nأعلنت الوزارة الخطة .\n",
    ],
)
def test_an_undated_article_takes_the_day_that_it_calls_its_own(text: str) -> None:
    doc = _run(("article", "خبر .\n", MONDAY), ("related", text, None))
    assert (doc.segments[1].anchor, doc.segments[1].anchor_basis) == (SUNDAY, "text")


@pytest.mark.parametrize(
    "text",
    [
        "أعلنت الوزارة الخطة في 8 يونيو 2025 .\n",
        "ولد الشاعر (8 يونيو 2025) في المدينة .\n",
        "عقد المؤتمر في 8 يونيو 2025 - وحضره كثيرون .\n",
    ],
)
def test_a_full_date_that_is_only_told_is_no_anchor(text: str) -> None:
    assert _run(("related", text, None)).segments[0].anchor is None


def test_a_dateline_stands_behind_the_title() -> None:
    text = "الخطة الجديدة\nالرياض 8 يونيو 2025 واس\nأعلنت الوزارة اليوم الخطة .\n"
    segment = Segment("related", 0, len(text), Span(0, 13))
    (doc,) = Times()(CamelTokens()([Document("d", text, segments=(segment,))]))
    assert doc.segments[0].anchor == SUNDAY


def test_a_weekday_moves_the_anchor_to_the_nearest_day_that_fits() -> None:
    doc = _run(("article", "أعلن اليوم الأحد الخطة وزار أمس المدينة وسيعود غدا .\n", MONDAY))
    assert (doc.segments[0].anchor, doc.segments[0].anchor_basis) == (SUNDAY, "weekday")
    assert not doc.segments[0].anchor_conflict
    days = [day for _, day in _days(doc)]
    assert days == [SUNDAY, date(2025, 6, 7), MONDAY]


def test_weekdays_that_agree_leave_the_anchor_alone() -> None:
    doc = _run(("article", "أعلن أمس الأحد الخطة وسيعود غدا الثلاثاء .\n", MONDAY))
    assert (doc.segments[0].anchor, doc.segments[0].anchor_basis) == (MONDAY, "header")


def test_weekdays_that_demand_different_days_are_a_conflict() -> None:
    doc = _run(("article", "أعلن اليوم الأحد الخطة وزار أمس الأحد المدينة ثم عاد اليوم .\n", MONDAY))
    assert (doc.segments[0].anchor, doc.segments[0].anchor_basis, doc.segments[0].anchor_conflict) == (
        MONDAY, "header", True,
    )  # fmt: skip
    assert [day for _, day in _days(doc)] == [SUNDAY, SUNDAY, MONDAY]


def test_articles_of_one_page_are_repaired_apart() -> None:
    doc = _run(("article", "أعلن اليوم الأحد .\n", MONDAY), ("related", "أعلن اليوم الاثنين .\n", MONDAY))
    assert [s.anchor for s in doc.segments] == [SUNDAY, MONDAY]


def test_an_article_that_goes_on_behind_a_link_has_one_anchor() -> None:
    first, link, rest = "وصل اليوم الأحد .\n", "خبر آخر .\n", "وكان قد وصل أمس .\n"
    doc = _run(("article", first, MONDAY), ("related", link, None), ("article", rest, MONDAY))
    assert [s.anchor for s in doc.segments] == [SUNDAY, None, SUNDAY]
    doc = _run(("article", "وصل اليوم الأحد 8 يونيو 2025 .\n", None), ("related", link, None), ("article", rest, None))
    assert [s.anchor for s in doc.segments] == [SUNDAY, None, SUNDAY]
    doc = _run(("article", "وصل أمس .\n", MONDAY), ("related", link, None), ("article", "عاد اليوم الأحد .\n", MONDAY))
    assert _days(doc)[0] == ("أمس", date(2025, 6, 7))


def test_boilerplate_takes_the_anchor_of_its_article() -> None:
    doc = _run(
        ("boilerplate", "أخبار اليوم\n", None),
        ("article", "خبر .\n", SUNDAY),
        ("boilerplate", "نشر أمس\n", None),
        ("related", "خبر آخر .\n", None),
        ("boilerplate", "نشر أمس\n", None),
    )
    assert [s.anchor for s in doc.segments] == [SUNDAY, SUNDAY, SUNDAY, None, None]
