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
    [
        "قال الرئيس إن يوم 11 سبتمبر 2023 كان يوماً حاسماً في تاريخ البلاد",
        "تاريخ العلاقات بين البلدين طويل",
        "نشرت الصحيفة تقريراً مطولاً عن الأزمة",
        "فاز الفريق 3-1 في مباراة الأمس",
        "اتصل على 0100-2023-911",
    ],
)
def test_text_that_holds_a_date_is_no_date_line(line: str) -> None:
    assert read(line) is None
