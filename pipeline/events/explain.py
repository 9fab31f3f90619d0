"""Says in words why an event and its mentions are as they are: entry, frame, cues and scores behind every cell."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pipeline.document import Document, EventMention, Role
from pipeline.events.grounds import LENT, Grounds, Share, read_grounds
from pipeline.names.clitics import full_name
from pipeline.schema import EVENT_TYPES

_WORD: Final = re.compile(r"\w*[^\W\d_]\w*|\S+")
_EVEN: Final = 0.5  # what is this likely is told as one happening unless something keeps it apart
_PLACES: Final = ("place", "destination")  # roles that give an event its place, the first that is filled


def explain_event(doc: Document, row: Mapping[str, Any]) -> str:
    """Tell what lies behind each cell of a row of `events`, a line per cell, and then of each of its mentions.

    doc: the document of the row, as `read_document` gives it. row: by column.
    """
    number = int(row["event_id"].rpartition("/v")[2])
    mentions = [event for event in doc.events if event.event == number]
    parts = ["\n".join(_united(doc, row, mentions))]
    parts += [f"mention {n}\n{explain_mention(doc, mention)}" for n, mention in enumerate(mentions, start=1)]
    return "\n\n".join(parts)


def explain_mention(doc: Document, event: EventMention) -> str:
    """Tell what lies behind each cell of a mention, a line per cell; brackets mark the trigger in its sentence."""
    grounds = read_grounds(event.rule)
    lines = [_sentence(doc, event), _type(event, grounds), _status(doc, event, grounds), _date(doc, event, grounds)]
    lines += [_speaker(doc, event, grounds), *_same(doc, event, grounds)]
    return "\n".join([*lines, *(_role(doc, role, grounds) for role in event.roles)])


def _united(doc: Document, row: Mapping[str, Any], mentions: Sequence[EventMention]) -> Iterator[str]:
    count, first = row["n_mentions"], row["first_start"]
    segment = f"segment {row['segment_id']} ({doc.segments[row['segment_id']].kind})"
    yield f"event {row['event_id']}: {count} mention{'s' * (count > 1)} in {segment}, the first at {first}"
    plover, cameo = row["plover"] or "none", row["cameo"] or "none"
    yield f"type: {row['type']}, that of its mentions; PLOVER {plover} and CAMEO {cameo} by the file of the type"
    yield from _links(mentions)
    shares = Counter(m.status for m in mentions)
    of_most = "that of most mentions, of equally many the first" if len(shares) > 1 else "that of every mention"
    yield f"status: {row['status']}, {of_most} ({', '.join(f'{name} {n}' for name, n in shares.items())})"
    if row["date_start"] is None and row["date_end"] is None:
        yield "date: none; no mention is dated"
    else:
        dates = (row["date_start"], row["date_end"], row["date_basis"])
        dated = [n for n, m in enumerate(mentions, 1) if (m.date_start, m.date_end, m.date_basis) == dates]
        yield f"date: {_interval(*dates)}, that of {_numbers(dated[:1])}, the most exact"
    for column, role in (("actors", "actor"), ("targets", "target")):
        parties = [f"{_party(doc, p)}, {_tellers(doc, p, mentions, (role,))}" for p in row[column]]
        yield f"{column}: {'; '.join(parties) or f'none; no mention has a filler of {role}'}"
    yield from _where(doc, row, mentions)
    said = {name: [n for n, m in enumerate(mentions, 1) if _speaker_name(doc, m) == name] for name in row["speakers"]}
    told = "; ".join(f"«{name}», {_numbers(numbers)}" for name, numbers in said.items())
    yield f"speakers: {told or 'none; no mention has one'}"


def _where(doc: Document, row: Mapping[str, Any], mentions: Sequence[EventMention]) -> Iterator[str]:
    if row["place"] is None:
        yield f"place: none; no mention has a filler of {' or '.join(_PLACES)}"
        return
    place = {"text": row["place"], "entity_id": row["place_entity_id"]}
    yield f"place: {_party(doc, place)}, {_tellers(doc, place, mentions, _PLACES)}"
    country = row["country"]
    yield f"country: {country}, by the name of the place" if country else "country: none; the place's name tells no one"


def _links(mentions: Sequence[EventMention]) -> Iterator[str]:
    """Tell by which earlier mention each joined the happening, and how likely they tell the same."""
    numbers = {mention.start: n for n, mention in enumerate(mentions, start=1)}
    links = []
    for n, mention in enumerate(mentions, start=1):
        same = read_grounds(mention.rule).same
        if same and same.start in numbers:
            links.append(f"{n} with {numbers[same.start]} ({_likely(same.share)})")
    if links:
        yield f"mentions: told as one happening, {', '.join(links)}"


def _party(doc: Document, party: Mapping[str, Any]) -> str:
    country = party.get("country")
    return f"«{party['text']}»" + (f" ({country})" if country else "")


def _tellers(doc: Document, party: Mapping[str, Any], mentions: Sequence[EventMention], roles: Sequence[str]) -> str:
    """Tell which mentions have a party as filler of one of some roles: by its entity, else by its words."""
    entity = party["entity_id"] and party["entity_id"].removeprefix(f"{doc.doc_id}/")
    found: dict[str, list[int]] = {}
    for n, mention in enumerate(mentions, start=1):
        for role in mention.roles:
            same = role.entity == entity if entity else full_name(doc.text, role.start, role.end) == party["text"]
            if role.role in roles and same:
                found.setdefault(role.role, []).append(n)
    name = next(name for name in roles if name in found)
    return f"{name} of {_numbers(list(dict.fromkeys(found[name])))}"


def _speaker_name(doc: Document, mention: EventMention) -> str | None:
    return full_name(doc.text, mention.speaker.start, mention.speaker.end) if mention.speaker else None


def _numbers(numbers: Sequence[int]) -> str:
    return f"mention{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers))}"


def _type(event: EventMention, grounds: Grounds) -> str:
    entry = f"lexicon entry {grounds.entry} ({grounds.kind})"
    if grounds.status is None or event.type not in EVENT_TYPES:
        return f"type: {event.type}, score {_percent(event.score)}, the strength of {entry}"
    alone = f", {_percent(grounds.strength)} sure by itself" if grounds.strength is not None else ""
    faint = ", though its conditions do not hold" if grounds.faint else ""
    return f"type: {event.type}, probability {_percent(event.score)}; {entry}{alone}{faint}"


def _status(doc: Document, event: EventMention, grounds: Grounds) -> str:
    cue = f"cue «{_text(doc, event.status_cue)}»" if event.status_cue else "no cue word governs it"
    negated = f"; «{_word(doc, grounds.taken.start)}» is negated, and its status taken back" if grounds.taken else ""
    line = f"status: {event.status}, {_likely(grounds.status)}; {cue}{negated}"
    if grounds.alone is None:
        return line
    own, share = grounds.alone
    return f"{line}; by itself {own} {_percent(share)}, before mentions that likely tell the same were weighed in"


def _date(doc: Document, event: EventMention, grounds: Grounds) -> str:
    found = grounds.date
    if event.time is None:
        near = found and next((time for time in doc.times if time.end > found.start), None)
        why = f" (the likeliest, «{_text(doc, near)}», has {_percent(found.share)})" if found and near else ""
        return f"date: none; no time expression dates it{why}"
    time = doc.times[event.time]
    said = f"{_likely(found.share if found else None)}; expression «{_text(doc, time)}»"
    if event.date_start is None and event.date_end is None:
        return f"date: not known, {said} ({time.basis}) needs a date to count from, or names none"
    return f"date: {_interval(event.date_start, event.date_end, event.date_basis)}, {said}"


def _interval(start: Any, end: Any, basis: str | None) -> str:
    days = str(start) if start == end else f"{start or 'open'} to {end or 'open'}"
    return f"{days} ({basis})"


def _speaker(doc: Document, event: EventMention, grounds: Grounds) -> str:
    source = grounds.speaker
    if event.speaker is None:
        why = f" (the likeliest source, «{_word(doc, source.start)}», has {_percent(source.share)})" if source else ""
        return f"speaker: none; the text itself reports it{why}"
    sure = _likely(source.share if source else None, "probability with its event")
    line = f"speaker: «{_text(doc, event.speaker)}», {sure}"
    if source is None:
        return line
    if event.speaker.start <= source.start < event.speaker.end:
        return f"{line}; named before a colon"
    return f"{line}; source {_source(doc, source)}"


def _source(doc: Document, source: Share) -> str:
    """Name a source: a mention that reports, whose likeliest actor speaks, or a cue word before the speaker."""
    word = f"«{_word(doc, source.start)}»"
    told = next((mention for mention in doc.events if mention.start == source.start), None)
    return f"{word} ({told.type}), whose likeliest actor it is" if told else f"cue {word}"


def _same(doc: Document, event: EventMention, grounds: Grounds) -> Iterator[str]:
    if grounds.same is None:
        return
    other = next((mention for mention in doc.events if mention.start == grounds.same.start), None)
    word = f"«{_word(doc, grounds.same.start)}» at {grounds.same.start}"
    if other is not None and other.event == event.event:
        yield f"happening: that of {word}, {_likely(grounds.same.share)}"
        return
    own = "the first of it" if sum(mention.event == event.event for mention in doc.events) > 1 else "its own"
    share = grounds.same.share
    apart = "; names or dates keep them apart" if share is not None and share >= _EVEN else ""
    yield f"happening: {own}; the likeliest other before, that of {word}, has {_percent(share)}{apart}"


def _role(doc: Document, role: Role, grounds: Grounds) -> str:
    filler = f"{role.role}: «{doc.text[role.start : role.end]}»"
    slot, _, place = role.rule.rpartition(": ")
    if role.score is None:
        return f"{filler}, by rule, which gives no probability ({role.rule})"
    score = f"{'score' if grounds.status is None else 'probability with its event'} {_percent(role.score)}"
    if place == LENT:
        return f"{filler}, {score}; that of the report before"
    by = f"frame slot {slot}" if slot else "no slot of the frame, by the models"
    return f"{filler}, {score}; {by}, place: {place}"


def _sentence(doc: Document, event: EventMention) -> str:
    sentence = doc.sentences[event.sentence]
    before = doc.text[sentence.start : event.start]
    after = doc.text[event.end : sentence.end]
    return f"{before}[{doc.text[event.start : event.end]}]{after}"


def _text(doc: Document, span: Any) -> str:
    return doc.text[span.start : span.end]


def _word(doc: Document, start: int) -> str:
    found = _WORD.match(doc.text, start)
    return found[0] if found else ""


def _likely(share: float | None, of: str = "probability") -> str:
    return "by rule" if share is None else f"{of} {_percent(share)}"


def _percent(score: float | None) -> str:
    return "unknown" if score is None else f"{100 * score:.0f}%"
