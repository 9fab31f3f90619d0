"""The tables of a shard, written whole.

A shard's files are written under `.tmp-<shard>-<pid>/` and moved into the table folders; `commits/<shard>.json`,
written last and at once, makes them part of the run. Readers ignore files that no commit names.
"""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import RunError
from pipeline.schema import TABLES
from pipeline.tables.rows import Rows

COMMITS = "commits"


def build_table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Make the Arrow table of some rows; raise RunError for a null in a column that allows none."""
    schema = TABLES[name]
    table = pa.Table.from_pylist(rows, schema=schema)
    for field in schema:
        if not field.nullable and table.column(field.name).null_count:
            raise RunError(f"table {name!r}: column {field.name!r} holds a null; a stage left it out, report this")
    return table


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write a JSON file so that it is there whole or not at all."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        # What UTF-8 cannot hold, bytes of paths in other encodings, is written as JSON's own escapes.
        with aside.open("w", encoding="utf-8", errors="backslashreplace") as file:
            json.dump(value, file, ensure_ascii=False, indent=1, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def commit_shard(out: Path, shard: str, rows: Rows, facts: Mapping[str, Any]) -> None:
    """Write all tables of a shard and commit them at once.

    facts: what the commit file says of the shard besides its rows (counts, digest of its input).
    """
    aside = out / f".tmp-{shard}-{os.getpid()}"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    files = [name for name in TABLES if rows[name]]
    try:
        for name in files:
            # Arrow opens no path that is not UTF-8.
            with (aside / f"{name}.parquet").open("wb") as file:
                pq.write_table(build_table(name, rows[name]), file, compression="zstd")
                file.flush()
                os.fsync(file.fileno())
        for name in files:
            (out / name).mkdir(exist_ok=True)
            (aside / f"{name}.parquet").replace(out / name / f"{shard}.parquet")
        counts = {name: len(rows[name]) for name in TABLES}
        (out / COMMITS).mkdir(exist_ok=True)
        write_json(out / COMMITS / f"{shard}.json", {"rows": counts, **facts})
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def remove_uncommitted(out: Path) -> None:
    """Remove what a killed run left behind: folders of unfinished shards and files that no commit names."""
    committed = {path.stem for path in (out / COMMITS).glob("*.json")}
    for path in out.glob(".tmp-*"):
        shutil.rmtree(path, ignore_errors=True)
    for path in [*out.glob(".*.json.*"), *(out / COMMITS).glob(".*")]:
        path.unlink(missing_ok=True)
    for name in TABLES:
        for path in (out / name).glob("*.parquet"):
            if path.stem not in committed:
                path.unlink()
