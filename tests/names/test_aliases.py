import pytest

from pipeline.document import Document, Mention
from pipeline.names.aliases import Aliases, canonical_name, name_key
from pipeline.resources import load_toml


def entities(*names: tuple[str, str]) -> list[str]:
    text = ""
    mentions = []
    for name, label in names:
        text += " ل" if name.startswith("لك") else " "  # للكرملين
        mentions.append(Mention(len(text), len(text) + len(name), label, None, "t", 0))
        text += name
    (doc,) = Aliases()([Document("d", text, mentions=tuple(mentions))])
    return [m.entity for m in doc.mentions]


def test_a_short_name_is_the_fuller_one_before_it() -> None:
    assert entities(("فلاديمير بوتين", "PER"), ("الكرملين", "ORG"), ("بوتين", "PER"), ("لكرملين", "ORG")) == [
        "e0", "e1", "e0", "e1",
    ]  # fmt: skip


def test_spelling_variants_are_one_entity_and_labels_are_apart() -> None:
    assert entities(("أمريكا", "LOC"), ("امريكا", "LOC"), ("القاهره", "LOC"), ("القاهرة", "LOC"), ("القاهرة", "ORG")) == [
        "e0", "e0", "e1", "e1", "e2",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("نسيم شنقورة", "نسيم شانقورة"), ("زيانج سام", "زيانغ سام"), ("ثامير حداد", "تامير حداد"), ("بنيامين نتنياهو", "نتانياهو"),
        ("سالم الفايزي", "سالم الفائزي"), ("دونالد ترامب", "ترمب"),
    ],
)  # fmt: skip
def test_spellings_of_one_person_are_one(one: str, other: str) -> None:
    assert entities((one, "PER"), (other, "PER")) == ["e0", "e0"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("محمد حداد", "محمود حداد"), ("سلمان حداد", "سليمان حداد"), ("حسن حداد", "حسين حداد"), ("علي خامنئي", "الخميني"),
        ("نسيم مالك", "نسيم مالكي"), ("نسيم عمر", "نسيم عمري"),
        ("حيدر العبادي", "حيدر العبيدي"), ("سالم العمري", "سالم العامري"), ("ماجد حداد", "مجيد حداد"),
    ],
)  # fmt: skip
def test_names_of_like_consonants_are_two(one: str, other: str) -> None:
    assert entities((one, "PER"), (other, "PER")) == ["e0", "e1"]
    assert entities((other, "LOC"), (one, "LOC")) == ["e0", "e1"]


def test_different_people_of_one_first_name_stay_apart() -> None:
    assert entities(("محمد صلاح", "PER"), ("محمد مرسي", "PER"), ("مرسي", "PER")) == ["e0", "e1", "e1"]


def test_the_fullest_surface_names_the_entity() -> None:
    assert canonical_name(["بوتين", "فلاديمير بوتين", "بوتين"]) == "فلاديمير بوتين"


def test_a_family_name_joins_no_two_people() -> None:
    assert entities(("بشار الأسد", "PER"), ("الأسد", "PER"), ("ماهر الأسد", "PER")) == ["e0", "e0", "e1"]
    assert entities(("محمد حسن علي", "PER"), ("حسين علي", "PER"), ("محمد علي", "PER")) == ["e0", "e1", "e0"]
    assert entities(("الأسد", "PER"), ("بشار الأسد", "PER"), ("الأسد", "PER")) == ["e0", "e0", "e0"]
    assert entities(("محمد بن سلمان", "PER"), ("بن سلمان", "PER"), ("بان كي مون", "PER"), ("كي مون", "PER")) == [
        "e0", "e0", "e1", "e1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "names",
    [
        ("محمد بن راشد بن سعيد", "محمد بن راشد"), ("محمد بن راشد", "محمد بن راشد آل سعيد"),
        ("مساعد بن فهد بن سالم", "مساعد"), ("نسيم حداد", "نسيم حداد الأصغر"), ("ابن راشد", "محمد بن راشد"),
        ("عبد ربه سالم حمدان", "عبدربه سالم حمدان"), ("نسيم_حداد", "نسيم حداد"), ("محمد سالم", "الملا سالم"),
        ("محمد آل سعيد", "محمد بن راشد آل سعيد"),
    ],
)  # fmt: skip
def test_the_beginning_of_a_name_is_the_person(names: tuple[str, str]) -> None:
    assert entities(*((name, "PER") for name in names)) == ["e0", "e0"]
    assert entities(*((name, "PER") for name in reversed(names))) == ["e0", "e0"]


def test_a_person_is_known_by_each_of_its_names() -> None:
    names = ("نسيم حداد", "نسيم حداد الأصغر", "حداد", "الأصغر", "رامي حداد")
    assert entities(*((name, "PER") for name in names)) == ["e0", "e0", "e0", "e0", "e1"]


def test_a_short_first_name_is_the_one_person_named_so() -> None:
    assert entities(("فهد بن سالم", "PER"), ("فهد", "PER")) == ["e0", "e0"]
    assert entities(("فهد حداد", "PER"), ("فهد", "PER")) == ["e0", "e1"]
    assert entities(("ناصر فهد", "PER"), ("فهد بن سالم", "PER"), ("فهد", "PER")) == ["e0", "e1", "e0"]
    assert entities(("فهد بن سالم", "PER"), ("فهد بن راشد", "PER"), ("فهد", "PER")) == ["e0", "e1", "e2"]


@pytest.mark.parametrize(
    "names",
    [
        ("سالم بن راشد", "فهد بن سالم بن راشد"), ("محمد بن راشد", "راشد"), ("هند بنت سالم الحداد", "سالم الحداد"),
        ("محمد بن فهد بن راشد", "محمد بن راشد"), ("فهد بن سالم", "فهد بن ناصر"), ("محمد بن", "محمد بن راشد بن سعيد"),
    ],
)  # fmt: skip
def test_a_father_is_not_his_child(names: tuple[str, str]) -> None:
    assert entities(*((name, "PER") for name in names)) == ["e0", "e1"]
    assert entities(*((name, "PER") for name in reversed(names))) == ["e0", "e1"]


@pytest.mark.parametrize(
    "names",
    [
        ("حركة النسيم", "النسيم"), ("نادي النسيم", "النسيم", "فريق النسيم"), ("مليشيا النسيم", "جماعة النسيم"),
        ("الحوثي", "جماعة الحوثي", "الحوثيون", "الحوثيين"), ("داعش", "تنظيم الدولة الإسلامية", "تنظيم داعش"),
        ("جامعة الدول العربية", "الجامعة العربية"), ("حلف الناتو", "حلف شمال الأطلسي", "ناتو"),
        ("بنك النسيم", "النسيم", "مصرف النسيم"), ("حركة طالبان", "جماعة طالبان", "طالبان"), ("حزب النسيم", "النسيم"),
        ("شركة النسيم", "النسيم"), ("جماعة الحوثي", "حركة الحوثي", "الحوثيون"),
    ],
)  # fmt: skip
def test_an_organisation_is_one_with_and_without_its_kind(names: tuple[str, ...]) -> None:
    assert set(entities(*((name, "ORG") for name in names))) == {"e0"}
    assert set(entities(*((name, "ORG") for name in reversed(names)))) == {"e0"}


@pytest.mark.parametrize(
    ("text", "names", "same"),
    [
        ('نشرت وكالة أنباء النسيم "ونس" بيانا ثم نفت ونس ذلك', ("وكالة أنباء النسيم", "ونس", "ونس"), True),
        ("نفت ونس ذلك. وقالت وكالة أنباء النسيم (ونس) إنها", ("ونس", "وكالة أنباء النسيم", "ونس"), True),
        ("حضرت منظمة النسيم العالمية «ونس» الحفل", ("منظمة النسيم العالمية", "ونس"), True),
        ("في مقر الأمم المتحدة (ونس) -- قال الأمين", ("الأمم المتحدة", "ونس"), False),
        ('قالت النسيم "وكالة الأنباء العامة" إنها', ("النسيم", "وكالة الأنباء العامة"), False),
        ("حضرت منظمة النسيم العالمية ونس الحفل", ("منظمة النسيم العالمية", "ونس"), False),
    ],
)
def test_a_short_form_in_marks_is_the_organisation_before_it(text: str, names: tuple[str, ...], same: bool) -> None:
    assert (len(set(page_entities(text, *names, label="ORG"))) == 1) == same


def test_bodies_of_other_kinds_and_labels_stay_apart() -> None:
    assert entities(("نادي النسيم", "ORG"), ("شركة النسيم", "ORG"), ("النسيم", "ORG")) == ["e0", "e1", "e2"]
    assert entities(("حركة النسيم", "ORG"), ("النسيم", "LOC"), ("وزارة النسيم", "ORG")) == ["e0", "e1", "e2"]


@pytest.mark.parametrize(
    "names",
    [
        ("بنك النسيم", "شركة النسيم", "النسيم"), ("حزب النسيم", "حركة النسيم", "جماعة النسيم"), ("مؤسسة النسيم", "مجموعة النسيم"),
        ("منظمة النسيم", "جبهة النسيم"), ("مصرف النسيم", "مؤسسة النسيم", "النسيم"),
    ],
)  # fmt: skip
def test_two_kinds_of_one_name_are_two_organisations(names: tuple[str, ...]) -> None:
    assert len(set(entities(*((name, "ORG") for name in names)))) == len(names)
    assert len(set(entities(*((name, "ORG") for name in reversed(names))))) == len(names)


@pytest.mark.parametrize(
    ("text", "names", "same"),
    [
        ("تعادل فريق النسيم أمس ثم أعلنت شركة النسيم أرباحها وفاز النسيم", ("النسيم", "شركة النسيم", "النسيم"), ["e0", "e1", "e0"]),
        ("أعلنت شركة النسيم أرباحها وخسر لنادي النسيم لاعب", ("شركة النسيم", "النسيم"), ["e0", "e1"]),
        ("تعادل نادي النسيم أمس ثم أعلنت شركة النسيم أرباحها", ("نادي النسيم", "شركة النسيم"), ["e0", "e1"]),
        ("أعلنت شركة النسيم أرباحها وربحت النسيم مالا", ("شركة النسيم", "النسيم"), ["e0", "e0"]),
        ("التقى فريق النسيم الوسطاء وقالت حركة النسيم", ("النسيم", "حركة النسيم"), ["e0", "e0"]),
    ],
)  # fmt: skip
def test_a_company_has_not_the_name_of_a_club(text: str, names: tuple[str, ...], same: list[str]) -> None:
    assert page_entities(text, *names, label="ORG") == same


@pytest.mark.parametrize(
    "names",
    [
        ("الولايات المتحدة", "الولايات المتحدة الأمريكية", "لولايات المتحدة الأميركية", "أمريكا", "أميركا"),
        ("الإمارات", "الإمارات العربية المتحدة"), ("سوريا", "سورية"), ("بريطانيا", "المملكة المتحدة"),
        ("ساحل العاج", "كوت ديفوار"), ("سلطنة عمان", "عُمان"),
    ],
)  # fmt: skip
def test_the_names_of_a_state_are_one_entity(names: tuple[str, ...]) -> None:
    text = " ثم ".join(names).replace("ثم لولايات", "للولايات")
    assert set(page_entities(text, *names)) == {"e0"}


def test_a_capital_and_a_part_are_not_the_state() -> None:
    assert entities(("الولايات المتحدة", "LOC"), ("واشنطن", "LOC"), ("أمريكا اللاتينية", "LOC")) == ["e0", "e1", "e2"]
    assert entities(("كوريا الجنوبية", "LOC"), ("كوريا الشمالية", "LOC"), ("كوريا", "LOC")) == ["e0", "e1", "e2"]


def test_no_name_is_called_the_same_as_two_things() -> None:
    rows = [
        (label, row.split("|")) for label, names in load_toml("names/aliases.toml")["same"].items() for row in names
    ]
    keys = [(label, key) for label, names in rows for key in {name_key(name) for name in names}]
    assert len(keys) == len(set(keys))


def page_entities(text: str, *names: str, label: str = "LOC") -> list[str]:
    mentions, at = [], 0
    for name in names:
        at = text.index(name, at)
        mentions.append(Mention(at, at + len(name), label, None, "t", 0))
        at += len(name)
    (doc,) = Aliases()([Document("d", text, mentions=tuple(mentions))])
    return [m.entity for m in doc.mentions]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("سافر للبنان ثم غادر لبنان", ("لبنان", "لبنان")),
        ("وصل لليبيا وكانت ليبيا", ("ليبيا", "ليبيا")),
        ("عاد وللندن وزار لندن", ("لندن", "لندن")),
        ("أشاد للشنقور بعد أن زار لشنقور", ("لشنقور", "لشنقور")),  # known from the page alone
        ("كتب لِلكويت عن الكويت", ("لكويت", "الكويت")),
        ("اتجه للشنقور ثم الشنقور", ("لشنقور", "الشنقور")),
    ],
)
def test_a_name_behind_lam_is_the_one_that_the_page_knows(text: str, names: tuple[str, str]) -> None:
    assert page_entities(text, *names) == ["e0", "e0"]


@pytest.mark.parametrize("pair", [("عبد الفتاح السيسي", "عبدالفتاح السيسي"), ("أبو الغيط", "ابوالغيط")])
def test_compounds_are_one_person_however_they_are_spaced(pair: tuple[str, str]) -> None:
    assert entities(*((name, "PER") for name in pair)) == ["e0", "e0"]


def test_made_ids_keep_clear_of_the_users_list() -> None:
    text = "مرام ثم نسيم ثم برشم"
    given = [Mention(0, 4, "PER", None, "t", 0), Mention(8, 12, "PER", None, "t", 0),
             Mention(16, 20, "LOC", None, "gazetteer", 0, entity="e1")]  # fmt: skip
    (doc,) = Aliases()([Document("d", text, mentions=tuple(given))])
    assert [m.entity for m in doc.mentions] == ["e0", "e2", "e1"]


def test_ids_of_the_users_list_are_kept() -> None:
    text = "وصل بوتين ثم بوتين"
    given = [Mention(4, 9, "PER", None, "gazetteer", 0, entity="Q7747"), Mention(13, 18, "PER", None, "t", 0)]
    (doc,) = Aliases()([Document("d", text, mentions=tuple(given))])
    assert [m.entity for m in doc.mentions] == ["Q7747", "Q7747"]
