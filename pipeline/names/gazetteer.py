"""The user's own list of names, found in running text with clitics and spelling variants."""

from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, Final, NamedTuple

from pipeline.document import Token
from pipeline.errors import ConfigError
from pipeline.names.clitics import cuts
from pipeline.names.recognizer import NameSpan
from pipeline.schema import LABELS
from pipeline.text.normalize import letters_end
from pipeline.text.tokens import tokenize

_KEPT: Final = 1 << 17  # words remembered
_END: Final = "\x1f"  # between the words of a name


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


class _Word(NamedTuple):
    """A word of the text.

    cuts: (letters that are left out, rest, words of the longest name that begins with the rest), where one does.
    """

    form: str
    cuts: tuple[tuple[int, str, int], ...]


class Gazetteer:
    """Finds the names of a TSV file (surface, label, optional id) by an Aho-Corasick automaton over folded words.

    Variants of alef, yeh, teh marbuta and hamza match, names written as one word or two (عبدالرحمن), and names behind
    و ف ب ل ك and their like; the longest match wins.
    Raises ConfigError for a file that is no such list.
    """

    name = "gazetteer"

    def __init__(self, path: str | Path) -> None:
        import ahocorasick

        self.automaton: Any = ahocorasick.Automaton()
        self.firsts: dict[str, int] = {}  # first word of a name -> words of the longest name that it begins
        self.words: dict[str, _Word] = {}
        self.dull: set[str] = set()  # words that begin no name
        for number, surface, label, entity in _read(Path(path)):
            words = [_form(token.norm) for token in tokenize(surface)]
            if not words:
                raise ConfigError(f"{path}: line {number} names nothing; write surface, label and optional id")
            for way in _spellings(words):
                self.firsts[way[0]] = max(len(way), self.firsts.get(way[0], 0))
                self.automaton.add_word(_END + _END.join(way) + _END, (len(way), label, entity))
        if not len(self.automaton):
            raise ConfigError(f"{path} holds no name; write surface, label and optional id, with tabs between")
        self.automaton.make_automaton()

    def __call__(self, sentences: Sequence[Sequence[Token]]) -> list[list[NameSpan]]:
        """Give the longest matches of each sentence from the left."""
        return [self._find(tokens) for tokens in sentences]

    def _find(self, tokens: Sequence[Token]) -> list[NameSpan]:
        norms = [token.norm for token in tokens]
        if self.dull.issuperset(norms):
            return []
        known = self.words
        words = [known.get(norm) or self._read_word(norm) for norm in norms]
        line = [word.form for word in words]
        count = len(line)
        begins: dict[int, tuple[int, int]] = {}  # place of a cut word in the line -> its number, letters left out
        for i, word in enumerate(words):
            for letters, rest, longest in word.cuts:
                # Once more without its proclitic, which may stand only before the first word of a name.
                begins[len(line) + 1] = i, letters
                line += ("", rest, *(w.form for w in words[i + 1 : i + longest]))
        found = list(self.automaton.iter(_END + _END.join(line) + _END))
        if not found:
            return []
        ends = {end: n for n, end in enumerate(accumulate(len(form) + 1 for form in line), start=1)}
        matches = []
        for end, (size, label, entity) in found:
            at = ends[end] - size
            first, letters = (at, 0) if at < count else begins.get(at, (-1, 0))
            if first >= 0:
                matches.append((first, first + size, letters, label, entity))
        matches.sort(key=lambda m: (m[0], -m[1], m[2]))
        spans: list[NameSpan] = []
        for first, last, letters, label, entity in matches:
            if spans and first < spans[-1].last:
                continue
            start = tokens[first].start + letters_end(tokens[first].text, letters)
            spans.append(NameSpan(first, last, label, None, self.name, entity, start, tokens[last - 1].end))
        return spans

    def _read_word(self, norm: str) -> _Word:
        """Take a folded word as the automaton knows it, whole and without the proclitics before a name."""
        if len(self.words) >= _KEPT:
            self.words.clear()
            self.dull.clear()
        form, firsts = _form(norm), self.firsts
        rests = cuts(form) if form[:1] in ("و", "ف", "ب", "ل", "ك") else ()
        word = _Word(form, tuple((size, rest, firsts[rest]) for size, rest in rests if rest in firsts))
        if not word.cuts and form not in firsts:
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
