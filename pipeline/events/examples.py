"""The example sentences of the ontology's files, with the analysis that they must yield."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.events.ontology_keys import EVENT, EXAMPLE, TEXTS, check_row, fail
from pipeline.schema import ROLES
from pipeline.text.normalize import ARABIC


@dataclass(frozen=True, slots=True)
class ExampleEvent:
    """An event mention that an example sentence must yield. nth: 1-based occurrence of `trigger` in the text.

    roles: role and filler pairs. time, speaker: the words, None for none.
    """

    type: str
    trigger: str
    nth: int
    status: str
    roles: tuple[tuple[str, str], ...]
    time: str | None
    speaker: str | None


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence of an ontology file; with no events, nothing of the file's type may be found in it."""

    text: str
    events: tuple[ExampleEvent, ...]


def read_example(path: Path, name: str, row: dict[str, Any]) -> Example:
    """Read one example of the file of the type `name`; whether its types are of the ontology is not known here."""
    check_row(path, "examples", row, EXAMPLE, "text")
    text, where = row["text"], f"example {row['text'][:40]}"
    if not ARABIC.search(text):
        fail(path, where, "holds no Arabic letter; write a sentence")
    events = []
    for event in row.get("events", []):
        check_row(path, f"{where}: event", event, EVENT, "trigger")
        check_row(path, f"{where}: roles", event.get("roles", {}), dict.fromkeys(ROLES, TEXTS))
        nth, trigger = event.get("nth", 1), event["trigger"]
        if not trigger or text.count(trigger) < nth:
            fail(path, where, f"has no occurrence {nth} of the trigger {trigger!r}; correct it")
        roles = tuple((role, filler) for role, fillers in event.get("roles", {}).items() for filler in fillers)
        parts = [("filler", filler) for _, filler in roles] + [(k, event[k]) for k in ("time", "speaker") if k in event]
        for part, words in parts:
            if not words or words not in text:
                fail(path, where, f"does not hold the {part} {words!r}; copy it from the text")
        status = event.get("status", "OCCURRED")
        kind = event.get("type", name)
        events.append(ExampleEvent(kind, trigger, nth, status, roles, event.get("time"), event.get("speaker")))
    return Example(text, tuple(events))
