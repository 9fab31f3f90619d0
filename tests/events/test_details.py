from datetime import date

import pytest

from pipeline.document import Document, Mention, Role, Sentence
from pipeline.events.details import Text, find_details
from pipeline.text.tokens import tokenize
from pipeline.times.stage import find_times


def details(type_: str, text: str, trigger: str, target: str = "", verbal: bool = False) -> dict[str, str]:
    """Give the details of the event whose trigger is the first token `trigger`, as texts by role."""
    doc = Document("d", text, tokens=tuple(tokenize(text)), times=find_times(text, date(2025, 3, 4)))
    at = next(i for i, t in enumerate(doc.tokens) if t.text == trigger)
    start = text.find(target)
    roles = [Role("target", start, start + len(target))] if target else []
    found = find_details(Text(doc), type_, at, len(doc.tokens), roles, verbal)
    return {r.role: text[r.start : r.end] for r in found}


@pytest.mark.parametrize(
    ("type_", "text", "trigger", "target", "amount"),
    [
        ("DEATH", "مقتل 17 جنديا في كمين شرق البلدة", "مقتل", "17 جنديا", "17"),
        ("DEATH", "قتل ثلاثة صيادين غرقا", "قتل", "ثلاثة صيادين", "ثلاثة"),
        ("DEATH", "أصيب أكثر من 40 شخصا في الزلزال", "أصيب", "أكثر من 40 شخصا", "40"),
        ("DEATH", "خلف الحادث 9 قتلى", "قتلى", "", "9"),
        ("DEATH", "الحصيلة 10-15 قتيلا", "قتيلا", "", "10-15"),
        ("DEATH", "سقط بين 10 و15 قتيلا", "قتيلا", "", "10 و15"),
        ("DEATH", "خلف الحادث ثلاثة أو أربعة قتلى", "قتلى", "", "ثلاثة أو أربعة"),
        ("ARREST", "أوقفت الشرطة خمسة وعشرين متظاهرا", "أوقفت", "خمسة وعشرين متظاهرا", "خمسة وعشرين"),
        ("ARREST", "أوقفت الشرطة متظاهرا", "أوقفت", "متظاهرا", None),
        ("DEAL", "وقعت الشركة عقدا بقيمة 3.5 مليار دولار أمريكي لبناء ميناء", "عقدا", "", "3.5 مليار دولار أمريكي"),
        ("AID", "قدمت الدوحة منحة قدرها خمسة ملايين يورو للمستشفى", "منحة", "", "خمسة ملايين يورو"),
        ("AID", "قدمت الدوحة 20 طنا من الأدوية", "قدمت", "", None),
        ("VISIT", "زار الوفد 12 قرية", "زار", "12 قرية", None),
        ("DEATH", "سقط ما لا يقل عن 20 شخصا بين قتيل وجريح", "سقط", "ما لا يقل عن 20 شخصا", "20"),
        ("DEATH", "خلف القصف 5 قتلى و12 جريحا", "جريحا", "", "12"),
        ("DEATH", "قتل 5 جنود", "قتل", "جنود", "5"),
        ("DEATH", "مقتل أحد الجنود", "مقتل", "أحد الجنود", None),
        ("AID", "منحة بقيمة 10 ملايين دولار إلى السودان", "منحة", "", "10 ملايين دولار"),
        ("DEAL", "صفقة بمليون جنيه مصري", "صفقة", "", "مليون جنيه مصري"),
        ("DEAL", "صفقة قيمتها مليون جنيه مصري", "صفقة", "", "مليون جنيه مصري"),
        ("DEATH", "إصابة أحد عشر عاملا بحروق", "إصابة", "أحد عشر عاملا", "أحد عشر"),
        ("DEATH", "سجلت المديرية 15 حالة وفاة جديدة", "وفاة", "", "15"),
        ("PROTEST", "احتشد مئات الآلاف في الميدان", "احتشد", "مئات الآلاف", "مئات الآلاف"),
        ("DEATH", "أصيب العشرات في التدافع", "أصيب", "العشرات", "العشرات"),
        ("DEATH", "ارتفع عدد الوفيات في الإقليم إلى 28", "الوفيات", "", "28"),
        ("DEATH", "إجمالي الإصابات في البلاد ليبلغ 1164 إصابة", "الإصابات", "", "1164"),
        ("DEATH", "عدد الوفيات في 12 إقليما", "الوفيات", "", None),
        ("ARREST", "اعتقل بأحد المنازل مهرب", "اعتقل", "مهرب", None),
        ("ARREST", "حكم لأحد عشر مهربا", "حكم", "أحد عشر مهربا", "أحد عشر"),
        ("DEATH", "قتل 1,200 مدني في القصف", "قتل", "1,200 مدني", "1,200"),
        ("DEATH", "أصيب واحد وثلاثون عاملا", "أصيب", "واحد وثلاثون عاملا", "واحد وثلاثون"),
        ("DEATH", "قتل حارس و12 جنديا", "قتل", "12 جنديا", "12"),
        ("AID", "تبرعت الجمعية بـ50 ألف ريال للمدرسة", "تبرعت", "", "50 ألف ريال"),
        ("DEAL", "عقد بـ٥٫٦ مليار ريال", "عقد", "", "٥٫٦ مليار ريال"),
        ("DEAL", "صفقة بقيمة $40 مليون مع المصنع", "صفقة", "", "$40 مليون"),
        ("DEAL", "صفقة قيمتها 9 ملايين € مع المصنع", "صفقة", "", "9 ملايين €"),
        ("DEATH", "قتل بين 10 و15 صيادا", "قتل", "10 و15 صيادا", "10 و15"),
        ("DEATH", "أصيب 10-15 صيادا", "أصيب", "10-15 صيادا", "10-15"),
        ("ARREST", "أوقف ثلاثة أو أربعة مهربين", "أوقف", "ثلاثة أو أربعة مهربين", "ثلاثة أو أربعة"),
        ("PROTEST", "احتشد من 3 إلى 4 آلاف عامل", "احتشد", "3 إلى 4 آلاف عامل", "3 إلى 4 آلاف"),
        ("DEATH", "قتل 7 صيادين و9 جنود", "قتل", "7 صيادين", "7"),
        ("AID", "قدمت الجمعية 20 مليون يورو مساعدات للقرى", "مساعدات", "", "20 مليون يورو"),
        ("AID", "قدمت الجمعية 20 مليون يورو من المساعدات للقرى", "المساعدات", "", "20 مليون يورو"),
        ("AID", "بعد خسارة 20 مليون يورو وصلت مساعدات للقرى", "مساعدات", "", None),
    ],
)
def test_amounts_are_counts_and_sums(type_: str, text: str, trigger: str, target: str, amount: str | None) -> None:
    assert details(type_, text, trigger, target).get("amount") == amount


def test_every_counted_target_has_its_amount() -> None:
    text = "أودت الغارة بحياة 7 رعاة ومسعف و12 جنديا"
    doc = Document("d", text, tokens=tuple(tokenize(text)))
    targets = [
        Role("target", text.find(filler), text.find(filler) + len(filler)) for filler in ("7 رعاة", "مسعف", "12 جنديا")
    ]
    found = find_details(Text(doc), "DEATH", 2, len(doc.tokens), targets)
    assert [text[r.start : r.end] for r in found] == ["7", "12"]


def test_a_year_before_a_verb_counts_nobody() -> None:
    assert details("DEATH", "في عام 2024 قتل خمسة صيادين", "قتل", "خمسة صيادين", verbal=True) == {"amount": "خمسة"}
    assert details("ACCUSATION", "في 2023 اتهمت الصحيفة الوزير", "اتهمت", "الوزير", verbal=True) == {}


@pytest.mark.parametrize(
    ("type_", "text", "trigger", "position"),
    [
        ("APPOINTMENT", "عين الملك صالح الهاجري وزيرا للمالية", "عين", "وزيرا للمالية"),
        ("APPOINTMENT", "تعيين هدى القرشي رئيسة للمجلس الأعلى", "تعيين", "رئيسة للمجلس الأعلى"),
        ("APPOINTMENT", "أدى اليمين كوزير للعدل أمام الرئيس", "اليمين", "وزير للعدل"),
        ("RESIGNATION", "استقال نبيل الشامي من منصب محافظ البنك المركزي", "استقال", "محافظ البنك المركزي"),
        ("RESIGNATION", "استقال نبيل الشامي أمس", "استقال", None),
        ("RESIGNATION", "استقال من المنصب بعد أسبوع", "استقال", None),
        ("APPOINTMENT", "عين وزيرا للدفاع يوم الأحد", "عين", "وزيرا للدفاع"),
        ("APPOINTMENT", "عين سفيرا خلفا لأحمد", "عين", "سفيرا"),
        ("APPOINTMENT", "عين وائل النجار مديرا لجامعة المرقب الأهلية", "عين", "مديرا لجامعة المرقب الأهلية"),
        ("APPOINTMENT", "عين رئيسا لهيئة أركان الجيش في بلاده", "عين", "رئيسا لهيئة أركان الجيش"),
        ("APPOINTMENT", "عين رئيسا لتحرير صحيفة وقال الوزير", "عين", "رئيسا لتحرير"),
        ("APPOINTMENT", "عين مديرا لمكتب وزير الخارجية أمس", "عين", "مديرا لمكتب وزير الخارجية"),
        ("APPOINTMENT", "عين رئيسا لمجلس إدارة شركة النفط", "عين", "رئيسا لمجلس إدارة شركة النفط"),
        ("ELECTION", "حقق الحزب فوزا كبيرا في محافظة لحج", "فوزا", None),
        ("VISIT", "زار صالح الهاجري وزيرا سابقا", "زار", None),
    ],
)
def test_positions_are_offices(type_: str, text: str, trigger: str, position: str | None) -> None:
    assert details(type_, text, trigger).get("position") == position


def test_an_office_takes_the_name_in_and_not_the_next_one() -> None:
    text = "عين رئيسا لشركة الفنار نبيل الشامي"
    spans = [(text.find(name), text.find(name) + len(name)) for name in ("شركة الفنار", "نبيل الشامي")]
    doc = Document(
        "d",
        text,
        tokens=tuple(tokenize(text)),
        mentions=tuple(Mention(a, b, "ORG", None, "compact", 0) for a, b in spans),
    )
    (role,) = find_details(Text(doc), "APPOINTMENT", 0, len(doc.tokens), [])
    assert text[role.start : role.end] == "رئيسا لشركة الفنار"


def test_an_office_takes_in_the_name_that_begins_behind_its_lam() -> None:
    text = "عين قائدا عاما للجيش الوطني المحلي أمس"
    doc = Document(
        "d", text, tokens=tuple(tokenize(text)), mentions=(Mention(16, 34, "ORG", None, "compact", 0),)
    )  # fmt: skip
    (role,) = find_details(Text(doc), "APPOINTMENT", 0, len(doc.tokens), [])
    assert text[role.start : role.end] == "قائدا عاما للجيش الوطني المحلي"


@pytest.mark.parametrize(
    ("text", "trigger", "instrument"),
    [
        ("هاجم مسلحون الحاجز بالقنابل اليدوية فجرا", "هاجم", "القنابل اليدوية"),
        ("انفجار سيارة مفخخة قرب السوق", "انفجار", "سيارة مفخخة"),
        ("استهدف المتمردون المطار باستخدام طائرات مسيرة", "استهدف", "طائرات مسيرة"),
        ("هاجم مسلحون سيارة الوزير", "هاجم", None),
        ("هاجم مسلحون الحاجز بسيارة الوزير", "هاجم", None),
        ("اقتحم الجنود مخزن صواريخ", "اقتحم", None),
        ("إسقاط طائرة مسيرة فوق البحر", "إسقاط", None),
        ("استهدف المقر بطائرة بدون طيار", "استهدف", "طائرة بدون طيار"),
        ("قتل باستخدام بندقية صيد", "قتل", "بندقية"),
        ("هاجم المتظاهرون المقر بمسيرة حاشدة", "هاجم", None),
        ("انفجرت عبوة ناسفة قرب الجسر", "انفجرت", "عبوة ناسفة"),
        ("انفجرت ثلاث قنابل في السوق", "انفجرت", "قنابل"),
        ("قنبلة انفجرت أمام المخفر", "انفجرت", "قنبلة"),
        ("سيارة مفخخة انفجرت أمام المخفر", "انفجرت", "سيارة مفخخة"),
        ("سيارة انفجرت أمام المخفر", "انفجرت", None),
        ("سقوط قذيفة هاون على منزل", "سقوط", "قذيفة هاون"),
        ("سقوط طائرة حربية في البحر", "سقوط", None),
        ("سقوط الطائرة الحربية في البحر", "سقوط", None),
        ("طائرة مسيرة سقطت في البحر", "سقطت", None),
        ("قذيفة سقطت على منزل", "سقطت", "قذيفة"),
        ("استهدف المقر بطائرة دون طيار", "استهدف", "طائرة دون طيار"),
        ("استهدف المقر بطائرات من دون طيار فجرا", "استهدف", "طائرات من دون طيار"),
        ("هاجم رجل المارة بواسطة شاحنة", "هاجم", "شاحنة"),
        ("دهسته شاحنة في السوق", "دهسته", "شاحنة"),
    ],
)
def test_instruments_are_weapons(text: str, trigger: str, instrument: str | None) -> None:
    assert details("ATTACK", text, trigger).get("instrument") == instrument


def test_nothing_is_taken_from_behind_the_next_event() -> None:
    text = "وقعت الشركة عقدا ثم دفعت غرامة بقيمة مليون دولار"
    assert find_details(Text(Document("d", text, tokens=tuple(tokenize(text)))), "DEAL", 2, 4, []) == []


def test_a_name_is_no_weapon() -> None:
    text = "مقتل سيف الدين"
    doc = Document("d", text, tokens=tuple(tokenize(text)), mentions=(Mention(5, 14, "PER", None, "compact", 0),))
    assert find_details(Text(doc), "DEATH", 0, 3, []) == []


def test_a_number_of_the_sentence_before_counts_nothing() -> None:
    text = "بلغت خسائر الشركة 20 مليون دولار\nمساعدات إلى سكان القرى"
    doc = Document("d", text, tokens=tuple(tokenize(text)), sentences=(
        Sentence(0, text.index("\n"), 0, 6, 0), Sentence(text.index("\n") + 1, len(text), 6, 10, 0),
    ))  # fmt: skip
    assert find_details(Text(doc), "AID", 6, 10, []) == []
