"""Says in words why an event mention is as it is: entry, frame, cues and scores behind every cell."""

from collections.abc import Iterator

from pipeline.document import Document, EventMention, Span


def explain_mention(doc: Document, event: EventMention) -> str:
    """Tell what lies behind each cell of a mention, a line per cell; brackets mark the trigger in its sentence."""
    return "\n".join(_lines(doc, event))


def _lines(doc: Document, event: EventMention) -> Iterator[str]:
    yield _sentence(doc, event)
    entry, kind, share = event.rule.rsplit(" ", 2)
    yield f"type: {event.type}, score {_percent(event.score)}; lexicon entry {entry} ({kind} {share})"
    cue = f"cue «{_text(doc, event.status_cue)}»" if event.status_cue else "no cue word; context decides"
    yield f"status: {event.status}; {cue}"
    if event.time is None:
        yield "date: none; no time expression of the text dates it"
    else:
        time = doc.times[event.time]
        said = doc.text[time.start : time.end]
        if event.date_start is None and event.date_end is None:
            yield f"date: not known; expression «{said}» ({time.basis}) needs a date to count from, or names none"
        else:
            start, end = event.date_start or "open", event.date_end or "open"
            yield f"date: {start} to {end} ({event.date_basis}); expression «{said}»"
    if event.speaker is None:
        yield "speaker: none; the text itself reports it"
    else:
        yield f"speaker: «{_text(doc, event.speaker)}»"
    for role in event.roles:
        filler = doc.text[role.start : role.end]
        yield f"{role.role}: «{filler}», score {_percent(role.score)}; {role.rule or 'no frame'}"


def _sentence(doc: Document, event: EventMention) -> str:
    sentence = doc.sentences[event.sentence]
    before = doc.text[sentence.start : event.start]
    after = doc.text[event.end : sentence.end]
    return f"{before}[{doc.text[event.start : event.end]}]{after}"


def _text(doc: Document, span: Span) -> str:
    return doc.text[span.start : span.end]


def _percent(score: float | None) -> str:
    return "unknown" if score is None else f"{100 * score:.0f}%"
