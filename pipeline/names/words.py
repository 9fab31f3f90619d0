"""Words as the compact model reads them: a form, and hashed rows of its sub-words.

The sub-word scheme is that of floret (Boyd & Warmerdam 2022, MIT): every character n-gram of `<word>` and the whole
of it select `HASHES` rows of one table by MurmurHash3; the word's vector is their mean. Training and inference share
this module, so a word gives the same rows in both.
"""

from functools import lru_cache
from typing import Final

import mmh3

from pipeline.text.normalize import fold_alef

MIN_NGRAM: Final = 3
MAX_NGRAM: Final = 5
HASHES: Final = 2
SEED: Final = 2166136261
_MAX_WORD: Final = 40  # longer strings are addresses or noise; their first letters are enough

_DIGITS: Final = str.maketrans("123456789", "000000000")


@lru_cache(maxsize=1 << 18)
def model_form(surface: str) -> str:
    """Give the form of a token that the model reads: alef folded, marks stripped, lower case, every digit a 0."""
    return fold_alef(surface).lower().translate(_DIGITS)[:_MAX_WORD] or "?"


def subword_rows(form: str, buckets: int) -> list[int]:
    """Give the table rows of a word, `HASHES` per sub-word, the whole word first."""
    word = f"<{form}>"
    length = len(word)
    grams = {word: None}
    for size in range(MIN_NGRAM, MAX_NGRAM + 1):
        for start in range(length - size + 1):
            grams[word[start : start + size]] = None
    rows = []
    for gram in grams:
        low, _ = mmh3.hash64(gram.encode(), SEED, signed=False)
        rows.append((low & 0xFFFFFFFF) % buckets)
        rows.append((low >> 32) % buckets)
    return rows
