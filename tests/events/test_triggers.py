from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import Config
from pipeline.document import Document, Segment
from pipeline.events.candidate import Candidate, Slot
from pipeline.events.ontology import load_ontology
from pipeline.events.stage import Events
from pipeline.events.triggers import find_candidates
from pipeline.text.tokens import CamelTokens


def _tokenized(text: str) -> Document:
    (doc,) = CamelTokens()([Document("d", text, segments=(Segment("article", 0, len(text)),))])
    return doc


def _find(text: str) -> list[tuple[str, Candidate]]:
    """Give every candidate of a text whose conditions hold, with its word."""
    doc = _tokenized(text)
    return [(doc.tokens[c.token].text, c) for c in find_candidates(doc, load_ontology()) if not c.faint]


def _one(text: str, word: str, kind: str) -> Candidate:
    (found,) = [c for surface, c in _find(text) if surface == word and c.type == kind]
    return found


# What a word is depends on the words around it.
@pytest.mark.parametrize(
    ("text", "word", "yes", "no"),
    [
        ("وقع الوزير على اتفاق جديد", "وقع", {"AGREEMENT"}, {"DEAL"}),
        ("وقع الحادث قرب المصنع", "وقع", set(), {"AGREEMENT", "DEAL"}),
        ("وقع النادي عقدا مع الحارس", "وقع", {"DEAL"}, set()),
        ("قضت المحكمة بسجن اللص", "قضت", {"VERDICT"}, {"DEATH"}),
        ("قضى الرجل نحبه", "قضى", {"DEATH"}, {"VERDICT"}),
        ("قضى الرجل إجازته هناك", "قضى", set(), {"DEATH", "VERDICT", "ATTACK"}),
        ("بحث الوزير مع نظيره سبل التعاون", "بحث", {"MEETING"}, set()),
        ("بحث الطفل عن كرته", "بحث", set(), {"MEETING"}),
        ("ضرب زلزال الجزيرة", "ضرب", {"DISASTER"}, {"ATTACK"}),
        ("ضرب اللص الحارس", "ضرب", {"ATTACK"}, {"DISASTER"}),
        ("نشر الحلف قوات على الحدود", "نشر", {"EXERCISE"}, set()),
        ("نشرت الصحيفة مقالا", "نشرت", {"STATEMENT"}, {"EXERCISE"}),
        ("عين الملك سفيرا في بولندا", "عين", {"APPOINTMENT"}, set()),
        ("تؤلمه عين واحدة", "عين", set(), {"APPOINTMENT"}),
        ("شارك المئات في مسيرة سلمية", "مسيرة", {"PROTEST"}, {"ATTACK"}),
        ("أسقط الجيش طائرة مسيرة", "مسيرة", set(), {"PROTEST"}),
        ("أبرم الناديان صفقة انتقال", "صفقة", {"DEAL"}, set()),
        ("اتفق الجانبان على صفقة تبادل الأسرى", "صفقة", {"AGREEMENT"}, {"DEAL"}),
        ("عقد المجلس جلسة طارئة", "جلسة", {"MEETING"}, {"VERDICT"}),
        ("حكم القاضي على المتهم بالسجن", "حكم", {"VERDICT"}, set()),
        ("صفر حكم المباراة", "حكم", set(), {"VERDICT"}),
        ("وقال بين الأصدقاء كلاما", "بين", set(), {"STATEMENT"}),
        ("عقد الوزير مؤتمرا صحفيا", "مؤتمرا", {"STATEMENT"}, set()),
        ("أطلق الجنود النار على الحشد", "النار", {"ATTACK"}, set()),
        ("اتفقوا على وقف إطلاق النار", "وقف", {"CEASEFIRE"}, set()),
        ("اتفقوا على وقف إطلاق النار", "النار", set(), {"ATTACK"}),
        ("وقد أبان المدير أن المصنع مغلق", "أبان", {"STATEMENT"}, set()),
        ("تهدم السور إبان حكم الأمير بعد أن تصدع", "إبان", set(), {"STATEMENT"}),
        ("لفت المدير النظر إلى أن العدد قليل", "لفت", {"STATEMENT"}, set()),
        ("لفت العازف الأنظار", "لفت", set(), {"STATEMENT"}),
        ("كما أقر قادة في حزب الأرز بعد يومين بأن النتيجة سيئة", "أقر", {"STATEMENT"}, {"LEGISLATION"}),
        ("يقرأ الوزير مشروع قانون", "يقرأ", set(), {"LEGISLATION"}),
        ("وأضاف البديل هدفين", "وأضاف", set(), {"STATEMENT"}),
        ("ودعا الخطيب المولى أن ينزل المطر", "ودعا", set(), {"DEMAND"}),
        ("وهو ما دعا السكان إلى الرحيل", "دعا", set(), {"DEMAND", "INVITATION"}),
        ("كما دعا السكان إلى الهدوء", "دعا", {"DEMAND"}, set()),
        ("تظاهروا بأنهم نيام", "تظاهروا", set(), {"PROTEST"}),
        ("جلسة سابقة للمحكمة", "جلسة", {"VERDICT"}, {"MEETING"}),
        ("صادقت محكمة صفاقس على الحكم", "صادقت", {"VERDICT"}, {"LEGISLATION"}),
        ("صادق البرلمان على الاتفاقية", "صادق", {"LEGISLATION"}, {"VERDICT"}),
        ("تحقيق حلم الطفولة", "تحقيق", set(), {"VERDICT"}),
        ("حضر الأمير عرضا عسكريا", "عرضا", {"EXERCISE"}, {"DEMAND"}),
        ("عاد المدرب المقال من منصبه", "المقال", {"RESIGNATION"}, set()),
        ("كتب في المقال عن البحر", "المقال", set(), {"RESIGNATION"}),
        ("وسيخلف العداء مدربه", "وسيخلف", {"APPOINTMENT"}, set()),
        ("القضاء على خمسة مسلحين", "القضاء", {"DEATH"}, set()),
        ("القضاء على البطالة", "القضاء", set(), {"DEATH"}),
        ("ويحيي الشعب العامل في عيده", "ويحيي", {"STATEMENT"}, set()),
        ("وصل يحيى سالم", "يحيى", set(), {"STATEMENT"}),
        ("وجدوا الطائر حيا", "حيا", set(), {"STATEMENT"}),
        ("وهناك رئيس جديد", "وهناك", set(), {"STATEMENT"}),
        ("رحب الوزير بحكمي الإدانة", "بحكمي", {"VERDICT"}, set()),
        ("باشر الفريق حادثي سير", "حادثي", {"DISASTER"}, set()),
    ],
)
def test_homographs_are_told_apart_by_their_context(text: str, word: str, yes: set[str], no: set[str]) -> None:
    types = {c.type for surface, c in _find(text) if surface == word}
    assert yes <= types
    assert not no & types


@pytest.mark.parametrize(
    ("text", "word", "kind", "facts"),
    [
        ("وسيزور الأمير طوكيو", "وسيزور", "VISIT", ("verb", "future", "3ms", None, ("و", "س"))),
        ("لم يزر الأمير طوكيو", "يزر", "VISIT", ("verb", "present", "3ms", None, ())),
        ("استقبلهم الرئيس", "استقبلهم", "VISIT", ("verb", "past", "3ms", "هم", ())),
        ("قتلوا الحارس", "قتلوا", "DEATH", ("verb", "past", "3mp", None, ())),
        ("بعد زيارتهما لأثينا", "زيارتهما", "VISIT", ("masdar", None, None, "هما", ())),
        ("للزيارة أهمية", "للزيارة", "VISIT", ("masdar", None, None, None, ("ل", "ال"))),
        ("وبالزيارات المتبادلة", "وبالزيارات", "VISIT", ("masdar", None, None, None, ("و", "ب", "ال"))),
        ("زياره رسمية", "زياره", "VISIT", ("masdar", None, None, None, ())),
        ("مشيرا إلى الأمر", "مشيرا", "STATEMENT", ("participle", None, None, None, ())),
        ("اجتماعا طارئا", "اجتماعا", "MEETING", ("masdar", None, None, None, ())),
    ],
)
def test_a_candidate_tells_form_and_attached_words(
    text: str, word: str, kind: str, facts: tuple[str, str | None, str | None, str | None, tuple[str, ...]]
) -> None:
    c = _one(text, word, kind)
    assert (c.kind, c.tense, c.person, c.suffix, c.proclitics) == facts


@pytest.mark.parametrize(
    ("text", "word", "found"),
    [
        ("بعد هجومي جاكرتا", "هجومي", True),
        ("أدان الوزير تفجيري السوق", "تفجيري", True),
        ("المتهم بتفجيري السوق", "بتفجيري", True),
        ("لعب بأسلوب هجومي ممتع", "هجومي", False),
        ("مخطط تفجيري", "تفجيري", False),
        ("الأسلوب الهجومي للفريق", "الهجومي", False),
    ],
)
def test_a_dual_before_a_genitive_is_told_from_the_adjective(text: str, word: str, found: bool) -> None:
    assert ("ATTACK" in {c.type for surface, c in _find(text) if surface == word}) is found


def test_a_masdar_in_the_accusative_is_no_verb_of_two_with_a_pronoun() -> None:
    assert _one("بدأ العمال عصيانا في المصنع", "عصيانا", "PROTEST").kind == "masdar"


def test_a_subordinator_is_no_form_of_a_verb_that_patterns_name() -> None:
    assert "أنهى" in _one("أنهى الوزير زيارة القرية", "زيارة", "VISIT").entry
    assert "أنهى" not in _one("ذكر أنه أجل زيارة القرية", "زيارة", "VISIT").entry


def test_a_short_present_needs_the_particle_that_shortens_it() -> None:
    assert "VISIT" in {c.type for _, c in _find("ولم يزر الوفد حلب")}
    assert "VISIT" not in {c.type for _, c in _find("الوفد يزر حلب")}


def test_the_damma_of_a_passive_is_read() -> None:
    assert _one("قُتل الحارس أمس", "قُتل", "DEATH").passive
    assert not _one("قتل الحارس أمس", "قتل", "DEATH").passive
    assert _one("أقيل المدير أمس", "أقيل", "RESIGNATION").passive
    assert _one("اعتُقل الحارس أمس", "اعتُقل", "ARREST").passive
    assert _one("وَاعْتُقِلَ الحارس أمس", "وَاعْتُقِلَ", "ARREST").passive
    assert not _one("اعتقل الحارس أمس", "اعتقل", "ARREST").passive
    assert _one("اتُّهم الحارس أمس", "اتُّهم", "ACCUSATION").passive
    assert _one("واتُهمت الشركة أمس", "واتُهمت", "ACCUSATION").passive
    assert not _one("اتَّهم الحارس جاره", "اتَّهم", "ACCUSATION").passive


def test_a_verb_of_unknown_voice_has_the_slots_of_both() -> None:
    positions = {slot.position for slot in _one("قتل الحارس", "قتل", "DEATH").slots}
    assert {"subject", "object", "passive_subject"} <= positions


def test_a_verb_and_its_masdar_are_told_apart_by_the_word_before() -> None:
    assert _one("قصف الطيران الجسر", "قصف", "ATTACK").kind == "verb"
    assert _one("بعد قصف الجسر", "قصف", "ATTACK").kind == "masdar"
    assert _one("نفى الوزير الخبر", "نفى", "REJECTION").kind == "verb"
    assert _one("جاء نفي الوزير سريعا", "نفي", "REJECTION").kind == "masdar"


@pytest.mark.parametrize(
    ("text", "word", "kind", "light", "slot"),
    [
        ("قام الوزير الأول بزيارة حلب", "بزيارة", "VISIT", "قام", Slot("actor", "subject")),
        ("أجرى الرئيس الغاني محادثات مع الوفد", "محادثات", "MEETING", "أجرى", Slot("actor", "subject")),
        ("تعرض الجسر لقصف عنيف", "لقصف", "ATTACK", "تعرض", Slot("target", "subject")),
        ("شهدت المدينة مظاهرات", "مظاهرات", "PROTEST", "شهدت", Slot("place", "subject")),
    ],
)
def test_a_light_verb_lends_its_subject(text: str, word: str, kind: str, light: str, slot: Slot) -> None:
    c = _one(text, word, kind)
    assert c.light_verb is not None
    assert _tokenized(text).tokens[c.light_verb].text == light
    assert slot in c.slots


def test_a_masdar_under_a_preposition_is_not_the_object_of_a_light_verb() -> None:
    assert _one("أجرى الوزير لقاءات خلال زيارة قصيرة", "زيارة", "VISIT").light_verb is None


def test_the_passive_helper_gives_its_masdar_no_subject() -> None:
    c = _one("تم اعتقال اللص", "اعتقال", "ARREST")
    assert c.light_verb is not None
    assert all(slot.position != "subject" for slot in c.slots)


def test_roles_are_reversed_where_the_frame_says_so() -> None:
    slots = {slot.position: slot.role for slot in _one("استقبل الأمير السفير", "استقبل", "VISIT").slots}
    assert slots["subject"] == "target"
    assert slots["object"] == "actor"
    assert Slot("target", "prep", "من طرف") in _one("استقبل الوفد من طرف الوالي", "استقبل", "VISIT").slots


@pytest.mark.parametrize(
    ("text", "word", "role"),
    [
        ("استقبال الأمير لوفد الغرفة", "استقبال", "target"),
        ("وكان في استقبال الأمير مدير الغرفة", "استقبال", "actor"),
        ("وكان في استقباله مدير الغرفة", "استقباله", "target"),
    ],
)
def test_what_stands_around_a_reception_tells_who_is_received(text: str, word: str, role: str) -> None:
    slots = [slot for slot in _one(text, word, "VISIT").slots if slot.position == "idafa"]
    assert slots[0].role == role


def test_each_token_has_at_most_one_candidate_of_a_type() -> None:
    doc = _tokenized("وجه الرئيس دعوة رسمية إلى نظيره لزيارة البلاد. دعا إلى الحوار.")
    found = find_candidates(doc, load_ontology())
    assert len({(c.token, c.type) for c in found}) == len(found)
    assert [c.token for c in found] == sorted(c.token for c in found)


def test_conditions_do_not_look_beyond_the_sentence() -> None:
    assert "AGREEMENT" in {c.type for surface, c in _find("وقع الوزير على اتفاق.") if surface == "وقع"}
    assert "AGREEMENT" not in {c.type for surface, c in _find("وقع.\nعلى اتفاق.") if surface == "وقع"}


def test_an_entry_without_its_conditions_is_proposed_faintly() -> None:
    doc = _tokenized("وقع الحادث قرب المصنع")
    faint = {c.type: c.strength for c in find_candidates(doc, load_ontology()) if c.faint and c.token == 0}
    sound = _one("وقع الوزير على اتفاق", "وقع", "AGREEMENT").strength
    assert 0 < faint["AGREEMENT"] < sound / 2


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ("أجرى الوزير (وهو من مواليد الجنوب) مع السفير أمس (السبت) مقابلة مطولة", ("مقابلة", "STATEMENT")),
        ("وقع الوزير - كما قيل قبل يومين في الصحف المحلية - على اتفاق", ("وقع", "AGREEMENT")),
    ],
)
def test_a_parenthesis_parts_no_trigger_from_its_condition(text: str, sound: tuple[str, str]) -> None:
    assert sound in {(surface, c.type) for surface, c in _find(text)}


def test_hyphens_within_words_are_no_dashes() -> None:
    found = {(surface, c.type) for surface, c in _find("وقع الوزير 10-15 وثيقة و20-30 بحضور السفير على اتفاق مع إيران")}
    assert ("وقع", "AGREEMENT") not in found


def test_what_may_not_be_faint_has_its_condition_on_this_side_of_a_parenthesis() -> None:
    doc = _tokenized("حركة (كما قيل) احتجاجية")
    assert not [c for c in find_candidates(doc, load_ontology()) if c.type == "PROTEST" and c.token == 0]


@pytest.mark.parametrize(
    ("text", "found"), [("مثل اللص السابق أمام القاضي", True), ("الصبر مثل الدواء أمام المرض", False)]
)
def test_who_stands_before_a_court_is_tried(text: str, found: bool) -> None:
    assert ("مثل" in {surface for surface, c in _find(text) if c.type == "VERDICT"}) is found


def test_a_weak_entry_is_not_proposed_without_its_conditions() -> None:
    kinds = [{c.type for c in find_candidates(_tokenized(text), load_ontology()) if c.token == 0}
             for text in ("أنفق الرجل وقته", "أنفق النادي مليون يورو")]  # fmt: skip
    assert ["DEAL" in found for found in kinds] == [False, True]


def test_a_row_may_forbid_that_it_is_proposed_faintly() -> None:
    doc = _tokenized("حركة السير بطيئة في المدينة")
    assert _one("شهدت المدينة حركة احتجاجية واسعة", "حركة", "PROTEST").strength > 0
    assert not [c for c in find_candidates(doc, load_ontology()) if c.type == "PROTEST"]


def test_nobody_orders_himself() -> None:
    doc = _tokenized("وصل لاعب الفريق لأنه مصاب")
    assert not [c for c in find_candidates(doc, load_ontology()) if c.token in (1, 3) and c.kind == "verb"]


def test_rules_never_take_a_faint_candidate() -> None:
    config = Config.from_dict({"events": {"model": "rules", "threshold": 0.05}})
    (doc,) = Events(config)([_tokenized("وقع الحادث قرب المصنع")])
    assert "AGREEMENT" not in {e.type for e in doc.events}


def test_what_excludes_an_entry_excludes_it_faintly_too() -> None:
    kinds = [{c.type for c in find_candidates(_tokenized(text), load_ontology())}
             for text in ("بعد رحيل الشاعر", "بعد رحيل النظام")]  # fmt: skip
    assert ["DEATH" in found for found in kinds] == [True, False]


def test_a_document_without_tokens_has_no_candidates() -> None:
    assert find_candidates(Document("d", ""), load_ontology()) == []


def test_marks_on_letters_change_nothing_but_the_voice() -> None:
    plain = find_candidates(_tokenized("أعلنت الحكومة اتفاقا"), load_ontology())
    marked = find_candidates(_tokenized("أَعْلَنَت الحكومة اتّفاقـا"), load_ontology())
    assert [replace(c) for c in marked] == plain


_PIECES = ["قال", "زار", "وقع", "على", "ال", "و", "ف", "لل", "هم", "ه", "~", ".", "،", "12", "وزير", "اتفاق", "النار"]


@given(st.lists(st.sampled_from(_PIECES), max_size=12))
def test_any_text_gives_candidates_that_point_at_its_tokens(words: list[str]) -> None:
    doc = _tokenized(" ".join(words))
    for c in find_candidates(doc, load_ontology()):
        assert 0 <= c.token < len(doc.tokens)
        assert c.entry in load_ontology().entries
        assert c.entry.startswith(c.type + "/")
