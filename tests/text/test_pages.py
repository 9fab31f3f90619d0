from datetime import date
from time import process_time

import pytest
from dirty import dirty_text
from hypothesis import given

from pipeline.document import Document, Segment
from pipeline.text.pages import cut_page

BODY = (
    "قال وزير النقل في مؤتمر صحفي عقده اليوم في العاصمة إن الخط الجديد سيبدأ العمل مطلع العام المقبل بعد "
    "اكتمال التجارب."
)
MORE = "وأضاف وزير النقل أن الخط الجديد سيخدم ركاب العاصمة كلها، وأن التجارب ستكتمل قبل نهاية العام الجاري بحسب الخطة."
OTHER = "أعلنت جامعة الدول العربية تأجيل اجتماعها الطارئ الذي كان مقرراً غداً بسبب سوء الأحوال الجوية في المنطقة كلها."
TITLE = "وزير النقل يعلن موعد افتتاح الخط الجديد"
LINK = "الجامعة العربية تؤجل اجتماعها الطارئ"
SECOND = "حريق كبير في سوق الخضار القديم"
DAY = date(2023, 9, 11)
ARTICLE = ("article", TITLE, DAY)
REST = ("article", None, DAY)


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
    assert cut(TITLE, "نشر في: 11-09-2023", BODY) == [("article", TITLE, TITLE, DAY)]


@pytest.mark.parametrize(
    "marker",
    ["اقرأ أيضاً:", "إقرأ أيضا", "اقرأ ايضاً ..", "مواضيع ذات صلة", "شاهد أيضاً", "أخبار ذات صلة:", "قد يهمك أيضاً",
     "طالع أيضا:", "موضوعات متعلقة", "◄ اقرأ المزيد", "Related News"],
)  # fmt: skip
def test_an_article_behind_a_marker_is_apart_and_inherits_no_day(marker: str) -> None:
    found = cut("وزير النقل يعلن موعد افتتاح الخط", "2023/09/11", BODY, marker, LINK, OTHER)
    assert [f[0] for f in found] == ["article", "related"]
    assert found[1][2] == LINK
    assert (found[0][3], found[1][3]) == (date(2023, 9, 11), None)


def test_a_related_article_states_its_own_day() -> None:
    found = cut("وزير النقل يعلن موعد الافتتاح", "2023/09/11", BODY, "اقرأ أيضاً", "الجامعة العربية تؤجل اجتماعها",
                "تاريخ النشر: 3 مايو 2022", OTHER)  # fmt: skip
    assert [f[3] for f in found] == [date(2023, 9, 11), date(2022, 5, 3)]


def test_an_article_goes_on_behind_a_link_within_it() -> None:
    found = cut(TITLE, "2023/09/11", BODY, "اقرأ أيضاً: الجامعة العربية تؤجل اجتماعها", MORE)
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


def parts(*lines: str, **metadata) -> list[tuple[str, str | None, date | None]]:
    return [(kind, title, day) for kind, _, title, day in cut(*lines, **metadata) if kind != "boilerplate"]


@pytest.mark.parametrize("dateline", ["القاهرة - رويترز", "بغداد (أ ف ب)"])
def test_a_dateline_is_no_headline(dateline: str) -> None:
    assert parts(dateline, BODY) == [("article", None, None)]


@pytest.mark.parametrize(
    "head",
    [
        ["سياسة", TITLE, "صورة: أرشيف", "بوابة الميناء - سامي نادر", "الإثنين 11 شتنبر 2023 - 14:30"],
        ["أخبار|اقتصاد", TITLE, "11/9/2023"],
        ["الاثنين 11 أيلول 2023 | 14:30", TITLE],
        ["سام برس", "11/09/2023", TITLE],
        ["RT Arabic", TITLE, "تاريخ النشر: 11.09.2023 | 10:42 GMT", "آخر تحديث: 12.09.2023 | 11:03 GMT |"],
        ["كتب: سامي نادر", TITLE, "11/09/2023"],
        ["الرئيسية » نقل", TITLE, "شارك الخبر", "facebook", "twitter", "11 سبتمبر 2023", "1204", "0"],
        ["شمال أفريقيا", TITLE, "لندن: سامي نادر", "نشر في: 11 سبتمبر ,2023: 02:30 م GST"],
        [TITLE, "خبراء يشككون في قدرة الخط على استيعاب الركاب", "سبتمبر 11, 2023"],
        [TITLE, "- الكلفة 400 مليون", "- الطول 90 كم", "Sami Nader | 11.09.2023 - محدث : 12.09.2023", "الوادي / سامي"],
        [TITLE, "تاريخ التحديث", "14 سبتمبر 2023", "تاريخ النشر", "11 سبتمبر 2023"],
        [TITLE, "آخر تحديث:", "الاثنين 11 سبتمبر 2023"],
        ["\u200f\ufeff• " + TITLE + "\r", "\u200f\u00a011\u00a0سبتمبر\u00a02023\r"],
        ["🔴 " + TITLE, "🗓️ 11 سبتمبر 2023"],
        ["الأكثر قراءة", "آخر الأخبار", TITLE, "11/09/2023"],
        [TITLE, BODY, TITLE, "الاثنين 11 سبتمبر 2023 - 10:30"],
    ],
)  # fmt: skip
def test_the_head_of_a_page_gives_headline_and_day(head: list[str]) -> None:
    assert parts(*head, BODY, MORE) == [ARTICLE]


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (["اقرأ أيضا", "list of 2 items", "list 1 of 2", LINK, "list 2 of 2", SECOND, "end of list", MORE],
         [("related", LINK, None), ("related", SECOND, None), REST]),
        (["قصص مقترحة", LINK, SECOND, "قصص مقترحة نهاية", MORE],
         [("related", LINK, None), ("related", SECOND, None), REST]),
        (["اقرأ أيضا", LINK, SECOND, MORE], [("related", LINK, None), ("related", SECOND, None), REST]),
        (["اقرأ أيضا", LINK, MORE], [("related", LINK, None), REST]),
        (["[اقرأ أيضا: " + LINK + "]", MORE], [("related", LINK, None), REST]),
        (["👈 شاهد أيضا: «" + LINK + "»", MORE], [("related", LINK, None), REST]),
        (["للمزيد: " + LINK, MORE], [("related", LINK, None), REST]),
        (["شاهد.. " + SECOND, MORE], [("related", SECOND, None), REST]),
        (["اقرأ أيضا: " + LINK, "اقرأ أيضا: " + SECOND], [("related", LINK, None), ("related", SECOND, None)]),
        (["الأكثر قراءة", "1", LINK, "2", SECOND], [("related", LINK, None), ("related", SECOND, None)]),
        (["أخبار ذات صلة", LINK, "10 سبتمبر 2023", SECOND, "9 سبتمبر 2023"],
         [("related", LINK, date(2023, 9, 10)), ("related", SECOND, date(2023, 9, 9))]),
        (["أخبار ذات صلة", "10 سبتمبر 2023", LINK, "9 سبتمبر 2023", SECOND],
         [("related", LINK, date(2023, 9, 10)), ("related", SECOND, date(2023, 9, 9))]),
        (["اقرأ أيضا", LINK, "منذ يومين", OTHER], [("related", LINK, None)]),
        (["اقرأ أيضا", LINK, "صورة أرشيفية", OTHER], [("related", LINK, None)]),
        (["اقرأ أيضا", OTHER], [("related", None, None)]),
        (["اقرأ أيضا", MORE], [("related", None, None), REST]),
        ([LINK, "12 سبتمبر 2023, 08:11 GMT", MORE], [("related", LINK, date(2023, 9, 12)), REST]),
        ([LINK, "تاريخ النشر: 12/09/2023", OTHER], [("related", LINK, date(2023, 9, 12))]),
        (["مقالات ذات صلة", LINK, "الوسوم", "النقل", "الخط الجديد"], [("related", LINK, None)]),
    ],
)  # fmt: skip
def test_links_and_further_articles_are_apart(block: list[str], expected: list) -> None:
    assert parts(TITLE, "2023/09/11", BODY, *block) == [ARTICLE, *expected]


def test_a_link_before_the_headline_leaves_the_article_whole() -> None:
    assert parts("اقرأ أيضاً: " + LINK, TITLE, "2023/09/11", BODY) == [("related", LINK, None), ARTICLE]
    assert parts("اقرأ أيضاً", TITLE, "2023/09/11", BODY) == [ARTICLE]


@pytest.mark.parametrize(
    "title",
    [
        "شارك الآلاف في تشييع ضحايا الزلزال", "أرسل الجيش تعزيزات إلى الحدود", "تصنيف ائتماني جديد للبلاد",
        "حجم الخطر في البحر يتزايد", "ذكرى هجمات 11 سبتمبر 2001", "مصدر: تأجيل زيارة الوفد الروسي",
        "تقرير: نقص في مياه الشرب", "شاهد: لحظة انهيار المبنى", "شاهد.. لحظة انهيار المبنى القديم",
        "روسيا: لا نية لتوسيع العمليات", '"الصحة": لا إصابات جديدة', "«الصحة» تعلن حصيلة الضحايا",
        "أحدث الأخبار عن زلزال اليابان", "قبل 3 أيام من الاقتراع مقتل مرشح", "حقوق النشر والذكاء الاصطناعي معركة جديدة",
        "سجل المهاجم هدفين في مرمى الضيوف", "الوسوم الرقمية في خدمة التجارة", "قد تهمك الأرقام أكثر من النتائج",
    ],
)  # fmt: skip
def test_headlines_are_not_taken_for_frame_dates_or_markers(title: str) -> None:
    assert parts(title, "2023/09/11", BODY, MORE) == [("article", title, DAY)]


@pytest.mark.parametrize(
    "line",
    [
        "تابع أيضاً الوزير سير العمل أمس", "وتابع أيضا: لن نسمح بالتأخير", "شاهد أيضاً الوفد عرضاً للمنتجات المحلية.",
        "مواضيع أخرى ناقشها الجانبان", "ذات صلة وثيقة بالملف", "اقرأ باسم ربك الذي خلق", "شاهد الآلاف المباراة",
        "المزيد من الضحايا سقطوا أمس", "نشرت الوزارة في 3 مايو 2020 بيانا", "كلفة البناء", "روسيا: مستعدون للمساعدة",
        "- الطول: 90 كيلومترا", "• 3 مايو 2020: بدء البناء", "قد يهمك الأمر وقد لا يهمك", "خبر سار للركاب", "المزيد",
        "— وزارة النقل (@transport) September 10, 2023",
    ],
)  # fmt: skip
def test_a_short_line_within_an_article_does_not_cut_it(line: str) -> None:
    assert parts(TITLE, "2023/09/11", BODY, line, MORE, OTHER) == [ARTICLE]


def test_lines_of_the_frame_behind_the_text_are_boilerplate() -> None:
    frame = ["الوسوم", "النقل", "الخط الجديد", "© 2023 جميع الحقوق محفوظة لموقع الميناء", "سياسة الخصوصية | اتصل بنا",
             "لمتابعة آخر الأخبار اشترك في قناتنا على واتساب", "#الخط_الجديد #النقل", "تم نسخ الرابط"]  # fmt: skip
    assert [f[:2] for f in cut(TITLE, "2023/09/11", BODY, *frame)] == [("article", TITLE), ("boilerplate", "الوسوم")]


@pytest.mark.parametrize(
    "tail",
    [
        "رابط الخبر بصحيفة الميناء: " + TITLE,
        "سمات النقل خط العاصمة - الميناء",
        "مقالات أخرى للكاتب" + LINK + SECOND,
        "تابع موقع الميناء على:",
    ],
)
def test_the_last_line_goes_over_into_the_frame(tail: str) -> None:
    text = "\n".join([TITLE, "2023/09/11", f"{BODY} {MORE} {tail}", ""])
    article, frame = cut_page(Document("d", text))
    assert (article.kind, frame.kind, text[frame.start : frame.end]) == ("article", "boilerplate", f"{tail}\n")
    assert title_of(text, article) == TITLE


@pytest.mark.parametrize("frame", [["// انتهى //", "17:06 ت م"], ["(يتبع)"], ["رابط الخبر بصحيفة الميناء: " + TITLE]])
def test_the_lines_behind_the_text_of_an_agency_are_boilerplate(frame: list[str]) -> None:
    assert [f[:2] for f in cut(TITLE, "2023/09/11", BODY, *frame)] == [("article", TITLE), ("boilerplate", frame[0])]


@pytest.mark.parametrize(
    "last",
    [
        f"{BODY} سمات القائد الناجح كثيرة، كما قال.",
        f"{BODY} سمات القائد الناجح كثيرة كما قال المدرب أمس",
        f"{BODY} سمات الخط الجديد هي السرعة والأمان",
        f"{BODY} ومن سمات الخط الجديد سرعته",
        f"{BODY} ويضم العدد مقالات أخرى للكاتب عن القطارات، وصدر أمس",
        f"{BODY} مقالات أخرى للكاتب عن القطارات صدرت في كتاب.",
        f"{BODY} وقال إن الجمهور يتابع أخبار الخط على:",
        f"{BODY} قرأت مقالات أخرى له",
        f"{BODY} وتابع الوزير عمل الفرق على الأرض.",
    ],
)
def test_a_last_paragraph_without_frame_stays_whole(last: str) -> None:
    assert [s.kind for s in cut_page(Document("d", f"{TITLE}\n2023/09/11\n{last}"))] == ["article"]


def test_a_breadcrumb_does_not_lend_its_words_to_the_headline() -> None:
    assert parts("الرئيسية / نقل / " + TITLE, TITLE, "2023/09/11", BODY, title=TITLE) == [ARTICLE]


def test_a_page_on_one_line_is_one_article() -> None:
    assert parts(f"{TITLE} 11 سبتمبر 2023 {BODY} اقرأ أيضاً: {LINK} {MORE}") == [("article", None, None)]


@pytest.mark.parametrize(
    "text",
    ["ا" * 200_000, "\n" * 60_000, "اقرأ أيضاً: خبر من هناك\n" * 8_000, "(" * 200_000, ("1" * 150 + "\n") * 1_000],
)
def test_hostile_pages_take_linear_time(text: str) -> None:
    started = process_time()
    assert cut_page(Document("d", text))[-1].end == len(text)
    assert process_time() - started < 4
