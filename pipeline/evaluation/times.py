"""How well a run finds and resolves times, against gold in three forms.

Gold: the project's JSON annotation beside its documents, TimeML `.tml` files, or JSONL of single expressions with
reference dates. Spans are half-open, in code points of the raw text; days are ISO strings or None.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

from pipeline.config import TimesConfig
from pipeline.errors import InputError
from pipeline.evaluation.corpora import locate, pair_documents, read_annotations
from pipeline.tables.read import read_table
from pipeline.times.resolve_parts import third
from pipeline.times.values import Value

_SENTENCE: Final = "وصل الوزير {} إلى العاصمة ."  # the frame in which a single expression is read
_DATE_TYPES: Final = frozenset({"DATE", "TIME"})
_HALVES_AND_QUARTERS: Final = {"Q": 3, "H": 6}
_MODS: Final = ("START", "MID", "END")
_TIMEML_SEASONS: Final = {"SP": 3, "SU": 6, "FA": 9, "WI": 12}


@dataclass(frozen=True, slots=True)
class Time:
    """A time of the gold or of a run.

    date_start, date_end: inclusive days; both None also where nothing is known. known: whether the gold gives a value
    that can be compared. kind: class of the expression, for the table by class; empty if not told.
    """

    start: int
    end: int
    date_start: date | None
    date_end: date | None
    kind: str = ""
    known: bool = True


@dataclass(frozen=True, slots=True)
class GoldText:
    """A text with its times. published: the day it was written, None if not told."""

    doc_id: str
    text: str
    published: date | None
    times: tuple[Time, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """What was right: gold and predicted times, and pairs with the same span, overlapping spans, the same value."""

    gold: int = 0
    predicted: int = 0
    exact: int = 0
    overlap: int = 0
    value: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.gold + other.gold,
            self.predicted + other.predicted,
            self.exact + other.exact,
            self.overlap + other.overlap,
            self.value + other.value,
        )

    def measure(self, right: str) -> tuple[float, float, float]:
        """Give precision, recall and F1 in percent; right: `exact`, `overlap` or `value`."""
        hits = getattr(self, right)
        precision = hits / self.predicted if self.predicted else 0.0
        recall = hits / self.gold if self.gold else 0.0
        total = precision + recall
        return 100 * precision, 100 * recall, 200 * precision * recall / total if total else 0.0


# ------------------------------------------------------------------ gold


def read_gold(path: str | Path, documents: str | Path | None = None) -> list[GoldText]:
    """Read gold of any of the three forms, told by its name.

    A folder or a `.tml` file is TimeML; `.jsonl` holds single expressions; `.json` is the project's annotation, whose
    texts are in `documents`, by default the `.docs.json` beside it. Raises InputError that names the file, with line or
    document, for what is no such gold, and for gold without a text or with the same one twice.
    """
    path = Path(path)
    kind, where = path.suffix.lower(), str(path)
    texts: list[GoldText] = []
    try:
        if path.is_dir() or kind == ".tml":
            for file in sorted(f for f in path.rglob("*") if f.suffix.lower() == ".tml") if path.is_dir() else [path]:
                where = str(file)
                texts.append(read_timeml(file.read_bytes(), file.stem))
        elif kind == ".jsonl":
            for number, line in enumerate(path.read_text(encoding="utf-8-sig").split("\n")):
                where = f"{path}: line {number + 1}"
                texts += [_probe(number, json.loads(line))] if line.strip() else []
        else:
            for row, doc in read_annotations(path, documents):
                where = f"{path}: document {row['id']!r}"
                texts.append(_annotated(row, doc, where))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ElementTree.ParseError) as error:
        raise InputError(
            f"{where} cannot be read as gold of times ({error!r}); give .json whose documents have `times` with their "
            f"`text`, `start` and `end`, or .jsonl or .tml, with days as 2026-11-23"
        ) from error
    doc_id, count = Counter(text.doc_id for text in texts).most_common(1)[0] if texts else ("", 0)
    if count != 1:
        what = f"the document {doc_id!r} {count} times; leave one of them" if texts else "no text; give .json or .tml"
        raise InputError(f"{path} holds {what}")
    return texts


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text[:10]) if text else None


def _annotated(row: Mapping[str, Any], doc: Mapping[str, Any], where: str) -> GoldText:
    times = []
    for time in row["times"]:
        span = locate(doc["text"], time, where)
        times.append(Time(span.start, span.end, _day(time.get("start")), _day(time.get("end")), time.get("gran") or ""))
    return GoldText(row["id"], doc["text"], _day(doc.get("date")), tuple(times))


def _probe(number: int, row: Mapping[str, Any]) -> GoldText:
    text = _SENTENCE.format(row["expr"])
    start = text.index(row["expr"])
    time = Time(start, start + len(row["expr"]), _day(row["start"]), _day(row["end"]), row.get("class") or "")
    return GoldText(f"s{number}", text, _day(row["ref"]), (time,))


def read_timeml(xml: str | bytes, name: str = "") -> GoldText:
    """Read a TimeML document: its text is that of its TEXT element (or of the whole), its day the creation time.

    Bytes are decoded as the document declares. Durations without both end points and sets are left out, as no interval
    of the calendar stands for them.
    """
    root = ElementTree.fromstring(xml)
    published = None
    values = {element.get("tid"): element.get("value") or "" for element in root.iter("TIMEX3")}
    for element in root.iter("TIMEX3"):
        if element.get("functionInDocument") in ("CREATION_TIME", "PUBLICATION_TIME"):
            published = timeml_interval(element.get("value") or "")[0]
            break
    holder = root.find(".//TEXT")
    text, times = _walk(holder if holder is not None else root, values)
    doc_id = (root.findtext("DOCID") or "").strip() or name
    return GoldText(doc_id, text, published, tuple(times))


def _walk(holder: ElementTree.Element, values: Mapping[str | None, str]) -> tuple[str, list[Time]]:
    """Give the text of an element and the times in it. values: of every TIMEX3 by its tid."""
    parts: list[str] = []
    times: list[Time] = []
    length = 0

    def add(text: str | None) -> None:
        nonlocal length
        if text:
            parts.append(text)
            length += len(text)

    def visit(element: ElementTree.Element) -> None:
        start = length
        add(element.text)
        for child in element:
            visit(child)
            add(child.tail)
        if element.tag == "TIMEX3" and length > start and element.get("functionInDocument") in (None, "NONE"):
            first, last = timeml_interval(element.get("value") or "", element.get("mod") or "")
            if element.get("beginPoint") in values and element.get("endPoint") in values:
                first = timeml_interval(values[element.get("beginPoint")])[0]
                last = timeml_interval(values[element.get("endPoint")])[1]
            elif element.get("type") not in _DATE_TYPES:
                return
            times.append(Time(start, length, first, last, element.get("type") or "", known=first is not None))

    visit(holder)
    return "".join(parts), times


def timeml_interval(value: str, mod: str = "") -> tuple[date | None, date | None]:
    """Give the days of a TIMEX3 value; both None where it names no interval (PRESENT_REF, XXXX-WXX).

    mod: START, MID and END mean the first, middle and last third, as the times of a run do.
    """
    try:
        first, last = _interval(value)
    except (ValueError, OverflowError):
        return None, None
    month_or_quarter = "month" if value[5:].isdigit() else "quarter"
    granularity = {2: "century", 3: "decade", 4: "year", 8: "week"}.get(len(value), month_or_quarter)
    if mod in _MODS and first and last and last > first:
        return third(Value(first, last, granularity, "explicit"), _MODS.index(mod), TimesConfig())
    return first, last


def _interval(value: str) -> tuple[date | None, date | None]:
    if found := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)(?:T.*)?", value):
        day = date(*map(int, found.groups()))
        return day, day
    if found := re.fullmatch(r"(\d{4})-W(\d\d)(-WE)?", value):
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
        return (monday + timedelta(days=5) if found[3] else monday), monday + timedelta(days=6)
    if found := re.fullmatch(r"(\d{4})-(?:([QH])(\d)|(\d\d)|(SP|SU|FA|WI))", value):
        year = int(found[1])
        if found[5]:
            first = _TIMEML_SEASONS[found[5]] - (12 if found[5] == "WI" else 0)
            return _months(year, first, 3)
        step = _HALVES_AND_QUARTERS.get(found[2] or "", 1)
        return _months(year, (int(found[3] or found[4]) - 1) * step + 1, step)
    if found := re.fullmatch(r"\d{2,4}", value):
        span = 10 ** (4 - len(value))
        return date(max(1, int(value) * span), 1, 1), date(int(value) * span + span - 1, 12, 31)
    return None, None


def _months(year: int, first: int, count: int) -> tuple[date, date]:
    """Give the interval of so many months; month 0 is December of the year before."""
    begin, after = year * 12 + first - 1, year * 12 + first - 1 + count
    return date(begin // 12, begin % 12 + 1, 1), date(after // 12, after % 12 + 1, 1) - timedelta(days=1)


# ------------------------------------------------------------------ score


def match(gold: Sequence[Time], predicted: Sequence[Time]) -> list[tuple[Time, Time]]:
    """Pair overlapping times one to one: the same span first, then by length of the overlap, then in order."""
    pairs = sorted(
        ((g.start, g.end) != (p.start, p.end), max(g.start, p.start) - min(g.end, p.end), g.start, p.start, i, k)
        for i, g in enumerate(gold)
        for k, p in enumerate(predicted)
        if g.start < p.end and p.start < g.end
    )
    used_gold: set[int] = set()
    used_predicted: set[int] = set()
    matched = []
    for *_, i, k in pairs:
        if i not in used_gold and k not in used_predicted:
            used_gold.add(i)
            used_predicted.add(k)
            matched.append((gold[i], predicted[k]))
    return matched


def _same_value(gold: Time, predicted: Time) -> bool:
    return (gold.date_start, gold.date_end) == (predicted.date_start, predicted.date_end)


def score(gold: Iterable[GoldText], predicted: Mapping[str, Sequence[Time]]) -> dict[str, Counts]:
    """Count what is right, over all times (`all`) and by class.

    predicted: times by doc_id; a text of the gold that it lacks counts as one without times. A predicted time has the
    class of the gold time that it meets, else its own. A gold time without a value that can be compared counts for the
    spans, and its pair as right in value.
    """
    counts: dict[str, Counts] = defaultdict(Counts)
    for text in gold:
        times = predicted.get(text.doc_id, ())
        met: set[int] = set()
        for g, p in match(text.times, times):
            met.add(id(p))
            same_span = (g.start, g.end) == (p.start, p.end)
            hit = Counts(0, 1, int(same_span), 1, int(not g.known or _same_value(g, p)))
            counts[g.kind] += hit
        for g in text.times:
            counts[g.kind] += Counts(gold=1)
        for p in times:
            if id(p) not in met:
                counts[p.kind] += Counts(predicted=1)
    total = sum(counts.values(), Counts())
    return {"all": total, **dict(sorted((kind, c) for kind, c in counts.items() if kind))}


def read_run(run: str | Path, gold: Sequence[GoldText], path: str | Path = "the gold") -> dict[str, list[Time]]:
    """Read the times of a run, by the doc_id of the gold; raise InputError if the run lacks a text of it.

    path: of the gold, for the message.
    """
    paired = pair_documents(run, {text.doc_id: text.text for text in gold}, path)
    times: dict[str, list[Time]] = defaultdict(list)
    for row in read_table(run, "times", as_arrow=True).to_pylist():
        if doc_id := paired.get(row["doc_id"]):
            span = (row["start"], row["end"], row["date_start"], row["date_end"])
            times[doc_id].append(Time(*span, row["granularity"]))
    return dict(times)


def evaluate_times(gold: str | Path, run: str | Path, documents: str | Path | None = None) -> dict[str, Counts]:
    """Score a finished run against gold: what `rasd evaluate times GOLD RUN` prints."""
    texts = read_gold(gold, documents)
    return score(texts, read_run(run, texts, gold))


def format_times(scores: Mapping[str, Counts]) -> str:
    """Give the scores as a table of text: precision, recall and F1 of exact spans, overlapping spans and values."""
    rows = [("class", "gold", "found", "span exact P/R/F", "span overlap P/R/F", "value P/R/F")]
    for kind, counts in scores.items():
        cells = ("/".join(f"{x:.1f}" for x in counts.measure(right)) for right in ("exact", "overlap", "value"))
        rows.append((kind, str(counts.gold), str(counts.predicted), *cells))  # type: ignore[arg-type]
    widths = [max(len(row[column]) for row in rows) + 2 for column in range(len(rows[0]))]
    padded = ("".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in padded)
