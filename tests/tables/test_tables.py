import csv
import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import pipeline
from pipeline.document import Document, EventMention, Mention, Role, Segment, Sentence, Span
from pipeline.errors import RunError
from pipeline.schema import TABLES
from pipeline.tables.export import export_run
from pipeline.tables.records import RECORD_TABLES, rebuild_documents
from pipeline.tables.rows import add_document, empty_rows
from pipeline.tables.write import build_table, commit_shard, write_json


def rows(run: Path, name: str) -> list[dict]:
    return pipeline.read_table(run, name, as_arrow=True).to_pylist()


def test_every_table_has_its_schema(example_run: Path) -> None:
    for name, schema in TABLES.items():
        assert pipeline.read_table(example_run, name, as_arrow=True).schema.equals(schema), name
    assert len(rows(example_run, "documents")) == 13
    for name in ("mentions", "times", "event_mentions", "roles", "events", "entities", "stories"):
        assert rows(example_run, name), name


def test_columns_that_a_table_was_written_without_are_null(tmp_path: Path) -> None:
    row = {"uri": "a.txt", "doc_id": None, "stage": "read", "error": "EmptyError", "message": "الصفحة فارغة"}
    commit_shard(tmp_path, "000000", {**empty_rows(), "errors": [row]}, {})
    write_json(tmp_path / "manifest.json", {})
    path = tmp_path / "errors" / "000000.parquet"
    pq.write_table(pq.ParquetFile(path).read().drop_columns(["doc_id"]), path)
    table = pipeline.read_table(tmp_path, "errors", as_arrow=True)
    assert table.schema.equals(TABLES["errors"], check_metadata=True)
    assert table.to_pylist() == [row]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads are listed by Linux alone")
def test_reading_a_table_leaves_no_thread_that_could_fail_when_python_ends(example_run: Path) -> None:
    code = """
import os, sys
from pathlib import Path
from pipeline.tables.read import read_table

def threads():
    return [t.name for t in Path("/proc/self/task").iterdir() if "jemalloc" not in (t / "comm").read_text()]

before = threads()
read_table(sys.argv[1], "documents", as_arrow=True)
sys.exit(threads() != before)
"""
    assert subprocess.run([sys.executable, "-c", code, str(example_run)], check=False).returncode == 0


@pytest.mark.parametrize("name", ["mentions", "times", "event_mentions", "roles"])
def test_every_cell_points_at_its_characters(example_run: Path, name: str) -> None:
    texts = {d["doc_id"]: d["text"] for d in rows(example_run, "documents")}
    for row in rows(example_run, name):
        text = texts[row["doc_id"]]
        assert row["text"] == text[row["start"] : row["end"]] != ""
        if row.get("speaker") is not None:
            assert row["speaker"] == text[row["speaker_start"] : row["speaker_end"]]


def test_keys_are_unique_and_point_at_rows(example_run: Path) -> None:
    def keys(name: str, *columns: str) -> set[tuple]:
        found = [tuple(r[c] for c in columns) for r in rows(example_run, name)]
        assert len(found) == len(set(found)), name
        return set(found)

    segments, sentences = keys("segments", "doc_id", "segment_id"), keys("sentences", "doc_id", "sentence_id")
    entities, events, times = (
        keys("entities", "entity_id"),
        keys("events", "event_id"),
        keys("times", "doc_id", "time_id"),
    )
    mentions, stories = keys("event_mentions", "doc_id", "event_mention_id"), keys("stories", "story_id")
    for r in rows(example_run, "mentions"):
        assert {(r["doc_id"], r["segment_id"])} <= segments
        assert {(r["doc_id"], r["sentence_id"])} <= sentences
        assert (r["entity_id"],) in entities
    for r in rows(example_run, "event_mentions"):
        assert (r["event_id"],) in events
        assert r["time_id"] is None or (r["doc_id"], r["time_id"]) in times
        assert r["speaker_entity_id"] is None or (r["speaker_entity_id"],) in entities
    for r in rows(example_run, "roles"):
        assert (r["doc_id"], r["event_mention_id"]) in mentions
        assert r["entity_id"] is None or (r["entity_id"],) in entities
    assert all((r["story_id"],) in stories for r in rows(example_run, "events"))


def test_dates_of_events_have_a_basis_and_never_come_from_nowhere(example_run: Path) -> None:
    for r in rows(example_run, "event_mentions"):
        dated = r["date_start"] is not None or r["date_end"] is not None
        assert dated == (r["date_basis"] is not None)
        assert not dated or r["time_id"] is not None


def test_documents_rebuilt_from_tables_give_the_same_tables(example_run: Path) -> None:
    tables = {name: rows(example_run, name) for name in RECORD_TABLES}
    again = empty_rows()
    for doc in rebuild_documents(tables):
        add_document(again, doc, {})
    for name in ("segments", "mentions", "times", "event_mentions", "roles", "entities"):
        assert build_table(name, again[name]).equals(pipeline.read_table(example_run, name, as_arrow=True)), name


@pytest.mark.parametrize(
    ("statuses", "status"),
    [(("DENIED", "OCCURRED"), "DENIED"), (("DENIED", "OCCURRED", "OCCURRED"), "OCCURRED"), (("PLANNED",), "PLANNED")],
)
def test_a_happening_has_the_status_of_most_mentions(statuses: tuple[str, ...], status: str) -> None:
    text = "زيارة " * len(statuses)
    mentions = tuple(EventMention("VISIT", 6 * n, 6 * n + 5, 0, s, event=0) for n, s in enumerate(statuses))
    segment = Segment("article", 0, len(text))
    doc = Document("d", text, segments=(segment,), sentences=(Sentence(0, len(text), 0, 0, 0),), events=mentions)
    tables = empty_rows()
    add_document(tables, doc, {})
    (event,) = tables["events"]
    assert (event["status"], event["n_mentions"]) == (status, len(statuses))


@pytest.mark.parametrize(
    ("written", "name", "country"),
    [("لكويت", "الكويت", "KW"), ("لولايات المتحدة", "الولايات المتحدة", "US"), ("لبنان", "لبنان", "LB")],
)
def test_a_name_behind_lam_has_its_country_and_its_article(written: str, name: str, country: str) -> None:
    text = f"زيارة ل{written}"
    start, end = 7, len(text)
    roles = (Role("place", start, end, "e0"), Role("actor", start, end, "e0"), Role("target", start, end))
    event = EventMention("VISIT", 0, 5, 0, "OCCURRED", roles=roles, event=0, speaker=Span(start, end))
    doc = Document("d", text, segments=(Segment("article", 0, end),), sentences=(Sentence(0, end, 0, 0, 0),),
                   mentions=(Mention(start, end, "LOC", None, "t", 0, "e0"),), events=(event,))  # fmt: skip
    tables = empty_rows()
    add_document(tables, doc, {})
    (entity,), (told,) = tables["entities"], tables["events"]
    assert (entity["name"], entity["country"], entity["aliases"]) == (name, country, [])
    assert (told["place"], told["country"], told["speakers"]) == (name, country, [name])
    assert [(p["text"], p["country"]) for p in told["actors"] + told["targets"]] == [(name, country)] * 2
    assert {row["text"] for row in tables["mentions"] + tables["roles"]} == {written}


def test_a_person_has_no_country_by_the_words_of_the_name() -> None:
    text = "وصلت جورجيا ميلوني"
    end = len(text)
    event = EventMention("VISIT", 0, 4, 0, "OCCURRED", roles=(Role("actor", 5, end, "e0"),), event=0)
    doc = Document("d", text, segments=(Segment("article", 0, end),), sentences=(Sentence(0, end, 0, 0, 0),),
                   mentions=(Mention(5, end, "PER", None, "t", 0, "e0"),), events=(event,))  # fmt: skip
    tables = empty_rows()
    add_document(tables, doc, {})
    (entity,), (told,) = tables["entities"], tables["events"]
    assert entity["country"] is None
    assert [(p["text"], p["country"]) for p in told["actors"]] == [("جورجيا ميلوني", None)]


def test_a_story_of_a_further_article_has_the_headline_of_that_article() -> None:
    text = "خبر أول\nزيارة\nخبر ثان\nزيارة"
    segments = (Segment("article", 0, 14, Span(0, 7)), Segment("related", 14, len(text), Span(14, 21)))
    sentences = (Sentence(8, 13, 0, 0, 0), Sentence(22, 27, 1, 0, 0))
    mentions = tuple(EventMention("VISIT", 8 + 14 * n, 13 + 14 * n, n, "OCCURRED", event=n) for n in range(2))
    tables = empty_rows()
    add_document(tables, Document("d", text, segments=segments, sentences=sentences, events=mentions), {})
    assert [row["headline"] for row in tables["stories"]] == ["خبر أول", "خبر ثان"]


def test_a_null_where_none_may_be_is_refused() -> None:
    with pytest.raises(RunError, match="'doc_id'"):
        build_table("sentences", [{"doc_id": None, "sentence_id": 0, "segment_id": 0, "start": 0, "end": 1}])


def test_pandas_is_what_a_notebook_gets(example_run: Path) -> None:
    events = pipeline.read_table(example_run, "events")
    assert {"type", "status", "date_start", "actors"} <= set(events.columns)
    with pytest.raises(RunError, match="no table"):
        pipeline.read_table(example_run, "people")
    with pytest.raises(RunError, match="no folder of a run"):
        pipeline.read_table(example_run / "events", "events")


def test_spreadsheets_run_no_cell_as_a_formula(tmp_path: Path) -> None:
    page = tmp_path / "in.jsonl"
    page.write_text(json.dumps({"id": "=1+1", "text": "وصل الوفد إلى دمشق", "title": "@SUM(A1)"}), encoding="utf-8")
    pipeline.run(page, tmp_path / "run", pipeline.Config(workers=1))
    (path,) = export_run(tmp_path / "run", "csv", ["documents"], tmp_path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["doc_id"] == "'=1+1"
    assert row["title"] == "'@SUM(A1)"


def test_every_format_holds_every_row(example_run: Path, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    (jsonl,) = export_run(example_run, "jsonl", ["events"], tmp_path)
    count = len(rows(example_run, "events"))
    assert len(jsonl.read_text(encoding="utf-8").splitlines()) == count
    (book,) = export_run(example_run, "xlsx", ["events", "mentions"], tmp_path)
    loaded = load_workbook(book, read_only=True)
    assert loaded.sheetnames == ["events", "mentions"]
    assert sum(1 for _ in loaded["events"].iter_rows()) == count + 1
    loaded.close()


def test_field_descriptions_stand_in_the_arrow_metadata() -> None:
    for schema in TABLES.values():
        for field in schema:
            assert isinstance(field, pa.Field)
            assert field.metadata[b"description"]
