"""The names and noun phrases of a batch, which may fill roles: where they begin and end, told by agreement.

Tokens, sentences and attributes of words are those of `events.clauses`.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from pipeline.events.clauses import Layout
from pipeline.events.wordforms import DIGITS, ENDINGS, PARTICLES, POS, Flags, Ints, form_code
from pipeline.resources import load_toml
from pipeline.schema import LABELS
from pipeline.text.normalize import letters_end

NOUN_PHRASE: Final = 0  # label of a phrase that is no name; names are 1 + index in schema.LABELS
_NOMINAL: Final = np.array([p in ("X", "NOUN", "ADJ", "PROPN", "NUM", "ADV") for p in POS])
_ADJ, _NUM = POS.index("ADJ"), POS.index("NUM")
_PREP = PARTICLES.index("preposition")
_OF: Final = form_code("من")


def _codes(table: str, key: str = "words") -> Ints:
    """Give the codes of a list of words."""
    return np.array(sorted(form_code(word) for word in load_toml("clauses/words.toml")[table][key].split()))


_QUANTIFIERS, _EMPHASIS, _ATTRIBUTES, _REDUCED, _UNJOINED, _IMPROPER, _ADVERBS = map(
    _codes, ("quantifier", "emphasis", "attribute", "reduced", "unjoined", "improper", "adverb")
)
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
    cut[_first_numbers(number_before, np.flatnonzero(is_trigger & number_before))] = True
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


def _first_numbers(number_before: Flags, counted: Ints) -> Ints:
    """Give the first of the numbers that stand before each counted word: what governs them (سقوط 40 قتيلا) is apart."""
    first = counted - 1
    while (further := number_before[first]).any():
        first = first - further
    return first


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
    counted = _NOMINATIVE[old][:-1] & numbers[1:-1] & (article[:-2] + article[1:-1] + article[2:] == 0)
    counted &= noun[2:] | (layout.column("pos")[2:] == POS.index("X"))
    apart[1:-1] |= counted & ~numbers[:-2]  # مسلحون ثلاثة مهندسين
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
    """Extend noun phrases that govern a place or organisation in the genitive (زعيم and a country) over that name.

    What has its nun (مسلحون) or is an attribute (طائرات روسية) governs nothing.
    """
    total = len(layout.doc)
    starts = np.full(total + 1, -1, dtype=np.int64)
    starts[name_first] = name_last
    at = np.minimum(last, total - 1)
    head = np.maximum(last - 1, 0)
    person = 1 + LABELS.index("PER")
    bare = layout.column("proclitic")[at] + layout.column("waw")[at] == 0
    ending, proper = layout.column("ending")[head], ~np.isin(layout.column("code")[head], _IMPROPER)
    complete = _NOMINATIVE[ending] | _OBLIQUE[ending] | (ending == _NISBA) & (last - first > 1) & proper
    joined = (
        (starts[at] > 0) & (last < total) & (layout.name[at] != person) & bare & (titled == 0)
        & (layout.sentence[at] == layout.sentence[head]) & (layout.column("article")[head] == 0) & ~complete
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
