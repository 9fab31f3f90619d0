"""Times in the form of TimeML: TIMEX3 type, value and mod, and a whole document with its tags.

TimeML 1.2.1, section 2.2 (TIMEX3); values are ISO 8601 as extended there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from pipeline.document import Document, TimeSpan
from pipeline.text.tokens import tokenize
from pipeline.times.calendars import unit_of
from pipeline.times.expressions import expression
from pipeline.times.lines import Line
from pipeline.times.nodes import Century, Date, Decade, Node, Offset, Part, Range, Season, Term
from pipeline.times.vocabulary import vocabulary

_MODS: Final = {"first": "START", "middle": "MID", "last": "END"}
_SEASONS: Final = {12: "WI", 3: "SP", 6: "SU", 9: "FA"}  # by the month in which one begins
_NEEDED: Final = frozenset({"documents", "segments", "sentences", "times"})  # tables that TimeML is made of
_UNITS: Final = frozenset({"day", "week", "month", "quarter", "half", "year", "decade", "century"})
_LETTERS: Final = {"day": "D", "week": "W", "month": "M", "year": "Y"}
_UNSEEN: Final = dict.fromkeys([*range(0x20), 0x7F, 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)], " ") | {
    code: chr(code) for code in (0x9, 0xA, 0xD)
}  # characters that XML 1.0 cannot hold become blanks


@dataclass(frozen=True, slots=True)
class Timex:
    """The TIMEX3 attributes of a time.

    type: DATE, TIME (a part of a day) or DURATION. value: as TimeML writes it, with X for what is not known.
    mod: START, MID, END or None.
    begin, end: first and last day of a DURATION or of a reference without a value; None where open or not needed.
    """

    type: str
    value: str
    mod: str | None = None
    begin: date | None = None
    end: date | None = None


def timex(time: TimeSpan, surface: str) -> Timex:
    """Give the TIMEX3 of a time. surface: its text, which tells the parts of a unit and years before our era."""
    line = _line(surface)
    node = _node(line)
    mod = _MODS.get(node.part) if isinstance(node, Part) else None
    held = node.of if isinstance(node, Part) else node
    if isinstance(held, Date) and held.bce and held.year:
        return Timex("DATE", f"BC{held.year:04d}", mod)
    if isinstance(held, Century) and held.bce:
        return Timex("DATE", f"BC{held.number - 1:02d}", mod)
    start, end = time.date_start, time.date_end
    if start is None or end is None:
        return _open(time, node)
    if mod and held is not None and not (isinstance(held, Date) and held.calendar == "hijri"):
        return Timex("DATE", _held_value(held, start, end), mod)
    if time.granularity == "season" and isinstance(held, Season):
        return Timex("DATE", _season_value(start))
    unit = unit_of(time.granularity, start, 0, 0) if time.granularity in _UNITS else None
    if unit != (start, end):
        return Timex("DURATION", _length(start, end, time.granularity), None, start, end)
    part = _part_of_day(line) if start == end else ""
    return Timex("TIME" if part else "DATE", _unit_value(time, start) + part)


def _line(surface: str) -> Line:
    tokens, words = tokenize(surface), vocabulary()
    return Line(tokens, [words[token.norm] for token in tokens], words)


def _node(line: Line) -> Node | None:
    """Read the text of a time again; None where it is not one expression without the words around it."""
    found = expression(line, 0) if len(line) else None
    return found[0] if found and found[1] == len(line) else None


def _part_of_day(line: Line) -> str:
    """Give the part of the day that an expression begins with, as TimeML writes it (TMO, TEV); empty without one."""
    late = line.find(0, "time_of")
    part = line.find(line.after(late[1], "from") if late else 0, "head", loose=True) if len(line) else None
    return f"T{part[0]}" if part else ""


def _open(time: TimeSpan, node: Node | None) -> Timex:
    """Give the value of a time of which one side or both are not known."""
    if isinstance(node, Offset) and node.since and time.date_start:
        unit = _LETTERS.get(time.granularity, "Y")
        return Timex("DURATION", f"P{node.count}{unit}" if node.count else f"PX{unit}", None, time.date_start, None)
    if time.date_end is not None:
        return Timex("DATE", "PAST_REF", None, None, time.date_end)
    if time.date_start is not None:
        return Timex("DATE", "FUTURE_REF", None, time.date_start, None)
    if isinstance(node, Term) or time.granularity == "vague":
        return Timex("DATE", "FUTURE_REF" if isinstance(node, Term) and node.shift > 0 else "PAST_REF")
    patterns = {"day": "XXXX-XX-XX", "week": "XXXX-WXX", "month": "XXXX-XX", "decade": "XXX", "century": "XX"}
    if isinstance(node, Date) and node.month and not node.year and node.calendar == "gregorian":
        return Timex("DATE", f"XXXX-{node.month:02d}" + (f"-{node.day:02d}" if node.day else ""))
    return Timex("DATE", patterns.get(time.granularity, "XXXX"))


def _unit_value(time: TimeSpan, start: date) -> str:
    """Give the value of a whole calendar unit by its first day."""
    year = f"{start.year:04d}"
    quarter, half = (start.month - 1) // 3 + 1, (start.month - 1) // 6 + 1
    iso = (start + timedelta(days=3)).isocalendar() if start < date.max - timedelta(days=3) else start.isocalendar()
    return {
        "week": f"{iso.year:04d}-W{iso.week:02d}",
        "month": year + f"-{start.month:02d}",
        "quarter": f"{year}-Q{quarter}",
        "half": f"{year}-H{half}",
        "year": year,
        "decade": year[:3],
        "century": year[:2],
    }.get(time.granularity, start.isoformat())


def _season_value(start: date) -> str:
    year = start.year + (start.month == 12)
    return f"{year:04d}-{_SEASONS.get(start.month, 'XX')}"


def _held_value(held: Node, start: date, end: date) -> str:
    """Give the value of the unit of which a part is meant."""
    if isinstance(held, (Decade, Range)):
        return f"{start.year // 10:03d}"
    if isinstance(held, Century) or end.year - start.year > 10:
        return f"{start.year // 100:02d}"
    if isinstance(held, Season):
        return _season_value(start.replace(day=1))
    days = (end - start).days + 1
    if days <= 3:
        return f"{start.isocalendar().year:04d}-W{start.isocalendar().week:02d}"
    return f"{start.year:04d}-{start.month:02d}" if days <= 15 else f"{start.year:04d}"


def _length(start: date, end: date, granularity: str) -> str:
    """Give the length of a stretch of time in whole units of its granularity, at least one."""
    days = (end - start).days + 1
    if granularity in ("day", "week", "vague"):
        return f"P{max(1, round(days / 7))}W" if granularity == "week" else f"P{days}D"
    if granularity in ("half", "quarter") and days < 28:
        return f"P{days}D"  # of a month
    months = (end.year - start.year) * 12 + end.month - start.month + (1 if start.day == 1 else 0)
    return f"P{max(1, months)}M" if granularity in ("half", "quarter", "month") else f"P{max(1, round(months / 12))}Y"


def export_timeml(run: str | Path, folder: Path) -> list[Path]:
    """Write each document of a run as a `.tml` file in a folder; give the files.

    Files are numbered in document order, as an id may hold what no file name can; the id stands in DOCID.
    """
    from pipeline.tables.read import read_table
    from pipeline.tables.records import RECORD_TABLES, rebuild_documents

    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in RECORD_TABLES}
    for name in _NEEDED:
        tables[name] = read_table(run, name, as_arrow=True).to_pylist()
    written = []
    for number, doc in enumerate(rebuild_documents(tables), 1):
        path = folder / f"{number:06d}.tml"
        path.write_text(to_timeml(doc), encoding="utf-8")
        written.append(path)
    return written


def to_timeml(doc: Document) -> str:
    """Write a document and its times as TimeML (UTF-8 text of an XML file).

    The text between the tags is that of the document; characters that XML cannot hold are blanks. A stretch of time
    that is no calendar unit is a DURATION whose first and last day stand in empty tags behind it.
    """
    published = next((s.published for s in doc.segments if s.published), doc.published)
    head = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<TimeML xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:noNamespaceSchemaLocation="http://timeml.org/timeMLdocs/TimeML_1.2.1.xsd">',
        f"<DOCID>{_escaped(doc.doc_id)}</DOCID>",
    ]
    if published:
        value = published.isoformat()
        created = f'tid="t0" type="DATE" value="{value}" functionInDocument="CREATION_TIME"'
        head.append(f"<DCT><TIMEX3 {created}>{value}</TIMEX3></DCT>")
    return "\n".join(head) + f"\n<TEXT>{''.join(_tagged(doc.text, doc.times))}</TEXT>\n</TimeML>\n"


def _tagged(text: str, times: Sequence[TimeSpan]) -> Iterator[str]:
    at = 0
    for number, time in enumerate(times, 1):
        surface = text[time.start : time.end]
        found = timex(time, surface)
        yield _escaped(text[at : time.start])
        attributes = f'tid="t{number}" type="{found.type}" value={quoteattr(found.value)}'
        if found.mod:
            attributes += f' mod="{found.mod}"'
        points = ""
        for name, day in (("begin", found.begin), ("end", found.end)):
            if day is not None:
                attributes += f' {name}Point="t{number}{name[0]}"'
                points += f'<TIMEX3 tid="t{number}{name[0]}" type="DATE" value="{day.isoformat()}"/>'
        yield f"<TIMEX3 {attributes}>{_escaped(surface)}</TIMEX3>{points}"
        at = time.end
    yield _escaped(text[at:])


def _escaped(text: str) -> str:
    return escape(text.translate(_UNSEEN))
