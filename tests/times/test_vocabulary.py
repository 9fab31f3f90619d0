from collections.abc import Iterator
from importlib.resources import files

import pytest

from pipeline.text.normalize import fold
from pipeline.times.contexts import known_years
from pipeline.times.vocabulary import Vocabulary, cut_mixed, key_of, read_rows, vocabulary

TABLES = sorted(
    entry.name
    for entry in files("pipeline.resources").joinpath("times").iterdir()
    if entry.name.endswith(".tsv") and entry.name != "sources.tsv"
)


@pytest.mark.parametrize("name", TABLES)
def test_every_row_has_a_source_and_says_something_new(name: str) -> None:
    rows = list(read_rows(name))
    assert rows
    meanings = [
        (" ".join(key_of(fold(word)) for word in next(iter(row.values())).split()), *list(row.values())[1:-1])
        for row in rows
    ]
    assert len(meanings) == len(set(meanings))


def test_all_months_and_weekdays_are_told() -> None:
    months = {(row["calendar"], int(row["month"])) for row in read_rows("months.tsv")}
    assert months == {(calendar, n) for calendar in ("gregorian", "hijri") for n in range(1, 13)}
    assert {int(row["weekday"]) for row in read_rows("weekdays.tsv")} == set(range(7))
    assert known_years()


@pytest.mark.parametrize(
    ("word", "kind", "clitic"),
    [("يونيو", "month", ""), ("ويونيو", "month", "و"), ("للشهر", "unit", "لل"), ("والعام", "unit", "و"),
     ("فأمس", "day", "ف"), ("وبالأمس", "day", "وب"), ("السنه", "unit", "")],
)  # fmt: skip
def test_words_are_known_with_and_without_proclitics(word: str, kind: str, clitic: str) -> None:
    found = vocabulary()[fold(word)]
    assert found is not None
    assert kind in (found.joined if clitic else found.plain)
    assert found.clitic == clitic or not clitic


def test_other_words_are_unknown() -> None:
    assert vocabulary()["مدرسه"] is None
    assert vocabulary()["س" * 1000] is None


def test_the_cache_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.times.vocabulary._CACHE", 50)
    words = Vocabulary()

    def letters() -> Iterator[str]:
        for a in "بتثجحخ":
            for b in "دذرزسش":
                for c in "صضطظعغ":
                    yield a + b + c

    for word in letters():
        assert words[word] == vocabulary()[word]
        assert len(words) <= 50


@pytest.mark.parametrize(
    ("raw", "pieces"),
    [("22م", [(0, 2, "22"), (2, 3, "م")]), ("و٢٠١٣", [(0, 1, "و"), (1, 5, "2013")]),
     ("يوم5مايو", [(0, 3, "يوم"), (3, 4, "5"), (4, 8, "مايو")]), ("2ـ3", [(0, 1, "2"), (2, 3, "3")])],
)  # fmt: skip
def test_tokens_of_digits_and_letters_are_cut(raw: str, pieces: list[tuple[int, int, str]]) -> None:
    assert cut_mixed(raw) == pieces
