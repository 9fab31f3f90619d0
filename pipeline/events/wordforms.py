"""What the event models know about a word form before they see its sentence.

Every distinct folded form becomes one row of parallel arrays, so that a text is turned into features by indexing. The
distributional class and the part of speech come from `models/events/words.tsv` (made by training/event_words.py);
forms outside it are described by their letters.
"""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

import mmh3
import numpy as np
from numpy.typing import NDArray

from pipeline.document import Token
from pipeline.errors import ResourceError
from pipeline.models import models_folder
from pipeline.resources import load_rows, load_toml, load_words
from pipeline.text.normalize import fold

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

POS: Final = (
    "X", "NOUN", "ADJ", "PROPN", "VERB", "NUM", "ADP", "CCONJ", "SCONJ", "PRON", "DET", "AUX", "ADV", "PART", "PUNCT"
)  # fmt: skip
PARTICLES: Final = (
    "", "preposition", "subordinator", "relative", "coordinator", "negation", "auxiliary", "demonstrative", "pronoun"
)  # fmt: skip
MARKS: Final = (
    "", "comma", "stop", "colon", "open", "close", "quote", "bracket_open", "bracket_close", "dash", "other"
)  # fmt: skip
_MARKS: Final = {
    **dict.fromkeys("،,؛;", 1), **dict.fromkeys(".!؟?…", 2), ":": 3, **dict.fromkeys("«“„", 4),
    **dict.fromkeys("»”", 5), **dict.fromkeys("\"'’‘", 6), **dict.fromkeys("([{", 7), **dict.fromkeys(")]}", 8),
    **dict.fromkeys("-–—/", 9),
}  # fmt: skip
ENDINGS: Final = (
    "", "plural", "oblique plural", "nisba plural", "oblique nisba plural", "dual", "people", "nationals", "accusative",
    "nisba",
)  # fmt: skip
_SUFFIXES: Final = ("هما", "هم", "ها", "هن", "كم", "نا", "ه")  # attached pronouns that a form may end with
_NOUN, _ADJ, _VERB = POS.index("NOUN"), POS.index("ADJ"), POS.index("VERB")
_NISBA, _TANWIN = "ي", "ا"  # YEH, ALEF at the end of a form
_MASDAR: Final = re.compile("ت..ي.")  # TEH, YEH: تعزير
ATTACHED: Final = ("", "ب", "ل")  # prepositions that words are written with, or none
_FILE: Final = "clauses/words.toml"
_PROCLITICS: Final = "بلك"  # BEH, LAM, KAF: attached prepositions, numbered from 1
_CLASSES: Final = 400  # classes of words.tsv; forms outside it get classes above this number
DIGITS: Final = _CLASSES + 20  # class of numbers in digits that are not in words.tsv
_MAX_ROWS: Final = 1 << 18  # rows kept in memory before the table starts anew


def proclitic_code(letter: str) -> int:
    """Give the number of an attached preposition in the attributes of words."""
    return _PROCLITICS.index(letter) + 1


class WordTable:
    """Parallel arrays over the word forms seen so far; `rows` gives the attributes of each token.

    code: 31-bit hash of the form without a leading و or ف. word_class: distributional class. pos, particle, mark:
    indices into POS, PARTICLES, MARKS. article: the form carries ال (behind any proclitic). proclitic: 0 none, 1 ب,
    2 ل, 3 ك before an article, or on a form that is better known without it. waw: a leading و or ف. suffix: an
    attached pronoun. agent, patient, locative: how readily the form follows words of speech, of harm, of place
    (0 to 7, see training/event_words.py). preposition: number of the particle that the word is, or that is attached
    to it; 0 none.
    number: a numeral. tail: hash of the last two letters. tense: 1 past, 2 present, 3 future, 0 no verb.
    ending: index into ENDINGS: what the letters at the end tell of number and case, in nouns and adjectives.
    feminine: the form ends with ة.
    """

    FIELDS: Final = (
        "code", "word_class", "pos", "particle", "mark", "article", "proclitic", "waw", "suffix", "preposition",
        "number", "tail", "tense", "agent", "patient", "locative", "ending", "feminine",
    )  # fmt: skip

    def __init__(self, path: Path | None = None) -> None:
        self._known = _read_words(path or models_folder() / "events" / "words.tsv")
        self._particles = dict(_read_particles())
        self._numbers = {w: n for n, w in enumerate(sorted(self._particles), start=len(_PROCLITICS) + 1)}
        self.compounds = self._number_compounds()
        self._people = {kind: load_words(_FILE, kind, "words") for kind in ("people", "nationals")}
        self._whole, self._lam = (load_words(_FILE, table, "words") for table in ("whole", "lam"))
        self._waw = load_words(_FILE, "whole", "waw")
        self._rows: dict[str, int] = {}
        self._data: list[tuple[int, ...]] = []
        self._table: Ints = np.zeros((0, len(self.FIELDS)), dtype=np.int64)

    def preposition_number(self, surface: str) -> int:
        """Give the number under which `preposition` stores a particle; 0 where it is none."""
        if len(surface) == 1 and surface in _PROCLITICS:
            return proclitic_code(surface)
        return self._numbers.get(surface, 0)

    def _number_compounds(self) -> tuple[tuple[int, int, int], ...]:
        """Number the prepositions of two words; give the codes of the last two words of each, and its number.

        One word that means the same becomes a preposition like others.
        """
        found = []
        for line in load_toml(_FILE)["compound"]["words"]:
            names = [fold(name) for name in line]
            number = self._numbers.get(names[0]) or max(self._numbers.values()) + 1
            for name in names:
                self._numbers[name] = number
                *lead, last = name.split()
                if lead:
                    found.append((form_code(lead[-1]), form_code(last), number))
                else:
                    self._particles[name] = "preposition"
        return tuple(found)

    def rows(self, tokens: Sequence[Token]) -> Ints:
        """Give the attributes of each token, a column per field of `FIELDS`."""
        known = self._rows
        found = np.array([known.get(token.norm, -1) for token in tokens], dtype=np.int64)
        for i in np.flatnonzero(found < 0).tolist():
            found[i] = self._add(tokens[i].norm)
        if len(self._data) > len(self._table):
            fresh = np.array(self._data[len(self._table) :], dtype=np.int64)
            self._table = np.concatenate([self._table, fresh])
        result: Ints = self._table[found]
        if len(self._data) > _MAX_ROWS:
            self._rows, self._data, self._table = {}, [], self._table[:0]
        return result

    def _add(self, norm: str) -> int:
        row = self._rows.get(norm)
        if row is None:
            row = self._rows[norm] = len(self._data)
            self._data.append(self._describe(norm))
        return row

    def _describe(self, norm: str) -> tuple[int, ...]:
        mark = _MARKS.get(norm, 0) if len(norm) == 1 else 0
        if not mark and not any(c.isalnum() for c in norm):
            mark = len(MARKS) - 1
        if mark:
            return (form_code(norm), _CLASSES + mark, POS.index("PUNCT"), 0, mark, *(0,) * 13)
        waw, body = self._cut_conjunction(norm)
        word_class, pos, _, *selections = self._look_up(norm, body)
        particle = PARTICLES.index(self._particles.get(body, ""))
        proclitic, stem = self._cut_proclitic(body)
        article = int(stem.startswith("ال") and len(stem) > 3)
        if particle or pos == POS.index("VERB") or stem in self._lam:
            article = 0
        number = int(stem[0].isdigit() or pos == POS.index("NUM") or stem in _numerals())
        suffix = next((n for n, s in enumerate(_SUFFIXES, 1) if body.endswith(s) and len(body) > len(s) + 2), 0)
        if article or particle:
            suffix = 0
        preposition = self._numbers[body] if particle == 1 else proclitic
        return (
            form_code(body), word_class, pos, particle, 0, article, proclitic, waw, suffix, preposition, number,
            form_code(body[-2:]) & 0xFFFF, _tense(body) if pos == POS.index("VERB") else 0, *selections,
            0 if particle or number else self._ending(stem[2 * article :], pos, bool(article)), int(body.endswith("ة")),
        )  # fmt: skip

    def _ending(self, bare: str, pos: int, definite: bool) -> int:
        """Tell the ending of a form without its article; definite: it has one."""
        unlisted = pos == POS.index("X")
        if not (unlisted or pos in (_NOUN, _ADJ) or bare.endswith(_NISBA + "ون")):
            return 0
        for kind, listed in self._people.items():
            if bare in listed:
                return ENDINGS.index(kind)
        stem, end = bare[:-2], bare[-2:]
        if len(stem) > 2 and end in ("ون", "ين"):
            nisba = stem[-1] == _NISBA
            told = definite or (unlisted and len(stem) > 3) or self._known.get(stem, (0, 0))[1] == _ADJ
            if told or all(map(self._knows, (stem,) if nisba else (stem, stem + "ون", stem + "ين"))):
                return ENDINGS.index("oblique " * (end == "ين") + "nisba " * nisba + "plural")
        if len(stem) > 2 and end == "ان" and all(map(self._knows, (stem, stem + "ين"))):
            return ENDINGS.index("dual")
        if len(stem) > 1 and bare[-1] == _TANWIN and not bare.endswith(_SUFFIXES) and self._knows(bare[:-1]):
            return ENDINGS.index("accusative")
        stem = bare.removesuffix("ة")
        of_name = unlisted and (self._known.get(stem[:-1]) or (0, 0))[1] == POS.index("PROPN")  # تايلاندي
        return ENDINGS.index("nisba") if (pos == _ADJ or of_name) and stem[-1:] == _NISBA else 0

    def _knows(self, form: str) -> bool:
        """Tell whether a noun or adjective is listed, with its article or without."""
        return any((self._known.get(f) or (0, 0))[1] in (_NOUN, _ADJ) for f in (form, "ال" + form))

    def _is_noun(self, form: str) -> bool:
        return (self._known.get(form) or (0, 0))[1] == _NOUN

    def _cut_conjunction(self, norm: str) -> tuple[int, str]:
        """Take a leading و or ف off where the rest is a better known word."""
        if norm[0] in "وف" and norm[1:2].isdigit():
            return 1, norm[1:]
        if len(norm) < 3 or norm[0] not in "وف" or norm in self._particles or norm in _numerals() or norm in self._waw:
            return 0, norm
        rest = norm[1:]
        whole, part = self._known.get(norm), self._known.get(rest)
        if rest in self._particles or rest.startswith("ال"):
            return 1, rest
        if part and (not whole or part[2] > whole[2]):
            return 1, rest
        if not whole and norm[0] == "و" and len(norm) > 4:
            return 1, rest
        return 0, norm

    def _cut_proclitic(self, body: str) -> tuple[int, str]:
        """Take ب, ل or ك off a noun; the rest of لل is read with the article that it hides."""
        if body.startswith("لل") and len(body) > 4:
            return 2, "ال" + body[2:]
        if body[0] in _PROCLITICS and body[1:2].isdigit():
            return proclitic_code(body[0]), body[1:]
        if len(body) < 4 or body[0] not in _PROCLITICS or body in self._particles or body in self._whole:
            return 0, body
        rest, number = body[1:], proclitic_code(body[0])
        if rest.startswith("ال") and len(rest) > 4:
            return number, rest
        whole, part = self._known.get(body), self._known.get(rest)
        if not (whole or part):
            known = any(self._is_noun(rest.removesuffix(s)) for s in _SUFFIXES if rest.endswith(s))  # بتغريمه
            return (number, rest) if known or _MASDAR.fullmatch(rest) else (0, body)
        if not part or part[1] == POS.index("VERB"):
            return 0, body
        likely = not whole or part[2] > 3 * whole[2] or part[1] == whole[1] == _NOUN
        if whole and number == 2 and part[1] == _NOUN:
            likely |= whole[1] == POS.index("PROPN") and part[2] > whole[2]  # لمراسل
        return (number, rest) if likely else (0, body)

    def _takes_object(self, body: str) -> bool:
        """Tell whether an unlisted form is a listed verb with a pronoun (نفذه), and no noun (إحالته)."""
        for stem in (body.removesuffix(s) for s in _SUFFIXES if body.endswith(s)):
            if len(stem) > 1 and (self._known.get(stem) or (0, 0))[1] == _VERB:
                return not (stem.endswith("ت") and self._knows(stem[:-1] + "ة"))
        return False

    def _look_up(self, norm: str, body: str) -> tuple[int, ...]:
        """Give class, part of speech, count and selections; for an unknown form, those that its letters suggest."""
        entry = self._known.get(body) or self._known.get(norm)
        if entry is None and body.startswith("لل"):
            entry = self._known.get("ال" + body[2:])
        if entry is None and body[0] in "بلكس" and len(body) > 3:
            entry = self._known.get(body[1:])
        if entry:
            return entry
        if body[0].isdigit() or (body[0] in _PROCLITICS and body[1:2].isdigit()):
            return (DIGITS, POS.index("NUM"), 0, 0, 0, 0)
        present = (
            len(body) > 4 and body[0] == "ي" and (body[1] == "ت" or body[1:3] == "ست" or body.endswith(("ان", "ون")))
        )
        verb = present or self._takes_object(body)  # يتأهب، يقطعان، نفذه
        pos = _VERB if verb else POS.index("X")
        return (_CLASSES + 32 + form_code(body[:2] + "~" + body[-1:]) % 32, pos, 0, 3, 3, 3)


@cache
def cardinals() -> frozenset[str]:
    """Read the cardinal numbers, folded."""
    rows = load_rows("times/numbers.tsv")[1:]
    return frozenset(fold(row[0]) for row in rows if not row[1].startswith(("ordinal", "last")))


@cache
def prepositions() -> frozenset[str]:
    """Read what may govern a phrase: attached letters, prepositions, and those of two words, folded."""
    compounds = (fold(name) for line in load_toml(_FILE)["compound"]["words"] for name in line)
    return frozenset({*_PROCLITICS, *load_words(_FILE, "preposition", "words"), *compounds})


@cache
def _numerals() -> frozenset[str]:
    """Give the cardinal numbers, but for one as in أحد الشهود."""
    return cardinals() - {"احد", "احدي", "الاحد", "الاحدي"}


def _tense(body: str) -> int:
    """Tell the tense of a verb by its first letter: 1 past, 2 present, 3 future."""
    if body[0] == "س" and body[1:2] in ("ي", "ت", "ن", "ا"):  # SEEN before YEH, TEH, NOON, ALEF
        return 3
    if body[0] in "ين" or (body[0] == "ت" and body[-1] != "ت"):  # YEH, NOON; TEH
        return 2
    return 1


def form_code(text: str) -> int:
    """Give the 31-bit hash under which `code` stores a folded form."""
    return mmh3.hash(text.encode("utf-8", "surrogatepass"), 17, signed=False) & 0x7FFFFFFF


def codes(table: str, key: str = "words", leads: Sequence[str] = ("",)) -> Ints:
    """Give the sorted codes of the words of a list of clauses/words.toml, each with each of the leads before it."""
    return np.array(sorted(form_code(lead + word) for word in load_words(_FILE, table, key) for lead in leads))


@cache
def _read_words(path: Path) -> dict[str, tuple[int, ...]]:
    """Read form -> (class, part of speech, count, agent, patient, locative)."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ResourceError(f"word table {path} cannot be read: {error}; reinstall rasd") from error
    cells = (line.split("\t") for line in lines[1:])
    codes = {tag: n for n, tag in enumerate(POS)}
    return {c[0]: (int(c[1]), codes.get(c[2], 0), int(c[3]), *map(int, c[4])) for c in cells}


@cache
def _read_particles() -> dict[str, str]:
    """Read word -> class of particle; where two classes list a word, the first one of the file holds."""
    found: dict[str, str] = {}
    for name, table in load_toml(_FILE).items():
        if name not in PARTICLES:
            continue
        for word in table["words"].split():
            found.setdefault(word, name)
    return found
