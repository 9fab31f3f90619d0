from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx")

from pipeline.errors import InputError
from pipeline.events.ontology import load_ontology
from pipeline.events.stage import Engine
from pipeline.events.triggers import find_candidates
from pipeline.models import models_folder
from pipeline.names.states import WordStates
from pipeline.schema import STATUSES
from pipeline.training.annotated import LEADS, all_leads, write_gold
from pipeline.training.event_examples import read_leads
from pipeline.training.event_tasks import make_tasks
from pipeline.training.events import count_missed, hold_out, main


@pytest.fixture(scope="module")
def engine() -> Engine:
    ontology = load_ontology()
    return Engine(lambda doc: find_candidates(doc, ontology))


@pytest.fixture(scope="module")
def words() -> WordStates:
    return WordStates(models_folder() / "compact-ner")


def test_held_out_documents_choose_and_are_judged(engine: Engine, words: WordStates) -> None:
    leads = read_leads(LEADS[:1])[:30]
    held, rest = leads[:8], leads[8:]
    validated = hold_out(engine, held, rest[:12], rest[12:], words, seeds=[1])
    assert validated.fitted is not None
    for way in ("light", "learned"):
        assert set(validated.found[way]) == {e.doc.doc_id for e in held}
        assert {"event", "statement", "same"} <= set(validated.choices[way].thresholds)
        assert any(validated.found[way].values())
        assert {m.status for found in validated.found[way].values() for m in found} <= set(STATUSES)
    assert not validated.choices["light"].mix
    assert "status" in validated.choices["learned"].mix
    task = validated.learning.tasks["mention"]
    outside = task.doc >= len(held)
    assert not validated.fitted.by_net["mention"][outside].any()  # only held-out documents are asked about


def test_mentions_without_a_candidate_are_missed(engine: Engine, words: WordStates) -> None:
    leads = read_leads(LEADS[:1])[:6]
    learning = make_tasks(engine, leads, words)
    every = np.ones(len(leads), dtype=bool)
    missed = count_missed(learning, leads, every)
    mute = Engine(lambda doc: [c for c in find_candidates(doc, load_ontology()) if c.type != "STATEMENT"])
    fewer = make_tasks(mute, leads, words)
    statements = sum(e.type == "STATEMENT" for lead in leads for e in lead.events)
    assert statements > missed["statement"]
    assert count_missed(fewer, leads, every) == {"statement": statements, "event": missed["event"]}


def test_leads_that_are_learned_from_cannot_be_held_out(tmp_path: Path) -> None:
    files = tmp_path / "gold.json", tmp_path / "docs.json"
    write_gold(list(all_leads(LEADS[:1]))[:2], *files)
    with pytest.raises(InputError, match="gold.json holds leads that the models learn from"):
        main([*map(str, files), "--held", *map(str, files)])
