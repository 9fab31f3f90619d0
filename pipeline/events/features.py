"""What the models see: columns of integers per candidate or pair, hashed into rows of weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.events.clauses import Layout
from pipeline.events.cues import Cue, CueLexicon
from pipeline.events.proposals import Proposals
from pipeline.events.wordforms import Flags, Ints

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_SECOND: Final = np.uint64(0xC2B2AE3D27D4EB4F)
SPACE: Final = 1 << 20  # distinct feature codes; a power of two
Codes = NDArray[np.int32]
STRENGTHS: Final = (5, 10, 20, 30, 40, 50, 60, 70, 80, 90)  # percent; edges above which a candidate's word alone lies
FAR: Final = 9  # bucket of everything beyond the reach of a distance


def encode(columns: Sequence[Ints | Flags]) -> Codes:
    """Hash every column's values into SPACE codes; a value of one column never means one of another by design."""
    codes = np.empty((len(columns[0]), len(columns)), dtype=np.int32)
    for number, column in enumerate(columns, start=1):
        salt = np.uint64(number * int(_SECOND) % (1 << 64))
        mixed = column.astype(np.uint64) * _GOLDEN + salt
        mixed ^= mixed >> np.uint64(31)
        mixed *= _SECOND
        mixed ^= mixed >> np.uint64(29)
        codes[:, number - 1] = (mixed & np.uint64(SPACE - 1)).astype(np.int32)
    return codes


def cross(*columns: Ints | Flags) -> Ints:
    """Give one value per combination of values."""
    result = columns[0].astype(np.int64) + 7
    for column in columns[1:]:
        result = (result * 1_000_003) ^ (column.astype(np.int64) + 7)
    return result


_STEPS: Final = np.array([0, 1, 2, 3, 4, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7, 7, 7, 7, 7, 8], dtype=np.int64)


def bucket(distance: Ints) -> Ints:
    """Put a distance of 0 or more tokens into one of ten steps: 0, 1, 2, 3, 4, 5-6, 7-10, 11-18, 19-29, more."""
    far = np.where(distance >= 30, FAR, 8)
    return np.where(distance < 20, _STEPS[np.clip(distance, 0, 19)], far)


class Window:
    """Reads token attributes around given places without leaving their sentence."""

    def __init__(self, layout: Layout, at: Ints) -> None:
        self._layout = layout
        self._at = at
        self._places: dict[int, tuple[Ints, Ints]] = {}

    def get(self, values: Ints, offset: int, outside: int = -1) -> Ints:
        """Give the value `offset` tokens away, `outside` beyond the sentence."""
        if offset not in self._places:
            place = np.clip(self._at + offset, 0, max(len(values) - 1, 0))
            inside = (place == self._at + offset) & (self._layout.sentence[place] == self._layout.sentence[self._at])
            self._places[offset] = place, inside
        place, inside = self._places[offset]
        return np.where(inside, values[place], outside)


@dataclass(frozen=True, slots=True)
class CueArrays:
    """The cues of a batch by kind: sorted first and last tokens, and reach."""

    first: tuple[Ints, ...]
    last: tuple[Ints, ...]
    reach: tuple[int, ...]


def arrange_cues(layout: Layout, found: Sequence[Sequence[Cue]], lexicon: CueLexicon) -> CueArrays:
    """Flatten the cues of every document of a batch."""
    first: list[list[int]] = [[] for _ in lexicon.kinds]
    last: list[list[int]] = [[] for _ in lexicon.kinds]
    for number, cues in enumerate(found):
        base = int(layout.base[number])
        for cue in cues:
            first[cue.kind].append(base + cue.first)
            last[cue.kind].append(base + cue.last)
    return CueArrays(
        tuple(np.array(f, dtype=np.int64) for f in first), tuple(np.array(x, dtype=np.int64) for x in last),
        tuple(k.reach for k in lexicon.kinds),
    )  # fmt: skip


def cue_before(layout: Layout, cues: CueArrays, kind: int, token: Ints) -> tuple[Ints, Ints]:
    """Give the place of the nearest cue of a kind that ends at or before each token (-1 without), and the distance."""
    lasts = cues.last[kind]
    if not len(lasts):
        none = np.full(len(token), -1, dtype=np.int64)
        return none, np.full(len(token), 99, dtype=np.int64)
    at = np.searchsorted(lasts, token, side="right") - 1
    place = np.where(at >= 0, cues.first[kind][np.maximum(at, 0)], -1)
    distance = np.where(at >= 0, token - lasts[np.maximum(at, 0)], 99)
    good = (place >= 0) & (layout.sentence[np.maximum(place, 0)] == layout.sentence[token])
    return np.where(good, place, -1), np.where(good, distance, 99)


def cue_behind(layout: Layout, cues: CueArrays, kind: int, token: Ints) -> tuple[Ints, Ints]:
    """Give the place of the nearest cue of a kind behind each token (-1 without), and the distance."""
    firsts = cues.first[kind]
    if not len(firsts):
        none = np.full(len(token), -1, dtype=np.int64)
        return none, np.full(len(token), 99, dtype=np.int64)
    at = np.searchsorted(firsts, token, side="right")
    place = np.where(at < len(firsts), firsts[np.minimum(at, len(firsts) - 1)], -1)
    good = (place >= 0) & (layout.sentence[np.maximum(place, 0)] == layout.sentence[token])
    return np.where(good, place, -1), np.where(good, place - token, 99)


def neighbours(proposals: Proposals, layout: Layout) -> tuple[Ints, Ints, Ints, Ints]:
    """Give the row of the nearest candidate on another token before and behind (-1 without), and the distances."""
    token = proposals.token
    count = len(token)
    if not count:
        return (token,) * 4
    left = np.searchsorted(token, token, side="left") - 1
    right = np.searchsorted(token, token, side="right")
    sentence = layout.sentence[token]
    has_left = (left >= 0) & (sentence[np.maximum(left, 0)] == sentence)
    has_right = right < count
    right = np.minimum(right, count - 1)
    has_right &= sentence[right] == sentence
    return (
        np.where(has_left, left, -1), np.where(has_right, right, -1),
        np.where(has_left, token - token[np.maximum(left, 0)], 99), np.where(has_right, token[right] - token, 99),
    )  # fmt: skip


def pick(values: Ints, rows: Ints, missing: int = -1) -> Ints:
    """Give values[rows], and `missing` where a row is -1."""
    if not len(values):
        return np.full(len(rows), missing, dtype=np.int64)
    return np.where(rows >= 0, values[np.maximum(rows, 0)], missing)


def trigger_features(layout: Layout, proposals: Proposals, cues: CueArrays, lexicon: CueLexicon) -> list[Ints | Flags]:
    """Give the columns that describe each candidate and its surroundings."""
    p, token = proposals, proposals.token
    window = Window(layout, token)
    code, cls, pos = layout.column("code"), layout.column("word_class"), layout.column("pos")
    preposition, article, mark = layout.column("preposition"), layout.column("article"), layout.column("mark")
    suffix, particle, waw = layout.column("suffix"), layout.column("particle"), layout.column("waw")
    named = layout.name
    timed = (layout.time >= 0).astype(np.int64)
    left, right, gap_left, gap_right = neighbours(proposals, layout)
    here = layout.sentence[token]
    from_start = token - layout.sentence_first[here]
    to_end = layout.sentence_last[here] - 1 - token
    quoted = (layout.quote[token] > 0).astype(np.int64)
    title = layout.title[token]
    form = cross(p.kind, p.tense, p.passive)
    own_article, own_suffix = article[token], np.minimum(suffix[token], 1)
    shape = cross(own_article, own_suffix, preposition[token])
    lefts = {k: window.get(cls, -k) for k in (1, 2, 3)}
    rights = {k: window.get(cls, k) for k in (1, 2, 3)}
    left_code, right_code = window.get(code, -1), window.get(code, 1)
    light = np.where(p.light >= 0, code[np.maximum(p.light, 0)], -1)
    kinds = [
        cross(bucket(np.minimum(cue_before(layout, cues, k, token)[1], 99)), np.full(len(token), k))
        for k, kind in enumerate(lexicon.kinds)
        if kind.scope == "near" and kind.group in ("DENIED", "POSSIBLE", "source")
    ]
    return [
        p.type, p.entry, cross(p.entry, form), cross(p.type, form), form, cross(p.type, shape), cross(p.entry, shape),
        code[token], cross(p.type, code[token]), cross(cls[token], p.type), pos[token],
        cross(p.entry, p.faint), cross(p.type, p.faint),
        *(p.strength >= edge for edge in STRENGTHS), cross(p.type, p.strength // 20), cross(p.strength // 10, p.kind),
        cross(_rival_strength(p) // 10, p.strength // 10), p.rivals, cross(p.type, p.rivals), light, cross(p.entry,
        p.light >= 0),
        p.person, p.suffix, waw[token],
        left_code, right_code, window.get(code, -2), window.get(code, 2), window.get(code, 3), window.get(code, -3),
        cross(p.entry, left_code), cross(p.entry, right_code),
        *lefts.values(), *rights.values(), cross(p.type, lefts[1]), cross(p.type, rights[1]),
        cross(p.entry, rights[1]), cross(p.entry, lefts[1]), cross(p.kind, lefts[1]), cross(p.kind, rights[1]),
        cross(window.get(pos, -1), pos[token], window.get(pos, 1)), cross(window.get(pos, -2), window.get(pos, -1)),
        cross(window.get(pos, 1), window.get(pos, 2)), cross(p.kind, window.get(preposition, 1)),
        cross(p.entry, window.get(preposition, 1)), cross(p.type, window.get(preposition, 1)),
        cross(p.type, window.get(preposition, 2)), cross(p.kind, window.get(preposition, -1)),
        cross(window.get(article, 1), own_article, p.kind), cross(window.get(mark, -1), window.get(mark, 1)),
        cross(window.get(particle, -1), p.kind), cross(window.get(particle, 1), p.kind),
        cross(window.get(named, 1), window.get(named, 2), window.get(named, 3)),
        cross(window.get(named, -1), window.get(named, -2)),
        cross(p.type, window.get(named, 1)), cross(p.type, window.get(named, -1)), cross(p.entry, window.get(named, 1)),
        cross(p.kind, window.get(timed, 1), window.get(timed, 2), window.get(timed, -1)),
        title, cross(p.type, title), quoted, cross(p.type, quoted), bucket(from_start), cross(p.kind, from_start == 0),
        cross(p.type, bucket(from_start)), bucket(to_end), cross(p.kind, to_end == 0),
        cross(bucket(gap_left), p.kind), cross(bucket(gap_right), p.kind),
        cross(pick(p.type, left), p.type, gap_left < 4), cross(pick(p.type, right), p.type, gap_right < 4),
        cross(pick(p.entry, left), p.entry, gap_left < 3), cross(pick(p.kind, left), p.kind, bucket(gap_left)),
        *_document_counts(proposals), *kinds,
    ]  # fmt: skip


def _rival_strength(p: Proposals) -> Ints:
    """Give the strength of the best candidate of another type on the same token, -1 without one."""
    result = np.full(len(p.token), -10, dtype=np.int64)
    for step in range(1, 4):
        if len(p.token) <= step:
            break
        same = p.token[step:] == p.token[:-step]
        result[:-step] = np.maximum(result[:-step], np.where(same, p.strength[step:], -10))
        result[step:] = np.maximum(result[step:], np.where(same, p.strength[:-step], -10))
    return result


def _document_counts(p: Proposals) -> list[Ints]:
    """Count, for each candidate, those of its type and of its entry in its document, and what the headline holds."""
    by_type = p.doc * 64 + p.type
    _, inverse, counts = np.unique(by_type, return_inverse=True, return_counts=True)
    same_type = counts[inverse]
    entry = cross(p.doc, p.entry)
    _, inverse, counts = np.unique(entry, return_inverse=True, return_counts=True)
    per_doc = np.bincount(p.doc)[p.doc] if len(p.doc) else p.doc
    share = (same_type * 8) // np.maximum(per_doc, 1)
    return [np.minimum(same_type, 6), cross(p.type, np.minimum(same_type, 6)), np.minimum(counts[inverse], 4), share]
