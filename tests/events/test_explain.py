import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import pipeline
from pipeline.config import EVENT_MODELS, Config, EventsConfig
from pipeline.document import Document
from pipeline.events.explain import explain_mention
from pipeline.events.stage import Events
from tests.events.annotated import annotated

TEXT = "ليلى حداد تزور دمشق\nزارت ليلى حداد دمشق الاثنين.\nوقالت ليلى حداد إن الشرطة السورية لم تعتقل أربعة مهربين."
NAMES = {"ليلى حداد": "PER", "دمشق": "LOC", "الشرطة السورية": "ORG"}
MONDAY = date(2024, 3, 18)


@pytest.fixture(scope="module", params=EVENT_MODELS)
def model(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def doc(model: str) -> Document:
    given = annotated(TEXT, NAMES, {"الاثنين": (MONDAY, MONDAY)}, title=True)
    (found,) = Events(Config(events=EventsConfig(model=model)))([given])
    return found


def _told(doc: Document, word: str) -> str:
    return explain_mention(doc, next(e for e in doc.events if doc.text[e.start : e.end] == word))


def test_a_mention_names_entry_status_date_speaker_and_roles(doc: Document, model: str) -> None:
    told = _told(doc, "تزور")
    assert "[تزور]" in told
    assert re.search(r"type: VISIT, (probability|score) \d+%.* lexicon entry VISIT/زار \(verb\)", told)
    assert all(f"\n{cell}: " in told for cell in ("type", "status", "date", "speaker"))
    assert re.search(r"actor: «ليلى حداد», .*\d+%; frame slot actor=subject, place: before bare", told)
    assert "score 68%, the strength of" in told if model == "rules" else "68% sure by itself" in told


def test_date_speaker_and_status_have_reasons_and_probabilities(doc: Document, model: str) -> None:
    likely = "by rule" if model == "rules" else r"probability \d+%"
    sure = likely.replace("probability", "probability with its event")
    assert re.search(rf"date: 2024-03-18 \(explicit\), {likely}; expression «الاثنين»", _told(doc, "زارت"))
    told = _told(doc, "تعتقل")
    assert re.search(rf"status: DENIED, {likely}; cue «لم»", told)
    assert re.search(rf"speaker: «ليلى حداد», {sure}; source «وقالت» \(STATEMENT\), whose likeliest actor it is", told)
    assert re.search(rf"status: OCCURRED, {likely}; no cue word governs it", _told(doc, "وقالت"))


def test_nothing_is_left_unexplained_or_blamed_on_models_that_did_not_decide(doc: Document, model: str) -> None:
    told = "\n".join(explain_mention(doc, event) for event in doc.events)
    assert not re.search("unknown|None|nan", told)
    assert ("probability" in told) == (model != "rules")
    for event in doc.events:
        assert all(f"{r.role}: «{doc.text[r.start : r.end]}»" in explain_mention(doc, event) for r in event.roles)


def test_what_dates_or_reports_no_event_is_told_with_its_probability() -> None:
    doc = annotated(TEXT, NAMES, {"الاثنين": (MONDAY, MONDAY)}, title=True)
    (found,) = Events(Config(events=EventsConfig(model="light")))([doc])
    first = found.events[0]
    start = TEXT.index("الاثنين")
    event = replace(first, rule=f"VISIT/زار verb status=0.70 date=0.12@{start} speaker=0.30@{TEXT.index('وقالت')}")
    told = explain_mention(found, event)
    assert "date: none; no time expression dates it (the likeliest, «الاثنين», has 12%)" in told
    assert "the text itself reports it (the likeliest source, «وقالت», has 30%)" in told
    moved = explain_mention(found, replace(event, rule="VISIT/زار verb status=0.70 alone=PLANNED/0.55"))
    assert "by itself PLANNED 55%, before mentions that likely tell the same were weighed in" in moved
    denied = explain_mention(found, replace(event, rule=f"VISIT/زار verb status=0.70 taken=@{TEXT.index('وقالت')}"))
    assert "no cue word governs it; «وقالت» is negated, and its status taken back" in denied
    other = found.events[-1].start
    assert "the first of it; the likeliest other" in explain_mention(
        found, replace(event, rule=f"a verb same=0.20@{other}")
    )


def test_a_date_that_is_not_known_and_a_long_entry_are_told_whole() -> None:
    doc = annotated("وقعت الشركتان مذكرة تفاهم أمس", times={"أمس": (None, None)})
    (doc,) = Events(Config(events=EventsConfig(model="rules")))([doc])
    told = "\n".join(explain_mention(doc, event) for event in doc.events)
    assert re.search(r"lexicon entry AGREEMENT/\{وقع\} [^()]+ \((verb|idiom)\)", told)
    assert "date: not known, by rule; expression «أمس» (explicit) needs a date to count from" in told
    assert "open" not in told


def test_an_event_of_a_run_is_explained_with_its_mentions(model: str, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text(
        "رئيس بيرو يزور بغداد\n\nزار رئيس بيرو بغداد يوم الاثنين 18 مارس 2024. وقال المتحدث باسم الحكومة إن رئيس بيرو "
        "زار بغداد للمرة الأولى.",
        encoding="utf-8",
    )
    config = Config.from_dict({"workers": 1, "events": {"model": model}})
    run = pipeline.run(page, tmp_path / "run", config).out
    rows = pipeline.read_table(run, "events", as_arrow=True).to_pylist()
    for row in rows:
        told = pipeline.explain(run, row["event_id"])
        head, *mentions = told.split("\n\n")
        assert len(mentions) == row["n_mentions"]
        cells = ("type", "status", "date", "actors", "targets", "place", "speakers")
        assert all(f"\n{cell}: " in head for cell in cells)
        assert f"CAMEO {row['cameo']}" in head
        assert all(f"«{party['text']}»" in head for party in (*row["actors"], *row["targets"]))
        assert all(f"«{name}», mention" in head for name in row["speakers"])
        assert row["n_mentions"] == 1 or re.search(
            r"told as one happening, 2 with 1 \((by rule|probability \d+%)\)", head
        )
    dated = [row for row in rows if row["date_start"]]
    assert dated
    assert all(
        f"date: {r['date_start']} (explicit), that of mention" in pipeline.explain(run, r["event_id"]) for r in dated
    )
    assert any(
        f"country: {row['country']}, by" in pipeline.explain(run, row["event_id"]) for row in rows if row["place"]
    )
