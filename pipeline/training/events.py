"""Train and cross-validate the event models.

    python -m pipeline.training.events GOLD.json DOCS.json [GOLD.json DOCS.json ...] --out models/events
    python -m pipeline.training.events GOLD.json DOCS.json --folds 5      only cross-validate

GOLD holds annotated documents (mentions, times, events with trigger, roles, status, speaker, same_as; strings located
by their n-th occurrence), DOCS their texts and publish dates. Candidates come from the ontology, names and times from
the annotation. Cross-validation splits by document; every model that a held-out document meets, thresholds and
temperatures included, was made without it.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from pipeline.document import EventMention, Role, Span
from pipeline.evaluation.events import (
    EventScores,
    Judged,
    judged,
    match,
    overlap,
    reliability,
    score_events,
)
from pipeline.events import attribution, dating, merge, roles, status
from pipeline.events.clauses import Layout, Phrases, find_phrases
from pipeline.events.context import context_features
from pipeline.events.decide import Floats, Models, Net, save_models, soften
from pipeline.events.features import Codes, encode, pick, trigger_features
from pipeline.events.ontology import load_ontology
from pipeline.events.proposals import Proposals
from pipeline.events.stage import Engine, Prepared, best_of
from pipeline.events.triggers import find_candidates
from pipeline.schema import EVENT_TYPES, STATUSES
from pipeline.training.annotated import LEADS
from pipeline.training.event_examples import Example, read_examples, read_leads
from pipeline.training.event_nets import blend_linear, fit_net, fit_temperature

Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pairing:
    """What the second pass over roles needs besides the first pass's probabilities."""

    layout: Layout
    events: Proposals
    phrases: Phrases
    pairs: roles.Pairs

    def codes(self, task: "Task", first: Floats) -> Codes:
        """Give the feature codes of the second pass; `first` are the outputs of the first one."""
        shares = soften(first / np.float32(ROLE_SHARPNESS))
        around = context_features(self.layout, self.events, self.phrases, self.pairs, shares)
        return np.concatenate([encode(around), task.codes], axis=1)


@dataclass(frozen=True, slots=True)
class Task:
    """What one model learns from: feature codes and labels, and the number of the document of each row."""

    codes: Codes
    labels: Labels
    doc: Labels
    outputs: int


def align(prepared: Prepared, examples: Sequence[Example]) -> list[Judged | None]:
    """Give the annotated event of each candidate, None for candidates that report none."""
    places = {(n, e.type, e.span.start): e for n, example in enumerate(examples) for e in example.events}
    found = []
    for row, candidate in enumerate(prepared.proposals.items):
        number = int(prepared.proposals.doc[row])
        token = examples[number].doc.tokens[candidate.token]
        hits = (places.get((number, candidate.type, at)) for at in range(token.start, token.end))
        found.append(next((h for h in hits if h is not None), None))
    return found


def make_tasks(engine: Engine, examples: Sequence[Example]) -> tuple[dict[str, Task], Pairing]:
    """Turn annotated documents into what each model learns from.

    The task `context` begins with the labels and codes of `role`; `fit_all` adds what the first pass says.
    """
    prepared = engine.prepare([e.doc for e in examples])
    layout, proposals = prepared.layout, prepared.proposals
    aligned = align(prepared, examples)
    reported = np.array([g is not None for g in aligned], dtype=np.int64)
    columns = trigger_features(layout, proposals, prepared.cues, engine.lexicon)
    tasks = {"mention": Task(encode(columns), reported, proposals.doc, 1)}

    kept = np.flatnonzero(reported)
    kept = kept[np.concatenate([[True], proposals.token[kept][1:] != proposals.token[kept][:-1]])]
    gold = [g for g in (aligned[i] for i in kept.tolist()) if g is not None]
    events = proposals.take(kept)
    phrases = find_phrases(layout, events.token, events.kind == 0)

    pairs = roles.pair_up(layout, events, phrases, engine.frames)
    tasks["role"] = Task(
        encode(roles.pair_features(layout, events, phrases, pairs)),
        role_labels(gold, phrases, pairs), events.doc[pairs.event], len(roles.CLASSES),
    )  # fmt: skip

    tasks["context"] = tasks["role"]

    times = dating.place_times(layout)
    time_pairs = dating.pair_times(layout, events, times)
    spans = [t for e in examples for t in e.doc.times]
    values = [(t.date_start, t.date_end) for t in spans]
    dated = np.array([
        values[t] == (gold[e].start, gold[e].end) and any(values[t])
        for e, t in zip(time_pairs.event.tolist(), time_pairs.time.tolist(), strict=True)
    ], dtype=np.int64)  # fmt: skip
    tasks["time"] = Task(
        encode(dating.time_features(layout, events, times, time_pairs)), dated, events.doc[time_pairs.event], 1
    )

    by_value = best_of(len(gold), time_pairs.event, time_pairs.time, dated.astype(np.float32), 0.5)
    ahead = pick(times.direction, by_value, 0)
    tasks["status"] = Task(
        encode(status.status_features(layout, events, prepared.cues, engine.lexicon, ahead)),
        np.array([STATUSES.index(g.status) for g in gold], dtype=np.int64), events.doc, len(STATUSES),
    )  # fmt: skip

    sources = attribution.find_sources(layout, events, phrases, prepared.cues, engine.source_cue)
    source_pairs = attribution.pair_sources(layout, events, sources)
    tasks["source"] = Task(
        encode(attribution.source_features(layout, events, sources, source_pairs)),
        source_labels(examples, events, gold, phrases, sources, source_pairs), events.doc[source_pairs.event], 1,
    )  # fmt: skip

    same = merge.pair_same(events)
    mentions = [as_mention(g) for g in gold]
    tasks["same"] = Task(
        encode(merge.same_features(layout, events, mentions, same)),
        np.array([gold[a].cluster == gold[b].cluster for a, b in zip(same.later, same.earlier, strict=True)],
                 dtype=np.int64), events.doc[same.later], 1,
    )  # fmt: skip
    return tasks, Pairing(layout, events, phrases, pairs)


def role_labels(gold: Sequence[Judged], phrases: Phrases, pairs: roles.Pairs) -> Labels:
    """Give the class of each pair; of the phrases that overlap a filler only the one that fits it best has its role."""
    best: dict[tuple[int, int], tuple[float, int, str]] = {}
    for n, (e, f) in enumerate(zip(pairs.event.tolist(), pairs.phrase.tolist(), strict=True)):
        start, end = int(phrases.start[f]), int(phrases.end[f])
        for k, (role, span) in enumerate(gold[e].roles):
            common = min(end, span.end) - max(start, span.start)
            if common > 0 and role in roles.CLASSES:
                fit = common / (max(end, span.end) - min(start, span.start))
                if (e, k) not in best or fit > best[e, k][0]:
                    best[e, k] = fit, n, role
    labels = np.zeros(len(pairs.event), dtype=np.int64)
    for _, n, role in best.values():
        labels[n] = roles.CLASSES.index(role)
    return labels


def source_labels(
    examples: Sequence[Example], events: Proposals, gold: Sequence[Judged], phrases: Phrases,
    sources: attribution.Sources, pairs: attribution.SourcePairs,
) -> Labels:  # fmt: skip
    """Give 1 to pairs whose source names the speaker: as its actor, or as the phrase behind a cue."""
    labels = np.zeros(len(pairs.event), dtype=np.int64)
    for n, (e, s) in enumerate(zip(pairs.event.tolist(), pairs.source.tolist(), strict=True)):
        speaker = gold[e].speaker
        if speaker is None:
            continue
        text = examples[int(events.doc[e])].doc.text
        row, phrase = int(sources.event[s]), int(sources.phrase[s])
        named = (
            [span for role, span in gold[row].roles if role == "actor"]
            if row >= 0
            else [Span(int(phrases.start[phrase]), int(phrases.end[phrase]))]
        )
        labels[n] = any(
            overlap(speaker, span) or text[speaker.start : speaker.end] == text[span.start : span.end] for span in named
        )
    return labels


def as_mention(gold: Judged) -> EventMention:
    """Write an annotated event as an event mention."""
    return EventMention(
        gold.type, gold.span.start, gold.span.end, 0, gold.status, None, gold.start, gold.end, speaker=gold.speaker,
        roles=tuple(Role(role, span.start, span.end) for role, span in gold.roles),
    )  # fmt: skip


# How each net is fitted; found by cross-validation on the annotated leads.
RECIPES: Final[dict[str, dict[str, Any]]] = {
    "mention": {"epochs": 5, "hidden": 16, "drop": 0.15},
    "role": {"epochs": 5, "hidden": 16, "drop": 0.3, "rate": 1e-2, "minimum": 8},
    "context": {"epochs": 5, "hidden": 16, "drop": 0.3, "rate": 1e-2, "minimum": 8},
    "status": {"epochs": 25, "hidden": 8, "drop": 0.5, "minimum": 4},
    "time": {"epochs": 20, "hidden": 16, "drop": 0.4, "minimum": 2},
    "source": {"epochs": 10, "hidden": 8, "drop": 0.2},
    "same": {"epochs": 6, "hidden": 8, "drop": 0.2},
}
# Written leads are denser in events than found ones, so they teach less of what an event is than of its structure.
LEAD_WEIGHTS: Final = {"mention": 0.3}
ROLE_SHARPNESS: Final = 1.6  # temperature of the first pass over roles
INNER_FOLDS: Final = 3  # parts in which the first pass is made for the training documents of the second
SLACK: Final = 0.002  # of F1
DEFAULTS: Final = {"event": 0.4, "statement": 0.4, "time": 0.5, "source": 0.4, "same": 0.5} | {
    f"role {r}": 0.4 for r in roles.CLASSES[1:]
}


def fit_all(
    tasks: dict[str, Task], pairing: Pairing, keep: NDArray[np.bool_], own: NDArray[np.bool_], seeds: Sequence[int]
) -> tuple[dict[str, Net], Codes]:
    """Fit every net on the rows of the documents to keep (a flag per document).

    own: the documents that are the project's own leads; they count LEAD_WEIGHTS in some tasks. Also give the codes of
    the second pass over roles, for the documents left out as the fitted first pass makes them.
    """
    nets: dict[str, Net] = {}
    role = tasks["role"]
    part = np.cumsum(keep) % INNER_FOLDS
    first = np.zeros((len(role.labels), role.outputs), dtype=np.float32)
    for number in range(INNER_FOLDS):
        known = (keep & (part != number))[role.doc]
        wanted = (keep & (part == number))[role.doc]
        net = fit_net(role.codes[known], role.labels[known], role.outputs, seeds=seeds[:1], **RECIPES["role"])
        first[wanted] = net.logits(role.codes[wanted])
    around = role.codes
    for name, task in tasks.items():
        rows = keep[task.doc]
        if name == "context":
            first[~rows] = nets["role"].logits(role.codes[~rows])
            around = pairing.codes(task, first)
            nets[name] = fit_net(around[rows], task.labels[rows], task.outputs, seeds=seeds, **RECIPES[name])
            continue
        codes, labels = task.codes[rows], task.labels[rows]
        used = seeds[:1] if name == "role" else seeds
        weights = np.where(own[task.doc[rows]], LEAD_WEIGHTS.get(name, 1.0), 1.0).astype(np.float32)
        nets[name] = fit_net(codes, labels, task.outputs, seeds=used, weights=weights, **RECIPES[name])
        if task.outputs == 1:
            nets[name] = blend_linear(nets[name], codes, labels, weights)
    return nets, around


def tune(tasks: dict[str, Task], pairing: Pairing, logits: dict[str, Floats], keep: NDArray[np.bool_], types: Labels,
         missed: dict[str, int]) -> tuple[dict[str, float], dict[str, float]]:  # fmt: skip
    """Choose temperatures and thresholds from held-out outputs of the documents to keep.

    types: type code of each candidate. missed: annotated mentions without a candidate, by group.
    """
    temperatures, thresholds = {}, dict(DEFAULTS)
    for name, task in tasks.items():
        rows = keep[task.doc]
        labels = task.labels[rows]
        temperatures[name] = ROLE_SHARPNESS if name == "role" else fit_temperature(logits[name][rows], labels)
        shares = soften(logits[name][rows] / np.float32(temperatures[name]))
        if name == "mention":
            own = types[rows] == attribution.STATEMENT
            thresholds["statement"] = best_threshold(shares[own, 0], labels[own], missed["statement"])
            thresholds["event"] = best_threshold(shares[~own, 0], labels[~own], missed["event"])
        elif name == "context":
            shares = roles.keep_one(
                pairing.events, pairing.pairs, soften(logits[name] / np.float32(temperatures[name]))
            )
            shares = shares[rows]
            for number, role in enumerate(roles.CLASSES[1:], start=1):
                thresholds[f"role {role}"] = best_threshold(shares[:, number], (labels == number).astype(np.int64), 0)
        elif name in ("source", "same"):
            thresholds[name] = best_threshold(shares[:, 0], labels, 0)
    return temperatures, thresholds


def best_threshold(shares: Floats, labels: Labels, missed: int) -> float:
    """Give the highest threshold whose F1 is within SLACK of the best; `missed` are positives that no row stands for.

    On the flat top of the curve the stricter choice makes fewer false rows for the same F1.
    """
    gold = int(labels.sum()) + missed
    curve = []
    for threshold in np.arange(0.15, 0.76, 0.025):
        taken = shares >= threshold
        curve.append((2 * float(labels[taken].sum()) / max(int(taken.sum()) + gold, 1), float(threshold)))
    best = max(f1 for f1, _ in curve)
    return max(threshold for f1, threshold in curve if f1 >= best - SLACK) if gold else 0.5


def cross_validate(
    engine: Engine, examples: Sequence[Example], leads: Sequence[Example], folds: int, seeds: Sequence[int],
    seed: int = 0,
) -> tuple[dict[str, list[Judged]], dict[str, float], dict[str, float]]:  # fmt: skip
    """Extract every example with models that never saw it; give the mentions, and temperatures and thresholds.

    leads: documents that every model is trained on and that none is judged on.
    """
    everything = [*examples, *leads]
    tasks, pairing = make_tasks(engine, everything)
    fold = np.full(len(everything), -1)
    fold[: len(examples)] = np.random.default_rng(seed).permutation(len(examples)) % folds
    types = engine.prepare([e.doc for e in everything]).proposals.type
    found_rows = tasks["mention"].labels * (fold[tasks["mention"].doc] >= 0)
    missed = {
        "statement": sum(e.type == "STATEMENT" for x in examples for e in x.events)
        - int(found_rows[types == attribution.STATEMENT].sum()),
        "event": sum(e.type != "STATEMENT" for x in examples for e in x.events)
        - int(found_rows[types != attribution.STATEMENT].sum()),
    }  # fmt: skip
    fitted = [fit_all(tasks, pairing, fold != k, fold < 0, seeds) for k in range(folds)]
    nets = [f[0] for f in fitted]
    logits = {}
    for name, task in tasks.items():
        logits[name] = np.zeros((len(task.labels), task.outputs), dtype=np.float32)
        for k in range(folds):
            rows = fold[task.doc] == k
            codes = fitted[k][1] if name == "context" else task.codes
            logits[name][rows] = nets[k][name].logits(codes[rows])
    found: dict[str, list[Judged]] = {}
    for k in range(folds):
        temperatures, thresholds = tune(tasks, pairing, logits, (fold != k) & (fold >= 0), types, missed)
        warmed = {name: replace(net, temperature=temperatures[name]) for name, net in nets[k].items()}
        judge = engine.with_models(Models(warmed, thresholds))
        held = [e.doc for e, f in zip(examples, fold, strict=False) if f == k]
        found |= {doc.doc_id: judged(doc.events) for doc in judge.extract(held)}
    return found, *tune(tasks, pairing, logits, fold >= 0, types, missed)


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


def main(arguments: list[str] | None = None) -> None:
    """Run the recipe."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+", help="GOLD.json DOCS.json pairs")
    parser.add_argument("--out", type=Path, help="folder for the models, trained on everything; none without")
    told = "annotated leads that every model is trained on besides; by default Rasd's own"
    parser.add_argument("--leads", type=Path, nargs="*", default=LEADS, help=told)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=2, help="nets averaged per model")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    examples = [
        example
        for gold, docs in zip(options.files[::2], options.files[1::2], strict=True)
        for example in read_examples(gold, docs)
    ]
    ontology = load_ontology()
    engine = Engine(lambda doc: find_candidates(doc, ontology))
    seeds = range(1, options.seeds + 1)
    leads = read_leads(options.leads)
    found, temperatures, thresholds = cross_validate(engine, examples, leads, options.folds, seeds)
    gold_all = {e.doc.doc_id: list(e.events) for e in examples}
    scores = score_events(gold_all, found)
    print(format_scores(scores, [*GROUPS, *EVENT_TYPES]))
    print("reliability of mention scores, held out (from, mean score, share right, count):")
    for edge, mean, right, count in reliability(_outcomes(gold_all, found)):
        print(f"  {edge:.1f}  {mean:.2f}  {right:.2f}  {count}")
    if options.out:
        everything = [*examples, *leads]
        own = np.arange(len(everything)) >= len(examples)
        nets, _ = fit_all(*make_tasks(engine, everything), np.ones(len(everything), dtype=bool), own, seeds)
        nets = {name: replace(net, temperature=temperatures[name]) for name, net in nets.items()}
        save_models(options.out, Models(nets, thresholds))


if __name__ == "__main__":
    main()
