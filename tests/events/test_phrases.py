"""Noun phrases: where they begin and end, and what they take in. Cells: text, names, a word before it all, a phrase."""

import numpy as np
import pytest
from annotated import annotated

from pipeline.events.clauses import lay_out
from pipeline.events.ontology import load_ontology
from pipeline.events.phrases import find_phrases
from pipeline.events.stage import Engine
from pipeline.events.syntax import prepositions
from pipeline.events.triggers import find_candidates
from pipeline.events.wordforms import WordTable


def _phrases(text: str, names: dict[str, str]) -> tuple[list[str], list[str]]:
    """Give the phrases of a text, and for each the one that is meant; its first word is the trigger and a verb."""
    doc = annotated(text, names)
    first = np.zeros(1, dtype=np.int64)
    found = find_phrases(lay_out([doc], WordTable()), first, first)
    spans = [text[s:e] for s, e in zip(found.start.tolist(), found.end.tolist(), strict=True)]
    return spans, [spans[row] for row in found.whole.tolist()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("قتل والد الطفل في الحريق", "والد الطفل"),
        ("قال ولي العهد كلمة", "ولي العهد"),
        ("أجل مسؤول حكومي اجتماع اللجنة", "مسؤول حكومي"),
        ("أبلغ بحار تونسي مركز الحرس", "بحار تونسي"),
        ("تكلم مصدر أمني مسؤول", "مصدر أمني مسؤول"),
        ("انتقدت نقابتهم الإدارة", "نقابتهم"),
        ("دعت فروعها أعضاءها إلى الحذر", "فروعها"),
        ("وزعت البلدية بطانيات على الأسر", "البلدية"),
        ("برأت الهيئة المتهم من السرقة", "الهيئة"),
        ("شكر رئيس الهيئة المكلف زملاءه", "رئيس الهيئة المكلف"),
        ("حضر وزراء السياحة العرب", "وزراء السياحة العرب"),
        ("قتل حارس ثلاثة لصوص", "حارس"),
        ("أصيب تسعة ركاب أربعة منهم أطفال", "تسعة ركاب"),
        ("أصيب أحد عشر راكبا", "أحد عشر راكبا"),
        ("أصيب أحد حراس المبنى", "أحد حراس المبنى"),
        ("أصيب بعض أقاربه", "بعض أقاربه"),
        ("أصيب نحو 40 راكبا", "نحو 40 راكبا"),
        ("أوقف (07) مهربين", "(07) مهربين"),
        ("أصيب ألف و300 شخص", "ألف و300 شخص"),
        ("اعتقل المشتبه به الثاني", "المشتبه به الثاني"),
        ("حضر القائم بالأعمال الهولندي", "القائم بالأعمال الهولندي"),
        ("حضر وزير الشباب والرياضة", "وزير الشباب والرياضة"),
        ("قتل شاب طعنا بسكين", "شاب"),
        ("أبدى الوفد الزائر ارتياحه", "الوفد الزائر"),
        ("شكر الوزير اللبناني الشباب", "الوزير اللبناني"),
        ("شكر المشتبه به الحراس", "المشتبه به"),
        ("أطلق الحارس النار نحو 20 لصا", "20 لصا"),
        ("حضر بقية الصيادين", "بقية الصيادين"),
        ("حضر ممثلون عن الصيادين", "ممثلون عن الصيادين"),
        ("ضاعت طائرة هولندية بدون طيار فوق البحر", "طائرة هولندية بدون طيار"),
        ("أوقف طالب بتهمة السرقة", "طالب"),
        ("أوقف المشتبه فيهما قرب المرفأ", "المشتبه فيهما"),
        ("أوقف الشاب البالغ من العمر عشرين عاما", "الشاب"),
        ("حضر الوزير المنتخب", "الوزير المنتخب"),
        ("حضر الصيادون الأربعة", "الصيادون الأربعة"),
        ("حضر الأكراد العراقيون", "الأكراد العراقيون"),
        ("تحدث إلى بعض حراس المبنى", "بعض حراس المبنى"),
        ("شكر لأحد حراس المبنى صنيعه", "أحد حراس المبنى"),
        ("باع لعدد من الصيادين شباكا", "عدد من الصيادين"),
        ("أصيب أحد أعضاء لجنة التحكيم", "أحد أعضاء لجنة التحكيم"),
        ("فجر انتحاري سترته", "انتحاري"),
        ("انتشروا شمال شرق البلاد", "شمال شرق البلاد"),
        ("انتشروا شرقا وجنوب غرب البلاد", "جنوب غرب البلاد"),
        ("شرق القرية حريق", "شرق القرية"),
        ("اتجهوا نحو الشمال.\nالقرية هادئة", "القرية"),
        ("اعتقلت الشرطة الشاب قرب المرفأ", "الشاب"),
        ("أكد القائمون على الحذر", "القائمون"),
        ("أصيب بعض ضحايا حادث القطار", "بعض ضحايا حادث القطار"),
        ("زار بشكل مفاجئ القرية", "القرية"),
        ("ضرب رجل تايلاندي جارته", "رجل تايلاندي"),
        ("حضر القائمون على المعرض", "القائمون على المعرض"),
        ("مقتل اثني عشر راكبا", "اثني عشر راكبا"),
        ("ضاعت بين 10 و15 سفينة", "10 و15 سفينة"),
        ("ضاعت 10-15 سفينة", "10-15 سفينة"),
        ("ضاعت من 3 إلى 4 سفن", "3 إلى 4 سفن"),
        ("ضاعت ثلاث أو أربع سفن", "ثلاث أو أربع سفن"),
    ],
)
def test_a_phrase_ends_where_it_should(text: str, expected: str) -> None:
    assert expected in _phrases(text, {})[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("شاهد قيام لصوص بسرقة المتجر", "لصوص"),
        ("شاهد دخول الصيادين إلى الميناء", "الصيادين"),
        ("شاهد سفنا في صفوف الصيادين", "الصيادين"),
        ("شاهد الهجوم الذي شنه قراصنة في البحر", "قراصنة"),
        ("حضر حيث رفع الصيادون لافتة", "الصيادون"),
    ],
)
def test_a_phrase_begins_behind_what_it_does_or_undergoes(text: str, expected: str) -> None:
    assert expected in _phrases(text, {})[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("حضرت لجنة متابعة الانتخابات", "لجنة متابعة الانتخابات"),
        ("نال الفريق دعما كبيرا ودعم كبير التجار", "دعما كبيرا"),
        ("حضر الدعم المطلوب", "الدعم المطلوب"),
    ],
)
def test_an_action_that_a_noun_governs_or_that_an_adjective_follows_is_no_joint(text: str, expected: str) -> None:
    assert expected in _phrases(text, {})[0]


@pytest.mark.parametrize(
    ("text", "trigger", "expected"),
    [("سقط ثلاثة أو أربعة قتلى", 4, "ثلاثة أو أربعة قتلى"), ("سقط من 3 إلى 4 قتلى", 5, "3 إلى 4 قتلى")],
)
def test_a_range_before_a_trigger_is_one_phrase_with_it(text: str, trigger: int, expected: str) -> None:
    doc = annotated(text, {})
    phrases = find_phrases(lay_out([doc], WordTable()), np.array([trigger]), np.array([0]))
    assert [text[s:e] for s, e in zip(phrases.start.tolist(), phrases.end.tolist(), strict=True)] == [expected]


def test_a_preposition_before_an_action_governs_the_phrase_behind_it() -> None:
    layout, table = lay_out([annotated("سقط قتلى في صفوف الصيادين")], WordTable()), WordTable()
    phrases = find_phrases(layout, np.array([1]), np.array([0]))
    assert prepositions(layout, phrases)[-1] == table.preposition_number("في") > 0


@pytest.mark.parametrize(
    ("text", "names", "part", "whole"),
    [
        ("قال متحدث باسم اتحاد الصيادين", {"اتحاد الصيادين": "ORG"}, "اتحاد الصيادين", "متحدث باسم اتحاد الصيادين"),
        ("قال مسؤول في هيئة الموانئ", {"هيئة الموانئ": "ORG"}, "هيئة الموانئ", "مسؤول في هيئة الموانئ"),
        ("قال ضابط بهيئة الموانئ", {"هيئة الموانئ": "ORG"}, "هيئة الموانئ", "ضابط بهيئة الموانئ"),
        ("قال المدير العام لبنك النيل", {"بنك النيل": "ORG"}, "بنك النيل", "المدير العام لبنك النيل"),
        ("توفي شقيق رامي سالم", {"رامي سالم": "PER"}, "رامي سالم", "شقيق رامي سالم"),
        ("قال محامي رامي سالم", {"رامي سالم": "PER"}, "رامي سالم", "محامي رامي سالم"),
        ("حضر وزيرا صحة عمان وقطر", {"عمان": "LOC", "قطر": "LOC"}, "قطر", "وزيرا صحة عمان وقطر"),
        # the person whose title it is
        ("قال المتحدث باسم بنك النيل رامي سالم", {"بنك النيل": "ORG", "رامي سالم": "PER"}, "بنك النيل", "رامي سالم"),
        # nothing of the kind
        ("قال المدير لبنك النيل", {"بنك النيل": "ORG"}, "بنك النيل", "بنك النيل"),
        ("اتصل مسؤول بهيئة الموانئ", {"هيئة الموانئ": "ORG"}, "هيئة الموانئ", "هيئة الموانئ"),
        ("طلب مسؤول من هيئة الموانئ", {"هيئة الموانئ": "ORG"}, "هيئة الموانئ", "هيئة الموانئ"),
        ("زار متحدث باسم بنك النيل قطر", {"بنك النيل": "ORG", "قطر": "LOC"}, "قطر", "قطر"),
        ("قال مسؤول في بيروت", {"بيروت": "LOC"}, "بيروت", "بيروت"),
        ("قال الوزير رامي سالم", {"رامي سالم": "PER"}, "رامي سالم", "رامي سالم"),
    ],
)
def test_a_part_of_a_phrase_stands_for_the_whole(text: str, names: dict[str, str], part: str, whole: str) -> None:
    spans, meant = _phrases(text, names)
    assert meant[spans.index(part)] == whole


def test_a_chain_of_phrases_is_taken_in_to_its_end() -> None:
    assert "متحدث باسم مسؤول في الشرطة" in _phrases("قال متحدث باسم مسؤول في الشرطة كلمة", {})[0]


@pytest.mark.parametrize("behind", ["قال في بيان: رؤساء القرى ( 12 )", "ثلاثة منهم"])
def test_the_next_document_changes_no_phrase(behind: str) -> None:
    first, table = annotated("أصيب رؤساء القرى، أحد عشر"), WordTable()
    none = np.zeros(0, dtype=np.int64)
    alone, both = (find_phrases(lay_out(docs, table), none, none) for docs in ([first], [first, annotated(behind)]))
    count = len(alone.first)
    assert (alone.first.tolist(), alone.last.tolist()) == (both.first[:count].tolist(), both.last[:count].tolist())
    assert (both.first[count:] >= len(first.tokens)).all()


def test_who_speaks_for_a_body_fills_the_role() -> None:
    ontology = load_ontology()
    text = "اعتقلت الشرطة لصا بحسب متحدث باسم هيئة الموانئ"
    (found,) = Engine(lambda d: find_candidates(d, ontology)).extract([annotated(text, {"هيئة الموانئ": "ORG"})])
    (event,) = (e for e in found.events if e.type == "ARREST")
    assert event.speaker is not None
    assert text[event.speaker.start : event.speaker.end] == "متحدث باسم هيئة الموانئ"
