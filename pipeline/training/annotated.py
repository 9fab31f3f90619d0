"""Reads the project's own annotated leads: Arabic news leads written for Rasd, with names, times and events marked.

    python -m pipeline.training.annotated pipeline/training/leads/*.txt            check the files
    python -m pipeline.training.annotated FILES... --out GOLD.json DOCS.json       write them as the project's JSON gold

A lead is a header, a text with marks, and a line per event; leads stand apart by a blank line:

    @ 2024-05-12
    {1 وصل} وزير الخارجية المصري [P سامح شكري] [T مساء السبت] إلى [L بغداد]، {2 وأعلن} أن ...
    1 VISIT OCCURRED | actor سامح شكري | destination بغداد | time مساء السبت
    2 STATEMENT OCCURRED | actor سامح شكري

`@` gives the publish date; the lines up to the first event are the text, line breaks included. `[P ...]`, `[L ...]` and
`[O ...]` mark names, `[T ...]` a date expression (its value comes from the grammar of `pipeline.times`), `{n ...}` is
the trigger of event n; marks may stand inside words (و[L موسكو]). An event line is its number, type and status, then
fields: a role and its filler, `time` and an expression, `speaker` and a phrase, `same` and the number of an earlier
event that tells the same happening. A phrase is found where it stands nearest to the trigger, or at its n-th
occurrence: phrase#n. What counts as a name, a time, an event is said in `leads/README.md`.
"""

import argparse
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from pipeline.errors import InputError
from pipeline.evaluation.corpora import GoldDocument, gold_document
from pipeline.schema import EVENT_TYPES, ROLES, STATUSES

LEADS: Final = tuple(sorted(Path(__file__).with_name("leads").glob("*.txt")))  # the project's own files
_LABELS: Final = {"P": "PER", "L": "LOC", "O": "ORG"}
_MARK: Final = re.compile(r"\[([PLOT]) |\{(\d+) |([\]}])")
_EVENT: Final = re.compile(r"(\d+) ([A-Z_]+) ([A-Z]+)((?: \|.*)?)")


@dataclass(frozen=True, slots=True)
class Lead:
    """A lead without its marks, and its annotation in the form of the project's JSON gold."""

    doc_id: str
    published: date
    text: str
    annotation: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Marked:
    """Half-open spans in the text without marks; triggers by their numbers."""

    text: str
    names: tuple[tuple[int, int, str], ...]
    times: tuple[tuple[int, int], ...]
    triggers: dict[int, tuple[int, int]]


def read_leads(path: Path) -> list[Lead]:
    """Read a file of leads. Raises InputError that names the file, every wrong lead and what is wrong with it."""
    leads, wrong = [], []
    for number, block in enumerate(re.split(r"\n\s*\n", path.read_text(encoding="utf-8").strip()), start=1):
        lines = [line for line in block.split("\n") if not line.startswith("#")]
        if not lines:
            continue
        doc_id = f"{path.stem}-{number:03d}"
        try:
            leads.append(_read_lead(doc_id, lines))
        except (ValueError, KeyError) as error:
            wrong.append(f"lead {number} ({lines[0]}): {error}")
    if wrong:
        raise InputError(f"{path}: mend\n  " + "\n  ".join(wrong))
    return leads


def _read_lead(doc_id: str, lines: list[str]) -> Lead:
    if not lines[0].startswith("@ "):
        raise ValueError("the first line must be `@ ` and the publish date")
    published = date.fromisoformat(lines[0][2:].strip())
    body = next((n for n, line in enumerate(lines) if _EVENT.fullmatch(line)), len(lines))
    marked = _unmark("\n".join(lines[1:body]))
    values = resolve_times(marked.text, marked.times, published)
    for start, end in marked.times:
        if not any(a < end and start < b for a, b in values):
            raise ValueError(f"the grammar finds no time in {marked.text[start:end]!r}; write it otherwise")
    marked = replace(marked, times=tuple(values))
    events = [_read_event(line, marked, values) for line in lines[body:]]
    missing = set(marked.triggers) - {number for number, _ in events}
    if [number for number, _ in events] != list(range(1, len(events) + 1)):
        raise ValueError("number the event lines 1, 2, 3 and so on")
    if missing or len(events) != len(marked.triggers):
        raise ValueError(f"triggers and event lines do not pair up: {sorted(missing) or 'an event twice'}")
    annotation = {
        "id": doc_id,
        "mentions": [located(marked.text, a, b) | {"type": label} for a, b, label in marked.names],
        "times": [located(marked.text, a, b) | values[a, b] for a, b in marked.times],
        "events": _joined([event for _, event in events]),
    }
    return Lead(doc_id, published, marked.text, annotation)


def _joined(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give every event the number of the first one of its happening; `same_as` names itself or an earlier one."""
    for event in events:
        event["same_as"] = events[event["same_as"] - 1]["same_as"]
    return events


def _unmark(source: str) -> _Marked:
    """Take the marks out of a text."""
    text, at = "", 0
    names, times, triggers = [], [], {}
    open_marks: list[tuple[str, int]] = []
    for match in _MARK.finditer(source):
        text += source[at : match.start()]
        at = match.end()
        if match[3] is None:
            open_marks.append((match[1] or match[2], len(text)))
            continue
        if not open_marks or (match[3] == "}") != open_marks[-1][0].isdigit():
            raise ValueError(f"the mark that closes behind {text[-20:]!r} was never opened")
        kind, start = open_marks.pop()
        if kind.isdigit():
            if int(kind) in triggers:
                raise ValueError(f"trigger {kind} is marked twice")
            triggers[int(kind)] = (start, len(text))
        elif kind == "T":
            times.append((start, len(text)))
        else:
            names.append((start, len(text), _LABELS[kind]))
    if open_marks:
        raise ValueError(f"the mark {open_marks[-1][0]!r} is not closed")
    text += source[at:]
    ends = [*triggers.values(), *((start, end) for start, end, _ in names)]
    for start, end in ends:
        if end < len(text) and text[end - 1].isalpha() and text[end].isalpha():
            raise ValueError(f"{text[start:end]!r} ends inside a word; a mark takes the suffixes in")
    for start, end in triggers.values():
        if start and text[start - 1].isalpha():
            raise ValueError(f"the trigger {text[start:end]!r} begins inside a word; a trigger is a whole word")
    return _Marked(text, tuple(names), tuple(times), triggers)


def resolve_times(
    text: str, times: Sequence[tuple[int, int]], published: date
) -> dict[tuple[int, int], dict[str, Any]]:
    """Give the span and the interval that Rasd's own grammar reads at each marked expression, if it finds any there."""
    from pipeline.times.stage import find_times

    found = find_times(text, published)
    values = {}
    for start, end in times:
        inside = [t for t in found if t.start < end and start < t.end]
        if inside:
            best = max(inside, key=lambda t: min(t.end, end) - max(t.start, start))
            day = [value.isoformat() if value else None for value in (best.date_start, best.date_end)]
            values[best.start, best.end] = {"start": day[0], "end": day[1], "gran": best.granularity}
    return values


def _read_event(
    line: str, marked: _Marked, values: dict[tuple[int, int], dict[str, Any]]
) -> tuple[int, dict[str, Any]]:
    match = _EVENT.fullmatch(line)
    if not match:
        raise ValueError(f"{line!r} is no event line (`1 VISIT OCCURRED | actor ...`)")
    number, kind, status = int(match[1]), match[2], match[3]
    if kind not in EVENT_TYPES or status not in STATUSES:
        raise ValueError(f"{line!r}: unknown type or status")
    if number not in marked.triggers:
        raise ValueError(f"{line!r}: the text marks no trigger {number}")
    trigger = marked.triggers[number]
    event: dict[str, Any] = {"type": kind, "trigger": located(marked.text, *trigger), "roles": [], "time": None,
                             "start": None, "end": None, "status": status, "speaker": None,
                             "same_as": number}  # fmt: skip
    for field in filter(None, (part.strip() for part in match[4].split("|"))):
        key, _, value = field.partition(" ")
        if key == "same":
            event["same_as"] = int(value)
            if not 0 < event["same_as"] < number:
                raise ValueError(f"{line!r}: `same` names an earlier event")
            continue
        start, end = _find(marked, value.strip(), trigger, times=key == "time")
        where = located(marked.text, start, end)
        if key == "time":
            event |= {"time": where, "start": values[start, end]["start"], "end": values[start, end]["end"]}
        elif key == "speaker":
            event["speaker"] = where
        elif key in ROLES:
            event["roles"].append({"role": key, **where})
        else:
            raise ValueError(f"{line!r}: {key!r} is no field")
    return number, event


def _find(marked: _Marked, phrase: str, trigger: tuple[int, int], *, times: bool) -> tuple[int, int]:
    """Find the occurrence of a phrase that is meant."""
    wanted, _, number = phrase.partition("#")
    spans = occurrences(marked.text, wanted)
    if number:
        return spans[int(number) - 1] if int(number) <= len(spans) else _absent(phrase)
    if times:
        spans = [t for t in marked.times if any(s[0] < t[1] and t[0] < s[1] for s in spans)]
    named = [s for s in spans if any((a, b) == s for a, b, _ in marked.names)]
    spans = named or spans
    if not spans:
        return _absent(phrase)
    return min(spans, key=lambda s: max(s[0] - trigger[1], trigger[0] - s[1]))


def _absent(phrase: str) -> tuple[int, int]:
    raise ValueError(f"{phrase!r} does not stand in the text (or is not marked as a time)")


def located(text: str, start: int, end: int) -> dict[str, Any]:
    """Write a span as a string and the number of its occurrence."""
    wanted = text[start:end]
    return {"text": wanted, "nth": occurrences(text, wanted).index((start, end)) + 1}


def occurrences(text: str, phrase: str) -> list[tuple[int, int]]:
    """Give the places where a phrase stands, those that overlap too."""
    return [(m.start(), m.start() + len(phrase)) for m in re.finditer(f"(?={re.escape(phrase)})", text)]


def all_leads(paths: Sequence[Path] = LEADS) -> Iterator[Lead]:
    """Read several files, by default the project's own."""
    for path in paths:
        yield from read_leads(path)


def lead_names() -> list[GoldDocument]:
    """Give the names of the project's own leads."""
    return [gold_document(lead.annotation, lead.text) for lead in all_leads()]


def as_pages(leads: Sequence[Lead]) -> list[dict[str, str]]:
    """Give what the main job reads of leads: id, date and text."""
    return [{"id": x.doc_id, "date": x.published.isoformat(), "text": x.text} for x in leads]


def write_gold(leads: Sequence[Lead], gold: Path, docs: Path) -> None:
    """Write leads as the project's JSON gold and the file of its texts."""
    for path, rows in ((gold, [x.annotation for x in leads]), (docs, as_pages(leads))):
        path.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")


def main(arguments: list[str] | None = None) -> None:
    """Check files of leads and write them as JSON gold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="*", default=LEADS)
    parser.add_argument("--out", type=Path, nargs=2, metavar=("GOLD.json", "DOCS.json"))
    options = parser.parse_args(arguments)
    leads = list(all_leads(options.files))
    if options.out:
        write_gold(leads, *options.out)
    events = [e for x in leads for e in x.annotation["events"]]
    print(f"{len(leads)} leads, {sum(len(x.annotation['mentions']) for x in leads)} names, {len(events)} events")


if __name__ == "__main__":
    main()
