"""The structure of sentences without a parser: clauses, quotations, headlines, and the phrases that may fill roles.

A batch of documents is laid out as flat arrays over its tokens, so that every later feature is an index operation.
Sentences, clauses, quotations and phrases carry numbers that are unique in the batch.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pipeline.document import Document
from pipeline.events.wordforms import DIGITS, ENDINGS, MARKS, PARTICLES, POS, Flags, Ints, WordTable, form_code
from pipeline.resources import load_toml
from pipeline.schema import LABELS
from pipeline.text.normalize import letters_end
from pipeline.text.tokens import is_separator

NOUN_PHRASE: Final = 0  # label of a phrase that is no name; names are 1 + index in schema.LABELS
_NOMINAL: Final = np.array([p in ("X", "NOUN", "ADJ", "PROPN", "NUM", "ADV") for p in POS])
_VERB, _ADJ, _NUM = POS.index("VERB"), POS.index("ADJ"), POS.index("NUM")
_PREP, _SUB, _REL = (PARTICLES.index(p) for p in ("preposition", "subordinator", "relative"))
_OPEN, _CLOSE, _QUOTE = MARKS.index("open"), MARKS.index("close"), MARKS.index("quote")
_OF: Final = form_code("من")
MAX_QUOTE: Final = 150  # tokens: a quotation left open longer than this is taken for a stray mark


def _codes(table: str, key: str = "words") -> Ints:
    """Give the codes of a list of words."""
    return np.array(sorted(form_code(word) for word in load_toml("clauses/words.toml")[table][key].split()))


_QUANTIFIERS, _EMPHASIS, _ATTRIBUTES, _REDUCED, _UNJOINED, _IMPROPER, _ADVERBS = map(
    _codes, ("quantifier", "emphasis", "attribute", "reduced", "unjoined", "improper", "adverb")
)
_VERBAL: Final = np.array([form_code(word) for word in ("لم", "لن", "سوف", "قد", "لقد")])
_PERFECT: Final = _VERBAL[3:]
_REUNION: Final = form_code("شمل")  # لم شمل العائلات
_ATTRIBUTIVE: Final = np.array([form_code(end) & 0xFFFF for end in ("ية",)])  # last letters of most unlisted adjectives
_BEFORE_BEH, _BEFORE_LAM = _codes("reduced", "beh"), _codes("reduced", "lam")
_BARE_QUANTIFIERS: Final = _codes("quantifier", "indefinite")
_PLURALS: Final = np.array([name.endswith("plural") or name == "people" for name in ENDINGS])
_NATIONALS: Final = np.array([name.endswith("nisba plural") or name == "nationals" for name in ENDINGS])
_NOMINATIVE: Final = np.array([name in ("plural", "nisba plural", "dual") for name in ENDINGS])
_OBLIQUE: Final = np.array([name.startswith("oblique") for name in ENDINGS])
_ACCUSATIVE, _NISBA = ENDINGS.index("accusative"), ENDINGS.index("nisba")


@dataclass(frozen=True, slots=True)
class Phrases:
    """The names and noun phrases of a batch, in order of their first token.

    first, last: half-open token range. start, end: raw offsets in the phrase's document. label: NOUN_PHRASE or
    1 + index in LABELS. mention: index into the document's mentions, -1 for a noun phrase. sentence: its sentence.
    titled: a noun phrase that stands as the title of the name behind it (الوزير before a person's name).
    order: running number among the phrases of the batch, `bounds` of a sentence are in Layout.phrase_bounds.
    """

    first: Ints
    last: Ints
    start: Ints
    end: Ints
    label: Ints
    mention: Ints
    sentence: Ints
    titled: Ints


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
    """Let a mark inside a number (1,200) be part of it, and cut no clause."""
    mark, number = (words[:, WordTable.FIELDS.index(field)] for field in ("mark", "number"))
    inside = np.zeros(len(words), dtype=bool)
    inside[1:-1] = (mark[1:-1] > 0) & (number[:-2] == 1) & (number[2:] == 1)
    for at in np.flatnonzero(inside).tolist():
        doc = int(np.searchsorted(base, at, side="right")) - 1
        place = at - int(base[doc])
        if place + 1 < len(docs[doc].tokens) and place and is_separator(docs[doc].tokens, place):
            words[at] = words[at + 1]


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


def find_phrases(layout: Layout, triggers: Ints, verbs: Ints) -> Phrases:
    """Find the names and noun phrases of a batch.

    triggers: tokens that report events; a noun phrase never runs across one, but may end with one that counts people
    (17 قتيلا). verbs: tokens that are verbs, triggers or light ones beside them (شن هجوما), which no phrase holds.
    A run of nominal words is cut where agreement forbids it to be one phrase: at an attached preposition, before a
    definite noun that follows a definite one, before an indefinite word that follows a definite one, and as
    `_agreement` tells. A shortened relative clause (المختصة في) ends a phrase.
    """
    total = len(layout.doc)
    if not total:
        empty = np.zeros(0, dtype=np.int64)
        return Phrases(*(empty,) * 8)
    pos, article, suffix = layout.column("pos"), layout.column("article"), layout.column("suffix")
    is_trigger = np.zeros(total, dtype=bool)
    is_trigger[triggers] = True
    nominal, stressing = _nominal(layout, is_trigger, verbs)
    previous = np.zeros(total, dtype=bool)
    previous[1:] = nominal[:-1]
    noun = (pos != _ADJ) & (pos != POS.index("X"))
    before = np.zeros((3, total), dtype=np.int64)
    before[0, 1:], before[1, 1:], before[2, 1:] = article[:-1], suffix[:-1] > 0, is_trigger[:-1]
    cut = (layout.column("proclitic") > 0) | (before[2] > 0)
    attribute, apart = _agreement(layout)
    cut |= noun & (article == 1) & (before[0] == 1) & ~attribute
    cut |= (noun | (pos == _ADJ)) & (article == 0) & (before[0] == 1) | noun & (article == 0) & (before[1] == 1)
    cut |= apart
    cut &= ~stressing
    number_before = np.zeros(total, dtype=bool)
    number_before[1:] = (pos[:-1] == _NUM) | (layout.column("number")[:-1] == 1)
    digits = layout.column("word_class") == DIGITS
    compound = number_before & (layout.column("number") == 1) & ~digits  # خمسة وعشرون
    joined = noun | (pos == POS.index("X")) & ~np.isin(layout.column("tail"), _ATTRIBUTIVE)
    cut |= (layout.column("waw") == 1) & joined & ~compound
    cut |= is_trigger & ~number_before
    starts = nominal & (~previous | cut)
    starts[1:] |= nominal[1:] & (layout.sentence[1:] != layout.sentence[:-1])
    run = np.cumsum(starts)
    first = np.flatnonzero(starts)
    last = np.zeros(len(first), dtype=np.int64)
    inside = np.flatnonzero(nominal)
    np.maximum.at(last, run[inside] - 1, inside + 1)
    named = layout.name_number >= 0
    fresh = named.copy()
    fresh[1:] &= layout.name_number[1:] != layout.name_number[:-1]
    name_first = np.flatnonzero(fresh)
    numbers = layout.name_number[name_first]
    name_last = np.zeros(len(name_first), dtype=np.int64)
    order = np.cumsum(fresh) - 1
    inside = np.flatnonzero(named)
    np.maximum.at(name_last, order[inside], inside + 1)
    first, last = _join_partitives(layout, first, last)
    titled = _titles(layout, last)
    extended = _with_names(layout, first, last, titled, name_first, name_last)
    return _assemble(layout, first, extended, titled, name_first, name_last, numbers)


def _nominal(layout: Layout, triggers: Flags, verbs: Ints) -> tuple[Flags, Flags]:
    """Tell the words that noun phrases are made of, and which of them stress the word before (المصدر نفسه).

    triggers: flags the tokens that report events. verbs: as of `find_phrases`.
    """
    code, particle, article = layout.column("code"), layout.column("particle"), layout.column("article")
    total = len(code)
    same = layout.sentence[1:] == layout.sentence[:-1]
    free = (layout.name_number < 0) & (layout.time < 0)
    nominal = _NOMINAL[layout.column("pos")] & (particle == 0) & free & ~np.isin(code, _ADVERBS)
    nominal[verbs] = False
    heading, reduced, stressing = np.zeros((3, total), dtype=bool)
    counts = (article[1:] == 1) | np.isin(code[:-1], _BARE_QUANTIFIERS)  # أحد الشهود, كل المدن, عدة جنود
    heading[:-1] = np.isin(code[:-1], _QUANTIFIERS) & free[:-1] & nominal[1:] & counts & same
    nominal |= heading
    reduced[1:-1] = _reduced(layout, triggers | heading)[1:-1] & nominal[:-2] & same[:-1] & same[1:]
    nominal &= ~reduced
    stressing[1:] = np.isin(code[1:], _EMPHASIS) & free[1:] & nominal[:-1] & (article[:-1] == 1) & same
    return nominal | stressing, stressing


def _reduced(layout: Layout, heads: Flags) -> Flags:
    """Tell the attributes that begin a shortened relative clause: السفينة التابعة للشركة, not اعتقال المشاركين في.

    Such a word agrees with the one before in its article and in being a plural, so it is no noun of its own.
    heads: tokens that govern what follows.
    """
    total = len(layout.doc)
    code, article, suffix = layout.column("code"), layout.column("article"), layout.column("suffix")
    ending, proclitic = layout.column("ending"), layout.column("proclitic")
    found = np.zeros(total, dtype=bool)
    if total < 3:
        return found
    old, new, after = slice(None, -2), slice(1, -1), slice(2, None)
    definite = (article[old] == 1) | (suffix[old] > 0)
    several = _PLURALS[ending[new]] <= _PLURALS[ending[old]]
    attached = np.select([np.isin(code[new], _BEFORE_BEH), np.isin(code[new], _BEFORE_LAM)], [1, 2], 0)
    governs = np.where(
        attached > 0, proclitic[after] == attached, (layout.column("particle")[after] == _PREP) | (proclitic[after] > 0)
    )
    found[new] = np.isin(code[new], _REDUCED) & (definite == (article[new] == 1)) & several & governs & ~heads[old]
    return found


def _agreement(layout: Layout) -> tuple[Flags, Flags]:
    """Tell attributes of the word before among definite nouns, and words that cannot be of one phrase with it.

    Attributes are listed words (الأمين العام) and plurals that agree (المتظاهرين الفلسطينيين، الجنود الروس). Apart are
    what stands behind a plural or dual with its nun and does not agree (مسلحون نقطة، but مسلحون مجهولون), an accusative
    behind what is none (جندي إسرائيلي شابا), and a noun with the article behind a nisba without (محكمة فرنسية الرئيس).
    """
    total = len(layout.doc)
    code, article, ending = layout.column("code"), layout.column("article"), layout.column("ending")
    noun = layout.column("pos") == POS.index("NOUN")
    numbers = (layout.column("number") == 1) | (layout.column("pos") == _NUM)
    attribute, apart = np.zeros(total, dtype=bool), np.zeros(total, dtype=bool)
    old, new = ending[:-1], ending[1:]
    clash = _NOMINATIVE[old] & _OBLIQUE[new] | _OBLIQUE[old] & _NOMINATIVE[new]
    alike = (_NOMINATIVE[old] & _NOMINATIVE[new]) | (_OBLIQUE[old] & _OBLIQUE[new])
    attribute[1:] = np.isin(code[1:], _ATTRIBUTES) | (_PLURALS[old] & _NATIONALS[new] & ~clash) | alike
    bare = (article[:-1] == 0) & ~numbers[:-1] & ~numbers[1:] & noun[1:]
    nun = (_NOMINATIVE[old] | _OBLIQUE[old]) & ~alike & ~np.isin(code[1:], _UNJOINED)
    accusative = (new == _ACCUSATIVE) & (old != _ACCUSATIVE) & ~_OBLIQUE[old]
    governed = (old == _NISBA) & (article[1:] == 1) & ~np.isin(code[:-1], _IMPROPER)
    apart[1:] = bare & (nun | accusative | governed)
    return attribute, apart


def _join_partitives(layout: Layout, first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Join a number or quantifier and what it counts behind من into one phrase (3 من أبنائه, عدد من الجرحى)."""
    if len(first) < 2:
        return first, last
    single = last[:-1] - first[:-1] <= 2
    counting = (layout.column("number")[first[:-1]] == 1) | np.isin(layout.column("code")[first[:-1]], _QUANTIFIERS)
    between = np.minimum(last[:-1], len(layout.doc) - 1)
    of = layout.column("code")[between] == _OF
    joined = counting & single & of & (first[1:] == last[:-1] + 1) & (layout.time[between] < 0)
    keep = np.concatenate([[True], ~joined])
    ends = last.copy()
    ends[:-1] = np.where(joined, last[1:], last[:-1])
    return first[keep], ends[keep]


def _titles(layout: Layout, last: Ints) -> Ints:
    """Tell which noun phrases are followed by a person's name, with or without a comma."""
    total = len(layout.doc)
    at = np.minimum(last, total - 1)
    behind = np.minimum(last + 1, total - 1)
    person = 1 + LABELS.index("PER")
    same = (layout.sentence[at] == layout.sentence[last - 1]) & (last < total)
    near = same & (layout.name[at] == person)
    comma = same & (layout.column("mark")[at] == 1) & (layout.name[behind] == person)
    result: Ints = (near | comma).astype(np.int64)
    return result


def _with_names(layout: Layout, first: Ints, last: Ints, titled: Ints, name_first: Ints, name_last: Ints) -> Ints:
    """Extend noun phrases that govern a place or organisation in the genitive (زعيم and a country) over that name."""
    total = len(layout.doc)
    starts = np.full(total + 1, -1, dtype=np.int64)
    starts[name_first] = name_last
    at = np.minimum(last, total - 1)
    head = np.maximum(last - 1, 0)
    person = 1 + LABELS.index("PER")
    bare = layout.column("proclitic")[at] + layout.column("waw")[at] == 0
    joined = (
        (starts[at] > 0) & (last < total) & (layout.name[at] != person) & bare & (titled == 0)
        & (layout.sentence[at] == layout.sentence[head]) & (layout.column("article")[head] == 0)
    )  # fmt: skip
    return np.where(joined, starts[at], last)


def _assemble(
    layout: Layout, first: Ints, last: Ints, titled: Ints, name_first: Ints, name_last: Ints, numbers: Ints
) -> Phrases:
    """Join noun phrases and names in the order of the text and give them their raw offsets."""
    mention_base = np.concatenate([[0], np.cumsum([len(d.mentions) for d in layout.docs])])
    firsts = np.concatenate([first, name_first])
    order = np.lexsort((np.concatenate([np.zeros(len(first)), np.ones(len(name_first))]), firsts))
    firsts = firsts[order]
    lasts = np.concatenate([last, name_last])[order]
    mention = np.concatenate([np.full(len(first), -1, dtype=np.int64), numbers])[order]
    doc = layout.doc[firsts]
    named = mention >= 0
    mention = np.where(named, mention - mention_base[doc], -1)
    start, end = np.zeros(len(firsts), dtype=np.int64), np.zeros(len(firsts), dtype=np.int64)
    proclitic = layout.column("proclitic")[firsts] > 0
    waw = layout.column("waw")[firsts] > 0
    for i, (d, f, l, m) in enumerate(zip(doc.tolist(), firsts.tolist(), lasts.tolist(), mention.tolist(), strict=True)):
        document = layout.docs[d]
        if m >= 0:
            start[i], end[i] = document.mentions[m].start, document.mentions[m].end
        else:
            token = document.tokens[f - int(layout.base[d])]
            skip = int(waw[i]) + int(proclitic[i])
            if len(token.norm) < 4 and not token.norm[skip : skip + 1].isdigit():
                skip = 0
            start[i] = token.start + letters_end(token.text, skip)
            end[i] = document.tokens[l - 1 - int(layout.base[d])].end
    label = np.where(named, layout.name[firsts], NOUN_PHRASE)
    title = np.concatenate([titled, np.zeros(len(name_first), dtype=np.int64)])[order]
    return Phrases(firsts, lasts, start, end, label, mention, layout.sentence[firsts], title)
