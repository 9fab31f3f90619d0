import pytest
from annotated import annotated

from pipeline.events.ontology import load_ontology
from pipeline.events.stage import Engine
from pipeline.events.triggers import find_candidates


def _speaker(text: str, names: dict[str, str], kind: str) -> str | None:
    """Give the speaker of the first event of a type, by rule alone."""
    ontology = load_ontology()
    (found,) = Engine(lambda d: find_candidates(d, ontology)).extract([annotated(text, names)])
    event = next(e for e in found.events if e.type == kind)
    return text[event.speaker.start : event.speaker.end] if event.speaker else None


@pytest.mark.parametrize(
    ("text", "kind", "speaker"),
    [
        ("قال فادي نجم إن لصوصا قتلوا حارسا", "DEATH", "فادي نجم"),
        ("أعلن فادي نجم أن الشرطة اعتقلت لصا", "ARREST", "فادي نجم"),
        ("اعتقلت الشرطة لصا أمس وفقا لفادي نجم", "ARREST", "فادي نجم"),
        ("اعتقلت الشرطة لصا في المرفأ", "ARREST", None),
        ("استبعد فادي نجم عقد اجتماع قريب", "MEETING", "فادي نجم"),
        ("طالب فادي نجم باعتقال اللصوص", "ARREST", "فادي نجم"),
    ],
)
def test_reported_content_belongs_to_who_reports_it(text: str, kind: str, speaker: str | None) -> None:
    assert _speaker(text, {"فادي نجم": "PER"}, kind) == speaker


def test_an_anonymous_source_is_a_speaker_too() -> None:
    assert _speaker("قال مصدر أمني إن الشرطة اعتقلت لصا", {}, "ARREST") == "مصدر أمني"


@pytest.mark.parametrize(
    ("text", "names", "speaker"),
    [
        ("فادي نجم: الشرطة اعتقلت لصا", {"فادي نجم": "PER"}, "فادي نجم"),
        ("مصدر أمني: الشرطة اعتقلت لصا", {}, "مصدر أمني"),
        ("فادي نجم لسكان المرفأ: الشرطة اعتقلت لصا", {"فادي نجم": "PER"}, "فادي نجم"),
        ("الوزير فادي نجم في بيروت: الشرطة اعتقلت لصا", {"فادي نجم": "PER", "بيروت": "LOC"}, "فادي نجم"),
        ("نقلت الصحف عن فادي نجم اعتقال الشرطة لصا", {"فادي نجم": "PER"}, "فادي نجم"),
        ("ونقلت الصحف عن فادي نجم اعتقال الشرطة لصا", {"فادي نجم": "PER"}, "فادي نجم"),
        ("وبحسب صحيفة “الميناء”، اعتقلت الشرطة لصا", {"الميناء": "ORG"}, "الميناء"),
        ("اعتقلت الشرطة لصا بحسب بيان لنقابة الصيادين", {"نقابة الصيادين": "ORG"}, "نقابة الصيادين"),
        ("اعتقلت الشرطة لصا بحسب مصدر بنقابة الصيادين", {"نقابة الصيادين": "ORG"}, "مصدر بنقابة الصيادين"),
    ],
)
def test_whose_words_others_bring_speaks(text: str, names: dict[str, str], speaker: str) -> None:
    assert _speaker(text, names, "ARREST") == speaker


def test_a_source_without_a_speaker_gives_way_to_the_next() -> None:
    text = "قال فادي نجم إنه أعلن أن الشرطة اعتقلت لصا"
    assert _speaker(text, {"فادي نجم": "PER"}, "ARREST") == "فادي نجم"


def test_a_name_behind_a_definite_phrase_is_not_its_owner() -> None:
    assert _speaker("من جانبه، زار المدير الجديد صور", {"صور": "LOC"}, "VISIT") != "صور"


def test_a_statement_that_nobody_reports_has_no_speaker() -> None:
    assert _speaker("قال فادي نجم إن الأمر انتهى", {"فادي نجم": "PER"}, "STATEMENT") is None


def test_the_speaker_carries_the_identity_of_the_name() -> None:
    ontology = load_ontology()
    doc = annotated("قال فادي نجم إن لصوصا قتلوا حارسا", {"فادي نجم": "PER"})
    (found,) = Engine(lambda d: find_candidates(d, ontology)).extract([doc])
    assert next(e for e in found.events if e.type == "DEATH").speaker_entity == "فادي نجم"
