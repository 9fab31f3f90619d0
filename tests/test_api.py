from datetime import date
from typing import Any

import pandas as pd
import pytest

import pipeline
from pipeline.config import Config, EventsConfig
from pipeline.errors import ConfigError, InputError

TEXT = "وصل وزير الخارجية إلى القاهرة أمس."
CONFIG = Config(events=EventsConfig("rules"))


@pytest.mark.parametrize("missing", [None, pd.NaT, pd.NA, float("nan"), "", " "])
def test_a_day_that_a_table_lacks_is_none(missing: Any) -> None:
    doc = pipeline.extract(TEXT, missing, config=CONFIG)
    assert doc.published is None
    assert all(time.date_start is None for time in doc.times)
    assert pipeline.extract(TEXT, pd.Timestamp("2024-05-14 10:00"), config=CONFIG).published == date(2024, 5, 14)


@pytest.mark.parametrize(
    ("values", "error", "says"),
    [
        ({"text": None}, InputError, "text must be a string, not NoneType"),
        ({"title": float("nan")}, InputError, "title must be a string, not float"),
        ({"published": "soon"}, ConfigError, "'soon' is no date"),
        ({"config": {"workers": 1}}, ConfigError, "config must be a Config, not dict"),
    ],
)
def test_what_is_no_text_day_or_setting_is_refused(values: dict[str, Any], error: type, says: str) -> None:
    with pytest.raises(error, match=says):
        pipeline.extract(**{"text": TEXT, "config": CONFIG} | values)
