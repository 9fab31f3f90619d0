"""Files, folders and standard input as a stream of pages, in a fixed order.

A page that cannot be had (a broken line, an unknown kind of file) is still a page, of kind `error`, so that every
input can be counted. Text stays undecoded where a whole file is one page: workers decode it.
"""

import gzip
import io
import lzma
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, Final, cast

from pipeline.config import ReadConfig
from pipeline.sources.files import list_files
from pipeline.sources.formats import READERS, read_jsonl, read_text
from pipeline.sources.load import text_id
from pipeline.sources.page import Page, error_page, writable

_COMPRESSED: Final[dict[str, Callable[..., Any]]] = {".gz": gzip.open, ".xz": lzma.open}


def read_pages(inputs: Sequence[str], config: ReadConfig) -> Iterator[Page]:
    """Give every page of the inputs, with ids that are unique in the run.

    What has no id gets one here if it is text. HTML is read by the workers, so an address that comes again is taken for
    an id that does. Warns of repeated ids, of dates that cannot be read, of columns that no record has, and of inputs
    without a page.
    """
    listed = [(name, list_files([name])) for name in inputs]
    stems = Counter(_stem(path) for _, files in listed for path in files)
    seen: Counter[str] = Counter()
    addresses: Counter[str] = Counter()
    remarks = _Remarks([name for name, files in listed if not files])
    for path in (path for _, files in listed for path in files):
        began = False
        for page in _name_pages(path, config, stems):
            began, doc_id = True, page.doc_id
            if doc_id is None and page.kind == "html":
                addresses[page.uri] += 1
                page = replace(page, repeat=addresses[page.uri])
            elif doc_id is not None and page.kind != "error":
                seen[doc_id] += 1
                while seen[doc_id] > 1:
                    doc_id = f"{doc_id}#{seen[doc_id]}"
                    seen[doc_id] += 1
            remarks.note(page, page.repeat > 1 or doc_id != page.doc_id)
            yield replace(page, doc_id=doc_id)
        if not began:
            remarks.bare.append(str(path))
    remarks.tell()


class _Remarks:
    """What is worth a warning when all pages are read. folders: inputs without a file."""

    def __init__(self, folders: list[str]) -> None:
        self.folders = folders
        self.bare: list[str] = []  # files without a page
        self.repeated = self.dates = 0  # ids or addresses that stood in the input before, dates that could not be read
        self.id = self.date = ""  # the first of each
        self.lacking: frozenset[str] | None = None  # columns that the settings name and no record had so far

    def note(self, page: Page, repeated: bool) -> None:
        if repeated:
            self.repeated, self.id = self.repeated + 1, self.id or page.doc_id or page.uri
        if page.bad_date is not None:
            self.dates, self.date = self.dates + 1, self.date or page.bad_date
        if page.lacking is not None:
            self.lacking = page.lacking if self.lacking is None else self.lacking & page.lacking

    def tell(self) -> None:
        told = []
        if self.folders:
            told.append(f"no page in {', '.join(self.folders)}; Rasd reads {' '.join(READERS)}")
        if self.bare:
            more = f" and {len(self.bare) - 3} more files" if len(self.bare) > 3 else ""
            told.append(f"no page in {', '.join(self.bare[:3])}{more}: no row or record there is one")
        if self.repeated:
            told.append(
                f"{self.repeated} pages have an id or address that stood in the input before, as "
                f"{self.id!r}; #2, #3 and so on stand behind the id now"
            )
        if self.dates:
            told.append(
                f"{self.dates} pages have a date that cannot be read, as {self.date!r}, and so no publish "
                f"date; write dates as 2026-11-23"
            )
        if self.lacking:
            names = ", ".join(map(repr, sorted(self.lacking)))
            told.append(f"no record has a column {names}; mend --date-column and the like, or the settings of [read]")
        for message in told:
            warnings.warn(message, stacklevel=3)


def _name_pages(path: Path, config: ReadConfig, stems: Mapping[str, int]) -> Iterator[Page]:
    """Give the pages of a file, each with its id as far as that can be told before HTML is read."""
    for page in _read_file(path, config):
        page, doc_id = replace(page, uri=writable(page.uri)), page.doc_id
        if doc_id is None and page.location == str(path) and stems[_stem(path)] == 1:
            doc_id = _stem(path)
        if doc_id is None and page.kind == "text":
            doc_id = text_id(page, config)
        yield replace(page, doc_id=doc_id and writable(doc_id))


def _stem(path: Path) -> str:
    name, suffixes = _split_name(path)
    return name if suffixes[0] in READERS else path.name


def _split_name(path: Path) -> tuple[str, tuple[str, str]]:
    """Give the bare name, the ending that tells the kind and the ending that tells the compression."""
    name, packed = path.name, ""
    lower = name.lower()
    for ending in (*_COMPRESSED, ".zst"):
        if lower.endswith(ending):
            name, packed = name[: -len(ending)], ending
            break
    suffix = Path(name).suffix
    return name[: len(name) - len(suffix)] or name, (suffix.lower(), packed)


def _read_file(path: Path, config: ReadConfig) -> Iterator[Page]:
    if str(path) == "-":
        yield from _read_stdin(config)
        return
    location = str(path)
    if not path.is_file():
        yield error_page(location, "FormatError", f"{location} is no regular file; leave it out of the input")
        return
    _, (kind, packed) = _split_name(path)
    reader = READERS.get(kind)
    if reader is None:
        yield error_page(
            location,
            "FormatError",
            f"{location}: no reader for the ending {path.suffix!r}; Rasd reads {' '.join(READERS)}",
        )
        return
    try:
        with _open(path, packed) as stream:
            yield from reader(stream, location, config)
    except (OSError, EOFError, lzma.LZMAError, ValueError, _zstd_error()) as error:
        yield error_page(
            location, "FormatError", f"{location} cannot be read further: {error}; check or repair the file"
        )


def _zstd_error() -> type[Exception]:
    import zstandard

    error: type[Exception] = zstandard.ZstdError
    return error


def _open(path: Path, packed: str) -> IO[bytes]:
    if packed == ".zst":
        return io.BufferedReader(_Zstd(path), 1 << 17)
    return cast(IO[bytes], _COMPRESSED[packed](path, "rb")) if packed else path.open("rb")


class _Zstd(io.RawIOBase):
    """The bytes of a file of zstd frames; EOFError where it ends within one, which `zstandard.open` does not tell."""

    def __init__(self, path: Path) -> None:
        import zstandard

        self._file = path.open("rb")
        self._begin = zstandard.ZstdDecompressor().decompressobj
        self._frame: Any = None
        self._packed = b""
        self._bytes = memoryview(b"")

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()
        super().close()

    def readinto(self, buffer: Any) -> int:
        while not self._bytes:
            self._packed = self._packed or self._file.read(1 << 10)
            if not self._packed and self._frame is None:
                return 0
            if not self._packed:
                raise EOFError("compressed file ended within a frame")
            self._frame = self._frame or self._begin()
            self._bytes = memoryview(self._frame.decompress(self._packed))
            self._packed = self._frame.unused_data if self._frame.eof else b""
            if self._frame.eof:
                self._frame = None
        part, self._bytes = self._bytes[: len(buffer)], self._bytes[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


def _read_stdin(config: ReadConfig) -> Iterator[Page]:
    stream = io.BufferedReader(cast(io.RawIOBase, sys.stdin.buffer), 1 << 16)
    lines = stream.peek(4096).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    yield from (read_jsonl if lines else read_text)(cast(IO[bytes], stream), "-", config)
