"""Which names of one page denote the same entity, by their words alone."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import ClassVar, Final

from pipeline.config import Config
from pipeline.document import Document, Mention
from pipeline.names.clitics import full_name
from pipeline.text.normalize import fold

_ARTICLE: Final = "ال"


def name_key(surface: str) -> tuple[str, ...]:
    """Give the words of a name in the form under which two writings of it are equal.

    The article is left out, final heh counts as teh marbuta, and compounds with عبد and أبو are one word, article
    included, however they are spaced.
    """
    words: list[str] = []
    for raw in fold(surface).replace("-", " ").split():
        word = raw.strip("\"'“”«»().،")
        compound = bool(words) and words[-1] in ("عبد", "ابو", "بو")
        if word.startswith(_ARTICLE) and len(word) > 4 and not compound:
            word = word[2:]
        if word.endswith("ه") and len(word) > 3:  # HEH
            word = word[:-1] + "ة"  # TEH MARBUTA
        if compound:
            words[-1] += word
        elif word:
            words.append(word)
    return tuple(words)


def canonical_name(surfaces: Sequence[str]) -> str:
    """Choose the surface that names an entity best: the longest, then the most frequent, then the first."""
    return max(surfaces, key=lambda s: (len(name_key(s)), surfaces.count(s), -surfaces.index(s)))


class Aliases:
    """Fills `Mention.entity`: equal names are one entity, and a short name goes to the fuller one before it.

    Names of the user's list keep the ids that it gives them.
    """

    name: ClassVar[str] = "aliases"
    reads: ClassVar[frozenset[str]] = frozenset({"text", "mentions", "sentences", "segments"})
    writes: ClassVar[frozenset[str]] = frozenset({"mentions"})

    def __init__(self, config: Config | None = None) -> None:
        """Take the settings as every stage does; none of them matters here."""

    def __call__(self, docs: Sequence[Document]) -> list[Document]:
        """Give the same documents with page-level entities `e0`, `e1`, ... in order of first mention."""
        return [replace(doc, mentions=_identify(doc)) for doc in docs]


def _identify(doc: Document) -> tuple[Mention, ...]:
    entities: dict[tuple[str, tuple[str, ...]], str] = {}
    people: dict[str, list[str]] = {}  # first or last word of a name -> who is named so, the latest last
    fullest: dict[str, tuple[str, ...]] = {}  # the longest name of each of them
    found = []
    given = {mention.entity for mention in doc.mentions}
    fresh = (made for number in count() if (made := f"e{number}") not in given)
    for mention in doc.mentions:
        surface = full_name(doc.text, mention.start, mention.end)
        key = name_key(surface) or (surface,)
        entity = mention.entity or entities.get((mention.label, key))
        if entity is None and mention.label == "PER":
            rivals = [*people.get(key[0], ()), *people.get(key[-1], ())]
            entity = next((e for e in reversed(rivals) if _same_person(fullest[e], key)), None)
        if entity is None:
            entity = next(fresh)
        if (mention.label, key) not in entities:
            entities[mention.label, key] = entity
            if mention.label == "PER":
                fullest[entity] = max(fullest.get(entity, ()), key, key=len)
                for word in {key[0], key[-1]}:
                    people.setdefault(word, []).append(entity)
        found.append(replace(mention, entity=entity))
    return tuple(found)


def _same_person(known: tuple[str, ...], key: tuple[str, ...]) -> bool:
    """Tell whether two names may be one person.

    The shorter is a part of the longer: its end, or its first and its last word with some of those between; or its
    first word alone, if that is a rare one.
    """
    short, full = sorted((known, key), key=len)
    if len(full) < 2 or short[-1] != full[-1]:
        return len(short) == 1 and len(full) > 2 and short[0] == full[0] and len(short[0]) > 4
    words = iter(full)
    return full[-len(short) :] == short or (short[0] == full[0] and all(word in words for word in short))
