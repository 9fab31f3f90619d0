"""The user's own list of names, found in running text with clitics and spelling variants."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from pipeline.document import Token
from pipeline.errors import ConfigError
from pipeline.names.clitics import cuts
from pipeline.names.recognizer import NameSpan
from pipeline.schema import LABELS
from pipeline.text.normalize import letters_end
from pipeline.text.tokens import tokenize

_KEPT: Final = 1 << 17  # words remembered


_OLD, _NEW = "ئو", "ؤو"  # of مسئول and مسؤول
_SERVANT: Final = "عبد"
_PARTED: Final = frozenset({_SERVANT, "ابو", "ام", "بو"})  # words that are also written with the next one as one
_ARTICLE: Final = "ال"


def _form(norm: str) -> str:
    form = norm.replace(_OLD, _NEW) if _OLD in norm else norm
    return form[:-1] + "ة" if form.endswith("ه") else form  # HEH -> TEH MARBUTA


def _spellings(words: Sequence[str]) -> list[tuple[str, ...]]:
    """Give the ways to write a name of these words: عبد الرحمن is also عبدالرحمن, and أبو ظبي أبوظبي."""
    parted: list[str] = []
    for word in words:
        rest = word.removeprefix(_SERVANT)
        parted += [_SERVANT, rest] if rest != word and rest.startswith(_ARTICLE) and len(rest) > 3 else [word]
    ways: list[tuple[str, ...]] = [()]
    for word in parted:
        joined = [(*way[:-1], way[-1] + word) for way in ways if way and way[-1] in _PARTED]
        ways = [(*way, word) for way in ways] + joined
    return ways


class _Node:
    """What is known of the names that begin with some words: label and id if these are one, and nodes by next word."""

    __slots__ = ("facts", "further")

    def __init__(self) -> None:
        self.facts: tuple[str, str | None] | None = None
        self.further: dict[str, _Node] = {}


class _Word(NamedTuple):
    """A word of the text.

    begins: where it begins names, whole or without proclitics: letters left out, the fewest first, and node.
    """

    form: str
    begins: tuple[tuple[int, _Node], ...]


class Gazetteer:
    """Finds the names of a TSV file (surface, label, optional id), kept as a trie of folded words.

    Variants of alef, yeh, teh marbuta and hamza match, names written as one word or two (عبدالرحمن), and names behind
    و ف ب ل ك and their like; the longest match wins.
    Raises ConfigError for a file that is no such list.
    """

    name = "gazetteer"

    def __init__(self, path: str | Path) -> None:
        self.root = _Node()
        self.words: dict[str, _Word] = {}
        self.dull: set[str] = set()  # words that begin no name
        for number, surface, label, entity in _read(Path(path)):
            words = [_form(token.norm) for token in tokenize(surface)]
            if not words:
                raise ConfigError(f"{path}: line {number} names nothing; write surface, label and optional id")
            for way in _spellings(words):
                node = self.root
                for word in way:
                    node = node.further.setdefault(word, _Node())
                node.facts = label, entity
        if not self.root.further:
            raise ConfigError(f"{path} holds no name; write surface, label and optional id, with tabs between")

    def __call__(self, sentences: Sequence[Sequence[Token]]) -> list[list[NameSpan]]:
        """Give the longest matches of each sentence from the left."""
        return [self._find(tokens) for tokens in sentences]

    def _find(self, tokens: Sequence[Token]) -> list[NameSpan]:
        norms = [token.norm for token in tokens]
        dull, spans, end = self.dull, list[NameSpan](), 0
        if dull.issuperset(norms):
            return spans
        for at, norm in enumerate(norms):
            if norm in dull or at < end:
                continue
            size, letters, node = self._longest(norms, at)
            if node and node.facts:
                label, entity = node.facts
                end = at + size
                start = tokens[at].start + letters_end(tokens[at].text, letters)
                spans.append(NameSpan(at, end, label, None, self.name, entity, start, tokens[end - 1].end))
        return spans

    def _longest(self, norms: Sequence[str], at: int) -> tuple[int, int, _Node | None]:
        """Give words, letters left out before the first one, and node of the longest name from a word on.

        Of names of as many words the one that leaves out the fewest letters; no node where none begins.
        """
        known, count = self.words, len(norms)
        longest, left_out, best = 0, 0, None
        for letters, node in (known.get(norms[at]) or self._read_word(norms[at])).begins:
            size, further = 1, node
            while True:
                if further.facts and size > longest:
                    longest, left_out, best = size, letters, further
                if not further.further or at + size == count:
                    break
                norm = norms[at + size]
                child = further.further.get((known.get(norm) or self._read_word(norm)).form)
                if child is None:
                    break
                size, further = size + 1, child
        return longest, left_out, best

    def _read_word(self, norm: str) -> _Word:
        """Take a folded word as the names have it, whole and without the proclitics before a name."""
        if len(self.words) >= _KEPT:
            self.words.clear()
            self.dull.clear()
        form, nodes = _form(norm), self.root.further
        rests = [(0, form), *(sorted(cuts(form)) if form[:1] in ("و", "ف", "ب", "ل", "ك") else ())]
        word = _Word(form, tuple((letters, nodes[rest]) for letters, rest in rests if rest in nodes))
        if not word.begins:
            self.dull.add(norm)
        self.words[norm] = word
        return word


def _read(path: Path) -> list[tuple[int, str, str, str | None]]:
    """Give line (from 1), surface, label and id of each name."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"names.gazetteer: {path} cannot be read: {error}; give a TSV file in UTF-8") from error
    rows = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = [f.strip() for f in line.split("\t")]
        if len(fields) < 2 or fields[1] not in LABELS:
            raise ConfigError(
                f"names.gazetteer: {path}:{number}: write a surface, a tab and one of {' '.join(LABELS)}, not {line!r}"
            )
        rows.append((number, fields[0], fields[1], fields[2] if len(fields) > 2 and fields[2] else None))
    return rows
