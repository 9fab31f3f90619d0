"""Which names of one page denote the same entity, by their words alone."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Final

from pipeline.config import Config
from pipeline.document import Document, Mention
from pipeline.text.normalize import fold

_LAM: Final = "ل"  # ARABIC LETTER LAM
_ALEF: Final = "ا"  # ARABIC LETTER ALEF
_ARTICLE: Final = "ال"


def name_key(surface: str) -> tuple[str, ...]:
    """Give the words of a name in the form under which two writings of it are equal.

    The article is left out, final heh counts as teh marbuta, and compounds
    with عبد and أبو are one word however they are spaced.
    """
    words: list[str] = []
    for raw in fold(surface).replace("-", " ").split():
        word = raw.strip("\"'“”«»().،")
        if word.startswith(_ARTICLE) and len(word) > 4:
            word = word[2:]
        if word.endswith("ه") and len(word) > 3:  # HEH
            word = word[:-1] + "ة"  # TEH MARBUTA
        if words and words[-1] in ("عبد", "ابو", "بو"):
            words[-1] += word
        elif word:
            words.append(word)
    return tuple(words)


def canonical_name(surfaces: Sequence[str]) -> str:
    """Choose the surface that names an entity best: the longest, then the most frequent, then the first."""
    return max(surfaces, key=lambda s: (len(name_key(s)), surfaces.count(s), -surfaces.index(s)))


class Aliases:
    """Fills `Mention.entity`: equal names are one entity, and a short name goes to the fuller one before it."""

    name: ClassVar[str] = "aliases"
    reads: ClassVar[frozenset[str]] = frozenset({"text", "mentions", "sentences", "segments"})
    writes: ClassVar[frozenset[str]] = frozenset({"mentions"})

    def __init__(self, config: Config | None = None) -> None:
        """Take the settings as every stage does; none of them matters here."""

    def __call__(self, docs: Sequence[Document]) -> list[Document]:
        """Give the same documents with page-level entities `e0`, `e1`, ... in order of first mention."""
        return [replace(doc, mentions=_identify(doc)) for doc in docs]


def _identify(doc: Document) -> tuple[Mention, ...]:
    numbers: dict[tuple[str, tuple[str, ...]], int] = {}
    people: dict[str, list[tuple[tuple[str, ...], int]]] = {}  # first or last word -> names that hold it there
    found = []
    entities = 0
    for mention in doc.mentions:
        surface = doc.text[mention.start : mention.end]
        if surface.startswith(_LAM) and doc.text[max(0, mention.start - 1) : mention.start] == _LAM:
            surface = _ALEF + surface  # in للكرملين the alef of the article is not written
        key = name_key(surface) or (surface,)
        number = numbers.get((mention.label, key))
        if number is None and mention.label == "PER":
            rivals = [*people.get(key[0], ()), *people.get(key[-1], ())]
            number = next((n for known, n in reversed(rivals) if _same_person(known, key)), None)
        if number is None:
            number = entities
            entities += 1
        if (mention.label, key) not in numbers:
            numbers[mention.label, key] = number
            if mention.label == "PER":
                for word in {key[0], key[-1]}:
                    people.setdefault(word, []).append((key, number))
        found.append(replace(mention, entity=f"e{number}"))
    return tuple(found)


def _same_person(known: tuple[str, ...], key: tuple[str, ...]) -> bool:
    """Tell whether two names may be one person: the words of the shorter stand in the longer, up to its end."""
    short, full = sorted((known, key), key=len)
    if len(full) < 2 or short[-1] != full[-1]:
        return len(short) == 1 and len(full) > 2 and short[0] == full[0] and len(short[0]) > 4
    words = iter(full)
    return all(word in words for word in short)
