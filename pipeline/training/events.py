"""Train and cross-validate the event models.

    python -m pipeline.training.events GOLD.json DOCS.json [GOLD.json DOCS.json ...] --out models/events
    python -m pipeline.training.events GOLD.json DOCS.json --folds 5      only cross-validate
    python -m pipeline.training.events GOLD.json DOCS.json --more FOUND.json FOUND.docs.json    learn from more
    python -m pipeline.training.events GOLD.json DOCS.json --held HELD.json HELD.docs.json --out models/events
    python -m pipeline.training.events GOLD.json DOCS.json --held HELD.json HELD.docs.json --lesson lesson/
    python -m pipeline.training.events GOLD.json DOCS.json --shipped      only judge the shipped models, and rules

GOLD holds annotated documents (mentions, times, events with trigger, roles, status, speaker, same_as; strings located
by their n-th occurrence), DOCS their texts and publish dates. Candidates come from the ontology, names and times from
the annotation. Cross-validation splits by document; every model that a held-out document meets, thresholds and
temperatures included, was made without it. With `--held` there is one fit instead of one per fold: the models learn
from all other documents, and temperatures, thresholds and factors are chosen by those held out, whose scores flatter by
that much. `--lesson` writes what `pipeline.training.deep` learns from, the same documents held out; `--deep` decides by
what that gives, too, as `events.model = "deep"` does. Cross-validation goes without.
"""

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from joblib import Parallel, delayed
from numpy.typing import NDArray

from pipeline.errors import InputError
from pipeline.evaluation.events import EventScores, Judged, judged, match, reliability, score_events
from pipeline.events import attribution
from pipeline.events.decide import READERS, Floats, Models, Net, less_than, load_models, save_choices, save_nets
from pipeline.events.ontology import load_ontology
from pipeline.events.reader import Reader
from pipeline.events.stage import Engine
from pipeline.events.triggers import find_candidates
from pipeline.models import models_folder
from pipeline.names.states import WordStates
from pipeline.schema import EVENT_TYPES
from pipeline.training.annotated import LEADS
from pipeline.training.deep import DeepNet, check_held, read_deep, save_deep
from pipeline.training.event_choices import Choices, tune
from pipeline.training.event_examples import Example, read_examples, read_leads
from pipeline.training.event_nets import blend_linear, fit_net
from pipeline.training.event_tasks import Learning, Pairing, Task, make_tasks
from pipeline.training.lesson_files import words_of, write_lesson
from pipeline.training.reader import EPOCHS, RATE, Course, Lesson, ReaderNet, answers, fit_reader, save_reader


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was learnt without some documents: nets, the LSTM, and the outputs of both for those documents, by task."""

    nets: dict[str, Net]
    reader: ReaderNet
    by_net: dict[str, Floats]
    by_reader: dict[str, Floats]


# How each net is fitted; found by cross-validation on the annotated leads.
RECIPES: Final[dict[str, dict[str, Any]]] = {
    "mention": {"epochs": 5, "hidden": 16, "drop": 0.15, "minimum": 5},
    "role": {"epochs": 5, "hidden": 16, "drop": 0.3, "rate": 1e-2, "minimum": 14},
    "context": {"epochs": 5, "hidden": 16, "drop": 0.3, "rate": 1e-2, "minimum": 14},
    "status": {"epochs": 25, "hidden": 8, "drop": 0.5, "minimum": 4},
    "time": {"epochs": 20, "hidden": 16, "drop": 0.4, "minimum": 2},
    "source": {"epochs": 10, "hidden": 8, "drop": 0.2},
    "same": {"epochs": 6, "hidden": 8, "drop": 0.2},
}
# Written leads are denser in events than found ones, so they teach less of what an event is than of its structure.
LEAD_WEIGHTS: Final = {"mention": 0.3}
INNER_FOLDS: Final = 3  # parts in which the first pass is made for the training documents of the second


def fit_nets(
    tasks: dict[str, Task], pairing: Pairing, keep: NDArray[np.bool_], own: NDArray[np.bool_], seeds: Sequence[int]
) -> dict[str, Net]:
    """Fit every net on the rows of the documents to keep (a flag per document).

    own: the documents that are the project's own leads; they count LEAD_WEIGHTS in some tasks.
    """
    torch.set_num_threads(1)
    nets: dict[str, Net] = {}
    role = tasks["role"]
    part = np.cumsum(keep) % INNER_FOLDS
    first = np.zeros((len(role.labels), role.outputs), dtype=np.float32)
    for number in range(INNER_FOLDS):
        known = (keep & (part != number))[role.doc]
        wanted = (keep & (part == number))[role.doc]
        net = fit_net(role.codes[known], role.labels[known], role.outputs, seeds=seeds[:1], **RECIPES["role"])
        first[wanted] = net.logits(role.codes[wanted])
    for name, task in tasks.items():
        rows = keep[task.doc]
        codes = (pairing.codes(task, first) if name == "context" else task.codes)[rows]
        labels = task.labels[rows]
        if name == "context":
            nets[name] = fit_net(codes, labels, task.outputs, seeds=seeds, **RECIPES[name])
            continue
        used = seeds[:1] if name == "role" else seeds
        weights = np.where(own[task.doc[rows]], LEAD_WEIGHTS.get(name, 1.0), 1.0).astype(np.float32)
        nets[name] = fit_net(codes, labels, task.outputs, seeds=used, weights=weights, **RECIPES[name])
        if task.outputs == 1:
            nets[name] = blend_linear(nets[name], codes, labels, weights)
    return nets


def ask_nets(nets: dict[str, Net], learning: Learning, among: NDArray[np.bool_]) -> dict[str, Floats]:
    """Give the outputs of each net for the rows of some documents (a flag per document), zeros for the others."""
    found = {name: np.zeros((len(t.labels), t.outputs), dtype=np.float32) for name, t in learning.tasks.items()}
    for name, task in learning.tasks.items():
        rows = among[task.doc]
        codes = learning.pairing.codes(task, found["role"]) if name == "context" else task.codes
        found[name][rows] = nets[name].logits(codes[rows])
    return found


def fit(
    learning: Learning, keep: NDArray[np.bool_], own: NDArray[np.bool_], seeds: Sequence[int], jobs: int = 1,
    course: Course | None = None,
) -> Fitted:  # fmt: skip
    """Fit the nets and the reader, side by side if there are two jobs, to the documents to keep (see `fit_nets`)."""
    nets, reader = Parallel(jobs, mmap_mode="c")([
        delayed(fit_nets)(learning.tasks, learning.pairing, keep, own, seeds),
        delayed(fit_reader)(learning.lesson, np.flatnonzero(keep), seeds[0], course),
    ])  # fmt: skip
    rest = np.flatnonzero(~keep)
    by_reader = answers(reader, learning.lesson, rest) if len(rest) else {}
    return Fitted(nets, reader, ask_nets(nets, learning, ~keep), by_reader)


def models_of(
    fitted: Fitted, lesson: Lesson, way: str, choices: Mapping[str, Choices], words: WordStates,
    deep: DeepNet | None = None,
) -> Models:  # fmt: skip
    """Put the models of a way to decide together, its readers by the files that they are shipped in.

    choices: of this way, and of the one with a reader less if there is one.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if "reader" in READERS[way]:
            save_reader(fitted.reader, lesson, folder)
        if "deep" in READERS[way] and deep:
            save_deep(deep, lesson, folder)
        readers = tuple(Reader(folder, words.folder, reader) for reader in READERS[way])
        chosen, less = choices[way], choices.get(less_than(way))
        return Models(nets_of(fitted, chosen), chosen.thresholds, readers, chosen.mix, less.mix if less else {})


def nets_of(fitted: Fitted, choices: Choices) -> dict[str, Net]:
    """Give the nets with their temperatures."""
    return {name: replace(net, temperature=choices.temperatures[name]) for name, net in fitted.nets.items()}


@dataclass(frozen=True, slots=True)
class Validated:
    """What cross-validation, or holding out, gives.

    found: mentions by document, for each way to decide. choices: by all held-out outputs, likewise. learning: what was
    learnt from. fitted: the models fitted to all documents, or to all but those held out, if there are any. deep: the
    deep reader, if there is one.
    """

    found: dict[str, dict[str, list[Judged]]]
    choices: dict[str, Choices]
    learning: Learning
    fitted: Fitted | None
    deep: DeepNet | None = None


def cross_validate(
    engine: Engine, examples: Sequence[Example], leads: Sequence[Example], words: WordStates, folds: int,
    seeds: Sequence[int], seed: int = 0, jobs: int = 1, last: bool = False,
) -> Validated:  # fmt: skip
    """Extract every example with models that never saw it, with the reader (`learned`) and without (`light`).

    leads: documents that every model is trained on and that none is judged on. jobs: folds that are fitted at once.
    last: also fit to all documents.
    """
    everything = [*examples, *leads]
    learning = make_tasks(engine, everything, words)
    fold = np.full(len(everything), -1)
    fold[: len(examples)] = np.random.default_rng(seed).permutation(len(examples)) % folds
    missed = count_missed(learning, examples, fold >= 0)
    parts = [*range(folds), folds] if last else range(folds)
    fitted = Parallel(jobs, mmap_mode="c")(delayed(fit)(learning, fold != k, fold < 0, seeds) for k in parts)
    by_net, by_reader = (
        {name: np.sum([getattr(f, field)[name] for f in fitted[:folds]], axis=0) for name in getattr(fitted[0], field)}
        for field in ("by_net", "by_reader")
    )
    found: dict[str, dict[str, list[Judged]]] = {}
    choices: dict[str, Choices] = {}
    ways: dict[str, list[dict[str, Floats]]] = {"light": [], "learned": [by_reader]}
    for way, heard in ways.items():
        found[way] = {}
        for k in range(folds):
            chosen = tune(learning, by_net, heard, (fold != k) & (fold >= 0), missed)
            models = models_of(fitted[k], learning.lesson, way, {way: chosen}, words)
            found[way] |= extract(engine, models, [e for e, f in zip(examples, fold, strict=False) if f == k])
        choices[way] = tune(learning, by_net, heard, fold >= 0, missed)
    return Validated(found, choices, learning, fitted[folds] if last else None)


def hold_out(
    engine: Engine, held: Sequence[Example], examples: Sequence[Example], leads: Sequence[Example], words: WordStates,
    seeds: Sequence[int], jobs: int = 1, course: Course | None = None, deep: Path | None = None,
) -> Validated:  # fmt: skip
    """Fit to the examples and leads, choose by the examples held out, and extract these (see `cross_validate`).

    deep: folder of a deep reader, as `deep fit` wrote it, to decide with too. Raises InputError for one that may have
    learned from the held.
    """
    everything = [*held, *examples, *leads]
    learning = make_tasks(engine, everything, words)
    net = None
    if deep:
        net = read_deep(learning.lesson, deep, "deep.pt").eval()
        check_held(deep, [e.doc for e in held])
    number = np.arange(len(everything))
    out = number < len(held)
    fitted = fit(learning, ~out, number >= len(held) + len(examples), seeds, jobs, course)
    missed = count_missed(learning, held, out)
    ways: dict[str, list[dict[str, Floats]]] = {"light": [], "learned": [fitted.by_reader]}
    if net:
        ways["deep"] = [fitted.by_reader, answers(net, learning.lesson, np.flatnonzero(out))]
    found: dict[str, dict[str, list[Judged]]] = {}
    choices: dict[str, Choices] = {}
    for way, heard in ways.items():
        choices[way] = tune(learning, fitted.by_net, heard, out, missed)
        found[way] = extract(engine, models_of(fitted, learning.lesson, way, choices, words, net), held)
    return Validated(found, choices, learning, fitted, net)


def extract(engine: Engine, models: Models | None, examples: Sequence[Example]) -> dict[str, list[Judged]]:
    """Give the mentions that models, or without them rules, find in each document."""
    documents = engine.with_models(models).extract([e.doc for e in examples])
    return {doc.doc_id: judged(doc.events) for doc in documents}


def count_missed(learning: Learning, examples: Sequence[Example], among: NDArray[np.bool_]) -> dict[str, int]:
    """Count the mentions of the examples for which there is no candidate; `among` flags their documents."""
    task = learning.tasks["mention"]
    reported = (task.labels == 1) & among[task.doc]
    spoken = learning.types == attribution.STATEMENT
    counts = [sum((e.type == "STATEMENT") == own for x in examples for e in x.events) for own in (True, False)]
    return {"statement": counts[0] - int(reported[spoken].sum()), "event": counts[1] - int(reported[~spoken].sum())}


def format_scores(scores: dict[str, EventScores], names: Sequence[str]) -> str:
    """Lay scores out as lines."""
    lines = []
    for name in names:
        s = scores[name]
        m = s.mentions
        lines.append(f"{name}: F1 {m.f1} (P {m.precision} R {m.recall} n {m.count}) status {s.status} date P "
                     f"{s.date_precision} R {s.date_recall} actor {s.actor.f1} target {s.target.f1} others "
                     f"{s.others.f1} speaker {s.speaker.f1} B3 {s.merging} ECE {s.calibration}")  # fmt: skip
    return "\n".join(lines)


def _outcomes(gold: dict[str, list[Judged]], found: dict[str, list[Judged]]) -> list[tuple[float, bool]]:
    """Give the score of every mention and whether it is right."""
    outcomes = []
    for doc_id, mentions in found.items():
        right = {id(p) for _, p in match(gold[doc_id], mentions)}
        outcomes += [(m.score or 0.0, id(m) in right) for m in mentions]
    return outcomes


GROUPS: Final = ("events", "statements", "visits_meetings_announcements")


def report(found: dict[str, dict[str, list[Judged]]], examples: Sequence[Example], title: str = "") -> None:
    """Print the scores of each way to decide on some of the documents that it was tried on."""
    gold = {e.doc.doc_id: list(e.events) for e in examples}
    for way, extracted in found.items():
        own = {doc_id: extracted[doc_id] for doc_id in gold}
        names = [*GROUPS, *(EVENT_TYPES if way != "light" else ())]
        print(f"{way}{title}:\n{format_scores(score_events(gold, own), names)}")
        print("reliability of mention scores, held out (from, mean score, share right, count):")
        for edge, mean, right, count in reliability(_outcomes(gold, own)):
            print(f"  {edge:.1f}  {mean:.2f}  {right:.2f}  {count}")


def main(arguments: list[str] | None = None) -> None:
    """Run the recipe."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+", help="GOLD.json DOCS.json pairs")
    parser.add_argument(
        "--out", type=Path, help="folder for the models, trained on everything but --held; none without"
    )
    told = "more leads, cross-validated with the others and reported apart (see `standoff`); may be given again"
    parser.add_argument("--more", type=Path, nargs=2, action="append", default=[], metavar=("GOLD.json", "DOCS.json"),
                        help=told)  # fmt: skip
    told = "leads to choose thresholds by, instead of cross-validating; no model learns from them"
    parser.add_argument("--held", type=Path, nargs=2, metavar=("GOLD.json", "DOCS.json"), help=told)
    told = "annotated leads that every model is trained on besides; by default Rasd's own"
    parser.add_argument("--leads", type=Path, nargs="*", default=LEADS, help=told)
    parser.add_argument("--folds", type=int, default=5, help="of cross-validation; --held does without")
    parser.add_argument(
        "--jobs", type=int, default=1, help="folds, or parts of the one fit of --held, that are fitted at once"
    )
    parser.add_argument("--seeds", type=int, default=2, help="nets averaged per model")
    parser.add_argument("--begin", type=Path, metavar="READER.pt",
                        help="reader to go on from, as --keep or `hidden` wrote it; with --held only")  # fmt: skip
    parser.add_argument("--keep", type=Path, metavar="READER.pt", help="file for the reader as it was fitted")
    parser.add_argument("--passes", type=int, default=EPOCHS, help="of the reader, over all leads")
    parser.add_argument("--rate", type=float, default=RATE, help="highest step of the reader")
    parser.add_argument("--lesson", type=Path, metavar="DIR",
                        help="fit nothing; write what a reader learns from, for `deep`; with --held only")  # fmt: skip
    parser.add_argument("--deep", type=Path, metavar="DIR",
                        help="deep reader, as `deep fit` wrote it, to decide with too; with --held only")  # fmt: skip
    parser.add_argument(
        "--shipped", action="store_true", help="fit nothing; judge the shipped models, and rules alone, by the files"
    )
    options = parser.parse_args(arguments)
    alone = options.begin or options.lesson or options.deep or (options.passes, options.rate) != (EPOCHS, RATE)
    if alone and not options.held:
        parser.error("--begin, --passes, --rate, --lesson and --deep need --held")
    if options.out and not options.deep and (options.out / "deep.onnx").exists():
        parser.error(
            f"{options.out} holds a deep reader, which what is fitted now would not fit; give --deep, or another --out"
        )
    torch.set_num_threads(1)
    examples = [
        example
        for gold, docs in zip(options.files[::2], options.files[1::2], strict=True)
        for example in read_examples(gold, docs)
    ]
    ontology = load_ontology()
    engine = Engine(lambda doc: find_candidates(doc, ontology))
    if options.shipped:
        ways: dict[str, Models | None] = {"rules": None} | {way: load_models(way) for way in READERS}
        report({way: extract(engine, models, examples) for way, models in ways.items()}, examples)
        return
    seeds = range(1, options.seeds + 1)
    more = [(gold.name, read_examples(gold, docs)) for gold, docs in options.more]
    everything = [*examples, *chain.from_iterable(part for _, part in more)]
    reported = [("", examples), *((f", {name}", part) for name, part in more)]
    held = read_examples(*options.held) if options.held else []
    if {x.doc.text for x in held} & {x.doc.text for x in everything}:
        raise InputError(f"{options.held[0]} holds leads that the models learn from; hold out others")
    leads = read_leads(options.leads)
    words = WordStates(models_folder() / "compact-ner")
    if options.held:
        begin = torch.load(options.begin) if options.begin else None
        course = Course(options.passes, options.rate, begin=begin)
        if options.lesson:
            docs = [*held, *everything, *leads]
            lesson = make_tasks(engine, docs, words).lesson
            numbers = {options.held[0].stem: np.arange(len(held))}
            write_lesson(lesson, words_of([e.doc for e in docs]), numbers, options.lesson)
            return
        validated = hold_out(engine, held, everything, leads, words, seeds, options.jobs, course, options.deep)
        reported = [(f", {options.held[0].name}", held)]
    else:
        validated = cross_validate(
            engine, everything, leads, words, options.folds, seeds, jobs=options.jobs, last=options.out is not None
        )
    for title, part in reported:
        report(validated.found, part, title)
    if options.keep and validated.fitted:
        torch.save(validated.fitted.reader.state_dict(), options.keep)
    if options.out and validated.fitted:
        fitted, choices = validated.fitted, validated.choices
        save_nets(options.out, nets_of(fitted, choices["learned"]))
        save_reader(fitted.reader, validated.learning.lesson, options.out)
        if validated.deep:
            save_deep(validated.deep, validated.learning.lesson, options.out)
        save_choices(options.out, {way: (chosen.thresholds, chosen.mix) for way, chosen in choices.items()})


if __name__ == "__main__":
    main()
