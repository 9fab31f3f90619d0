"""The features by which the nets tell which phrase fills which role."""

import numpy as np

from pipeline.events.attribution import REPORTING
from pipeline.events.clauses import Layout
from pipeline.events.features import Window, bucket, cross, pick
from pipeline.events.phrases import Phrases
from pipeline.events.proposals import Proposals
from pipeline.events.roles import Pairs
from pipeline.events.syntax import agency, governing_verbs, head_tokens, subject_verbs
from pipeline.events.wordforms import Flags, Ints


def pair_features(layout: Layout, events: Proposals, phrases: Phrases, pairs: Pairs) -> list[Ints | Flags]:
    """Give the columns that describe each pair."""
    e, f = pairs.event, pairs.phrase
    token, first, last = events.token[e], phrases.first[f], phrases.last[f]
    before = np.maximum(first - 1, layout.base[layout.doc[first]])
    head = head_tokens(layout, phrases)[f]
    window = Window(layout, first)
    trigger = Window(layout, token)
    tail = Window(layout, last - 1)
    code, cls, pos = layout.column("code"), layout.column("word_class"), layout.column("pos")
    mark, particle, article = layout.column("mark"), layout.column("particle"), layout.column("article")
    ending = np.where(layout.name > 0, 0, layout.column("ending"))
    label = phrases.label[f]
    titled = phrases.titled[f]
    kind, type_, entry = events.kind[e], events.type[e], events.entry[e]
    form = cross(kind, events.passive[e], events.tense[e] == 0)
    verbal = np.where(kind == 0, 1 + events.passive[e], 0)
    place, prep, role = cross(pairs.place, verbal), pairs.preposition, pairs.frame_role
    start = phrases.first[pairs.head]
    low, high = np.minimum(token, start), np.maximum(token, start)
    gap = bucket(np.where(start > token, start - token, np.maximum(token - last + 1, 0)))
    clauses = np.minimum(layout.clause[high] - layout.clause[low], 5)
    verbs = np.minimum(layout.verbs[high] - layout.verbs[low], 4)
    commas = np.minimum(layout.commas[high] - layout.commas[low], 4)
    others = np.searchsorted(events.token, high) - np.searchsorted(events.token, low, side="right")
    others = np.minimum(others, 4)
    side = (first > token).astype(np.int64)
    between = np.minimum(np.abs(f - np.searchsorted(phrases.first, token)), 6)
    same_quote = (layout.quote[token] == layout.quote[first]).astype(np.int64)
    in_quote = (layout.quote[first] > 0) * 2 + (layout.quote[token] > 0)
    index = np.minimum(f - np.searchsorted(phrases.first, layout.sentence_first[layout.sentence[first]]), 5)
    waw = layout.column("waw")[first]
    previous_label = np.where(window.get(layout.name, -1) > 0, window.get(layout.name, -1), 0)
    head_class = np.where(label > 0, -label, cls[head])
    head_code = np.where(label > 0, -label, code[head])
    nominal = cross(events.suffix[e] > 0, article[token], kind)
    feminine = layout.column("tail")[head]
    clause_start = np.minimum(first - np.searchsorted(layout.clause, layout.clause[first]), 3)
    left, right, _, gap_right = _nearest_events(layout, events, first)
    nearest = (np.where(side == 1, left, right) == e).astype(np.int64)
    title_class = np.where(mark[before] == 1, window.get(cls, -2), window.get(cls, -1))
    zero = np.zeros_like(e)
    subject = subject_verbs(layout, phrases)[f]
    own_verb, upper_verb = governing_verbs(layout, events)
    agent = agency(subject, own_verb[e], upper_verb[e], token)
    reporting = np.zeros(len(layout.doc) + 1, dtype=np.int64)
    reporting[events.token] = 1 + np.isin(events.type, REPORTING)
    speaks = reporting[subject]
    governed = np.where(own_verb[e] >= 0, reporting[own_verb[e]], 3)
    behind_relative = (
        (tail.get(particle, 1) == 3) & (token > last) & (layout.verbs[token] - layout.verbs[last - 1] <= 1)
    )
    ahead = Window(layout, start)
    agentive, patient, local = (
        np.where(label > 0, -label, layout.column(c)[head]) for c in ("agent", "patient", "locative")
    )
    kindred = cross(agentive, patient)
    return [
        cross(agentive, place), cross(patient, place), cross(local, place), cross(agentive, type_), cross(patient,
        type_),
        cross(agentive, role), cross(patient, role), cross(local, role), kindred, cross(kindred, pairs.place,
        verbal > 0),
        cross(agentive, agent), cross(kindred, role), cross(local, type_), cross(pos[head], place), cross(pos[head],
        role),
        cross(agent, kind, label), cross(agent, type_), cross(agent, place), cross(agent, speaks, label),
        cross(agent, speaks, governed, kind), cross(agent, form, speaks), cross(agent, nominal, speaks),
        cross(behind_relative, kind, pairs.place), cross(behind_relative, form, type_),
        cross(ahead.get(cls, -1), place), cross(ahead.get(cls, -1), label, type_), cross(ahead.get(particle, -1),
        place, label),
        cross(agent, label, titled, index), cross(agent, commas, clauses),
        zero, cross(type_, place), cross(type_, place, label), cross(entry, place), cross(entry, place, label),
        cross(form, place, label), cross(form, place, gap), cross(place, prep), cross(type_, prep, place, label),
        cross(entry, prep, place), cross(role, label), cross(role, place, label), cross(role, type_), cross(role, gap),
        cross(role, clauses, commas), cross(place, clauses), cross(place, commas), cross(place, verbs, label),
        cross(place, others), cross(place, others, label, type_), cross(place, between), cross(gap, side, label),
        cross(place, gap, label), cross(type_, label), cross(type_, head_class), cross(place, head_class),
        cross(type_, head_class, side), head_class, head_code, cross(head_code, place), pos[head], cross(titled, label),
        cross(titled, place), cross(same_quote, place), cross(in_quote, place, label), cross(index, place, label),
        cross(waw, label, place), cross(waw, previous_label), article[head] * 2 + (phrases.last[f] - first > 1),
        window.get(cls, -1), cross(window.get(cls, -1), place), window.get(code, -1), window.get(code, -2),
        cross(window.get(mark, -1), tail.get(mark, 1), label), tail.get(cls, 1), tail.get(code, 1),
        cross(tail.get(pos, 1), place), cross(window.get(pos, -1), place, label),
        cross(particle[before], place), cross(title_class, label == 1), nominal,
        cross(nominal, place, label), cross(events.person[e], place, label), cross(events.person[e], feminine, place),
        cross(layout.title[token], place, label), cross(layout.title[token], type_, side, label),
        cross(clause_start, place, label), cross(nearest, side, label), cross(nearest, place, type_),
        cross(np.minimum(others, 2), nearest, side, kind), cross(trigger.get(cls, -1), place),
        cross(trigger.get(pos, -1), trigger.get(pos, 1), place), cross(trigger.get(particle, 1), place, label),
        cross(trigger.get(layout.column("preposition"), 1), type_, place), cross(kind, bucket(gap_right), place),
        cross(pick(events.type, left), type_, place), cross(pick(events.type, right), type_, place),
        cross(_light_side(events, e, first), label, place), cross(prep, label, type_), cross(prep, head_class),
        layout.quote[first] == layout.quote[before],
        cross(np.minimum(f - pairs.head, 3), place, label), cross(np.minimum(f - pairs.head, 3), type_),
        cross(Window(layout, start).get(code, -1), place), cross(pairs.place, label, type_),
        cross(layout.column("number")[first], type_, place), cross(layout.column("number")[first], label),
        cross(ending[head], place), cross(ending[head], role), cross(ending[head], type_),
        cross(ending[last - 1], place),
    ]  # fmt: skip


def _nearest_events(layout: Layout, events: Proposals, at: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Give the rows of the nearest events before and behind each place in its sentence (-1), and the distances."""
    left = np.searchsorted(events.token, at, side="left") - 1
    right = np.searchsorted(events.token, at, side="right")
    count = len(events.token)
    sentence = layout.sentence[at]
    good_left = (left >= 0) & (layout.sentence[events.token[np.maximum(left, 0)]] == sentence)
    bounded = np.minimum(right, count - 1)
    good_right = (right < count) & (layout.sentence[events.token[bounded]] == sentence)
    return (
        np.where(good_left, left, -1), np.where(good_right, bounded, -1),
        np.where(good_left, at - events.token[np.maximum(left, 0)], 99),
        np.where(good_right, events.token[bounded] - at, 99),
    )  # fmt: skip


def _light_side(events: Proposals, e: Ints, first: Ints) -> Ints:
    """Tell where the phrase stands to its event's light verb: 0 without one, 1 before, 2 between, 3 behind both."""
    light = events.light[e]
    token = events.token[e]
    return np.where(light < 0, 0, np.where(first < light, 1, np.where(first < token, 2, 3)))
