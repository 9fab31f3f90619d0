"""The names and noun phrases of a batch, which may fill roles: where they begin and end, told by agreement.

Tokens, sentences and attributes of words are those of `events.clauses`.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from pipeline.events.bound_phrases import bind, join_places, merge, wholes
from pipeline.events.clauses import Layout
from pipeline.events.nominals import NOMINAL, RANGING, nominal_words, quantifiers
from pipeline.events.wordforms import DIGITS, ENDINGS, POS, Flags, Ints, codes, form_code
from pipeline.schema import LABELS
from pipeline.text.normalize import letters_end

NOUN_PHRASE: Final = 0  # label of a phrase that is no name; names are 1 + index in schema.LABELS
_ADJ, _NUM = POS.index("ADJ"), POS.index("NUM")
_OF, _BETWEEN = map(form_code, ("من", "بين"))
_ATTRIBUTES, _UNJOINED, _IMPROPER, _OF_THEM, _FIELDS = map(
    codes, ("attribute", "unjoined", "improper", "of_them", "portfolio")
)
_SEVERAL, _DIRECTIONS = codes("attribute", "plural"), codes("direction")
_SCALES, _APPROXIMATE = codes("quantifier", "scales"), codes("quantifier", "approximate")
_BARE_ATTRIBUTES, _MINISTERS = codes("attribute", "indefinite"), codes("portfolio", "offices")
_ATTRIBUTIVE: Final = np.array([form_code(end) & 0xFFFF for end in ("ية",)])  # last letters of most unlisted adjectives
_SPEAKING: Final = 3  # a noun this ready to follow words of speech (see wordforms) counts nothing behind it
_PLURALS: Final = np.array([name.endswith("plural") or name == "people" for name in ENDINGS])
_NATIONALS: Final = np.array([name.endswith("nisba plural") or name == "nationals" for name in ENDINGS])
_NOMINATIVE: Final = np.array([name in ("plural", "nisba plural", "dual") for name in ENDINGS])
_OBLIQUE: Final = np.array([name.startswith("oblique") for name in ENDINGS])
_ACCUSATIVE, _NISBA = ENDINGS.index("accusative"), ENDINGS.index("nisba")


@dataclass(frozen=True, slots=True)
class Phrases:
    """The names and noun phrases of a batch, in order of their first token.

    first, last: half-open token range. start, end: raw offsets in the phrase's document; before `first` may stand which
    part of a place is meant (شمال البلاد). label: NOUN_PHRASE or
    1 + index in LABELS. mention: index into the document's mentions, -1 for a noun phrase. sentence: its sentence.
    titled: a noun phrase that stands as the title of the name behind it (الوزير before a person's name). whole: row of
    the phrase that is meant where this one is but a part of it (see `events.bound_phrases`), its own row otherwise.
    lead: the word that its preposition is attached to or stands before: of a noun phrase the noun of action right
    before it (see `nominals`), else `first`.
    """

    first: Ints
    last: Ints
    start: Ints
    end: Ints
    label: Ints
    mention: Ints
    sentence: Ints
    titled: Ints
    whole: Ints
    lead: Ints


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
        return Phrases(*(empty,) * 10)
    is_trigger = np.zeros(total, dtype=bool)
    is_trigger[triggers] = True
    nominal, inseparable, actions = nominal_words(layout, is_trigger, verbs)
    starts = _starts(layout, is_trigger, nominal, inseparable)
    first, last = _ranges(starts, nominal)
    named = layout.name_number >= 0
    fresh = named.copy()
    fresh[1:] &= layout.name_number[1:] != layout.name_number[:-1]
    name_first, name_last = _ranges(fresh, named)
    name_ends = np.full(total + 1, -1, dtype=np.int64)
    name_ends[name_first] = name_last
    first, last = _join_partitives(layout, first, last)
    first, last, bound = bind(layout, first, last, name_ends)
    titled = _titles(layout, last)
    extended = _with_names(layout, first, last, titled, name_ends)
    places = join_places(layout, first, extended, name_ends)
    numbers = layout.name_number[name_first]
    return _assemble(layout, first, places, titled, bound | (places > extended), name_first, name_last, numbers,
                     actions)  # fmt: skip


def _ranges(starts: Flags, inside: Flags) -> tuple[Ints, Ints]:
    """Give the half-open ranges of tokens that begin at each start and hold what is inside."""
    first, tokens = np.flatnonzero(starts), np.flatnonzero(inside)
    last = np.zeros(len(first), dtype=np.int64)
    np.maximum.at(last, np.cumsum(starts)[tokens] - 1, tokens + 1)
    return first, last


def _starts(layout: Layout, is_trigger: Flags, nominal: Flags, inseparable: Flags) -> Flags:
    """Flag the tokens that begin a noun phrase. nominal, inseparable: as of `nominal_words`."""
    pos, article, suffix = layout.column("pos"), layout.column("article"), layout.column("suffix")
    noun = (pos != _ADJ) & (pos != POS.index("X"))
    before = np.zeros((5, len(pos)), dtype=np.int64)
    before[:, 1:] = article[:-1], suffix[:-1] > 0, is_trigger[:-1], nominal[:-1], inseparable[:-1]
    attribute, apart = _agreement(layout)
    owned = (before[1] == 1) & (noun | (suffix > 0))  # حزبه الحكومة، أحزابها أنصارها
    several = _NATIONALS[layout.column("ending")]
    cut = (layout.column("proclitic") > 0) | (before[2] > 0) | apart
    held = (before[4] == 1) & (pos == POS.index("NOUN"))  # المشتبه به الشرطة
    cut |= ((before[0] == 1) & noun | owned & ~several | held) & (article == 1) & ~attribute
    cut |= ((before[0] == 1) | owned) & (article == 0)
    whole = inseparable | _further_fields(layout)
    number_before, scaled = np.zeros((2, len(pos)), dtype=bool)
    linking = (layout.column("mark") > 0) | np.isin(layout.column("code"), RANGING)
    counting = (pos == _NUM) | (layout.column("number") == 1) | nominal & linking
    number_before[1:], scaled[1:] = counting[:-1], np.isin(layout.column("code")[:-1], _SCALES)
    digits = layout.column("word_class") == DIGITS
    between = np.zeros_like(scaled)
    between[2:] = (layout.column("code")[:-2] == _BETWEEN) & (layout.sentence[2:] == layout.sentence[:-2])
    compound = number_before & (layout.column("number") == 1) & (~digits | scaled | between)  # ألف و200، بين 10 و15
    joined = noun | (pos == POS.index("X")) & ~np.isin(layout.column("tail"), _ATTRIBUTIVE)
    cut |= (layout.column("waw") == 1) & joined & ~compound
    cut = cut & ~whole | is_trigger & ~number_before
    cut[_first_numbers(number_before, np.flatnonzero(is_trigger & number_before))] = True
    starts: Flags = nominal & ((before[3] == 0) | cut)
    starts[1:] |= nominal[1:] & (layout.sentence[1:] != layout.sentence[:-1])
    return starts


def _further_fields(layout: Layout) -> Flags:
    """Flag the fields of an office that و adds to the first one (وزير الشباب والرياضة)."""
    code = layout.column("code")
    found = np.zeros(len(code), dtype=bool)
    for step in (2, 3):
        same = layout.sentence[step:] == layout.sentence[:-step]
        found[step:] |= np.isin(code[:-step], _MINISTERS) & same
    result: Flags = found & np.isin(code, _FIELDS) & (layout.column("waw") == 1)
    return result


def _first_numbers(number_before: Flags, counted: Ints) -> Ints:
    """Give the first of the numbers that stand before each counted word: what governs them (سقوط 40 قتيلا) is apart."""
    first = counted - 1
    while (further := number_before[first]).any():
        first = first - further
    return first


def _agreement(layout: Layout) -> tuple[Flags, Flags]:
    """Tell attributes of the word before among definite nouns, and words that cannot be of one phrase with it.

    Attributes are listed words (الأمين العام) and plurals that agree (المتظاهرين الفلسطينيين، الجنود الروس). Apart are
    what stands behind a plural or dual with its nun and does not agree (مسلحون نقطة، but مسلحون مجهولون), an accusative
    behind what is none (جندي إسرائيلي شابا), a noun with the article behind a nisba without (محكمة فرنسية الرئيس), one
    without behind a nisba that is an attribute (مصدر حكومي تأجيل), and a number behind a noun that it does not count.
    """
    total = len(layout.doc)
    code, article, ending = layout.column("code"), layout.column("article"), layout.column("ending")
    pos, owned = layout.column("pos"), layout.column("suffix") > 0
    noun = (pos == POS.index("NOUN")) | (pos == POS.index("X")) & owned
    numbers = (layout.column("number") == 1) | (layout.column("pos") == _NUM)
    attribute, apart = np.zeros(total, dtype=bool), np.zeros(total, dtype=bool)
    old, new = ending[:-1], ending[1:]
    clash = _NOMINATIVE[old] & _OBLIQUE[new] | _OBLIQUE[old] & _NOMINATIVE[new]
    alike = (_NOMINATIVE[old] & _NOMINATIVE[new]) | (_OBLIQUE[old] & _OBLIQUE[new])
    feminine, bare_noun = layout.column("feminine") == 1, noun & (article == 0)
    other = feminine[:-1] & ~feminine[1:] & (new == 0)  # النيابة المتهم, not رئيس الحكومة المكلف
    near = layout.sentence[2:] == layout.sentence[:-2]
    other[1:] &= ~(bare_noun[:-2] & near)
    national = (_PLURALS | _NATIONALS)[old] & _NATIONALS[new] & ~clash
    several = np.isin(code[1:], _SEVERAL) & _PLURALS[old]
    attribute[1:] = np.isin(code[1:], _ATTRIBUTES) & ~other | several | national | alike
    bare = (article[:-1] == 0) & ~numbers[:-1] & ~numbers[1:] & noun[1:] & (layout.column("mark")[:-1] == 0)
    nun = (_NOMINATIVE[old] | _OBLIQUE[old]) & ~alike & ~np.isin(code[1:], _UNJOINED)
    accusative = (new == _ACCUSATIVE) & (old != _ACCUSATIVE) & ~_OBLIQUE[old]
    inner = np.zeros(total - 1, dtype=bool)
    inner[1:] = NOMINAL[layout.column("pos")[:-2]] & (article[:-2] == 0) & ~np.isin(code[2:], _BARE_ATTRIBUTES) & near
    governed = (old == _NISBA) & ((article[1:] == 1) | inner) & ~np.isin(code[:-1], _IMPROPER)
    apart[1:] = bare & (nun | accusative | governed)
    speaking = noun[:-2] & (layout.column("agent")[:-2] >= _SPEAKING) & ~np.isin(code[:-2], _APPROXIMATE)
    counted = (_NOMINATIVE[old][:-1] | speaking) & numbers[1:-1] & (article[:-2] + article[1:-1] + article[2:] == 0)
    counted &= noun[2:] | (layout.column("pos")[2:] == POS.index("X"))  # مسلحون ثلاثة مهندسين
    counted |= numbers[1:-1] & np.isin(code[2:], _OF_THEM)  # عشرة أشخاص سبعة منهم
    apart[1:-1] |= counted & ~numbers[:-2] & near
    return attribute, apart


def _join_partitives(layout: Layout, first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Join a number or quantifier and what it counts behind من into one phrase (3 من أبنائه, عدد من الجرحى)."""
    if len(first) < 2:
        return first, last
    single = last[:-1] - first[:-1] <= 2
    counting = (layout.column("number")[first[:-1]] == 1) | quantifiers(layout)[first[:-1]]
    between = np.minimum(last[:-1], len(layout.doc) - 1)
    of = layout.column("code")[between] == _OF
    joined = counting & single & of & (first[1:] == last[:-1] + 1) & (layout.time[between] < 0)
    return merge(first, last, joined)


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


def _with_names(layout: Layout, first: Ints, last: Ints, titled: Ints, name_ends: Ints) -> Ints:
    """Extend noun phrases that govern a place or organisation in the genitive (زعيم and a country) over that name.

    What has its nun (مسلحون), is an attribute (طائرات روسية) or ends in a name governs none. name_ends: as of `bind`.
    """
    total = len(layout.doc)
    at = np.minimum(last, total - 1)
    head = np.maximum(last - 1, 0)
    person = 1 + LABELS.index("PER")
    bare = layout.column("proclitic")[at] + layout.column("waw")[at] == 0
    ending, proper = layout.column("ending")[head], ~np.isin(layout.column("code")[head], _IMPROPER)
    complete = _NOMINATIVE[ending] | _OBLIQUE[ending] | (ending == _NISBA) & (last - first > 1) & proper
    joined = (
        (name_ends[at] > 0) & (last < total) & (layout.name[at] != person) & bare & (titled == 0)
        & (layout.sentence[at] == layout.sentence[head]) & (layout.column("article")[head] == 0)
        & ~complete & (layout.name[head] == 0)
    )  # fmt: skip
    return np.where(joined, name_ends[at], last)


def _directions(layout: Layout, first: Ints) -> Ints:
    """Count the words before each phrase that tell which part of it is meant (شمال شرق البلاد), from one with و on.

    To what looks for the governor of a phrase they are prepositions, so `first` leaves them out.
    """
    attached = layout.column("proclitic")[first] + layout.column("waw")[first]
    going = (layout.column("article")[first] == 1) & (attached == 0)
    found = np.zeros(len(first), dtype=np.int64)
    for step in (1, 2):
        before = np.maximum(first - step, 0)
        going &= np.isin(layout.column("code")[before], _DIRECTIONS) & (layout.name[before] == 0) & (first >= step)
        going &= layout.sentence[before] == layout.sentence[first]
        found += going
        going &= layout.column("waw")[before] == 0
    return found


def _assemble(
    layout: Layout,
    first: Ints,
    last: Ints,
    titled: Ints,
    bound: Flags,
    name_first: Ints,
    name_last: Ints,
    numbers: Ints,
    actions: Flags,
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
    openings = firsts - np.where(named, 0, _directions(layout, firsts))
    proclitic = layout.column("proclitic")[openings] > 0
    waw = layout.column("waw")[openings] > 0
    rows = zip(doc.tolist(), openings.tolist(), lasts.tolist(), mention.tolist(), strict=True)
    for i, (d, f, l, m) in enumerate(rows):
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
    whole = wholes(firsts, lasts, title, np.concatenate([bound, np.zeros(len(name_first), dtype=bool)])[order])
    lead = firsts - (actions[np.maximum(firsts - 1, 0)] & (firsts > 0) & ~named)
    return Phrases(firsts, lasts, start, end, label, mention, layout.sentence[firsts], title, whole, lead)
