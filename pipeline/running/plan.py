"""What a run is: its manifest, its shards, and what of it is done already."""

import fcntl
import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from pipeline.config import Config
from pipeline.errors import RunError
from pipeline.models import model_digests
from pipeline.running.shard import shard_digest
from pipeline.schema import TABLES
from pipeline.sources.page import Page
from pipeline.sources.read import read_pages
from pipeline.tables.read import MANIFEST, read_manifest
from pipeline.tables.write import COMMITS, remove_uncommitted, write_json

_PACKAGES: Final = ("rasd", "camel-tools", "numpy", "onnxruntime", "pyarrow", "trafilatura", "hijridate")
# Settings with which a run is gone on with: how fast it goes, and when a page that is not done yet is given up.
_NOT_IDENTITY: Final = ("workers", "document_seconds")
_IDLE: Final = ("training", "_models", "__pycache__")  # parts of the package that no run reads, or that `models` tells
_FIRST_SHARD: Final = 32
_SHARD_CHARS: Final = 4_000_000


@dataclass(frozen=True, slots=True)
class Shard:
    """A stretch of the input: its name (which sorts in input order) and its pages."""

    name: str
    pages: tuple[Page, ...]


def cut_shards(inputs: Sequence[str], config: Config) -> Iterator[Shard]:
    """Cut the pages of the inputs into shards, the same however many workers there are.

    The first shards are small, so that a small input keeps all workers busy; they double, two by two, up to
    `shard_size` pages or some millions of characters.
    """
    number = 0
    pages: list[Page] = []
    chars = 0
    for page in read_pages(inputs, config.read):
        pages.append(page)
        chars += len(page.content)
        limit = min(_FIRST_SHARD << min(number // 2, 24), config.shard_size)
        if len(pages) >= limit or chars >= _SHARD_CHARS:
            yield Shard(f"{number:06d}", tuple(pages))
            number, pages, chars = number + 1, [], 0
    if pages:
        yield Shard(f"{number:06d}", tuple(pages))


def identity(inputs: Sequence[str], config: Config) -> dict[str, Any]:
    """Give what makes a run this run: inputs, settings, models, and code with its rules.

    A folder resumes only the same identity.
    """
    settings = {k: v for k, v in config.to_dict().items() if k not in _NOT_IDENTITY}
    facts = {
        "inputs": list(inputs), "settings": settings, "models": model_digests(config),
        "program": digest_program(Path(__file__).parents[1]),
    }  # fmt: skip
    return json.loads(json.dumps(facts))  # type: ignore[no-any-return]


def digest_program(package: Path) -> str:
    """Give the SHA-256, in hex, of the code and rules in the folder of the package."""
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        name = path.relative_to(package)
        if path.is_file() and not set(name.parts) & set(_IDLE):
            digest.update(f"{name.as_posix()}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def open_run(out: Path, inputs: Sequence[str], config: Config, overwrite: bool) -> dict[str, Any]:
    """Make the folder of a run ready and write its manifest; give the manifest.

    A folder that holds the same run is resumed, one whose run never came to a shard is taken over. The manifest of a
    complete run stays as it is: whether its input is the same is not known yet.
    Raises RunError where it holds another run or other files.
    """
    wanted = identity(inputs, config)
    path = out / MANIFEST
    replaced, complete = overwrite and path.exists(), False
    if replaced:
        clear_run(out)
    if path.exists():
        try:
            old = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise RunError(f"{path} cannot be read: {error}; give --overwrite to start anew") from error
        different = [key for key in wanted if old.get("identity", {}).get(key) != wanted[key]]
        complete = old.get("state") == "complete"
        if different and (complete or unclaimed(out, set())):
            told = ["code or rules of Rasd" if key == "program" else key for key in different]
            raise RunError(
                f"{out} holds a run with other {' and '.join(told)}; give another --out, or --overwrite to replace it"
            )
    elif not replaced and out.exists() and any(_foreign(p.name) for p in out.iterdir()):
        raise RunError(f"{out} holds files that are no run of Rasd; give an empty or new folder")
    out.mkdir(parents=True, exist_ok=True)
    remove_uncommitted(out)
    manifest = {
        "identity": wanted,
        "settings": config.to_dict(),
        "packages": {name: _version(name) for name in _PACKAGES},
        "state": "running",
    }
    if not complete:
        write_json(path, manifest)
    for table in TABLES:
        (out / table).mkdir(exist_ok=True)
    return manifest


def _foreign(name: str) -> bool:
    """Tell whether a file of a folder without manifest is none of Rasd's: neither lock nor a manifest half written."""
    return name != ".lock" and not re.fullmatch(rf"\.{MANIFEST}\.\d+", name)


def clear_run(out: Path) -> None:
    """Remove what a run wrote into a folder, the manifest last; other files stay."""
    for name in (*TABLES, COMMITS):
        shutil.rmtree(out / name, ignore_errors=True)
    remove_uncommitted(out)
    (out / MANIFEST).unlink(missing_ok=True)


def reopen_run(out: Path, manifest: dict[str, Any]) -> None:
    """Mark a complete run that goes on over further input as running."""
    if read_manifest(out).get("state") == "complete":
        write_json(out / MANIFEST, manifest)


def close_run(out: Path, manifest: dict[str, Any], counts: dict[str, int]) -> None:
    """Mark a run complete, with its counts."""
    write_json(out / MANIFEST, {**manifest, "state": "complete", "counts": counts})


def committed(out: Path, shard: Shard) -> dict[str, Any] | None:
    """Give the commit of a shard if it is done; raise RunError if its input has changed since."""
    path = out / COMMITS / f"{shard.name}.json"
    if not path.exists():
        return None
    facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if facts["digest"] != shard_digest(shard.pages):
        raise RunError(
            f"{out}: the input of shard {shard.name} (from {shard.pages[0].location}) has changed since it was done; "
            f"give another --out, or --overwrite to start anew"
        )
    return facts


def unclaimed(out: Path, claimed: set[str]) -> list[str]:
    """Give the shards that are committed but are none of the input any more."""
    return sorted({path.stem for path in (out / COMMITS).glob("*.json")} - claimed)


@contextmanager
def lock_run(out: Path) -> Iterator[None]:
    """Keep other processes from writing into the same folder. Raises RunError where it cannot be made or is in use."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = (out / ".lock").open("w")
    except OSError as error:
        raise RunError(f"{out} cannot be written into: {error}; give another --out") from error
    with lock as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RunError(f"{out} is in use by another run; wait for it, or give another --out") from error
        yield


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
