import pytest

from pipeline.document import Document, Mention
from pipeline.names.aliases import Aliases, canonical_name


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
