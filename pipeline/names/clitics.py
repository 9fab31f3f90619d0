"""Proclitics on the first word of a name: where the name begins in `وموسكو`, `بالقاهرة`, `للكرملين`, `كالأمم`.

The letters و ف ب ل ك also begin names (واشنطن, فاس, بيروت, لندن, كندا), so each cut is weighed with the counts of
`name_starts.tsv`: how often a word opens a name with and without its first letters.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from pipeline.errors import ModelError
from pipeline.models import models_folder
from pipeline.names.places import is_listed, nationalities
from pipeline.names.words import model_form
from pipeline.resources import load_words
from pipeline.text.normalize import fold, fold_alef, letters_end, strip_marks

# Written proclitics in front of a name, longest first, and what the name gains: ل + ال is written لل, so the name
# keeps its second ل.
_PROCLITICS: Final = ("وبال", "وكال", "فبال", "ولل", "فلل", "وال", "فال", "بال", "كال", "لل",
                      "وب", "ول", "وك", "فب", "فل", "و", "ف", "ب", "ل", "ك")  # fmt: skip
_ARTICLE: Final = "ال"
_ALEF: Final = "ا"  # ARABIC LETTER ALEF
_LAM: Final = "ل"  # ARABIC LETTER LAM
_ONE_LETTER: Final = "وفبك"  # proclitics that leave an article as it is
_WORD: Final = re.compile(r"(?<![\w\u064b-\u065f])\w+")
_LAM_BEFORE: Final = re.compile(rf"{_LAM}[ـ\u064b-\u065f]*\Z")  # with the marks on it: TATWEEL, FATHATAN ...
_AND: Final = "و"  # ARABIC LETTER WAW
_CONJUNCTIONS: Final = ("و", "ف")  # WAW, FEH
_VOWELS: Final = ("ا", "و", "ي")  # letters of long vowels: ALEF, WAW, YEH
_ATTACHED: Final = "بلك"  # BEH, LAM, KAF: prepositions of one letter
LETTERS: Final = "وفبلك"  # with which proclitics begin
_DOUBLED: Final = "بب"  # BEH BEH
_WITH: Final = ("ب", "ك")  # BEH, KAF
_MEETING: Final = "ب"  # BEH
_COMMON: Final = ("و", "ب")  # WAW, BEH
_RARE: Final = ("ك", "ف")  # KAF, FEH: as particles before bare names about a tenth as frequent as the others
_TWO: Final = 5  # how many times commoner a name must be that loses two letters rather than one
_ARTICLED: Final = 3  # how many times rarer a known name with its article may be than with one of these before it
_LEAST: Final = 3  # letters that a name keeps, but for the short words of names/clitics.toml
_JOINED: Final = 7  # how many times commoner a name must be without its و for that to be "and"
_HEARD: Final = 15  # how often a name must open names for ب or ك to be cut off a person that the page does not tell of
_QUOTED: Final = 100  # how often a name must open names for letters before it to be cut off behind a quotation mark
_PLAINER: Final = 4  # and how many times more often than with these letters
_FAMOUS: Final = 500  # the same behind a title or a verb of speech, where the name itself is expected
_MET: Final = 10  # the same for ب behind an office, whose holder meets others (التقى الوزير بلافروف)


def read_starts(path: Path) -> dict[str, tuple[int, int]]:
    """Read `name_starts.tsv`: word form, times it opens a name, times it occurs in text."""
    try:
        rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
        return {form: (int(opens), int(occurs)) for form, opens, occurs in rows}
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read: {error}; reinstall rasd") from error


@cache
def shipped_starts() -> dict[str, tuple[int, int]]:
    """Read the `name_starts.tsv` of the compact recogniser once."""
    return read_starts(models_folder() / "compact-ner" / "name_starts.tsv")


@cache
def _short() -> dict[str, str]:
    """Give the short words that names may keep: folded form -> how it is written."""
    return {fold_alef(word): word for word in load_words("names/clitics.toml", "names", "short")}


def cuts(form: str) -> Iterator[tuple[int, str]]:
    """Give (letters to leave out, form of the name then) for every way to cut proclitics off a word."""
    for proclitic in _PROCLITICS:
        if not form.startswith(proclitic) or form == proclitic:
            continue
        if proclitic.endswith("لل"):
            rest, size = _ARTICLE + form[len(proclitic) :], len(proclitic) - 1
        elif proclitic.endswith(_ARTICLE):
            size = len(proclitic) - len(_ARTICLE)
            rest = form[size:]
        else:
            size = len(proclitic)
            rest = form[size:]
        yield size, rest


def proclitic_size(form: str, starts: Mapping[str, tuple[int, int]]) -> int:
    """Give how many letters of a word that opens a name are proclitics, 0 for none.

    A cut is made where the rest opens names more often than the whole word does; where neither is known, where the
    rest is by far the commoner word, and before an article. No preposition stands before "and" (بوعلي is a name).
    """
    opens, occurs = starts.get(form, (0, 0))
    best, size = 0.0, 0
    for letters, rest in cuts(form):
        if len(rest) < _LEAST + (2 if rest.startswith(_ARTICLE) else 0) and rest not in _short():
            continue
        rest_opens, rest_occurs = starts.get(rest, (0, 0))
        if form[letters - 1] in _ATTACHED and is_joined(rest, starts):
            continue
        # Two letters go only where the name that keeps the second one is rare beside the name without: وبيونغ is بيونغ.
        double = len(form) - len(rest) > 1 and not rest.startswith(_ARTICLE)
        if double and starts.get(form[1:], (0, 0))[0] * _TWO >= rest_opens:
            continue
        weight = (rest_opens + 0.5) / (opens + 0.5)
        if not opens and not rest_opens:
            article = rest.startswith(_ARTICLE) and form[letters - 1] != "ا"
            # Before an unknown name و is nearly always "and", and no name begins with بب; the others need the rest to
            # be the commoner word.
            sure = article or form[0] == _AND or form.startswith(_DOUBLED)
            weight = 4.0 if sure else (rest_occurs + 0.5) / (3 * occurs + 1.5)
        elif rest.startswith(_ARTICLE) and form[letters - 1] in _COMMON and rest_occurs > occurs:
            weight *= _ARTICLED  # القصبة is commoner than بالقصبة, whatever opens names more often
        if form[letters - 1] in _RARE and not rest.startswith(_ARTICLE):
            weight *= 0.1
        if weight > 1.0 and weight > best:
            best, size = weight, letters
    return size or int(form.startswith(_LAM * 2) and len(form) > _LEAST)  # no name but للا begins with لل


def is_joined(form: str, starts: Mapping[str, tuple[int, int]], least: int = _JOINED) -> bool:
    """Tell whether a word is و and a name, which opens `least` names, rather than a name that begins with و."""
    if form[0] != _AND or form in load_words("names/clitics.toml", "names", "waw"):
        return False
    return starts.get(form[1:], (0, 0))[0] >= max(least, _JOINED * starts.get(form, (0, 0))[0])


@dataclass(frozen=True, slots=True)
class PageNames:
    """What a page tells of the first letters of its names, in the form of `names.words.model_form`.

    words: all of the page. behind: those of its persons behind their first names (ويتكوف of ستيف ويتكوف).
    """

    words: frozenset[str]
    behind: frozenset[str]

    def size(self, form: str, size: int, starts: Mapping[str, tuple[int, int]]) -> int:
        """Give the proclitics of a word that opens a name, where `size` is what the word alone tells."""
        if size and form[size:] not in self.words and (form in self.behind or self._carries(form)):
            return 0
        rest = form[size:]
        if rest not in self.behind and not starts.get(rest, (0, 0))[0]:
            size += next((letters for letters, name in cuts(rest) if name in self.behind), 0)
        return size

    def tells(self, name: str, form: str) -> bool:
        """Tell whether a name stands elsewhere, alone or behind one other letter than in `form`."""
        return any(lead + name in self.words for lead in ("", *LETTERS) if not lead or not form.endswith(lead + name))

    def _carries(self, form: str) -> bool:
        """Tell whether the word stands elsewhere behind a preposition of one letter, where no proclitic stands."""
        letters = _ATTACHED.replace(form[0], "") if form[0] == _LAM else _ATTACHED  # للحزب is no ل before لحزب
        return any(letter + form in self.words for letter in letters)


def name_start(
    surface: str,
    starts: Mapping[str, tuple[int, int]],
    before: str = "",
    page: PageNames | None = None,
    person: bool = False,
    enclosed: bool = False,
) -> int:
    """Give how many characters of a raw surface stand before the name.

    before: the folded word before it. Behind a preposition nothing is attached, behind a verb no conjunction.
    person: the name is one of a person. enclosed: it fills quotation marks or brackets, behind which names begin.
    """
    form = model_form(surface)
    if form[:1] not in LETTERS:
        return 0
    governing, acting, telling = (_before(key) for key in ("prepositions", "verbs", "speech"))
    if before in governing or (form[:1] in _CONJUNCTIONS and (before in acting or before in telling)):
        return 0
    size = proclitic_size(form, starts)
    if person and size and form[size - 1] in _WITH and not form[size:].startswith((_ARTICLE, form[size - 1])):
        # ب and ك open many names that are rare (بتال), and the rest of those may be one too.
        enough = _enough(strip_marks(surface)[size - 1 :], form, before, starts)
        if starts.get(form[size:], (0, 0))[0] < enough and not (page and page.tells(form[size:], form)):
            size -= 1
    if enclosed and not (_stands_in_marks(form, size, starts) or (page and page.tells(form[size:], form))):
        return 0
    if person and _is_apposed(form, before, starts) and not (page and form[1:] in page.words):
        size = 0
    if page and form[size:][:2] != _ARTICLE:
        size = page.size(form, size, starts)
    if _short().get(form[size:], "") not in strip_marks(surface):
        return 0
    return letters_end(surface, size)


def place_start(surface: str, before: int) -> int:
    """Give how many characters of the raw surface of a place are proclitics by the tables of places.

    before: what the word alone tells, which stays where the tables know no cut, or the name with and without it (وجدة).
    """
    word, *rest = fold(surface).split() or [""]
    names = ((letters, " ".join((name, *rest))) for letters, name in ((0, word), *cuts(word)))
    known = [letters_end(surface, letters) for letters, name in names if len(name) >= _LEAST and is_listed(name)]
    return before if before in known or not known else known[0]


def _enough(written: str, form: str, before: str, starts: Mapping[str, tuple[int, int]]) -> int:
    """Give how often a name must open names for ب or ك, the first letter of `written`, to be cut off it.

    Behind an office (التقى الرئيس بكيري) ب is a preposition more often than behind what is only said before a name
    (الشيخ), unless the whole word opens names too or an ا is its vowel (باديس).
    """
    if before not in _before("titles") and before not in _before("speech"):
        return _HEARD
    preposition = written[0] == _MEETING and written[1:2] != _ALEF and not starts.get(form, (0, 0))[0]
    return _MET if preposition and before in _before("titles") - _before("personal") else _FAMOUS


def _stands_in_marks(form: str, size: int, starts: Mapping[str, tuple[int, int]]) -> bool:
    """Tell whether proclitics stand even behind an opening mark: before a name far commoner without them, and in لل."""
    opens, rest_opens = (starts.get(word, (0, 0))[0] for word in (form, form[size:]))
    return form[: size + 1].endswith(_LAM * 2) or rest_opens >= max(_QUOTED, _PLAINER * opens)


def _is_apposed(form: str, before: str, starts: Mapping[str, tuple[int, int]]) -> bool:
    """Tell whether و opens an unknown foreign name right behind what names its person: الكاتبة وانجاري.

    Such names begin with و and a long vowel; a second person there is mostly a known one (الوزير وأحمد) or has a title.
    """
    if form[0] != _AND or form[1:2] not in _VOWELS or form[1:].startswith(_ARTICLE):
        return False
    if any(starts.get(name, (0, 0))[0] for name in (form, *(rest for _, rest in cuts(form)))):
        return False
    return before in nationalities() or before in _before("titles")


def _before(key: str) -> frozenset[str]:
    """Give one of the lists of words that tell of the letters behind them."""
    return load_words("names/clitics.toml", "before", key)


@lru_cache(maxsize=8)
def _page_words(text: str) -> frozenset[str]:
    """Give the words of a text up to their first mark."""
    return frozenset(_WORD.findall(text))


def full_name(text: str, start: int, end: int) -> str:
    """Give a name of a text with its article in full: الكرملين for the span لكرملين of للكرملين, but لبنان in للبنان.

    What the page writes elsewhere decides; where it has both forms or neither, which of them opens names more often.
    """
    surface = text[start:end]
    if not surface.startswith(_LAM) or not _LAM_BEFORE.search(text, max(0, start - 4), start):
        return surface
    plain = surface.split()[0]
    words = _page_words(text)
    seen, restored_seen = (any(lead + word in words for lead in ("", *_ONE_LETTER)) for word in (plain, _ALEF + plain))
    if seen != restored_seen:
        return surface if seen else _ALEF + surface
    opens, restored_opens = (shipped_starts().get(model_form(word), (0, 0))[0] for word in (plain, _ALEF + plain))
    return surface if opens > restored_opens else _ALEF + surface
