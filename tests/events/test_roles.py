from dataclasses import replace

import numpy as np
import pytest
from annotated import annotated

from pipeline.document import Document
from pipeline.events.clauses import lay_out
from pipeline.events.ontology import load_ontology
from pipeline.events.phrases import find_phrases
from pipeline.events.stage import Engine
from pipeline.events.syntax import chain_heads, prepositions, subject_verbs
from pipeline.events.triggers import find_candidates
from pipeline.events.wordforms import WordTable
from pipeline.text.normalize import fold

NONE = np.zeros(0, dtype=np.int64)


def _roles(text: str, names: dict[str, str], trigger: str) -> set[tuple[str, str]]:
    """Give the roles that rules alone fill for one trigger."""
    ontology = load_ontology()
    doc = annotated(text, names)
    (found,) = Engine(lambda d: find_candidates(d, ontology)).extract([doc])
    event = next(e for e in found.events if text[e.start : e.end] == trigger)
    return {(r.role, text[r.start : r.end]) for r in event.roles}


@pytest.mark.parametrize(
    ("text", "names", "trigger", "expected"),
    [
        ("زار سامي عمر مدينة بيروت", {"سامي عمر": "PER", "بيروت": "LOC"}, "زار", ("actor", "سامي عمر")),
        ("اعتقلت الشرطة اللبنانية ثلاثة مهربين", {"الشرطة اللبنانية": "ORG"}, "اعتقلت", ("actor", "الشرطة اللبنانية")),
        ("اتهم نادر خليل بلدية طنجة بالتقصير", {"نادر خليل": "PER", "طنجة": "LOC"}, "اتهم", ("actor", "نادر خليل")),
    ],
)
def test_the_first_bare_phrase_behind_a_verb_is_its_subject(
    text: str, names: dict[str, str], trigger: str, expected: tuple[str, str]
) -> None:
    assert expected in _roles(text, names, trigger)


def test_a_verb_behind_its_subject_still_finds_it() -> None:
    assert ("actor", "ليلى حداد") in _roles("ليلى حداد تزور دمشق", {"ليلى حداد": "PER", "دمشق": "LOC"}, "تزور")


@pytest.mark.parametrize("between", ["لن", "قد", "لم"])
def test_a_particle_may_part_a_verb_from_its_subject(between: str) -> None:
    roles = _roles(f"ليلى حداد {between} تزور دمشق", {"ليلى حداد": "PER", "دمشق": "LOC"}, "تزور")
    assert roles == {("actor", "ليلى حداد"), ("destination", "دمشق")}


def test_all_parties_of_a_meeting_are_actors() -> None:
    names = {"ليلى حداد": "PER", "سامي عمر": "PER"}
    assert _roles("ليلى حداد ستلتقي سامي عمر", names, "ستلتقي") == {("actor", name) for name in names}


@pytest.mark.parametrize(
    ("text", "trigger", "speaker"),
    [
        ("أكد الوزير سامي عمر أن العمل في المشروع بدأ أمس، مضيفا أن الافتتاح قريب", "مضيفا", "سامي عمر"),
        ("قال سامي عمر إن ليلى حداد أكدت وصول الوفد، مضيفا أن الافتتاح قريب", "مضيفا", "سامي عمر"),
        ("قال سامي عمر إن ليلى حداد أكدت وصول الوفد، مضيفة أن الافتتاح قريب", "مضيفة", "ليلى حداد"),
    ],
)
def test_a_reporting_participle_has_the_actor_of_the_report_before_that_agrees(
    text: str, trigger: str, speaker: str
) -> None:
    assert ("actor", speaker) in _roles(text, {"سامي عمر": "PER", "ليلى حداد": "PER"}, trigger)


@pytest.mark.parametrize(
    ("text", "trigger"),
    [
        ("قال سامي عمر إنه متهم بالتقصير", "متهم"),
        ("قال سامي عمر إن الوزير استقبل وفدا مطالبا بإطلاق السجناء", "مطالبا"),
        ("قال سامي عمر إن الشركة بحثت مطالبه", "مطالبه"),
        ("قال سامي عمر إن الناطق المؤكد غائب", "المؤكد"),
        ("قال سامي عمر كلمة قصيرة.\nوانتهى الحفل، مضيفا أن الافتتاح قريب", "مضيفا"),
        ("قال سامي عمر وليلى حداد إن العمل بدأ، مضيفين أن الافتتاح قريب", "مضيفين"),
    ],
)
def test_other_participles_have_no_actor_of_another_report(text: str, trigger: str) -> None:
    assert ("actor", "سامي عمر") not in _roles(text, {"سامي عمر": "PER", "ليلى حداد": "PER"}, trigger)


def test_the_place_of_a_dateline_is_no_party() -> None:
    names = {"صور": "LOC", "ليلى حداد": "PER", "سامي عمر": "PER"}
    assert ("actor", "صور") not in _roles("صور - التقت ليلى حداد سامي عمر", names, "التقت")


def _phrases(doc: Document, trigger: str) -> list[str]:
    layout = lay_out([doc], WordTable())
    at = next(i for i, t in enumerate(doc.tokens) if t.text == trigger)
    phrases = find_phrases(layout, np.array([at]), np.array([at]))
    return [doc.text[s:e] for s, e in zip(phrases.start.tolist(), phrases.end.tolist(), strict=True)]


@pytest.mark.parametrize(
    ("text", "trigger", "expected"),
    [
        ("أصيب عدد من العمال في المصنع", "أصيب", "عدد من العمال"),
        ("قتل ثلاثة جنود قرب الحدود", "قتل", "ثلاثة جنود"),
        ("التقى الوزير بالسفير أمس", "التقى", "السفير"),
        ("قتل 2,300 عامل في الزلزال", "قتل", "2,300 عامل"),
        ("أصيب 9 أطفال و14 معلما", "أصيب", "14 معلما"),
        ("قتل خمسة وعشرون عاملا", "قتل", "خمسة وعشرون عاملا"),
        ("قتل راع برصاص حارس", "قتل", "راع"),
        ("تظاهر آلاف العمال", "تظاهر", "آلاف العمال"),
        ("اعتقل أحد الحراس", "اعتقل", "أحد الحراس"),
        ("زار الوالي وَالْمُدِيرُ الجديد المصنع", "زار", "الْمُدِيرُ الجديد"),
    ],
)
def test_noun_phrases_leave_particles_out_and_keep_what_they_count(text: str, trigger: str, expected: str) -> None:
    assert expected in _phrases(annotated(text), trigger)


@pytest.mark.parametrize(
    ("text", "trigger", "expected"),
    [
        # Attributes that are tagged as nouns, and plurals that agree.
        ("نبه المدير العام إلى الخطر", "نبه", {"المدير العام"}),
        ("أنقذ الحرس البحارة المصريين", "أنقذ", {"الحرس", "البحارة المصريين"}),
        ("ودع النواب الأجانب المدينة", "ودع", {"النواب الأجانب"}),
        ("حاصر المستوطنون الفلسطينيين", "حاصر", {"المستوطنون", "الفلسطينيين"}),
        ("فر السجناء الهاربون والأسرى", "فر", {"السجناء الهاربون", "الأسرى"}),
        # A plural with its nun, an accusative, and a nisba without the article govern nothing.
        ("نهب مسلحون مخزن القمح", "نهب", {"مسلحون", "مخزن القمح"}),
        ("نهب مسلحون مجهولون مخزن القمح", "نهب", {"مسلحون مجهولون", "مخزن القمح"}),
        ("خطف قراصنة صوماليون ناقلة نفط", "خطف", {"قراصنة صوماليون", "ناقلة نفط"}),
        ("أطلق سراح البحارة", "أطلق", {"البحارة"}),
        ("أنقذ جندي إيطالي شابا تونسيا", "أنقذ", {"جندي إيطالي", "شابا تونسيا"}),
        ("برأت محكمة إسبانية المدير السابق", "برأت", {"محكمة إسبانية", "المدير السابق"}),
        ("ناقش موظفون كبار في المصنع الخطة", "ناقش", {"موظفون كبار"}),
        ("أصيب عشرون عاملا", "أصيب", {"عشرون عاملا"}),
        ("خطف قراصنة صوماليون تسعة بحارة", "خطف", {"قراصنة صوماليون", "تسعة بحارة"}),
        ("حضر وفد رفيع المستوى", "حضر", {"وفد رفيع المستوى"}),
        # What counts or stresses belongs to a phrase, adverbs and shortened relative clauses do not.
        ("نجا عدة عمال", "نجا", {"عدة عمال"}),
        ("أضاف المصدر ذاته أن الجسر سقط", "أضاف", {"المصدر ذاته"}),
        ("هاجم مؤخرا ذئب طفلا", "هاجم", {"ذئب", "طفلا"}),
        ("رست سفينة النقل التابعة للشركة", "رست", {"سفينة النقل"}),
        ("طالبت الوزارة باعتقال المتورطين في الهجوم", "باعتقال", {"المتورطين"}),
        ("أنقذ أحد العاملين في الميناء غريقا", "أنقذ", {"أحد العاملين"}),
        ("ودع الرئيس المشاركين في المؤتمر", "ودع", {"الرئيس", "المشاركين"}),
        ("عادت القوات الخاصة في المساء", "عادت", {"القوات الخاصة"}),
        ("قال مصدر أمني لمراسل الوكالة", "قال", {"مصدر أمني", "مراسل الوكالة"}),
        ("السائق تونسي والشاحنة قديمة", "السائق", {"تونسي"}),
        ("إن العاملين لم ينجزوا السور", "العاملين", {"السور"}),
        ("طالب المدير بتغريمه", "طالب", {"المدير", "تغريمه"}),
    ],
)
def test_noun_phrases_end_where_agreement_or_a_particle_tells(text: str, trigger: str, expected: set[str]) -> None:
    assert expected <= set(_phrases(annotated(text), trigger))


@pytest.mark.parametrize(
    ("text", "word", "preposition"),
    [
        ("غرق زورق قبالة الشاطئ", "الشاطئ", "أمام"),
        ("عاد غداة العيد", "العيد", "بعد"),
        ("سافر رفقة أبيه", "أبيه", "رفقة"),
    ],
)
def test_rarer_prepositions_mean_what_others_do(text: str, word: str, preposition: str) -> None:
    doc, table = annotated(text), WordTable()
    layout = lay_out([doc], table)
    phrases = find_phrases(layout, NONE, np.array([0]))
    at = [doc.text[s:e] for s, e in zip(phrases.start.tolist(), phrases.end.tolist(), strict=True)].index(word)
    assert prepositions(layout, phrases)[at] == table.preposition_number(fold(preposition)) > 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("سبب الحريق سقوط 12 قتيلا", "12 قتيلا"),
        ("سبب الحريق سقوط خمسة وعشرين قتيلا", "خمسة وعشرين قتيلا"),
        ("أحصت المدينة تسعة قتلى", "تسعة قتلى"),
    ],
)
def test_what_governs_a_count_is_apart_from_it(text: str, expected: str) -> None:
    doc = annotated(text)
    layout = lay_out([doc], WordTable())
    phrases = find_phrases(layout, np.array([len(doc.tokens) - 1]), NONE)
    assert (doc.text[phrases.start[-1] : phrases.end[-1]]) == expected


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("زار وفد تونسي مطار صور", "مطار صور", {"وفد تونسي", "مطار صور"}),
        ("نهب مسلحون متحف صور", "متحف صور", {"مسلحون", "متحف صور"}),
        ("زار وزير خارجية تونس الميناء", "تونس", {"وزير خارجية تونس"}),
        ("زار سكان صور الميناء", "صور", {"سكان صور"}),
    ],
)
def test_what_is_complete_governs_no_name_behind_it(text: str, name: str, expected: set[str]) -> None:
    assert expected <= set(_phrases(annotated(text, {name: "LOC"}), text.split()[0]))


def test_a_title_before_a_name_is_marked_and_a_governed_place_is_taken_in() -> None:
    doc = annotated("قال وزير النقل سالم فهد إن رئيس بلدية صور حضر", {"سالم فهد": "PER", "صور": "LOC"})
    layout = lay_out([doc], WordTable())
    phrases = find_phrases(layout, NONE, NONE)
    found = {doc.text[s:e]: t for s, e, t in zip(phrases.start, phrases.end, phrases.titled, strict=True)}
    assert found["وزير النقل"] == 1
    assert "رئيس بلدية صور" in found


@pytest.mark.parametrize(
    ("text", "name"),
    [("اعتقل من طرف الشرطة", "من قبل"), ("قتل على أيدي مسلحين", "على يد"), ("قتل بأيدي مسلحين", "على يد")],
)
def test_prepositions_of_two_words_govern_as_one(text: str, name: str) -> None:
    layout, table = lay_out([annotated(text)], WordTable()), WordTable()
    phrases = find_phrases(layout, NONE, np.array([0]))
    assert prepositions(layout, phrases)[-1] == table.preposition_number(fold(name)) > 0


def test_every_preposition_of_a_frame_is_known() -> None:
    table = WordTable()
    slots = {slot for entry in load_ontology().entries.values() for voice in entry.slots.values() for slot in voice}
    assert not {s.preposition for s in slots if s.preposition and not table.preposition_number(s.preposition)}


def test_places_of_two_clauses_do_not_cross() -> None:
    names = {"صور": "LOC", "جبيل": "LOC"}
    text = "قتل لصوص حارسا في صور ثم اعتقلوا في جبيل"
    assert ("place", "صور") in _roles(text, names, "قتل")
    assert ("place", "جبيل") not in _roles(text, names, "قتل")
    assert {place for role, place in _roles(text, names, "اعتقلوا") if role == "place"} == {"جبيل"}


def test_a_masdar_has_the_subject_of_its_light_verb() -> None:
    names = {"سعد منير": "PER", "صور": "LOC"}
    assert {("actor", "سعد منير"), ("destination", "صور")} <= _roles("قام سعد منير بزيارة إلى صور", names, "بزيارة")


def test_members_of_a_coordination_share_what_governs_the_first() -> None:
    doc = annotated("اجتماع بين تونس والجزائر وليبيا", {"تونس": "LOC", "الجزائر": "LOC", "ليبيا": "LOC"})
    layout = lay_out([doc], WordTable())
    phrases = find_phrases(layout, NONE, NONE)
    heads = chain_heads(layout, phrases)
    names = [i for i, label in enumerate(phrases.label.tolist()) if label]
    assert {int(heads[i]) for i in names} == {names[0]}
    assert prepositions(layout, phrases)[names[0]] == WordTable().preposition_number("بين")


def test_the_subject_of_each_verb_is_the_first_bare_phrase_behind_it() -> None:
    doc = annotated("قال سعد منير إن نبيل رامي غادر المدينة", {"سعد منير": "PER", "نبيل رامي": "PER"})
    layout = lay_out([doc], WordTable())
    phrases = find_phrases(layout, NONE, NONE)
    verbs = subject_verbs(layout, phrases)
    word = {i: t.text for i, t in enumerate(doc.tokens)}
    of = {doc.text[s:e]: word.get(int(v)) for s, e, v in zip(phrases.start, phrases.end, verbs, strict=True)}
    assert of["سعد منير"] == "قال"


def test_a_document_without_names_or_events_has_no_roles() -> None:
    ontology = load_ontology()
    doc = replace(annotated("هذا نص قصير"), mentions=())
    (found,) = Engine(lambda d: find_candidates(d, ontology)).extract([doc])
    assert found.events == ()


@pytest.mark.parametrize(
    ("text", "trigger"), [("شن الجيش هجوما على البلدة.", "هجوما"), ("عقد الوزير اجتماعا مع نظيره التركي.", "اجتماعا")]
)
def test_a_light_verb_is_no_part_of_its_subject(text: str, trigger: str) -> None:
    assert ("actor", text.split()[1]) in _roles(text, {}, trigger)
