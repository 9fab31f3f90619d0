"""Quality does not fall: what the shipped program reaches on texts of its own, against `floors.json`.

The models have learned from these leads, so that the figures say nothing of other texts; they tell when a change makes
something worse. A floor is pinned with a digest of its texts. `pytest tests/test_floors.py --floors raise` pins what is
reached where that is more, or where the texts are others now; `--floors lower` pins it wherever it differs.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

import pipeline
from pipeline.evaluation.event_runs import evaluate_events
from pipeline.evaluation.events import EventScores
from pipeline.evaluation.examples import check_examples, count_right
from pipeline.evaluation.names import evaluate_names
from pipeline.evaluation.times import evaluate_times
from pipeline.events.ontology import load_ontology
from pipeline.training.annotated import LEADS, all_leads, as_pages, write_gold

_FILE = Path(__file__).with_name("floors.json")
_EVERY = 12  # of the files of leads, one is measured
_SLACK = 1.0  # percent that other processors may differ by

Measured = tuple[str, Mapping[str, float]]


def _digest(texts: object) -> str:
    return hashlib.sha256(json.dumps(texts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]


def _measure_examples(model: str) -> Measured:
    texts = [[repr(example) for example in kind.examples] for kind in load_ontology().types.values()]
    right = count_right(check_examples(model=model))
    return _digest(texts), {name: 100 * found / total for name, (found, total) in right.items()}


def _measure_leads(model: str, folder: Path) -> Measured:
    leads = list(all_leads(LEADS[::_EVERY]))
    gold, docs = folder / "leads.json", folder / "leads.docs.json"
    write_gold(leads, gold, docs)
    pages = folder / "leads.jsonl"
    pages.write_text("".join(json.dumps(page, ensure_ascii=False) + "\n" for page in as_pages(leads)), encoding="utf-8")
    config = pipeline.Config.from_dict({"events": {"model": model}})
    run = pipeline.run(pages, folder / model, config).out
    events = evaluate_events(gold, run, docs)["events"]
    assert isinstance(events, EventScores)
    reached = {
        "names": evaluate_names(gold, docs, ["compact"], "rasd")["compact"]["all"]["f"],
        "times": evaluate_times(gold, run, docs)["all"].measure("value")[2],
        "events": events.mentions.f1,
        "status": events.status,
        "dates": events.date_recall,
        "actor": events.actor.f1,
        "target": events.target.f1,
        "speaker": events.speaker.f1,
    }
    return _digest([lead.annotation for lead in leads] + as_pages(leads)), {k: v or 0.0 for k, v in reached.items()}


@pytest.mark.parametrize("model", ["deep", "rules"])
@pytest.mark.parametrize("texts", ["examples", "leads"])
def test_no_quality_falls_below_its_floor(
    texts: str, model: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    digest, reached = _measure_examples(model) if texts == "examples" else _measure_leads(model, tmp_path)
    pinned = json.loads(_FILE.read_text(encoding="utf-8")) if _FILE.exists() else {}
    key, mode = f"{texts}, {model}", request.config.getoption("--floors")
    floors, same = pinned.get(key, {}).get("floors", {}), pinned.get(key, {}).get("digest") == digest
    if mode == "check":
        assert same, f"the texts of {key!r} are others than when its floors were pinned; see the top of this file"
        slack = {name: _SLACK if floor < 100 else 0 for name, floor in floors.items()}
        assert {name: x for name, x in reached.items() if x < floors[name] - slack[name]} == {}
        return
    kept = floors if same and mode == "raise" else {}
    floors = {name: max(round(x, 1), kept.get(name, 0.0)) for name, x in reached.items()}
    pinned[key] = {"digest": digest, "floors": floors}
    _FILE.write_text(json.dumps(pinned, indent=1, sort_keys=True) + "\n", encoding="utf-8")
