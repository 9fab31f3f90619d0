"""Headlines of further articles within an article, by their form alone."""

import pytest

from pipeline.document import Document
from pipeline.text.links import inserted
from pipeline.text.pages import cut_page, read_lines

BEFORE = "وصلت سفينة الإغاثة إلى الميناء القديم صباح الأحد بعد رحلة استمرت أسبوعين، وعلى متنها مئات الأطنان من الدقيق والأدوية."
AFTER = (
    "وقال مدير الميناء إن عمال الرصيف سيبدأون تفريغ السفينة غدا بحضور ممثلي الجمعيات التي شاركت في جمع هذه المساعدات."
)
LINKS = ["عاصفة قوية تغلق موانئ الساحل الشرقي", "الأمم المتحدة: نصف السكان بلا ماء نظيف", "هل تصل المعونات قبل الشتاء؟"]


def _kinds(*lines: str) -> list[tuple[str, str]]:
    text = "\n".join(lines)
    return [(s.kind, text[s.start : s.end].strip().split("\n")[0]) for s in cut_page(Document("d", text))]


@pytest.mark.parametrize("blank", [[], [""]])
def test_links_within_an_article_are_apart_and_the_article_goes_on(blank: list[str]) -> None:
    lines = [line for link in LINKS for line in (link, *blank)]
    assert _kinds("سفينة إغاثة تبلغ الميناء", BEFORE, *blank, *lines, AFTER) == [
        ("article", "سفينة إغاثة تبلغ الميناء"),
        *(("related", link) for link in LINKS),
        ("article", AFTER),
    ]


def test_each_link_is_its_own_headline_without_a_day() -> None:
    text = "\n".join([BEFORE, *LINKS, AFTER])
    related = [s for s in cut_page(Document("d", text)) if s.kind == "related"]
    assert [text[s.title.start : s.title.end] for s in related if s.title] == LINKS
    assert {s.published_basis for s in related} == {"none"}


@pytest.mark.parametrize(
    ("link", "after"),
    [
        ("وزير الزراعة يزور حقول القمح", AFTER),
        ("فرق الإنقاذ تبحث عن بحارين", AFTER),
        ("يوم طويل في سوق السمك", AFTER),
        ("غرق 12 قاربا خلال عام 2023", AFTER),
        (LINKS[1], "من جهته، " + AFTER.removeprefix("و")),
    ],
)
def test_names_and_turns_of_speech_that_look_like_a_broken_sentence_are_none(link: str, after: str) -> None:
    assert inserted(read_lines("\n".join([BEFORE, LINKS[0], link, after]))) == {1, 2}


@pytest.mark.parametrize(
    "lines",
    [
        [BEFORE, LINKS[0], AFTER],
        [BEFORE.removesuffix(".") + ":", *LINKS, AFTER],
        [BEFORE, *LINKS],
        [BEFORE, *LINKS, "انتهت الرحلة بسلام ."],
        [BEFORE, "- سفينة من الشمال تحمل الدقيق", "- سفينة من الجنوب تحمل الدواء", AFTER],
        [BEFORE, "1- سفينة تحمل أطنانا من الدقيق", "2- سفينة تحمل أطنانا من الدواء", AFTER],
        [BEFORE, '"لن نترك السفينة حتى تفرغ كلها"', "سالم الحداد، مدير الميناء القديم", AFTER],
        [BEFORE, "سفينة الليل عودي بالحنين ** إلى أهلي وداري كل حين", "فقد طال الغياب على بلادي ** وطال الصبر من حين لحين",
         AFTER],
        [BEFORE, "ويعمل في الميناء القديم مئات العمال", LINKS[0], AFTER],
        [BEFORE, "فيما وصلت من الشمال سفينة أخرى", LINKS[0], AFTER],
        [BEFORE, "صورة السفينة من أرشيف الميناء القديم", "يظهر الرصيف فيها خاليا من العمال", AFTER],
        [BEFORE, "صورة للرصيف بتاريخ 3 تشرين الثاني 2021", LINKS[0], AFTER],
        [BEFORE, "صورة للرصيف بتاريخ 3/11/2021", LINKS[0], AFTER],
        [BEFORE, "غرفة القيادة في السفينة القديمة,", LINKS[0], AFTER],
        [BEFORE, *LINKS, "في مكتب " + AFTER.removeprefix("وقال ")],
        [BEFORE, *(f"خبر عن الميناء رقم {n} في المدينة" for n in range(1, 9)), AFTER],
    ],
)  # fmt: skip
def test_lists_quotations_verse_and_lone_headings_stay_in_the_article(lines: list[str]) -> None:
    assert not inserted(read_lines("\n".join(lines)))
