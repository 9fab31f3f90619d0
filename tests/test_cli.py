import io
import json
from pathlib import Path

import pytest

import pipeline
from pipeline.cli import main

TEXT = "أعلنت وزارة الخارجية الروسية أن الوزير سيرغي لافروف سيزور القاهرة غداً."


def test_run_show_export_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "page.txt").write_text(TEXT, encoding="utf-8")
    out = str(tmp_path / "run")
    assert main(["run", str(tmp_path / "page.txt"), "--out", out, "--workers", "1"]) == 0
    assert "1 pages in: 1 documents, 0 in errors" in capsys.readouterr().out
    assert main(["show", out]) == 0
    assert "page" in capsys.readouterr().out
    assert main(["show", out, "page"]) == 0
    shown = capsys.readouterr().out
    assert "VISIT" in shown
    assert "PLANNED" in shown
    assert main(["export", out, "--format", "jsonl", "--table", "mentions"]) == 0
    assert "لافروف" in (tmp_path / "run" / "export" / "mentions.jsonl").read_text(encoding="utf-8")
    assert main(["report", out]) == 0
    assert "القاهرة" in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")


def test_explain_names_what_put_each_cell_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "page.txt").write_text(TEXT, encoding="utf-8")
    out = str(tmp_path / "run")
    main(["run", str(tmp_path / "page.txt"), "--out", out, "--workers", "1"])
    events = pipeline.read_table(out, "events", as_arrow=True).to_pylist()
    (visit,) = [e["event_id"] for e in events if e["type"] == "VISIT"]
    capsys.readouterr()
    assert main(["show", out, "--explain", visit]) == 0
    told = capsys.readouterr().out
    assert "type: VISIT, that of its mentions" in told
    assert "lexicon entry VISIT/" in told
    assert "frame slot destination=object" in told
    assert main(["show", out, "--explain", "nobody"]) == 2


def test_exit_codes_tell_bad_documents_from_bad_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text("no Arabic", encoding="utf-8")
    assert main(["run", str(tmp_path / "a.txt"), "--out", str(tmp_path / "run"), "--workers", "1"]) == 1
    said = capsys.readouterr().err
    assert "a.txt holds no Arabic letter; Rasd reads Arabic text only" in said
    assert f"rasd export {tmp_path / 'run'} --format csv --table errors" in said
    assert main(["run", str(tmp_path / "nowhere"), "--out", str(tmp_path / "run2")]) == 2
    assert "nowhere" in capsys.readouterr().err
    (tmp_path / "bad.toml").write_text("colour = 1", encoding="utf-8")
    bad = ["run", str(tmp_path / "a.txt"), "--out", str(tmp_path / "r3"), "--config", str(tmp_path / "bad.toml")]
    assert main(bad) == 2
    with pytest.raises(SystemExit) as caught:
        main(["run"])
    assert caught.value.code == 2


def test_standard_input_is_a_page_or_lines_of_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [json.dumps({"id": name, "text": TEXT}) for name in ("a", "b")]
    for number, raw in enumerate([TEXT.encode(), "\n".join(rows).encode()]):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))
        assert main(["run", "-", "--out", str(tmp_path / str(number)), "--workers", "1"]) == 0
        assert pipeline.read_table(tmp_path / str(number), "documents", as_arrow=True).num_rows == number + 1


def test_doctor_says_what_is_usable(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "model compact-ner" in said
    assert "checksums right" in said


def test_a_path_that_cannot_be_used_is_bad_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "a.txt"
    source.write_text(TEXT, encoding="utf-8")
    assert main(["run", str(source), "--out", str(source)]) == 2
    assert "a.txt cannot be written into" in capsys.readouterr().err
    (tmp_path / "bad.json").write_text("[1]", encoding="utf-8")
    bad = str(tmp_path / "bad.json")
    assert main(["evaluate", "names", bad, "--documents", bad]) == 2
    assert "must be a list of annotated documents" in capsys.readouterr().err
    assert main(["evaluate", "names", bad, "--documents", str(tmp_path / "none.json")]) == 2
    assert "none.json does not exist" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["names", "a.conll", "run"], "evaluate names takes no run; leave run out"),
        (["times", "a.json", "run", "--json"], "--model and --json are for evaluate names"),
        (["events", "a.json", "run", "--model", "compact"], "--model and --json are for evaluate names"),
        (["events", "a.json"], "needs the folder of a run"),
        (["events"], "evaluate events needs a file of gold"),
        (["names", "a.conll", "--ontology", "types"], "takes no --ontology"),
        (["examples", "a.json"], "takes only --ontology and one --model"),
        (["examples", "--model", "crystal"], "events.model must be one of deep"),
        (["examples", "--ontology", "nowhere"], "nowhere"),
    ],
)
def test_what_an_evaluation_would_not_heed_is_refused(
    command: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", *command]) == 2
    assert says in capsys.readouterr().err


def test_examples_of_types_of_ones_own_say_what_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = """type = "TOURISM"
like = "VISIT"
definition = "People go round a place for pleasure."
plover = ""
cameo = ""
verbs = [{ verb = "تنزه", strength = 0.9 }]
[frames.default]
verb = ["actor=subject", "place=في:LOC"]
"""
    kept = (
        '[[examples]]\ntext = "تنزه الضيوف في بيروت."\nevents = [{ trigger = "تنزه", roles = { place = ["بيروت"] } }]\n'
    )
    command = ["evaluate", "examples", "--ontology", str(tmp_path), "--model", "rules"]
    (tmp_path / "shared.toml").write_text("", encoding="utf-8")
    (tmp_path / "tourism.toml").write_text(head + kept * 5, encoding="utf-8")
    assert main(command) == 0
    assert "trigger     5 of 5" in capsys.readouterr().out
    broken = kept.replace('"تنزه", roles', '"الضيوف", roles') + '[[examples]]\ntext = "تنزه الضيوف."\nevents = []\n'
    (tmp_path / "tourism.toml").write_text(head + kept * 5 + broken, encoding="utf-8")
    assert main(command) == 1
    said = capsys.readouterr().out
    assert "TOURISM 6: تنزه الضيوف في بيروت.\n!   الضيوف: trigger: no row of the ontology proposes the word" in said
    assert "!   type: nothing may be of this type, but the ontology proposes تنزه" in said


def test_blanks_between_recognisers_are_of_no_weight(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    command = ["run", str(tmp_path / "a.txt"), "--out", str(tmp_path / "run"), "--workers", "1"]
    assert main([*command, "--names", "compact, gazetteer", "--gazetteer", str(tmp_path / "none.tsv")]) == 2
    assert "none.tsv" in capsys.readouterr().err
    assert main([*command, "--names", ""]) == 2
    assert "names.recognizers must be some of" in capsys.readouterr().err


def test_the_ids_that_explain_wants_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "oman.txt").write_text("استقبل السلطان وفدا كويتيا في مسقط.", encoding="utf-8")
    run = str(tmp_path / "run")
    main(["run", str(tmp_path / "oman.txt"), "--out", run, "--workers", "1"])
    for command in (["show", run, "oman"], ["show", run, "--events", "1"]):
        capsys.readouterr()
        assert main(command) == 0
        assert "oman/v0" in capsys.readouterr().out
    assert main(["show", run, "--explain", "oman/v0"]) == 0
    for command in (["show", run, "oman", "--events", "1"], ["show", run, "oman", "--explain", "oman/v0"]):
        assert main(command) == 2
        assert "takes one of DOC_ID, --events and --explain" in capsys.readouterr().err
    assert main(["export", run, "--format", "timeml", "--table", "events"]) == 2
    assert "leave the tables out" in capsys.readouterr().err


def test_a_file_or_run_that_is_not_there_is_told_as_such(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["run", str(tmp_path), "--out", str(tmp_path / "run"), "--config", str(tmp_path / "none.toml")]
    assert main(command) == 2
    assert "none.toml: cannot be read: No such file or directory; check the path" in capsys.readouterr().err
    assert main(["show", str(tmp_path)]) == 2
    assert "it has no manifest.json; give the --out of a run" in capsys.readouterr().err


def test_brackets_in_ids_and_titles_are_printed_as_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = {"id": "a[/b]", "title": "[video] خبر [bold]عاجل", "text": TEXT}
    (tmp_path / "a.jsonl").write_text(json.dumps(row), encoding="utf-8")
    run = str(tmp_path / "run")
    assert main(["run", str(tmp_path / "a.jsonl"), "--out", run, "--workers", "1"]) == 0
    for command in (["show", run], ["show", run, "--events", "3"], ["show", run, "a[/b]"]):
        assert main(command) == 0
    shown = capsys.readouterr().out
    assert "a[/b]" in shown
    assert "[video] خبر [bold]عاجل" in shown


def test_repeated_ids_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.jsonl").write_text((json.dumps({"id": "a", "text": TEXT}) + "\n") * 2, encoding="utf-8")
    with pytest.warns(UserWarning, match="1 pages have an id or address that stood in the input before"):
        assert main(["run", str(tmp_path / "a.jsonl"), "--out", str(tmp_path / "run"), "--workers", "1"]) == 0
