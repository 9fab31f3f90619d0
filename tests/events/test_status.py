import numpy as np
import pytest
from annotated import annotated
from numpy.typing import NDArray

from pipeline.events.candidate import Candidate
from pipeline.events.cues import load_cues
from pipeline.events.merge import SamePairs
from pipeline.events.ontology import load_ontology
from pipeline.events.stage import Engine
from pipeline.events.status import agree, find_cues, place_cues, rule_scores, take_back
from pipeline.events.triggers import find_candidates
from pipeline.schema import STATUSES


def _candidate(token: int, kind: str = "masdar", tense: str | None = None) -> Candidate:
    return Candidate("MEETING", token, "MEETING/test", kind, tense, False, None, None, (), None, (), 0.9)


def _status(text: str, word: str, kind: str = "masdar", tense: str | None = None) -> tuple[str, str | None]:
    """Give the status that rules alone decide, and its cue."""
    doc = annotated(text)
    at = next(i for i, t in enumerate(doc.tokens) if t.text == word)
    engine = Engine(lambda _: [_candidate(at, kind, tense)])
    prepared = engine.prepare([doc])
    places = place_cues(prepared.layout, prepared.proposals, prepared.cues, engine.lexicon)
    chosen = np.argmax(rule_scores(prepared.proposals, places), axis=1)
    (cue,) = find_cues(prepared.layout, prepared.proposals, prepared.cues, places, chosen)
    return STATUSES[int(chosen[0])], text[cue.start : cue.end] if cue else None


@pytest.mark.parametrize(
    ("text", "word", "status", "cue"),
    [
        ("عقد الطرفان اجتماعا طويلا", "اجتماعا", "OCCURRED", None),
        ("من المقرر عقد اجتماع بينهما غدا", "اجتماع", "PLANNED", "من المقرر"),
        ("استبعد الناطق عقد لقاء بين الرجلين", "لقاء", "DENIED", "استبعد"),
        ("طالب النواب بعقد جلسة عاجلة", "جلسة", "REQUESTED", "طالب"),
        ("تأجيل اجتماع اللجنة", "اجتماع", "POSTPONED", "تأجيل"),
        ("إلغاء اجتماع اللجنة", "اجتماع", "CANCELLED", "إلغاء"),
        ("احتمال عقد لقاء جديد", "لقاء", "POSSIBLE", "احتمال"),
        ("قمة مرتقبة في عمان", "قمة", "PLANNED", "مرتقبة"),
        ("لا تزال المفاوضات صعبة", "المفاوضات", "ONGOING", "لا تزال"),
        ("سترجئ الحكومة اجتماع اللجنة", "اجتماع", "POSTPONED", "سترجئ"),
        ("ألغوا زيارة الوفد", "زيارة", "CANCELLED", "ألغوا"),
        ("وستنفي الشركة عقد اجتماع", "اجتماع", "DENIED", "وستنفي"),
        ("لم ينف الناطق عقد لقاء", "لقاء", "OCCURRED", None),
        ("لن تؤجل الحكومة اجتماع اللجنة", "اجتماع", "OCCURRED", None),
        ("لا يستبعد الناطق عقد لقاء", "لقاء", "POSSIBLE", "لا يستبعد"),
        ("سافر من أجل لقاء الوفد", "لقاء", "OCCURRED", None),
        ("غير أن الوزير زار العاصمة في زيارة قصيرة", "زيارة", "OCCURRED", None),
        ("لم يسفر الاجتماع عن نتيجة", "الاجتماع", "OCCURRED", None),
        ("لم يتم تأجيل اجتماع اللجنة", "اجتماع", "OCCURRED", None),
        ("لم ينف الناطق عقد لقاء", "ينف", "DENIED", "لم"),
        ("ووصل الوفد إلى مقر اجتماع اللجنة", "اجتماع", "OCCURRED", None),
        ("حضر 21 طالبا اجتماع اللجنة", "اجتماع", "OCCURRED", None),
        ("شهدت البلاد تسع هجمات", "هجمات", "OCCURRED", None),
        ("عدل عن عقد اجتماع", "اجتماع", "CANCELLED", "عدل عن"),
        ("صرف الحزب النظر عن عقد اجتماع", "اجتماع", "CANCELLED", "النظر عن"),
        ("بغض النظر عن اجتماع اللجنة", "اجتماع", "OCCURRED", None),
        ("الطرفان على وشك عقد اجتماع", "اجتماع", "POSSIBLE", "على وشك"),
        ("أوشك على عقد اجتماع", "اجتماع", "POSSIBLE", "أوشك على"),
        ("تحدث عن هجوم وشيك", "هجوم", "POSSIBLE", "وشيك"),
        ("إجهاض هجوم في الجنوب", "هجوم", "ATTEMPTED", "إجهاض"),
        ("أجهض الحراس هجوما", "هجوما", "ATTEMPTED", "أجهض"),
        ("ليس من المستبعد عقد اجتماع", "اجتماع", "POSSIBLE", "ليس من المستبعد"),
        ("لم يكتف الحراس بضرب السائق", "بضرب", "OCCURRED", None),
    ],
)
def test_a_cue_in_its_scope_decides(text: str, word: str, status: str, cue: str | None) -> None:
    assert _status(text, word) == (status, cue)


def _taken_back(text: str, word: str, status: str) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Give what `take_back` makes of scores that are nearly even; status: the likeliest."""
    doc = annotated(text)
    at = next(i for i, t in enumerate(doc.tokens) if t.text == word)
    engine = Engine(lambda _: [_candidate(at)])
    prepared = engine.prepare([doc])
    told = prepared.layout, prepared.proposals, prepared.cues, engine.lexicon
    scores = np.full((1, len(STATUSES)), 1 / len(STATUSES), dtype=np.float32)
    scores[0, STATUSES.index(status)] += 0.01
    return take_back(*told, place_cues(*told), scores / scores.sum())


@pytest.mark.parametrize("text", ["نفى الناطق إلغاء اجتماع الغد", "استبعدت الوزارة تأجيل اجتماع الغد"])
def test_who_denies_that_something_was_called_off_leaves_it_planned(text: str) -> None:
    left, _ = _taken_back(text, "اجتماع", "CANCELLED")
    assert STATUSES[int(left[0].argmax())] == "PLANNED"


@pytest.mark.parametrize(
    ("text", "word", "status", "kept"),
    [
        ("لم ينف الناطق عقد اجتماع", "اجتماع", "DENIED", False),
        ("لا ينفي الناطق عقد اجتماع", "اجتماع", "DENIED", False),
        ("لن تؤجل الوزارة اجتماع الغد", "اجتماع", "POSTPONED", False),
        ("لن تؤجل الوزارة اجتماع الغد", "اجتماع", "DENIED", False),
        ("لم يلغ الناطق اجتماع الغد", "اجتماع", "CANCELLED", False),
        ("لم يكتف الحراس بضرب السائق", "بضرب", "DENIED", False),
        ("لم يتردد الحراس. ولم يقع هجوم", "هجوم", "DENIED", True),
        ("نفى الناطق إلغاء اجتماع الغد", "اجتماع", "CANCELLED", False),
        ("نفى الناطق إلغاء اجتماع الغد", "اجتماع", "DENIED", False),
        ("نفى الناطق تأجيل اجتماع الغد", "اجتماع", "POSTPONED", False),
        ("نفى الناطق وجود خلاف أدى إلى تأجيل اجتماع الغد", "اجتماع", "POSTPONED", True),
        ("لم يأمر الناطق بإلغاء اجتماع الغد", "اجتماع", "CANCELLED", True),
        ("نفى الناطق عقد اجتماع", "اجتماع", "DENIED", True),
        ("لم ينف الناطق أنه رفض عقد اجتماع", "اجتماع", "DENIED", True),
        ("لم ينف الناطق ذلك. ورفضت الوزارة عقد اجتماع", "اجتماع", "DENIED", True),
    ],
)
def test_models_do_not_give_a_status_that_a_negation_takes_back(text: str, word: str, status: str, kept: bool) -> None:
    left, taken = _taken_back(text, word, status)
    assert (taken[0] < 0) == kept
    assert (left[0, STATUSES.index(status)] > 0) == kept
    assert left.sum() == pytest.approx(1)


def test_what_has_not_happened_yet_may_have_the_cue_of_a_kindred_status() -> None:
    doc = annotated("من المتوقع أن يعقد الطرفان اجتماعا")
    engine = Engine(lambda _: [_candidate(5)])
    prepared = engine.prepare([doc])
    told = prepared.layout, prepared.proposals, prepared.cues
    places = place_cues(*told, engine.lexicon)
    for status, expected in (
        ("POSSIBLE", "من المتوقع"),
        ("PLANNED", "من المتوقع"),
        ("ONGOING", None),
        ("OCCURRED", None),
    ):
        (cue,) = find_cues(*told, places, np.array([STATUSES.index(status)]))
        assert (doc.text[cue.start : cue.end] if cue else None) == expected


@pytest.mark.parametrize(
    ("text", "cues"),
    [
        ("لا", [("DENIED", "لا")]),  # nothing follows
        ("لا تزال الأزمة قائمة", [("ONGOING", "لا تزال")]),  # the longer one leaves none inside
        ("ووفقا لمصادر في المدينة", [("source", "ووفقا")]),  # what begins with ل is still a word of its own
        ("من بيروت", []),  # it only begins a cue
    ],
)
def test_the_longest_cue_at_a_word_is_found(text: str, cues: list[tuple[str, str]]) -> None:
    doc, lexicon = annotated(text), load_cues()
    found = {
        (lexicon.kinds[c.kind].group, text[doc.tokens[c.first].start : doc.tokens[c.last - 1].end])
        for c in lexicon.find(doc)
    }
    assert found - {f for f in found if f[0] == "anonymous"} == set(cues)


def test_a_future_verb_is_planned_and_its_own_prefix_is_the_cue() -> None:
    assert _status("سيجتمع الوزيران", "سيجتمع", "verb", "future") == ("PLANNED", "سيجتمع")


def test_qad_before_a_past_verb_asserts() -> None:
    assert _status("وكان الوزيران قد اجتمعا سرا", "اجتمعا", "verb", "past")[0] == "OCCURRED"
    assert _status("الوزيران قد يجتمعان سرا", "يجتمعان", "verb", "present")[0] == "POSSIBLE"


def test_a_cue_of_another_sentence_decides_nothing() -> None:
    assert _status("طالب النواب بالهدوء.\nعقد الطرفان اجتماعا.", "اجتماعا")[0] == "OCCURRED"


def test_every_status_but_occurred_has_cues() -> None:
    assert {k.group for k in load_cues().kinds} == {*STATUSES[1:], "source", "anonymous", "affirming"}


def test_an_extracted_event_carries_the_span_of_its_cue() -> None:
    ontology = load_ontology()
    text = "استبعد سليم نصر عقد لقاء مع رامي بدر"
    doc = annotated(text, {"سليم نصر": "PER", "رامي بدر": "PER"})
    (found,) = Engine(lambda d: find_candidates(d, ontology)).extract([doc])
    meeting = next(e for e in found.events if e.type == "MEETING")
    assert meeting.status == "DENIED"
    assert meeting.status_cue is not None
    assert text[meeting.status_cue.start : meeting.status_cue.end] == "استبعد"


def test_mentions_lean_on_those_that_tell_the_same() -> None:
    scores = np.full((3, len(STATUSES)), 0.01, dtype=np.float32)
    ongoing, planned = STATUSES.index("ONGOING"), STATUSES.index("PLANNED")
    scores[0, ongoing], scores[0, planned] = 0.8, 0.1
    scores[1, ongoing], scores[1, planned] = 0.3, 0.4
    scores[2, planned] = 0.9
    scores /= scores.sum(axis=1, keepdims=True)
    pairs = SamePairs(later=np.array([1, 2, 2]), earlier=np.array([0, 0, 1]))
    agreed = agree(scores, pairs, np.array([0.9, 0.6, 0.4], dtype=np.float32), 0.5)
    assert agreed.argmax(axis=1).tolist() == [ongoing, ongoing, planned]
    assert np.allclose(agreed.sum(axis=1), 1, atol=1e-5)
    assert np.allclose(agreed[0], (scores[0] + 0.9 * scores[1] + 0.6 * scores[2]) / 2.5)
    assert np.allclose(agreed[1], (scores[1] + 0.9 * scores[0]) / 1.9)
    assert np.allclose(agreed[2], (scores[2] + 0.6 * scores[0]) / 1.6)
