import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pytest

import pipeline
from pipeline.cli import main
from pipeline.config import Config, EventsConfig, ReadConfig
from pipeline.document import Document
from pipeline.errors import ConfigError, RunError
from pipeline.running import plan, shard
from pipeline.running.local import run_local
from pipeline.running.plan import cut_shards
from pipeline.schema import TABLES
from pipeline.sources.page import Page
from pipeline.tables.read import read_manifest
from pipeline.tables.rows import empty_rows

TEXTS = [
    "وصل وزير الخارجية المصري سامح شكري إلى بغداد أمس في زيارة رسمية.",
    "أعلنت الأمم المتحدة أن مباحثات جنيف ستستأنف الأسبوع المقبل.",
    "قُتل ثلاثة جنود في هجوم استهدف حاجزاً قرب الحسكة يوم 3 مايو 2023.",
    "nothing Arabic",
    "",
]


def write_input(folder: Path, count: int) -> Path:
    path = folder / "in.jsonl"
    rows = [{"id": f"n{i}", "text": TEXTS[i % len(TEXTS)], "date": "2023-05-04"} for i in range(count)]
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), encoding="utf-8")
    return path


def tables(run: Path) -> dict[str, pa.Table]:
    return {name: pipeline.read_table(run, name, as_arrow=True) for name in TABLES}


def test_the_tables_do_not_depend_on_the_number_of_workers(tmp_path: Path) -> None:
    source = write_input(tmp_path, 90)
    one = pipeline.run(source, tmp_path / "one", Config(workers=1))
    two = pipeline.run(source, tmp_path / "two", Config(workers=2))
    assert (one.pages, one.documents, one.failed) == (two.pages, two.documents, two.failed) == (90, 54, 36)
    first, second = tables(tmp_path / "one"), tables(tmp_path / "two")
    for name in TABLES:
        assert first[name].equals(second[name]), name


@pytest.mark.filterwarnings("ignore")  # of Ray's own
def test_a_ray_cluster_gives_the_tables_of_local_processes(tmp_path: Path) -> None:
    ray = pytest.importorskip("ray")
    source = write_input(tmp_path, 30)
    config = Config.from_dict({"workers": 2, "shard_size": 8})
    try:
        clustered = pipeline.run(source, tmp_path / "ray", config, engine="ray")
    finally:
        ray.shutdown()
    local = pipeline.run(source, tmp_path / "local", config)
    assert (clustered.pages, clustered.failed) == (local.pages, local.failed) == (30, 12)
    first, second = tables(tmp_path / "ray"), tables(tmp_path / "local")
    for name in TABLES:
        assert first[name].equals(second[name]), name


def test_a_run_killed_and_resumed_gives_the_tables_of_a_run_never_killed(tmp_path: Path) -> None:
    source = write_input(tmp_path, 600)
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    pipeline.run(source, whole, Config(workers=2))
    command = [sys.executable, "-m", "pipeline.cli", "run", str(source), "--out", str(broken), "--workers", "2"]
    process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(600):
        if len(list((broken / "commits").glob("0*.json"))) >= 2:
            break
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    (broken / "mentions").mkdir(exist_ok=True)
    (broken / "mentions" / "999999.parquet").write_bytes(b"left behind")
    done_before = len(list((broken / "commits").glob("0*.json")))
    assert done_before >= 2
    summary = pipeline.run(source, broken, Config(workers=2))
    assert summary.resumed >= 2
    first, second = tables(whole), tables(broken)
    for name in TABLES:
        assert first[name].equals(second[name]), name
    assert not list(broken.glob(".tmp-*"))
    assert not (broken / "mentions" / "999999.parquet").exists()


class Killer:
    """A stage that dies or stalls at a word."""

    name = "killer"
    reads = frozenset({"text"})
    writes = frozenset({"title"})

    def __init__(self, config: Config) -> None:
        self.config = config

    def __call__(self, docs: list[Document]) -> list[Document]:
        for doc in docs:
            if "قاتل" in doc.text:
                os._exit(9)
            if "خطأ" in doc.text:
                raise ValueError("ill")
            if "بطيء" in doc.text:
                time.sleep(30)
        return docs


def test_documents_that_kill_raise_or_stall_cost_one_row_each(tmp_path: Path) -> None:
    texts = ["خبر عادي", "نص قاتل", "خبر آخر", "نص خطأ", "نص بطيء", "خبر أخير"]
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps({"text": t}) + "\n" for t in texts), encoding="utf-8")
    config = Config(workers=1, document_seconds=2.5, stages=("pages", "tokens_camel", "running.test_run:Killer"))
    summary = pipeline.run(path, tmp_path / "out", config)
    assert (summary.documents, summary.failed) == (3, 3)
    errors = pipeline.read_table(tmp_path / "out", "errors", as_arrow=True).to_pylist()
    assert sorted(row["error"] for row in errors) == ["ValueError", "WorkerError", "WorkerError"]
    assert all(str(path) in row["uri"] for row in errors)


def test_a_folder_with_another_run_or_other_files_is_not_touched(tmp_path: Path) -> None:
    source = write_input(tmp_path, 3)
    out = tmp_path / "out"
    pipeline.run(source, out, Config(workers=1))
    with pytest.raises(RunError, match="settings"):
        pipeline.run(source, out, Config(workers=1, shard_size=7))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("x")
    with pytest.raises(RunError, match="no run"):
        pipeline.run(source, tmp_path / "other", overwrite=True)
    assert (tmp_path / "other" / "letter.txt").exists()
    (out / "report.html").write_text("x")
    assert pipeline.run(source, out, Config(workers=1, shard_size=7), overwrite=True).resumed == 0
    assert (out / "report.html").exists()


def test_settings_that_failed_before_any_shard_do_not_block_the_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, names = write_input(tmp_path, 1), tmp_path / "names.tsv"
    names.write_text("سامح شكري\tPER\n", encoding="utf-8")
    command = ["run", str(source), "--out", str(tmp_path / "out"), "--workers", "1", "--gazetteer"]
    assert main([*command, str(tmp_path / "mistyped.tsv")]) == 2
    assert "mistyped.tsv" in capsys.readouterr().err
    assert main([*command, str(names)]) == 0
    assert main(command[:-1]) == 2
    assert "holds a run with other settings" in capsys.readouterr().err


def test_changed_rules_make_another_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, out = write_input(tmp_path, 1), tmp_path / "out"
    package = tmp_path / "package"
    for folder in ("names", "training", "names/__pycache__"):
        (package / folder).mkdir(parents=True)
    (package / "names" / "titles.tsv").write_text("وزير", encoding="utf-8")
    before = plan.digest_program(package)
    (package / "training" / "recipe.py").write_text("x")
    (package / "names" / "__pycache__" / "titles.pyc").write_text("x")
    assert plan.digest_program(package) == before
    (package / "names" / "titles.tsv").write_text("وزيرة", encoding="utf-8")
    assert plan.digest_program(package) != before
    pipeline.run(source, out, Config(workers=1))
    monkeypatch.setattr(plan, "digest_program", lambda _: before)
    with pytest.raises(RunError, match="a run with other code or rules of Rasd"):
        pipeline.run(source, out, Config(workers=1))


def test_a_changed_input_is_noticed_when_a_run_is_resumed(tmp_path: Path) -> None:
    source = write_input(tmp_path, 3)
    pipeline.run(source, tmp_path / "out", Config(workers=1))
    write_input(tmp_path, 4)
    with pytest.raises(RunError, match="has changed"):
        pipeline.run(source, tmp_path / "out", Config(workers=1))


def test_shards_are_small_at_first_and_cover_the_input(tmp_path: Path) -> None:
    source = write_input(tmp_path, 500)
    shards = list(cut_shards([str(source)], Config()))
    assert [len(s.pages) for s in shards][:3] == [32, 32, 64]
    assert [p.doc_id for s in shards for p in s.pages] == [f"n{i}" for i in range(500)]


def test_an_empty_input_is_an_empty_run(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.warns(UserWarning, match="no page in"):
        assert pipeline.run(tmp_path / "in", tmp_path / "out", Config(workers=1)).pages == 0
    assert pipeline.read_table(tmp_path / "out", "events").empty
    run_local(iter(()), Config(workers=1), tmp_path / "out", print)


def test_a_page_that_no_reader_foresaw_is_one_row_of_errors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(page: Page, config: ReadConfig) -> Document:
        raise ZeroDivisionError("of its own kind")

    monkeypatch.setattr(shard, "load_page", fail)
    rows = empty_rows()
    documents, failed = shard.process_pages(
        [Page("a.txt", "a.txt", "text", TEXTS[0], "a")], Config(), rows, frozenset()
    )
    assert (documents, failed) == ([], 1)
    (row,) = rows["errors"]
    assert (row["doc_id"], row["error"]) == ("a", "ZeroDivisionError")
    assert "a.txt: of its own kind; the page is left out" in row["message"]


def test_names_and_dates_beyond_all_sense_stop_no_run(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / os.fsdecode(b"\xce\xc8\xd1.txt")).write_text(TEXTS[0], encoding="utf-8")
    row = {"id": "x\ud83d", "source": "y\ud83d", "text": TEXTS[1], "date": "1 Jan 2020 00:00:00 +99999999999999999999"}
    (folder / "a.jsonl").write_text(json.dumps(row), encoding="utf-8")
    summary = pipeline.run(folder, tmp_path / "out", Config(workers=1))
    assert (summary.documents, summary.failed) == (2, 0)
    assert "x\ufffd" in tables(tmp_path / "out")["documents"]["doc_id"].to_pylist()


def test_an_input_that_has_become_shorter_is_not_resumed(tmp_path: Path) -> None:
    source = write_input(tmp_path, 3)
    config = Config(workers=1, shard_size=1)
    pipeline.run(source, tmp_path / "out", config)
    lines = source.read_text(encoding="utf-8").splitlines(keepends=True)
    source.write_text("".join(lines[:2]), encoding="utf-8")
    with pytest.raises(RunError, match="has become shorter since shard 000002 was done"):
        pipeline.run(source, tmp_path / "out", config)
    pipeline.run(source, tmp_path / "out", config, overwrite=True)
    assert tables(tmp_path / "out")["documents"].num_rows == 2


def test_a_run_does_not_write_into_its_own_input(tmp_path: Path) -> None:
    write_input(tmp_path, 1)
    with pytest.raises(RunError, match="lies inside the input"):
        pipeline.run(tmp_path, tmp_path / "out", Config(workers=1))


def test_pages_told_twice_are_two_documents_whatever_the_workers(tmp_path: Path, pages: Path) -> None:
    page = (pages / "protest.html").read_bytes()
    payload = b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + page
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://x\r\nContent-Length: {len(payload)}\r\n\r\n"
    (tmp_path / "a.warc").write_bytes((head.encode() + payload + b"\r\n\r\n") * 3)
    (tmp_path / "b.jsonl").write_text((json.dumps({"url": "http://x", "text": TEXTS[0]}) + "\n") * 2, encoding="utf-8")
    found = []
    for workers in (1, 2):
        config = Config(workers=workers, shard_size=1, events=EventsConfig("rules"))
        out = tmp_path / str(workers)
        for _ in range(2):  # resumed the second time
            with pytest.warns(UserWarning, match="3 pages have an id or address"):
                assert pipeline.run([tmp_path / "a.warc", tmp_path / "b.jsonl"], out, config).documents == 5
        found.append(tables(out)["documents"]["doc_id"].to_pylist())
    assert found[0] == found[1]
    one, two = found[0][0], found[0][3]
    assert found[0] == [one, f"{one}#2", f"{one}#3", two, f"{two}#2"]


def test_paths_in_another_encoding_are_read_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = tmp_path / os.fsdecode(b"\xe3\xe1\xdd")
    odd.mkdir()
    source, names, settings = odd / "in.txt", odd / "names.tsv", odd / "run.toml"
    source.write_text(TEXTS[0], encoding="utf-8")
    names.write_text("سامح شكري\tPER\n", encoding="utf-8")
    settings.write_text('\ufeffevents.model = "rules"', encoding="utf-8")
    command = ["run", str(source), "--out", str(odd / "run"), "--workers", "1", "--gazetteer", str(names)]
    for _ in range(2):
        assert main([*command, "--config", str(settings)]) == 0
    assert "1 documents" in capsys.readouterr().out
    assert tables(odd / "run")["documents"].num_rows == 1
    assert read_manifest(odd / "run")["identity"]["inputs"] == [str(source)]


def test_a_refused_resumption_leaves_the_finished_run_as_it_was(tmp_path: Path) -> None:
    source, out = write_input(tmp_path, 3), tmp_path / "out"
    config = Config(workers=1, shard_size=3, events=EventsConfig("rules"))
    pipeline.run(source, out, config)
    before = read_manifest(out)
    assert (before["state"], before["counts"]["pages"]) == ("complete", 3)
    write_input(tmp_path, 2)
    with pytest.raises(RunError, match="has changed"):
        pipeline.run(source, out, config)
    assert read_manifest(out) == before
    write_input(tmp_path, 7)
    pipeline.run(source, out, config)
    assert read_manifest(out)["counts"]["pages"] == 7


def test_a_manifest_that_could_not_be_written_blocks_no_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    source, out = write_input(tmp_path, 1), tmp_path / "out"
    command = ["run", str(source), "--out", str(out), "--workers", "1", "--events-model", "rules"]
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fill)
        assert main(command) == 2
    assert "free space and repeat the command" in capsys.readouterr().err
    assert [p.name for p in out.iterdir()] == [".lock"]
    (out / ".manifest.json.123").write_text("{", encoding="utf-8")
    assert main(command) == 0
    assert not (out / ".manifest.json.123").exists()


@pytest.mark.parametrize(("config", "says"), [({"workers": 1}, "not dict"), (Config(document_seconds=1e300), "a day")])
def test_settings_that_are_none_are_refused(tmp_path: Path, config: Config, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        pipeline.run(write_input(tmp_path, 1), tmp_path / "out", config)
