"""Takes written words apart: which triggers can a word be, and with which particles and pronouns attached."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from pipeline.events.inflection import Form
from pipeline.events.ontology import Entry, LightVerb, Ontology
from pipeline.resources import load_words

_CACHE: Final = 1 << 18  # word types kept; the tables are emptied when they are full
_SUFFIXES: Final = {  # pronouns by their last letter
    "ا": ("هما", "ها", "نا"),
    "م": ("هم", "كم"),
    "ن": ("هن",),
    "ي": ("ني", "ي"),
    "ه": ("ه",),
    "ك": ("ك",),
}
_CONJUNCTIONS: Final = "وف"
_PREPOSITIONS: Final = "بلك"
_THAT: Final = "ان"
# Whose forms win where one spelling serves several persons: news speaks of third persons.
_PERSONS: Final = {"3ms": 0, "3fs": 0, "3mp": 0, "3md": 1, "3fd": 1, "1p": 1, "3fp": 2, "1s": 3, "2mp": 4}


Core = tuple[str, str | None]  # a word without its pronoun suffix, and the suffix
Split = tuple[tuple[str, ...], str, str]  # attached particles, the rest, and what the rest must be


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
    """An entry that a word may be a trigger of, and how it is read. free: it has no conditions to check."""

    entry: Entry
    analysis: Analysis
    free: bool


class Word(NamedTuple):
    """What the ontology knows of a written word.

    hits: the strongest first. nouns_first: the same, verbs last, if some are verbs and some are not, else empty.
    verbs_first: likewise. light: the light verb that it is a form of.
    keys: what it can be matched as (see `patterns`), of all that is asked for.
    """

    hits: tuple[Hit, ...]
    nouns_first: tuple[Hit, ...]
    verbs_first: tuple[Hit, ...]
    light: LightVerb | None
    keys: frozenset[str]


class Words:
    """Looks written words up in an ontology; every word type is taken apart once.

    asked: keys that somebody asks for besides the patterns of the ontology.
    """

    def __init__(self, ontology: Ontology, asked: frozenset[str]) -> None:
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
        self._members = frozenset(self._classes)
        patterns = [pattern for entry in ontology.entries.values() for pattern in (*entry.when, *entry.unless)]
        elements = [element for pattern in patterns for element in (*pattern.before, *pattern.after)]
        self._asked = asked.union(*[element.keys for element in elements])
        self._that = frozenset(
            word for word in load_words("clauses/words.toml", "subordinator", "words") if word.startswith(_THAT)
        )
        self._words: dict[str, Word] = {}

    def words(self, norms: Sequence[str]) -> list[Word]:
        """Give what each folded token can be."""
        found = list(map(self._words.get, norms))
        return [word or self._add(norm) for word, norm in zip(found, norms, strict=True)]

    def _add(self, norm: str) -> Word:
        if len(self._words) >= _CACHE:
            self._words.clear()
        word = self._words[norm] = self._look_up(norm)
        return word

    def _look_up(self, norm: str) -> Word:
        splits = [(split, tuple(_cores(split[1]))) for split in _splits(norm)]
        keys = _split_keys(norm, splits)
        hits: list[Hit] = []
        light = None
        subordinating = norm.lstrip(_CONJUNCTIONS) in self._that
        for analysis in self._analyse(splits):
            lexeme = self._ontology.lexemes[analysis.lexeme]
            verb = lexeme.kind == "verb"
            if verb and subordinating:  # أنه is no form of أنهى
                continue
            keys.add("{" + lexeme.lemma + "}" if verb else lexeme.lemma)
            if verb and not analysis.suffix:
                light = light or self._ontology.light_verbs.get(lexeme.lemma)
            features = _features(analysis)
            hits += [
                Hit(entry, analysis, not entry.when and not entry.unless and analysis.form.tense != "jussive")
                for entry in self._entries[analysis.lexeme]
                if norm not in entry.exceptions and entry.only <= features
            ]
        for key in keys & self._members:
            keys.update(self._classes[key])
        hits.sort(key=lambda hit: -hit.entry.strength)
        nouns = tuple([hit for hit in hits if hit.analysis.form.tense is None])
        if nouns:
            hits = [hit for hit in hits if not _is_far_fetched(hit.analysis)]
        verbs = tuple([hit for hit in hits if hit.analysis.form.tense is not None])
        orders = (nouns + verbs, verbs + nouns) if nouns and verbs else ((), ())
        return Word(tuple(hits), *orders, light, self._asked & keys)

    def _analyse(self, splits: Sequence[tuple[Split, Sequence[Core]]]) -> list[Analysis]:
        """Give the best reading of a word for each lexeme that it can be a form of."""
        best: dict[tuple[int, bool], Analysis] = {}
        for (proclitics, rest, mode), cores in splits:
            for core, suffix in cores:
                for number, form in self._index.get(core, ()):
                    if _fits(form, mode, suffix, core, rest):
                        rank = 2 * (len(proclitics) - ("ال" in proclitics)) + (2 if suffix else 0)
                        rank += _PERSONS.get(form.person, 0) + (form.voice == "passive") + (form.tense == "jussive")
                        known = best.get((number, form.tense is None))
                        if known is None or rank < known.rank:
                            best[number, form.tense is None] = Analysis(number, form, proclitics, suffix, rank)
        return list(best.values())


def _is_far_fetched(analysis: Analysis) -> bool:
    """Tell a verb of two who do something to us, which is nearly always a noun in the accusative (عصيانا)."""
    return analysis.form.tense is not None and analysis.suffix == "نا" and analysis.form.person in ("3md", "3fd")


def _split_keys(norm: str, splits: Sequence[tuple[Split, Sequence[Core]]]) -> set[str]:
    """Give the word itself, what is left without particles and pronouns, and the marks of what was attached."""
    keys = {norm}
    for (proclitics, rest, mode), cores in splits:
        keys.add(rest)
        if rest[-1:] == "ا" and len(rest) > 3:
            keys.add(rest[:-1])  # the accusative: صحفيا is also صحفي
        if mode == "article":
            keys.add("ال_")
        for letter in "بل":
            if letter in proclitics:
                keys.add(letter + "_")
        keys.update([core for core, suffix in cores if suffix])
    if norm[0].isdigit():
        keys.add("#")
    return keys


def _splits(norm: str) -> Iterator[Split]:
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


def _cores(rest: str) -> Iterator[Core]:
    """Give each way to part a pronoun suffix from a word, and the word with teh marbuta for a final heh."""
    yield rest, None
    for suffix in _SUFFIXES.get(rest[-1:], ()):
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
    if mode == "lam" and form.tense == "jussive" and form.person[0] == "1":
        return False  # nobody orders himself: لأنه and لاعب are no verbs
    return mode == "lam" or (form.tense == "present" and (mode == "future" or (mode == "question" and not suffix)))


def _features(analysis: Analysis) -> frozenset[str]:
    """Give the features that an entry can ask of its word (`ontology_keys.FEATURES`)."""
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
