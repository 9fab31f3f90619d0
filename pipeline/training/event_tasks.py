"""Turns annotated documents into what the event models learn from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.document import EventMention, Role, Span
from pipeline.evaluation.events import Judged, overlap
from pipeline.events import attribution, dating, merge, roles, status
from pipeline.events.clauses import Layout
from pipeline.events.context import context_features
from pipeline.events.decide import Floats, soften
from pipeline.events.features import Codes, encode, pick, trigger_features
from pipeline.events.grounds import best_of
from pipeline.events.phrases import Phrases, find_phrases
from pipeline.events.proposals import Proposals
from pipeline.events.questions import (
    ask_mentions,
    ask_roles,
    ask_same,
    ask_sources,
    ask_status,
    ask_times,
    describe_tokens,
    units,
)
from pipeline.events.role_features import pair_features
from pipeline.events.stage import Engine, Prepared
from pipeline.names.states import WordStates
from pipeline.schema import STATUSES
from pipeline.training.event_examples import Example
from pipeline.training.reader import Lesson

Labels = NDArray[np.int64]
ROLE_SHARPNESS: Final = 1.6  # temperature of the first pass over roles


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
class Learning:
    """All that the models learn from: a task per net, what the second pass needs, and the reader's lesson.

    types: type code of each candidate, a row of the task `mention`.
    """

    tasks: dict[str, "Task"]
    pairing: Pairing
    lesson: Lesson
    types: Labels


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


def make_tasks(engine: Engine, examples: Sequence[Example], words: WordStates) -> Learning:
    """Turn annotated documents into what each model learns from; `words` gives the states that the reader reads.

    The task `context` begins with the labels and codes of `role`; `events.fit_nets` adds what the first pass says.
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
    phrases = find_phrases(layout, events.token, events.verbs)

    pairs = roles.pair_up(layout, events, phrases, engine.frames)
    tasks["role"] = Task(
        encode(pair_features(layout, events, phrases, pairs)),
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
    told = layout, events, status.place_cues(layout, events, prepared.cues, engine.lexicon), ahead
    tasks["status"] = Task(
        encode(status.status_features(*told)),
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
        encode(merge.same_features(layout, events, mentions, same, merge.clashes(layout, events, mentions, same))),
        np.array([gold[a].cluster == gold[b].cluster for a, b in zip(same.later, same.earlier, strict=True)],
                 dtype=np.int64), events.doc[same.later], 1,
    )  # fmt: skip
    ranges = units(layout)
    states = np.concatenate([words.of(e.doc) for e in examples])
    questions = {
        "mention": ask_mentions(layout, proposals), "context": ask_roles(layout, events, phrases, pairs),
        "time": ask_times(layout, events, times, time_pairs),
        "source": ask_sources(layout, events, sources, source_pairs), "status": ask_status(*told),
        "same": ask_same(layout, events, same),
    }  # fmt: skip
    unit_docs = layout.doc[[start for start, _ in ranges]]
    lesson = Lesson(
        states, describe_tokens(layout, proposals), ranges, unit_docs, questions,
        *({name: getattr(tasks[name], field) for name in questions} for field in ("labels", "doc", "outputs")),
    )  # fmt: skip
    return Learning(tasks, Pairing(layout, events, phrases, pairs), lesson, proposals.type)


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
