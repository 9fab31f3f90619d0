import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.events.inflection import (
    active_participle,
    fold_letters,
    inflect_noun,
    inflect_participle,
    inflect_verb,
    passive_participle,
)

# Past stem, conjugation, and forms that must be there: 3ms, 3fs, 3mp past, then 3ms, 3fs, 3mp present.
PARADIGMS = [
    ("كتب", "", "كتب كتبت كتبوا يكتب تكتب يكتبون"),
    ("وقع", "II", "وقع وقعت وقعوا يوقع توقع يوقعون"),
    ("وقع", "", "وقع وقعت وقعوا يقع تقع يقعون"),
    ("أكد", "II", "اكد اكدت اكدوا يؤكد تؤكد يؤكدون"),
    ("أمر", "", "امر امرت امروا يامر تامر يامرون"),
    ("هاجم", "", "هاجم هاجمت هاجموا يهاجم تهاجم يهاجمون"),
    ("أعلن", "", "اعلن اعلنت اعلنوا يعلن تعلن يعلنون"),
    ("أوقف", "", "اوقف اوقفت اوقفوا يوقف توقف يوقفون"),
    ("توعد", "", "توعد توعدت توعدوا يتوعد تتوعد يتوعدون"),
    ("تظاهر", "", "تظاهر تظاهرت تظاهروا يتظاهر تتظاهر يتظاهرون"),
    ("انسحب", "", "انسحب انسحبت انسحبوا ينسحب تنسحب ينسحبون"),
    ("اعتقل", "", "اعتقل اعتقلت اعتقلوا يعتقل تعتقل يعتقلون"),
    ("استقبل", "", "استقبل استقبلت استقبلوا يستقبل تستقبل يستقبلون"),
    ("سيطر", "", "سيطر سيطرت سيطروا يسيطر تسيطر يسيطرون"),
    ("زار", "و", "زار زارت زاروا يزور تزور يزورون"),
    ("باع", "ي", "باع باعت باعوا يبيع تبيع يبيعون"),
    ("أقال", "", "اقال اقالت اقالوا يقيل تقيل يقيلون"),
    ("اختار", "", "اختار اختارت اختاروا يختار تختار يختارون"),
    ("استقال", "", "استقال استقالت استقالوا يستقيل تستقيل يستقيلون"),
    ("دعا", "", "دعا دعت دعوا يدعو تدعو يدعون"),
    ("قضى", "", "قضي قضت قضوا يقضي تقضي يقضون"),
    ("سعى", "ا", "سعي سعت سعوا يسعي تسعي يسعون"),
    ("لقي", "", "لقي لقيت لقوا يلقي تلقي يلقون"),
    ("التقى", "", "التقي التقت التقوا يلتقي تلتقي يلتقون"),
    ("تولى", "", "تولي تولت تولوا يتولي تتولي يتولون"),
    ("رأى", "", "راي رات راوا يري تري يرون"),
    ("حيا", "II", "حيا حيت حيوا يحيي تحيي يحيون"),
    ("أحيا", "", "احيا احيت احيوا يحيي تحيي يحيون"),
    ("شن", "", "شن شنت شنوا يشن تشن يشنون"),
    ("احتل", "", "احتل احتلت احتلوا يحتل تحتل يحتلون"),
    ("اتفق", "", "اتفق اتفقت اتفقوا يتفق تتفق يتفقون"),
    ("أنشأ", "", "انشا انشات انشاوا ينشئ تنشئ ينشئون"),
    ("طمأن", "", "طمان طمانت طمانوا يطمئن تطمئن يطمئنون"),
]


@pytest.mark.parametrize(("past", "conjugation", "expected"), PARADIGMS)
def test_a_verb_has_its_forms_of_the_third_person(past: str, conjugation: str, expected: str) -> None:
    forms = inflect_verb(past, conjugation)
    active: dict[tuple[str | None, str], list[str]] = {(f.tense, f.person): [] for f in forms}
    for form in forms:
        if form.voice != "passive" and form.bound is not True:
            active[form.tense, form.person].append(form.surface)
    persons = [(tense, person) for tense in ("past", "present") for person in ("3ms", "3fs", "3mp")]
    for slot, surface in zip(persons, expected.split(), strict=True):
        assert surface in active[slot]


@pytest.mark.parametrize(
    ("past", "conjugation", "surface", "voice"),
    [
        ("قال", "و", "قيل", "passive"),
        ("أقال", "", "اقيل", "passive"),
        ("قاتل", "", "قوتل", "passive"),
        ("دعا", "", "دعي", "passive"),
        ("زار", "و", "يزار", "passive"),
        ("أمر", "", "يؤمر", "passive"),
        ("اعتقل", "", "اعتقل", "either"),
        ("ألغى", "", "الغت", "active"),
    ],
)
def test_the_passive_is_told_apart_only_where_its_letters_differ(
    past: str, conjugation: str, surface: str, voice: str
) -> None:
    assert voice in {f.voice for f in inflect_verb(past, conjugation) if f.surface == surface}


@pytest.mark.parametrize(
    ("past", "conjugation", "short"), [("زار", "و", "يزر"), ("دعا", "", "يدع"), ("التقى", "", "يلتق")]
)
def test_weak_verbs_shorten_in_the_jussive(past: str, conjugation: str, short: str) -> None:
    assert [f.tense for f in inflect_verb(past, conjugation) if f.surface == short and f.person == "3ms"] == ["jussive"]


def test_forms_before_a_pronoun_differ_from_free_ones() -> None:
    bound = {f.surface: f.bound for f in inflect_verb("التقى") if f.tense == "past" and f.voice != "passive"}
    assert bound["التقي"] is False
    assert bound["التقا"] is True
    assert bound["التقوا"] is False
    assert bound["التقو"] is True


@pytest.mark.parametrize(
    ("past", "conjugation", "active", "passive"),
    [
        ("قتل", "", "قاتل", "مقتول"),
        ("أضاف", "", "مضيف", "مضاف"),
        ("اعتقل", "", "معتقل", "معتقل"),
        ("رجح", "II", "مرجح", "مرجح"),
        ("نادى", "", "منادي", "منادى"),
        ("قال", "و", "قائل", "مقول"),
        ("نفى", "", "نافي", "منفي"),
        ("حث", "", "حاث", "محثوث"),
        ("سأل", "", "سائل", "مسأول"),
        ("أمر", "", "آمر", "مأمور"),
    ],
)
def test_participles_follow_from_the_verb(past: str, conjugation: str, active: str, passive: str) -> None:
    assert active_participle(past, conjugation) == active
    assert passive_participle(past, conjugation) == passive


@pytest.mark.parametrize(
    ("singular", "plurals", "expected"),
    [
        ("زيارة", ("ات",), "زيارة زيارتان زيارتين زيارات"),
        ("اجتماع", ("ات",), "اجتماع اجتماعا اجتماعان اجتماعين اجتماعات"),
        ("قتيل", ("قتلى",), "قتيل قتيلا قتيلين قتلي"),
        ("متظاهر", ("ون",), "متظاهر متظاهرون متظاهرين متظاهرو متظاهري"),
        ("لقاء", ("ات",), "لقاء لقاءان لقاءين لقاءا لقاءي لقاءات"),
        ("مسعى", ("مساعي",), "مسعي مساعي مساع"),
    ],
)
def test_a_noun_has_its_cases_duals_and_plurals(singular: str, plurals: tuple[str, ...], expected: str) -> None:
    free = {f.surface for f in inflect_noun(singular, plurals) if f.bound is not True}
    assert set(expected.split()) <= free


@pytest.mark.parametrize(
    ("singular", "bound"), [("زيارة", "زيارت"), ("لقاء", "لقائ"), ("لقاء", "لقاؤ"), ("مسعى", "مسعا")]
)
def test_a_noun_changes_before_a_pronoun(singular: str, bound: str) -> None:
    assert (bound, True) in {(f.surface, f.bound) for f in inflect_noun(singular, ("ات",))}


def test_a_dual_before_a_genitive_is_given_where_it_is_asked_for() -> None:
    assert "هجومي" not in {f.surface for f in inflect_noun("هجوم", ("ات",))}
    (form,) = [f for f in inflect_noun("هجوم", ("ي",)) if f.surface == "هجومي"]
    assert (form.person, form.bound, form.article) == ("d", False, False)


def test_a_noun_that_is_never_many_has_no_dual() -> None:
    assert {f.person for f in inflect_noun("ضم")} == {"s"}


def test_a_participle_has_both_genders() -> None:
    surfaces = {f.surface for f in inflect_participle("معتقل")}
    assert {"معتقل", "معتقلا", "معتقلة", "معتقلون", "معتقلين", "معتقلات"} <= surfaces
    assert {"منادي", "مناد", "منادية", "منادون"} <= {f.surface for f in inflect_participle("منادي")}
    assert {"مستدعي", "مستدعاة", "مستدعون"} <= {f.surface for f in inflect_participle("مستدعى")}


@given(st.text(alphabet="بتثجحخدذرزسشصضطظعغفقكلمن", min_size=3, max_size=3))
def test_every_sound_verb_keeps_its_radicals_in_every_form(root: str) -> None:
    for form in inflect_verb(root):
        assert fold_letters(form.surface) == form.surface
        rest = form.surface
        for radical in root[:-1]:
            assert radical in rest
            rest = rest[rest.index(radical) + 1 :]
