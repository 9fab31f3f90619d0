import pytest

from pipeline.names.pairs import part_pairs
from pipeline.names.recognizer import NameSpan
from pipeline.text.tokens import tokenize


def persons(*page: tuple[str, tuple[str, ...]], tagger: str = "compact") -> list[str]:
    """Give the persons of the last sentence of a page; each sentence stands with the persons found in it."""
    sentences, found = [], []
    for text, names in page:
        tokens = tokenize(text)
        words = [t.text for t in tokens]
        spans, at = [], 0
        for name in names:
            parts = name.split()
            at = next(i for i in range(at, len(words)) if words[i : i + len(parts)] == parts)
            spans.append(NameSpan(at, at + len(parts), "PER", 0.9, tagger))
            at += len(parts)
        sentences.append(tokens)
        found.append(spans)
    parted = part_pairs(sentences, found)[-1]
    return [" ".join(t.text for t in sentences[-1][s.first : s.last]) for s in parted]


ONE = ("حضر نسيم الحداد الحفل", ("نسيم الحداد",))
TWO = ("تكلم رامي الشنقور", ("رامي الشنقور",))


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ((ONE, TWO, ("ووصف الحداد الشنقور بالصديق", ("الحداد الشنقور",))), ["الحداد", "الشنقور"]),
        ((ONE, TWO, ("هنأ نسيم الحداد رامي الشنقور", ("نسيم الحداد رامي الشنقور",))), ["نسيم الحداد", "رامي الشنقور"]),
        ((ONE, ("غادر والشنقور معا", ("والشنقور",)), ("التقى الحداد الشنقور", ("الحداد الشنقور",))), ["الحداد", "الشنقور"]),
        ((("التقى السيسي ماكرون في المدينة", ("السيسي ماكرون",)),), ["السيسي", "ماكرون"]),
        ((("هنأ الرئيس المصري السيسي ترامب", ("السيسي ترامب",)),), ["السيسي", "ترامب"]),
        ((("التقى سالم عراقجي نسيم الحداد", ("سالم عراقجي نسيم الحداد",)),), ["سالم عراقجي", "نسيم الحداد"]),
        ((("أقال قيس سعيد نسيم الحداد", ("قيس سعيد نسيم الحداد",)),), ["قيس سعيد", "نسيم الحداد"]),
        ((("كلف الرئيس عون نواف سلام", ("عون نواف سلام",)),), ["عون", "نواف سلام"]),
    ],
)  # fmt: skip
def test_subject_and_object_are_two_persons(page: tuple[tuple[str, tuple[str, ...]], ...], expected: list[str]) -> None:
    assert persons(*page) == expected


@pytest.mark.parametrize(
    "page",
    [
        (ONE, TWO, ("قال الحداد الشنقور إنه", ("الحداد الشنقور",))),  # no verb of two parties
        (ONE, ("حضر الحداد الشنقور", ("الحداد الشنقور",)), ("دعا الحداد الشنقور إلى", ("الحداد الشنقور",)), ),
        (("حضر سالم نسيم", ("سالم نسيم",)), TWO, ("حضر نسيم رامي", ("نسيم رامي",)), ("دعا نسيم الشنقور", ("نسيم الشنقور",))),
        (ONE, TWO, ("طالب الرئيس التركي الحداد الشنقور", ("الحداد الشنقور",))),  # a title is before one person
        (ONE, ("دعا الحداد بن سالم", ("الحداد بن سالم",))),
        (("حضر عبد الله ومعه رامي سالم", ("عبد الله", "رامي سالم")), ("دعا عبد الله سالم", ("عبد الله سالم",))),
        (("دعا نسيم الشنقور إلى", ("نسيم الشنقور",)),),
        (("وصل ماكرون السيسي", ("ماكرون السيسي",)),),
        (("وصل قيس سعيد نسيم الحداد", ("قيس سعيد نسيم الحداد",)),),
        (("استقبل جورج بوش الابن", ("جورج بوش الابن",)),),
        (("دعا كاميرون حداد", ("كاميرون حداد",)),),
    ],
)  # fmt: skip
def test_one_person_stays_whole(page: tuple[tuple[str, tuple[str, ...]], ...]) -> None:
    assert persons(*page) == [page[-1][1][0]]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("سعد وريهام", ["سعد", "وريهام"]), ("محمد أمين وضياء", ["محمد أمين", "وضياء"]), ("قصي وعدي", ["قصي", "وعدي"]),
        ("ثيو والكوت", ["ثيو والكوت"]), ("عبد وريهام", ["عبد وريهام"]), ("سالم وتد", ["سالم وتد"]),
        ("مراد وهبة", ["مراد وهبة"]), ("سعد وريهام وضياء", ["سعد", "وريهام", "وضياء"]),
    ],
)  # fmt: skip
def test_names_that_and_joins_are_persons_of_their_own(name: str, expected: list[str]) -> None:
    assert persons((f"سافر {name} معا", (name,))) == expected


def test_names_of_the_users_list_are_not_parted() -> None:
    assert persons(("التقى السيسي ماكرون", ("السيسي ماكرون",)), tagger="gazetteer") == ["السيسي ماكرون"]
