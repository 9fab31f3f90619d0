"""How each format of files gives pages: text, HTML, JSON lines, tables, Parquet and WARC."""

import csv
import io
import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any, Final, cast

from pipeline.config import ReadConfig
from pipeline.errors import DecodeError
from pipeline.resources import load_toml
from pipeline.sources.dates import is_no_date, parse_date
from pipeline.sources.decode import decode, detect_encoding
from pipeline.sources.page import Page, error_page

# stream, location (see `Page`), settings -> pages
Reader = Callable[[IO[bytes], str, ReadConfig], Iterator[Page]]


def read_text(stream: IO[bytes], location: str, config: ReadConfig) -> Iterator[Page]:
    """Give the one page of a text."""
    yield _read_whole(stream, location, config, "text")


def _read_html(stream: IO[bytes], location: str, config: ReadConfig) -> Iterator[Page]:
    yield _read_whole(stream, location, config, "html")


def _read_whole(stream: IO[bytes], location: str, config: ReadConfig, kind: str) -> Page:
    limit = config.max_chars * 4 + 4
    raw = stream.read(limit + 1)
    if len(raw) > limit:
        return _too_long(location, config)
    return Page(location, location, kind, raw)


def _too_long(location: str, config: ReadConfig) -> Page:
    return error_page(
        location,
        "TooLongError",
        f"{location} is longer than {config.max_chars} characters; split it or raise read.max_chars",
    )


def _decoded_lines(stream: IO[bytes], location: str, limit: int) -> Iterator[tuple[int, str | Page]]:
    """Give (1-based number, line) of a text file, or an error page for a line that is no text or too long."""
    head = stream.read(1 << 16)
    encoding = detect_encoding(head)
    source: IO[bytes] = cast(IO[bytes], _Rejoined(head, stream))
    if encoding is not None and encoding != "utf-8-sig":
        # Line ends of UTF-16 are no bytes of their own, so the whole is decoded as one stream.
        reader = io.TextIOWrapper(io.BufferedReader(cast(io.RawIOBase, source)), encoding=encoding, newline="\n")
        yield from enumerate(reader, start=1)
        return
    buffered = io.BufferedReader(cast(io.RawIOBase, source), 1 << 20)
    offset = number = 0
    while raw := buffered.readline(limit):
        number += 1
        start, offset = offset, offset + len(raw)
        if len(raw) >= limit and not raw.endswith(b"\n"):
            while (more := buffered.readline(limit)) and not more.endswith(b"\n"):
                offset += len(more)
            offset += len(more)
            yield (
                number,
                error_page(f"{location}#{number}", "TooLongError", f"{location}#{number} is above the size limit"),
            )
            continue
        try:
            yield number, decode(raw, f"{location}#{number}", start)
        except DecodeError as error:
            yield number, error_page(f"{location}#{number}", "DecodeError", str(error))


class _Rejoined(io.RawIOBase):
    """A byte stream whose beginning was read already."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._head:
            part, self._head = self._head[: len(buffer)], self._head[len(buffer) :]
        else:
            part = self._rest.read(len(buffer))
        buffer[: len(part)] = part
        return len(part)


def read_jsonl(stream: IO[bytes], location: str, config: ReadConfig) -> Iterator[Page]:
    """Give a page for every line that is not blank."""
    for number, line in _decoded_lines(stream, location, config.max_chars * 12 + 4096):
        where = f"{location}#{number}"
        if isinstance(line, Page):
            yield line
            continue
        if not line.strip():
            continue
        try:
            record = json.loads(line.lstrip("\ufeff"))
        except (ValueError, RecursionError) as error:  # ValueError also for numbers of thousands of digits
            yield error_page(where, "FormatError", f"{where} is no JSON: {error}; mend the line")
            continue
        if isinstance(record, dict):
            yield _from_record(record, where, config)
        else:
            yield error_page(where, "FormatError", f"{where} is no JSON object with a text; mend the line")


def _read_table(delimiters: str) -> Reader:
    """Give the reader of tables whose columns stand between whichever of these characters the first line has most of.

    A row with a quotation mark that opens a cell and does not close it properly is taken as a line of text without
    quoting, if its cells are as many as the columns.
    """

    def read(stream: IO[bytes], location: str, config: ReadConfig) -> Iterator[Page]:
        csv.field_size_limit(2**31 - 1)
        bad: list[Page] = []
        waiting: deque[tuple[int, str | Page]] = deque()  # lines that were read too far
        record: list[tuple[int, str]] = []  # those of the row that is being read
        limit = config.max_chars * 8 + 4096
        source = _decoded_lines(stream, location, limit)

        def lines() -> Iterator[str]:
            size = 0
            while size <= limit and (found := waiting.popleft() if waiting else next(source, None)) is not None:
                number, line = found
                if isinstance(line, Page):
                    bad.append(line)
                    line = "\n"
                size += len(line)
                record.append((number, line.lstrip("\ufeff") if number == 1 else line))
                yield record[-1][1]

        header: list[str] = []
        delimiter = delimiters[0]
        while True:
            record.clear()
            try:
                row = next(csv.reader(lines(), delimiter=delimiter, strict=True), None)
                number = record[-1][0] if record else 0
            except csv.Error as error:
                (number, line), *rest = record
                waiting.extendleft(reversed(rest))
                row = line.rstrip("\r\n").split(delimiter)
                if len(row) != len(header):
                    where = f"{location}#{number}"
                    yield error_page(where, "FormatError", f"{where}: {error}; close the quotation marks of the row")
                    continue
            yield from bad
            bad.clear()
            if row is None:
                return
            if not row:
                continue
            if not header:
                delimiter = max(delimiters, key=record[0][1].count)
                header = next(csv.reader([line for _, line in record], delimiter=delimiter))
                continue
            cells = {name: cell for name, cell in zip(header, row, strict=False) if name}
            yield _from_record(cells, f"{location}#{number}", config)

    return read


def _read_parquet(stream: IO[bytes], location: str, config: ReadConfig) -> Iterator[Page]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(
            stream if stream.seekable() and isinstance(stream, io.BufferedReader) else io.BytesIO(stream.read())
        )
        number = 0
        for batch in file.iter_batches(batch_size=1000):
            for record in batch.to_pylist():
                number += 1
                yield _from_record(record, f"{location}#{number}", config)
    except (pa.ArrowException, OSError) as error:
        yield error_page(
            location, "FormatError", f"{location} cannot be read as Parquet: {error}; check or repair the file"
        )


def _read_warc(stream: IO[bytes], location: str, config: ReadConfig) -> Iterator[Page]:
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    try:
        for number, record in enumerate(ArchiveIterator(_Unended(stream)), start=1):
            kind = _warc_kind(record)
            if kind is None:
                continue
            where = f"{location}#{number}"
            raw = record.content_stream().read(config.max_chars * 4 + 5)
            uri = record.rec_headers.get_header("WARC-Target-URI") or where
            if _cut_off(record):
                yield error_page(
                    where, "FormatError", f"{where} ends before its record does; fetch or repair the end of the file"
                )
            elif len(raw) > config.max_chars * 4 + 4:
                yield _too_long(where, config)
            else:
                yield Page(where, uri, kind, raw, source=_host(uri))
    except ArchiveLoadFailed as error:
        yield error_page(
            location, "FormatError", f"{location} cannot be read as WARC: {error}; check or repair the file"
        )


class _Unended:
    """A stream whose end before its time is an OSError; warcio takes an EOFError for the end of the archive."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        try:
            return self._stream.read(size)
        except EOFError as error:
            raise OSError(str(error)) from error


def _warc_kind(record: Any) -> str | None:
    """Tell what a record holds: an HTML page, its text, or nothing that is a page."""
    if record.rec_type == "conversion":
        return "text"
    if record.rec_type != "response" or record.http_headers is None:
        return None
    if not record.http_headers.get_statuscode().startswith("2"):  # moved, missing or refused
        return None
    return "html" if "html" in (record.http_headers.get_header("Content-Type") or "").lower() else None


def _cut_off(record: Any) -> bool:
    """Tell whether the file ends before a record has all the bytes that it states; reads it to its end."""
    while record.raw_stream.read(1 << 16):
        pass
    left = getattr(record.raw_stream, "limit", 0)  # of warcio's LimitReader: the bytes still to come
    return isinstance(left, int) and left > 0


def _host(uri: str) -> str | None:
    from urllib.parse import urlsplit

    try:
        return urlsplit(uri).hostname
    except ValueError:
        return None


def _plain(name: str) -> str:
    return "".join(c for c in name.casefold() if c not in " _-")


def find_column(record: Mapping[str, Any], role: str, given: str | None) -> str | None:
    """Name the column of a record that holds `role` (`text`, `title`, `date`, `id`, `url` or `source`)."""
    if given is not None:
        return given if given in record else None
    known = {_plain(name): name for name in reversed(list(record))}
    synonyms: list[str] = load_toml("sources/columns.toml")[role]
    return next((known[_plain(s)] for s in synonyms if _plain(s) in known), None)


def _from_record(record: Mapping[str, Any], where: str, config: ReadConfig) -> Page:
    def value(role: str, given: str | None) -> Any:
        column = find_column(record, role, given)
        return record[column] if column is not None else None

    def string(role: str, given: str | None) -> str | None:
        found = value(role, given)
        return None if found is None or str(found).strip() == "" else str(found)

    text, title = value("text", config.text_column), value("title", config.title_column)
    uri = string("url", config.url_column) or where
    if text is None and not isinstance(title, str):
        if (column := find_column(record, "text", config.text_column)) is not None:
            return error_page(where, "EmptyError", f"{where}: the column {column!r} is empty; fill it or leave it out")
        names = ", ".join(map(str, list(record)[:12]))
        return error_page(
            where, "FormatError", f"{where}: no text among the columns {names}; name it with --text-column"
        )
    if text is not None and not isinstance(text, str):
        return error_page(
            where, "FormatError", f"{where}: the text is no string but {type(text).__name__}; mend the record"
        )
    if text is not None and len(text) > config.max_chars:
        return _too_long(where, config)
    stated = value("date", config.date_column)
    published = parse_date(stated)
    named = (config.id_column, config.date_column, config.title_column, config.url_column, config.source_column)
    return Page(
        where,
        uri,
        "text",
        text or "",
        doc_id=string("id", config.id_column),
        title=title if isinstance(title, str) and title.strip() else None,
        published=published,
        source=string("source", config.source_column),
        bad_date=str(stated)[:40] if published is None and not is_no_date(stated) else None,
        lacking=frozenset(name for name in named if name is not None and name not in record),
    )


READERS: Final[dict[str, Reader]] = {
    ".txt": read_text,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".csv": _read_table(",;\t"),
    ".tsv": _read_table("\t"),
    ".parquet": _read_parquet,
    ".html": _read_html,
    ".htm": _read_html,
    ".warc": _read_warc,
    ".wet": _read_warc,
}
