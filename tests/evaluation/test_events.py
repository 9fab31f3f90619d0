import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipeline.document import Span
from pipeline.errors import InputError
from pipeline.evaluation.events import (
    Judged,
    b_cubed,
    calibration_error,
    locate,
    match,
    measure,
    read_gold_events,
    read_sentences,
    reliability,
    score_events,
    score_sentences,
)

DAY = date(2020, 5, 4)


def _event(kind: str, first: int, last: int, **cells: object) -> Judged:
    plain = Judged(kind, Span(first, last), "OCCURRED", None, None, None, (), "1")
    return replace(plain, **cells)  # type: ignore[arg-type]


VISIT = _event("VISIT", 0, 4, start=DAY, end=DAY, roles=(("actor", Span(5, 9)), ("destination", Span(10, 14))))
SAID = _event("STATEMENT", 20, 24, roles=(("actor", Span(25, 30)),))
DEAD = _event("DEATH", 40, 44, status="DENIED", speaker=Span(25, 30))


def test_a_perfect_run_scores_a_hundred() -> None:
    scores = score_events({"d": [VISIT, SAID, DEAD]}, {"d": [VISIT, SAID, DEAD]})
    events = scores["events"]
    assert (events.mentions.f1, events.status, events.date_precision, events.date_recall) == (100.0,) * 4
    assert (events.actor.f1, events.others.f1, events.speaker.f1, events.merging) == (100.0,) * 4
    assert scores["statements"].mentions.count == 1
    assert scores["visits_meetings_announcements"].mentions.count == 2
    assert scores["DEATH"].mentions.f1 == 100.0


def test_what_is_missed_or_wrong_counts_against_roles() -> None:
    wrong = replace(VISIT, roles=(("actor", Span(50, 55)), ("destination", Span(12, 20))), start=None, end=None)
    scores = score_events({"d": [VISIT, DEAD]}, {"d": [wrong]})["events"]
    assert scores.mentions == measure(1, 1, 2)
    assert (scores.actor.f1, scores.others.f1) == (0.0, 100.0)
    assert scores.speaker == measure(0, 0, 1)
    assert (scores.date_recall, scores.date_precision) == (0.0, None)


def test_a_mention_of_another_type_does_not_match() -> None:
    scores = score_events({"d": [VISIT]}, {"d": [replace(VISIT, type="MEETING")]})
    assert scores["events"].mentions == measure(0, 1, 1)


def test_each_gold_mention_is_matched_once_and_the_same_span_wins() -> None:
    longer = replace(VISIT, span=Span(0, 9))
    assert match([VISIT], [longer, VISIT]) == [(VISIT, VISIT)]


@pytest.mark.parametrize(("right", "found", "gold", "f1"), [(0, 0, 0, 0.0), (1, 2, 1, 66.7), (3, 3, 6, 66.7)])
def test_f1_is_the_harmonic_mean(right: int, found: int, gold: int, f1: float) -> None:
    assert measure(right, found, gold).f1 == f1


def test_merging_is_judged_by_b_cubed() -> None:
    a, b = replace(VISIT, cluster="1"), replace(VISIT, cluster="2")
    assert b_cubed([(a, a), (a, b)], ["d", "d"]) == pytest.approx(66.7, abs=0.05)
    assert b_cubed([(a, b), (a, b)], ["d", "d"]) == 100.0
    assert b_cubed([(a, a), (a, a)], ["d", "e"]) == 100.0
    assert b_cubed([], []) is None


def test_calibration_error_compares_scores_with_accuracy() -> None:
    assert calibration_error([(0.75, True)] * 3 + [(0.75, False)]) == 0.0
    assert calibration_error([(0.95, False)] * 2) == 95.0
    assert calibration_error([]) is None


def test_reliability_has_a_row_for_each_bin_that_is_used() -> None:
    assert reliability([(0.15, True), (0.12, False), (1.0, True)]) == [
        (0.1, pytest.approx(0.135), 0.5, 2),
        (0.9, 1.0, 1.0, 1),
    ]


def test_gold_files_are_located_by_the_nth_occurrence(tmp_path: Path) -> None:
    text = "زار سعد المدينة ثم زار سعد القرية"
    roles = [{"role": "actor", "text": "سعد", "nth": 2}]
    event = {"type": "VISIT", "trigger": {"text": "زار", "nth": 2}, "roles": roles, "status": "OCCURRED"}
    event |= {"start": "2020-05-04", "end": None, "speaker": None, "same_as": 3}
    (tmp_path / "g.json").write_text(json.dumps([{"id": "d", "events": [event]}]), encoding="utf-8")
    (tmp_path / "t.json").write_text(json.dumps([{"id": "d", "text": text}]), encoding="utf-8")
    (found,) = read_gold_events(tmp_path / "g.json", tmp_path / "t.json")["d"]
    assert found.span == Span(19, 22)
    assert found.roles == (("actor", Span(23, 26)),)
    assert (found.start, found.end, found.cluster) == (DAY, None, "VISIT/3")


@pytest.mark.parametrize(
    "entry",
    [{}, {"events": [{"type": "VISIT"}]}, {"events": 3}, {"events": [{"type": "VISIT", "trigger": {"text": "زار"},
     "status": "OCCURRED", "roles": [], "start": "soon"}]}],
)  # fmt: skip
def test_json_gold_that_is_none_is_named(tmp_path: Path, entry: dict[str, object]) -> None:
    (tmp_path / "g.docs.json").write_text(json.dumps([{"id": "d", "text": "زار سعد"}]), encoding="utf-8")
    (tmp_path / "g.json").write_text(json.dumps([{"id": "d", **entry}]), encoding="utf-8")
    with pytest.raises(InputError, match=r"g\.json: document 'd' must have `events`"):
        read_gold_events(tmp_path / "g.json")


def test_a_string_that_is_not_in_its_text_is_an_error() -> None:
    with pytest.raises(InputError, match="does not occur 2 times"):
        locate("زار سعد", {"text": "سعد", "nth": 2})


def test_sentences_are_scored_over_all_and_by_kind(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("event_type,label,text\nPROTEST,yes,أ\nPROTEST,easy no,ب\nASSAULT,yes,ج\n", encoding="utf-8")
    rows = read_sentences(path)
    assert rows == [(True, "PROTEST", "أ"), (False, "PROTEST", "ب"), (True, "ASSAULT", "ج")]
    scores = score_sentences(rows, [True, True, False])
    assert (scores["all"], scores["PROTEST"].recall, scores["ASSAULT"].recall) == (measure(1, 2, 2), 100.0, 0.0)


@pytest.mark.parametrize(
    ("label", "positive"),
    [
        ("1", True), ("1.0", True), ("TRUE", True), (" Yes ", True), ("easy yes", True), ("hard_yes", True),
        ("0", False), ("0.0", False), ("-1", False), ("false", False), ("no", False), ("hard_no", False),
        ("11", None), ("", None), ("eyes", None), ("maybe", None), ("casino", None), ("2", None),
    ],
)  # fmt: skip
def test_labels_are_yes_or_no_or_refused(tmp_path: Path, label: str, positive: bool | None) -> None:
    path = tmp_path / "s.csv"
    path.write_text(f"label,text\nyes,أ\n{label},ب\n", encoding="utf-8")
    if positive is None:
        with pytest.raises(InputError, match=rf"s\.csv: line 3: '{label}' is no label"):
            read_sentences(path)
    else:
        assert read_sentences(path)[1] == (positive, "", "ب")


@pytest.mark.parametrize("label", ["ambiguous", "Unsure"])
def test_rows_with_unsure_labels_are_left_out(tmp_path: Path, label: str) -> None:
    path = tmp_path / "s.csv"
    path.write_text(f"label,text\nyes,أ\n{label},ب\nno,ج\n", encoding="utf-8")
    assert read_sentences(path) == [(True, "", "أ"), (False, "", "ج")]


@pytest.mark.parametrize("wrong", [{"type": "EARTHQUAKE"}, {"status": "HAPPENED"}])
def test_unknown_types_and_statuses_of_gold_are_named(tmp_path: Path, wrong: dict[str, str]) -> None:
    event = {"type": "VISIT", "trigger": {"text": "زار"}, "status": "OCCURRED", "roles": []} | wrong
    (tmp_path / "g.docs.json").write_text(json.dumps([{"id": "d", "text": "زار سعد"}]), encoding="utf-8")
    (tmp_path / "g.json").write_text(json.dumps([{"id": "d", "events": [event]}]), encoding="utf-8")
    ((key, value),) = wrong.items()
    with pytest.raises(InputError, match=rf"g\.json: document 'd': '{value}' is no {key} of events; write one of"):
        read_gold_events(tmp_path / "g.json")


def test_a_csv_without_labels_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("text\nأ\n", encoding="utf-8")
    with pytest.raises(InputError, match="label"):
        read_sentences(path)
