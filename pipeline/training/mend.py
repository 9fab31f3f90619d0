"""Lets annotators mend the events that Rasd proposes for news leads, those first of which it is least sure.

    python -m pipeline.training.mend propose DATA/news/*.jsonl.xz --out FOLDER [--leads 400] [--among 4000]
    python -m pipeline.training.mend read FOLDER --out leads/found-more.jsonl

`propose` cuts articles to leads, leaves out those that `leads/found*.jsonl` annotate, and writes files of twenty:
`NNN.txt` to be read, `NNN.jsonl` with the proposals. A lead is its number, date and text with marks ([3:وصل] the
trigger of event 3, {VISIT?:وفد} a word that was considered, ‹أمس› a time); then there is a line per event:

    3 VISIT? PLANNED | actor علي بن سالم | destination باريس | time أمس | speaker الوزير | same 1

`?` stands behind what is unsure. The annotator writes `NNN.mended.txt`: for every lead its header `=== 7`, and below it
`ok`, `skip` (to leave it out), or a line per event with the fields that are wrong; `-` empties a field, `;` parts
fillers, #2 is the second occurrence:

    3 status OCCURRED | actor علي بن سالم; وفد | speaker -
    4 drop
    + 31 MEETING PLANNED لقاء#2 | actor الوزير | same 2

`read` gives the mended leads in the form of `leads/found.jsonl` (see `standoff`), and names every line that it cannot
read. Offsets are half-open, in code points of the lead.
"""

import argparse
import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pipeline.config import Config
from pipeline.document import Document
from pipeline.errors import InputError
from pipeline.schema import EVENT_TYPES, ROLES, STATUSES
from pipeline.text.tokens import CamelTokens, tokenize
from pipeline.training.annotated import occurrences
from pipeline.training.event_examples import as_document
from pipeline.training.standoff import FOUND, article_text, as_line, read_articles

LEAST: Final = 350  # characters of a lead
ENOUGH: Final = 700  # after which no paragraph is added
MOST: Final = 1250
FILE: Final = 20  # leads
_BATCH: Final = 1000  # leads that are read together
_SURE, _SURE_STATUS, _CONSIDERED = 0.75, 0.85, 0.2  # probabilities
_EXTRA: Final = ("amount", "position", "instrument")  # roles that annotations do not have
_LINE: Final = re.compile(r"(\d+)\s+(.+)")
_ADDED: Final = re.compile(r"\+\s*(?:(\d+)\s+)?([A-Z_]+)\s+([A-Z]+)\s+([^|]+?)\s*((?:\|.*)?)")
_STATUS: Final = re.compile(r"status=([\d.]+)")

Event = dict[str, Any]  # an event of `leads/found.jsonl`


@dataclass(frozen=True, slots=True)
class Proposal:
    """A lead as Rasd annotates it.

    places: its line in the form of `leads/found.jsonl`. unsure: numbers of the events (from 1) whose type is unsure,
    and of those whose status is. considered: spans and types of words that were nearly events.
    """

    text: str
    published: str
    places: dict[str, Any]
    unsure: tuple[tuple[int, ...], tuple[int, ...]]
    considered: tuple[tuple[int, int, str], ...]

    @property
    def worth(self) -> float:
        """Give how much an annotator may find to mend in it, for its length."""
        return (len(self.unsure[0]) + len(self.unsure[1]) + len(self.considered) / 2) / (len(self.text) + LEAST)


def cut_lead(article: Mapping[str, str]) -> str | None:
    """Give the title and the first paragraphs of an article; None if they are too short or too long."""
    title, *paragraphs = article_text(article).split("\n")
    lead = title
    for paragraph in paragraphs:
        if len(lead) >= ENOUGH or len(lead) + len(paragraph) >= MOST:
            break
        lead += "\n" + paragraph
    return lead if LEAST <= len(lead) <= MOST else None


def read_news(paths: Sequence[Path], without: set[str]) -> Iterator[dict[str, str]]:
    """Give id, date and text of the leads of news files, but of these articles."""
    for article in read_articles(paths):
        lead = cut_lead(article)
        if lead and article["id"] not in without and article.get("date"):
            yield {"id": article["id"], "date": article["date"][:10], "text": lead}


def propose(leads: Sequence[dict[str, str]]) -> list[Proposal]:
    """Annotate leads by the shipped models."""
    from pipeline.events.decide import load_models
    from pipeline.events.ontology import load_ontology
    from pipeline.events.stage import Engine
    from pipeline.events.triggers import find_candidates
    from pipeline.names.stage import Names
    from pipeline.times.stage import Times

    ontology = load_ontology()
    engine = Engine(lambda doc: find_candidates(doc, ontology), load_models("deep"))
    stages = (CamelTokens(), Names(Config()), Times(Config()))
    found = []
    for at in range(0, len(leads), _BATCH):
        docs = [as_document(lead) for lead in leads[at : at + _BATCH]]
        for stage in stages:
            docs = stage(docs)
        prepared = engine.prepare(docs)
        judge = engine.hear(prepared)
        scores = engine.mention_scores(prepared, judge)
        nearly: list[list[tuple[int, int, str]]] = [[] for _ in docs]
        for row in (scores >= _CONSIDERED).nonzero()[0].tolist():
            candidate, number = prepared.proposals.items[row], int(prepared.proposals.doc[row])
            token = docs[number].tokens[candidate.token]
            nearly[number].append((token.start, token.end, candidate.type))
        found += [
            _proposal(doc, near) for doc, near in zip(engine.decide(prepared, judge, scores), nearly, strict=True)
        ]
    return found


def _proposal(doc: Document, nearly: Sequence[tuple[int, int, str]]) -> Proposal:
    """Write a document that was annotated down."""
    first: dict[int, int] = {}
    events = []
    for number, e in enumerate(doc.events, start=1):
        event: Event = {"type": e.type, "status": e.status, "trigger": [e.start, e.end],
                        "same_as": first.setdefault(e.event, number),
                        "roles": [[r.role, r.start, r.end] for r in e.roles if r.role not in _EXTRA]}  # fmt: skip
        if e.time is not None:
            event["time"] = [doc.times[e.time].start, doc.times[e.time].end]
        if e.speaker:
            event["speaker"] = [e.speaker.start, e.speaker.end]
        events.append(event)
    shares = [_STATUS.search(e.rule) for e in doc.events]
    unsure = (
        tuple([n for n, e in enumerate(doc.events, start=1) if (e.score or 0) < _SURE]),
        tuple([n for n, share in enumerate(shares, start=1) if share and float(share[1]) < _SURE_STATUS]),
    )
    taken = {e.start for e in doc.events}
    return Proposal(
        doc.text, doc.published.isoformat() if doc.published else "",
        as_line(doc.doc_id, doc.text, [[m.start, m.end, m.label] for m in doc.mentions],
                [[t.start, t.end] for t in doc.times], events),
        unsure, tuple(n for n in nearly if n[0] not in taken),
    )  # fmt: skip


def show(number: int, proposal: Proposal) -> str:
    """Write a lead for the annotator."""
    text, events = proposal.text, proposal.places["events"]
    marks = [(*e["trigger"], f"[{n}:", "]") for n, e in enumerate(events, start=1)]
    marks += [(start, end, f"{{{kind}?:", "}") for start, end, kind in proposal.considered]
    marks += [(start, end, "‹", "›") for start, end in proposal.places["times"]]
    edges = [(start, 1, -end, opened) for start, end, opened, _ in marks]
    edges += [(end, 0, -start, closed) for start, end, _, closed in marks]
    shown, at = "", 0
    for place, _, _, mark in sorted(edges):
        shown += text[at:place] + mark
        at = place
    lines = [f"=== {number} | {proposal.published}", shown + text[at:]]
    for n, e in enumerate(events, start=1):
        kind, status = ("?" if n in numbers else "" for numbers in proposal.unsure)
        fields = [f"{n} {e['type']}{kind} {e['status']}{status}"]
        by_role: dict[str, list[str]] = {}
        for role, start, end in e["roles"]:
            by_role.setdefault(role, []).append(text[start:end])
        fields += [f"{role} {'; '.join(fillers)}" for role, fillers in by_role.items()]
        fields += [f"{key} {text[slice(*e[key])]}" for key in ("time", "speaker") if key in e]
        fields += [f"same {e['same_as']}"] if e["same_as"] != n else []
        lines.append(" | ".join(fields))
    return "\n".join(lines)


def mend(places: Mapping[str, Any], text: str, corrections: Sequence[str]) -> dict[str, Any]:
    """Give a line of `leads/found.jsonl` with corrections made. Raises ValueError that says which is wrong, and how."""
    events: dict[int, Event] = {n: {**e, "roles": list(e["roles"])} for n, e in enumerate(places["events"], start=1)}
    for line in corrections:
        added, changed = _ADDED.fullmatch(line), _LINE.fullmatch(line)
        try:
            if added:
                number = int(added[1]) if added[1] else max(events, default=0) + 1
                if number in events:
                    raise ValueError(f"number {number} is taken")
                trigger = _word(text, _find(text, added[4], None))
                events[number] = {"type": added[2], "status": added[3], "trigger": trigger, "same_as": number}
                events[number]["roles"] = []
                fields = added[5]
            elif changed and int(changed[1]) in events:
                number, fields = int(changed[1]), changed[2]
            else:
                raise ValueError("this is no correction of an event of the lead")
            for field in filter(None, (part.strip() for part in fields.split("|"))):
                _set(events, number, field, text, places["times"])
            if events[number]["type"] not in EVENT_TYPES or events[number]["status"] not in STATUSES:
                raise ValueError("unknown type or status")
        except ValueError as error:
            raise ValueError(f"{line!r}: {error}") from error
    return {**places, "events": _numbered(events)}


def _set(events: dict[int, Event], number: int, field: str, text: str, times: Sequence[Sequence[int]]) -> None:
    """Make one correction."""
    event = events[number]
    key, _, value = field.partition(" ")
    value = value.strip()
    near = event["trigger"][0]
    if key == "drop":
        event["drop"] = True
    elif key in ("type", "status"):
        event[key] = value
    elif key == "same":
        event["same_as"] = number if value == "-" else int(value)
        if event["same_as"] not in events:
            raise ValueError(f"there is no event {value}")
    elif key in ROLES:
        event["roles"] = [role for role in event["roles"] if role[0] != key]
        fillers = [] if value == "-" else value.split(";")
        event["roles"] += [[key, *_find(text, filler.strip(), near)] for filler in fillers if filler.strip()]
    elif key in ("time", "speaker"):
        event.pop(key, None)
        if value != "-":
            start, end = _find(text, value, near)
            event[key] = [start, end] if key == "speaker" else _time(times, start, end)
    else:
        raise ValueError(f"{key!r} is no field")


def _time(times: Sequence[Sequence[int]], start: int, end: int) -> list[int]:
    """Give the marked time that a span overlaps."""
    for time in times:
        if time[0] < end and start < time[1]:
            return list(time)
    raise ValueError("no time is marked there")


def _find(text: str, phrase: str, near: int | None) -> tuple[int, int]:
    """Give the occurrence of a phrase that is named by #n, stands nearest, or is the first that is no part of a word.

    Line ends count as blanks.
    """
    wanted, _, number = phrase.partition("#")
    spans = occurrences(text.replace("\n", " "), wanted)
    if not wanted or not spans or (number and not 0 < int(number) <= len(spans)):
        raise ValueError(f"{phrase!r} does not stand in the text")
    if number:
        return spans[int(number) - 1]
    if near is not None:
        return min(spans, key=lambda span: abs(span[0] - near))
    whole = [(a, b) for a, b in spans if not text[max(0, a - 1) : a].isalpha() and not text[b : b + 1].isalpha()]
    return (whole or spans)[0]


def _word(text: str, span: Sequence[int]) -> list[int]:
    """Give the whole word that a span is of."""
    token = next(t for t in tokenize(text) if t.start < span[1] and span[0] < t.end)
    return [token.start, token.end]


def _numbered(events: dict[int, Event]) -> list[Event]:
    """Give the events that are left in the order of their triggers, those of one happening and type with one number."""
    roots = {}
    for number in sorted(events):
        root, seen = number, set[int]()
        while root not in seen and events[root]["same_as"] != root:
            seen.add(root)
            root = events[root]["same_as"]
        roots[number] = root, events[number]["type"]
    kept = sorted((n for n, e in events.items() if not e.pop("drop", False)), key=lambda n: (events[n]["trigger"], n))
    first: dict[tuple[int, str], int] = {}
    for place, number in enumerate(kept, start=1):
        events[number]["same_as"] = first.setdefault(roots[number], place)
    return [{k: v for k, v in events[n].items() if v != []} for n in kept]


def read_folder(folder: Path) -> Iterator[dict[str, Any]]:
    """Give the mended leads of a folder. Raises InputError that names every file, lead and line that is wrong."""
    wrong = []
    for path in sorted(folder.glob("*.mended.txt")):
        name = path.name.removesuffix(".mended.txt")
        parts = re.split(r"(?m)^=== *(\d+).*$", path.read_text(encoding="utf-8"))
        mended = dict(zip(map(int, parts[1::2]), parts[2::2], strict=True))
        proposals = (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        strange = mended.keys() - range(1, len(proposals) + 1)
        wrong += [f"{path.name}, lead {number}: was not proposed; correct its header" for number in sorted(strange)]
        for number, proposal in enumerate(map(json.loads, proposals), start=1):
            if number not in mended:
                wrong.append(f"{path.name}, lead {number}: is missing; write `ok` or `skip` below its header")
                continue
            lines = [line.strip() for line in mended[number].split("\n") if line.strip() not in ("", "ok")]
            if lines == ["skip"]:
                continue
            try:
                yield mend(proposal["places"], proposal["text"], lines)
            except ValueError as error:
                wrong.append(f"{path.name}, lead {number}: {error}")
    if wrong:
        raise InputError(f"{folder}: mend\n  " + "\n  ".join(wrong))


def main(arguments: list[str] | None = None) -> None:
    """Write proposals, or read what annotators made of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    proposing = commands.add_parser("propose")
    proposing.add_argument("news", type=Path, nargs="+", help="xz files of JSON lines")
    proposing.add_argument("--leads", type=int, default=400, help="how many to propose")
    proposing.add_argument("--among", type=int, default=4000, help="how many are drawn at random to choose from")
    proposing.add_argument("--out", type=Path, required=True)
    reading = commands.add_parser("read")
    reading.add_argument("folder", type=Path)
    reading.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    if options.command == "read":
        rows = list(read_folder(options.folder))
        options.out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        print(f"{len(rows)} leads, {sum(len(row['events']) for row in rows)} events")
        return
    lines = (line for path in FOUND.parent.glob("found*.jsonl") for line in path.read_text("utf-8").splitlines())
    leads = list(read_news(options.news, {json.loads(line)["id"] for line in lines}))
    proposals = propose(random.Random(0).sample(leads, min(len(leads), options.among)))
    best = sorted(proposals, key=lambda p: -p.worth)[: options.leads]
    options.out.mkdir(parents=True, exist_ok=True)
    for at in range(0, len(best), FILE):
        part, name = best[at : at + FILE], f"{at // FILE:03d}"
        shown = "\n\n".join(show(n, p) for n, p in enumerate(part, start=1))
        (options.out / f"{name}.txt").write_text(shown + "\n", encoding="utf-8")
        kept = [json.dumps({"places": p.places, "text": p.text}, ensure_ascii=False) for p in part]
        (options.out / f"{name}.jsonl").write_text("\n".join(kept) + "\n", encoding="utf-8")
    print(f"{len(best)} of {len(proposals)} leads")


if __name__ == "__main__":
    main()
