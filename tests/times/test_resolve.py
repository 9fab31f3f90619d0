from datetime import date

import pytest

from pipeline.config import TimesConfig
from pipeline.times.stage import find_times

TODAY = date(2024, 5, 15)
Row = tuple[str, str | None, str | None, str]


def _read(text: str, published: date | None = TODAY, config: TimesConfig | None = None) -> list[Row]:
    def iso(day: date | None) -> str | None:
        return day.isoformat() if day else None

    return [
        (text[t.start : t.end], iso(t.date_start), iso(t.date_end), t.basis)
        for t in find_times(text, published, config)
    ]


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("وصل في 3 مارس وغادر في اليوم التالي .", ("اليوم التالي", "2024-03-04", "2024-03-04", "relative")),
        ("وصل في 3 مارس وألقى كلمة في اليوم نفسه .", ("اليوم نفسه", "2024-03-03", "2024-03-03", "relative")),
        ("وصل في 3 مارس وألقى كلمة مساء ذلك اليوم .", ("مساء ذلك اليوم", "2024-03-03", "2024-03-03", "relative")),
        ("تخرج عام 2010 وتزوج في العام ذاته .", ("العام ذاته", "2010-01-01", "2010-12-31", "relative")),
        ("تخرج عام 2010 وسافر في السنة التالية .", ("السنة التالية", "2011-01-01", "2011-12-31", "relative")),
        ("بدأ البناء في مارس 2010 وانتهى في الشهر التالي .", ("الشهر التالي", "2010-04-01", "2010-04-30", "relative")),
        ("وصل في 3 مارس وغادر بعد يومين .", ("بعد يومين", "2024-03-05", "2024-03-05", "relative")),
        ("وصل في 3 مارس وبعد ذلك بأسبوعين غادر .", ("بعد ذلك بأسبوعين", "2024-03-11", "2024-03-17", "relative")),
        ("بلغت 5 في مارس مقارنة بالشهر نفسه من العام الماضي .",
         ("الشهر نفسه من العام الماضي", "2023-03-01", "2023-03-31", "relative")),
        ("ارتفعت الصادرات مقارنة بالشهر السابق .", ("الشهر السابق", "2024-04-01", "2024-04-30", "deictic")),
        ("من فبراير 1916 إلى ديسمبر من السنة نفسها .",
         ("فبراير 1916 إلى ديسمبر من السنة نفسها", "1916-02-01", "1916-12-31", "explicit")),
        ("سافر في اليوم التالي .", ("اليوم التالي", None, None, "relative")),
    ],
)  # fmt: skip
def test_anaphoric_expressions_count_from_the_last_date(text: str, last: Row) -> None:
    assert _read(text)[-1] == last


def test_a_date_far_above_is_not_what_the_next_day_follows() -> None:
    text = "وصل في 3 مارس .\n" + "ثم جرى كلام طويل .\n" * 6 + "وغادر في اليوم التالي ."
    assert _read(text)[-1] == ("اليوم التالي", None, None, "relative")


@pytest.mark.parametrize(
    "text",
    ["وصل أمس .", "وصل الأحد .", "وصل في 8 يونيو .", "وصل الشهر الماضي .", "وصل قبل يومين .", "خلال الأيام المقبلة .",
     "في صيف العام الماضي .", "في عيد الفطر .", "نهاية الشهر الجاري .", "آخر ثلاث سنوات ."],
)  # fmt: skip
def test_without_an_anchor_nothing_is_counted_from_one(text: str) -> None:
    (row,) = _read(text, None)
    assert row[1:3] == (None, None)


def test_without_an_anchor_a_stated_year_completes_what_follows() -> None:
    rows = _read("ولد عام 1950 في القاهرة . وفي 3 مارس سافرت أسرته .", None)
    assert rows[1] == ("3 مارس", "1950-03-03", "1950-03-03", "relative")


@pytest.mark.parametrize(
    ("config", "text", "expected"),
    [
        (TimesConfig(week_start=6), "وصل الأسبوع الماضي", ("2024-05-05", "2024-05-11")),
        (TimesConfig(week_start=5), "هذا الأسبوع", ("2024-05-11", "2024-05-17")),
        (TimesConfig(two_digit_pivot=10), "وصل في 3/8/15", ("1915-08-03", "1915-08-03")),
        (TimesConfig(prefer_past=False), "الحديقة السبت", ("2024-05-18", "2024-05-18")),
        (TimesConfig(prefer_past=False), "حديقة في يوليو", ("2024-07-01", "2024-07-31")),
        (TimesConfig(early_until=7, middle_until=21), "أوائل الشهر الماضي", ("2024-04-01", "2024-04-07")),
        (TimesConfig(early_until=7, middle_until=21), "أواسط الشهر الماضي", ("2024-04-08", "2024-04-21")),
        (TimesConfig(early_until=7, middle_until=21), "أواخر الشهر الماضي", ("2024-04-22", "2024-04-30")),
    ],
)
def test_policies_are_settings(config: TimesConfig, text: str, expected: tuple[str, str]) -> None:
    (row,) = _read(text, TODAY, config)
    assert row[1:3] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("وصل الاثنين 20/10/1436 الموافق 5/8/2015", "2015-08-05"),  # the Gregorian day stands
        ("وصل اليوم الاثنين الموافق 10/4/1436هـ", "2015-07-20"),  # month first, as only so it is a Monday
        ("وصل في 3 مايو 2015 (14 رجب 1436هـ)", "2015-05-03"),
        ("وصل في 14 رجب 1436هـ الموافق 3 مايو", "2015-05-03"),  # the year from the Hijri twin
    ],
)
def test_two_calendars_are_checked_against_each_other(text: str, expected: str) -> None:
    (row,) = _read(text, date(2015, 7, 20))
    assert row[1:3] == (expected, expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("قبل 9000 سنة", (None, None)),
        ("بعد 9999 عاما", (None, None)),
        ("31 فبراير 2015", (None, None)),
        ("30 رجب 1436هـ", ("2015-05-19", "2015-05-19")),
        ("عام 1501 هـ", (None, None)),
    ],
)
def test_days_that_no_calendar_has_are_unknown(text: str, expected: tuple[str | None, str | None]) -> None:
    for row in _read(text):
        assert row[1:3] == expected


def test_the_anchor_stands_only_beside_what_was_counted_from_it() -> None:
    text = "وصل أمس بعد زيارة في 3 مارس 2010 وأخرى في اليوم التالي ."
    assert [t.anchor for t in find_times(text, TODAY)] == [TODAY, None, date(2010, 3, 3)]


def test_hijri_values_say_so() -> None:
    calendars = [t.calendar for t in find_times("في 1 شوال 1436هـ وفي رمضان المقبل وفي 3 مارس 2010 .", TODAY)]
    assert calendars == ["hijri", "hijri", "gregorian"]
