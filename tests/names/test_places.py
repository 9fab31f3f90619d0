import pytest

from pipeline.names.places import country_of


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("روسيا", "RU"),
        ("موسكو", "RU"),
        ("وزارة الخارجية المصرية", "EG"),
        ("الجيش الكوري الجنوبي", "KR"),
        ("العلاقات المصرية التركية", None),
        ("حركة النهضة", None),
    ],
)
def test_the_country_in_a_name(name: str, code: str | None) -> None:
    assert country_of(name) == code
