"""A sentence as the grammar of dates sees it: words of the tables, and gaps."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias, TypeVar

from pipeline.document import Token
from pipeline.text.normalize import letters_end
from pipeline.times.nodes import Hit
from pipeline.times.vocabulary import Entry, Vocabulary, Word, cut_mixed

Read = TypeVar("Read")
Reader: TypeAlias = Callable[["Line", int], Hit]  # what reads an expression that begins with a word
DASHES: Final = frozenset("-–—ـ/=")
COMMAS: Final = frozenset("،,")
OPENING: Final = frozenset("([")
CLOSING: Final = frozenset(")]")
QUOTES: Final = frozenset('"«»“”')
_BLANKS: Final = 12  # no reader looks further behind the last word, or back before the first
_NO_WORDS: Final[list[Word | None]] = [None] * _BLANKS
_NO_NORMS: Final = [""] * _BLANKS
_NO_ENTRIES: Final[dict[str, tuple[Entry, ...]]] = {}


class Line:
    """The words of one sentence.

    tokens: its tokens, those of digits and letters cut apart. norms: their folded forms. words: what the tables know
    of them, None for the rest. origin: index at which an expression begins, the only one where a word may carry
    proclitics. count: words of the sentence. Both lists end in blanks, so that a look-up a few words before the
    first word (a negative index) or behind the last one finds nothing.
    """

    __slots__ = ("count", "norms", "origin", "tokens", "words")

    def __init__(self, tokens: Sequence[Token], known: list[Word | None], vocabulary: Vocabulary) -> None:
        self.tokens: Sequence[Token] = tokens
        self.words = known
        if any(word is not None and word.mixed for word in known):
            self.tokens = [piece for token in tokens for piece in _pieces(token, vocabulary)]
            self.words = [vocabulary[token.norm] for token in self.tokens]
        self.count = len(self.words)
        self.norms = [token.norm for token in self.tokens] + _NO_NORMS
        self.words = self.words + _NO_WORDS
        self.origin = -1

    def __len__(self) -> int:
        return self.count

    def kinds(self, i: int) -> Mapping[str, tuple[Entry, ...]]:
        """Give the entries of a word by kind: without its proclitics only at the origin."""
        word = self.words[i]
        if word is None:
            return _NO_ENTRIES
        return word.plain if word.plain or i != self.origin else word.joined

    def find(self, i: int, kind: str, loose: bool = False) -> tuple[Any, int] | None:
        """Give the value of the longest phrase of a kind at i and the index behind it.

        loose: the word may carry proclitics, as at the origin.
        """
        word = self.words[i]
        if word is None:
            return None
        entries = word.plain.get(kind)
        if entries is None:
            if i != self.origin and not loose:
                return None
            entries = word.joined.get(kind)
            if entries is None:
                return None
        for entry in entries:
            rest = entry.rest
            if not rest:
                return entry.value, i + 1
            if self._follows(i + 1, rest):
                return entry.value, i + 1 + len(rest)
        return None

    def _follows(self, i: int, rest: tuple[str, ...]) -> bool:
        words = self.words
        if i + len(rest) > self.count:
            return False
        for key in rest:
            word = words[i]
            if word is None or word.key != key:
                return False
            i += 1
        return True

    def has(self, i: int, kind: str) -> bool:
        """Tell whether a phrase of a kind begins at i."""
        return self.find(i, kind) is not None

    def after(self, i: int, kind: str) -> int:
        """Give the index behind a phrase of a kind at i, or i itself where there is none."""
        found = self.find(i, kind)
        return found[1] if found else i

    def joined_by_and(self, i: int) -> int | None:
        """Give the index of the word that an "and" at i adds: i itself for وفبراير, i + 1 for a و that stands apart."""
        if self.norms[i] == "و":  # ARABIC LETTER WAW
            return i + 1
        word = self.words[i]
        return i if word is not None and word.clitic == "و" else None

    def clitic(self, i: int) -> str:
        """Give the proclitics of a word that has no reading with them."""
        word = self.words[i]
        return word.clitic if word is not None and not word.plain else ""

    def norm(self, i: int) -> str:
        """Give the folded form of a word, empty outside the sentence."""
        return self.norms[i]

    def definite(self, i: int) -> bool:
        """Tell whether a word carries the article, behind its proclitics or none."""
        word = self.words[i]
        if word is None:
            return False
        bare = word.key if word.plain else word.key[word.skip :]
        return bare.startswith("ال") or (not word.plain and word.clitic.endswith("لل"))

    def read_at(self, i: int, reader: Callable[["Line", int], Read]) -> Read:
        """Read at i as at an origin, so that the word there may carry proclitics."""
        saved, self.origin = self.origin, i
        try:
            return reader(self, i)
        finally:
            self.origin = saved

    def touches(self, i: int) -> bool:
        """Tell whether nothing stands between word i and the one before it."""
        return 0 < i < len(self.tokens) and self.tokens[i].start == self.tokens[i - 1].end

    def begin(self, i: int) -> int:
        """Give the raw offset at which an expression that begins with word i starts, behind its proclitics."""
        word, token = self.words[i], self.tokens[i]
        if word is None or not word.skip:
            return token.start
        if any(self._follows(i + 1, entry.rest) for entries in word.plain.values() for entry in entries):
            return token.start  # بعيد فجر اليوم; of بعيد الفطر only what stays without its proclitic is a phrase
        return token.start + letters_end(token.text, word.skip)


def _pieces(token: Token, vocabulary: Vocabulary) -> list[Token]:
    """Cut a token of digits and letters into runs of each (22م, و2013, ال24)."""
    word = vocabulary[token.norm]
    if word is None or not word.mixed:
        return [token]
    return [
        Token(token.start + start, token.start + end, token.text[start:end], norm)
        for start, end, norm in cut_mixed(token.text)
    ]


def longest(line: Line, i: int, readers: Sequence[Reader]) -> Hit:
    """Give what the reader that reaches furthest from word i finds, the first of them where several do."""
    best: Hit = None
    for reader in readers:
        found = reader(line, i)
        if found and (best is None or found[1] > best[1]):
            best = found
    return best
