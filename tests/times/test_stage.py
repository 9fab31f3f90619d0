import time
from dataclasses import replace
from datetime import date

import pytest
from dirty import dirty_text
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import Config
from pipeline.document import Document, Mention, Segment, Sentence, TimeSpan, Token
from pipeline.schema import ANCHOR_BASES, CALENDARS, DATE_BASES, GRANULARITIES
from pipeline.stages import check_order
from pipeline.text.tokens import CamelTokens
from pipeline.times.stage import Times, find_times
from pipeline.times.vocabulary import read_rows

TABLES = """
    months weekdays numbers units days dayparts directions parts seasons decades fractions feasts functions
"""
WORDS = """
    اليوم أمس غدا بعد غد الأحد يوم يومي من إلى حتى بين في عام العام 2014 و2015 12 3 / - ( ) ، و مارس آذار شوال 1436 هـ
    م الماضي المقبل نفسه التالي هذا ذلك مطلع نهاية الربع الأول قبل منذ ثلاثة أيام أسابيع سنوات الستينيات القرن التاسع
    عشر الفترة الممتدة عيد الفطر صيف الصيف آخر الأخيرة الـ24 ساعة كل ألف وتسعمئة وستين صباح ليل الموافق . : 22/7 May
    2nd
"""


def _document(text: str, published: date | None = date(2024, 5, 15)) -> Document:
    doc = Document("d", text, published=published, segments=(Segment("article", 0, len(text)),))
    (doc,) = Times()(CamelTokens()([doc]))
    return doc


def _check(doc: Document) -> None:
    end = 0
    for time_span in doc.times:
        sentence = doc.sentences[time_span.sentence]
        assert end <= time_span.start < time_span.end
        assert sentence.start <= time_span.start and time_span.end <= sentence.end
        surface = doc.text[time_span.start : time_span.end]
        assert surface == surface.strip() != ""
        assert time_span.granularity in GRANULARITIES
        assert time_span.basis in DATE_BASES
        assert time_span.calendar in CALENDARS
        if time_span.date_start and time_span.date_end:
            assert time_span.date_start <= time_span.date_end
        end = time_span.end
    assert all(segment.anchor_basis in ANCHOR_BASES for segment in doc.segments)


@given(dirty_text)
def test_spans_are_pieces_of_any_text(text: str) -> None:
    _check(_document(text))


FORMS = [next(iter(row.values())) for name in TABLES.split() for row in read_rows(f"{name}.tsv")]


@given(
    st.lists(st.one_of(st.sampled_from(WORDS.split()), st.sampled_from(FORMS)), max_size=40).map(" ".join),
    st.sampled_from([date(2024, 5, 15), date(1, 1, 1), date.max, None]),
)
def test_any_string_of_date_words_is_read(text: str, published: date | None) -> None:
    _check(_document(text, published))


@given(dirty_text, dirty_text)
def test_a_date_between_dirt_is_found_where_it_stands(before: str, after: str) -> None:
    text = f"{before}\nوصل في 11 سبتمبر 2023 .\n{after}"
    doc = _document(text)
    assert "11 سبتمبر 2023" in [doc.text[t.start : t.end] for t in doc.times]


@pytest.mark.parametrize(
    ("text", "surface"),
    [
        ("وصل أمـس", "أمـس"),
        ("وصل أَمْسِ", "أَمْسِ"),
        ("وَأَمْسِ وصل", "أَمْسِ"),
        ("وصل \u200fأمس\u200f الأول", "أمس\u200f الأول"),
        ("وصل في 3\r\nأبريل 2015", "أبريل 2015"),
        ("وصل في \u202b3 مارس 2015\u202c .", "3 مارس 2015"),
        ("وصل في ٣ مــارس", "٣ مــارس"),
        ("وصل للشهر المقبل", "لشهر المقبل"),
    ],
)
def test_marks_of_writing_do_not_matter(text: str, surface: str) -> None:
    assert [text[t.start : t.end] for t in find_times(text, date(2024, 5, 15))] == [surface]


def test_times_are_found_in_titles_and_in_every_segment() -> None:
    parts = ["الوزير يصل غدا\nوصل أمس .\n", "المصدر: نشر في 3 مارس 2015\n"]
    text = "".join(parts)
    segments = (Segment("article", 0, len(parts[0])), Segment("boilerplate", len(parts[0]), len(text)))
    (doc,) = Times()(CamelTokens()([Document("d", text, published=date(2024, 5, 15), segments=segments)]))
    assert [text[t.start : t.end] for t in doc.times] == ["غدا", "أمس", "3 مارس 2015"]


def test_words_of_a_persons_name_are_no_times() -> None:
    text = "قال نسيم الخميس الخميس إن القمة في رجب"
    (plain,) = CamelTokens()([Document("d", text, segments=(Segment("article", 0, len(text)),))])
    spans = [(4, 15, "PER"), (len(text) - 3, len(text), "LOC")]
    named = replace(plain, mentions=tuple(Mention(start, end, label, None, "t", 0) for start, end, label in spans))
    surfaces = [[text[t.start : t.end] for t in doc.times] for doc in Times()([plain, named])]
    assert surfaces == [["الخميس", "الخميس", "رجب"], ["الخميس", "رجب"]]


def test_expressions_never_cross_sentences() -> None:
    doc = _document("وصل في 3 .\nمارس 2015 كان باردا .")
    assert [doc.text[t.start : t.end] for t in doc.times] == ["مارس 2015"]


def test_documents_without_sentences_pass_through() -> None:
    doc = Document("d", "", segments=(), sentences=())
    assert Times()([doc]) == [doc]


def test_results_do_not_depend_on_the_company_of_a_document() -> None:
    texts = ["وصل أمس .", "في اليوم التالي .", "عام 2014 ثم 3 مارس ."]
    docs = CamelTokens()([Document(str(n), t, segments=(Segment("article", 0, len(t)),)) for n, t in enumerate(texts)])
    assert Times()(docs) == [Times()([doc])[0] for doc in docs]


def test_the_stage_stands_behind_tokens() -> None:
    class Pages:
        name = "pages"
        reads = frozenset({"text"})
        writes = frozenset({"segments"})

        def __call__(self, docs: list[Document]) -> list[Document]:
            return docs

    check_order([Pages(), CamelTokens(), Times(Config())])  # type: ignore[list-item]


@pytest.mark.parametrize(
    "unit",
    ["1", "/", "1/", "من ", "من من ", "2015 ", "12 و", "الأول ", "بين 3 و", "قبل ", "ألف و", "يوم ", "( ", "اليوم ",
     "و", "3 مارس ", "عام عام ", "3 مارس الموافق ", "الفترة من ", "الشهر نفسه من ", "من عام 2014 إلى ", "أيام 3 و",
     "مساء ", "الستينيات و"],
)  # fmt: skip
def test_hostile_input_takes_time_in_proportion(unit: str) -> None:
    """Eight times the input may take twenty times the time at most: a square would take 64 times."""

    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        (doc,) = CamelTokens()([Document("d", text, segments=(Segment("article", 0, len(text)),))])
        stage = Times()
        spent = []
        for _ in range(3):  # the fastest of three: a pause for the collection of garbage is not the stage's
            began = time.process_time()
            stage([doc])
            spent.append(time.process_time() - began)
        return min(spent)

    small = max(seconds(4_000), 0.02)
    assert seconds(32_000) < 20 * small


def test_a_megabyte_in_one_token_is_passed_over() -> None:
    text = "9" * 1_000_000
    segments, sentences = (Segment("article", 0, len(text)),), (Sentence(0, len(text), 0, 0, 1),)
    doc = Document("d", text, segments=segments, sentences=sentences, tokens=(Token(0, len(text), text, text),))
    assert Times()([doc])[0].times == ()
    assert find_times("٩" * 100_000) == ()


def test_find_times_reads_plain_text() -> None:
    (found,) = find_times("وصل أمس", date(2024, 5, 15))
    assert found == TimeSpan(
        4, 7, date(2024, 5, 14), date(2024, 5, 14), "day", "deictic", "gregorian", date(2024, 5, 15), 0
    )
    assert find_times("") == ()
