"""Normalised forms of words, with a map back to the raw offsets.

Text is never rewritten under a span: normalised forms are attributes of tokens, and `normalize` keeps for each
character of its result the raw offset that it came from. The steps are those of camel-tools (`normalize_unicode`,
`normalize_alef_ar`, `normalize_alef_maksura_ar`, `dediac_ar`), plus tatweel, format characters and digits.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

TATWEEL: Final = "ـ"  # ARABIC TATWEEL
LINE_ENDS: Final = "\n\r\u2028\u2029\x85"  # also LINE SEPARATOR, PARAGRAPH SEPARATOR, NEXT LINE
# An Arabic letter of raw text, also as a presentation form.
ARABIC: Final = re.compile(r"[\u0620-\u064a\u0671-\u06d3\ufb50-\ufdff\ufe70-\ufefc]")
_FORMS_OF_MARKS: Final = frozenset(map(chr, (*range(0xFE70, 0xFE80), *range(0xFC5E, 0xFC64), *range(0xFCF2, 0xFCF5))))
_DIGITS: Final = str.maketrans(
    {chr(0x660 + i): str(i) for i in range(10)} | {chr(0x6F0 + i): str(i) for i in range(10)}
)
# Letters that Persian and Urdu keyboards put for the Arabic ones: FARSI YEH, KEHEH, HEH GOAL.
_KEYBOARD: Final = str.maketrans({"ی": "ي", "ک": "ك", "ہ": "ه"})


def is_invisible(char: str) -> bool:
    """Tell whether a character leaves no mark of its own: tatweel, diacritics, bidi and zero-width controls."""
    return char == TATWEEL or unicodedata.category(char) in ("Cf", "Mn", "Cc") or char in _FORMS_OF_MARKS


def strip_marks(text: str) -> str:
    """Remove diacritics, tatweel and format characters; write presentation forms and digits in their plain form."""
    if text.isascii() and text.isprintable():
        return text
    from camel_tools.utils.normalize import normalize_unicode

    text = normalize_unicode("".join(c for c in text if not is_invisible(c)))
    return "".join(c for c in text if not is_invisible(c)).translate(_DIGITS).translate(_KEYBOARD)


@lru_cache(maxsize=1 << 18)
def fold(word: str) -> str:
    """Give the form under which lexicons are matched: marks stripped, alef and alef maqsura folded, Latin lower case.

    Every alef with hamza, madda or wasla becomes bare alef, and alef maqsura becomes yeh (`إلى` gives `الي`, `المصرى`
    gives `المصري`); teh marbuta stays as it is.
    """
    if word.isascii():
        return strip_marks(word).lower()
    from camel_tools.utils.normalize import normalize_alef_ar, normalize_alef_maksura_ar

    return str(normalize_alef_maksura_ar(normalize_alef_ar(strip_marks(word)))).lower()


def letters_end(word: str, letters: int) -> int:
    """Give the offset in a raw word behind its first letters, as `fold` counts them, and behind the marks on them.

    A ligature of more letters than are left is not entered: the offset is that before it.
    """
    at = 0
    while at < len(word) and letters >= (size := len(fold(word[at]))) and (letters or not size):
        letters -= size
        at += 1
    return at


@lru_cache(maxsize=1 << 18)
def fold_alef(word: str) -> str:
    """Give the form that the learned models read: as `fold`, but alef maqsura stays (`على` is not `علي`)."""
    if word.isascii():
        return strip_marks(word)
    from camel_tools.utils.normalize import normalize_alef_ar

    return str(normalize_alef_ar(strip_marks(word)))


@dataclass(frozen=True, slots=True)
class Normalized:
    """A normalised text and where its characters came from.

    text: the normalised text.
    starts: for each character of `text`, the offset in raw code points of the character that gave it; one more entry
        at the end holds the length of the raw text.
    """

    text: str
    starts: tuple[int, ...]

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Map a half-open span of `text` to the half-open raw span that covers it."""
        if start >= end:
            return self.starts[start], self.starts[start]
        return self.starts[start], self.starts[end - 1] + 1


def normalize(text: str) -> Normalized:
    """Fold a whole text character by character and keep the raw offset of each character."""
    chars: list[str] = []
    starts: list[int] = []
    for offset, char in enumerate(text):
        folded = char if char.isspace() else fold(char)
        chars.append(folded)
        starts.extend([offset] * len(folded))
    starts.append(len(text))
    return Normalized("".join(chars), tuple(starts))
