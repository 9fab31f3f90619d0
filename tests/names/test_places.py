import pytest

from pipeline.names.places import country_of, nationalities
from pipeline.resources import load_rows
from pipeline.text.normalize import fold


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
        ("لندن", "GB"),
        ("مالي", "ML"),
        ("جمهورية مالي", "ML"),
        ("مركز قطر مالي", "QA"),  # "financial", which is a country only as a whole name
        ("أيرلندا الشمالية", "GB"),
        ("ولاية جورجيا", "US"),
        ("بابوا غينيا الجديدة", "PG"),
        ("مجلس النواب المغربي", "MA"),
        ("باكو", "AZ"),
        ("الجيش الروماني", "RO"),
        ("الهند وباكستان", None),
        ("شركة صوفيا", None),  # a capital only as a whole name
    ],
)
def test_the_country_in_a_name(name: str, code: str | None) -> None:
    assert country_of(name) == code


@pytest.mark.parametrize(
    "name",
    [
        "أمريكا اللاتينية", "أميركا الجنوبية", "أمريكا الشمالية", "أميركا الوسطى", "المحيط الهندي", "خليج المكسيك",
        "بحر الصين الجنوبي", "خليج عمان", "مضيق تايوان", "المغرب العربي", "بلاد المغرب الإسلامي", "مياه خليج عمان",
    ],
)  # fmt: skip
def test_regions_and_waters_are_of_no_country(name: str) -> None:
    assert country_of(name) is None


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("غزة", "PS"), ("شمال قطاع غزة", "PS"), ("مدينة نابلس", "PS"), ("القدس الشرقية", "PS"), ("القدس", None),
        ("اسكوتلندا", "GB"), ("الفليبين", "PH"), ("أبو ظبي", "AE"), ("مطار جدة", "SA"), ("جامعة الموصل", "IQ"),
        ("غلاف غزة", "IL"), ("المستشفى الجهوي بالقصرين", "TN"), ("القناة الناطقة بالفرنسية", None), ("مستشفى باكرا", None), ("مطار المخاء", "YE"), ("الكاف", "TN"), ("نادي الكاف", None),
        ("حلب وبحمص", "SY"), ("بحلب", None), ("الديوانية", "IQ"), ("الإدارة الديوانية", None), ("السفارة الأمريكية في بنغازي", "US"), ("بنغازي وحلب", None), ("حلب وحمص", "SY"),
    ],
)  # fmt: skip
def test_cities_and_territories_tell_the_country_where_nothing_else_does(name: str, code: str | None) -> None:
    assert country_of(name) == code


def test_no_surface_has_two_countries() -> None:
    rows = [(fold(row[1]), row[0]) for table in ("countries", "cities") for row in load_rows(f"names/{table}.tsv")]
    assert len(set(rows)) == len({name for name, _ in rows})


def test_a_region_hides_no_country_beside_it() -> None:
    assert country_of("السفارة الإيطالية في أمريكا اللاتينية") == "IT"
    assert "مالي" not in nationalities()


def test_every_state_has_a_name() -> None:
    states = {row[0] for row in load_rows("names/countries.tsv")}
    assert len(states) >= 199
