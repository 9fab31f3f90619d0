"""Grammatical relations without a parser: what governs a phrase, coordination, subjects and governing verbs."""

from typing import Final

import numpy as np

from pipeline.events.clauses import Layout
from pipeline.events.phrases import Phrases
from pipeline.events.proposals import Proposals
from pipeline.events.wordforms import PARTICLES, Ints

_ADP: Final = PARTICLES.index("preposition")


def prepositions(layout: Layout, phrases: Phrases) -> Ints:
    """Give the number of the particle that governs each phrase: attached to it or standing before it; 0 without.

    Of the phrase behind a noun of action it is the one of that (في صفوف المقاتلين).
    """
    first = phrases.lead
    attached = layout.column("proclitic")[first]
    before = np.maximum(first - 1, 0)
    stands = (first > 0) & (layout.sentence[before] == layout.sentence[first])
    stands &= layout.column("particle")[before] == _ADP
    return np.where(attached > 0, attached, np.where(stands, layout.column("preposition")[before], 0))


def head_tokens(layout: Layout, phrases: Phrases) -> Ints:
    """Give the head of each phrase: its first word, or the one behind a number, in brackets or not."""
    first, size = phrases.first, phrases.last - phrases.first
    bracketed = (layout.column("mark")[first] > 0) & (size > 3)
    numbered = (layout.column("number")[first] == 1) & (size > 1)
    return np.select([bracketed, numbered], [first + 3, first + 1], first)


def agency(subject: Ints, own: Ints, upper: Ints, token: Ints) -> Ints:
    """Tell whose subject a phrase likely is, seen from a trigger.

    0 of no verb, 1 of the trigger's own, 2 of the one above that, 3 of one behind the trigger, 4 of one between its
    verb and it, 5 of one before. subject: verb of each phrase, as `subject_verbs` gives. own, upper: as
    `governing_verbs` gives, for each trigger.
    """
    places = [subject < 0, subject == own, subject == upper, subject > token, subject > own]
    return np.select(places, [0, 1, 2, 3, 4], 5)


def chain_heads(layout: Layout, phrases: Phrases) -> Ints:
    """Give, for each phrase, the first member of the coordination that it belongs to (itself without one).

    A member carries و and follows the phrase before it at once, or across one comma or one title.
    """
    count = len(phrases.first)
    heads = np.arange(count)
    if count < 2:
        return heads
    joined = layout.column("waw")[phrases.first] == 1
    gap = phrases.first[1:] - phrases.last[:-1]
    comma = layout.column("mark")[np.minimum(phrases.last[:-1], len(layout.doc) - 1)] == 1
    near = (gap == 0) | ((gap == 1) & comma)
    near &= phrases.sentence[1:] == phrases.sentence[:-1]
    # the name behind a coordinated title (و + title + name) belongs to the chain of its title
    named = (phrases.titled[:-1] == 1) & (phrases.label[1:] > 0) & near
    link = np.zeros(count, dtype=bool)
    link[1:] = (near & joined[1:]) | named
    # a titled noun phrase and its name make one member: what precedes the title governs both
    starts = np.where(link, -1, heads)
    result: Ints = np.maximum.accumulate(starts)
    return result


def bare_heads(layout: Layout, phrases: Phrases) -> Ints:
    """Give 1 for phrases that no preposition governs and that begin their coordination."""
    alone = chain_heads(layout, phrases) == np.arange(len(phrases.first))
    result: Ints = ((prepositions(layout, phrases) == 0) & alone).astype(np.int64)
    return result


def subject_verbs(layout: Layout, phrases: Phrases) -> Ints:
    """Give the verb that each phrase is likely the subject of, -1 without one.

    It is the one that the phrase is the first bare phrase behind, or the next one behind a phrase that opens its
    clause. Members of a coordination share it.
    """
    total = len(layout.doc)
    verb = (layout.column("tense") > 0) & (layout.name == 0)
    before = np.maximum.accumulate(np.where(verb, np.arange(total), -1))
    bare = bare_heads(layout, phrases)
    count = np.cumsum(bare) - bare
    first = phrases.first
    place = before[np.maximum(first - 1, 0)]
    good = (place >= 0) & (layout.sentence[np.maximum(place, 0)] == phrases.sentence) & (bare == 1)
    at = np.searchsorted(first, np.maximum(place, 0))
    good &= count - np.append(count, bare.sum())[at] == 0
    behind = np.full(total, -1, dtype=np.int64)
    seen = np.maximum.accumulate(np.where(verb[::-1], np.arange(total), -1))[::-1]
    behind[seen >= 0] = (total - 1 - seen)[seen >= 0]
    following = behind[np.minimum(phrases.last, total - 1)]
    opens = (bare == 1) & (following >= 0) & (following - phrases.last < 6)
    opens &= layout.sentence[np.maximum(following, 0)] == phrases.sentence
    opens &= first - np.searchsorted(layout.clause, layout.clause[first]) < 3
    verbs = np.where(good, place, np.where(opens, following, -1))
    result: Ints = verbs[chain_heads(layout, phrases)]
    return result


def governing_verbs(layout: Layout, events: Proposals) -> tuple[Ints, Ints]:
    """Give the verb that governs each event (itself, its light verb, or the last one before), and the one before it."""
    total = len(layout.doc)
    verb = (layout.column("tense") > 0) & (layout.name == 0)
    verb[events.token[events.kind == 0]] = True
    before = np.maximum.accumulate(np.where(verb, np.arange(total), -1))
    own = np.where(events.kind == 0, events.token, before[np.maximum(events.token - 1, 0)])
    own = np.where(events.light >= 0, events.light, own)
    upper = np.where(own > 0, before[np.maximum(own - 1, 0)], -1)
    sentence = layout.sentence[events.token]
    own = np.where((own >= 0) & (layout.sentence[np.maximum(own, 0)] == sentence), own, -1)
    upper = np.where((upper >= 0) & (layout.sentence[np.maximum(upper, 0)] == sentence), upper, -1)
    return own, upper
