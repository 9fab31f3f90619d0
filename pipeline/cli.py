"""The `rasd` command: parse, call one public function, print."""

import argparse
import errno
import io
import json
import shlex
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from pipeline.config import CONVENTIONS, EVENT_MODELS, TOKENIZERS, VOTES, Config, merge_settings
from pipeline.errors import PipelineError

EXIT_GOOD, EXIT_ERRORS, EXIT_USAGE = 0, 1, 2
_COLUMNS: Final = ("text", "id", "date", "title", "url", "source")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; give its exit code.

    0 all good, 1 some documents in errors or examples that an ontology does not keep, 2 bad usage or settings.
    """
    args = _parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):  # paths may hold bytes that no encoding of the output can
        sys.stdout.reconfigure(errors="backslashreplace")
    command: Callable[[argparse.Namespace], int] = args.call
    try:
        return command(args)
    except PipelineError as error:
        print(f"rasd: {error}", file=sys.stderr)
        return EXIT_USAGE
    except BrokenPipeError:
        sys.stderr.close()
        return EXIT_GOOD
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        advice = "free space and repeat the command; a run goes on where it was" if full else "check the path"
        print(f"rasd: {error}; {advice}", file=sys.stderr)
        return EXIT_USAGE
    except KeyboardInterrupt:
        print("rasd: stopped; the same command goes on where it was", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rasd", description="Who did what, where and when, out of Arabic news.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_run(commands.add_parser("run", help="pages in, tables out"))
    show = commands.add_parser("show", help="print a page of a run with its names, dates and events")
    show.add_argument("run", type=Path)
    show.add_argument("doc_id", nargs="?")
    show.add_argument("--events", type=_count, metavar="N", help="print only the first N events of the whole run")
    show.add_argument("--explain", metavar="EVENT_ID", help="say what put each cell of an event (as d7/v0) there")
    show.set_defaults(call=_show)
    export = commands.add_parser("export", help="write a table for a spreadsheet, or times as TimeML")
    export.add_argument("run", type=Path)
    export.add_argument("--format", choices=("csv", "xlsx", "jsonl", "timeml"), required=True)
    export.add_argument("--table", action="append", help="table (repeat for more; default: all; not with timeml)")
    export.add_argument("--out", type=Path, help="folder for the files (default: RUN/export)")
    export.set_defaults(call=_export)
    report = commands.add_parser("report", help="write a run as one HTML page")
    report.add_argument("run", type=Path)
    report.add_argument("--out", type=Path, help="file to write (default: RUN/report.html)")
    report.add_argument("--pages", type=_count, default=50, help="pages to show (default: 50)")
    report.set_defaults(call=_report)
    doctor = commands.add_parser("doctor", help="say what is installed and usable")
    doctor.set_defaults(call=_doctor)
    _add_evaluate(commands.add_parser("evaluate", help="score names, times or events, or examples of event types"))
    train = commands.add_parser("train", help="adapt the recogniser of names to labelled sentences of your own")
    train.add_argument("what", choices=("names",))
    train.add_argument("settings", metavar="CONFIG", type=Path, help="TOML file with [[corpus]] tables")
    train.add_argument("--begin", type=Path, help="model folder to go on from (default: the shipped one)")
    train.add_argument("--out", type=Path, required=True, help="folder for the model, to give as names.model")
    train.set_defaults(call=_train)
    return parser


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no number of 0 or more")
    return int(text)


def _add_run(run: argparse.ArgumentParser) -> None:
    run.add_argument("inputs", nargs="+", metavar="INPUT", help="files, folders, or - for standard input")
    run.add_argument(
        "--out", type=Path, required=True, help="folder for the tables; one that holds this run is resumed"
    )
    run.add_argument("--config", type=Path, help="TOML file of settings")
    run.add_argument("--workers", type=int, help="processes (default: all cores)")
    run.add_argument("--overwrite", action="store_true", help="replace the run that the folder holds")
    run.add_argument("--engine", choices=("local", "ray"), default="local")
    run.add_argument("--tokenizer", choices=TOKENIZERS)
    run.add_argument("--names", help="recognisers, with commas between: compact, camel, stanza, gazetteer")
    run.add_argument("--names-convention", choices=CONVENTIONS)
    run.add_argument("--names-vote", choices=VOTES)
    run.add_argument("--gazetteer", help="TSV of names: surface, label, optional id")
    run.add_argument("--events-model", choices=EVENT_MODELS)
    for column in _COLUMNS:
        run.add_argument(f"--{column}-column", metavar="NAME")
    run.set_defaults(call=_run)


def _settings(args: argparse.Namespace) -> Config:
    """Make the Config of a run from its file and its options, which win."""
    names = None if args.names is None else tuple(name.strip() for name in args.names.split(","))
    given: dict[str, Any] = {
        "workers": args.workers,
        "tokenizer": args.tokenizer,
        "read": {f"{column}_column": getattr(args, f"{column}_column") for column in _COLUMNS},
        "names": {
            "recognizers": names,
            "convention": args.names_convention,
            "vote": args.names_vote,
            "gazetteer": args.gazetteer,
        },
        "events": {"model": args.events_model},
    }
    options = {
        key: {k: v for k, v in value.items() if v is not None} if isinstance(value, dict) else value
        for key, value in given.items()
        if value is not None
    }
    return Config.from_toml(args.config, options) if args.config else Config.from_dict(merge_settings({}, options))


def _run(args: argparse.Namespace) -> int:
    from pipeline.running.progress import Progress
    from pipeline.running.run import run

    config = _settings(args)
    warnings.formatwarning = lambda message, *_, **__: f"rasd: {message}\n"
    with Progress(args.inputs, config) as progress:
        summary = run(args.inputs, args.out, config, overwrite=args.overwrite, engine=args.engine, on_shard=progress)
    print(
        f"{summary.pages} pages in: {summary.documents} documents, {summary.failed} in errors; "
        f"{summary.tokens} tokens, {summary.events} event mentions -> {summary.out}"
    )
    if summary.failed:
        _tell_errors(summary.out)
    return EXIT_ERRORS if summary.failed else EXIT_GOOD


def _tell_errors(out: Path) -> None:
    """Print the first rows of the table `errors`, and where all of them are."""
    from pipeline.tables.read import read_table
    from pipeline.viewing.terminal import printable

    told = read_table(out, "errors", as_arrow=True)["message"].slice(0, 3).to_pylist()
    for message in told:
        print(f"rasd: {printable(message)}", file=sys.stderr)
    print(f"all that failed: rasd export {shlex.quote(str(out))} --format csv --table errors", file=sys.stderr)


def _show(args: argparse.Namespace) -> int:
    from pipeline.viewing.terminal import list_documents, printable, show_document, show_events

    if sum(given is not None for given in (args.doc_id, args.events, args.explain)) > 1:
        print("rasd: show takes one of DOC_ID, --events and --explain; leave the others out", file=sys.stderr)
        return EXIT_USAGE
    if args.events is not None:
        show_events(args.run, args.events)
    elif args.explain is not None:
        from pipeline.api import explain

        print(printable(explain(args.run, args.explain)))
    elif args.doc_id is None:
        list_documents(args.run)
    else:
        show_document(args.run, args.doc_id)
    return EXIT_GOOD


def _export(args: argparse.Namespace) -> int:
    from pipeline.tables.export import export_run

    for path in export_run(args.run, args.format, args.table, args.out):
        print(path)
    return EXIT_GOOD


def _report(args: argparse.Namespace) -> int:
    from pipeline.viewing.report import write_report

    print(write_report(args.run, args.out, args.pages))
    return EXIT_GOOD


def _doctor(args: argparse.Namespace) -> int:
    from pipeline.doctor import examine

    checks = examine()
    for check in checks:
        print(f"{'ok  ' if check.ok else 'no  ' if check.optional else 'FAIL'} {check.name}: {check.says}")
    return EXIT_GOOD if all(c.ok or c.optional for c in checks) else EXIT_USAGE


def _add_evaluate(evaluate: argparse.ArgumentParser) -> None:
    evaluate.add_argument("what", choices=("names", "times", "events", "examples"))
    evaluate.add_argument("gold", type=Path, nargs="?", help="CoNLL, JSON gold, TimeML, JSONL or label,text CSV")
    evaluate.add_argument("run", type=Path, nargs="?", help="folder of a run (times, events)")
    evaluate.add_argument("--documents", type=Path, help="texts of a JSON gold file")
    evaluate.add_argument(
        "--model",
        action="append",
        help="recogniser, its folder or a gazetteer (names; repeatable); events.model (examples; default: deep)",
    )
    evaluate.add_argument("--ontology", type=Path, metavar="FOLDER", help="event types (examples; default: shipped)")
    evaluate.add_argument("--convention", choices=CONVENTIONS, default="rasd")
    evaluate.add_argument("--errors", type=_count, default=20, help="errors to list (names)")
    evaluate.add_argument("--json", action="store_true", help="print JSON (names)")
    evaluate.set_defaults(call=_evaluate)


def _evaluate(args: argparse.Namespace) -> int:
    if args.what == "examples":
        return _evaluate_examples(args)
    if args.gold is None or args.ontology is not None:
        problem = "needs a file of gold" if args.gold is None else "takes no --ontology; it is for evaluate examples"
        print(f"rasd: evaluate {args.what} {problem}", file=sys.stderr)
        return EXIT_USAGE
    if args.what == "names":
        if args.run is not None:
            print(f"rasd: evaluate names takes no run; leave {args.run} out, or put --model before it", file=sys.stderr)
            return EXIT_USAGE
        from pipeline.evaluation.names import evaluate_names, format_names
        from pipeline.viewing.terminal import printable

        result = evaluate_names(args.gold, args.documents, args.model or ["compact"], args.convention)
        as_json = json.dumps(result, ensure_ascii=False, indent=1) if args.json else None
        print(as_json or printable(format_names(result, args.errors)))
        return EXIT_GOOD
    if args.run is None:
        print(f"rasd: evaluate {args.what} needs the folder of a run behind the gold", file=sys.stderr)
        return EXIT_USAGE
    if args.model or args.json:
        print(f"rasd: --model and --json are for evaluate names; leave them out of {args.what}", file=sys.stderr)
        return EXIT_USAGE
    if args.what == "times":
        from pipeline.evaluation.times import evaluate_times, format_times

        print(format_times(evaluate_times(args.gold, args.run, args.documents)))
    else:
        from pipeline.evaluation.event_runs import evaluate_events, format_events

        print(format_events(evaluate_events(args.gold, args.run, args.documents)))
    return EXIT_GOOD


def _evaluate_examples(args: argparse.Namespace) -> int:
    models = args.model or ["deep"]
    others = args.gold, args.documents, args.json, args.convention != "rasd"
    if any(others) or len(models) > 1:
        print("rasd: evaluate examples takes only --ontology and one --model; leave the rest out", file=sys.stderr)
        return EXIT_USAGE
    from pipeline.evaluation.examples import check_examples, format_examples, keeps_promise
    from pipeline.viewing.terminal import printable

    cells = check_examples(args.ontology, models[0])
    print(printable(format_examples(cells)))
    return EXIT_GOOD if keeps_promise(cells) else EXIT_ERRORS


def _train(args: argparse.Namespace) -> int:
    from pipeline.training.adapt import train_names

    facts = train_names(args.settings, args.out, args.begin)
    for convention, score in facts["scores"].items():
        print(f"{convention}: P {score['p']}  R {score['r']}  F1 {score['f']}  n {score['n']}")
    print(f'wrote {args.out}; use it with [names] model = "{args.out}"')
    return EXIT_GOOD


if __name__ == "__main__":
    sys.exit(main())
