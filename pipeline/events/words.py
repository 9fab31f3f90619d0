"""Takes written words apart: which triggers of the ontology can a word be, with which particles and pronouns attached."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from pipeline.events.inflection import Form
from pipeline.events.ontology import Entry, LightVerb, Ontology

_CACHE: Final = 1 << 18  # word types kept; the tables are emptied when they are full
_SUFFIXES: Final = ("هما", "ها", "هم", "هن", "كم", "نا", "ني", "ه", "ك", "ي")
_CONJUNCTIONS: Final = "وف"
_PREPOSITIONS: Final = "بلك"
# Whose forms win where one spelling serves several persons: news speaks of third persons.
_PERSONS: Final = {"3ms": 0, "3fs": 0, "3mp": 0, "3md": 1, "3fd": 1, "1p": 1, "3fp": 2, "1s": 3, "2mp": 4}


class Analysis(NamedTuple):
    """One reading of a word as a form of a lexeme; fields as in Form and Candidate. rank: lower is likelier."""

    lexeme: int
    form: Form
    proclitics: tuple[str, ...]
    suffix: str | None
    rank: int

    @property
    def tense(self) -> str | None:
        """Give the tense with the prefix of the future counted in."""
        if self.form.tense is None:
            return None
        return "future" if "س" in self.proclitics else "past" if self.form.tense == "past" else "present"


class Hit(NamedTuple):
    """An entry that a word may be a trigger of, and how it is read."""

    entry: Entry
    analysis: Analysis


class Word(NamedTuple):
    """What the ontology knows of a written word. light: the light verb that it is a form of."""

    hits: tuple[Hit, ...]
    light: LightVerb | None


class Words:
    """Looks written words up in an ontology; every word type is taken apart once."""

    def __init__(self, ontology: Ontology) -> None:
        """Index all forms by their letters."""
        self._ontology = ontology
        self._index: dict[str, list[tuple[int, Form]]] = {}
        for number, lexeme in enumerate(ontology.lexemes):
            for form in lexeme.forms:
                self._index.setdefault(form.surface, []).append((number, form))
        self._entries: list[list[Entry]] = [[] for _ in ontology.lexemes]
        for entry in ontology.entries.values():
            self._entries[entry.lexeme].append(entry)
        self._classes: dict[str, list[str]] = {}
        for name, members in ontology.classes.items():
            for member in members:
                self._classes.setdefault(member, []).append("@" + name)
        self._words: dict[str, Word] = {}
        self._keys: dict[str, frozenset[str]] = {}

    def word(self, norm: str) -> Word:
        """Give the triggers and the light verb that a folded token can be."""
        known = self._words.get(norm)
        if known is None:
            if len(self._words) >= _CACHE:
                self._words.clear()
            known = self._words[norm] = self._look_up(norm)
        return known

    def keys(self, norm: str) -> frozenset[str]:
        """Give all that a folded token can be matched as in a pattern (see `patterns`)."""
        known = self._keys.get(norm)
        if known is None:
            if len(self._keys) >= _CACHE:
                self._keys.clear()
            known = self._keys[norm] = self._find_keys(norm)
        return known

    def _look_up(self, norm: str) -> Word:
        analyses = self._analyse(norm)
        hits = []
        light = None
        for analysis in analyses:
            lexeme = self._ontology.lexemes[analysis.lexeme]
            if lexeme.kind == "verb" and not analysis.suffix:
                light = light or self._ontology.light_verbs.get(lexeme.lemma)
            for entry in self._entries[analysis.lexeme]:
                if norm not in entry.exceptions and (not entry.only or entry.only <= _features(analysis)):
                    hits.append(Hit(entry, analysis))
        return Word(tuple(hits), light)

    def _analyse(self, norm: str) -> list[Analysis]:
        """Give the best reading of a word for each lexeme that it can be a form of."""
        best: dict[tuple[int, bool], Analysis] = {}
        for proclitics, rest, mode in _splits(norm):
            for core, suffix in _cores(rest):
                for number, form in self._index.get(core, ()):
                    if _fits(form, mode, suffix, core, rest):
                        rank = 2 * (len(proclitics) - ("ال" in proclitics)) + (2 if suffix else 0)
                        rank += _PERSONS.get(form.person, 0) + (form.voice == "passive") + (form.tense == "jussive")
                        known = best.get((number, form.tense is None))
                        if known is None or rank < known.rank:
                            best[number, form.tense is None] = Analysis(number, form, proclitics, suffix, rank)
        return list(best.values())

    def _find_keys(self, norm: str) -> frozenset[str]:
        keys = {norm}
        for proclitics, rest, mode in _splits(norm):
            keys.add(rest)
            if mode == "article":
                keys.add("ال_")
            for letter in "بل":
                if letter in proclitics:
                    keys.add(letter + "_")
            keys.update(core for core, suffix in _cores(rest) if suffix)
        for analysis in self._analyse(norm):
            lexeme = self._ontology.lexemes[analysis.lexeme]
            keys.add("{" + lexeme.lemma + "}" if lexeme.kind == "verb" else lexeme.lemma)
        if norm[0].isdigit():
            keys.add("#")
        for key in tuple(keys):
            keys.update(self._classes.get(key, ()))
        return frozenset(keys)


def _splits(norm: str) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Give each way to part attached particles from a word: particles, rest, and what the rest must be."""
    leads: list[tuple[tuple[str, ...], str]] = [((), norm)]
    if len(norm) > 2 and norm[0] in _CONJUNCTIONS:
        leads.append(((norm[0],), norm[1:]))
    for lead, rest in leads:
        yield lead, rest, "any"
        if len(rest) < 3:
            continue
        first = rest[0]
        if first == "ا":
            if rest[1] == "ل":
                yield (*lead, "ال"), rest[2:], "article"
            elif rest[1] in "يت":
                yield (*lead, "ا"), rest[1:], "question"
        elif first == "س":
            yield (*lead, "س"), rest[1:], "future"
        elif first in _PREPOSITIONS:
            yield (*lead, first), rest[1:], "lam" if first == "ل" else "preposition"
            if first == "ل" and rest[1] == "ل":
                yield (*lead, "ل", "ال"), rest[2:], "article"
            elif rest[1:3] == "ال" and first != "ل":
                yield (*lead, first, "ال"), rest[3:], "article"


def _cores(rest: str) -> Iterator[tuple[str, str | None]]:
    """Give each way to part a pronoun suffix from a word, and the word with teh marbuta for a final heh."""
    yield rest, None
    for suffix in _SUFFIXES:
        if len(rest) > len(suffix) + 1 and rest.endswith(suffix):
            yield rest[: -len(suffix)], suffix
    if rest[-1:] == "ه" and len(rest) > 3:
        yield rest[:-1] + "ة", None


def _fits(form: Form, mode: str, suffix: str | None, core: str, rest: str) -> bool:
    """Tell whether a form can stand with the particles and the suffix that were parted from it."""
    if form.bound is not None and form.bound != (suffix is not None):
        return False
    if form.tense is None:
        if suffix in ("ني", "ي") and not (suffix == "ي" and core[-1] == "ت"):
            return False
        return mode in ("any", "lam", "preposition") or (mode == "article" and form.article and not suffix)
    if suffix == "ي" or core[-1] == "ة" or (suffix and form.voice == "passive"):
        return False
    if mode == "any":
        return True
    if form.tense == "past":
        return False
    return mode == "lam" or (form.tense == "present" and (mode == "future" or (mode == "question" and not suffix)))


def _features(analysis: Analysis) -> frozenset[str]:
    """Give the features that an entry can ask of its word (`ontology.FEATURES`)."""
    form = analysis.form
    found = {analysis.tense or {"s": "singular", "d": "dual", "p": "plural"}[form.person]}
    found |= {"active", "passive"} if form.voice == "either" else {form.voice}
    definite = "ال" in analysis.proclitics or analysis.suffix
    found.add("definite" if definite else "indefinite")
    if analysis.suffix:
        found.add("suffix")
    if not any(particle not in _CONJUNCTIONS for particle in analysis.proclitics):
        found.add("free")
    return frozenset(found)
