"""The work on one shard: pages in, committed tables out."""

import gc
import hashlib
import json
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import FrameType
from typing import Any, Final

from pipeline.config import Config
from pipeline.document import Document
from pipeline.errors import DocumentError, WorkerError
from pipeline.events.ontology import load_ontology
from pipeline.sources.load import load_page
from pipeline.sources.page import Page
from pipeline.stages import Stage, build_stages
from pipeline.tables.rows import Codes, Rows, add_document, empty_rows
from pipeline.tables.write import commit_shard

_BATCH_CHARS: Final = 400_000  # stages see documents of about this many characters at a time


@dataclass(frozen=True, slots=True)
class ShardResult:
    """What a shard gave: counts of pages, document rows, pages that failed, tokens and event mentions."""

    shard: str
    pages: int
    documents: int
    failed: int
    tokens: int
    events: int


def shard_digest(pages: Sequence[Page]) -> str:
    """Give a digest of the input of a shard, by which a resumed run knows it again."""
    digest = hashlib.sha256()
    for page in pages:
        head = (
            page.location,
            page.uri,
            page.kind,
            page.doc_id,
            page.title,
            str(page.published),
            page.source,
            page.error,
            page.repeat,
        )
        digest.update(json.dumps(head).encode())
        content = page.content if isinstance(page.content, bytes) else page.content.encode("utf-8", "surrogatepass")
        digest.update(content)
    return digest.hexdigest()


@lru_cache(maxsize=1)
def _stages(settings: str, files: tuple[tuple[str, int, int], ...]) -> list[Stage]:
    """Build the stages once in each process; what they hold is not looked through for cycles again, a tenth faster.

    files: path, time of change and size of the user's own files: with other ones the stages are built anew.
    """
    stages = build_stages(Config.from_dict(json.loads(settings)))
    gc.freeze()
    return stages


def prepare(config: Config) -> list[Stage]:
    """Give the stages of a config, built once in each process for as long as the files it names stay as they are."""
    stats = ((str(path.resolve()), path.stat()) for path in config.own_files())
    files = tuple((path, stat.st_mtime_ns, stat.st_size) for path, stat in stats)
    return _stages(json.dumps(config.to_dict(), sort_keys=True), files)


def event_codes(config: Config) -> Codes:
    """Give the PLOVER and CAMEO code of each event type."""
    folder = Path(config.events.ontology) if config.events.ontology else None
    return {name: (kind.plover, kind.cameo) for name, kind in load_ontology(folder).types.items()}


def run_shard(shard: str, pages: Sequence[Page], config: Config, out: Path, killers: frozenset[int]) -> ShardResult:
    """Do all the work on one shard and commit its tables.

    killers: positions of pages that are known to kill or stall a worker; they become rows of `errors` untouched.
    """
    rows = empty_rows()
    documents, failed = process_pages(pages, config, rows, killers)
    result = ShardResult(shard, len(pages), len(rows["documents"]), failed, sum(len(d.tokens) for d in documents),
                         len(rows["event_mentions"]))  # fmt: skip
    facts = {
        "digest": shard_digest(pages),
        "pages": result.pages,
        "documents": result.documents,
        "failed": result.failed,
        "tokens": result.tokens,
        "events": result.events,
    }
    commit_shard(out, shard, rows, facts)
    return result


def probe_pages(pages: Sequence[Page], config: Config) -> int:
    """Process pages and throw the result away, to see whether the worker survives them."""
    process_pages(pages, config, empty_rows(), frozenset())
    return len(pages)


def process_pages(
    pages: Sequence[Page], config: Config, rows: Rows, killers: frozenset[int]
) -> tuple[list[Document], int]:
    """Turn pages into rows; give the documents and how many pages failed."""
    stages = prepare(config)
    codes = event_codes(config)
    done: list[Document] = []
    failed = 0
    for batch in _batches(pages, killers, config, rows):
        if isinstance(batch, int):
            failed += batch
            continue
        good, bad = _run_stages(batch, stages, config, rows)
        failed += bad
        for doc in good:
            add_document(rows, doc, codes)
        done.extend(good)
    return done, failed


def _batches(
    pages: Sequence[Page], killers: frozenset[int], config: Config, rows: Rows
) -> Iterator[list[Document] | int]:
    """Give batches of loaded documents in order, and the number of pages that failed among them."""
    batch: list[Document] = []
    size = 0
    for number, page in enumerate(pages):
        try:
            if number in killers:
                raise WorkerError(
                    f"{page.location} kills or stalls the process that works on it "
                    f"(limit {config.document_seconds:g} s); "
                    f"leave it out, or raise document_seconds and give --overwrite",
                    doc_id=page.doc_id,
                    stage="worker",
                )
            if page.kind == "error":
                add_error(rows, page.uri, page.doc_id, "read", page.error or "DocumentError", str(page.content))
                yield 1
                continue
            with _time_limit(config.document_seconds, page):
                doc = load_page(page, config.read)
        except Exception as error:  # one bad page costs one row of errors, whatever is wrong with it
            known = isinstance(error, DocumentError)
            message = (
                str(error) if known else f"{page.location}: {error}; the page is left out, the others are not affected"
            )
            add_error(rows, page.uri, page.doc_id, getattr(error, "stage", "read"), type(error).__name__, message)
            yield 1
            continue
        batch.append(doc)
        size += len(doc.text)
        if size >= _BATCH_CHARS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def add_error(rows: Rows, uri: str, doc_id: str | None, stage: str, error: str, message: str) -> None:
    """Append a row of `errors`; what Parquet cannot hold is replaced."""
    clean = [None if s is None else s.encode("utf-8", "replace").decode() for s in (uri, doc_id, message)]
    rows["errors"].append({"uri": clean[0], "doc_id": clean[1], "stage": stage, "error": error, "message": clean[2]})


def _run_stages(
    docs: list[Document], stages: Sequence[Stage], config: Config, rows: Rows
) -> tuple[list[Document], int]:
    """Run the stages over a batch; where that fails, over each of its documents, so that one bad page costs one row."""
    try:
        with _time_limit(config.document_seconds * max(1, len(docs)) ** 0.5, None):
            return _through(docs, stages), 0
    except Exception as error:  # a failed document becomes a row of errors, as a page that cannot be loaded does above
        if len(docs) == 1:
            doc = docs[0]
            stage = getattr(error, "stage", None) or _failing_stage(error)
            message = f"{doc.uri}: {type(error).__name__}: {error}; the page is left out, the others are not affected"
            add_error(rows, doc.uri, doc.doc_id, stage, type(error).__name__, message)
            return [], 1
    good: list[Document] = []
    failed = 0
    for doc in docs:
        kept, bad = _run_stages([doc], stages, config, rows)
        good.extend(kept)
        failed += bad
    return good, failed


def _through(docs: list[Document], stages: Sequence[Stage]) -> list[Document]:
    for stage in stages:
        try:
            docs = stage(docs)
        except Exception as error:
            error.add_note(stage.name)
            raise
    return docs


def _failing_stage(error: Exception) -> str:
    notes: list[str] = getattr(error, "__notes__", [])
    return notes[0] if notes else "run"


@contextmanager
def _time_limit(seconds: float, page: Page | None) -> Iterator[None]:
    """Raise WorkerError in this process after some seconds of work."""

    def stop(signum: int, frame: FrameType | None) -> Any:
        where = page.location if page else "the page"
        raise WorkerError(
            f"{where} takes longer than {seconds:g} s; leave it out, or raise document_seconds and give --overwrite",
            stage="worker",
        )

    try:
        old = signal.signal(signal.SIGALRM, stop)
    except ValueError:  # not in the main thread: the limit of the pool alone holds
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
