from datetime import date

import pytest
from dirty import dirty_text
from hypothesis import given

from pipeline.document import Document, Segment
from pipeline.text.pages import cut_page

BODY = "قال وزير النقل في مؤتمر صحفي عقده اليوم في العاصمة إن الخط الجديد سيبدأ العمل مطلع العام المقبل بعد اكتمال التجارب."
OTHER = "أعلنت جامعة الدول العربية تأجيل اجتماعها الطارئ الذي كان مقرراً غداً بسبب سوء الأحوال الجوية في المنطقة كلها."


def cut(*lines: str, **metadata) -> list[tuple[str, str, str | None, date | None]]:
    text = "\n".join(lines)
    segments = cut_page(Document("d", text, **metadata))
    return [(s.kind, text[s.start : s.end].split("\n")[0], title_of(text, s), s.published) for s in segments]


def title_of(text: str, segment: Segment) -> str | None:
    return text[segment.title.start : segment.title.end] if segment.title else None


@given(dirty_text)
def test_segments_tile_the_page(text: str) -> None:
    segments = cut_page(Document("d", text))
    assert "".join(text[s.start : s.end] for s in segments) == text
    for s in segments:
        if s.title:
            assert s.start <= s.title.start < s.title.end <= s.end


def test_a_page_of_one_article_has_its_headline_and_day() -> None:
    assert cut("وزير النقل يعلن موعد افتتاح الخط الجديد", "نشر في: 11-09-2023", BODY) == [
        ("article", "وزير النقل يعلن موعد افتتاح الخط الجديد", "وزير النقل يعلن موعد افتتاح الخط الجديد", date(2023, 9, 11))
    ]


@pytest.mark.parametrize(
    "marker",
    ["اقرأ أيضاً:", "إقرأ أيضا", "اقرأ ايضاً ..", "مواضيع ذات صلة", "شاهد أيضاً", "أخبار ذات صلة:", "قد يهمك أيضاً",
     "طالع أيضا:", "موضوعات متعلقة", "◄ اقرأ المزيد", "Related News"],
)  # fmt: skip
def test_an_article_behind_a_marker_is_apart_and_inherits_no_day(marker: str) -> None:
    found = cut("وزير النقل يعلن موعد افتتاح الخط", "2023/09/11", BODY, marker, "الجامعة العربية تؤجل اجتماعها الطارئ", OTHER)
    assert [f[0] for f in found] == ["article", "related"]
    assert found[1][2] == "الجامعة العربية تؤجل اجتماعها الطارئ"
    assert (found[0][3], found[1][3]) == (date(2023, 9, 11), None)


def test_a_related_article_states_its_own_day() -> None:
    found = cut("وزير النقل يعلن موعد الافتتاح", "2023/09/11", BODY, "اقرأ أيضاً", "الجامعة العربية تؤجل اجتماعها",
                "تاريخ النشر: 3 مايو 2022", OTHER)  # fmt: skip
    assert [f[3] for f in found] == [date(2023, 9, 11), date(2022, 5, 3)]


def test_an_article_goes_on_behind_a_link_within_it() -> None:
    more = "وأضاف وزير النقل أن الخط الجديد سيخدم ركاب العاصمة كلها، وأن التجارب ستكتمل قبل نهاية العام الجاري بحسب الخطة."
    found = cut("وزير النقل يعلن موعد الخط الجديد", "2023/09/11", BODY, "اقرأ أيضاً: الجامعة العربية تؤجل اجتماعها", more)
    assert [f[0] for f in found] == ["article", "related", "article"]
    assert found[2][3] == date(2023, 9, 11)


def test_the_frame_of_a_page_is_boilerplate() -> None:
    found = cut("الرئيسية > سياسة", "شارك", "وزير النقل يعلن موعد الخط", BODY, "الكلمات المفتاحية: النقل، القطارات",
                "جميع الحقوق محفوظة 2023")  # fmt: skip
    assert [f[0] for f in found] == ["boilerplate", "article", "boilerplate"]


def test_source_lines_stay_in_the_article() -> None:
    assert [f[0] for f in cut("وزير النقل يعلن موعد الخط", "عمّان - بترا", BODY, "المصدر: وكالات")] == ["article"]


def test_metadata_date_the_first_article_only_where_it_states_none() -> None:
    day = date(2024, 1, 1)
    assert cut("وزير النقل يعلن", BODY, published=day)[0][3] == day
    assert cut("وزير النقل يعلن", "2023/09/11", BODY, published=day)[0][3] == date(2023, 9, 11)


def test_a_text_of_one_paragraph_has_no_headline() -> None:
    assert cut(BODY) == [("article", BODY, None, None)]
