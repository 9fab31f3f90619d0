import pytest

from pipeline.errors import DecodeError
from pipeline.sources.decode import decode

TEXT = "أعلنت وزارة الخارجية، أمس، وصول الوفد إلى «عمّان»."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1256"])
def test_encodings_of_arabic_are_read_right(encoding: str) -> None:
    assert decode(TEXT.encode(encoding), "page").removeprefix("\ufeff") == TEXT


def test_broken_utf8_names_the_byte() -> None:
    raw = TEXT.encode()
    broken = raw[:21] + b"\xff\xfe" + raw[21:]
    with pytest.raises(DecodeError, match="byte 21 "):
        decode(broken, "page")


def test_a_truncated_page_names_the_byte() -> None:
    raw = TEXT.encode() + "ن".encode()[:1]
    with pytest.raises(DecodeError, match=f"byte {len(raw) - 1} "):
        decode(raw, "page")


@pytest.mark.parametrize(
    "raw", [bytes(range(256)) * 20, b"\x89PNG\r\n\x1a\n" + b"\x00\x01\x02\x03" * 500, b"\x01\x02\x03" * 100]
)
def test_binary_is_no_text(raw: bytes) -> None:
    with pytest.raises(DecodeError):
        decode(raw, "page")


def test_a_single_nul_is_dirt_and_not_binary() -> None:
    assert decode(b"\xd9\x85\x00\xd9\x85", "page") == "م\x00م"
