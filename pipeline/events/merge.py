"""Which mentions tell the same happening: pairs of mentions of one type, and the grouping of a document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from pipeline.document import Document, EventMention
from pipeline.events.clauses import Layout
from pipeline.events.decide import Floats
from pipeline.events.features import bucket, cross
from pipeline.events.proposals import Proposals
from pipeline.events.wordforms import Flags, Ints
from pipeline.resources import load_words
from pipeline.text.normalize import fold

REACH: Final = 8  # earlier mentions of the same type that a mention is compared with
_PARTS: Final = ("actor", "target", "place")  # roles whose fillers may agree or disagree
_PART_OF: Final = {part: part for part in _PARTS} | {"destination": "place"}
_APART: Final = 14  # days between two dates from which on they are not of one happening
_VICTIM: Final = ("target", "PER")


@dataclass(frozen=True, slots=True)
class SamePairs:
    """Pairs of event rows of one type in one document: the later and the earlier."""

    later: Ints
    earlier: Ints


def pair_same(events: Proposals) -> SamePairs:
    """Pair every event with the last REACH earlier ones of its type in its document."""
    key = events.doc * 64 + events.type
    if events.own.any():  # a type of the user's own is not that which models take it for
        _, kinds = np.unique([c.type for c in events.items], return_inverse=True)
        key = events.doc * (1 + int(kinds.max())) + kinds
    order = np.lexsort((events.token, key))
    later, earlier = [], []
    for step in range(1, REACH + 1):
        a, b = order[step:], order[:-step]
        same = key[a] == key[b]
        later.append(a[same])
        earlier.append(b[same])
    return SamePairs(np.concatenate(later), np.concatenate(earlier))


def _keys(doc: Document, event: EventMention) -> list[frozenset[str]]:
    """Give the folded words of the fillers of each part, those of names and noun phrases alike."""
    found: list[set[str]] = [set(), set(), set()]
    for role in event.roles:
        if part := _PART_OF.get(role.role):
            words = (role.entity,) if role.entity else _filler_words(doc.text[role.start : role.end])
            found[_PARTS.index(part)].update(words)
    return [frozenset(f) for f in found]


@lru_cache(maxsize=1 << 14)
def _filler_words(phrase: str) -> tuple[str, ...]:
    """Give the first folded words of a phrase, without their articles, and without titles unless they are all."""
    words = [fold(word).removeprefix("ال") for word in phrase.split()[:4]]
    titles = load_words("roles/details.toml", "position", "titles")
    return tuple([word for word in words if word not in titles] or words)


def clashes(layout: Layout, events: Proposals, mentions: Sequence[EventMention], pairs: SamePairs) -> Flags:
    """Tell the pairs that name others in places where one happening has the same: the person that it befalls, or two.

    Of annotated pairs like these one in twenty tells the same happening. So do 48 of 392 whose dates are more than a
    day apart; a misread weekday is a week off, so two weeks part them.
    """
    labels = [{mention.start: mention.label for mention in doc.mentions} for doc in layout.docs]
    named = [_named(layout.docs[d], labels[d], m) for d, m in zip(events.doc.tolist(), mentions, strict=True)]
    found = np.zeros(len(pairs.later), dtype=bool)
    for n, (i, j) in enumerate(zip(pairs.later.tolist(), pairs.earlier.tolist(), strict=True)):
        apart = [key for key in named[i].keys() & named[j].keys() if not named[i][key] & named[j][key]]
        found[n] = (
            _VICTIM in apart or len({part for part, _ in apart}) > 1 or _days_between(mentions[i], mentions[j]) > _APART
        )
    return found


def _named(doc: Document, labels: Mapping[int, str], event: EventMention) -> dict[tuple[str, str], set[str]]:
    """Give the words and entities of the names that fill each part, by part and label; labels: by where names begin."""
    found: dict[tuple[str, str], set[str]] = {}
    for role in event.roles:
        part = _PART_OF.get(role.role)
        if part and role.start in labels:
            words = found.setdefault((part, labels[role.start]), set())
            words.update(_filler_words(doc.text[role.start : role.end]), filter(None, [role.entity]))
    return found


def _agreement(a: frozenset[str], b: frozenset[str]) -> int:
    """Compare two sets of filler words: 0 both empty, 1 one empty, 2 disjoint, 3 overlapping, 4 equal."""
    if not a or not b:
        return int(bool(a) or bool(b))
    return 4 if a == b else 3 if a & b else 2


def same_features(
    layout: Layout, events: Proposals, mentions: Sequence[EventMention], pairs: SamePairs, apart: Flags
) -> list[Ints | Flags]:
    """Give the columns that describe each pair. apart: the pairs that `clashes` tells."""
    a, b = pairs.later, pairs.earlier
    keys = [_keys(layout.docs[int(d)], m) for d, m in zip(events.doc.tolist(), mentions, strict=True)]
    rows = list(zip(a.tolist(), b.tolist(), strict=True))
    parts = [
        np.array([_agreement(keys[i][p], keys[j][p]) for i, j in rows], dtype=np.int64) for p in range(len(_PARTS))
    ]
    dates = np.array([_dates(mentions[i], mentions[j]) for i, j in rows], dtype=np.int64)
    speakers = np.array([(mentions[i].speaker is None) * 2 + (mentions[j].speaker is None) for i, j in rows])
    status = np.array([mentions[i].status == mentions[j].status for i, j in rows], dtype=np.int64)
    entry = (events.entry[a] == events.entry[b]).astype(np.int64)
    word = (layout.column("code")[events.token[a]] == layout.column("code")[events.token[b]]).astype(np.int64)
    lines = bucket(layout.sentence[events.token[a]] - layout.sentence[events.token[b]])
    gap = bucket(events.token[a] - events.token[b])
    article, suffix = layout.column("article"), layout.column("suffix")
    definite = article[events.token[a]] * 2 + (suffix[events.token[a]] > 0)
    title = layout.title[events.token[b]] * 2 + layout.title[events.token[a]]
    kinds = cross(events.kind[a], events.kind[b])
    type_ = events.type[a]
    quote = (layout.quote[events.token[a]] > 0) * 2 + (layout.quote[events.token[b]] > 0)
    agree = cross(*parts)
    return [
        np.zeros_like(a), type_, cross(type_, lines), gap, cross(gap, kinds), cross(gap, type_), kinds,
        cross(kinds, type_), *parts, agree, *(cross(p, type_) for p in parts), cross(agree, definite), dates,
        cross(dates, type_), dates * 10 + parts[0], speakers, status, cross(status, type_), entry, cross(entry, type_),
        word, cross(word, type_), cross(word, definite, agree), definite, cross(definite, type_),
        cross(definite, kinds), title, cross(title, type_), cross(title, agree), quote, cross(quote, type_),
        cross(events.entry[a], events.entry[b]), events.entry[a], cross(events.entry[a], definite), lines,
        cross(lines, agree), cross(lines, kinds, type_), apart,
    ]  # fmt: skip


def _dates(a: EventMention, b: EventMention) -> int:
    """Compare dates: 0 both unknown, 1 one unknown, 2 different, 3 overlapping, 4 equal."""
    one, two = (a.date_start, a.date_end), (b.date_start, b.date_end)
    if not any(one) or not any(two):
        return int(any(one) or any(two))
    if one == two:
        return 4
    apart = (a.date_end and b.date_start and a.date_end < b.date_start) or (
        b.date_end and a.date_start and b.date_end < a.date_start
    )
    return 2 if apart else 3


def _days_between(a: EventMention, b: EventMention) -> int:
    """Give how many days after the end of one mention's date the other's begins; 0 where they overlap or are open."""
    return max(
        (later.date_start - earlier.date_end).days if later.date_start and earlier.date_end else 0
        for later, earlier in ((a, b), (b, a))
    )


def rule_scores(layout: Layout, events: Proposals, mentions: Sequence[EventMention], pairs: SamePairs) -> Floats:
    """Give 1 for pairs that agree in what both say, and in more than the type."""
    keys = [_keys(layout.docs[int(d)], m) for d, m in zip(events.doc.tolist(), mentions, strict=True)]
    definite = layout.column("article")[events.token]
    scores = np.zeros(len(pairs.later), dtype=np.float32)
    for n, (i, j) in enumerate(zip(pairs.later.tolist(), pairs.earlier.tolist(), strict=True)):
        parts = [_agreement(x, y) for x, y in zip(keys[i], keys[j], strict=True)]
        if 2 in parts or _dates(mentions[i], mentions[j]) == 2 or mentions[i].type == "STATEMENT":
            continue
        if max(parts) >= 3 or (events.entry[i] == events.entry[j] and definite[i]):
            scores[n] = 1
    return scores


def group(count: int, pairs: SamePairs, scores: Floats, threshold: float, apart: Flags) -> list[int]:
    """Link every event to the earlier one that is likeliest the same; give each event the number of its group.

    apart: of the pairs; no event joins a group with a member that it is never the same as.
    """
    links: dict[int, list[int]] = {}  # the likeliest first
    enemies: dict[int, set[int]] = {}
    for n in np.argsort(-scores, kind="stable").tolist():
        later, earlier = int(pairs.later[n]), int(pairs.earlier[n])
        if apart[n]:
            enemies.setdefault(later, set()).add(earlier)
        elif scores[n] >= threshold:
            links.setdefault(later, []).append(earlier)
    groups = list(range(count))
    members = {row: {row} for row in range(count)}
    for later in sorted(links):  # what is earlier has a lower number
        hostile = enemies.get(later, set())
        root = next((groups[row] for row in links[later] if hostile.isdisjoint(members[groups[row]])), later)
        groups[later] = root
        members[root].add(later)
    return groups


def happenings(events: Proposals, groups: Sequence[int]) -> list[int]:
    """Give each event the number of its happening, from 0 in each document."""
    numbers: dict[int, dict[int, int]] = {}
    result = []
    for doc, group in zip(events.doc.tolist(), groups, strict=True):
        own = numbers.setdefault(doc, {})
        result.append(own.setdefault(group, len(own)))
    return result
