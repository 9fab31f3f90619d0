from datetime import date

import pytest
from annotated import PUBLISHED, annotated

from pipeline.events.dating import DIRECTIONS, direction
from pipeline.events.ontology import load_ontology
from pipeline.events.stage import Engine
from pipeline.events.triggers import find_candidates

MONDAY, TUESDAY = date(2024, 3, 18), date(2024, 3, 19)


def _dates(text: str, times: dict[str, tuple[date | None, date | None]]) -> dict[str, date | None]:
    ontology = load_ontology()
    (found,) = Engine(lambda d: find_candidates(d, ontology)).extract([annotated(text, times=times)])
    return {text[e.start : e.end]: e.date_start for e in found.events}


def test_the_expression_of_the_own_clause_dates_an_event() -> None:
    found = _dates(
        "زار الوفد الميناء الاثنين، وقتل حارس الثلاثاء", {"الاثنين": (MONDAY,) * 2, "الثلاثاء": (TUESDAY,) * 2}
    )
    assert (found["زار"], found["وقتل"]) == (MONDAY, TUESDAY)


def test_nothing_is_dated_by_the_publish_date() -> None:
    ontology = load_ontology()
    (found,) = Engine(lambda d: find_candidates(d, ontology)).extract([annotated("زار الوفد الميناء")])
    (visit,) = [e for e in found.events if e.type == "VISIT"]
    assert (visit.date_start, visit.date_end, visit.granularity, visit.date_basis, visit.time) == (None,) * 5


def test_a_date_of_another_sentence_does_not_cross() -> None:
    found = _dates("غاب الوفد الاثنين.\nزار الوفد الميناء.", {"الاثنين": (MONDAY, MONDAY)})
    assert found["زار"] is None


def test_granularity_and_basis_come_from_the_expression() -> None:
    ontology = load_ontology()
    doc = annotated("زار الوفد الميناء الاثنين", times={"الاثنين": (MONDAY, MONDAY)})
    (found,) = Engine(lambda d: find_candidates(d, ontology)).extract([doc])
    visit = next(e for e in found.events if e.type == "VISIT")
    assert (visit.granularity, visit.date_basis, visit.time) == ("day", "explicit", 0)


@pytest.mark.parametrize(
    ("start", "end", "where"),
    [
        (None, None, "open"),
        (MONDAY, MONDAY, "past"),
        (PUBLISHED, PUBLISHED, "publication"),
        (date(2024, 4, 1), None, "future"),
        (date(2024, 3, 1), date(2024, 3, 31), "open"),
    ],
)
def test_an_interval_lies_before_on_or_behind_publication(start: date | None, end: date | None, where: str) -> None:
    assert DIRECTIONS[direction(annotated("نص"), start, end)] == where
