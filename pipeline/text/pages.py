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
from pipeline.text.lines import cut_lines
from pipeline.text.links import ITEM_WORDS, TITLE_WORDS, embedded, inserted
from pipeline.text.normalize import fold

_LEAD: Final = re.compile(r"^[\W_]+")
_WORD: Final = re.compile(r"\w+")
_PROCLITICS: Final = re.compile(r"^[وفبلك]?(?:ال|لل)?(?=\w{3})")
_ARABIC: Final = re.compile(r"[\u0621-\u064a]")
_CLOSERS: Final = {"»": "«", "”": "“", ")": "(", "]": "[", '"': '"'}
_PARAGRAPH: Final = 600  # characters beyond which a line is a paragraph; templates are for short lines
_BODY_WORDS: Final = 24  # a line of more words is a paragraph, whatever its last mark
_LINK_WORDS: Final = 18  # longest headline behind a marker without any mark between
_TAG_WORDS: Final = 5
_DATELINE_WORDS: Final = 6
_PARTED: Final = re.compile(r"[-–—(/]")
_SITE_WORDS: Final = 2  # a first line so short before a longer one names the site or the section
_LOOK_AHEAD: Final = 3  # paragraphs behind a headline that are compared with it and with the main article
_SHARED: Final = 2  # words that they have in common with the main article at least
_SAME_TOPIC: Final = 0.35  # share of their words in common with it, where no headline tells
_LEAD_LINES: Final = 40  # lines at either side among which words of the main article are looked for
_HEADER_LINES: Final = 6  # date lines count as header this close to the headline
_LONG_HEADER: Final = 15  # or this close where no paragraph comes before
_SHORT: Final = frozenset(
    {"من", "في", "علي", "الي", "عن", "مع", "بين", "بعد", "قبل", "هذا", "هذه", "التي", "الذي", "كان", "قال"}
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page: raw span with its line end, folded text, and what it is.

    kind: `blank`, `frame`, `source`, `date`, `related` (a marker of further articles), `end` (the end of a list of
    them) or `text`. inline: offset at which the headline behind a marker begins, None where the marker stands alone.
    day: what a date line states.
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
def _sections() -> re.Pattern[str]:
    """Match a path of section names."""
    names = _patterns("boilerplate", "sections").pattern
    return re.compile(rf"{names}(?:\s*[|/>»›·<،,-]+\s*{names})*")


@cache
def _marker() -> re.Pattern[str]:
    """Match a marker of related articles, with what separates it from a headline on the same line."""
    alone, pointed, joined = (_patterns("related", name).pattern for name in ("alone", "pointed", "joined"))
    return re.compile(
        rf"(?:(?P<alone>{alone})|{pointed}(?=\s*(?:[:：|…–—-]|\.\.|[.\])]*$))|{joined}(?=\s*(?:[:：|]|\.\.|…)))"
        r"(?!\w)(?P<sep>\s*[:：|.…–—-]*)\s*"
    )


def read_lines(text: str) -> list[Line]:
    """Cut a page into lines and tell what each is."""
    lines: list[Line] = []
    first, tags = True, False
    label: DateLine | None = None  # a label of dates on a line of its own just before
    for start, end, frame in cut_lines(text):
        line = Line(start, end, "", "frame") if frame else _read_line(text[start:end], start, end, first)
        if line.kind == "blank":
            lines.append(line)
            continue
        if _patterns("boilerplate", "opens").fullmatch(_bare(line.folded)):
            line, tags = replace(line, kind="frame"), True
        elif tags and line.kind == "text" and line.words <= _TAG_WORDS and not line.is_body:
            line = replace(line, kind="frame")
        else:
            tags = tags and line.kind == "frame"
        if line.day and label and not line.day.labelled:
            line = replace(line, day=replace(line.day, updated=label.updated, labelled=True))
        label = line.day if line.day and line.day.labelled and line.day.day is None else None
        first = first and line.kind not in ("text", "related")
        lines.append(line)
    return lines


def _bare(folded: str) -> str:
    return _LEAD.sub("", folded).strip(" .:…|-")


def _read_line(raw: str, start: int, end: int, first: bool) -> Line:
    """Read one line. first: no text comes before it, so a marker has no article to follow."""
    if raw.isspace():
        return Line(start, end, "", "blank")
    long = len(raw) > _PARAGRAPH
    folded = " ".join(filter(None, (fold(word) for word in raw[:_PARAGRAPH].split())))
    if not folded:
        return Line(start, end, "." if long else "", "text" if long else "blank")
    bare = _LEAD.sub("", folded)
    marker = _marker().match(bare)
    if marker:
        rest = bare[marker.end() :].strip(" .:…|-–—[]()«»")
        if not rest:
            return Line(start, end, folded, "frame" if first else "related")
        link = rest.count(" ") < _LINK_WORDS and not bare.endswith(".") and marker["sep"] and marker["alone"]
        pointed = marker["sep"].strip() and (marker["alone"] or rest.count(" ") < _BODY_WORDS)
        if (link or pointed) and not (first and not marker["alone"]):
            return Line(start, end, folded, "related", inline=_offset_of_rest(raw, start, len(rest.split())))
    if long:
        return Line(start, end, f"{folded}.", "text")
    closed = _bare(folded)
    if _patterns("related", "ends").fullmatch(closed):
        return Line(start, end, folded, "end")
    if _patterns("boilerplate", "whole").fullmatch(closed or folded) or _sections().fullmatch(closed):
        day = read_date_line(folded)  # "2023/09/11" is all digits and marks, as counters are
        return Line(start, end, folded, "date", day=day) if day else Line(start, end, folded, "frame")
    day = read_date_line(folded)
    if day:
        return Line(start, end, folded, "date", day=day)
    if _patterns("source", "label").fullmatch(closed) or (not first and _patterns("source", "whole").fullmatch(closed)):
        return Line(start, end, folded, "source")
    return Line(start, end, folded, "text")


def _offset_of_rest(raw: str, start: int, words: int) -> int:
    """Give the raw offset of the last `words` blank-separated words of a line that hold text."""
    found = [m.start() for m in re.finditer(r"\S+", raw[:_PARAGRAPH]) if fold(m.group()).strip(" .:…|-–—[]()«»")]
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
    main: Segment | None = None  # the first segment of the article
    opened = False  # text of the article has been seen, so no headline is to come
    at = 0
    while at < len(lines):
        stop = at + 1
        while stop < len(lines) and kinds[stop] == kinds[at]:
            stop += 1
        kind, part = kinds[at][0], lines[at:stop]
        segment = Segment(kind, part[0].start, part[-1].end)
        if kind == "related":
            segment = _describe(doc, segment, part, None, True)
        elif kind == "article":
            segment = _describe(doc, segment, part, None if opened else doc.title, not opened)
            opened = opened or any(x.kind == "text" for x in part)
            if main is None and segment.published is None and doc.published:
                segment = replace(segment, published=doc.published, published_basis="metadata")
            if main is not None and main.published is not None:
                # The article goes on behind a link or a list: it is the same article, of the same day.
                segment = replace(segment, published=main.published, published_basis=main.published_basis)
            main = main or segment
        segments.append(segment)
        at = stop
    return tuple(segments)


def _assign(lines: Sequence[Line]) -> list[tuple[str, int]]:
    """Give each line the kind of its segment and a number that changes where a new segment of the same kind begins."""
    links = inserted(lines)
    rest = iter(_assign_marked([line for at, line in enumerate(lines) if at not in links]))
    kinds: list[tuple[str, int]] = []
    for at, line in enumerate(lines):
        if at not in links:
            kinds.append(next(rest))
        else:
            kinds.append(kinds[-1] if line.kind == "blank" else ("related", -at))
    return kinds


def _assign_marked(lines: Sequence[Line]) -> list[tuple[str, int]]:
    """Do the same for lines among which only markers and date lines begin further articles."""
    kinds: list[tuple[str, int]] = []
    kind, number = "article", 0
    main: set[str] = set()
    headline: set[str] = set()
    announced: set[str] = set()  # words of all headlines behind the last marker
    in_list = linked = False  # behind a marker, before any paragraph; behind a link rather than one announced article
    opened = dates_first = False  # text of the article has come; each date of the list stands before its headline
    heads = embedded(lines)
    for at, line in enumerate(lines):
        if line.kind == "related" or (at in heads and not in_list):
            if kind == "article":
                main |= _lead(lines[max(0, at - _LEAD_LINES) : at]) | _lead(lines[: min(at, _LEAD_LINES)])
            kind, number, in_list, dates_first = "related", number + 1, True, False
            linked = line.inline is not None or at in heads
            headline = _words(line) if linked else set()
            announced = set(headline)
        elif kind == "related" and (line.kind == "end" or (not opened and line.kind in ("text", "date"))):
            kind, number, in_list = "article", number + (line.kind != "end"), False
        elif kind == "related" and in_list and line.kind == "date":
            dates_first = dates_first or not headline
            if dates_first and headline:
                number, headline = number + 1, set()
        elif kind == "related" and in_list and line.kind == "text":
            if line.is_body:
                in_list = False
                if _goes_on(lines, at, announced, main, linked):
                    kind, number = "article", number + 1
            elif not headline or line.words >= ITEM_WORDS:
                linked = linked or bool(headline)
                number += bool(headline)
                headline = _words(line)
                announced |= headline
        opened = opened or line.kind == "text"
        kinds.append((kind, number))
    return _mark_frame(lines, kinds)


def _words(line: Line | None) -> set[str]:
    """Give the words of a line by which texts are compared: without article and proclitics, short ones left out."""
    if line is None:
        return set()
    found = set()
    for word in _WORD.findall(line.folded):
        bare = _PROCLITICS.sub("", word)
        if len(bare) > 2 and word not in _SHORT:
            found.add(bare[:4])
    return found


def _lead(lines: Sequence[Line]) -> set[str]:
    return set().union(*(_words(x) for x in [x for x in lines if x.kind == "text"][:4]))


def _goes_on(lines: Sequence[Line], at: int, announced: set[str], main: set[str], linked: bool) -> bool:
    """Tell whether the paragraph `lines[at]` goes on with the main article rather than with the one announced.

    announced: words of the headlines behind the marker. linked: they stand on the line of the marker, as links within
    an article do, or are several, as lists of links are; then the main article is the rule, otherwise the exception.
    """
    words = _words(lines[at])
    if linked:
        own, old = len(words & announced), len(words & main)
        return own < 2 or old > 2 * own
    words = set().union(*(_words(x) for x in [x for x in lines[at : at + 2 * _LOOK_AHEAD] if x.is_body][:_LOOK_AHEAD]))
    old = len(words & main)
    return old >= _SHARED and not words & announced and (bool(announced) or old > _SAME_TOPIC * len(words))


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
    day = _stated_day(lines)
    basis = "header" if day else "none"
    return replace(segment, title=span, published=day, published_basis=basis)


def _is_dateline(line: Line) -> bool:
    """Tell a place with an agency or paper beside it (القاهرة - رويترز)."""
    parted = _PARTED.search(line.folded) and line.words <= _DATELINE_WORDS
    return bool(parted and _patterns("source", "whole").fullmatch(_bare(line.folded)))


def _title_span(text: str, lines: Sequence[Line], title: str | None) -> Span | None:
    if title and title.strip():
        start = text.find(title.strip(), lines[0].start, lines[-1].end)
        if start >= 0:
            return Span(start, start + len(title.strip()))
    shown = [x for x in lines if x.kind not in ("blank", "frame", "end")]
    related = bool(shown) and shown[0].kind == "related"
    if related and shown[0].inline is not None:
        short = shown[0].words <= TITLE_WORDS
        return _trim(text, shown[0].inline, shown[0].end) if short else None
    texts = [x for x in shown if x.kind == "text" and _ARABIC.search(x.folded)][:3]
    if len(texts) > 1 and texts[1].is_body and _is_dateline(texts[0]):
        del texts[0]
    if len(texts) > 1 and texts[0].words <= _SITE_WORDS and texts[1].words > 2 * _SITE_WORDS and not texts[1].is_body:
        del texts[0]
    if not texts or texts[0].is_body or not 2 <= texts[0].words <= TITLE_WORDS:
        return None
    alone = all(x.kind not in ("text", "date") or x is texts[0] for x in shown)
    if alone and not related and texts[0].words < ITEM_WORDS:
        return None
    return _trim(text, texts[0].start, texts[0].end)


def _trim(text: str, start: int, end: int) -> Span | None:
    """Leave bullets, blanks, invisible marks and lone or enclosing brackets out of a headline."""
    while start < end and not text[start].isalnum() and text[start] not in _CLOSERS.values():
        start += 1
    while start < end and (not text[end - 1].isprintable() or text[end - 1].isspace()):
        end -= 1
    while start < end and text[end - 1] in _CLOSERS:
        opener = _CLOSERS[text[end - 1]]
        enclosed = text[start] == opener and not any(c in text[start + 1 : end - 1] for c in (opener, text[end - 1]))
        if not enclosed and opener in text[start : end - 1]:
            break
        start, end = start + enclosed, end - 1
    return Span(start, end) if start < end else None


def _stated_day(lines: Sequence[Line]) -> date | None:
    """Give the day that a segment states: of its labelled date lines, else of one near its beginning or end."""
    texts = [x for x in lines if x.kind not in ("blank", "frame", "end")]
    body = next((n for n, x in enumerate(texts) if x.is_body), len(texts))
    header = max(_HEADER_LINES, min(body, _LONG_HEADER))
    dated = [(x.day, x.day.day) for n, x in enumerate(texts) if x.day and (n < header or n >= len(texts) - 3)]
    for labelled, updated in ((True, False), (False, False), (True, True)):
        for line, day in dated:
            if day and line.labelled == labelled and line.updated == updated:
                return day
    return None
