import pytest
from dirty import dirty_text
from hypothesis import given

from pipeline.text.normalize import fold, fold_alef, normalize


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("إلى", "الي"),
        ("أُعلِنَ", "اعلن"),
        ("آب", "اب"),
        ("الـــقاهرة", "القاهرة"),
        ("المصرى", "المصري"),
        ("٢٠٢٣", "2023"),
        ("۱۴", "14"),
        ("ﻻ", "لا"),
        ("\u200fمصر\u200e", "مصر"),
        ("ایران", "ايران"),
        ("GMT", "gmt"),
    ],
)
def test_variants_of_writing_fold_to_one_form(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_models_keep_the_alef_maqsura_that_tells_a_preposition_from_a_name() -> None:
    assert fold("على") == fold("علي")
    assert fold_alef("على") != fold_alef("علي")


@given(dirty_text)
def test_the_map_leads_back_to_the_raw_text(text: str) -> None:
    normalized = normalize(text)
    assert len(normalized.starts) == len(normalized.text) + 1
    assert list(normalized.starts) == sorted(normalized.starts)
    for at, char in enumerate(normalized.text):
        start, end = normalized.raw_span(at, at + 1)
        assert end == start + 1
        assert char in fold(text[start:end]) or char == text[start:end]


def test_a_span_of_the_normalised_text_covers_the_marks_within() -> None:
    raw = "زارَ مُوســـكو أمس"
    normalized = normalize(raw)
    start = normalized.text.index("موسكو")
    first, last = normalized.raw_span(start, start + len("موسكو"))
    assert raw[first:last] == "مُوســـكو"
