"""Tables for spreadsheets and other programs."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from pipeline.errors import RunError
from pipeline.schema import TABLES
from pipeline.tables.read import check_table, read_table

_CELL: Final = 32_767  # characters that a cell of a spreadsheet holds
_ROWS: Final = 1_048_575  # rows of a sheet below its head
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for the beginning of a formula
_ILLEGAL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # what XML cannot hold


def export_run(
    run: str | Path, form: str, tables: Sequence[str] | None = None, out: str | Path | None = None
) -> list[Path]:
    """Write tables of a run as `csv`, `xlsx`, `jsonl` or, times only, `timeml`; give the files written.

    In csv and xlsx a text that a spreadsheet would run as a formula gets an apostrophe in front, and lists are JSON.
    Raises RunError for an unknown table, for a table too long for a sheet, and for tables named beside timeml.
    """
    folder = Path(out) if out is not None else Path(run) / "export"
    for name in tables or ():
        check_table(name)
    if form == "timeml":
        if tables:
            raise RunError("timeml holds the texts with their times and no other table; leave the tables out")
        from pipeline.times.timeml import export_timeml

        folder.mkdir(parents=True, exist_ok=True)
        written: list[Path] = export_timeml(run, folder)
        return written
    names = list(tables or TABLES)
    loaded = {name: read_table(run, name, as_arrow=True) for name in names}
    folder.mkdir(parents=True, exist_ok=True)
    if form == "xlsx":
        return [_write_xlsx(loaded, folder / "tables.xlsx")]
    writer = {"csv": _write_csv, "jsonl": _write_jsonl}[form]
    return [writer(table, folder / f"{name}.{form}") for name, table in loaded.items()]


def _cell(value: Any) -> Any:
    """Give a value as a spreadsheet may hold it."""
    if isinstance(value, list):
        return _cell(json.dumps(value, ensure_ascii=False, default=str)) if value else None
    if (isinstance(value, str) and value.lstrip(" \u200e\u200f\ufeff").startswith(_FORMULA)) or (
        isinstance(value, str) and value.startswith(_FORMULA)
    ):
        return f"'{value}"
    return value


def _write_csv(table: pa.Table, path: Path) -> Path:
    import csv

    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.column_names)
        for batch in table.to_batches(max_chunksize=5000):
            for row in batch.to_pylist():
                writer.writerow([_cell(value) for value in row.values()])
    return path


def _write_jsonl(table: pa.Table, path: Path) -> Path:
    with path.open("w", encoding="utf-8") as file:
        for batch in table.to_batches(max_chunksize=5000):
            for row in batch.to_pylist():
                file.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
    return path


def _write_xlsx(tables: dict[str, pa.Table], path: Path) -> Path:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for name, table in tables.items():
        if table.num_rows > _ROWS:
            raise RunError(f"table {name!r} has {table.num_rows} rows, a sheet holds {_ROWS}; export it as csv")
        sheet = book.create_sheet(name)
        sheet.sheet_view.rightToLeft = True
        sheet.append(table.column_names)
        for row in table.to_pylist():
            cells = [_cell(value) for value in row.values()]
            sheet.append([_ILLEGAL.sub("\ufffd", c)[:_CELL] if isinstance(c, str) else c for c in cells])
    book.save(path)
    return path
