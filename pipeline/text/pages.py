"""Pages cut into articles: the article, further articles behind "اقرأ أيضاً", and the frame around them.

What lines are is said by the templates in `resources/pages/templates.toml`; how segments follow from lines is here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import ClassVar, Final

from pipeline.config import Config
from pipeline.document import Document, Segment, Span
from pipeline.resources import load_toml
from pipeline.text.headers import DateLine, read_date_line
from pipeline.text.normalize import fold

_LINE: Final = re.compile(r"[^\r\n\u2028\u2029\x85]*(?:\r\n|[\r\n\u2028\u2029\x85]|\Z)")
_LEAD: Final = re.compile(r"^[\W_]+")
_BODY_WORDS: Final = 24  # a line of more words is a paragraph, whatever its last mark
_TITLE_WORDS: Final = 32
_LEAD_LINES: Final = 40  # lines at either side among which words of the main article are looked for
_HEADER_LINES: Final = 6  # date lines count as header only this close to the headline
_SHORT: Final = frozenset(
    {"من", "في", "علي", "الي", "عن", "مع", "بين", "بعد", "قبل", "هذا", "هذه", "التي", "الذي", "كان", "قال"}
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page: raw span with its line end, folded text, and what it is.

    kind: `blank`, `frame`, `source`, `date`, `related` or `text`. inline: offset at which the headline behind a
    marker of related articles begins, None where the marker stands alone. day: what a date line states.
    """

    start: int
    end: int
    folded: str
    kind: str
    inline: int | None = None
    day: DateLine | None = None

    @property
    def words(self) -> int:
        """Count the words of the line."""
        return self.folded.count(" ") + 1 if self.folded else 0

    @property
    def is_body(self) -> bool:
        """Tell a paragraph from a headline by length and closing mark."""
        closes = self.folded.rstrip('"”»)').endswith((".", "؛", "!", "؟", "...")) and self.words > 7
        return self.kind == "text" and (self.words > _BODY_WORDS or closes)


@cache
def _patterns(section: str, name: str) -> re.Pattern[str]:
    return re.compile("(?:" + "|".join(load_toml("pages/templates.toml")[section][name]) + ")")


@cache
def _marker() -> re.Pattern[str]:
    """Match a marker of related articles, with what separates it from a headline on the same line."""
    alone, joined = (_patterns("related", name).pattern for name in ("alone", "joined"))
    return re.compile(rf"(?:{alone}|{joined}(?=\s*[:：|]))(?!\w)(?P<sep>\s*[:：|.…-]*)\s*")


def read_lines(text: str) -> list[Line]:
    """Cut a page into lines and tell what each is."""
    lines: list[Line] = []
    first = True
    for match in _LINE.finditer(text):
        if match.start() < match.end():
            lines.append(_read_line(match.group(), match.start(), match.end(), first))
            first = first and lines[-1].kind not in ("text", "related")
    return lines


def _read_line(raw: str, start: int, end: int, first: bool) -> Line:
    if len(raw) > 600:  # a paragraph; templates are for short lines
        return Line(start, end, " ".join(fold(word) for word in raw[:600].split()) + "." * (len(raw) > 600), "text")
    folded = " ".join(filter(None, (fold(word) for word in raw.split())))
    if not folded:
        return Line(start, end, "", "blank")
    bare = _LEAD.sub("", folded)
    marker = _marker().match(bare)
    if marker:
        rest = bare[marker.end() :].strip(" .:…|-")
        if not rest:
            return Line(start, end, folded, "related")
        if (marker["sep"].strip() or rest.count(" ") < _TITLE_WORDS) and marker["sep"]:
            return Line(start, end, folded, "related", inline=_offset_of_rest(raw, start, len(rest.split())))
    closed = bare.strip(" .:…|-")
    if closed and _patterns("boilerplate", "whole").fullmatch(closed):
        return Line(start, end, folded, "frame")
    day = read_date_line(folded)
    if day:
        return Line(start, end, folded, "date", day=day)
    if _patterns("source", "whole").fullmatch(closed) and (not first or ":" in closed):
        return Line(start, end, folded, "source")
    return Line(start, end, folded, "text")


def _offset_of_rest(raw: str, start: int, words: int) -> int:
    """Give the raw offset of the last `words` blank-separated words of a line that hold text."""
    found = [m.start() for m in re.finditer(r"\S+", raw) if fold(m.group()).strip(" .:…|-")]
    return start + found[-words] if words <= len(found) else start


class Pages:
    """Fills `segments` from the text; anchors are left to the times stage."""

    name: ClassVar[str] = "pages"
    reads: ClassVar[frozenset[str]] = frozenset({"text", "title", "published"})
    writes: ClassVar[frozenset[str]] = frozenset({"segments"})

    def __init__(self, config: Config | None = None) -> None:
        """Take the settings as every stage does; none of them matters here."""

    def __call__(self, docs: Sequence[Document]) -> list[Document]:
        """Give the same documents with segments that tile the text."""
        return [replace(doc, segments=cut_page(doc)) for doc in docs]


def cut_page(doc: Document) -> tuple[Segment, ...]:
    """Cut one page into segments that tile it."""
    lines = read_lines(doc.text)
    kinds = _assign(lines)
    segments: list[Segment] = []
    first_article = True
    at = 0
    while at < len(lines):
        stop = at + 1
        while stop < len(lines) and kinds[stop] == kinds[at]:
            stop += 1
        kind = kinds[at][0]
        part = lines[at:stop]
        segment = Segment(kind, part[0].start, part[-1].end)
        if kind != "boilerplate":
            title = doc.title if kind == "article" and first_article else None
            opening = kinds[at][1] == 0 or kind == "related"
            segment = _describe(doc, segment, part, title, opening)
            if kind == "article" and first_article and segment.published is None and doc.published:
                segment = replace(segment, published=doc.published, published_basis="metadata")
            if kind == "article" and not first_article:
                # The article goes on behind a link or a list: it is the same article, of the same day.
                main = next(s for s in segments if s.kind == "article")
                segment = replace(segment, published=main.published, published_basis=main.published_basis)
            first_article = first_article and kind != "article"
        segments.append(segment)
        at = stop
    return tuple(segments)


def _assign(lines: Sequence[Line]) -> list[tuple[str, int]]:
    """Give each line the kind of its segment and a number that changes where a new segment of the same kind begins."""
    kinds: list[tuple[str, int]] = []
    kind, number = "article", 0
    main: set[str] = set()
    headline: set[str] = set()
    in_list = linked = False  # behind a marker, before any paragraph; behind a headline on the line of the marker
    for at, line in enumerate(lines):
        if line.kind == "related":
            if kind == "article":
                main |= _lead(lines[max(0, at - _LEAD_LINES) : at]) | _lead(lines[:_LEAD_LINES])
            kind, number, in_list = "related", number + 1, True
            linked = line.inline is not None
            headline = _words(line) if linked else set()
        elif kind == "related" and in_list and line.kind == "text":
            if line.is_body:
                in_list = False
                if headline and _goes_on(line, headline, main, linked):
                    kind, number = "article", number + 1
            else:
                number += bool(headline)
                headline = _words(line)
        kinds.append((kind, number))
    return _mark_frame(lines, kinds)


def _words(line: Line | None) -> set[str]:
    """Give the words of a line by which texts are compared: without article and proclitics, short ones left out."""
    if line is None:
        return set()
    found = set()
    for word in re.findall(r"\w+", line.folded):
        bare = re.sub(r"^[وفبلك]?(?:ال|لل)?(?=\w{3})", "", word)
        if len(bare) > 2 and word not in _SHORT:
            found.add(bare[:4])
    return found


def _lead(lines: Sequence[Line]) -> set[str]:
    return set().union(*(_words(x) for x in [x for x in lines if x.kind == "text"][:4]))


def _goes_on(line: Line, headline: set[str], main: set[str], linked: bool) -> bool:
    """Tell whether a paragraph behind a marker goes on with the main article rather than with the one announced.

    linked: the headline stands on the line of the marker, as links within an article do; then the main article is the
    rule, and otherwise the exception.
    """
    words = _words(line)
    own, old = len(words & headline), len(words & main)
    if linked:
        return own < 2 or old > 2 * own
    return own == 0 and old > 0.3 * min(len(words), len(main))


def _mark_frame(lines: Sequence[Line], kinds: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Turn the frame lines at both ends of each segment into boilerplate; those within stay."""
    marked = list(kinds)
    at = 0
    while at < len(lines):
        stop = at
        while stop < len(lines) and kinds[stop] == kinds[at]:
            stop += 1
        texts = [i for i in range(at, stop) if lines[i].kind not in ("blank", "frame")]
        first, last = (texts[0], texts[-1]) if texts else (stop, stop - 1)
        leading = any(x.kind == "frame" for x in lines[at:first])
        trailing = any(x.kind == "frame" for x in lines[last + 1 : stop])
        for i in range(at, stop):
            if (leading and i < first) or (trailing and i > last):
                marked[i] = ("boilerplate", kinds[i][1])
        at = max(stop, at + 1)
    if lines and all(kind == "boilerplate" for kind, _ in marked) and any(x.kind != "blank" for x in lines):
        return kinds  # a page of nothing but frame is its own text
    return marked


def _describe(doc: Document, segment: Segment, lines: Sequence[Line], title: str | None, opening: bool) -> Segment:
    """Find the headline and the stated date of a segment."""
    span = _title_span(doc.text, lines, title) if opening else None
    day = _stated_day(lines, span)
    basis = "header" if day else "none"
    return replace(segment, title=span, published=day, published_basis=basis)


def _title_span(text: str, lines: Sequence[Line], title: str | None) -> Span | None:
    if title and title.strip():
        start = text.find(title.strip())
        if start >= 0 and start < lines[-1].end:
            return Span(start, start + len(title.strip()))
    texts = [x for x in lines if x.kind not in ("blank", "frame")]
    for number, line in enumerate(texts[:4]):
        if line.kind == "related" and line.inline is not None:
            return _trim(text, line.inline, line.end)
        if line.kind == "text":
            alone = all(x.kind not in ("text", "date") for x in texts[number + 1 :])
            marker = any(x.kind == "related" for x in texts[:number])
            if line.is_body or line.words > _TITLE_WORDS or (alone and not marker) or line.words < 2:
                return None
            return _trim(text, line.start, line.end)
    return None


def _trim(text: str, start: int, end: int) -> Span | None:
    part = text[start:end]
    stripped = part.strip().strip("\ufeff\u200e\u200f\u202a\u202b\u202c")  # BOM, LRM, RLM and bidi embeddings
    if not stripped:
        return None
    at = start + part.index(stripped)
    return Span(at, at + len(stripped))


def _stated_day(lines: Sequence[Line], title: Span | None) -> date | None:
    """Give the day that a segment states: of its labelled date lines, else of one near its beginning or end."""
    texts = [x for x in lines if x.kind not in ("blank", "frame")]
    dated = [(n, x.day) for n, x in enumerate(texts) if x.day is not None and x.day.day is not None]
    for labelled, updated in ((True, False), (False, False), (True, True)):
        for number, line in dated:
            near = number < _HEADER_LINES or number >= len(texts) - 3
            if line.labelled == labelled and line.updated == updated and near:
                return line.day
    return None
