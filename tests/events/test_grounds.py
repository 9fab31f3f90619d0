import numpy as np
import pytest

from pipeline.config import EVENT_MODELS, Config, EventsConfig
from pipeline.events.candidate import Candidate, Slot
from pipeline.events.clauses import lay_out
from pipeline.events.grounds import Grounds, Share, choose, read_grounds, tell_entry, tell_slot, tell_status
from pipeline.events.stage import Events
from pipeline.events.wordforms import WordTable
from pipeline.schema import STATUSES
from tests.events.annotated import annotated

SLOTS = (
    Slot("actor", "subject"), Slot("actor", "object", None, frozenset({"PER"})), Slot("target", "idafa"),
    Slot("place", "prep", "في", frozenset({"LOC"})),
)  # fmt: skip


def _candidate(kind: str = "verb", passive: bool = False, faint: bool = False) -> Candidate:
    return Candidate(
        "MEETING", 0, "MEETING/~لقاء ثنائي", kind, None, passive, None, None, (), None, SLOTS, 0.849, faint
    )


def test_a_line_is_read_back_as_it_was_told() -> None:
    layout = lay_out([annotated("التقى الوزير نظيره أمس")], WordTable())
    row, token = np.array([0, 0]), np.array([3, 1])
    chosen = choose(1, row, np.array([7, 8]), token, np.array([0.9, 0.2], np.float32), 0.5, learned=True)
    assert chosen.value.tolist() == [7]
    line = tell_entry(_candidate()) + chosen.facts("date", layout, np.array([0]))[0]
    alone, states = np.zeros((2, 1, len(STATUSES)), np.float32)
    alone[0, 2], states[0, 0] = 0.61, 0.734
    line += tell_status(alone, states)[0]
    assert line == f"MEETING/~لقاء ثنائي verb strength=0.85 date=0.90@19 status=0.73 alone={STATUSES[2]}/0.61"
    assert read_grounds(line) == Grounds(
        "MEETING/~لقاء ثنائي", "verb", 0.85, False, 0.73, (STATUSES[2], 0.61), Share(0.9, 19)
    )


@pytest.mark.parametrize(
    ("line", "grounds"),
    [
        ("", Grounds("", "")),
        ("VISIT/زار verb status=0.73", Grounds("VISIT/زار", "verb", status=0.73)),
        ("VISIT/زار verb faint=0.20 same=@4", Grounds("VISIT/زار", "verb", 0.2, True, same=Share(None, 4))),
    ],
)
def test_a_line_may_lack_facts(line: str, grounds: Grounds) -> None:
    assert read_grounds(line) == grounds


def test_what_is_not_chosen_is_told_where_it_has_a_probability() -> None:
    row, value, token = np.array([0, 0, 1]), np.array([5, 6, 7]), np.array([2, 3, 4])
    scores = np.array([0.1, 0.3, -1], np.float32)
    chosen = choose(3, row, value, token, scores, 0.5, learned=True)
    assert (chosen.value.tolist(), chosen.token.tolist()) == ([-1, -1, -1], [3, -1, -1])
    by_rule = choose(3, row, value, token, scores, 0.2, learned=False)
    assert (by_rule.value.tolist(), by_rule.token.tolist()) == ([6, -1, -1], [3, -1, -1])
    assert np.isnan(by_rule.share).all()


def test_pairs_that_go_first_win_over_likelier_ones() -> None:
    scores, first = np.array([0.9, 0.6], np.float32), np.array([False, True])
    chosen = choose(1, np.array([0, 0]), np.array([1, 2]), np.array([1, 2]), scores, 0.5, True, first)
    assert (chosen.value.tolist(), chosen.share.tolist()) == ([2], [pytest.approx(0.6)])


@pytest.mark.parametrize(
    ("role", "place", "label", "kind", "slot"),
    [
        ("actor", "bare first", 0, "verb", "actor=subject"),
        ("actor", "bare first", 1, "verb", "actor=subject|object"),  # either may be meant
        ("actor", "bare second", 1, "verb", "actor=object"),
        ("actor", "bare second", 2, "verb", ""),
        ("target", "genitive", 0, "masdar", "target=idafa"),
        ("actor", "before bare", 0, "masdar", "actor=subject"),
        ("place", "prepositional", 2, "verb", "place=في"),
        ("place", "prepositional", 1, "verb", ""),
        ("topic", "bare first", 1, "verb", ""),
    ],
)
def test_a_slot_stands_as_in_the_ontology(role: str, place: str, label: int, kind: str, slot: str) -> None:
    table = WordTable()
    assert tell_slot(_candidate(kind), role, place, table.preposition_number("في"), label, table) == slot


@pytest.mark.parametrize("model", EVENT_MODELS)
def test_every_way_to_decide_keeps_its_probabilities_in_one_short_line(model: str) -> None:
    text = "قالت الوزارة إن الوفد زار دمشق أمس، وبحسب الوزارة انتهت الزيارة أمس."
    (doc,) = Events(Config(events=EventsConfig(model=model)))([annotated(text, {"دمشق": "LOC"}, {"أمس": (None, None)})])
    for event in doc.events:
        grounds = read_grounds(event.rule)
        told = [fact.share for fact in (grounds.date, grounds.speaker, grounds.same) if fact]
        assert (grounds.status is None) == (model == "rules")
        assert all(share is None if model == "rules" else share is not None and 0 <= share <= 1 for share in told)
        assert len(event.rule) < 120
        assert "\n" not in event.rule
    assert any(read_grounds(event.rule).date for event in doc.events)
