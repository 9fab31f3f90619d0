from pathlib import Path

import pytest

from pipeline.models import models_folder
from pipeline.names.clitics import PageNames, full_name, name_start, place_start, proclitic_size, read_starts
from pipeline.names.words import model_form
from pipeline.resources import load_words

PAIRS = [
    line.split("\t")
    for line in (Path(__file__).parent / "proclitic_pairs.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.fixture(scope="module")
def starts() -> dict[str, tuple[int, int]]:
    return read_starts(models_folder() / "compact-ner" / "name_starts.tsv")


def test_names_begin_behind_their_proclitics(starts: dict[str, tuple[int, int]]) -> None:
    assert len(PAIRS) >= 300
    wrong = [(word, name) for word, name in PAIRS if word[name_start(word, starts) :] != name]
    assert len(wrong) <= 0.02 * len(PAIRS), wrong


def test_marks_do_not_shift_the_cut(starts: dict[str, tuple[int, int]]) -> None:
    assert "وَمُوسكو"[name_start("وَمُوسكو", starts) :] == "مُوسكو"
    assert "وـموسكو"[name_start("وـموسكو", starts) :] == "موسكو"


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("وأم", "أم"), ("بأم", "أم"), ("لآل", "آل"), ("ولآل", "آل"), ("وبن", "بن"), ("لبن", "بن"), ("بقم", "قم"), ("وتل", "تل"),
        ("وأُمّ", "أُمّ"), ("وإن", "إن"), ("وأن", "وأن"),
        ("وام", "وام"), ("وال", "وال"), ("بان", "بان"), ("ولي", "ولي"), ("كان", "كان"),
    ],
)  # fmt: skip
def test_short_words_that_open_names_lose_their_proclitics(
    word: str, name: str, starts: dict[str, tuple[int, int]]
) -> None:
    assert word[name_start(word, starts) :] == name


@pytest.mark.parametrize(
    ("before", "word", "name"),
    [
        ("في", "وجدة", "وجدة"), ("", "وجدة", "جدة"), ("قال", "ويتكوف", "ويتكوف"), ("زار", "ويدودو", "ويدودو"),
        ("قال", "لموسكو", "موسكو"), ("الرئيس", "وموسكو", "موسكو"),
    ],
)  # fmt: skip
def test_the_word_before_tells_whether_letters_are_proclitics(
    before: str, word: str, name: str, starts: dict[str, tuple[int, int]]
) -> None:
    assert word[name_start(word, starts, before) :] == name


@pytest.mark.parametrize(
    ("before", "word", "name"),
    [
        ("الكينية", "وانجيكو", "وانجيكو"), ("الناشطة", "وانجاري", "وانجاري"), ("السيد", "ويتولد", "ويتولد"),
        ("الوزير", "وأحمد", "أحمد"), ("الرئيس", "وموسكو", "موسكو"), ("الفرنسي", "وشولتس", "شولتس"), ("الوزراء", "وانجاري", "انجاري"),
        ("السيد", "والشنقور", "الشنقور"),
    ],
)  # fmt: skip
def test_an_unknown_person_behind_a_title_keeps_its_first_letter(
    before: str, word: str, name: str, starts: dict[str, tuple[int, int]]
) -> None:
    assert word[name_start(word, starts, before, person=True) :] == name


def test_only_persons_and_what_the_page_has_not_alone_keep_it(starts: dict[str, tuple[int, int]]) -> None:
    page = PageNames(frozenset({"انجيكو"}), frozenset())
    assert name_start("وانجيكو", starts, "الكينية", page, person=True) == 1
    assert name_start("وانجيكو", starts, "الكينية") == 1


@pytest.mark.parametrize(
    ("page", "word", "name"),
    [
        ("وصل ستيف ويتكوف والتقى لوتز", "ويتكوف", "ويتكوف"),
        ("وصل ستيف ويتكوف والتقى لوتز", "لويتكوف", "ويتكوف"),
        ("وصل ستيف ويتكوف والتقى لوتز", "وبويتكوف", "ويتكوف"),
        ("سلم لويتكوف رسالة", "ويتكوف", "ويتكوف"),
        ("وصل يسرائيل كاتس", "لكاتس", "كاتس"),
        ("سلم لكاتس رسالة", "لكاتس", "لكاتس"),
        ("انضم للتنظيم شبان", "لتنظيم", "تنظيم"),
        ("وصل هاري وميغان مع ميغان", "وميغان", "ميغان"),
        ("وصل ستيف ويتكوف", "وموسكو", "موسكو"),
    ],
)
def test_the_page_tells_whether_letters_are_proclitics(
    page: str, word: str, name: str, starts: dict[str, tuple[int, int]]
) -> None:
    words = page.split()
    known = PageNames(frozenset(map(model_form, words)), frozenset({model_form(words[2])} if words[0] == "وصل" else ()))
    assert word[name_start(word, starts, page=known) :] == name


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("بوعلي", "بوعلي"), ("بوروسيا", "بوروسيا"), ("بوشعيب", "بوشعيب"), ("وبوسليم", "بوسليم"), ("كونور", "كونور"),
        ("بواشنطن", "واشنطن"), ("بوهران", "وهران"), ("بوجدة", "وجدة"), ("لوزارة", "وزارة"), ("لوليد", "وليد"),
    ],
)  # fmt: skip
def test_no_preposition_stands_before_and(word: str, name: str, starts: dict[str, tuple[int, int]]) -> None:
    assert word[name_start(word, starts) :] == name


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("بالقصبة", "القصبة"), ("والزهراء", "الزهراء"), ("والكونكاكاف", "الكونكاكاف"), ("والتر", "والتر"),
        ("بالتيمور", "بالتيمور"), ("بالميراس", "بالميراس"), ("فالنسيا", "فالنسيا"), ("كالفين", "كالفين"),
    ],
)  # fmt: skip
def test_a_name_with_article_is_cut_off_where_it_is_the_commoner_word(
    word: str, name: str, starts: dict[str, tuple[int, int]]
) -> None:
    assert word[name_start(word, starts) :] == name


@pytest.mark.parametrize(
    ("page", "before", "word", "name"),
    [
        ("", "البعثة", "بتال", "بتال"), ("", "", "كريمة", "كريمة"), ("", "", "وبدرو", "بدرو"), ("", "", "باملاك", "باملاك"),
        ("سجل رانييري هدفا", "النادي", "برانييري", "رانييري"), ("شكر لرانييري", "النادي", "برانييري", "رانييري"),
        ("اتصل برانييري", "النادي", "برانييري", "برانييري"), ("", "علاقة", "بأحمد", "أحمد"), ("", "اتصل", "ببتال", "بتال"),
        ("", "النائب", "باديس", "باديس"), ("", "الرئيس", "بنتنياهو", "نتنياهو"), ("رحب باديس", "الوزير", "باديس", "باديس"),
        ("قال سواريز", "المدرب", "بسواريز", "سواريز"), ("", "اضاف", "بسوزان", "بسوزان"), ("", "اكد", "لعباس", "عباس"),
    ],
)  # fmt: skip
def test_a_rare_person_keeps_its_first_letter_unless_the_page_has_it_without(
    page: str, before: str, word: str, name: str, starts: dict[str, tuple[int, int]]
) -> None:
    known = PageNames(frozenset(map(model_form, [*page.split(), word])), frozenset())
    assert word[name_start(word, starts, before, known, person=True) :] == name


@pytest.mark.parametrize(
    ("before", "word", "name"),
    [
        ("الرئيس", "بكيري", "كيري"), ("الوزير", "بكلينتون", "كلينتون"), ("السفير", "بلافروف", "لافروف"), ("الوزيرة", "بِكيري", "كيري"),
        ("الوزير", "بعراقجي", "عراقجي"), ("الرئيس", "بماكرون", "ماكرون"), ("الملك", "بأردوغان", "أردوغان"), ("النائب", "بروحاني", "روحاني"),
        ("الشيخ", "بعيسى", "بعيسى"), ("الدكتور", "بغالي", "بغالي"), ("السيدة", "بسوزان", "بسوزان"), ("وقال", "بجاد", "بجاد"),
        ("الرئيس", "كرامي", "كرامي"), ("المساعد", "بوعلي", "بوعلي"), ("الوزير", "بيان", "بيان"), ("الفنان", "بروس", "بروس"),
        ("وقال", "بتال", "بتال"), ("النائب", "باديس", "باديس"), ("وقال", "بنيامين", "بنيامين"), ("الرئيس", "بوتفليقة", "بوتفليقة"),
        ("الوزير", "بريماكوف", "بريماكوف"), ("السفير", "بهجت", "بهجت"), ("الأمير", "بسيم", "بسيم"), ("الرئيس", "بايرو", "بايرو"),
    ],
)  # fmt: skip
def test_the_holder_of_an_office_meets_with_others(
    before: str, word: str, name: str, starts: dict[str, tuple[int, int]]
) -> None:
    assert word[name_start(word, starts, model_form(before), person=True) :] == name


def test_personal_titles_are_titles() -> None:
    titles, personal = (load_words("names/clitics.toml", "before", key) for key in ("titles", "personal"))
    assert personal < titles


@pytest.mark.parametrize(
    ("page", "word", "name"),
    [
        ("", "لوريال", "لوريال"), ("", "بالانتير", "بالانتير"), ("", "والمارت", "والمارت"), ("", "ويكيبيديا", "ويكيبيديا"),
        ("", "كافي", "كافي"), ("", "للقاعدة", "لقاعدة"), ("", "لداعش", "داعش"), ("", "بتويتر", "تويتر"), ("", "لوكالة", "وكالة"),
        ("هرب من الشنقور", "بالشنقور", "الشنقور"), ("", "بالشنقور", "بالشنقور"),
    ],
)  # fmt: skip
def test_names_that_fill_quotation_marks_begin_there(
    page: str, word: str, name: str, starts: dict[str, tuple[int, int]]
) -> None:
    known = PageNames(frozenset(map(model_form, [*page.split(), word])), frozenset())
    assert word[name_start(word, starts, '"', known, enclosed=True) :] == name


def test_of_two_unknown_names_the_longer_stays(starts: dict[str, tuple[int, int]]) -> None:
    assert "ولوغانسك"[name_start("ولوغانسك", starts) :] == "لوغانسك"


@pytest.mark.parametrize(
    ("text", "written", "name"),
    [
        ("قال للكرملين", "لكرملين", "الكرملين"),
        ("قدم للولايات المتحدة", "لولايات المتحدة", "الولايات المتحدة"),
        ("قال وللأردن", "لأردن", "الأردن"),
        ("قال لِلأردن", "لأردن", "الأردن"),
        ("قال للبنان", "لبنان", "لبنان"),
        ("قال للشنقور", "لشنقور", "الشنقور"),
        ("زار لشنقور ثم قال للشنقور", "لشنقور", "لشنقور"),
        ("قال\nلشبونة", "لشبونة", "لشبونة"),
        ("قال لبنان", "لبنان", "لبنان"),
        ("في الكويت", "الكويت", "الكويت"),
    ],
)
def test_names_behind_lam_get_their_article_back(text: str, written: str, name: str) -> None:
    start = text.rindex(written)
    assert full_name(text, start, start + len(written)) == name


def test_a_word_is_never_cut_to_nothing() -> None:
    assert proclitic_size("ولل", {}) == 0
    assert proclitic_size("و", {}) == 0


def test_a_ligature_is_not_cut(starts: dict[str, tuple[int, int]]) -> None:
    assert name_start("ﻷلمانيا", starts) == 0  # LAM WITH ALEF WITH HAMZA ABOVE: the particle and the first letter
    assert name_start("وﻷلمانيا", starts) == 1


@pytest.mark.parametrize(
    ("surface", "before", "name"),
    [
        ("بسكاكا", 0, "سكاكا"), ("بشط مريم", 0, "شط مريم"), ("للأهقار", 0, "لأهقار"), ("وبِسكاكا", 0, "سكاكا"),
        ("بابل", 1, "بابل"), ("باب", 0, "باب"), ("وجدة", 0, "وجدة"), ("وجدة", 1, "جدة"), ("بشنقورة", 1, "شنقورة"), ("", 0, ""),
    ],
)  # fmt: skip
def test_the_tables_of_places_tell_where_places_begin(surface: str, before: int, name: str) -> None:
    assert surface[place_start(surface, before) :] == name
