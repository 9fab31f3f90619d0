import json
from datetime import date
from pathlib import Path

import pytest

import pipeline
from pipeline.config import Config
from pipeline.errors import InputError
from pipeline.evaluation.times import Counts, GoldText, Time, format_times, match, read_gold, read_run, score

DAY = date(2024, 5, 14)


def _time(start: int, end: int, day: date | None = DAY, kind: str = "day") -> Time:
    return Time(start, end, day, day, kind)


def test_pairs_are_one_to_one_and_the_same_span_comes_first() -> None:
    gold = [_time(0, 5), _time(10, 20)]
    predicted = [_time(0, 12), _time(10, 20), _time(0, 4)]
    assert match(gold, predicted) == [(gold[1], predicted[1]), (gold[0], predicted[0])]


def test_spans_and_values_are_counted_by_class() -> None:
    gold = [
        GoldText("a", "", None, (_time(0, 5), _time(10, 20, kind="year"))),
        GoldText("b", "", None, (_time(0, 5),)),
    ]
    predicted = {"a": [_time(0, 4), _time(10, 20, date(2020, 1, 1)), _time(30, 40)]}
    scores = score(gold, predicted)
    assert scores["all"] == Counts(gold=3, predicted=3, exact=1, overlap=2, value=1)
    assert scores["day"] == Counts(gold=2, predicted=2, exact=0, overlap=1, value=1)
    assert scores["year"] == Counts(gold=1, predicted=1, exact=1, overlap=1, value=0)
    assert scores["all"].measure("overlap") == pytest.approx((200 / 3, 200 / 3, 200 / 3))
    assert format_times(scores).splitlines()[1].split()[:4] == ["all", "3", "3", "33.3/33.3/33.3"]


def test_nothing_found_scores_nothing() -> None:
    assert score([GoldText("a", "", None, (_time(0, 5),))], {})["all"].measure("value") == (0.0, 0.0, 0.0)


def test_a_gold_time_without_value_counts_for_spans_only() -> None:
    gold = [GoldText("a", "", None, (Time(0, 5, None, None, "DATE", known=False),))]
    assert score(gold, {"a": [_time(0, 5)]})["all"] == Counts(1, 1, 1, 1, 1)


def test_annotated_gold_is_located_in_its_texts(tmp_path: Path) -> None:
    text = "أمس ثم أمس"
    rows = [{"id": "a", "times": [{"text": "أمس", "nth": 2, "start": "2024-05-14", "end": None, "gran": "day"}]}]
    (tmp_path / "gold.json").write_text(json.dumps(rows), encoding="utf-8")
    docs = json.dumps([{"id": "a", "text": text, "date": "2024-05-15T10:00:00Z"}])
    (tmp_path / "gold.docs.json").write_text(docs, encoding="utf-8")
    expected = GoldText("a", text, date(2024, 5, 15), (Time(7, 10, DAY, None, "day"),))
    assert read_gold(tmp_path / "gold.json") == [expected]
    (tmp_path / "gold.docs.json").rename(tmp_path / "texts.json")
    assert read_gold(tmp_path / "gold.json", tmp_path / "texts.json") == [expected]


def test_single_expressions_are_read_in_a_sentence(tmp_path: Path) -> None:
    row = {"expr": "أمس", "start": "2024-05-14", "end": "2024-05-14", "class": "deictic", "ref": "2024-05-15"}
    (tmp_path / "probe.jsonl").write_text(json.dumps(row) + "\n\n", encoding="utf-8")
    (text,) = read_gold(tmp_path / "probe.jsonl")
    (time,) = text.times
    assert text.text[time.start : time.end] == "أمس"
    assert (text.published, time.kind) == (date(2024, 5, 15), "deictic")


TML = """<?xml version="1.0" ?>
<TimeML><DOCID>x1</DOCID>
<DCT><TIMEX3 tid="t0" type="DATE" value="2024-05-15" functionInDocument="CREATION_TIME">2024-05-15</TIMEX3></DCT>
<TEXT>وصل <EVENT eid="e1">الوفد</EVENT> <TIMEX3 tid="t1" type="DATE" value="2024-05-14">أمس</TIMEX3> وبقي
<TIMEX3 tid="t2" type="DURATION" value="P2D">يومين</TIMEX3> <TIMEX3 tid="t3" type="DATE" value="PAST_REF">مؤخرا</TIMEX3>
</TEXT></TimeML>"""


def test_timeml_gives_text_and_dates_without_durations(tmp_path: Path) -> None:
    (tmp_path / "x.tml").write_text(TML, encoding="utf-8")
    (text,) = read_gold(tmp_path)
    assert (text.doc_id, text.published) == ("x1", date(2024, 5, 15))
    assert [(text.text[t.start : t.end], t.date_start, t.known) for t in text.times] == [
        ("أمس", DAY, True), ("مؤخرا", None, False),
    ]  # fmt: skip
    assert read_gold(tmp_path / "x.tml") == [text]


@pytest.mark.parametrize(
    ("name", "content"), [("a.json", "{"), ("a.jsonl", "{}"), ("a.tml", "<TimeML>"), ("b.json", "[]")]
)
def test_gold_that_cannot_be_read_says_so(name: str, content: str, tmp_path: Path) -> None:
    if name != "b.json":
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=name):
        read_gold(tmp_path / name)


def test_texts_that_the_run_lacks_are_told(tmp_path: Path) -> None:
    texts = {"a": "وصل الوفد أمس.", "b": "وصل الوزير اليوم."}
    (tmp_path / "page.txt").write_text(texts["a"], encoding="utf-8")
    pipeline.run(tmp_path / "page.txt", tmp_path / "run", Config.from_dict({"events": {"model": "rules"}}))
    gold = [GoldText(name, text, DAY, ()) for name, text in texts.items()]
    assert set(read_run(tmp_path / "run", gold[:1])) <= {"a"}
    with pytest.raises(InputError, match="run lacks 1 texts of the gold, such as 'b'"):
        read_run(tmp_path / "run", gold)
