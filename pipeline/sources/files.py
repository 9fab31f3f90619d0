"""The files that the inputs of a run name."""

import os
from collections.abc import Iterator, Sequence
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
            files.extend(sorted(at / file for at, inside in _walk(path) for file in inside))
        elif path.exists():
            files.append(path)
        else:
            raise InputError(f"input {name!r} does not exist; check the path")
    return files


def reaches(top: Path, folder: Path) -> bool:
    """Tell whether the files of a folder are read with those of another one, in which it lies or which links to it."""
    real = folder.resolve()
    return any(real.is_relative_to(os.path.realpath(at)) for at, _ in _walk(top))


def _walk(top: Path) -> Iterator[tuple[Path, list[str]]]:
    """Give each folder in a folder with its files; linked ones are followed, but no folder is read twice."""
    waiting, seen = [top], set[str]()
    for start in waiting:  # links come behind the folders that lie there themselves
        for at, folders, files in os.walk(start, onerror=_refuse):
            real = os.path.realpath(at)
            folders[:] = sorted(name for name in folders if real not in seen and not name.startswith("."))
            if real not in seen:
                seen.add(real)
                yield Path(at), [name for name in files if not name.startswith(".")]
                waiting.extend(link for name in folders if (link := Path(at, name)).is_symlink())


def _refuse(error: OSError) -> None:
    raise InputError(f"folder {error.filename} cannot be read: {error.strerror}; change its rights, or leave it out")
