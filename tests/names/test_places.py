import pytest

from pipeline.names.places import country_of
from pipeline.resources import load_rows


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("روسيا", "RU"),
        ("موسكو", "RU"),
        ("وزارة الخارجية المصرية", "EG"),
        ("الجيش الكوري الجنوبي", "KR"),
        ("العلاقات المصرية التركية", None),
        ("حركة النهضة", None),
        ("لاتفيا", "LV"),
        ("البرلمان السلوفيني", "SI"),
        ("ﻷلمانيا", "DE"),  # behind a proclitic in one character with the first letter
        ("ﻻتفيا", "LV"),
    ],
)
def test_the_country_in_a_name(name: str, code: str | None) -> None:
    assert country_of(name) == code


def test_every_state_has_a_name() -> None:
    states = {row[0] for row in load_rows("names/countries.tsv")}
    assert len(states) >= 199
