"""The files that the inputs of a run name."""

import os
from collections.abc import Sequence
from pathlib import Path

from pipeline.errors import InputError


def list_files(inputs: Sequence[str]) -> list[Path]:
    """Give the files that the inputs name: files as they are, folders with all they hold, sorted, hidden ones left out.

    Raises InputError for an input that does not exist and a folder that cannot be read. `-` is left to `read_pages`.
    """
    files: list[Path] = []
    for name in inputs:
        path = Path(name)
        if name == "-":
            files.append(path)
        elif path.is_dir():
            files.extend(_walk(path))
        elif path.exists():
            files.append(path)
        else:
            raise InputError(f"input {name!r} does not exist; check the path")
    return files


def _walk(top: Path) -> list[Path]:
    """List the files in a folder, sorted; linked folders are followed, but no folder is read twice."""
    found: list[Path] = []
    waiting, seen = [top], set[str]()
    for start in waiting:  # links come behind the folders that lie there themselves
        for at, folders, files in os.walk(start, onerror=_refuse):
            real = os.path.realpath(at)
            folders[:] = sorted(name for name in folders if real not in seen and not name.startswith("."))
            if real not in seen:
                seen.add(real)
                found.extend(Path(at, name) for name in files if not name.startswith("."))
                waiting.extend(link for name in folders if (link := Path(at, name)).is_symlink())
    return sorted(found)


def _refuse(error: OSError) -> None:
    raise InputError(f"folder {error.filename} cannot be read: {error.strerror}; change its rights, or leave it out")
