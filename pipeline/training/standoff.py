"""Reads Rasd's annotations of found news leads, whose texts are not part of the project.

    python -m pipeline.training.standoff DATA/news/*.jsonl.xz --out GOLD.json DOCS.json
    rasd run PAGES.jsonl --out RUN; rasd evaluate events GOLD.json RUN        with `--pages PAGES.jsonl` above

`leads/found.jsonl`, or another file named by `--annotations`, holds only places in texts: a lead a line, with the id
of its article, its length and the checksum of its text. The texts are those of the news files (JSON lines with `id`,
`title`, `text`, `date`): the title and the paragraphs, a line each, up to the length. Articles that the files lack,
or hold with another text, are counted and left out. Offsets are half-open, in code points of the lead. What is
written has the form of the project's JSON gold.
"""

import argparse
import hashlib
import json
import lzma
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from pipeline.errors import InputError
from pipeline.evaluation.corpora import locate
from pipeline.training.annotated import Lead, as_pages, located, resolve_times, write_gold

FOUND: Final = Path(__file__).with_name("leads") / "found.jsonl"
_FIELDS: Final = ("time", "speaker")


def article_text(article: Mapping[str, str]) -> str:
    """Give the title and the paragraphs of an article, a line each."""
    return "\n".join(line.strip() for line in [article["title"], *article["text"].split("\n")] if line.strip())


def checksum(text: str) -> str:
    """Give the first 16 hexadecimal digits of the SHA-256 of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_articles(news: Sequence[Path]) -> Iterator[dict[str, str]]:
    """Read the articles of news files: xz files of JSON lines."""
    for path in news:
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def as_line(
    doc_id: str, text: str, mentions: Sequence[Sequence[Any]], times: Sequence[Sequence[int]],
    events: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:  # fmt: skip
    """Give a line of `leads/found.jsonl`: places in a text, without the text."""
    return {"id": doc_id, "chars": len(text), "sha256": checksum(text), "mentions": mentions, "times": times,
            "events": events}  # fmt: skip


def encode_lead(lead: Lead) -> dict[str, Any]:
    """Write a lead without its text, as a line of `leads/found.jsonl`; the inverse of `decode_lead`."""
    note = lead.annotation

    def places(item: Mapping[str, Any]) -> list[int]:
        span = locate(lead.text, item)
        return [span.start, span.end]

    events = [
        {"type": e["type"], "status": e["status"], "trigger": places(e["trigger"]), "same_as": e["same_as"]}
        | ({"roles": [[r["role"], *places(r)] for r in e["roles"]]} if e["roles"] else {})
        | {field: places(e[field]) for field in _FIELDS if e[field]}
        for e in note["events"]
    ]
    mentions = [[*places(m), m["type"]] for m in note["mentions"]]
    return as_line(lead.doc_id, lead.text, mentions, [places(t) for t in note["times"]], events)


def decode_lead(places: Mapping[str, Any], text: str, published: date) -> Lead:
    """Put an annotation and its text together; dates are what the grammar of `pipeline.times` reads.

    A time that the grammar does not find (any more) is left out, and dates no event.
    """
    values = resolve_times(text, [(a, b) for a, b in places["times"]], published)
    events = []
    for e in places["events"]:
        event = {"type": e["type"], "status": e["status"], "trigger": located(text, *e["trigger"]),
                 "roles": [{"role": role, **located(text, a, b)} for role, a, b in e.get("roles", ())],
                 "start": None, "end": None, "same_as": e["same_as"]}  # fmt: skip
        event |= {field: located(text, *e[field]) if field in e else None for field in _FIELDS}
        if "time" in e:
            a, b = e["time"]
            span = max(values, key=lambda t: min(t[1], b) - max(t[0], a), default=(0, 0))
            if min(span[1], b) > max(span[0], a):
                event |= {k: values[span][k] for k in ("start", "end")}
        events.append(event)
    annotation = {"id": places["id"], "mentions": [located(text, a, b) | {"type": x} for a, b, x in places["mentions"]],
                  "times": [located(text, *t) | v for t, v in values.items()], "events": events}  # fmt: skip
    return Lead(places["id"], published, text, annotation)


def read_found(news: Sequence[Path], annotations: Path) -> Iterator[Lead]:
    """Give the annotated leads whose articles stand in the news files with the text that was annotated.

    annotations: `leads/found.jsonl`, or a file like it. Raises InputError that names the lead that cannot be read.
    """
    wanted = {row["id"]: row for row in _rows(annotations)}
    for article in read_articles(news):
        row = wanted.get(article["id"])
        if row is None:
            continue
        text = article_text(article)[: row["chars"]]
        if checksum(text) != row["sha256"]:
            continue
        del wanted[article["id"]]
        try:
            yield decode_lead(row, text, date.fromisoformat(article["date"][:10]))
        except ValueError as error:
            raise InputError(f"{annotations}: lead {row['id']}: {error}") from error


def _rows(annotations: Path) -> Iterator[dict[str, Any]]:
    return map(json.loads, annotations.read_text(encoding="utf-8").splitlines())


def main(arguments: list[str] | None = None) -> None:
    """Write the found leads as JSON gold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("news", type=Path, nargs="+", help="xz files of JSON lines")
    parser.add_argument("--out", type=Path, nargs=2, metavar=("GOLD.json", "DOCS.json"), required=True)
    parser.add_argument("--annotations", type=Path, default=FOUND, help="by default leads/found.jsonl")
    parser.add_argument("--pages", type=Path, metavar="PAGES.jsonl", help="the leads as pages for `rasd run`")
    options = parser.parse_args(arguments)
    leads = list(read_found(options.news, options.annotations))
    write_gold(leads, *options.out)
    if options.pages:
        lines = (json.dumps(page, ensure_ascii=False) + "\n" for page in as_pages(leads))
        options.pages.write_text("".join(lines), encoding="utf-8")
    times = {row["id"]: len(row["times"]) for row in _rows(options.annotations)}
    lost = sum(times[lead.doc_id] - len(lead.annotation["times"]) for lead in leads)
    count = sum(len(lead.annotation["events"]) for lead in leads)
    print(f"{len(leads)} leads, {count} events; {len(times) - len(leads)} articles not found, or with another text; "
          f"{lost} times that the grammar does not find, or finds as one with others")  # fmt: skip


if __name__ == "__main__":
    main()
