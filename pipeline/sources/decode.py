"""Bytes to text: UTF-8, UTF-16 and windows-1256, each only where it makes sense of every byte."""

import codecs
import re
from typing import Final

from pipeline.errors import DecodeError

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE: Final = 1 << 16
# Control bytes that no text holds (tab, line ends, form feed, escape and NUL left out: dirty pages do hold them).
_CONTROLS: Final = re.compile(rb"[\x01-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_ARABIC_1256: Final = re.compile(rb"[\xc0-\xd6\xd8-\xdf\xe1\xe3-\xe6\xec\xed]")  # Arabic letters in windows-1256
_HIGH: Final = re.compile(rb"[\x80-\xff]")


def detect_encoding(sample: bytes) -> str | None:
    """Name the encoding that the beginning of a file speaks for: a byte order mark, UTF-16 by its pattern, or None.

    None means that no encoding can be told before the bytes are tried (UTF-8 first, then windows-1256).
    """
    for mark, name in _BOMS:
        if sample.startswith(mark):
            return name
    head = sample[:4096]
    if len(head) >= 8:
        # Arabic in UTF-16 has 06 (its block) or 00 (blanks, marks) in every other byte.
        for first, name in ((1, "utf-16-le"), (0, "utf-16-be")):
            high = head[first::2]
            low = head[1 - first :: 2]
            if sum(b in (0x00, 0x06) for b in high) > 0.9 * len(high) and sum(
                b in (0x00, 0x06) for b in low
            ) < 0.3 * len(low):
                return name
    return None


def decode(raw: bytes, where: str, base: int = 0) -> str:
    """Decode a page, or raise DecodeError that names the byte where it fails.

    where: for the message. base: bytes before `raw` in its file, added to the offset named.
    """
    encoding = detect_encoding(raw[:_SAMPLE])
    if encoding is not None:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError as error:
            raise _failure(where, base + error.start, encoding) from error
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if looks_like_windows_1256(raw):
            return raw.decode("cp1256")
        raise _failure(where, base + error.start, "utf-8") from error
    nuls, controls = raw.count(0), len(_CONTROLS.findall(raw))
    if nuls + controls > 0.02 * len(raw) + 8:
        first = re.search(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]", raw)
        raise _failure(where, base + (first.start() if first else 0), "utf-8")
    return text


def looks_like_windows_1256(raw: bytes) -> bool:
    """Tell whether bytes that are no UTF-8 read as Arabic in windows-1256: mostly Arabic letters, no control bytes."""
    high = len(_HIGH.findall(raw))
    if high == 0 or _CONTROLS.search(raw) or b"\x00" in raw:
        return False
    # Lead bytes of Arabic in UTF-8 (d8-db) before a continuation byte tell of UTF-8 with a broken place.
    pairs = len(re.findall(rb"[\xd8-\xdb][\x80-\xbf]", raw))
    return len(_ARABIC_1256.findall(raw)) > 0.7 * high and pairs < 0.2 * high


def _failure(where: str, offset: int, encoding: str) -> DecodeError:
    return DecodeError(
        f"{where}: byte {offset} is no {encoding} and the whole is no windows-1256 text either; "
        f"save the page as UTF-8, or remove it if it is no text"
    )
