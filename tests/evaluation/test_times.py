import json
from datetime import date
from pathlib import Path

import pytest

import pipeline
from pipeline.config import Config
from pipeline.errors import InputError
from pipeline.evaluation.times import (
    Counts,
    GoldText,
    Time,
    format_times,
    match,
    read_gold,
    read_run,
    read_timeml,
    score,
)

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


def test_gold_says_in_which_document_or_line_it_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "g.docs.json").write_text(json.dumps([{"id": "a", "text": "وصل أمس"}]), encoding="utf-8")
    (tmp_path / "g.json").write_text(json.dumps([{"id": "a"}]), encoding="utf-8")
    row = {"expr": "أمس", "start": "2024-05-14", "end": "2024-05-14", "ref": "2024-05-15"}
    (tmp_path / "p.jsonl").write_text(f"\ufeff{json.dumps(row)}\n{json.dumps(row | {'ref': 'x'})}", encoding="utf-8")
    for name, says in (
        ("g.json", "g.json: document 'a' cannot be read"),
        ("p.jsonl", "p.jsonl: line 2 cannot be read"),
    ):
        with pytest.raises(InputError, match=says):
            read_gold(tmp_path / name)
    with pytest.raises(InputError, match="holds no text"):
        read_gold(tmp_path)
    for name in ("x.tml", "y.TML"):
        (tmp_path / name).write_text(TML, encoding="utf-8")
    with pytest.raises(InputError, match="holds the document 'x1' 2 times"):
        read_gold(tmp_path)


@pytest.mark.parametrize("encoding", ["windows-1256", "utf-16", "utf-8-sig"])
def test_timeml_is_decoded_as_it_declares(tmp_path: Path, encoding: str) -> None:
    declared = TML.replace('"1.0"', f'"1.0" encoding="{encoding.removesuffix("-sig")}"')
    (tmp_path / "x.tml").write_text(declared, encoding=encoding)
    assert read_gold(tmp_path / "x.tml") == [read_timeml(TML)]


def test_texts_that_the_run_lacks_are_told(tmp_path: Path) -> None:
    texts = {"a": "وصل الوفد أمس.", "b": "وصل الوزير اليوم."}
    (tmp_path / "page.txt").write_text(texts["a"], encoding="utf-8")
    pipeline.run(tmp_path / "page.txt", tmp_path / "run", Config.from_dict({"events": {"model": "rules"}}))
    gold = [GoldText(name, text, DAY, ()) for name, text in texts.items()]
    assert set(read_run(tmp_path / "run", gold[:1])) <= {"a"}
    with pytest.raises(InputError, match="run lacks 1 texts of the gold, such as document 'b'"):
        read_run(tmp_path / "run", gold)
