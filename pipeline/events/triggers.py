"""Finds the words that may report events: the triggers of the ontology where their conditions hold.

Where no condition of an entry holds and nothing excludes it, it is still proposed, faintly. What is proposed here is
decided upon by the later steps; the aim is to miss little. Each token gets at most one candidate of each type.
"""

from collections.abc import Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Final

from pipeline.document import Document, Token
from pipeline.events.candidate import Candidate, Slot
from pipeline.events.ontology import Entry, LightVerb, Ontology
from pipeline.events.patterns import any_matches
from pipeline.events.words import Analysis, Hit, Word, Words
from pipeline.text.normalize import fold
from pipeline.text.tokens import touches

_DASHES: Final = frozenset("-–—")  # HYPHEN-MINUS, EN DASH, EM DASH
_PAIRS: Final = {"(": ")", "[": "]"} | {dash: dash for dash in _DASHES}
_MARKS: Final = _PAIRS.keys() | set(_PAIRS.values())
_ASIDE: Final = 10  # tokens of a parenthesis, at most
_DAMMA: Final = "\u064f"  # ARABIC DAMMA, which news writes on the first letter of a passive
_ASSIMILATED: Final = "ات"  # ALEF, TEH: form VIII of a root with و or ت first
_ALEF: Final = "ا"
_HITS: Final = attrgetter("hits")
_PREPOSITION, _JUSSIVE, _BEFORE_VERB, _BEFORE_NOUN = "@preposition", "@jussive_particle", "@before_verb", "@before_noun"
_DEFINITE: Final = "ال_"
_FAINT: Final = 0.3  # of the strength of an entry is left where none of its conditions holds
_TANWIN: Final = frozenset("\u064b\u064c\u064d")  # ARABIC FATHATAN, DAMMATAN, KASRATAN: on nouns alone


def find_candidates(doc: Document, ontology: Ontology) -> list[Candidate]:
    """Give the candidates of a document in the order of their tokens."""
    known = _words(ontology).words([token.norm for token in doc.tokens])
    found: list[Candidate] = []
    for sentence in doc.sentences:
        words = known[sentence.first : sentence.last]
        if any(map(_HITS, words)):
            context = _Context(doc.tokens[sentence.first : sentence.last], words, sentence.first)
            for at, word in enumerate(words):
                if word.hits:
                    found.extend([_candidate(*hit, at, context, ontology) for hit in _choose(word, at, context)])
    return found


class _Context:
    """A sentence as the conditions of the entries see it. first: number of its first token in the document.

    inside: tokens of parentheses, brackets and dashes with them. outer: the keys of the tokens outside.
    """

    __slots__ = ("everything", "first", "inside", "keys", "lights", "outer", "tokens")

    def __init__(self, tokens: Sequence[Token], words: Sequence[Word], first: int) -> None:
        """Gather what the words of the sentence can be matched as."""
        self.tokens = tokens
        self.first = first
        self.keys = [word.keys for word in words]
        self.everything: set[str] = set().union(*self.keys)
        self.lights = [(at, word.light) for at, word in enumerate(words) if word.light]
        self.inside = _parentheses(tokens)
        self.outer = [keys for at, keys in enumerate(self.keys) if at not in self.inside]

    def holds(self, entry: Entry, at: int) -> bool:
        """Tell whether a condition of an entry holds for a token, of one that may be faint also across parentheses."""
        if any_matches(entry.when, self.keys, self.everything, at):
            return True
        if not (entry.faint and self.inside) or at in self.inside:
            return False
        return any_matches(entry.when, self.outer, self.everything, at - sum(place < at for place in self.inside))


def _parentheses(tokens: Sequence[Token]) -> frozenset[int]:
    """Give the tokens between brackets or dashes of a sentence, a few at most, with these.

    Dashes within brackets part nothing, nor do those within a word or a range (10-15).
    """
    inside: set[int] = set()
    opened = -1
    for at, token in enumerate(tokens):
        if token.text not in _MARKS or (token.text in _DASHES and touches(tokens, at)):
            continue
        closing = opened >= 0 and token.text == _PAIRS[tokens[opened].text]
        if closing and at - opened <= _ASIDE:
            inside.update(range(opened, at + 1))
        if closing:
            opened = -1
        elif token.text in _PAIRS and (opened < 0 or token.text not in _DASHES):
            opened = at
    return frozenset(inside)


@lru_cache(maxsize=4)
def _words(ontology: Ontology) -> Words:
    return Words(ontology, frozenset({_PREPOSITION, _JUSSIVE, _BEFORE_VERB, _BEFORE_NOUN, _DEFINITE}))


def _choose(word: Word, at: int, context: _Context) -> list[tuple[Hit, bool]]:
    """Give the best hit of each type: the strongest whose conditions hold, fitting parts of speech first.

    A type without such a hit gets a faint one, whose `when` does not hold (then True stands beside it): what can stand
    near a word is more various than any list.
    """
    hits = word.hits
    if word.nouns_first:
        hits = word.nouns_first if _is_noun_place(at, context) else word.verbs_first
    best: dict[str, tuple[Hit, bool]] = {}
    faint: dict[str, tuple[Hit, bool]] = {}
    for hit in hits:
        entry = hit.entry
        if entry.type in best or not (hit.free or _is_open(hit, at, context)):
            continue
        if hit.free or not entry.when or context.holds(entry, at):
            best[entry.type] = hit, False
        elif entry.faint:
            faint.setdefault(entry.type, (hit, True))
    return list((faint | best).values())


def _is_open(hit: Hit, at: int, context: _Context) -> bool:
    """Tell whether nothing in its sentence excludes an entry for its word."""
    entry, analysis, _ = hit
    if analysis.form.tense == "jussive" and "ل" not in analysis.proclitics:
        governed = at > 0 and _JUSSIVE in context.keys[at - 1]
        if not governed:
            return False
    return not (entry.unless and any_matches(entry.unless, context.keys, context.everything, at))


def _is_noun_place(at: int, context: _Context) -> bool:
    """Tell whether a word that can be verb and noun is likelier a noun here, by its marks and the word before it."""
    text, norm = context.tokens[at].text, context.tokens[at].norm
    if not _TANWIN.isdisjoint(text):
        return True
    if text[-1] == "ى":
        return False
    if text[-1] == "ي" and norm[-1] == "ي":
        return True
    if at == 0:
        return False
    before = context.keys[at - 1]
    if _BEFORE_VERB in before:
        return False
    if _BEFORE_NOUN in before:
        return True
    return context.tokens[at - 1].norm[-1] == "ة" and _DEFINITE not in before


def _candidate(hit: Hit, faint: bool, at: int, context: _Context, ontology: Ontology) -> Candidate:
    entry, analysis, _ = hit
    form = analysis.form
    voice = form.voice
    verbal = form.tense is not None
    if verbal and voice == "either" and _is_marked_passive(context.tokens[at].text, analysis):
        voice = "passive"
    kind = ontology.types[entry.type]
    light = None if verbal else _light_verb(analysis, at, context)
    return Candidate(
        type=entry.type,
        token=context.first + at,
        entry=entry.id,
        kind=entry.kind,
        tense=analysis.tense,
        passive=voice == "passive",
        person=form.person if verbal else None,
        suffix=analysis.suffix,
        proclitics=analysis.proclitics,
        light_verb=None if light is None else context.first + light[0],
        slots=entry.slots[voice] if light is None else _with_subject(entry.slots[voice], light[1], kind.symmetric),
        strength=entry.strength * _FAINT if faint else entry.strength,
        faint=faint,
        like=kind.like,
    )


def _is_marked_passive(text: str, analysis: Analysis) -> bool:
    """Tell whether the damma of a past passive is written."""
    if analysis.form.tense != "past":
        return False
    stem = len(analysis.proclitics)
    letter = 0
    for char in text:
        if char == _DAMMA:  # of انتُخب it is on the third letter, of اتُّهم on the second
            inner = 2 if analysis.form.surface.startswith(_ASSIMILATED) else 3
            return letter == stem + (inner if analysis.form.surface[0] == _ALEF and letter > stem + 1 else 1)
        letter += len(fold(char))
    return False


def _light_verb(analysis: Analysis, at: int, context: _Context) -> tuple[int, LightVerb] | None:
    """Find the light verb before a masdar in its sentence: the nearest one that can govern it from there."""
    governed = next((particle for particle in analysis.proclitics if particle in ("ب", "ل", "ك")), None)
    for place, light in reversed(context.lights):
        if not 0 < at - place <= light.reach:
            continue
        if light.takes in ("object", "subject"):
            if governed is None and _PREPOSITION not in context.keys[at - 1]:
                return place, light
        elif governed == light.takes or (governed is None and context.tokens[at - 1].norm == light.takes):
            return place, light
    return None


@lru_cache(maxsize=4096)
def _with_subject(slots: tuple[Slot, ...], light: LightVerb, symmetric: bool) -> tuple[Slot, ...]:
    """Add to the slots of a masdar the subject of its light verb, unless the frame says itself what that is."""
    if not light.subject or any(slot.position == "subject" for slot in slots):
        return slots
    role = "actor" if symmetric and light.subject == "target" else light.subject
    return (Slot(role, "subject"), *slots)
