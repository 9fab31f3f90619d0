"""The user's own list of names, found in running text with clitics and spelling variants."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from pipeline.document import Token
from pipeline.errors import ConfigError
from pipeline.names.clitics import cuts
from pipeline.names.recognizer import NameSpan
from pipeline.schema import LABELS
from pipeline.text.normalize import fold, letters_end

_KEPT: Final = 1 << 17  # words remembered
_END: Final = "\x1f"  # between the words of a name


def _form(norm: str) -> str:
    return norm[:-1] + "ة" if norm.endswith("ه") else norm  # HEH -> TEH MARBUTA


class _Word(NamedTuple):
    """A word of the text. letters: proclitics that are left out of `form`. opens: it is the first word of a name."""

    form: str
    letters: int
    opens: bool


class Gazetteer:
    """Finds the names of a TSV file (surface, label, optional id) by an Aho-Corasick automaton over folded words.

    Alef, yeh and teh marbuta variants match, and so do names behind و ف ب ل ك and their like; the longest match wins.
    Raises ConfigError for a file that is no such list.
    """

    name = "gazetteer"

    def __init__(self, path: str | Path) -> None:
        import ahocorasick

        self.automaton: Any = ahocorasick.Automaton()
        self.firsts: set[str] = set()
        self.words: dict[str, _Word] = {}
        for number, (surface, label, entity) in enumerate(_read(Path(path)), start=1):
            words = [_form(fold(word)) for word in surface.split()]
            if not words:
                raise ConfigError(f"{path}: line {number} names nothing; write surface, label and optional id")
            self.firsts.add(words[0])
            self.automaton.add_word(_END + _END.join(words) + _END, (len(words), label, entity))
        if not len(self.automaton):
            raise ConfigError(f"{path} holds no name; write surface, label and optional id, with tabs between")
        self.automaton.make_automaton()

    def __call__(self, sentences: Sequence[Sequence[Token]]) -> list[list[NameSpan]]:
        """Give the longest matches of each sentence from the left."""
        return [self._find(tokens) for tokens in sentences]

    def _find(self, tokens: Sequence[Token]) -> list[NameSpan]:
        known = self.words
        words = [known.get(token.norm) or self._read_word(token.norm) for token in tokens]
        if not any(word.opens for word in words):
            return []
        forms = [word.form for word in words]
        skipped = {i: word.letters for i, word in enumerate(words) if word.letters}
        text = _END + _END.join(forms) + _END
        ends: dict[int, int] = {}
        at = 0
        for i, form in enumerate(forms):
            at += len(form) + 1
            ends[at] = i + 1
        matches = []
        for end, (size, label, entity) in self.automaton.iter(text):
            last = ends[end]
            matches.append((last - size, last, label, entity))
        matches.sort(key=lambda m: (m[0], -m[1]))
        spans: list[NameSpan] = []
        for first, last, label, entity in matches:
            # A proclitic may stand only before the first word of a name.
            if (spans and first < spans[-1].last) or any(i in skipped for i in range(first + 1, last)):
                continue
            start = tokens[first].start + letters_end(tokens[first].text, skipped.get(first, 0))
            spans.append(NameSpan(first, last, label, None, self.name, entity, start, tokens[last - 1].end))
        return spans

    def _read_word(self, norm: str) -> _Word:
        """Take a folded word as the automaton knows it, without proclitics where a name begins behind them."""
        if len(self.words) >= _KEPT:
            self.words.clear()
        form, skip = _form(norm), 0
        if form not in self.firsts and form[:1] in "وفبلك":
            skip, form = next(((n, rest) for n, rest in cuts(form) if rest in self.firsts), (0, form))
        word = self.words[norm] = _Word(form, skip, form in self.firsts)
        return word


def _read(path: Path) -> list[tuple[str, str, str | None]]:
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
        rows.append((fields[0], fields[1], fields[2] if len(fields) > 2 and fields[2] else None))
    return rows
