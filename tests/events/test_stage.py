import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from annotated import annotated
from hypothesis import given
from hypothesis import strategies as st

import pipeline
from pipeline.config import EVENT_MODELS, Config, EventsConfig
from pipeline.document import Document
from pipeline.events import dating
from pipeline.events.decide import READERS, load_models
from pipeline.events.ontology import FOLDER, load_ontology
from pipeline.events.stage import Engine, Events
from pipeline.events.triggers import find_candidates
from pipeline.names.stage import Names
from pipeline.schema import EVENT_TYPES, ROLES, STATUSES

TEXT = (
    "ليلى حداد تزور دمشق\n"
    "وصلت ليلى حداد، الاثنين، إلى دمشق في زيارة رسمية.\n"
    "وقالت ليلى حداد إن الشرطة السورية اعتقلت أربعة مهربين."
)
NAMES = {"ليلى حداد": "PER", "دمشق": "LOC", "الشرطة السورية": "ORG"}
MONDAY = date(2024, 3, 18)


def _doc() -> Document:
    return annotated(TEXT, NAMES, {"الاثنين": (MONDAY, MONDAY)}, title=True)


@pytest.fixture(scope="module", params=EVENT_MODELS)
def stage(request: pytest.FixtureRequest) -> Events:
    return Events(Config(events=EventsConfig(model=request.param)))


def test_a_page_becomes_events_with_roles_date_and_speaker(stage: Events) -> None:
    (doc,) = stage([_doc()])
    visits = [e for e in doc.events if e.type == "VISIT"]
    assert {doc.text[e.start : e.end] for e in visits} >= {"تزور", "زيارة"}
    assert any(doc.text[r.start : r.end] == "ليلى حداد" for e in visits for r in e.roles if r.role == "actor")
    assert {e.type for e in doc.events} >= {"VISIT", "STATEMENT", "ARREST"}


def test_every_value_is_one_that_the_tables_allow(stage: Events) -> None:
    (doc,) = stage([_doc()])
    for event in doc.events:
        assert event.type in EVENT_TYPES
        assert event.status in STATUSES
        assert event.score is None or 0 <= event.score <= 1
        assert all(r.role in ROLES and (r.score is None or 0 <= r.score <= 1) for r in event.roles)
        sentence = doc.sentences[event.sentence]
        assert sentence.start <= event.start < event.end <= sentence.end
        assert (event.time is None) == (event.date_start is None and event.date_end is None)


def test_what_a_threat_takes_for_granted_is_less_likely_told_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Events(Config(events=EventsConfig(model="learned")))
    texts = [
        "هدد سعد منير بالرد على الهجوم الذي قتل فيه ثلاثة جنود.",
        "اتهم سعد منير الشرطة بقتل المتظاهر بعد اعتقاله.",
    ]
    docs = [annotated(text, {"سعد منير": "PER"}) for text in texts]
    told = [{(n, e.start) for n, doc in enumerate(stage(docs)) for e in doc.events if e.speaker}]
    monkeypatch.setattr("pipeline.events.stage.PRESUPPOSED", 0)
    told.append({(n, e.start) for n, doc in enumerate(stage(docs)) for e in doc.events if e.speaker})
    assert told[0] < told[1]


@pytest.mark.parametrize("model", READERS)
def test_a_role_or_speaker_is_never_surer_than_its_event(model: str) -> None:
    ontology = load_ontology()
    engine = Engine(lambda doc: find_candidates(doc, ontology), load_models(model))
    prepared = engine.prepare([_doc()])
    judge = engine.hear(prepared)
    sure = np.where(engine.mention_scores(prepared, judge) >= 0.5, np.float32(0.98), np.float32(0))
    (found,) = engine.decide(prepared, judge, sure)
    filled = [r for e in found.events for r in e.roles if r.role not in ("amount", "position", "instrument")]
    assert filled
    assert all(r.score is not None and 1 / 3 <= r.score <= 0.98 for r in filled)
    assert any(e.speaker for e in found.events)
    doubtful = Engine(engine.find, engine.models, threshold=0.1).decide(prepared, judge, sure / 3)[0]
    assert [e.start for e in doubtful.events] == [e.start for e in found.events]
    assert not any(e.speaker or {r.role for r in e.roles} & {"actor", "target"} for e in doubtful.events)


def test_company_in_a_batch_never_changes_a_document(stage: Events) -> None:
    other = annotated("قتل جندي في انفجار قرب الحدود أمس")
    (alone,) = stage([_doc()])
    first, _, last = stage([_doc(), other, _doc()])
    assert [(e.type, e.start, e.status, e.roles, e.event) for e in first.events] == [
        (e.type, e.start, e.status, e.roles, e.event) for e in alone.events
    ]
    assert last.events == first.events


def test_the_first_date_of_a_batch_is_judged_as_if_alone() -> None:
    text = "يوم الأحد الماضي ينتظر السكان عودة المساعدات بعد زيارة الوزير إلى دمشق."
    doc = annotated(text, times={"يوم الأحد الماضي": (date(2024, 3, 17), date(2024, 3, 17))})
    other = annotated("وصل الرئيس إلى القاهرة.")
    ontology = load_ontology()
    engine = Engine(lambda doc: find_candidates(doc, ontology))
    features = []
    for docs in ([doc], [doc, other]):
        prepared = engine.prepare(docs)
        times = dating.place_times(prepared.layout)
        pairs = dating.pair_times(prepared.layout, prepared.proposals, times)
        columns = dating.time_features(prepared.layout, prepared.proposals, times, pairs)
        own = prepared.proposals.doc[pairs.event] == 0
        assert own.any()
        features.append([column[own].tolist() for column in columns])
    assert features[0] == features[1]


@pytest.mark.parametrize("text", ["قتل الجيش بعض", "الشهود قالوا إن قتل"])
def test_the_last_words_of_a_batch_are_judged_as_if_others_followed(stage: Events, text: str) -> None:
    doc, other = annotated(text), annotated("وصل الرئيس إلى القاهرة.")
    (alone,) = stage([doc])
    assert stage([doc, other])[0].events == alone.events


def test_states_that_the_names_stage_kept_change_nothing() -> None:
    config = Config()
    (named,) = Names(config)([replace(_doc(), mentions=())])
    assert named.states is not None
    assert len(named.states) == len(named.tokens)
    (kept,), (made) = Events(config)([named]), Events(config)([replace(named, states=None)])
    assert kept.states is None
    assert [kept] == made
    assert kept.events


def test_names_keep_no_states_that_nobody_reads() -> None:
    (named,) = Names(Config(events=EventsConfig(model="rules")))([_doc()])
    assert named.states is None


def test_a_token_reports_at_most_one_event(stage: Events) -> None:
    (doc,) = stage([_doc()])
    assert len({e.start for e in doc.events}) == len(doc.events)


def test_happenings_are_numbered_from_zero_in_order(stage: Events) -> None:
    (doc,) = stage([_doc()])
    seen = list(dict.fromkeys(e.event for e in doc.events))
    assert seen == list(range(len(seen)))


@pytest.mark.parametrize("text", ["", "   \n  ", "Only Latin words.", "«»:،؛.", "ا", "12 34"])
def test_texts_without_events_have_none(stage: Events, text: str) -> None:
    (doc,) = stage([annotated(text)])
    assert doc.events == ()


@given(st.lists(st.sampled_from([*TEXT.split(), "«", "»", '"', "،", ".", "\n", "وفقا", "لم", "ـ"]), max_size=30))
def test_any_mixture_of_words_keeps_spans_inside_the_text(words: list[str]) -> None:
    (doc,) = _LEARNED([annotated(" ".join(words), NAMES)])
    for event in doc.events:
        spans = [(event.start, event.end), *((r.start, r.end) for r in event.roles)]
        assert all(0 <= start < end <= len(doc.text) for start, end in spans)


_LEARNED = Events()


def test_a_threshold_of_one_leaves_nearly_nothing() -> None:
    strict = Events(Config(events=EventsConfig(threshold=1.0)))
    (doc,) = strict([_doc()])
    assert doc.events == ()


def test_importing_the_stage_loads_no_heavy_library() -> None:
    code = (
        "import sys, pipeline.events.stage; "
        "print([m for m in ('torch', 'pandas', 'stanza', 'transformers', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("model", EVENT_MODELS)
def test_a_type_of_ones_own_is_found_beside_the_shipped_ones(model: str, tmp_path: Path) -> None:
    folder = tmp_path / "types"
    shutil.copytree(FOLDER, folder)
    (folder / "tourism.toml").write_text(
        """type = "TOURISM"
like = "VISIT"
definition = "People go round a place for pleasure."
plover = ""
cameo = "040"
verbs = [{ verb = "تنزه", strength = 0.9 }]
[frames.default]
verb = ["actor=subject", "place=في:LOC"]
"""
        + '[[examples]]\ntext = "تنزه الضيف"\nevents = [{ trigger = "تنزه" }]\n' * 5,
        encoding="utf-8",
    )
    settings = {"events": {"model": model, "ontology": str(folder)}}
    (tmp_path / "page.txt").write_text("زار الوزير سالم فهد المدينة أمس. وتنزه الضيوف في بيروت.", encoding="utf-8")
    summary = pipeline.run(tmp_path / "page.txt", tmp_path / "run", Config.from_dict({"workers": 1, **settings}))
    rows = pipeline.read_table(summary.out, "events", as_arrow=True).to_pylist()
    assert {row["type"]: row["cameo"] for row in rows}["TOURISM"] == "040"
    assert {row["type"] for row in rows} == {"VISIT", "TOURISM"}
