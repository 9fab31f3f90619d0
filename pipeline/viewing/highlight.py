"""A page as right-to-left HTML with its names, dates and events highlighted."""

from datetime import date
from html import escape
from itertools import pairwise

from pipeline.document import Document, EventMention, Segment
from pipeline.resources import read_text

KEY = (
    '<section class="key"><span><mark class="PER">person</mark></span><span><mark class="LOC">place</mark></span>'
    '<span><mark class="ORG">organisation</mark></span><span><mark class="time">date</mark></span>'
    '<span><b class="event">event<sub>TYPE</sub></b></span></section>'
)


def highlight(doc: Document) -> str:
    """Give the body of one page: its segments, marked up, and a table of its events."""
    parts = [_segment(doc, segment) for segment in doc.segments] or [f'<div class="segment">{escape(doc.text)}</div>']
    return f'<div dir="rtl" lang="ar">{"".join(parts)}</div>{_events(doc)}'


def highlight_page(doc: Document) -> str:
    """Give one page as a whole HTML document that needs nothing else."""
    return wrap_page(doc.title or doc.doc_id, KEY + f"<article>{highlight(doc)}</article>")


def wrap_page(title: str, body: str) -> str:
    """Put a body into an HTML document with its style inside."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{read_text('viewing/page.css')}</style></head><body>{body}</body></html>\n"
    )


def show_interval(start: date | None, end: date | None) -> str:
    """Write first and last day; a dash stands where one of them is open."""
    if start == end:
        return str(start or "")
    return " – ".join(str(day or "") for day in (start, end)).strip()


def _segment(doc: Document, segment: Segment) -> str:
    """Mark up one segment; the tags nest because spans are opened and closed at every boundary."""
    spans: list[tuple[int, int, str, str]] = []  # start, end, opening tag, closing tag
    if segment.title:
        spans.append((segment.title.start, segment.title.end, '<span class="title">', "</span>"))
    for time in doc.times:
        value = show_interval(time.date_start, time.date_end) or "no value"
        tip = escape(f"{value} ({time.granularity}, {time.basis})")
        spans.append((time.start, time.end, f'<mark class="time" title="{tip}">', "</mark>"))
    for mention in doc.mentions:
        score = f" {mention.score:.2f}" if mention.score is not None else ""
        spans.append(
            (mention.start, mention.end, f'<mark class="{mention.label}" title="{mention.label}{score}">', "</mark>")
        )
    for event in doc.events:
        tip = escape(f"{event.type} {event.status} {event.date_start or ''}")
        spans.append((event.start, event.end, f'<b class="event" title="{tip}">', f"<sub>{event.type}</sub></b>"))
    inside = [s for s in spans if segment.start <= s[0] and s[1] <= segment.end]
    return f'<div class="segment {segment.kind}">{_nest(doc.text, segment.start, segment.end, inside)}</div>'


def _nest(text: str, start: int, end: int, spans: list[tuple[int, int, str, str]]) -> str:
    """Write text with tags around spans that may cross: at each boundary open tags are closed and opened again."""
    bounds = sorted({start, end, *(s[0] for s in spans), *(s[1] for s in spans)})
    opening: dict[int, list[int]] = {}
    for number, span in enumerate(spans):
        opening.setdefault(span[0], []).append(number)
    out: list[str] = []
    active: list[int] = []
    for left, right in pairwise(bounds):
        active = [n for n in active if spans[n][1] > left] + opening.get(left, [])
        active.sort(key=lambda n: (spans[n][0] - spans[n][1], n))
        piece = escape(text[left:right])
        for n in reversed(active):
            last = spans[n][1] == right
            closing = spans[n][3] if last else spans[n][3][spans[n][3].rindex("</") :]
            piece = f"{spans[n][2]}{piece}{closing}"
        out.append(piece)
    return "".join(out)


def _events(doc: Document) -> str:
    if not doc.events:
        return ""
    rows = "".join(_row(doc, event) for event in doc.events)
    heads = "".join(
        f"<th>{h}</th>" for h in ("event", "trigger", "status", "date", "actor", "target", "place", "speaker")
    )
    return f'<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'


def _row(doc: Document, event: EventMention) -> str:
    text = doc.text
    fillers = [
        "، ".join(dict.fromkeys(text[r.start : r.end] for r in event.roles if r.role in roles))
        for roles in (("actor",), ("target",), ("place", "destination"))
    ]
    speaker = text[event.speaker.start : event.speaker.end] if event.speaker else ""
    dates = show_interval(event.date_start, event.date_end)
    arabic = [text[event.start : event.end], *fillers, speaker]
    cells = [f'<td dir="rtl" lang="ar">{escape(value)}</td>' for value in arabic]
    return f"<tr><td>{event.type}</td>{cells[0]}<td>{event.status}</td><td>{dates}</td>{''.join(cells[1:])}</tr>"
