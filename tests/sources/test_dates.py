from datetime import date, datetime

import pandas as pd
import pytest

from pipeline.sources.dates import parse_date


@pytest.mark.parametrize(
    "value",
    [
        "2023-09-11",
        "2023-09-11T23:30:00+03:00",
        "2023-09-11 10:00",
        "20230911",
        20230911,
        "11/09/2023",
        "11-9-2023 08:00",
        "09/22/2023",
        "Mon, 11 Sep 2023 23:59:00 -0500",
        "٢٠٢٣-٠٩-١١",
        datetime(2023, 9, 11, 23, 59),
        date(2023, 9, 11),
        1694390400,
        1694390400000,
        "1694390400",
        "11 سبتمبر 2023",
        "الاثنين ١١ أيلول ٢٠٢٣",
        "11 Sep 2023",
        "\u200f11/09/2023",
        "1445-02-26",
        "26 صفر 1445",
    ],
)
def test_metadata_dates_keep_their_local_day(value: object) -> None:
    expected = date(2023, 9, 22) if value == "09/22/2023" else date(2023, 9, 11)
    assert parse_date(value) == expected


@pytest.mark.parametrize("value", [None, "", "غدا", "2023-13-41", "31/02/2023", float("nan"), pd.NaT, True, [], "12"])
def test_what_names_no_day_is_none(value: object) -> None:
    assert parse_date(value) is None
