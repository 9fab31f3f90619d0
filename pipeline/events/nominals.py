"""The words that noun phrases are made of, told by their neighbours where their own form does not tell.

Lists of words: clauses/words.toml.
"""

from typing import Final

import numpy as np

from pipeline.events.clauses import Layout
from pipeline.events.wordforms import ATTACHED, DIGITS, ENDINGS, MARKS, PARTICLES, POS, Flags, Ints, codes, form_code

NOMINAL: Final = np.array([p in ("X", "NOUN", "ADJ", "PROPN", "NUM", "ADV") for p in POS])
_PREP: Final = PARTICLES.index("preposition")
_OPENING, _CLOSING = MARKS.index("bracket_open"), MARKS.index("bracket_close")
_EMPHASIS, _REDUCED, _NOUNS = map(codes, ("emphasis", "reduced", "noun"))
_MANNER: Final = codes("adverb", "manner")
_ADVERBS: Final = np.concatenate([codes("adverb"), _MANNER])
_QUANTIFIERS, _ATTACHED = codes("quantifier"), codes("quantifier", leads=("ب", "ل"))
_BARE, _GOVERNING = (codes("quantifier", key, ATTACHED) for key in ("indefinite", "governing"))
_APPROXIMATE, _TEN, _TOWARD = (codes("quantifier", key) for key in ("approximate", "ten", "toward"))
_HOLDING, _HELD = codes("bound", "first"), codes("bound", "second")
_WITHOUT, _PILOT = codes("bound", "without"), form_code("طيار")
_ACTIONS: Final = codes("action", leads=ATTACHED)
_ACTION_VERBS: Final = codes("action", "verbs")
_CONSTRUCT: Final = np.array([name in ("", "people") for name in ENDINGS])  # endings of what may govern a genitive
_OR, _FROM, _TO = map(form_code, ("او", "من", "الي"))
RANGING: Final = np.array([_OR, _TO])  # words between the numbers of a range
_BEFORE_BEH, _BEFORE_LAM, _BEFORE_AN = (codes("reduced", key) for key in ("beh", "lam", "an"))
_ABOUT: Final = np.array([form_code(word) for word in ("عن", "عنه", "عنها", "عنهم", "عنهما")])
_PLURALS: Final = np.array([name.endswith("plural") or name == "people" for name in ENDINGS])


def nominal_words(layout: Layout, triggers: Flags, verbs: Ints) -> tuple[Flags, Flags, Flags]:
    """Flag the words that noun phrases are made of, those that never part from the word before them, and actions.

    Nouns that are better known as verbs count right behind what reports an event (اعتقال طالب). triggers: flags the
    tokens that report events. verbs: as of `phrases.find_phrases`. Inseparable is what stresses the word before (المصدر
    نفسه) or what that holds (المشتبه به). An action governs the phrase behind it (قيام مسلحين).
    """
    code, total = layout.column("code"), len(layout.doc)
    free = (layout.name_number < 0) & (layout.time < 0)
    same = layout.sentence[1:] == layout.sentence[:-1]
    nominal = NOMINAL[layout.column("pos")]
    article = layout.column("article")
    nominal[1:] |= np.isin(code[1:], _NOUNS) & triggers[:-1] & (article[:-1] == 0) & same
    nominal &= (layout.column("particle") == 0) & free & ~np.isin(code, _ADVERBS)
    manner = np.isin(code[:-1], _MANNER) & (layout.column("pos")[1:] == POS.index("ADJ")) & (article[1:] == 0)
    nominal[1:] &= ~(manner & same)
    nominal[verbs] = False
    heading = _counting(layout, nominal, triggers) & free
    nominal |= heading
    nominal |= _bracketed(layout, nominal) | _ranging(layout, nominal)
    actions = _actions(layout, nominal) & ~triggers
    nominal &= ~actions
    reduced, inseparable = np.zeros((2, total), dtype=bool)
    reduced[1:-1] = _reduced(layout, triggers | heading)[1:-1] & nominal[:-2] & same[:-1] & same[1:]
    nominal &= ~reduced
    stressing = np.isin(code[1:], _EMPHASIS) & (layout.column("article")[:-1] == 1)
    held = np.isin(code[:-1], _HOLDING) & np.isin(code[1:], _HELD)
    inseparable[1:] = (stressing | held) & free[1:] & nominal[:-1] & same
    unmanned = np.isin(code[1:-1], _WITHOUT) & (code[2:] == _PILOT) & nominal[:-2] & same[:-1] & same[1:]
    inseparable[1:-1] |= unmanned  # طائرة بدون طيار
    inseparable[2:] |= unmanned
    return nominal | inseparable, inseparable, actions


def _actions(layout: Layout, nominal: Flags) -> Flags:
    """Flag the actions and verbs before the noun that does or undergoes them (قيام مسلحين، شنه مسلحون).

    An action that another noun governs belongs to that (لجنة متابعة الملف).
    """
    code, article, pos = (layout.column(name) for name in ("code", "article", "pos"))
    same = layout.sentence[1:] == layout.sentence[:-1]
    attached = layout.column("waw") + layout.column("proclitic") + layout.column("particle")
    adjective = (pos == POS.index("ADJ")) & (article == 0)
    action = np.isin(code, _ACTIONS) & nominal
    governing = nominal & (article + layout.column("suffix") == 0) & ~adjective & ~action
    governing &= _CONSTRUCT[layout.column("ending")] & (layout.column("number") == 0)
    action[1:] &= ~(governing[:-1] & same & (attached[1:] == 0))
    verb = np.isin(code, _ACTION_VERBS) & nominal
    action |= verb
    action[-1:] = False
    further = (nominal | (layout.name_number >= 0)) & (attached == 0)
    bound = verb & (layout.column("suffix") > 0)  # نفذه مسلح: no attribute stands behind it
    action[:-1] &= further[1:] & same & (bound[:-1] | ~adjective[1:] | quantifiers(layout)[1:])
    return action


def quantifiers(layout: Layout) -> Flags:
    """Flag the words that count or pick out what stands behind them, attached prepositions aside (لعدد من, not لكل)."""
    code = layout.column("code")
    result: Flags = np.isin(code, _QUANTIFIERS) | np.isin(code, _ATTACHED) & (layout.column("proclitic") > 0)
    return result


def _counting(layout: Layout, nominal: Flags, triggers: Flags) -> Flags:
    """Flag quantifiers before what they count (أحد الشهود، أحد أعضاء الحزب، عدة جنود), أحد of eleven, and نحو 50."""
    code, article, suffix = (layout.column(name) for name in ("code", "article", "suffix"))
    found = np.zeros(len(code), dtype=bool)
    same = layout.sentence[1:] == layout.sentence[:-1]
    whole = (article == 1) | (layout.name_number >= 0)
    bare = (layout.column("pos") == POS.index("NOUN")) & ~whole & ~triggers
    bare &= layout.column("proclitic") + layout.column("waw") == 0
    definite = suffix > 0
    definite[:-1] |= whole[1:] & same
    definite[:-1] |= definite[1:] & bare[1:] & same
    counts = (article[1:] == 1) | np.isin(code[:-1], _BARE) | np.isin(code[:-1], _GOVERNING) & definite[1:]
    eleven = np.isin(code[1:], _TEN) & np.isin(code[:-1], _GOVERNING)
    about = np.isin(code[:-1], _APPROXIMATE) & (layout.column("number")[1:] == 1)
    about[1:] &= ~(np.isin(code[:-2], _TOWARD) & same[:-1])
    found[:-1] = (quantifiers(layout)[:-1] & (counts | eleven) | about) & nominal[1:] & same
    return found


def _bracketed(layout: Layout, nominal: Flags) -> Flags:
    """Flag the tokens of digits in brackets before what they count: (12) شخصا."""
    mark, found = layout.column("mark"), np.zeros(len(nominal), dtype=bool)
    counted = nominal[3:] & (layout.column("article")[3:] == 0) & (layout.sentence[3:] == layout.sentence[:-3])
    counted &= (mark[:-3] == _OPENING) & (layout.column("word_class")[1:-2] == DIGITS) & (mark[2:-1] == _CLOSING)
    opening = np.flatnonzero(counted)
    found[opening[:, None] + np.arange(3)] = True
    return found


def _ranging(layout: Layout, nominal: Flags) -> Flags:
    """Flag the words between the two numbers of a range: ثلاثة أو أربعة، من 3 إلى 4 آلاف."""
    code, found = layout.column("code"), np.zeros(len(nominal), dtype=bool)
    number = nominal & (layout.column("number") == 1) & (layout.column("waw") == 0)
    inside = number[:-2] & number[2:] & (layout.sentence[2:] == layout.sentence[:-2])
    since = np.zeros_like(inside)
    since[1:] = (code[:-3] == _FROM) & (layout.sentence[3:] == layout.sentence[:-3])
    found[1:-1] = inside & ((code[1:-1] == _OR) | (code[1:-1] == _TO) & since)
    return found


def _reduced(layout: Layout, heads: Flags) -> Flags:
    """Flag the attributes that begin a shortened relative clause: السفينة التابعة للشركة, not اعتقال المشاركين في.

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
    begins = np.isin(code[new], _REDUCED) & governs | np.isin(code[new], _BEFORE_AN) & np.isin(code[after], _ABOUT)
    found[new] = begins & (definite == (article[new] == 1)) & several & ~heads[old]
    return found
