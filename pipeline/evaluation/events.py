"""Scores event mentions against annotated documents: the measures of `rasd evaluate events`.

A predicted mention matches a gold one of the same type whose trigger it overlaps, one to one. Status, dates, roles and
speaker are judged on matched mentions; F1 of roles and speaker counts those of missed and of wrong mentions too.
"""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from pipeline.document import EventMention, Span
from pipeline.errors import InputError
from pipeline.evaluation.corpora import locate, read_annotations
from pipeline.schema import EVENT_TYPES, STATUSES

SCORED_OTHERS: Final = frozenset({"place", "destination", "origin", "inviter", "mediator"})
_LABEL: Final = re.compile(
    r"(?P<yes>(?:.*[\s_-])?yes|true|1(?:\.0)?)|(?P<unsure>ambiguous|unsure|unclear)|(?:.*[\s_-])?no|false|-?0(?:\.0)?"
    r"|-1(?:\.0)?",
    re.IGNORECASE,
)
VISITS: Final = frozenset({"VISIT", "MEETING", "STATEMENT"})


@dataclass(frozen=True, slots=True)
class Judged:
    """An event mention as the scorer sees it: offsets are half-open, dates inclusive. cluster: the happening."""

    type: str
    span: Span
    status: str
    start: date | None
    end: date | None
    speaker: Span | None
    roles: tuple[tuple[str, Span], ...]
    cluster: str
    score: float | None = None


def judged(events: Iterable[EventMention]) -> list[Judged]:
    """Take the mentions of a document as they came out of the pipeline."""
    return [
        Judged(
            e.type, Span(e.start, e.end), e.status, e.date_start, e.date_end, e.speaker,
            tuple((r.role, Span(r.start, r.end)) for r in e.roles), str(e.event), e.score,
        )
        for e in events
    ]  # fmt: skip


def read_gold_events(gold: str | Path, docs: str | Path | None = None) -> dict[str, list[Judged]]:
    """Read JSON gold (see `read_annotations`) as mentions by document. Raises InputError for events that are none."""
    return annotated_events(read_annotations(gold, docs), gold)


def annotated_events(
    notes: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]], gold: str | Path
) -> dict[str, list[Judged]]:
    """Take the mentions of annotations and their documents, by document; gold: the file that an error names."""
    found = {}
    for note, doc in notes:
        place = f"{gold}: document {note['id']!r}"
        try:
            found[note["id"]] = gold_events(note, doc["text"], place)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise InputError(
                f"{place} must have `events`, a list with `type`, `status`, `trigger` and `roles`, days as 2026-11-23; "
                f"it has not ({error!r}); mend the file"
            ) from error
    return found


def gold_events(annotation: Mapping[str, Any], text: str, where: str = "annotation") -> list[Judged]:
    """Take the events of one annotated document; strings are located by their n-th occurrence in its text.

    where: what an error names. Raises InputError for an unknown type or status.
    """
    found = []
    for number, event in enumerate(annotation["events"]):
        for key, known in (("type", EVENT_TYPES), ("status", STATUSES)):
            if event[key] not in known:
                raise InputError(f"{where}: {event[key]!r} is no {key} of events; write one of {' '.join(known)}")
        speaker = event.get("speaker")
        same = event.get("same_as")
        found.append(Judged(
            event["type"], locate(text, event["trigger"], where), event["status"], _day(event.get("start")),
            _day(event.get("end")), locate(text, speaker, where) if speaker else None,
            tuple((r["role"], locate(text, r, where)) for r in event["roles"]),
            f"{event['type']}/{same}" if same is not None else f"alone/{number}",
        ))  # fmt: skip
    return found


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


@dataclass(frozen=True, slots=True)
class Measure:
    """Precision, recall and F1 in percent, and the gold count."""

    precision: float
    recall: float
    f1: float
    count: int


def measure(right: int, predicted: int, gold: int) -> Measure:
    """Compute precision, recall and F1 from counts."""
    p = right / predicted if predicted else 0.0
    r = right / gold if gold else 0.0
    return Measure(round(100 * p, 1), round(100 * r, 1), round(200 * p * r / (p + r), 1) if p + r else 0.0, gold)


@dataclass(frozen=True, slots=True)
class EventScores:
    """The measures of one group of types.

    status, date_precision, date_recall: percent of matched mentions (None without any). merging: B-cubed F1 in percent
    over matched mentions. calibration: expected calibration error of the scores in percent, ten bins.
    """

    mentions: Measure
    status: float | None
    date_precision: float | None
    date_recall: float | None
    actor: Measure
    target: Measure
    others: Measure
    speaker: Measure
    merging: float | None
    calibration: float | None


def score_events(gold: Mapping[str, Sequence[Judged]], found: Mapping[str, Sequence[Judged]]) -> dict[str, EventScores]:
    """Score by group: `events` (all but statements), `statements`, `visits_meetings_announcements`, and every type."""
    groups: dict[str, Callable[[str], bool]] = {
        "events": lambda t: t != "STATEMENT",
        "statements": lambda t: t == "STATEMENT",
        "visits_meetings_announcements": VISITS.__contains__,
    }
    groups |= {t: t.__eq__ for t in EVENT_TYPES}
    return {name: _score_group(gold, found, keep) for name, keep in groups.items()}


def _score_group(
    gold: Mapping[str, Sequence[Judged]], found: Mapping[str, Sequence[Judged]], keep: Callable[[str], bool]
) -> EventScores:
    counts: Counter[str] = Counter()
    roles: dict[str, Counter[str]] = defaultdict(Counter)
    pairs: list[tuple[Judged, Judged]] = []
    documents: list[str] = []
    scores: list[tuple[float, bool]] = []
    for doc_id in gold.keys() & found.keys():
        wanted = [e for e in gold[doc_id] if keep(e.type)]
        given = [e for e in found[doc_id] if keep(e.type)]
        counts["gold"] += len(wanted)
        counts["found"] += len(given)
        for side, events in (("gold", wanted), ("found", given)):
            for event in events:
                roles[side].update(k for k in (_role_kind(r) for r, _ in event.roles) if k)
                roles[side]["speaker"] += event.speaker is not None
        matched = match(wanted, given)
        right = {id(p) for _, p in matched}
        scores += [(e.score, id(e) in right) for e in given if e.score is not None]
        pairs += matched
        documents += [doc_id] * len(matched)
    for g, p in pairs:
        _judge_pair(g, p, counts, roles["right"])

    def rate(right: str, of: str) -> float | None:
        return round(100 * counts[right] / counts[of], 1) if counts[of] else None

    def role(kind: str) -> Measure:
        return measure(roles["right"][kind], roles["found"][kind], roles["gold"][kind])

    counts["matched"] = len(pairs)
    return EventScores(
        measure(len(pairs), counts["found"], counts["gold"]), rate("status", "matched"),
        rate("date right", "date found"), rate("date right", "date gold"), role("actor"), role("target"),
        role("other"), role("speaker"), b_cubed(pairs, documents), calibration_error(scores),
    )  # fmt: skip


def _role_kind(role: str) -> str | None:
    return role if role in ("actor", "target") else "other" if role in SCORED_OTHERS else None


def _judge_pair(g: Judged, p: Judged, counts: Counter[str], right: Counter[str]) -> None:
    counts["status"] += g.status == p.status
    same = (g.start, g.end) == (p.start, p.end)
    if g.start or g.end:
        counts["date gold"] += 1
        counts["date right"] += same
    if p.start or p.end:
        counts["date found"] += 1
    if g.speaker and p.speaker and overlap(g.speaker, p.speaker):
        right["speaker"] += 1
    left = list(p.roles)
    for role, span in g.roles:
        hit = next((x for x in left if x[0] == role and overlap(x[1], span)), None)
        kind = _role_kind(role)
        if hit and kind:
            left.remove(hit)
            right[kind] += 1


def overlap(a: Span, b: Span) -> bool:
    """Tell whether two half-open spans share a character."""
    return a.start < b.end and b.start < a.end


def match(gold: Sequence[Judged], found: Sequence[Judged]) -> list[tuple[Judged, Judged]]:
    """Pair mentions of one type whose triggers overlap: the same span first, then the longest overlap."""
    ranked = sorted(
        (g.span != p.span, max(g.span.start, p.span.start) - min(g.span.end, p.span.end),
         (g.span.start, g.span.end), (p.span.start, p.span.end), i, k)
        for i, g in enumerate(gold)
        for k, p in enumerate(found)
        if g.type == p.type and overlap(g.span, p.span)
    )  # fmt: skip
    used_gold: set[int] = set()
    used_found: set[int] = set()
    pairs = []
    for *_, i, k in ranked:
        if i not in used_gold and k not in used_found:
            used_gold.add(i)
            used_found.add(k)
            pairs.append((gold[i], found[k]))
    return pairs


def b_cubed(pairs: Sequence[tuple[Judged, Judged]], documents: Sequence[str]) -> float | None:
    """Give B-cubed F1 in percent of the happenings of matched mentions, within documents; None without a pair."""
    if not pairs:
        return None
    gold = [(d, g.cluster) for d, (g, _) in zip(documents, pairs, strict=True)]
    found = [(d, p.cluster) for d, (_, p) in zip(documents, pairs, strict=True)]
    both, gold_size, found_size = Counter(zip(gold, found, strict=True)), Counter(gold), Counter(found)
    precision = sum(both[g, f] / found_size[f] for g, f in zip(gold, found, strict=True)) / len(pairs)
    recall = sum(both[g, f] / gold_size[g] for g, f in zip(gold, found, strict=True)) / len(pairs)
    return round(200 * precision * recall / (precision + recall), 1)


def calibration_error(scores: Sequence[tuple[float, bool]], bins: int = 10) -> float | None:
    """Give the expected calibration error in percent: how far mean score and accuracy lie apart, by bin."""
    if not scores:
        return None
    sums: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for score, right in scores:
        cell = sums[min(int(score * bins), bins - 1)]
        cell[0] += score
        cell[1] += right
    return round(100 * sum(abs(s - r) for s, r in sums.values()) / len(scores), 1)


def reliability(scores: Sequence[tuple[float, bool]], bins: int = 10) -> list[tuple[float, float, float, int]]:
    """Give, by bin of the score: its lower edge, the mean score, the share that is right, and the count."""
    rows = []
    for number in range(bins):
        inside = [(s, r) for s, r in scores if min(int(s * bins), bins - 1) == number]
        if inside:
            mean = sum(s for s, _ in inside) / len(inside)
            rows.append((number / bins, mean, sum(r for _, r in inside) / len(inside), len(inside)))
    return rows


def read_sentences(path: str | Path) -> list[tuple[bool, str, str]]:
    """Read a CSV with the columns `label` and `text`: (positive, kind, text).

    Labels are yes (also at the end of others, as in `easy yes`), true and 1, or no, false, 0 and -1; rows labelled
    ambiguous, unsure or unclear are left out. kind: the column `event_type` if there is one. Raises InputError for
    another label and for a file without these columns.
    """
    rows: list[tuple[bool, str, str]] = []
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            for row in (reader := csv.DictReader(file)):
                label, text = row.get("label"), row.get("text")
                where = f"{path}: line {reader.line_num}"
                if not isinstance(label, str) or not isinstance(text, str):
                    raise InputError(f"{where} needs a label and a text in columns of these names; mend the file")
                known = _LABEL.fullmatch(label.strip())
                if known is None:
                    raise InputError(
                        f"{where}: {label!r} is no label; write yes, no or ambiguous, true or false, 1 or 0"
                    )
                if known["unsure"] is None:
                    rows.append((known["yes"] is not None, row.get("event_type") or "", text))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} cannot be read: {error}; give a CSV file in UTF-8") from error
    if not rows:
        raise InputError(f"{path} holds no row; give a table with the columns 'label' and 'text'")
    return rows


def score_sentences(rows: Sequence[tuple[bool, str, str]], found: Sequence[bool]) -> dict[str, Measure]:
    """Score the detection of sentences that report events, over all rows and by kind."""
    kinds = {"all": list(range(len(rows)))}
    for i, (_, kind, _) in enumerate(rows):
        if kind:
            kinds.setdefault(kind, []).append(i)
    return {
        kind: measure(sum(rows[i][0] and found[i] for i in at), sum(found[i] for i in at), sum(rows[i][0] for i in at))
        for kind, at in kinds.items()
    }
