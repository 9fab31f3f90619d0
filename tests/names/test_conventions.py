import pytest
from dirty import dirty_text
from hypothesis import given

from pipeline.names.conventions import apply_rules
from pipeline.names.recognizer import NameSpan
from pipeline.text.tokens import tokenize


def ruled(text: str, *names: tuple[str, str]) -> list[tuple[str, str]]:
    """Give the names of a text, each as its words and label, after the rules; `names` are what a recogniser found."""
    tokens = tokenize(text)
    words = [t.text for t in tokens]
    spans = []
    for name, label in names:
        parts = [t.text for t in tokenize(name)]
        first = next(i for i in range(len(words)) if words[i : i + len(parts)] == parts)
        spans.append(NameSpan(first, first + len(parts), label, 0.8, "compact"))
    return [(" ".join(words[s.first : s.last]), s.label) for s in apply_rules(tokens, spans)]


@pytest.mark.parametrize(
    ("text", "found", "expected"),
    [
        # A body with its nationality, found or not, cut short or run on.
        ("تقدم الجيش السوداني شمالا", [], [("الجيش السوداني", "ORG")]),
        ("اتهم بالقوات التركية", [], [("بالقوات التركية", "ORG")]),
        ("صدت القوات اليمنية بجبال صعدة هجوما", [("القوات اليمنية بجبال صعدة", "ORG")], [("القوات اليمنية", "ORG")]),
        ("وزارة الدفاع العراقية", [("وزارة الدفاع العراقية", "ORG")], [("وزارة الدفاع العراقية", "ORG")]),
        ("تحرك الجيش شمالا", [], []),
        ("أعلنت وزارة الدفاع الإيطالية", [], [("وزارة الدفاع الإيطالية", "ORG")]),
        ("أعلنت وزارة الدفاع الإيطالية", [("وزارة الدفاع", "ORG")], [("وزارة الدفاع الإيطالية", "ORG")]),
        ("رفضت الحكومة الليبية المؤقتة", [("الليبية المؤقتة", "ORG")], [("الحكومة الليبية المؤقتة", "ORG")]),
        ("منظمة البحار (نسيم", [("منظمة البحار (نسيم", "ORG")], [("منظمة البحار", "ORG")]),
        ("زار وزير الدفاع التركي المدينة", [], []),
        ("زار وزير الخارجية التركي المدينة", [], []),
        ("الجيش سوداني الهوى", [], []),
        # An adjective of time or order makes no name of a body, and is no part of it behind its nationality.
        ("رحبت الحكومة الجديدة بالقرار", [("الحكومة الجديدة", "ORG")], []),
        ("وللسلطات المؤقتة رأي", [("وللسلطات المؤقتة", "ORG")], []),
        ("في عهد الإدارة السابقة", [("الإدارة السابقة", "ORG")], []),
        ("شكرت الحكومة المؤقتة الجديدة", [("الحكومة المؤقتة الجديدة", "ORG")], []),
        ("شكرت الحكومة الجديدة اليمنية", [("الحكومة الجديدة", "ORG")], [("الحكومة الجديدة", "ORG")]),
        ("شكرت الحكومة النرويجية الجديدة", [("الحكومة النرويجية الجديدة", "ORG")], [("الحكومة النرويجية", "ORG")]),
        ("صرح رئيس الحكومة الماليزية السابق", [("الحكومة الماليزية السابق", "ORG")], [("الحكومة الماليزية", "ORG")]),
        (
            "شكرت الحكومة الليبية المؤقتة الجديدة",
            [("الحكومة الليبية المؤقتة الجديدة", "ORG")],
            [("الحكومة الليبية المؤقتة", "ORG")],
        ),
        ("فاز حزب الديمقراطية الجديدة", [("حزب الديمقراطية الجديدة", "ORG")], [("حزب الديمقراطية الجديدة", "ORG")]),
        ("سكن مصر الجديدة", [("مصر الجديدة", "LOC")], [("مصر الجديدة", "LOC")]),
        # The full name of a state, and a plain name behind its head.
        ("وصل إلى روسيا الاتحادية", [("روسيا", "LOC")], [("روسيا الاتحادية", "LOC")]),
        ("حدود جمهورية لوغانسك الشعبية", [("لوغانسك الشعبية", "LOC")], [("جمهورية لوغانسك الشعبية", "LOC")]),
        ("حدود جمهورية التشيك", [("التشيك", "LOC")], [("التشيك", "LOC")]),
        # Media, quotation marks, words that are no names.
        ("المصدر: نسيم برس", [("نسيم برس", "PER")], [("نسيم برس", "ORG")]),
        ("وكالة “نسيم” الليبية", [("نسيم” الليبية", "ORG")], [("نسيم", "ORG")]),
        ('حركة "نسيم" المعارضة', [('حركة "نسيم', "ORG")], [("نسيم", "ORG")]),
        ("الساعة 12 GMT", [("GMT", "ORG")], []),
        ("جنديا أوكرانيًا", [("أوكرانيًا", "LOC")], []),
        # Kinds of bodies and media, titles of persons.
        ("باعت شركة نسيم حصتها", [("نسيم", "ORG")], [("شركة نسيم", "ORG")]),
        ("وشركة نسيم", [("نسيم", "ORG")], [("وشركة نسيم", "ORG")]),
        ("باعت الشركة نسيم", [("نسيم", "ORG")], [("نسيم", "ORG")]),
        ('شركة "نسيم" للحفر', [("نسيم", "ORG")], [("نسيم", "ORG")]),
        ("قالت جريدة نسيم الصباح", [("جريدة نسيم الصباح", "ORG")], [("نسيم الصباح", "ORG")]),
        ("حضر الشيخ سالم الحمود", [("الشيخ سالم الحمود", "PER")], [("سالم الحمود", "PER")]),
        # A body and what follows it in one span.
        (
            "اقتحمت القوات التركية كوباني",
            [("القوات التركية كوباني", "ORG")],
            [("القوات التركية", "ORG"), ("كوباني", "LOC")],
        ),
        (
            "نددت الخارجية العمانية والخارجية القطرية",
            [("الخارجية العمانية والخارجية القطرية", "ORG")],
            [("الخارجية العمانية", "ORG"), ("والخارجية القطرية", "ORG")],
        ),
        ("القوات التركية الخاصة", [("القوات التركية الخاصة", "ORG")], [("القوات التركية الخاصة", "ORG")]),
        ("حكومة عراقية جديدة", [("حكومة عراقية جديدة", "ORG")], [("حكومة عراقية جديدة", "ORG")]),
        ("الحكومة الليبية سابقا", [("الحكومة الليبية سابقا", "ORG")], [("الحكومة الليبية سابقا", "ORG")]),
        ("أغلقت قناة السويس", [("قناة السويس", "ORG")], [("قناة السويس", "ORG")]),
        ("زادت حركة طيران نسيم", [("طيران نسيم", "ORG")], [("طيران نسيم", "ORG")]),
        ("صرح الحاج سالم الحمود", [("الحاج سالم الحمود", "PER")], [("سالم الحمود", "PER")]),
        # What is said of the dead is no part of a name, and no name begins like traffic or a state without name.
        ("ذكر سالم رحمه الله في الحفل", [("سالم رحمه الله", "PER")], [("سالم", "PER")]),
        ("ذكر سالم الحمود يرحمه الله", [("سالم الحمود يرحمه الله", "PER")], [("سالم الحمود", "PER")]),
        ("حضر رحمه الله نسيم", [("رحمه الله نسيم", "PER")], [("رحمه الله نسيم", "PER")]),
        ("تعطلت حركة الملاحة العالمية", [("حركة الملاحة العالمية", "ORG")], []),
        ("عادت وحركة المرور بطيئة", [("وحركة المرور", "ORG")], []),
        ("عززت السلطنة الخليجية دورها", [("السلطنة الخليجية", "ORG")], []),
        ("رحبت حركة النسيم العالمية", [("حركة النسيم العالمية", "ORG")], [("حركة النسيم العالمية", "ORG")]),
        # A body goes on with no person, and some places are whole with their first word.
        ("استدعت الخارجية السفير التركي", [("الخارجية السفير التركي", "ORG")], []),
        ("أوقفت السلطات المهندس النرويجي", [("السلطات المهندس", "ORG")], []),
        ("كرمت وزارة الدفاع الملحق التركي", [("وزارة الدفاع الملحق", "ORG")], [("وزارة الدفاع", "ORG")]),
        ("أعلن الحرس الوطني النتيجة", [("الحرس الوطني", "ORG")], [("الحرس الوطني", "ORG")]),
        ("وصل إلى مدينة الصدر", [("الصدر", "LOC")], [("مدينة الصدر", "LOC")]),
        ("مدينة السلام ومدينة الصدر", [("السلام", "LOC")], [("السلام", "LOC"), ("ومدينة الصدر", "LOC")]),
        ("قرب إن أمناس", [("أمناس", "LOC")], [("إن أمناس", "LOC")]),
        # A country behind a conjunction and ل.
        ("وللأردن رأي وللبنان رأي وللجميع آراء", [], [("وللأردن", "LOC"), ("وللبنان", "LOC")]),
    ],
)
def test_the_convention_is_kept_by_rule(
    text: str, found: list[tuple[str, str]], expected: list[tuple[str, str]]
) -> None:
    assert ruled(text, *found) == expected


def test_a_name_that_a_rule_widens_keeps_its_score() -> None:
    tokens = tokenize("وصل إلى روسيا الاتحادية")
    (span,) = apply_rules(tokens, [NameSpan(2, 3, "LOC", 0.7, "compact")])
    assert (span.first, span.last, span.score, span.tagger) == (2, 4, 0.7, "compact+rule")


@pytest.mark.parametrize("tagger", ["gazetteer", "compact+gazetteer"])
@pytest.mark.parametrize(
    ("text", "first", "last", "label"),
    [
        ("قالت القوات الروسية", 1, 2, "ORG"),
        ("نسيم برس", 0, 2, "PER"),
        ('حركة "نسيم', 0, 3, "ORG"),
        ("GMT", 0, 1, "ORG"),
        ("وصل إلى روسيا الاتحادية", 2, 3, "LOC"),
    ],
)
def test_names_of_the_users_list_stay_as_they_are(text: str, first: int, last: int, label: str, tagger: str) -> None:
    given = NameSpan(first, last, label, None, tagger, "M", 3, 9)
    assert apply_rules(tokenize(text), [given]) == [given]


def test_no_name_is_widened_into_the_one_before_it() -> None:
    listed = NameSpan(1, 2, "ORG", None, "gazetteer", "M")
    model = NameSpan(2, 4, "LOC", 0.9, "compact")
    assert apply_rules(tokenize("حدود جمهورية لوغانسك الشعبية"), [listed, model]) == [listed, model]


@given(dirty_text)
def test_names_stay_in_order_and_apart(text: str) -> None:
    tokens = tokenize(text)
    spans = [NameSpan(i, i + 1, "ORG", None, "x") for i in range(0, len(tokens), 2)]
    end = 0
    for span in apply_rules(tokens, spans):
        assert end <= span.first < span.last <= len(tokens)
        end = span.last
