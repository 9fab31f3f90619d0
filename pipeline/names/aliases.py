"""Which names of one page denote the same entity, by their words alone."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import count, pairwise
from typing import ClassVar, Final

from pipeline.config import Config
from pipeline.document import Document, Mention
from pipeline.names.clitics import cuts, full_name, shipped_starts
from pipeline.resources import load_toml
from pipeline.text.normalize import fold

_FILE: Final = "names/aliases.toml"
_ARTICLE: Final = "ال"
_SON: Final = "بن"
_OPENS: Final = re.compile(r"\s*[(\[\"'“«„]\s*")
_CLOSES: Final = re.compile(r"\s?[)\]\"'”»“](?!\s*[-–])")
_LAST: Final = re.compile(r"\w+\s+\Z")
_LONGEST: Final = 16  # where the word before a name is looked for
_CONSONANTS: Final = 3  # first and last letter included, of a word that may be spelled in two ways, and
_LETTERS: Final = 4  # letters of such a word
_HEARD: Final = 3  # how often a word opens names for it to be a name of its own, and
_RARER: Final = 50  # times rarer than another one at which it is a spelling of that (ترمب)
_LONG: Final = 7  # letters
_PARENTS: Final = (_SON, "بنت")  # what stands before the name of a father

_Key = tuple[str, ...]


def name_key(surface: str) -> _Key:
    """Give the words of a name in the form under which two writings of it are equal.

    The article is left out, final heh counts as teh marbuta and ابن as بن, and compounds with عبد and أبو are one word,
    article included, however they are spaced.
    """
    words: list[str] = []
    for raw in fold(surface).replace("-", " ").replace("_", " ").split():
        word = raw.strip("\"'“”«»().،")
        if words and words[-1] in ("عبد", "ابو", "بو"):
            word = words.pop() + word
        elif word.startswith(_ARTICLE) and len(word) > 4:
            word = word[2:]
        elif word == "ابن":
            word = _SON
        if word.endswith("ه") and len(word) > 3:  # HEH
            word = word[:-1] + "ة"  # TEH MARBUTA
        if word:
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
    entities: dict[tuple[str, _Key], str] = {}
    people: dict[str, list[str]] = {}  # first or last word of a name -> who is named so, the latest last
    named: dict[str, list[_Key]] = {}  # the names of each of them, the longest first
    found = []
    given = {mention.entity for mention in doc.mentions}
    fresh = (made for number in count() if (made := f"e{number}") not in given)
    for mention, key in zip(doc.mentions, _keys(doc), strict=True):
        entity = mention.entity or entities.get((mention.label, key))
        if entity is None and mention.label == "PER":
            entity = _person([*people.get(key[0], ()), *people.get(key[-1], ())], named, key)
        if entity is None:
            entity = next(fresh)
        if (mention.label, key) not in entities:
            entities[mention.label, key] = entity
            if mention.label == "PER":
                named[entity] = sorted([*named.get(entity, ()), key], key=len, reverse=True)
                for word in {key[0], key[-1]}:
                    people.setdefault(word, []).append(entity)
        found.append(replace(mention, entity=entity))
    return tuple(found)


def _keys(doc: Document) -> list[_Key]:
    """Give the key of each name; names of one thing that the page does not tell apart have one key.

    An organisation goes without its kind (حركة حماس), unless the page has one of another kind with that name (شركة
    النصر, نادي النصر), or the kind is one of companies and the name that of a club (فريق النصر).
    """
    keys = [_key(doc, mention) for mention in doc.mentions]
    kinds: dict[_Key, set[int]] = {}
    clubs = set()
    for mention, key in zip(doc.mentions, keys, strict=True):
        if mention.label == "ORG" and len(key) > 1 and key[0] in _kinds():
            kinds.setdefault(key[1:], set()).add(_kinds()[key[0]])
        elif mention.label == "ORG" and _is_club(doc.text, mention.start):
            clubs.add(key)
    found = []
    for mention, key in zip(doc.mentions, keys, strict=True):
        headed = mention.label == "ORG" and key[0] in _kinds() and len(kinds.get(key[1:], ())) == 1
        if headed and key[0] in _heads("companies") and key[1:] in clubs:
            headed = False
        bare = key[1:] if headed else key
        known = _same().get((mention.label, key)) or _same().get((mention.label, bare))
        found.append(known or bare)
    shorter = _short_forms(doc, found)
    spelled: dict[str, list[str]] = {}
    return [
        shorter.get(key, key) if mention.label == "ORG"
        else tuple(_first_spelling(word, spelled) for word in key) if mention.label == "PER" else key
        for mention, key in zip(doc.mentions, found, strict=True)
    ]  # fmt: skip


def _first_spelling(word: str, spelled: dict[str, list[str]]) -> str:
    """Give the word of a person as it is spelled where it first stands (إسحاق, إسحق), from consonants to spellings.

    Known names of like consonants are two names (محمد, محمود), unless they are long ones (نتنياهو, نتانياهو).
    """
    vowels, like, apart = _spelling()
    consonants = (word[:1] + word[1:-1].translate(vowels) + word[-1:]).translate(like)
    if len(consonants) < _CONSONANTS or len(word) < _LETTERS or word in apart:
        return word
    others = spelled.setdefault(consonants, [])
    for other in others:
        rarer, commoner = sorted(_heard(name) for name in (word, other))
        two = rarer >= _HEARD and commoner < _RARER * rarer
        if word == other or not two or max(len(word), len(other)) >= _LONG:
            return other
    others.append(word)
    return word


def _heard(name: str) -> int:
    """Give how often a name, without its article or with it, opens names."""
    return max(shipped_starts().get(form, (0, 0))[0] for form in (name, _ARTICLE + name))


@cache
def _spelling() -> tuple[dict[int, None], dict[int, str], frozenset[str]]:
    """Give the letters that a spelling may leave out inside of a name, those that count as others, and names of one."""
    rules = load_toml(_FILE)["spelling"]
    like = {ord(one): other for one, other in rules["consonants"].split()}
    return dict.fromkeys(map(ord, rules["vowels"])), like, frozenset(name_key(rules["apart"]))


def _is_club(text: str, start: int) -> bool:
    """Tell whether the word right before a name, with or without proclitics, is a kind of clubs."""
    word = _LAST.search(text, max(0, start - _LONGEST), start)
    form = fold(word[0]).rstrip() if word else ""
    return any(kind in _heads("clubs") for kind in (form, *(rest for _, rest in cuts(form))))


def _short_forms(doc: Document, keys: Sequence[_Key]) -> dict[_Key, _Key]:
    """Give the keys of the short forms that stand in marks behind organisations, each with that of the first of those.

    In صندوق النسيم "صنس" they are one; a word before a dash opens a report, and is no short form ("(CNN) --").
    """
    found: dict[_Key, _Key] = {}
    for at, (full, short) in enumerate(pairwise(doc.mentions)):
        between, behind = doc.text[full.end : short.start], doc.text[short.end : short.end + 4]
        shorter = full.label == short.label == "ORG" and len(keys[at + 1]) < len(keys[at])
        if shorter and _OPENS.fullmatch(between) and _CLOSES.match(behind):
            found.setdefault(keys[at + 1], keys[at])
    return {short: found.get(full, full) for short, full in found.items()}


def _key(doc: Document, mention: Mention) -> _Key:
    """Give the words of a name as `name_key` does, but persons without their title."""
    surface = full_name(doc.text, mention.start, mention.end)
    key = name_key(surface) or (surface,)
    return key[1:] if mention.label == "PER" and len(key) > 1 and key[0] in _heads("titles") else key


@cache
def _heads(key: str) -> frozenset[str]:
    """Give one of the lists of words that names begin with."""
    return frozenset(name_key(load_toml(_FILE)["heads"][key]))


@cache
def _kinds() -> dict[str, int]:
    """Give the kinds of organisations, each with the number of its group."""
    return {kind: at for at, group in enumerate(load_toml(_FILE)["heads"]["groups"]) for kind in name_key(group)}


@cache
def _same() -> dict[tuple[str, _Key], _Key]:
    """Give the keys of the names that aliases.toml calls the same, each with that of the first of them."""
    rows = [(label, row.split("|")) for label, names in load_toml(_FILE)["same"].items() for row in names]
    return {(label, name_key(name)): name_key(names[0]) for label, names in rows for name in names}


def is_known(label: str, surface: str) -> bool:
    """Tell whether aliases.toml has a name of this label."""
    return (label, name_key(surface)) in _same()


def _person(rivals: Sequence[str], named: Mapping[str, Sequence[_Key]], key: _Key) -> str | None:
    """Give the one of `rivals`, the latest last, that a name denotes: by its longest name, or one longer than this.

    A first name alone (الأمير نايف) is that of the only person to begin or end with it, if the father stands behind it.
    """
    for rival in reversed(rivals):
        fullest, *others = named[rival]
        if _same_person(fullest, key) or any(len(one) > len(key) and _same_person(one, key) for one in others):
            return rival
    lone = len(key) == 1 and len(set(rivals)) == 1 and named[rivals[0]][0][:2] == (key[0], _SON)
    return rivals[0] if lone else None


def _same_person(known: _Key, key: _Key) -> bool:
    """Tell whether two names may be one person.

    The shorter is a part of the longer: its end, unless that names the father alone (سلمان of محمد بن سلمان); its
    beginning of two words or more, father included; its first and its last word with some of those between; or its
    first word alone, if that is a rare one.
    """
    short, full = sorted((known, key), key=len)
    size = len(short)
    if full[-size:] == short:
        return size == len(full) or full[-size - 1] not in _PARENTS
    if full[:size] == short:
        return short[-1] not in _PARENTS if size > 1 else len(full) > 2 and len(short[0]) > 4
    if short[0] != full[0] or short[-1] != full[-1] or (short[1] == full[1] == _SON and short[2:3] != full[2:3]):
        return False
    words = iter(full)
    return all(word in words for word in short)
