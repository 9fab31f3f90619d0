"""Finds the words that may report events: every trigger of the ontology whose conditions hold where it stands.

What is proposed here is decided upon by the later steps; the aim is to miss little. Each token gets at most one
candidate of each type.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from pipeline.document import Document, Token
from pipeline.events.candidate import Candidate, Slot
from pipeline.events.ontology import Entry, LightVerb, Ontology
from pipeline.events.patterns import matches
from pipeline.events.words import Analysis, Hit, Words

_DAMMA: Final = "\u064f"  # ARABIC DAMMA, which news writes on the first letter of a passive
_TANWIN: Final = frozenset("\u064b\u064c\u064d")  # ARABIC FATHATAN, DAMMATAN, KASRATAN: on nouns alone
_JUSSIVE: Final = frozenset({"لم", "لا", "لما", "ولم", "ولا", "فلم", "فلا", "ولما", "الم"})
_UNLIKELY: Final = 0.1  # weight of a reading whose part of speech does not fit the words around it


def find_candidates(doc: Document, ontology: Ontology) -> list[Candidate]:
    """Give the candidates of a document in the order of their tokens, types in the order of the ontology."""
    words = _words(ontology)
    found: list[Candidate] = []
    for sentence in doc.sentences:
        tokens = doc.tokens[sentence.first : sentence.last]
        norms = [token.norm for token in tokens]
        lights: list[tuple[int, LightVerb]] = []
        for at, norm in enumerate(norms):
            word = words.word(norm)
            if word.light:
                lights.append((at, word.light))
            if word.hits:
                best = _choose(word.hits, tokens, norms, at, words)
                found.extend(_candidate(hit, sentence.first, at, tokens, norms, lights, words, ontology) for hit in best)
    return found


@lru_cache(maxsize=4)
def _words(ontology: Ontology) -> Words:
    return Words(ontology)


def _choose(hits: tuple[Hit, ...], tokens: Sequence[Token], norms: Sequence[str], at: int, words: Words) -> list[Hit]:
    """Give the best hit of each type among those whose conditions hold."""
    best: dict[str, tuple[float, Hit]] = {}
    both = len({hit.analysis.form.tense is None for hit in hits}) > 1
    noun = _is_noun_place(tokens[at], norms, at, words) if both else None
    for hit in hits:
        entry, analysis = hit
        if not _holds(entry, analysis, norms, at, words):
            continue
        weight = entry.strength
        if noun is not None and noun != (analysis.form.tense is None):
            weight *= _UNLIKELY
        known = best.get(entry.type)
        if known is None or weight > known[0]:
            best[entry.type] = weight, hit
    return [hit for _, hit in best.values()]


def _holds(entry: Entry, analysis: Analysis, norms: Sequence[str], at: int, words: Words) -> bool:
    """Tell whether the conditions of an entry hold for its word in this sentence."""
    if analysis.form.tense == "jussive" and "ل" not in analysis.proclitics and norms[at - 1 : at] not in (
        [particle] for particle in _JUSSIVE
    ):
        return False
    if entry.when and not any(matches(pattern, norms, at, words.keys) for pattern in entry.when):
        return False
    return not any(matches(pattern, norms, at, words.keys) for pattern in entry.unless)


def _is_noun_place(token: Token, norms: Sequence[str], at: int, words: Words) -> bool:
    """Tell whether a word that can be verb and noun is likelier a noun here, by its marks and the word before it."""
    text = token.text
    if not _TANWIN.isdisjoint(text):
        return True
    if text[-1] == "ى":
        return False
    if text[-1] == "ي" and norms[at][-1] == "ي":
        return True
    if at == 0:
        return False
    before = words.keys(norms[at - 1])
    if "@before_verb" in before:
        return False
    if "@before_noun" in before:
        return True
    last = norms[at - 1]
    return last[-1] == "ة" and "ال_" not in before


def _candidate(
    hit: Hit, first: int, at: int, tokens: Sequence[Token], norms: Sequence[str],
    lights: list[tuple[int, LightVerb]], words: Words, ontology: Ontology,
) -> Candidate:  # fmt: skip
    entry, analysis = hit
    form = analysis.form
    voice = form.voice
    verbal = form.tense is not None
    if verbal and voice == "either" and _is_marked_passive(tokens[at].text, analysis):
        voice = "passive"
    symmetric = ontology.types[entry.type].symmetric
    light = None if verbal else _light_verb(analysis, norms, at, lights, words)
    return Candidate(
        type=entry.type,
        token=first + at,
        entry=entry.id,
        kind=entry.kind,
        tense=analysis.tense,
        passive=voice == "passive",
        person=form.person if verbal else None,
        suffix=analysis.suffix,
        proclitics=analysis.proclitics,
        light_verb=None if light is None else first + light[0],
        slots=entry.slots[voice] if light is None else _with_subject(entry.slots[voice], light[1], symmetric),
        strength=entry.strength,
    )


def _is_marked_passive(text: str, analysis: Analysis) -> bool:
    """Tell whether the damma of a past passive is written."""
    if analysis.form.tense != "past":
        return False
    skip = len(analysis.proclitics)
    return text[skip + 1 : skip + 2] == _DAMMA


def _light_verb(
    analysis: Analysis, norms: Sequence[str], at: int, lights: list[tuple[int, LightVerb]], words: Words
) -> tuple[int, LightVerb] | None:
    """Find the light verb before a masdar in its sentence: the nearest one that can govern it from there."""
    governed = next((particle for particle in analysis.proclitics if particle in ("ب", "ل", "ك")), None)
    for place, light in reversed(lights):
        if at - place > light.reach or place == at:
            continue
        if light.takes in ("object", "subject"):
            if governed is None and "@preposition" not in words.keys(norms[at - 1]):
                return place, light
        elif governed == light.takes or (governed is None and norms[at - 1] == light.takes):
            return place, light
    return None


@lru_cache(maxsize=4096)
def _with_subject(slots: tuple[Slot, ...], light: LightVerb, symmetric: bool) -> tuple[Slot, ...]:
    """Add to the slots of a masdar the subject of its light verb, unless the frame says itself what that is."""
    if not light.subject or any(slot.position == "subject" for slot in slots):
        return slots
    role = "actor" if symmetric and light.subject == "target" else light.subject
    return (Slot(role, "subject"), *slots)
