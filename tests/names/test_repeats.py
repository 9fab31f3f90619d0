import pytest

from pipeline.names.recognizer import NameSpan
from pipeline.names.repeats import find_repeats
from pipeline.text.tokens import tokenize

_Names = tuple[tuple[str, str], ...]


def names(*page: tuple[str, _Names], tagger: str = "compact") -> list[tuple[str, str, str]]:
    """Give the names of the last sentence of a page; each sentence stands with the names found in it."""
    sentences, found = [], []
    for text, listed in page:
        tokens = tokenize(text)
        words = [t.text for t in tokens]
        spans = []
        for name, label in listed:
            parts = name.split()
            at = next(i for i in range(len(words)) if words[i : i + len(parts)] == parts)
            spans.append(NameSpan(at, at + len(parts), label, 0.9, tagger))
        sentences.append(tokens)
        found.append(spans)
    last = find_repeats(sentences, found)[-1]
    return [(" ".join(t.text for t in sentences[-1][s.first : s.last]), s.label, s.tagger) for s in last]


FULL = ("حضر نسيم الشنقور الحفل", (("نسيم الشنقور", "PER"),))


@pytest.mark.parametrize("label", ["LOC", "ORG"])
@pytest.mark.parametrize("word", ["الشنقور", "والشنقور", "بالشنقور"])
def test_the_last_name_of_a_person_is_no_place(word: str, label: str) -> None:
    assert names(FULL, (f"اتصل أمس {word} هاتفيا", ((word, label),))) == [(word, "PER", "compact+rule")]


@pytest.mark.parametrize("word", ["الشنقور", "للشنقور", "وبالشنقور"])
def test_a_last_name_that_was_missed_is_found(word: str) -> None:
    assert names(FULL, (f"قال مقرب {word} إنه سافر", ())) == [(word, "PER", "rule")]


@pytest.mark.parametrize(
    ("page", "label"),
    [
        ((("حضر نسيم البصري", (("نسيم البصري", "PER"),)), ("زار شارع البصري", (("شارع البصري", "LOC"),)), "البصري"), "LOC"),
        ((("حضر نسيم بغداد", (("نسيم بغداد", "PER"),)), "بغداد"), "LOC"),
        ((("حضر سالم الحوثي", (("سالم الحوثي", "PER"),)), "الحوثي"), "ORG"),
        ((("حضر آل الشنقور", (("آل الشنقور", "PER"),)), "الشنقور"), "LOC"),
    ],
)  # fmt: skip
def test_known_places_and_organisations_stay(page: tuple, label: str) -> None:
    *before, word = page
    assert names(*before, (f"قصف {word} أمس", ((word, label),))) == [(word, label, "compact")]


@pytest.mark.parametrize(
    "page",
    [
        (("حضر نسيم الشاهد", (("نسيم الشاهد", "PER"),)), ("قال الشاهد في القضية", ())),  # a frequent word
        (FULL, ("غاب نسيم الشنقور أمس", ())),  # a full name of which the recogniser missed all
        (FULL, ("غاب رامي الشنقور أمس", (("رامي", "PER"),))),
        (FULL, ("حضر رامي الشنقور", (("رامي الشنقور", "PER"),)), ("غاب نسيم الشنقور أمس", ())),
        (FULL, ("زار آل الشنقور وعائلة الشنقور أمس", ())),
        (FULL, ("أغلقت شركة الشنقور أبوابها", ())),
    ],
)
def test_not_every_such_word_is_a_person(page: tuple) -> None:
    assert [name for name, _, _ in names(*page)] == [name for name, _ in page[-1][1]]


def test_listed_family_names_need_no_full_name() -> None:
    assert names(("أشاد بفيدان كثيرا", (("بفيدان", "LOC"),))) == [("بفيدان", "PER", "compact+rule")]
    assert names(("نقل عن مقرب لهيغسيث", ())) == [("لهيغسيث", "PER", "rule")]


def test_names_of_the_users_list_stay() -> None:
    word = "الشنقور"
    assert names(FULL, (f"زار {word} أمس", ((word, "LOC"),)), tagger="gazetteer") == [(word, "LOC", "gazetteer")]
