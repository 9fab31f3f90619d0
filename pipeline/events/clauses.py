"""The structure of sentences without a parser: clauses, quotations, headlines; the phrases in them: `events.phrases`.

A batch of documents is laid out as flat arrays over its tokens, so that every later feature is an index operation.
Sentences, clauses and quotations carry numbers that are unique in the batch.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pipeline.document import Document, Token
from pipeline.events.wordforms import MARKS, PARTICLES, POS, Ints, WordTable, form_code
from pipeline.schema import LABELS
from pipeline.text.tokens import is_between_digits, is_separator

_VERB = POS.index("VERB")
_PREP, _SUB, _REL = (PARTICLES.index(p) for p in ("preposition", "subordinator", "relative"))
_OPEN, _CLOSE, _QUOTE = MARKS.index("open"), MARKS.index("close"), MARKS.index("quote")
_DASHES: Final = frozenset("-–")  # HYPHEN-MINUS, EN DASH
MAX_QUOTE: Final = 150  # tokens: a quotation left open longer than this is taken for a stray mark
_VERBAL: Final = np.array([form_code(word) for word in ("لم", "لن", "سوف", "قد", "لقد")])
_PERFECT: Final = _VERBAL[3:]
_REUNION: Final = form_code("شمل")  # لم شمل العائلات


@dataclass(frozen=True, slots=True)
class Layout:
    """Flat arrays over the tokens of a batch.

    base: first token of each document, with the total at the end. words: attributes as WordTable gives them, a column
    per field. sentence, clause, doc: numbers, unique in the batch. sentence_first, sentence_last: half-open token
    range by sentence. title: 1 in a headline. quote: number of the quotation, 0 outside. name: label code of the name
    that covers the token, 0 without one. name_number: index of that mention in the batch, -1 without one. time:
    index of the time expression in the batch, -1 without one. commas, verbs: running counts, so that a difference
    counts what lies between two tokens. line: number of the text line (paragraph).
    """

    docs: Sequence[Document]
    base: Ints
    words: Ints
    doc: Ints
    sentence: Ints
    sentence_first: Ints
    sentence_last: Ints
    clause: Ints
    title: Ints
    quote: Ints
    name: Ints
    name_number: Ints
    time: Ints
    commas: Ints
    verbs: Ints

    def column(self, field: str) -> Ints:
        """Give one attribute of every token."""
        return self.words[:, WordTable.FIELDS.index(field)]

    def norm(self, token: int) -> str:
        """Give the folded form of a token."""
        number = int(self.doc[token])
        return self.docs[number].tokens[token - int(self.base[number])].norm


def lay_out(docs: Sequence[Document], table: WordTable) -> Layout:
    """Lay the tokens of a batch out as flat arrays."""
    sizes = [len(doc.tokens) for doc in docs]
    base = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    total = int(base[-1])
    words = (
        np.concatenate([table.rows(doc.tokens) for doc in docs])
        if total
        else np.zeros((0, len(WordTable.FIELDS)), dtype=np.int64)
    )
    _join_numbers(words, docs, base)
    doc_of = np.repeat(np.arange(len(docs)), sizes)
    sentence = np.full(total, -1, dtype=np.int64)
    firsts: list[int] = []
    lasts: list[int] = []
    title = np.zeros(total, dtype=np.int64)
    name, name_number, time = (np.full(total, fill, dtype=np.int64) for fill in (0, -1, -1))
    mentions = times = 0
    for number, doc in enumerate(docs):
        offset = int(base[number])
        for s in doc.sentences:
            sentence[offset + s.first : offset + s.last] = len(firsts)
            firsts.append(offset + s.first)
            lasts.append(offset + s.last)
        if doc.mentions or doc.times or any(s.title for s in doc.segments):
            starts, ends = [t.start for t in doc.tokens], [t.end for t in doc.tokens]
            for k, m in enumerate(doc.mentions):
                i, j = _token_range(starts, ends, m.start, m.end)
                name[offset + i : offset + j] = 1 + LABELS.index(m.label)
                name_number[offset + i : offset + j] = mentions + k
            for k, t in enumerate(doc.times):
                i, j = _token_range(starts, ends, t.start, t.end)
                time[offset + i : offset + j] = times + k
            for segment in doc.segments:
                if segment.title:
                    i, j = _token_range(starts, ends, segment.title.start, segment.title.end)
                    title[offset + i : offset + j] = 1
        mentions += len(doc.mentions)
        times += len(doc.times)
    _join_compounds(words, sentence, table)
    _read_verbs(words, sentence, name)
    marks = words[:, WordTable.FIELDS.index("mark")]
    quote = _quotations(marks, sentence, doc_of)
    pos = words[:, WordTable.FIELDS.index("pos")]
    verb = (pos == _VERB) & (name == 0)
    return Layout(
        docs, base, words, doc_of, sentence, np.array(firsts, dtype=np.int64), np.array(lasts, dtype=np.int64),
        _clauses(words, sentence, quote, verb, name), title, quote, name, name_number, time,
        np.cumsum((marks == 1) | (marks == 3)), np.cumsum(verb),
    )  # fmt: skip


def _join_numbers(words: Ints, docs: Sequence[Document], base: Ints) -> None:
    """Let a mark inside a number (1,200) or between two (10-15) be part of it, and cut no clause."""
    mark, number = (words[:, WordTable.FIELDS.index(field)] for field in ("mark", "number"))
    inside = np.zeros(len(words), dtype=bool)
    inside[1:-1] = (mark[1:-1] > 0) & (number[:-2] == 1) & (number[2:] == 1)
    for at in np.flatnonzero(inside).tolist():
        doc = int(np.searchsorted(base, at, side="right")) - 1
        place = at - int(base[doc])
        if joins_numbers(docs[doc].tokens, place):
            words[at] = words[at + 1]


def joins_numbers(tokens: Sequence[Token], i: int) -> bool:
    """Tell whether the mark at token i stands inside a number (1,200) or makes a range of two (10-15)."""
    return is_separator(tokens, i) or (tokens[i].text in _DASHES and is_between_digits(tokens, i))


def _join_compounds(words: Ints, sentence: Ints, table: WordTable) -> None:
    """Make the second word of a preposition of two words (من قبل) one that has the number of both."""
    code, particle, preposition = (
        words[:, WordTable.FIELDS.index(field)] for field in ("code", "particle", "preposition")
    )
    inside = sentence[:-1] == sentence[1:]
    for first, second, number in table.compounds:
        at = np.flatnonzero((code[:-1] == first) & (code[1:] == second) & inside) + 1
        particle[at], preposition[at] = _PREP, number


def _read_verbs(words: Ints, sentence: Ints, name: Ints) -> None:
    """Make what follows a particle that only verbs follow (لم، لن، سوف، قد) a verb, whatever its form is listed as."""
    fields = WordTable.FIELDS
    column = {field: words[:, fields.index(field)] for field in fields}
    behind = np.isin(column["code"][:-1], _VERBAL) & (sentence[:-1] == sentence[1:]) & (name[1:] == 0)
    behind &= (column["particle"][1:] == 0) & (column["mark"][1:] == 0)
    behind &= (column["pos"][1:] != _VERB) & (column["code"][1:] != _REUNION)
    at = np.flatnonzero(behind) + 1
    column["pos"][at] = _VERB
    for field in ("article", "proclitic", "preposition", "ending"):
        column[field][at] = 0
    column["tense"][at] = np.where(np.isin(column["code"][at - 1], _PERFECT), 1, 2)


def _token_range(starts: Sequence[int], ends: Sequence[int], start: int, end: int) -> tuple[int, int]:
    """Give the half-open range of the tokens that a raw span touches."""
    return bisect_right(ends, start), bisect_left(starts, end)


def _quotations(marks: Ints, sentence: Ints, doc_of: Ints) -> Ints:
    """Number the quotations; a mark that is never closed within reach opens none."""
    quote = np.zeros(len(marks), dtype=np.int64)
    opened = -1
    plain = False
    count = 0
    for i in np.flatnonzero((marks == _OPEN) | (marks == _CLOSE) | (marks == _QUOTE)).tolist():
        mark = marks[i]
        if opened >= 0 and (i - opened > MAX_QUOTE or doc_of[i] != doc_of[opened]):
            opened = -1
        if opened < 0:
            if mark != _CLOSE:
                opened, plain = i, mark == _QUOTE
        elif (plain and mark == _QUOTE) or (not plain and mark == _CLOSE):
            count += 1
            quote[opened + 1 : i] = count
            opened = -1
    return quote


def _clauses(words: Ints, sentence: Ints, quote: Ints, verb: Ints, name: Ints) -> Ints:
    """Number the clauses: cut at commas and stronger marks, before subordinators, relatives and coordinated verbs."""
    fields = WordTable.FIELDS
    marks, particle = words[:, fields.index("mark")], words[:, fields.index("particle")]
    cut = np.zeros(len(words), dtype=bool)
    after = (marks >= 1) & (marks <= 3)
    cut[1:] |= after[:-1]
    cut[1:] |= (sentence[1:] != sentence[:-1]) | (quote[1:] != quote[:-1])
    cut |= ((particle == _SUB) | (particle == _REL)) & (name == 0)
    cut |= verb & (words[:, fields.index("waw")] == 1)
    result: Ints = np.cumsum(cut)
    return result
