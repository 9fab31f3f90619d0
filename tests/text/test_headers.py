from datetime import date

import pytest

from pipeline.text.headers import read_date_line
from pipeline.text.normalize import fold

DAY = date(2023, 9, 11)


def read(line: str):
    return read_date_line(" ".join(fold(word) for word in line.split()))


@pytest.mark.parametrize(
    "line",
    [
        "تاريخ النشر: 11th, September 2023 GMT",
        "نشر في: 11-09-2023 الساعة 10:30 ص",
        "الاثنين 11 سبتمبر 2023 - 14:30",
        "الإثنين، ١١ سبتمبر ٢٠٢٣",
        "2023/09/11",
        "11.09.2023 | 12:00",
        "2023-09-11T12:00:00Z",
        "2023-09-11 12:00:00",
        "September 11, 2023",
        "Mon, Sep 11, 2023 10:20 AM",
        "11 أيلول/سبتمبر 2023",
        "11 سبتمبر (أيلول) 2023م",
        "السبت 26 صفر 1445هـ الموافق 11 سبتمبر 2023م",
        "كتب: سامي نادر - الاثنين 11 سبتمبر 2023 05:00 م",
        "أضيف بتاريخ 11 شتنبر 2023",
        "11 سبتمبر 2023",
        "10:42 GMT 11.09.2023 (تم التحديث: 12:02 GMT 12.09.2023)",
        "نُشر: 14:30-11 سبتمبر 2023 م ـ 26 صفر 1445 هـ",
        "نشر في: 11 سبتمبر ,2023: 02:30 م GST",
        "[11/سبتمبر/2023]",
        "نشر بـ 11 سبتمبر 2023 الساعة 14 و 30 دقيقة",
        "تاريخ الإضافة ١١ / ٩ / ٢٠٢٣",
        "Published September 11th, 2023 at 2:30 PM",
        "2023-09-11T14:30:00+03:00",
        "القاهرة (رويترز) - 11-9-2023",
        "سامي نادر | 11 سبتمبر، 2023 | 02:30 م",
        "بوابة الميناء - الإثنين 11 سبتمبر 2023, 02:30 مساء",
        "الاثنين، 11 أيلول/سبتمبر 2023 عند الساعة 14:30 بتوقيت القدس المحتلة",
        "۲۰۲۳/۰۹/۱۱ - ۱۴:۳۰",
        "2023 سبتمبر 11",
        "26 صفر 1445هـ",
        "1445/02/26 هـ",
        "الاثنين - 26 صفر 1445 هـ - 11 سبتمبر 2023 مـ",
    ],
)
def test_date_lines_state_their_day(line: str) -> None:
    found = read(line)
    assert found is not None
    assert found.day == DAY
    assert not found.updated


def test_an_update_is_told_from_publication() -> None:
    found = read("آخر تحديث: 11 أيلول 2023 09:00 بتوقيت مكة المكرمة")
    assert found is not None
    assert found.updated
    assert found.day == DAY


@pytest.mark.parametrize(
    "line",
    ["منذ 3 ساعات", "قبل يومين", "نشر منذ ساعة", "2 hours ago", "اليوم 14:30", "الاثنين 14:30", "11 سبتمبر - 10:30",
     "تاريخ النشر:", "30 فبراير 2023"],
)  # fmt: skip
def test_date_lines_without_a_full_day_state_none(line: str) -> None:
    found = read(line)
    assert found is not None
    assert found.day is None


def test_the_hour_of_a_date_line_is_seen() -> None:
    stamped, plain = read("11 سبتمبر 2023, 08:11 GMT"), read("11 سبتمبر 2023")
    assert (stamped.clock, plain.clock) == (True, False)


@pytest.mark.parametrize(
    "line",
    [
        "نشرت الوزارة في 3 مايو 2023 بيانا",
        "نشر في 3 مايو 2023 بيان آخر",
        "ذكرى هجمات 11 سبتمبر 2001",
        "بدأ البناء في 3 مايو 2020",
        "- الأولى: 11 سبتمبر 2021 في المرفأ القديم",
        "حدث في مثل هذا اليوم 11 سبتمبر 2001",
        "منذ 3 سنوات والحرب مستمرة",
        "قبل 3 أيام من الاقتراع",
        "الأحد",
        "2023 عام الكوارث",
        "قال الرئيس إن يوم 11 سبتمبر 2023 كان يوماً حاسماً في تاريخ البلاد",
        "تاريخ العلاقات بين البلدين طويل",
        "نشرت الصحيفة تقريراً مطولاً عن الأزمة",
        "فاز الفريق 3-1 في مباراة الأمس",
        "اتصل على 0100-2023-911",
        "— نسيم الحداد (@nasim_h) September 11, 2023",
        "- Nasim (@nasim) 11 سبتمبر 2023",
    ],
)
def test_text_that_holds_a_date_is_no_date_line(line: str) -> None:
    assert read(line) is None
