import pytest

from pipeline.text.tokens import tokenize
from pipeline.times.lines import Line
from pipeline.times.numbers import cardinal, counted, day_number, ordinal, spelled
from pipeline.times.vocabulary import vocabulary


def _line(text: str) -> Line:
    tokens, words = tokenize(text), vocabulary()
    return Line(tokens, [words[token.norm] for token in tokens], words)


@pytest.mark.parametrize(
    ("text", "value"),
    [("ثلاثة", 3), ("ثلاث عشرة", 13), ("أحد عشر", 11), ("عشرين", 20), ("خمسة وعشرين", 25), ("مئة", 100),
     ("مائة وخمسين", 150), ("ثلاثمائة وخمسة وستين", 365), ("ألف وتسعمئة وسبعة وستين", 1967),
     ("ألفين وأحد عشر", 2011), ("ألفين وعشرين", 2020), ("ثلاثة آلاف", 3000), ("ثلاث وثمانين وستمئة", 683),
     ("خمس وأربعين ومئتين وألف", 1245)],
)  # fmt: skip
def test_cardinals_in_words(text: str, value: int) -> None:
    line = _line(text)
    assert spelled(line, 0) == (value, len(line))


def test_a_number_ends_where_its_parts_no_longer_fit() -> None:
    line = _line("ثلاثة وأربعة")
    assert spelled(line, 0) == (3, 1)


@pytest.mark.parametrize(("text", "expected"), [("2015", (2015, 1)), ("20155", None), ("مدرسة", None)])
def test_cardinals_in_digits(text: str, expected: tuple[int, int] | None) -> None:
    assert cardinal(_line(text), 0) == expected


def test_what_stands_behind_a_thousands_mark_is_no_number() -> None:
    assert cardinal(_line("10,000"), 2) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("الأول", 1), ("الثانية", 2), ("الحادي عشر", 11), ("التاسع عشر", 19), ("العشرين", 20), ("الحادي والعشرون", 21),
     ("الثامن والعشرين", 28), ("الـ15", 15), ("ال 15", 15), ("الأخير", -1)],
)  # fmt: skip
def test_ordinals(text: str, value: int) -> None:
    line = _line(text)
    assert ordinal(line, 0) == (value, len(line))


@pytest.mark.parametrize(("text", "value"), [("الثلاثة", 3), ("الخمس عشرة", 15), ("الـ24", 24), ("العشرين", 20)])
def test_counted(text: str, value: int) -> None:
    line = _line(text)
    assert counted(line, 0) == (value, len(line))


@pytest.mark.parametrize(("text", "value"), [("05", 5), ("31", 31), ("32", None), ("00", None), ("11th", 11)])
def test_days_of_the_month(text: str, value: int | None) -> None:
    found = day_number(_line(text), 0)
    assert (found[0] if found else None) == value
