from datetime import date

import numpy as np
import pytest
from annotated import annotated
from hypothesis import given
from hypothesis import strategies as st

from pipeline.document import EventMention, Role
from pipeline.events.merge import SamePairs, clashes, group
from pipeline.events.ontology import load_ontology
from pipeline.events.stage import Engine
from pipeline.events.triggers import find_candidates
from pipeline.schema import EVENT_TYPES


def _happenings(text: str, names: dict[str, str], kind: str, title: bool = False) -> list[int]:
    ontology = load_ontology()
    doc = annotated(text, names, title=title)
    (found,) = Engine(lambda d: find_candidates(d, ontology)).extract([doc])
    return [e.event for e in found.events if e.type == kind]


def test_a_headline_and_its_lead_tell_one_visit() -> None:
    text = "ليلى حداد تزور دمشق\nزارت ليلى حداد دمشق في مطلع الأسبوع"
    assert len(set(_happenings(text, {"ليلى حداد": "PER", "دمشق": "LOC"}, "VISIT", title=True))) == 1


def test_visits_of_different_people_stay_apart() -> None:
    text = "زار سامي عمر بيروت.\nزارت ليلى حداد دمشق."
    names = {"سامي عمر": "PER", "بيروت": "LOC", "ليلى حداد": "PER", "دمشق": "LOC"}
    assert len(set(_happenings(text, names, "VISIT"))) == 2


def test_deaths_of_two_people_stay_apart() -> None:
    text = "ليلى حداد تقتل في بيروت\nقتل سامي عمر في بيروت. وقتلت ليلى حداد في بيروت"
    doc = annotated(text, {"ليلى حداد": "PER", "سامي عمر": "PER", "بيروت": "LOC"})
    prepared = Engine(lambda _: []).prepare([doc])
    deaths = [
        EventMention("DEATH", 0, 1, 0, "OCCURRED", roles=(Role("target", at, at + 9),))
        for at in (0, text.index("سامي عمر"), text.rindex("ليلى حداد"))
    ]
    ontology = load_ontology()
    events = Engine(lambda d: find_candidates(d, ontology)).prepare([doc]).proposals
    events = events.take(np.flatnonzero(events.type == EVENT_TYPES.index("DEATH"))[:3])
    pairs = SamePairs(np.array([1, 2, 2]), np.array([0, 0, 1]))
    assert clashes(prepared.layout, events, deaths, pairs).tolist() == [True, False, True]


@pytest.mark.parametrize(("first", "second", "apart"), [((1, 1), (3, 9), True), ((5, 2), (12, 2), False)])
def test_what_lies_weeks_apart_is_not_one_happening(
    first: tuple[int, int], second: tuple[int, int], apart: bool
) -> None:
    text = "زارت ليلى حداد دمشق. وزارت ليلى حداد دمشق"
    ontology = load_ontology()
    prepared = Engine(lambda d: find_candidates(d, ontology)).prepare([annotated(text, {"دمشق": "LOC"})])
    days = [date(2024, month, day) for day, month in (first, second)]
    visits = [EventMention("VISIT", 0, 4, 0, "OCCURRED", date_start=day, date_end=day) for day in days]
    pairs = SamePairs(np.array([1]), np.array([0]))
    assert clashes(prepared.layout, prepared.proposals, visits, pairs).tolist() == [apart]


def test_a_title_in_common_makes_no_happening_one() -> None:
    text = "استقال وزير المالية المصري.\nواستقال وزير الدفاع."
    assert len(set(_happenings(text, {}, "RESIGNATION"))) == 2


@given(st.lists(st.floats(0, 1, width=32), min_size=6, max_size=6), st.floats(0.1, 0.9))
def test_groups_follow_only_links_at_or_above_the_threshold(scores: list[float], threshold: float) -> None:
    pairs = SamePairs(np.array([1, 2, 2, 3, 3, 3]), np.array([0, 0, 1, 0, 1, 2]))
    groups = group(4, pairs, np.array(scores, dtype=np.float32), threshold, np.zeros(6, dtype=bool))
    linked = {
        later for later, s in zip(pairs.later.tolist(), scores, strict=True) if np.float32(s) >= np.float32(threshold)
    }
    assert {row for row in range(4) if groups[row] != row} == linked


@pytest.mark.parametrize(("best", "expected"), [((0.9, 0.6), [0, 1, 0]), ((0.6, 0.9), [0, 1, 1])])
def test_a_mention_joins_the_likeliest_earlier_one(best: tuple[float, float], expected: list[int]) -> None:
    pairs = SamePairs(np.array([2, 2]), np.array([0, 1]))
    assert group(3, pairs, np.array(best, dtype=np.float32), 0.5, np.zeros(2, dtype=bool)) == expected


def test_a_mention_joins_no_group_that_holds_another_happening() -> None:
    pairs = SamePairs(np.array([1, 2, 2]), np.array([0, 0, 1]))
    scores, apart = np.array([0.9, 0, 0.9], dtype=np.float32), np.array([False, True, False])
    assert group(3, pairs, scores, 0.5, apart) == [0, 0, 2]
