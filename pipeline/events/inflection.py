"""Inflects Arabic verbs and nouns by rule, as written without vowels.

A verb is given by its past stem (third person masculine singular, hamzas written: `أعلن`, `التقى`, `زار`) and, where
the letters do not tell, a conjugation: `II`, `III`, `IV` the derived form; `و`, `ي`, `ا` the long vowel of the present
of a hollow verb, or for a defective one the last letter of the present; `د` a doubled verb that does not show it. A
noun is given by its singular and its plurals. All results are in the folded form under which tokens are matched: alef
hamzas are bare alef, alef maqsura is yeh, teh marbuta stays. Attached particles and pronouns are not part of a form;
they are stripped at look-up (`triggers`).

The paradigms are those of W. Wright, A Grammar of the Arabic Language, part 2 (1896), reduced to what the unvowelled
letters show.
"""

from functools import lru_cache
from typing import Final, NamedTuple

_FOLD: Final = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي"})
_ASSIMILATING: Final = "تدطذظ"  # second letters that show a whole root behind the alef: اتفق، ادعى، اطلع
CONJUGATIONS: Final = frozenset({"", "I", "II", "III", "IV", "و", "ي", "ا", "د"})


class Form(NamedTuple):
    """One written form of a word, without attached particles and pronouns.

    surface: folded letters. tense: `past`, `present`, `jussive` (a present that only لم, لا or ل can govern), or None
        for a noun. person: `3ms` and so on for a verb; `s`, `d` or `p` (number) for a noun.
    voice: `active`, `passive`, or `either` where both are written the same; `active` for a noun.
    bound: True if it stands only before a pronoun suffix, False if only without one, None for both.
    article: it can follow the article (nouns).
    """

    surface: str
    tense: str | None
    person: str
    voice: str
    bound: bool | None
    article: bool


class Stems(NamedTuple):
    """The stems of one verb, hamzas still written.

    past: before a vowel or nothing. past_closed: before a consonant (ت، نا، ن). past_weak: `ى`, `ا` or `ي` if the stem
    ends in a weak letter, else empty. present: without its prefix. present_closed: before ن and in the jussive.
    present_weak: `ي`, `و` or `ى` if it ends in one. passive_past, passive_present: stems of the passive.
    """

    past: str
    past_closed: str
    past_weak: str
    present: str
    present_closed: str
    present_weak: str
    passive_past: str
    passive_past_closed: str
    passive_present: str


def fold_letters(word: str) -> str:
    """Fold hamzas on alef and alef maqsura as `text.normalize.fold` does, for words without marks."""
    return word.translate(_FOLD)


def inflect_verb(past: str, conjugation: str = "") -> tuple[Form, ...]:
    """Give every written form of a verb in the past, present and jussive, active and passive."""
    stems = verb_stems(past, conjugation)
    forms: dict[tuple[str, str, str, bool | None], str] = {}
    for voice in ("active", "passive"):
        rows = [*_past(stems, voice), *_present(stems, voice)]
        surfaces = fold_letters(" ".join([row[0] for row in rows])).split()
        for surface, (_, tense, person, bound) in zip(surfaces, rows, strict=True):
            key = (surface, tense, person, bound)
            forms[key] = voice if forms.get(key, voice) == voice else "either"
    present = {(surface, person) for surface, tense, person, _ in forms if tense == "present"}
    return tuple(
        [
            Form(surface, tense, person, voice, bound, False)
            for (surface, tense, person, bound), voice in forms.items()
            if tense != "jussive" or (surface, person) not in present
        ]
    )


@lru_cache(maxsize=4096)
def verb_stems(past: str, conjugation: str = "") -> Stems:
    """Find the stems of a verb from its past and its conjugation."""
    if past[-1] in "ىي" or (past[-1] == "ا" and (len(past) == 3 or past[-2] == "ي")):
        return _defective(past, conjugation)
    if past[-2] == "ا" and (len(past) == 3 or past[0] in "اأ"):
        return _hollow(past, conjugation)
    present = _present_stem(past, conjugation)
    if _is_doubled(past, conjugation):
        return _doubled(past, present)
    if past[-1] == "أ":  # قرأ، أنشأ
        passive = _voiced(past[:-1] + "ئ")
        keeps = _is_first_form(past, conjugation) or past[0] == "ت"
        passive_present = present[:-1] + "أ"
        present = passive_present if keeps else present[:-1] + "ئ"
        return Stems(past, past, "", present, present, "", passive, passive, passive_present)
    passive, passive_present = _voiced(past), present
    if _is_first_form(past, conjugation):
        if past[1] == "أ":  # سأل: سئل
            passive = past[0] + "ئ" + past[2]
        elif past[0] == "أ":  # أمر: يؤمر
            passive_present = "ؤ" + past[1:]
        elif past[0] == "و":  # وصل: يوصل
            passive_present = past
    elif past[-2] == "أ":  # طمأن: يطمئن
        present = present[:-2] + "ئ" + present[-1]
    return Stems(past, past, "", present, present, "", passive, passive, passive_present)


def active_participle(past: str, conjugation: str = "") -> str:
    """Give the masculine singular of the active participle, with its final yeh if the verb is defective."""
    stems = verb_stems(past, conjugation)
    if not _is_first_form(past, conjugation):
        return "م" + stems.present.replace("ى", "ي")
    if len(past) == 2:
        return past[0] + "ا" + past[1]
    if past[1] in "اأ":
        return past[0] + "ائ" + past[2]
    first = "آ" if past[0] == "أ" else past[0] + "ا"
    return first + past[1] + (past[2] if past[2] not in "ىاي" else "ي")


def passive_participle(past: str, conjugation: str = "") -> str:
    """Give the masculine singular of the passive participle."""
    stems = verb_stems(past, conjugation)
    if not _is_first_form(past, conjugation):
        return "م" + stems.passive_present
    if len(past) == 2:
        return "م" + past + "و" + past[1]
    if past[1] == "ا":
        return "م" + stems.present
    if past[2] in "ىي":
        return "م" + past[:2] + "ي"
    return "م" + past[:2] + "و" + ("" if past[2] == "ا" else past[2])


def inflect_noun(singular: str, plurals: tuple[str, ...] = ()) -> tuple[Form, ...]:
    """Give every written form of a noun: cases, duals, plurals, each free or before a suffix.

    plurals: `ات` for the sound feminine plural of `singular`, `ون` for the sound masculine, else a broken plural. With
        `ي` the dual before a genitive is given too (هجومي المدينتين), which looks like an adjective.
    """
    counted = bool(plurals) or singular[-1] == "ة"  # what is never many is never two
    forms = _singular(fold_letters(singular), singular[-1] == "ى", counted)
    for plural in plurals:
        stem = singular[:-1] if singular[-1] in "ةى" else singular
        joint = "ي" if singular[-1] == "ى" and plural == "ات" else ""
        if plural == "ات":
            forms.append(_noun(fold_letters(stem + joint + "ات"), "p", None, True))
        elif plural == "ون":
            forms.extend(_sound_plural(fold_letters(stem)))
        elif plural == "ي":
            forms.append(_noun(fold_letters(stem + "ي"), "d", False, False))
        else:
            broken = _singular(fold_letters(plural), plural[-1] == "ى", False)
            forms.extend([form._replace(person="p") for form in broken])
    return tuple(forms)


def inflect_participle(singular: str) -> tuple[Form, ...]:
    """Give every written form of a participle: masculine and feminine, all numbers and cases."""
    folded = fold_letters(singular)
    if singular[-1] == "ى":  # مستدعى، مستدعاة
        feminine, stem, feminines = folded[:-1] + "اة", folded[:-1], folded + "ات"
    elif singular[-1] == "ي" and len(singular) > 3:  # مناد، منادية
        feminine, stem, feminines = folded + "ة", folded[:-1], folded + "ات"
    else:
        feminine, stem, feminines = folded + "ة", folded, folded + "ات"
    forms = [*_singular(folded, singular[-1] == "ى"), *_singular(feminine, False), *_sound_plural(stem)]
    forms.append(_noun(feminines, "p", None, True))
    return tuple(forms)


def _is_first_form(past: str, conjugation: str) -> bool:
    """Tell whether a verb is of the ground form."""
    return len(past) <= 3 and conjugation not in ("II", "III", "IV")


def _present_stem(past: str, conjugation: str) -> str:
    """Give the present without its prefix, for verbs whose present keeps the letters of the past."""
    if past[0] == "آ":
        return ("ؤا" if conjugation == "III" else "ؤ") + past[1:]
    if past[0] == "أ":
        if len(past) > 3 or conjugation == "IV":
            return past[1:]
        return "ؤ" + past[1:] if conjugation == "II" else past
    if past[0] == "ا":
        return past[1:]
    if past[0] == "و" and len(past) == 3 and conjugation != "II":
        return past[1:]
    return past


def _is_doubled(past: str, conjugation: str) -> bool:
    """Tell whether the last radical is written once for two: مد، احتل، استمر، أصر."""
    if conjugation == "د" or len(past) == 2:
        return True
    if past[0] == "ا" and len(past) == 4:
        return past[1] not in _ASSIMILATING
    return past[0] == "أ" and len(past) == 3 and conjugation == "IV"


def _voiced(past: str) -> str:
    """Give the past passive stem where letters change: the long alef of a derived form becomes waw (قوتل، تودول)."""
    if len(past) == 4 and past[1] == "ا" and past[0] not in "اأ":
        return past[0] + "و" + past[2:]
    if len(past) == 5 and past[0] == "ت" and past[2] == "ا":
        return past[:2] + "و" + past[3:]
    return past.replace("أ", "ؤ") if past.startswith("استأ") else past


def _doubled(past: str, present: str) -> Stems:
    last = past[-1]
    return Stems(past, past + last, "", present, present + last, "", past, past + last, present)


def _hollow(past: str, conjugation: str) -> Stems:
    short = past[:-2] + ("ئ" if past[-1] == "ء" else past[-1])
    if len(past) == 3:
        vowel = conjugation if conjugation in ("و", "ي", "ا") else "و"
        passive = past[0] + "ي" + past[2]
        return Stems(past, short, "", past[0] + vowel + past[2], short, "", passive, short, past)
    rest, rest_short = past[1:], short[1:]
    if past[0] == "أ" or past.startswith("است"):
        present = rest[:-2] + "ي" + rest[-1]
    else:  # انهار، اختار
        present = rest
    return Stems(past, short, "", present, rest_short, "", past[:-2] + "ي" + past[-1], short, rest)


def _defective(past: str, conjugation: str) -> Stems:
    weak, stem = past[-1], past[:-1]
    rounded = weak == "ا" and _is_first_form(past, conjugation)  # دعا: يدعو
    if past == "رأى":  # the one verb that drops its hamza in the present
        return Stems(past, "رأي", "ى", "رى", "ر", "ى", "رئي", "رئي", "رى")
    if rounded:
        present_weak = "و"
    elif weak == "ي" or conjugation == "ا" or (past[0] == "ت" and len(past) > 3 and past[1] != "ا"):
        present_weak = "ى"
    else:
        present_weak = "ي"
    present = _present_stem(past, conjugation)[:-1]
    closed = stem + ("و" if rounded else "ي")
    passive = _voiced(stem + "ي")
    passive_present = past[:-1] + "ى" if past[0] == "و" and len(past) == 3 else present + "ى"
    return Stems(past, closed, weak, present + present_weak, present, present_weak, passive, passive, passive_present)


def _past(stems: Stems, voice: str) -> list[tuple[str, str, str, bool | None]]:
    if voice == "active":
        open_, closed, weak = stems.past, stems.past_closed, stems.past_weak
    else:
        open_, closed = stems.passive_past, stems.passive_past_closed
        weak = "ي" if stems.past_weak else ""
    rows: list[tuple[str, str, str, bool | None]] = []
    if weak in ("ى", "ا") and weak:
        stem = open_[:-1]
        rows += [(open_, "past", "3ms", False), (stem + "ا", "past", "3ms", True), (stem + "ت", "past", "3fs", None)]
        rows += [(stem + "وا", "past", "3mp", False), (stem + "و", "past", "3mp", True)]
        rows += [(closed + "ا", "past", "3md", None), (stem + "تا", "past", "3fd", None)]
    else:
        many = open_[:-1] if weak else open_
        rows += [(open_, "past", "3ms", None), (open_ + "ت", "past", "3fs", None)]
        rows += [(many + "وا", "past", "3mp", False), (many + "و", "past", "3mp", True)]
        rows += [(open_ + "ا", "past", "3md", None), (open_ + "تا", "past", "3fd", None)]
        if open_[-1] in "أء":
            rows += [(open_[:-1] + "ؤوا", "past", "3mp", False), (open_[:-1] + "ؤو", "past", "3mp", True)]
    rows.append((closed + "ن" if closed[-1] != "ن" else closed, "past", "3fp", None))
    if voice == "active":
        rows += [(_joined(closed, "ت"), "past", "1s", None), (_joined(closed, "نا"), "past", "1p", None)]
        rows += [(_joined(closed, "تم"), "past", "2mp", False), (_joined(closed, "تمو"), "past", "2mp", True)]
    return rows


def _joined(stem: str, ending: str) -> str:
    """Join a stem and an ending; a letter that meets itself is written once (بحثنا, but أعلن + نا = أعلنا)."""
    return stem + (ending[1:] if stem[-1] == ending[0] else ending)


def _present(stems: Stems, voice: str) -> list[tuple[str, str, str, bool | None]]:
    if voice == "active":
        stem, closed, weak = stems.present, stems.present_closed, stems.present_weak
    else:
        stem = stems.passive_present
        weak = "ى" if stems.past_weak else ""
        closed = stem[:-1] if weak else stem
    rows: list[tuple[str, str, str, bool | None]] = []
    singular = (("3ms", "ي"), ("3fs", "ت"), ("1s", "أ"), ("1p", "ن"))[: 4 if voice == "active" else 2]
    many = stem[:-1] if weak else stem
    two = many + "ي" if weak == "ى" else stem
    for person, prefix in singular:
        lead = "" if prefix == "أ" and stem[0] == "أ" else prefix
        if weak == "ى":
            rows += [(lead + stem, "present", person, False), (lead + many + "ا", "present", person, True)]
        else:
            rows.append((lead + stem, "present", person, None))
        if closed != stem and not (stem == closed[:-1] and stem[-1] == closed[-1]):
            rows.append((lead + closed, "jussive", person, None))
    persons = (("3mp", "ي"), ("2mp", "ت")) if voice == "active" else (("3mp", "ي"),)
    plurals = [many[:-1] + "ؤ", many] if many[-1] == "أ" else [many]
    for person, prefix in persons:
        for base in plurals:
            rows += [(prefix + base + "ون", "present", person, None), (prefix + base + "وا", "present", person, False)]
            rows.append((prefix + base + "و", "present", person, True))
    for person, prefix in (("3md", "ي"), ("3fd", "ت")):
        rows += [(prefix + two + "ان", "present", person, None), (prefix + two + "ا", "present", person, None)]
    if voice == "active":
        three = many + "ي" if weak == "ى" else (stem if weak else closed)
        rows.append((_joined("ي" + three, "ن"), "present", "3fp", None))
    return rows


def _singular(word: str, maqsura: bool, dual: bool = True) -> list[Form]:
    """Give the forms of a noun in one number, its dual with it. maqsura: it ends in alef maqsura, folded to yeh."""
    if word[-1] == "ة":
        stem = word[:-1] + "ت"
        forms = [_noun(word, "s", False, True), _noun(stem, "s", True, False)]
    elif maqsura:
        stem = word
        forms = [_noun(word, "s", False, True), _noun(word[:-1] + "ا", "s", True, False)]
    elif word[-2:] == "اء":
        stem = word
        forms = [_noun(word, "s", None, True)]
        forms += [_noun(word[:-1] + seat, "s", True, False) for seat in "ئؤ"]
        if dual:
            forms += [_noun(word + "ا", "d", None, False), _noun(word[:-1] + "ئي", "d", False, False)]
            forms.append(_noun(word + "ي", "d", None, False))
    elif word[-1] == "ي" and len(word) > 3 and word[-2] != "ي":  # a defective noun: مساع, تنح
        stem = word
        forms = [_noun(word, "s", None, True), _noun(word + "ا", "s", False, False)]
        forms.append(_noun(word[:-1], "s", False, False))
    else:
        stem = word
        forms = [_noun(word, "s", None, True), _noun(word + "ا", "s", False, False)]
        if word[-1] == "ا":  # خطا: the hamza of خطأ is folded
            forms.pop()
    if dual:
        forms += [_noun(stem + ending, "d", False, True) for ending in ("ان", "ين")]
        if word[-1] == "ة":  # before a genitive, where other nouns look like their accusative
            forms += [_noun(stem + ending, "d", None, False) for ending in "اي"]
    return forms


def _sound_plural(stem: str) -> list[Form]:
    forms = [_noun(stem + ending, "p", False, True) for ending in ("ون", "ين")]
    forms += [_noun(stem + "و", "p", None, False), _noun(stem + "ي", "p", None, False)]
    return forms


def _noun(surface: str, number: str, bound: bool | None, article: bool) -> Form:
    return Form(surface, None, number, "active", bound, article)
