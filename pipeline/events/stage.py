"""The stage that finds events: what happened, who did it to whom, when, said by whom, and whether it came about."""

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import ClassVar, Final

import numpy as np

from pipeline.config import Config
from pipeline.document import Document, EventMention, Role, Span
from pipeline.events import attribution, dating, merge, roles, status
from pipeline.events.candidate import Candidate
from pipeline.events.clauses import Layout, lay_out
from pipeline.events.context import context_features
from pipeline.events.cues import CueLexicon, load_cues
from pipeline.events.decide import Floats, Judge, Models, load_models
from pipeline.events.details import Text, find_details
from pipeline.events.features import CueArrays, arrange_cues, encode, pick, trigger_features
from pipeline.events.grounds import LENT, Choices, best_of, choose, nothing, tell_entry, tell_slot, tell_status
from pipeline.events.ontology import load_ontology
from pipeline.events.phrases import Phrases, find_phrases
from pipeline.events.proposals import ROLE_CODES, Frames, Proposals, propose
from pipeline.events.questions import ask_mentions, ask_roles, ask_same, ask_sources, ask_status, ask_times
from pipeline.events.reader import listen
from pipeline.events.role_features import pair_features
from pipeline.events.triggers import find_candidates
from pipeline.events.wordforms import Flags, Ints, WordTable
from pipeline.schema import STATUSES

Finder = Callable[[Document], Sequence[Candidate]]
BATCH: Final = 40_000  # tokens that are decided together
RULE_STRENGTH: Final = 0.5  # without models, candidates of at least this strength are taken
ACTOR: Final = roles.CLASSES.index("actor")
SETTLED: Final = 0.985  # a pair that the first pass gives no role so surely is not looked at again
# A role or speaker is given where it is at least this likely to be right, with the event that it belongs to: F1 is
# highest where all is given that is likelier right than half the F1 that is reached, and that is about two thirds.
LEAST_FILLED: Final = 1 / 3
LEAST_SPEAKER: Final = 0.25  # a reporting event's likeliest actor speaks if it is at least this likely
# Who demands, accuses, threatens or rejects takes much for granted that he does not report: what likely occurred is
# this much less likely told by him (rejecting "the attack" says nothing of the attack).
PRESUPPOSED: Final = 0.5
RULE_THRESHOLDS: Final = {"time": 0.1, "source": 0.1, "same": 0.5}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A batch laid out, with its candidates and cues."""

    layout: Layout
    proposals: Proposals
    cues: CueArrays


class Engine:
    """Finds the events of batches; holds the tables that all steps share.

    find: gives the candidates of a document. models: None decides by rule alone. threshold: least score of an event
    mention, None for that of the models (or of the rules).
    """

    def __init__(self, find: Finder, models: Models | None = None, threshold: float | None = None) -> None:
        self.find = find
        self.models = models
        self.threshold = threshold
        self.table = WordTable()
        self.frames = Frames(self.table)
        self.lexicon: CueLexicon = load_cues()
        self.source_cue = next(n for n, kind in enumerate(self.lexicon.kinds) if kind.group == "source")

    def with_models(self, models: Models | None) -> "Engine":
        """Give an engine that shares the tables of this one and decides with `models`, or by rules without."""
        other = copy(self)
        other.models = models
        return other

    def prepare(self, docs: Sequence[Document]) -> Prepared:
        """Lay a batch out and find its candidates and cues."""
        layout = lay_out(docs, self.table)
        proposals = propose(layout, [self.find(doc) for doc in docs], self.frames)
        cues = arrange_cues(layout, [self.lexicon.find(doc) for doc in docs], self.lexicon)
        return Prepared(layout, proposals, cues)

    def extract(self, docs: Sequence[Document]) -> list[Document]:
        """Give the same documents with their events."""
        prepared = self.prepare(docs)
        if not len(prepared.proposals.token):
            return [replace(doc, events=()) for doc in docs]
        judge = self.hear(prepared)
        return self.decide(prepared, judge, self.mention_scores(prepared, judge))

    def decide(self, prepared: Prepared, judge: Judge | None, scores: Floats) -> list[Document]:
        """Give the documents of a batch with their events; scores: of the candidates, as `mention_scores` gives."""
        docs = prepared.layout.docs
        kept = self.accept(prepared.proposals, scores)
        events = prepared.proposals.take(kept)
        if not len(events.token):
            return [replace(doc, events=()) for doc in docs]
        places = status.place_cues(prepared.layout, events, prepared.cues, self.lexicon)
        mentions, alone = self.describe(prepared, events, scores[kept], places, judge)
        pairs = merge.pair_same(events)
        apart = merge.clashes(prepared.layout, events, mentions, pairs)
        same = self.same_scores(prepared, events, mentions, pairs, apart, judge)
        limit = self._limit("same")
        groups = merge.group(len(mentions), pairs, same, limit, apart)
        states, facts = alone, [""] * len(mentions)
        if self.models is not None:
            states = status.agree(alone, pairs, same, limit)
            facts = tell_status(alone, states)
        links = self.link(events, pairs, same, np.array(groups)).facts("same", prepared.layout, events.doc)
        facts = [one + other for one, other in zip(facts, links, strict=True)]
        mentions = self.judged(prepared, events, mentions, states, places, merge.happenings(events, groups), facts)
        bounds = np.searchsorted(events.doc, np.arange(len(docs) + 1)).tolist()
        return [
            replace(doc, events=tuple(mentions[first:last]))
            for doc, first, last in zip(docs, bounds, bounds[1:], strict=False)
        ]

    def mention_scores(self, prepared: Prepared, judge: Judge | None) -> Floats:
        """Give the probability that each candidate reports an event of its type; -1 for what rules must not take."""
        layout, proposals = prepared.layout, prepared.proposals
        if judge is None:
            return _by_rule(proposals)
        columns = trigger_features(layout, proposals, prepared.cues, self.lexicon)
        found = judge.probabilities("mention", encode(columns), lambda: ask_mentions(layout, proposals))[:, 0]
        own = np.flatnonzero(proposals.own)
        found[own] = _by_rule(proposals.take(own))
        return found

    def accept(self, proposals: Proposals, scores: Floats) -> Ints:
        """Keep the likeliest candidate of each token where it passes the threshold of its type."""
        if self.threshold is not None:
            limit = np.full(len(scores), self.threshold)
        elif self.models is None:
            limit = np.full(len(scores), RULE_STRENGTH)
        else:
            limits = self.models.thresholds
            statement = proposals.type == attribution.STATEMENT
            limit = np.where(statement, limits["statement"], limits["event"])
            limit[proposals.own == 1] = RULE_STRENGTH
        order = np.lexsort((-scores, proposals.token))
        token = proposals.token[order]
        best = np.ones(len(order), dtype=bool)
        best[1:] = token[1:] != token[:-1]
        kept = order[best & (scores[order] >= limit[order])]
        return np.sort(kept)

    def _limit(self, task: str) -> float:
        return self.models.thresholds[task] if self.models else RULE_THRESHOLDS[task]

    def describe(
        self, prepared: Prepared, events: Proposals, scores: Floats, places: Ints, judge: Judge | None
    ) -> tuple[list[EventMention], Floats]:
        """Give each accepted candidate its roles, date and speaker, and the status that it has by itself.

        places: of cues, as `status.place_cues` gives. Also give the probability of every status.
        """
        layout = prepared.layout
        phrases = find_phrases(layout, events.token, events.verbs)
        pairs = roles.pair_up(layout, events, phrases, self.frames)
        filled, actors = self.fill_roles(prepared, events, scores, phrases, pairs, judge)
        times = dating.place_times(layout)
        dates = self.date(prepared, events, times, judge)
        states, taken = self.judge_status(prepared, events, pick(times.direction, dates.value, 0), places, judge)
        speakers = self.find_speakers(prepared, events, scores, phrases, actors, states, judge)
        told_by = {"date": dates, "speaker": speakers, "taken": taken}
        facts = zip(*(choices.facts(key, layout, events.doc) for key, choices in told_by.items()), strict=True)
        by_event: dict[int, list[roles.Filled]] = {}
        for item in filled:
            by_event.setdefault(item.event, []).append(item)
        ends = layout.sentence_last[layout.sentence[events.token]]
        ends[:-1] = np.minimum(ends[:-1], events.token[1:])
        texts = {number: Text(layout.docs[number]) for number in np.unique(events.doc).tolist()}
        mentions = []
        for row, (candidate, told) in enumerate(zip(events.items, facts, strict=True)):
            number = int(events.doc[row])
            doc = layout.docs[number]
            token = doc.tokens[candidate.token]
            time = int(times.number[dates.value[row]]) if dates.value[row] >= 0 else None
            speaker = int(speakers.value[row])
            fillers = tuple(self._role(doc, phrases, item, pairs, candidate) for item in by_event.get(row, ()))
            stop = int(ends[row] - layout.base[number])
            verbal = candidate.kind == "verb"
            mentions.append(EventMention(
                candidate.type, token.start, token.end,
                int(layout.sentence[events.token[row]] - layout.sentence[layout.base[number]]),
                STATUSES[int(states[row].argmax())], None, *_dates(doc, time), time,
                Span(int(phrases.start[speaker]), int(phrases.end[speaker])) if speaker >= 0 else None,
                _entity(doc, phrases, speaker) if speaker >= 0 else None,
                (*fillers, *find_details(texts[number], candidate.type, candidate.token, stop, fillers, verbal)),
                score=round(float(scores[row]), 4),
                rule="".join((tell_entry(candidate), *told)),
            ))  # fmt: skip
        return mentions, states

    def hear(self, prepared: Prepared) -> Judge | None:
        """Let the readers read a batch; None without models."""
        if self.models is None:
            return None
        return Judge(self.models, listen(self.models.readers, prepared.layout, prepared.proposals))

    def judged(
        self, prepared: Prepared, events: Proposals, mentions: Sequence[EventMention], states: Floats,
        places: Ints, happenings: Sequence[int], facts: Sequence[str],
    ) -> list[EventMention]:  # fmt: skip
        """Give each mention the likeliest status, the words that decide it, the number of its happening, and facts."""
        chosen = states.argmax(axis=1)
        cues = status.find_cues(prepared.layout, events, prepared.cues, places, chosen)
        return [
            replace(mention, status=STATUSES[state], status_cue=cue, rule=mention.rule + told, event=number)
            for mention, state, cue, told, number in zip(
                mentions, chosen.tolist(), cues, facts, happenings, strict=True
            )
        ]

    def link(self, events: Proposals, pairs: merge.SamePairs, same: Floats, groups: Ints) -> Choices:
        """Give the earlier mention that each event is likeliest the same as; groups: their numbers, by event."""
        limit = self._limit("same")
        joined = (groups[pairs.later] == groups[pairs.earlier]) & (same >= limit)
        place = events.token[pairs.earlier]
        return choose(len(groups), pairs.later, pairs.earlier, place, same, limit, self.models is not None, joined)

    def fill_roles(
        self, prepared: Prepared, events: Proposals, sure: Floats, phrases: Phrases, pairs: roles.Pairs,
        judge: Judge | None,
    ) -> tuple[list[roles.Filled], Ints]:  # fmt: skip
        """Choose the fillers of every event, and the phrase that is likeliest its actor, chosen or not, -1 without one.

        sure: probability of each event; a filler of what is no event is wrong, so it is as sure as both.
        """
        if judge is None:
            scores = roles.rule_scores(prepared.layout, events, phrases, pairs)
            likely, limit = scores, 0.5
        else:
            columns = pair_features(prepared.layout, events, phrases, pairs)
            codes = encode(columns)
            first = judge.models.nets["role"].probabilities(codes)
            scores = first.copy()
            open_ = np.flatnonzero(first[:, 0] < SETTLED)
            around = encode(context_features(prepared.layout, events, phrases, pairs, first))[open_]
            scores[open_] = judge.probabilities(
                "context", np.concatenate([around, codes[open_]], axis=1),
                lambda: ask_roles(prepared.layout, events, phrases, pairs.take(open_)), roles.RARE,
            )  # fmt: skip
            likely, limit = scores * sure[pairs.event, None], LEAST_FILLED
        actors = best_of(len(events.token), pairs.event, phrases.whole[pairs.phrase], scores[:, ACTOR], LEAST_SPEAKER)
        filled = roles.choose(events, phrases, pairs, likely, limit)
        lent = roles.lend_actors(prepared.layout, events, filled, sure if judge else None)
        for item in lent:
            actors[item.event] = item.phrase
        return [*filled, *lent], actors

    def _role(
        self, doc: Document, phrases: Phrases, item: roles.Filled, pairs: roles.Pairs, candidate: Candidate
    ) -> Role:
        if item.pair < 0:
            place, slot = LENT, ""
        else:
            place, slot = roles.PLACES[int(pairs.place[item.pair])], ""
            if pairs.frame_role[item.pair] == ROLE_CODES[item.role]:
                preposition, label = int(pairs.preposition[item.pair]), int(phrases.label[item.phrase])
                slot = tell_slot(candidate, item.role, place, preposition, label, self.table)
        return Role(item.role, int(phrases.start[item.phrase]), int(phrases.end[item.phrase]),
                    _entity(doc, phrases, item.phrase), round(item.score, 4),
                    f"{slot}: {place}" if slot else place)  # fmt: skip

    def date(self, prepared: Prepared, events: Proposals, times: dating.TimePlaces, judge: Judge | None) -> Choices:
        """Give the row of the time expression that dates each event."""
        pairs = dating.pair_times(prepared.layout, events, times)
        if not len(pairs.event):
            return nothing(len(events.token))
        if judge is None:
            scores = dating.rule_scores(prepared.layout, events, times, pairs)
        else:
            columns = dating.time_features(prepared.layout, events, times, pairs)
            scores = judge.probabilities(
                "time", encode(columns), lambda: ask_times(prepared.layout, events, times, pairs)
            )[:, 0]
        places = times.first[pairs.time]
        return choose(
            len(events.token), pairs.event, pairs.time, places, scores, self._limit("time"), judge is not None
        )

    def judge_status(
        self, prepared: Prepared, events: Proposals, ahead: Ints, places: Ints, judge: Judge | None
    ) -> tuple[Floats, Choices]:
        """Give the probability of each status, [events, STATUSES], and what a negation takes back.

        Arguments as of `status.status_features`.
        """
        none = nothing(len(events.token))
        if judge is None:
            return status.rule_scores(events, places), none
        told = prepared.layout, events, places, ahead
        scores = judge.probabilities("status", encode(status.status_features(*told)), lambda: ask_status(*told))
        scores, taken = status.take_back(prepared.layout, events, prepared.cues, self.lexicon, places, scores)
        return scores, replace(none, token=taken, share=np.full(len(taken), np.nan, dtype=np.float32))

    def find_speakers(
        self, prepared: Prepared, events: Proposals, sure: Floats, phrases: Phrases, actors: Ints, states: Floats,
        judge: Judge | None,
    ) -> Choices:  # fmt: skip
        """Give the row of the phrase that is the speaker of each event.

        sure, actors: as `fill_roles` takes and gives them. states: the probability of each status.
        """
        sources = attribution.find_sources(prepared.layout, events, phrases, prepared.cues, self.source_cue)
        pairs = attribution.pair_sources(prepared.layout, events, sources)
        if not len(pairs.event):
            return nothing(len(events.token))
        speaking = sources.event >= 0
        reporter = np.maximum(sources.event, 0)
        speaker = np.where(speaking, actors[reporter], sources.phrase)
        if judge is None:
            scores, limit = attribution.rule_scores(prepared.layout, events, sources, pairs), RULE_THRESHOLDS["source"]
        else:
            columns = attribution.source_features(prepared.layout, events, sources, pairs)
            scores = judge.probabilities(
                "source", encode(columns), lambda: ask_sources(prepared.layout, events, sources, pairs)
            )[:, 0]
            scores, limit = scores * sure[pairs.event], LEAST_FILLED
            taking = (speaking & (events.type[reporter] != attribution.STATEMENT))[pairs.source]
            scores = np.where(taking, scores * (1 - PRESUPPOSED * states[pairs.event, status.OCCURRED]), scores)
        scores = np.where(speaker[pairs.source] >= 0, scores, -1)  # a source without a speaker gives way to the next
        return choose(
            len(events.token), pairs.event, speaker[pairs.source], sources.token[pairs.source], scores, limit,
            judge is not None,
        )  # fmt: skip

    def same_scores(
        self, prepared: Prepared, events: Proposals, mentions: Sequence[EventMention], pairs: merge.SamePairs,
        apart: Flags, judge: Judge | None,
    ) -> Floats:  # fmt: skip
        """Give the probability that two mentions tell the same happening; none where they are `apart`."""
        layout = prepared.layout
        if judge is None or not len(pairs.later):
            return np.where(apart, np.float32(0), merge.rule_scores(layout, events, mentions, pairs))
        codes = encode(merge.same_features(layout, events, mentions, pairs, apart))
        scores = judge.probabilities("same", codes, lambda: ask_same(layout, events, pairs))[:, 0]
        return np.where(apart, np.float32(0), scores)


def _entity(doc: Document, phrases: Phrases, phrase: int) -> str | None:
    mention = int(phrases.mention[phrase])
    return (doc.mentions[mention].entity or None) if mention >= 0 else None


def _dates(doc: Document, time: int | None) -> tuple[date | None, date | None, str | None, str | None]:
    """Give the interval, granularity and basis of a time expression, nothing where it names no day."""
    found = None if time is None else doc.times[time]
    if found is None or not (found.date_start or found.date_end):
        return None, None, None, None
    return found.date_start, found.date_end, found.granularity, found.basis


def _by_rule(proposals: Proposals) -> Floats:
    """Give the strength of the row of each candidate; -1 for a faint one."""
    return np.array([-1 if c.faint else c.strength for c in proposals.items], dtype=np.float32)


class Events:
    """Fills `events` from everything that earlier stages found."""

    name: ClassVar[str] = "events"
    reads: ClassVar[frozenset[str]] = frozenset({"text", "segments", "tokens", "sentences", "mentions", "times"})
    writes: ClassVar[frozenset[str]] = frozenset({"events"})

    def __init__(self, config: Config | None = None) -> None:
        settings = (config or Config()).events
        ontology = load_ontology(Path(settings.ontology) if settings.ontology else None)
        models = None if settings.model == "rules" else load_models(settings.model)
        self._engine = Engine(lambda doc: find_candidates(doc, ontology), models, settings.threshold)

    def __call__(self, docs: Sequence[Document]) -> list[Document]:
        """Give the same documents with events; a batch never changes what is found in a document."""
        found = (doc for batch in _batches(docs) for doc in self._engine.extract(batch))
        return [replace(doc, states=None) for doc in found]


def _batches(docs: Sequence[Document]) -> Iterator[list[Document]]:
    """Cut documents into batches of about BATCH tokens."""
    batch: list[Document] = []
    size = 0
    for doc in docs:
        batch.append(doc)
        size += len(doc.tokens)
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
