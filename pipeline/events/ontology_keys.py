"""What the keys of the ontology files may hold, and the check of a row; `resources/events/README.md` explains them."""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

from pipeline.errors import ResourceError
from pipeline.events.inflection import CONJUGATIONS
from pipeline.schema import EVENT_TYPES, ROLES, STATUSES

FEATURES: Final = frozenset(
    {"past", "present", "future", "active", "passive", "singular", "dual", "plural"}
    | {"definite", "indefinite", "suffix", "free"}
)
LISTS: Final = {  # the tables of a file and the key that names the word of a row
    "verbs": "verb",
    "masdars": "masdar",
    "nouns": "noun",
    "participles": "participle",
    "phrases": "phrase",
}
Kind = tuple[str, Callable[[Any], bool]]  # of what a key holds: in words that follow `write`, and the test for it


def _text(expected: str, holds: Callable[[str], object]) -> Kind:
    return expected, lambda value: isinstance(value, str) and bool(holds(value))


def one_of(names: Iterable[str], before: str = "one of ", after: str = "") -> Kind:
    """Give the kind of a text that is one of some names."""
    return _text(before + ", ".join(filter(None, sorted(names))) + after, frozenset(names).__contains__)


_LETTER: Final = "[\u0621-\u063a\u0641-\u064a\u0671-\u06d3]"  # an Arabic letter, no mark or tatweel
TEXT: Final = _text('a text, "..."', lambda text: True)
_VERB: Final = _text("one word of two or more Arabic letters", re.compile(_LETTER + "{2,}").fullmatch)
_NOUN: Final = _text("one Arabic word", re.compile(_LETTER + r"[\w\u064b-\u0652-]*").fullmatch)
_ONLY: Final = _text(f"some of {', '.join(sorted(FEATURES))}", lambda text: FEATURES.issuperset(text.split()))
_TYPE: Final = _text("a name of capital letters, as SPORT", re.compile("[A-Z][A-Z_]*").fullmatch)
_SHIPPED: Final = one_of(EVENT_TYPES, f"one of the {len(EVENT_TYPES)} types ")
_FLAG: Final[Kind] = "true or false", lambda value: isinstance(value, bool)
_COUNT: Final[Kind] = "a whole number from 1", lambda value: type(value) is int and value >= 1
_SHARE: Final[Kind] = "a share between 0 and 1", lambda value: type(value) in (int, float) and 0 <= value <= 1
LIST: Final[Kind] = "a list, [...]", lambda value: isinstance(value, list)
TEXTS: Final[Kind] = 'a list of texts, ["..."]', lambda v: LIST[1](v) and all(isinstance(text, str) for text in v)
TABLE: Final[Kind] = "a table, { key = ... }", lambda value: isinstance(value, dict)
_COMMON: Final = {"strength": _SHARE, "frame": TEXT, "when": TEXTS, "unless": TEXTS, "only": _ONLY, "except": TEXT,
                  "faint": _FLAG}  # fmt: skip
INFLECTED: Final = {"verb": _VERB, "form": one_of(CONJUGATIONS)}
NAMED: Final = {"noun": _NOUN, "plural": TEXT}
LIGHT: Final = INFLECTED | {"takes": TEXT, "reach": _COUNT, "subject": one_of(("", *ROLES))}
ROWS: Final[dict[str, dict[str, Kind]]] = {  # of the rows of each list
    "verbs": _COMMON | INFLECTED | {"active": _SHARE, "passive": _SHARE},
    "masdars": _COMMON | {"masdar": _NOUN, "plural": TEXT},
    "nouns": _COMMON | NAMED,
    "participles": _COMMON | {"participle": _NOUN},
    "phrases": _COMMON | {"phrase": TEXT},
}
FILE: Final = {"type": _TYPE, "like": _SHIPPED, "definition": TEXT, "plover": TEXT, "cameo": TEXT, "frames": TABLE,
               "examples": LIST, "symmetric": _FLAG, "words": LIST, **dict.fromkeys(LISTS, LIST)}  # fmt: skip
EXAMPLE: Final = {"text": TEXT, "events": LIST}
EVENT: Final = {"trigger": TEXT, "nth": _COUNT, "status": one_of(STATUSES), "roles": TABLE, "time": TEXT,
                "speaker": TEXT, "type": _TYPE}  # fmt: skip


def check_row(path: Path, where: str, row: Any, keys: Mapping[str, Kind], *needed: str) -> None:
    """Check that a row is a table of such keys, holding what they should; the first that it needs names it."""
    if not isinstance(row, dict):
        fail(path, where, f"{row!r:.60} is no table; write {{ {needed[0] if needed else 'key'} = ... }}")
    if needed:
        where = f"{where} {row.get(needed[0], row)!s:.60}"
    for key, value in row.items():
        if key not in keys:
            fail(path, where, f"key {key!r} is unknown; use {', '.join(sorted(keys))}")
        expected, holds = keys[key]
        if not holds(value):
            fail(path, where, f"{key} is {value!r:.60}; write {expected}")
    for key in needed:
        if key not in row:
            fail(path, where, f"has no {key}; write {keys[key][0]}")


def fail(path: Path, entry: str, problem: str) -> NoReturn:
    """Raise the ResourceError of a fault in a file."""
    raise ResourceError(f"{path}: {entry}: {problem}")
