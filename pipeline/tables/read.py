"""The tables of a run, read back."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import RunError
from pipeline.schema import TABLES
from pipeline.tables.write import COMMITS

if TYPE_CHECKING:
    import pandas as pd

MANIFEST = "manifest.json"


def read_manifest(run: str | Path) -> dict[str, Any]:
    """Read the manifest of a run; raise RunError where there is none."""
    path = Path(run) / MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        why = f"it has no {MANIFEST}" if isinstance(error, FileNotFoundError) else f"{path} cannot be read ({error})"
        raise RunError(f"{run} is no folder of a run: {why}; give the --out of a run") from error
    return manifest


def check_table(name: str) -> None:
    """Raise RunError where there is no such table."""
    if name not in TABLES:
        raise RunError(f"there is no table {name!r}; the tables are {', '.join(TABLES)}")


@overload
def read_table(run: str | Path, name: str, *, as_arrow: Literal[False] = ...) -> "pd.DataFrame": ...
@overload
def read_table(run: str | Path, name: str, *, as_arrow: Literal[True]) -> pa.Table: ...
def read_table(run: str | Path, name: str, *, as_arrow: bool = False) -> "pd.DataFrame | pa.Table":
    """Read one table of a run as a pandas DataFrame, or as an Arrow table.

    Only committed shards are read, in document order. Dates are `datetime.date` objects, missing values None or NaN.
    Raises RunError for a folder that is no run and a table that does not exist.
    """
    check_table(name)
    folder = Path(run)
    read_manifest(folder)
    shards = sorted(path.stem for path in (folder / COMMITS).glob("*.json"))
    paths = [path for shard in shards if (path := folder / name / f"{shard}.parquet").exists()]
    parts = [_read_part(path, TABLES[name]) for path in paths]
    table = pa.concat_tables(parts) if parts else TABLES[name].empty_table()
    return table if as_arrow else table.to_pandas()


def _read_part(path: Path, schema: pa.Schema) -> pa.Table:
    """Read one file of a table; columns that it lacks, written before there were such, are null.

    In this thread alone: one of Arrow's that still lets go of the bytes while Python ends aborts the whole program.
    """
    table = pq.ParquetFile(pa.BufferReader(path.read_bytes())).read(use_threads=False)
    rows, names = table.num_rows, set(table.column_names)
    columns = [table[f.name].cast(f.type) if f.name in names else pa.nulls(rows, f.type) for f in schema]
    return pa.table(columns, schema=schema)
