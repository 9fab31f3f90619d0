"""Rules and lexicons as data files, each with its source."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from pipeline.errors import ResourceError


def read_text(name: str) -> str:
    """Read the resource file `name` (a path below this folder)."""
    try:
        return files(__name__).joinpath(name).read_text(encoding="utf-8")
    except OSError as error:
        raise ResourceError(f"resource {name!r} cannot be read: {error}; reinstall rasd") from error


@cache
def load_toml(name: str) -> dict[str, Any]:
    """Read a TOML resource once."""
    try:
        return tomllib.loads(read_text(name))
    except tomllib.TOMLDecodeError as error:
        raise ResourceError(f"resource {name!r} is no TOML: {error}; mend the file") from error


@cache
def load_words(name: str, table: str, key: str) -> frozenset[str]:
    """Read a list of words, written as one string with blanks between them, of a table of a TOML resource."""
    return frozenset(load_toml(name)[table][key].split())


@cache
def load_rows(name: str) -> tuple[tuple[str, ...], ...]:
    """Read a TSV resource once: rows of fields, without blank lines and lines that begin with `#`."""
    lines = read_text(name).splitlines()
    return tuple(tuple(line.split("\t")) for line in lines if line.strip() and not line.startswith("#"))
