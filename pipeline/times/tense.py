"""Whether the clause around an expression tells of the past or of the future."""

import re
from functools import lru_cache
from typing import Final

from pipeline.text.normalize import fold
from pipeline.times.lines import COMMAS, Line
from pipeline.times.nodes import OVER
from pipeline.times.vocabulary import read_rows

_BACK: Final = 45  # words before an expression in which the verb of its clause is looked for
_AHEAD: Final = 7  # words behind it, where none stands before
_ADJACENT: Final = 2  # words between an imperfect and the expression that it surely governs
_DISTANT: Final = 8  # words beyond which a past verb says nothing of the expression
_OPENING: Final = 5  # words of a sentence that begins with what is over
_LONGEST: Final = 9  # letters of an imperfect that no table knows
_MOVED: Final = 15  # words before a new date in which its postponement may be told
_FEMININE: Final = re.compile(r"(\w+ت)(?:ه|ها|هم|هن|هما)")
_MASDAR: Final = re.compile(r"ا\wا\wت")  # إقامتها is written as أقامتها is, folded
_MARKS: Final = frozenset('"“«:')
_DASHES: Final = frozenset("-–—:،")
_BEFORE_VERBS: Final = ("verbal", "relative", "report", "subordinator", "negated_past")
_NEAR: Final = 3  # words before an imperfect in which كان makes it past
# What a word says: a tense, or that it says one if it is a verb where it stands.
_PAST, _FUTURE, _IMPERFECT = -1, 1, 2
_MAYBE: Final = {-2: _PAST, 3: _FUTURE, 4: _IMPERFECT}
_MAYBE_PAST, _MAYBE_FUTURE, _MAYBE_IMPERFECT = _MAYBE


@lru_cache(maxsize=1)
def _roles() -> dict[str, frozenset[str]]:
    roles: dict[str, set[str]] = {}
    for row in read_rows("cues.tsv"):
        roles.setdefault(row["role"], set()).add(fold(row["form"]))
    return {role: frozenset(forms) for role, forms in roles.items()}


@lru_cache(maxsize=1)
def _forms() -> dict[str, int]:
    """Give the tense of every form of the verbs and cues of the tables."""
    tenses: dict[str, int] = {}
    rows = list(read_rows("verbs.tsv"))
    for row in rows:
        past = fold(row["past"])
        stem = past.removesuffix("ي")  # ALEF MAKSURA, folded: أجرى, أجرت; YEH: توفي, توفيت
        for form in (stem + "ت", past + "ت", stem + "وا", stem + "تا", past + "ا", past + "ن"):
            tenses.setdefault(form, _PAST)
        tenses.setdefault(past, _MAYBE_PAST if row["noun"] == "1" else _PAST)
    for row in rows:
        imperfect = fold(row["imperfect"])
        weak = imperfect.removesuffix("ي")
        for first in ("ي", "ت"):  # YEH: he; TEH: she
            for form in (imperfect, weak + "ون", imperfect + "ان", weak + "وا"):
                present = first + form[1:]
                known = tenses.setdefault(present, _IMPERFECT)
                tenses[present] = _MAYBE_PAST if known == _PAST else known
                tenses["س" + present] = _FUTURE  # SEEN: will
    roles = _roles()
    tenses.update(dict.fromkeys(roles["noun"], 0))
    tenses.update(dict.fromkeys(roles["past"], _PAST))
    tenses.update(dict.fromkeys(roles["future"], _FUTURE))
    return tenses


@lru_cache(maxsize=1 << 15)
def tense_of(norm: str) -> int:
    """Tell what a word says of time.

    -1 past verb, 1 future verb or word of plan, 2 imperfect verb, 0 nothing; -2, 3 and 4 the same of words that may
    be nouns or names.
    """
    tenses = _forms()
    if norm in tenses:
        return tenses[norm]
    joined = norm[:1] in ("و", "ف")  # WAW and FEH: and, so
    bare = norm[1:] if joined else norm
    verb = _FEMININE.fullmatch(bare)
    if verb and tenses.get(verb[1]) == _PAST:
        return _MAYBE_PAST if _MASDAR.fullmatch(verb[1]) else _PAST  # أصدرته: she did it
    told = tenses[bare] if bare in tenses else _by_form(bare)
    if told == _MAYBE_IMPERFECT and norm[0] == "ف":
        return 0  # FEH of a name far more often than "so": فيينا, فيديو
    return _MAYBE.get(told, told) if joined else told


def _by_form(bare: str) -> int:
    """Guess the tense of a word that no table knows by its first and last letters."""
    if len(bare) < 4 or bare.startswith("ال") or bare.endswith("ة"):
        return 0
    if len(bare) > 4 and bare[0] == "س" and bare[1] in "يت":
        return _MAYBE_FUTURE
    if bare[0] == "ي":
        return _MAYBE_IMPERFECT if len(bare) < _LONGEST else 0
    if bare.endswith("وا") or (bare[-1] == "ت" and bare[-2] not in "اوي"):
        return _PAST  # they did, she did
    return 0


def tense(line: Line, i: int, j: int) -> int:
    """Tell the time of the clause that holds the expression [i, j): -1 past, 1 future, 0 not told, OVER as in nodes.

    The nearest verb or word of plan before the expression decides; where there is none, the first one behind it. An
    imperfect tells the future as the main verb of its sentence or behind أن, the past behind لم and كان.
    """
    roles = _roles()
    before = line.norm(i - 1).removeprefix("و")
    if before in roles["since"] or before in roles["happened"] or _is_over(line, i):
        return OVER
    if (arranged := _arranged(line, i, j)) is not None:
        return arranged
    if line.norm(0) in roles["after"] and line.norm(j) in COMMAS and i <= _OPENING and not _has_verb(line, i):
        return _PAST  # بعد اجتماع الاثنين، يتوقع
    told = _behind(line, i)
    if told is None:
        return _ahead(line, j)
    return 0 if told == _PAST and (before in roles["until"] or before in roles["scheduled"]) else told


def _is_over(line: Line, i: int) -> bool:
    """Tell whether the words before i date what is over: الاتفاق الموقع في، نتائج انتخابات، يعود الخلاف إلى."""
    roles, before = _roles(), line.norm(i - 2)
    if line.has(i - 1, "at"):
        return before in roles["dated"]
    if line.norm(i - 1) in roles["scheduled"]:
        return before in roles["happened"]
    return line.norm(i - 1) == "الي" and _stands_before(line, i, "dating", _DISTANT) is not None  # إلى, folded


def _arranged(line: Line, i: int, j: int) -> int | None:
    """Tell the time of a date that something is put off to or fixed for; None where it is not.

    A date for which something had been arranged may be over.
    """
    roles = _roles()
    if line.norm(j) in roles["fixed_after"]:
        return 0 if _was(line, i, _DISTANT) else _FUTURE
    if line.norm(i - 1) in roles["due"] or (line.has(i - 1, "from") and line.norm(i - 2) in roles["starting"]):
        return _FUTURE
    if line.norm(i - 1) in roles["gathering"] and line.norm(i - 2) in roles["moved_to"]:
        return None if _stands_before(line, i, "called", _DISTANT) is None else _FUTURE
    if line.norm(i - 1) not in roles["moved_to"] and not line.clitic(i).endswith("ل"):  # LAM: to
        return None
    k = _moved(line, i)
    if k is None or line.has(k - 1, "from"):  # من أجل: for the sake of
        return None
    return 0 if _was(line, k) else _FUTURE


def _moved(line: Line, i: int) -> int | None:
    """Give the index of the word that puts off to the date at i, with no other clause between them."""
    roles = _roles()
    for k in range(i - 1, max(-1, i - 1 - _MOVED), -1):
        norm = line.norms[k].removeprefix("و")  # WAW: and
        if norm in roles["moved"]:
            return k
        if norm in roles["adjourned"] and _bare(line, k + 1) in roles["session"]:
            return k
        if norm in roles["put_off"] and any(_bare(line, n) in roles["appointment"] for n in range(k + 1, i)):
            return k
        if norm in roles["relative"] or norm in roles["subordinator"] or _is_finite(line, k):
            return None
    return None


def _bare(line: Line, k: int) -> str:
    """Give a word without the article."""
    return line.norm(k).removeprefix("ال")


def _is_finite(line: Line, k: int) -> bool:
    """Tell whether word k is a verb, which words of plan (المقررة) are not."""
    told = tense_of(line.norms[k])
    if told in _MAYBE:
        told = _told_here(line, k, told)
    return told != 0 and line.norms[k] not in _roles()["future"]


def _stands_before(line: Line, i: int, role: str, reach: int) -> int | None:
    """Give the index of the last word before i that plays a part, with or without a و."""
    forms = _roles()[role]
    span = range(i - 1, max(-1, i - 1 - reach), -1)
    return next((k for k in span if line.norms[k].removeprefix("و") in forms), None)  # WAW: and


def _has_verb(line: Line, i: int) -> bool:
    return any(tense_of(norm) in (_PAST, _FUTURE, _IMPERFECT) for norm in line.norms[:i])


def _behind(line: Line, i: int) -> int | None:
    """Tell the tense of the nearest verb or word of plan before word i; None where there is none."""
    imperfect: int | None = None
    after = False  # of what an imperfect tells in the wake of, the expression may be the date
    for k in range(i - 1, max(-1, i - 1 - _BACK), -1):
        if line.norms[k] in _roles()["since"]:
            return _PAST
        told = tense_of(line.norms[k])
        if told in _MAYBE:
            told = _told_here(line, k, told)
        if told == 0:
            after = after or line.norms[k] in _roles()["aftermath"]
            continue
        if told == _PAST:
            if i - k > _DISTANT:
                return 0
            return _PAST if imperfect is None or line.norms[k] in _roles()["auxiliary"] else 0
        if told == _FUTURE:
            return 0 if _was(line, k) else _FUTURE
        before = line.norm(k - 1)
        if before in _roles()["negated_past"]:
            return _PAST
        near = i - k <= _ADJACENT and imperfect is None
        if (k == 0 and not after) or before in _roles()["subordinator"] or near:
            return _PAST if _was(line, k) else _FUTURE
        if after and imperfect is None:
            return 0
        imperfect = k
    if imperfect is None:
        return None
    return 0 if line.norm(imperfect - 1) in _roles()["relative"] else _FUTURE


def _told_here(line: Line, k: int, told: int) -> int:
    """Tell the tense of a word that may be a noun or a name, by the word before it."""
    roles, before = _roles(), line.norm(k - 1)
    if told == _MAYBE_PAST and before in roles["subordinator"] and line.norms[k][0] == "ت":
        return _IMPERFECT  # أن تلقي, not تلقى
    verb = k == 0 or before in _DASHES or any(before in roles[role] for role in _BEFORE_VERBS)
    return _MAYBE[told] if verb else 0


def _was(line: Line, k: int, reach: int = _NEAR) -> bool:
    """Tell whether كان or لم stands closely before word k."""
    return any(norm in _roles()["auxiliary"] for norm in line.norms[max(0, k - reach) : k])


def _ahead(line: Line, j: int) -> int:
    """Tell the tense of the first verb behind word j, up to where something is quoted."""
    for norm in line.norms[j : j + _AHEAD]:
        if norm in _MARKS or norm in _roles()["report"]:
            return 0
        if told := tense_of(norm):
            told = _MAYBE.get(told, told)
            return _FUTURE if told == _IMPERFECT else told
    return 0
