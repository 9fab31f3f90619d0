import pytest

from pipeline.document import Role
from pipeline.events.details import find_details
from pipeline.text.tokens import tokenize


def details(type_: str, text: str, trigger: str, target: str = "") -> dict[str, str]:
    """Give the details of the event whose trigger is the first token `trigger`, as texts by role."""
    tokens = tokenize(text)
    at = next(i for i, t in enumerate(tokens) if t.text == trigger)
    start = text.find(target)
    roles = [Role("target", start, start + len(target))] if target else []
    return {r.role: text[r.start : r.end] for r in find_details(type_, tokens, at, len(tokens), roles)}


@pytest.mark.parametrize(
    ("type_", "text", "trigger", "target", "amount"),
    [
        ("DEATH", "مقتل 17 جنديا في كمين شرق البلدة", "مقتل", "17 جنديا", "17"),
        ("DEATH", "قتل ثلاثة صيادين غرقا", "قتل", "ثلاثة صيادين", "ثلاثة"),
        ("DEATH", "أصيب أكثر من 40 شخصا في الزلزال", "أصيب", "أكثر من 40 شخصا", "40"),
        ("DEATH", "خلف الحادث 9 قتلى", "قتلى", "", "9"),
        ("ARREST", "أوقفت الشرطة خمسة وعشرين متظاهرا", "أوقفت", "خمسة وعشرين متظاهرا", "خمسة وعشرين"),
        ("ARREST", "أوقفت الشرطة متظاهرا", "أوقفت", "متظاهرا", None),
        ("DEAL", "وقعت الشركة عقدا بقيمة 3.5 مليار دولار أمريكي لبناء ميناء", "عقدا", "", "3.5 مليار دولار أمريكي"),
        ("AID", "قدمت الدوحة منحة قدرها خمسة ملايين يورو للمستشفى", "منحة", "", "خمسة ملايين يورو"),
        ("AID", "قدمت الدوحة 20 طنا من الأدوية", "قدمت", "", None),
        ("VISIT", "زار الوفد 12 قرية", "زار", "12 قرية", None),
    ],
)
def test_amounts_are_counts_and_sums(type_: str, text: str, trigger: str, target: str, amount: str | None) -> None:
    assert details(type_, text, trigger, target).get("amount") == amount


@pytest.mark.parametrize(
    ("type_", "text", "trigger", "position"),
    [
        ("APPOINTMENT", "عين الملك صالح الهاجري وزيرا للمالية", "عين", "وزيرا للمالية"),
        ("APPOINTMENT", "تعيين هدى القرشي رئيسة للمجلس الأعلى", "تعيين", "رئيسة للمجلس الأعلى"),
        ("APPOINTMENT", "أدى اليمين كوزير للعدل أمام الرئيس", "اليمين", "وزير للعدل"),
        ("RESIGNATION", "استقال نبيل الشامي من منصب محافظ البنك المركزي", "استقال", "محافظ البنك المركزي"),
        ("RESIGNATION", "استقال نبيل الشامي أمس", "استقال", None),
        ("VISIT", "زار صالح الهاجري وزيرا سابقا", "زار", None),
    ],
)
def test_positions_are_offices(type_: str, text: str, trigger: str, position: str | None) -> None:
    assert details(type_, text, trigger).get("position") == position


@pytest.mark.parametrize(
    ("text", "trigger", "instrument"),
    [
        ("هاجم مسلحون الحاجز بالقنابل اليدوية فجرا", "هاجم", "القنابل اليدوية"),
        ("انفجار سيارة مفخخة قرب السوق", "انفجار", "سيارة مفخخة"),
        ("استهدف المتمردون المطار باستخدام طائرات مسيرة", "استهدف", "طائرات مسيرة"),
        ("هاجم مسلحون سيارة الوزير", "هاجم", None),
        ("هاجم مسلحون الحاجز بسيارة الوزير", "هاجم", None),
        ("اقتحم الجنود مخزن صواريخ", "اقتحم", None),
    ],
)
def test_instruments_are_weapons(text: str, trigger: str, instrument: str | None) -> None:
    assert details("ATTACK", text, trigger).get("instrument") == instrument


def test_nothing_is_taken_from_behind_the_next_event() -> None:
    tokens = tokenize("وقعت الشركة عقدا ثم دفعت غرامة بقيمة مليون دولار")
    assert find_details("DEAL", tokens, 2, 4, []) == []
