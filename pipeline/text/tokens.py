"""Tokens and sentences with raw offsets, by camel-tools (the default) or a Stanza model."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import ClassVar, Final

from pipeline.config import Config
from pipeline.document import Document, Sentence, Token
from pipeline.text.normalize import LINE_ENDS, fold, is_invisible

_CHUNK: Final = re.compile(r"\S+")
_PLAIN: Final = re.compile(r"[ء-غف-يًٌٍَُِّْa-zA-Z]+")  # letters and marks only: nothing to split
# A sentence ends at these marks, with any closing quote or bracket behind them, and at every line end.
_LINE_ENDS: Final = frozenset(LINE_ENDS)
_ENDERS: Final = frozenset({"!", "؟", "?", "؛", "…", "۔"})
LONGEST: Final = 300  # tokens; a text without marks is cut there, so that no later stage meets an endless sentence
_SEPARATORS: Final = frozenset(",.،٫٬")  # of thousands and of decimals
_INITIALS: Final = 3  # letters of the longest name of a letter (سين, إكس)
_CLOSERS: Final = frozenset({'"', "”", "»", ")", "]", "’", "'", "“"})


@lru_cache(maxsize=1 << 16)
def _split_chunk(chunk: str) -> tuple[tuple[int, int], ...]:
    """Give the relative half-open spans of the tokens of one blank-free chunk, without invisible edges."""
    if _PLAIN.fullmatch(chunk):
        pieces = [chunk]
    else:
        from camel_tools.tokenizers.word import simple_word_tokenize

        pieces = simple_word_tokenize(chunk)
    spans = []
    at = 0
    for piece in pieces:
        start = chunk.index(piece, at)
        at = start + len(piece)
        start, end = trim(chunk, start, at)
        if start < end:
            spans.append((start, end))
    return tuple(spans)


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Move the ends of a span past invisible characters, except the marks that belong to its last letter."""
    while start < end and is_invisible(text[start]):
        start += 1
    while end > start and is_invisible(text[end - 1]) and not _is_mark(text[end - 1]):
        end -= 1
    return start, end


def _is_mark(char: str) -> bool:
    """Tell whether a character is a diacritic or a tatweel, which belong to the word that they close."""
    return char == "ـ" or "\u064b" <= char <= "\u065f" or char == "\u0670"  # TATWEEL; FATHATAN ... ; SUPERSCRIPT ALEF


def tokenize(text: str, offset: int = 0) -> list[Token]:
    """Cut a text into tokens, in order.

    offset: raw code points before `text` in its document; added to every span.
    Tokens are camel-tools' `simple_word_tokenize` words: runs without blanks, each punctuation mark or symbol apart.
    """
    tokens = []
    for match in _CHUNK.finditer(text):
        chunk, base = match.group(), match.start()
        for start, end in _split_chunk(chunk):
            surface = chunk[start:end]
            tokens.append(Token(offset + base + start, offset + base + end, surface, fold(surface)))
    return tokens


def is_separator(tokens: Sequence[Token], i: int) -> bool:
    """Tell whether the mark at token i stands inside a number: 1,200, ٣٫٥, 1٬200."""
    mark = tokens[i].text
    return mark in _SEPARATORS and is_between_digits(tokens, i) and (mark != "،" or len(tokens[i + 1].norm) == 3)


def is_between_digits(tokens: Sequence[Token], i: int) -> bool:
    """Tell whether the mark at token i touches digits on both sides."""
    return touches(tokens, i) and tokens[i - 1].norm[-1:].isdigit() and tokens[i + 1].norm.isdigit()


def touches(tokens: Sequence[Token], i: int) -> bool:
    """Tell whether token i touches tokens on both sides."""
    inner = 0 < i < len(tokens) - 1
    return inner and tokens[i - 1].end == tokens[i].start and tokens[i].end == tokens[i + 1].start


def split_sentences(text: str, tokens: Sequence[Token], offset: int = 0) -> Iterator[tuple[int, int]]:
    """Give the half-open token ranges of the sentences.

    text: the text that the tokens were cut from; offset: raw code points before it, as in `tokenize`.
    A sentence ends at a line end, at ! ? and their like, and at a full stop that closes a word of two letters or more
    and does not stand inside a number, an abbreviation or an address.
    """
    first = 0
    count = len(tokens)
    for i, token in enumerate(tokens):
        if i + 1 == count:
            break
        gap = text[token.end - offset : tokens[i + 1].start - offset]
        ends = not _LINE_ENDS.isdisjoint(gap)
        if not ends:
            mark = token.text in _ENDERS or (token.text == "." and _closes(tokens, i, bool(gap)))
            if mark:
                ends = tokens[i + 1].text not in _CLOSERS and tokens[i + 1].text not in _ENDERS
                ends = ends and tokens[i + 1].text != "."
            elif token.text in _CLOSERS and i > first and tokens[i - 1].text in (".", "!", "؟", "?"):
                ends = bool(gap) and tokens[i + 1].text not in ("،", ",", "-")
        if ends or i + 1 - first >= LONGEST:
            yield first, i + 1
            first = i + 1
    if first < count:
        yield first, count


def _closes(tokens: Sequence[Token], i: int, blank_after: bool) -> bool:
    """Tell whether the full stop at token i closes a sentence."""
    before = tokens[i - 1] if i else None
    if before is None or before.text == ".":
        return False  # dots in a row are a pause
    touching = before.end == tokens[i].start
    if touching and len(before.norm) == 1 and before.norm.isalpha():
        return False  # an abbreviation: د. ، أ. ف. ب.
    if not blank_after:
        after = tokens[i + 1].norm
        return not (after.isdigit() or after.isascii() or before.norm.isdigit() or _spells(tokens, i))
    return True


def _spells(tokens: Sequence[Token], i: int) -> bool:
    """Tell whether the full stop at token i is one of several between the names of letters: بي.بي.سي."""
    return _joins(tokens, i) and (_joins(tokens, i - 2) or _joins(tokens, i + 2))


def _joins(tokens: Sequence[Token], i: int) -> bool:
    """Tell whether token i is a full stop that touches a word of few letters on either side."""
    if not touches(tokens, i) or tokens[i].text != ".":
        return False
    return all(word.norm.isalpha() and len(word.norm) <= _INITIALS for word in (tokens[i - 1], tokens[i + 1]))


def fill_tokens(doc: Document, cut: Callable[[str, int], Iterable[Sequence[Token]]]) -> Document:
    """Fill `tokens` and `sentences` with what `cut` makes of the text of each segment; sentences cross no segment.

    cut: takes the text of a segment and the raw code points before it, and gives the tokens of each sentence in order.
    """
    tokens: list[Token] = []
    sentences: list[Sentence] = []
    for number, segment in enumerate(doc.segments):
        for part in cut(doc.text[segment.start : segment.end], segment.start):
            first = len(tokens)
            tokens.extend(part)
            sentences.append(Sentence(part[0].start, part[-1].end, number, first, len(tokens)))
    return replace(doc, tokens=tuple(tokens), sentences=tuple(sentences))


def _cut(text: str, offset: int) -> Iterator[Sequence[Token]]:
    tokens = tokenize(text, offset)
    for first, last in split_sentences(text, tokens, offset):
        yield tokens[first:last]


class CamelTokens:
    """Fills `tokens` and `sentences` with camel-tools."""

    name: ClassVar[str] = "tokens"
    reads: ClassVar[frozenset[str]] = frozenset({"text", "segments"})
    writes: ClassVar[frozenset[str]] = frozenset({"tokens", "sentences"})

    def __init__(self, config: Config | None = None) -> None:
        """Take the settings as every stage does; none of them matters here."""

    def __call__(self, docs: Sequence[Document]) -> list[Document]:
        """Give the same documents with tokens and sentences."""
        return [fill_tokens(doc, _cut) for doc in docs]
