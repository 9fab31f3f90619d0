"""Reads the event ontology: one TOML file per type, and the word classes that their patterns share.

`pipeline/resources/events/README.md` describes the files for those who write them. Everything wrong in a file raises
ResourceError that names the file, the entry and what to do.
"""

import gc
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NoReturn

from pipeline.errors import ResourceError
from pipeline.events.candidate import Slot
from pipeline.events.examples import Example, read_example
from pipeline.events.inflection import (
    Form,
    active_participle,
    fold_letters,
    inflect_noun,
    inflect_participle,
    inflect_verb,
    passive_participle,
)
from pipeline.events.ontology_keys import (
    FILE,
    INFLECTED,
    LIGHT,
    LIST,
    LISTS,
    NAMED,
    ROWS,
    TABLE,
    TEXT,
    TEXTS,
    Kind,
    check_row,
    fail,
    one_of,
)
from pipeline.events.patterns import Pattern, compile_pattern
from pipeline.events.wordforms import prepositions
from pipeline.schema import EVENT_TYPES, LABELS, ROLES

FOLDER: Final = Path(__file__).parent.parent / "resources" / "events"
SHARED: Final = "shared.toml"  # word classes, helper words and light verbs for the patterns of all types
FORMS: Final = ("verb", "passive", "masdar", "participle")
_POSITIONS: Final = frozenset({"subject", "object", "object2", "idafa", "suffix", "passive_subject"})
_FAINTEST: Final = 0.2  # strength from which an entry is proposed without its conditions, if its row does not say


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A word with all its written forms. lemma: folded citation form; `{lemma}` names a verb in patterns."""

    lemma: str
    kind: str
    forms: tuple[Form, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One trigger of one type.

    id: `TYPE/word`. lexeme: index into Ontology.lexemes. kind: as Candidate.kind. strength: as Candidate.strength.
    slots: how the frame fills roles, for each of `active`, `passive` and `either` voice.
    when: patterns of which one must hold, empty for none. unless: patterns of which none may hold.
    only: features (see FEATURES) that the word must all have. exceptions: folded tokens that are never meant.
    faint: whether it may be proposed where no `when` holds (see `triggers`).
    """

    id: str
    type: str
    lexeme: int
    kind: str
    strength: float
    slots: Mapping[str, tuple[Slot, ...]]
    when: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    only: frozenset[str]
    exceptions: frozenset[str]
    faint: bool


@dataclass(frozen=True, slots=True)
class EventType:
    """A type of event. symmetric: all parties are actors.

    plover: event type and mode of the PLOVER codebook as `TYPE` or `TYPE/mode`; cameo: code of the CAMEO codebook;
    None where the scheme has no such event. like: of a type that is the user's own, the one of schema.EVENT_TYPES that
    the models take it for; None of those.
    """

    name: str
    definition: str
    plover: str | None
    cameo: str | None
    symmetric: bool
    examples: tuple[Example, ...]
    like: str | None = None


@dataclass(frozen=True, slots=True)
class LightVerb:
    """A verb that lends its subject to a masdar. lemma: folded. takes: `object`, `subject` or a folded preposition.

    reach: how many tokens after the verb the masdar may stand. subject: the role of the verb's subject, empty if its
    subject is the masdar itself (تم، جرى).
    """

    lemma: str
    takes: str
    reach: int
    subject: str


@dataclass(frozen=True, eq=False)
class Ontology:
    """All event types with their triggers; compared by identity, so that lookup tables can be kept for each.

    types: by name. entries: by id. classes: members of each word class, folded. light_verbs: by lemma.
    """

    types: Mapping[str, EventType]
    entries: Mapping[str, Entry]
    lexemes: tuple[Lexeme, ...]
    classes: Mapping[str, frozenset[str]]
    light_verbs: Mapping[str, LightVerb]


def load_ontology(folder: Path | None = None) -> Ontology:
    """Load the ontology of a folder, or the shipped one; it is read anew when a file of it has changed."""
    folder = folder or FOLDER
    try:
        stats = [(path, path.stat()) for path in sorted(folder.glob("*.toml"))]
    except OSError as error:
        raise ResourceError(f"{folder}: cannot be read ({error}); restore the file or name another folder") from error
    return _load(folder, tuple((path, stat.st_mtime_ns, stat.st_size) for path, stat in stats))


@lru_cache(maxsize=8)
def _load(folder: Path, files: tuple[tuple[Path, int, int], ...]) -> Ontology:
    collecting = gc.isenabled()
    gc.disable()  # all of the many small records stay: looking for garbage among them only costs time
    try:
        builder = _Builder(_read(folder / SHARED), folder / SHARED)
        for path, *_ in files:
            if path.name != SHARED:
                builder.add_type(path, _read(path))
        if not builder.types:
            raise ResourceError(f"{folder}: no type files (*.toml); name the folder that holds the event ontology")
        return builder.finish()
    finally:
        if collecting:
            gc.enable()


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ResourceError(f"{path}: cannot be read ({error}); restore the file or name another folder") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ResourceError(f"{path}: no valid TOML ({error}); correct that line") from error


class _Builder:
    """Collects lexemes and entries over all files, and checks them."""

    def __init__(self, shared: dict[str, Any], path: Path) -> None:
        self.path = path
        self.types: dict[str, EventType] = {}
        self.paths: dict[str, Path] = {}
        self.entries: dict[str, Entry] = {}
        self.lexemes: list[Lexeme] = []
        self.known: dict[tuple[str, str, str], int] = {}
        self.triggers: dict[str, int] = {}
        self._check("top level", shared, {"verbs": LIST, "light_verbs": LIST, "classes": TABLE})
        classes = shared.get("classes", {})
        self._check("classes", classes, dict.fromkeys(classes, TEXT))
        self.classes = {name: frozenset(map(fold_letters, words.split())) for name, words in classes.items()}
        for row in shared.get("verbs", []):
            self._check("verbs", row, INFLECTED, "verb")
            self._verb(row)
        self.light_verbs = {}
        for row in shared.get("light_verbs", []):
            self._check("light_verbs", row, LIGHT, "verb", "takes", "reach")
            self._verb(row)
            lemma, takes = fold_letters(row["verb"]), fold_letters(row["takes"])
            if takes not in ("object", "subject") and takes not in prepositions():
                self._fail(f"light_verbs {row['verb']}", f"takes is {takes!r}; write object, subject or a preposition")
            self.light_verbs[lemma] = LightVerb(lemma, takes, row["reach"], row.get("subject", "actor"))

    def finish(self) -> Ontology:
        """Check what the patterns name, and give the ontology."""
        known = {"{" + lexeme.lemma + "}" for lexeme in self.lexemes if lexeme.kind == "verb"}
        known |= {"@" + name for name in self.classes}
        for entry in self.entries.values():
            for pattern in (*entry.when, *entry.unless):
                for key in pattern.names() - known:
                    problem = f"pattern {pattern.text!r} names {key}, which is no verb or class of the ontology"
                    fail(self.paths[entry.type], entry.id, f"{problem}; add it to {SHARED} or correct it")
        for kind in self.types.values():
            for example in kind.examples:
                for name in {event.type for event in example.events} - self.types.keys():
                    listed = ", ".join(sorted(self.types))
                    problem = f"{name} is no type of the ontology; write one of {listed}"
                    fail(self.paths[kind.name], f"example {example.text[:40]}", problem)
        return Ontology(self.types, self.entries, tuple(self.lexemes), self.classes, self.light_verbs)

    def add_type(self, path: Path, data: dict[str, Any]) -> None:
        """Check one file and add its type and entries."""
        self.path = path
        self._check("type", data, FILE, "type", "definition", "plover", "cameo", "frames", "examples")
        name = data["type"]
        self.paths[name] = path
        if name != path.stem.upper():
            self._fail("type", f"is {name!r}, but the file is {path.name}; name both alike")
        like = data.get("like")
        if name in EVENT_TYPES and like:
            self._fail("type", f"{name} is one of Rasd's; leave `like` out")
        if name not in EVENT_TYPES and not like:
            listed = ", ".join(sorted(EVENT_TYPES))
            self._fail("type", f"{name} is a type of your own; say by `like` which the models take it for: {listed}")
        frames = {frame: self._frame(frame, rows) for frame, rows in data["frames"].items()}
        if "default" not in frames:
            self._fail("frames", "has no `default`; add [frames.default]")
        for row in data.get("words", []):
            self._check("words", row, NAMED, "noun")
            self._noun(row, "noun")
        for table, kind in LISTS.items():
            keys = ROWS[table] | {"frame": one_of(frames)}
            for row in data.get(table, []):
                self._check(table, row, keys, kind, "strength")
                for suffix, part, lexeme, strength in self._lexemes(table, row):
                    self._add_entry(name, row, frames, suffix, part, lexeme, strength)
        examples = tuple(read_example(path, name, row) for row in data["examples"])
        if len(examples) < 5:
            self._fail("examples", f"are {len(examples)}; write at least five")
        codes = data["plover"] or None, data["cameo"] or None
        symmetric = data.get("symmetric", False)
        self.types[name] = EventType(name, data["definition"], *codes, symmetric, examples, like)

    def _fail(self, entry: str, problem: str) -> NoReturn:
        fail(self.path, entry, problem)

    def _check(self, where: str, row: Any, keys: Mapping[str, Kind], *needed: str) -> None:
        check_row(self.path, where, row, keys, *needed)

    def _lexemes(self, table: str, row: dict[str, Any]) -> Iterator[tuple[str, str, int, float]]:
        """Give the id, kind, lexeme and strength of each entry that a row makes."""
        strength = float(row["strength"])
        if table == "verbs":
            word, form = row["verb"], row.get("form", "")
            yield word, "verb", self._verb(row), strength
            for key, derive in (("active", active_participle), ("passive", passive_participle)):
                if key in row:
                    participle = derive(word, form)
                    yield participle, f"{key} participle", self._participle(participle), float(row[key])
        elif table == "participles":
            yield row["participle"], "active participle", self._participle(row["participle"]), strength
        elif table == "phrases":
            phrase = row["phrase"]
            word = next((part[1:] for part in phrase.split() if part.startswith("~")), "")
            lexeme = self.triggers.get(word)
            if lexeme is None:
                self._fail(f"phrases {phrase}", f"its trigger ~{word} is in no file; add it to `words` of this one")
            kind = self.lexemes[lexeme].kind
            yield phrase, kind if kind == "verb" or "{" not in phrase else "idiom", lexeme, strength
        else:
            kind = LISTS[table]
            yield row[kind], kind, self._noun(row | {"noun": row[kind]}, kind), strength

    def _add_entry(
        self, name: str, row: dict[str, Any], frames: Mapping[str, Mapping[str, tuple[Slot, ...]]],
        word: str, part: str, lexeme: int, strength: float,
    ) -> None:  # fmt: skip
        frame = frames[row.get("frame", "default")]
        kind = part.split()[-1]
        entry_id = known = f"{name}/{word.replace('~', '')}"
        number = 1
        while entry_id in self.entries:  # a masdar written like its verb, or one word under several conditions
            number += 1
            entry_id = f"{known}:{kind}" if number == 2 else f"{known}:{kind}{number}"
        try:
            when = [compile_pattern(text) for text in row.get("when", [])]
            if "phrase" in row:
                when.append(compile_pattern(row["phrase"]))
            unless = [compile_pattern(text) for text in row.get("unless", [])]
        except ValueError as error:
            self._fail(f"{word}", str(error))
        only = "" if part.endswith(" participle") and "verb" in row else row.get("only", "")
        slot_kind = self.lexemes[lexeme].kind if kind == "idiom" else kind
        self.entries[entry_id] = Entry(
            entry_id, name, lexeme, kind, strength, _slots_by_voice(frame, slot_kind, part),
            tuple(when), tuple(unless), frozenset(only.split()), frozenset(fold_letters(row.get("except", "")).split()),
            bool(row.get("faint", strength >= _FAINTEST)),
        )  # fmt: skip

    def _verb(self, row: dict[str, Any]) -> int:
        word, form = row["verb"], row.get("form", "")
        return self._add(word, "verb", form, lambda: inflect_verb(word, form))

    def _participle(self, word: str) -> int:
        return self._add(word, "participle", "", lambda: inflect_participle(word))

    def _noun(self, row: dict[str, Any], kind: str) -> int:
        plurals = tuple(row.get("plural", "").split())
        return self._add(row["noun"], kind, " ".join(plurals), lambda: inflect_noun(row["noun"], plurals))

    def _add(self, word: str, kind: str, detail: str, inflect: Callable[[], tuple[Form, ...]]) -> int:
        """Give the number of a lexeme, inflecting it when it is new."""
        key = (word, "noun" if kind == "masdar" else kind, detail)
        if key not in self.known:
            self.known[key] = len(self.lexemes)
            self.triggers.setdefault("{" + word + "}" if kind == "verb" else word, len(self.lexemes))
            try:
                self.lexemes.append(Lexeme(fold_letters(word), kind, inflect()))
            except (IndexError, ValueError) as error:
                raise ResourceError(f"{self.path}: {kind} {word}: cannot be inflected; correct the word") from error
        return self.known[key]

    def _frame(self, name: str, rows: dict[str, list[str]]) -> dict[str, tuple[Slot, ...]]:
        self._check(f"frames.{name}", rows, dict.fromkeys(FORMS, TEXTS))
        return {form: tuple(self._slot(name, text) for text in rows.get(form, [])) for form in FORMS}

    def _slot(self, frame: str, text: str) -> Slot:
        """Read a slot: `role=position` or `role=preposition`, with `:LABEL,LABEL` where not all fillers will do."""
        role, _, rest = text.partition("=")
        place, _, labels = rest.partition(":")
        allowed = frozenset(filter(None, labels.split(",")))
        if role not in (*ROLES, "speaker") or not place:
            self._fail(f"frames.{frame}", f"slot {text!r}: write role=position with a role of {', '.join(ROLES)}")
        if not allowed <= {*LABELS, "NP"}:
            self._fail(f"frames.{frame}", f"slot {text!r}: labels are {', '.join(LABELS)} and NP")
        if place in _POSITIONS:
            return Slot(role, place, None, allowed)
        if place.isascii():
            self._fail(f"frames.{frame}", f"slot {text!r}: positions are {', '.join(sorted(_POSITIONS))}")
        preposition = fold_letters(place)
        if preposition not in prepositions():
            self._fail(f"frames.{frame}", f"slot {text!r}: {place} is no preposition of clauses/words.toml; correct it")
        return Slot(role, "prep", preposition, allowed)


def _slots_by_voice(frame: Mapping[str, tuple[Slot, ...]], kind: str, part: str) -> dict[str, tuple[Slot, ...]]:
    """Choose the slots of an entry for a known or unknown voice: an ambiguous verb has those of both voices."""
    if kind == "verb":
        active, passive = frame["verb"], frame["passive"]
        both = active + tuple(slot for slot in passive if slot not in active)
        return {"active": active, "passive": passive, "either": both}
    if kind == "participle":
        active = frame["participle"] or frame["verb"]
        chosen = frame["passive"] if part.startswith("passive") else active
        return {"active": chosen, "passive": chosen, "either": chosen}
    return dict.fromkeys(("active", "passive", "either"), frame["masdar"])
