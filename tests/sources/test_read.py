import gzip
import json
import lzma
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from pipeline.config import ReadConfig
from pipeline.document import Document
from pipeline.errors import DocumentError, InputError
from pipeline.sources.load import load_page
from pipeline.sources.read import read_pages

TEXT = "وصل الوفد إلى دمشق أمس."
CONFIG = ReadConfig()


def load(*paths: Path, config: ReadConfig = CONFIG) -> list[Document | DocumentError | str]:
    """Give for each page its document, the error that loading raises, or the error class of an error page."""
    found: list[Document | DocumentError | str] = []
    for page in read_pages([str(p) for p in paths], config):
        if page.kind == "error":
            found.append(page.error or "")
            continue
        try:
            found.append(load_page(page, config))
        except DocumentError as error:
            found.append(error)
    return found


@pytest.mark.parametrize(
    ("ending", "pack"),
    [
        ("", bytes),
        (".gz", gzip.compress),
        (".xz", lzma.compress),
        (".zst", lambda b: zstandard.ZstdCompressor().compress(b)),
    ],
)
def test_text_files_are_read_plain_and_compressed(tmp_path: Path, ending: str, pack) -> None:
    path = tmp_path / f"page.txt{ending}"
    path.write_bytes(pack(TEXT.encode()))
    (doc,) = load(path)
    assert isinstance(doc, Document)
    assert (doc.doc_id, doc.text, doc.uri) == ("page", TEXT, str(path))


def test_a_file_of_several_packed_parts_is_read_to_its_end_and_one_cut_off_is_an_error(tmp_path: Path) -> None:
    rows = [json.dumps({"id": name, "text": f"زار الوفد {name} ظفار."}).encode() + b"\n" for name in ("a", "b", "c")]
    for ending, pack in ((".gz", gzip.compress), (".xz", lzma.compress), (".zst", zstandard.ZstdCompressor().compress)):
        path = tmp_path / f"rows.jsonl{ending}"
        path.write_bytes(b"".join(map(pack, rows)))
        assert [d.doc_id for d in load(path) if isinstance(d, Document)] == ["a", "b", "c"]
        path.write_bytes(b"".join(map(pack, rows))[:-3])
        assert load(path)[-1] == "FormatError"


def test_columns_are_found_by_their_usual_names(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    row = {"Article_ID": 7, "Headline": "عنوان", "maintext": TEXT, "pub_date": "2023-09-11T01:00:00+03:00", "link": "http://x/1",
           "publisher": "الشرق"}  # fmt: skip
    path.write_text(json.dumps(row, ensure_ascii=False) + "\n\n", encoding="utf-8")
    (doc,) = load(path)
    assert isinstance(doc, Document)
    assert (doc.doc_id, doc.title, doc.published, doc.uri, doc.source) == (
        "7", "عنوان", date(2023, 9, 11), "http://x/1", "الشرق",
    )  # fmt: skip
    assert doc.text == f"عنوان\n{TEXT}"


def test_given_columns_win(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'text,mine\nلا,"{TEXT}"\n', encoding="utf-8-sig")
    (doc,) = load(path, config=ReadConfig(text_column="mine"))
    assert isinstance(doc, Document)
    assert doc.text == TEXT


def test_tsv_and_parquet_give_the_same_records(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text(f"id\ttext\tdate\n1\t{TEXT}\t2024-01-02\n", encoding="utf-8")
    pq.write_table(pa.table({"id": ["1"], "text": [TEXT], "date": [date(2024, 1, 2)]}), tmp_path / "b.parquet")
    with pytest.warns(UserWarning, match="1 pages have an id or address that stood in the input before, as '1'"):
        first, second = load(tmp_path / "a.tsv", tmp_path / "b.parquet")
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert (first.text, first.published) == (second.text, second.published)
    assert (first.doc_id, second.doc_id) == ("1", "1#2")


def test_a_csv_cell_may_hold_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f'id,text\r\n1,"سطر أول\r\nسطر ثان"\r\n2,{TEXT}\r\n'.encode())
    first, second = load(path)
    assert isinstance(first, Document)
    assert first.text == "سطر أول\r\nسطر ثان"
    assert isinstance(second, Document)


def test_a_jsonl_file_in_utf16_and_in_windows_1256(tmp_path: Path) -> None:
    line = json.dumps({"text": TEXT}, ensure_ascii=False) + "\n"
    (tmp_path / "a.jsonl").write_bytes(line.encode("utf-16"))
    (tmp_path / "b.jsonl").write_bytes(line.encode("cp1256"))
    assert [d.text for d in load(tmp_path) if isinstance(d, Document)] == [TEXT, TEXT]


def test_html_gives_main_text_title_and_date(pages: Path) -> None:
    (doc,) = load(pages / "summit.html")
    assert isinstance(doc, Document)
    assert doc.title == "قمة ثلاثية في أثينا الشهر المقبل"
    assert doc.published == date(2025, 6, 22)
    assert doc.text.startswith(doc.title + "\n")
    assert "الأكثر قراءة" not in doc.text


def warc_record(kind: str, uri: str, payload: bytes) -> bytes:
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {uri}\r\nContent-Length: {len(payload)}\r\n\r\n"
    return head.encode() + payload + b"\r\n\r\n"


def test_warc_and_wet_records_are_pages(tmp_path: Path, pages: Path) -> None:
    answer = (
        b"HTTP/1.0 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + (pages / "protest.html").read_bytes()
    )
    image = b"HTTP/1.0 200 OK\r\nContent-Type: image/png\r\n\r\n\x89PNG"
    records = [
        warc_record("response", "http://x.org/p", answer),
        warc_record("response", "http://x.org/i", image),
        warc_record("conversion", "http://x.org/t", TEXT.encode()),
    ]
    (tmp_path / "crawl.warc.gz").write_bytes(b"".join(gzip.compress(r) for r in records))
    html, text = load(tmp_path / "crawl.warc.gz")
    assert isinstance(html, Document)
    assert isinstance(text, Document)
    assert (html.uri, text.uri, text.text) == ("http://x.org/p", "http://x.org/t", TEXT)
    assert "تظاهر" in html.text


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("empty.txt", b"", "EmptyError"),
        ("blank.txt", b" \n\t ", "EmptyError"),
        ("latin.txt", b"nothing Arabic here", "NoArabicError"),
        ("broken.txt", "مرحبا".encode() + b"\xff\xff" + "بكم في الموقع".encode(), "DecodeError"),
        ("binary.txt", b"\x00\x01\x02\x03\x04" * 300, "DecodeError"),
        ("a.pdf", b"%PDF-1.7", "FormatError"),
        ("a.jsonl", b'{"text": "\xd9\x85', "FormatError"),
        ("b.jsonl", b"[1, 2]", "FormatError"),
        ("c.jsonl", b'{"text": 5}', "FormatError"),
        ("d.jsonl", b'{"nothing": "x"}', "FormatError"),
        ("e.jsonl", b'{"id": "a", "text": null}', "EmptyError"),
        ("a.parquet", b"PAR1 no more", "FormatError"),
        ("a.txt.gz", b"\x1f\x8b\x08 broken", "FormatError"),
        ("a.txt.zst", b"no zstd", "FormatError"),
        ("a.html", b"<html><body></body></html>", "EmptyError"),
    ],
)
def test_a_page_that_fails_is_one_error_that_says_where(tmp_path: Path, name: str, content: bytes, error: str) -> None:
    (tmp_path / name).write_bytes(content)
    (found,) = load(tmp_path / name)
    assert error == (found if isinstance(found, str) else type(found).__name__)
    if isinstance(found, DocumentError):
        assert name in str(found)


def test_one_bad_line_leaves_the_others(tmp_path: Path) -> None:
    good = json.dumps({"text": TEXT}, ensure_ascii=False).encode()
    (tmp_path / "a.jsonl").write_bytes(b"\n".join([good, b"{bad", good[:20] + b"\xff" + good[20:], good]))
    found = load(tmp_path / "a.jsonl")
    assert [f if isinstance(f, str) else type(f).__name__ for f in found] == [
        "Document",
        "FormatError",
        "DecodeError",
        "Document",
    ]


def test_lone_surrogates_are_replaced_one_for_one(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "وصل\\ud800 الوفد"}', encoding="utf-8")
    (doc,) = load(tmp_path / "a.jsonl")
    assert isinstance(doc, Document)
    assert doc.text == "وصل\ufffd الوفد"


def test_pages_above_the_limit_are_errors(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("كلمة " * 100, encoding="utf-8")
    (tmp_path / "b.jsonl").write_text(json.dumps({"text": "كلمة " * 100}), encoding="utf-8")
    small = ReadConfig(max_chars=50)
    assert [f if isinstance(f, str) else type(f).__name__ for f in load(tmp_path, config=small)] == ["TooLongError"] * 2


def test_an_input_that_does_not_exist_is_bad_usage() -> None:
    with pytest.raises(InputError, match="nowhere"):
        list(read_pages(["nowhere"], CONFIG))


def test_ids_without_an_id_column_are_digests_and_stable(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        json.dumps({"text": TEXT}) * 1 + "\n" + json.dumps({"text": TEXT}), encoding="utf-8"
    )
    first, second = load(tmp_path / "a.jsonl")
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert len(first.doc_id) == 16
    assert first.doc_id != second.doc_id
    assert [d.doc_id for d in load(tmp_path / "a.jsonl") if isinstance(d, Document)] == [first.doc_id, second.doc_id]


@pytest.mark.parametrize(
    "rest",
    [
        "<footer>© 2019 جميع الحقوق محفوظة</footer>", "<p>وكان الاتفاق قد وقع في 12/05/2008 في القاهرة.</p>",
        "<p>صرح بذلك للصحفيين في عام 2021 أيضا.</p>",
    ],
)  # fmt: skip
def test_a_date_inside_the_text_of_a_page_is_not_the_date_of_the_page(tmp_path: Path, rest: str) -> None:
    article = "<p>" + "وصل الوفد إلى دمشق أمس وبحث مع الوزير سبل التعاون بين البلدين. " * 4 + "</p>"
    time = '<time datetime="2023-02-01">1 فبراير</time>'
    for name, before, published in (("a", "", None), ("b", time, date(2023, 2, 1))):
        (tmp_path / f"{name}.html").write_text(
            f"<html><body><article>{before}{article}{rest}</article></body></html>", encoding="utf-8"
        )
        (doc,) = load(tmp_path / f"{name}.html")
        assert isinstance(doc, Document)
        assert doc.published == published


def test_what_no_file_can_hold_is_replaced_everywhere(tmp_path: Path) -> None:
    row = {"id": "x\ud83d", "text": f"{TEXT}\ud83d", "title": "خبر\ud83d", "source": "موقع\ud83d", "url": "u\ud83d"}
    (tmp_path / "a.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    (doc,) = load(tmp_path / "a.jsonl")
    assert isinstance(doc, Document)
    assert (doc.doc_id, doc.title, doc.source, doc.uri) == ("x\ufffd", "خبر\ufffd", "موقع\ufffd", "u\ufffd")
    assert doc.text.endswith("\ufffd")


def test_an_unbalanced_quotation_mark_swallows_no_rows(tmp_path: Path) -> None:
    texts = ['"حماس" ترفض المقترح.', '"لن نستسلم، قال الوزير.', TEXT, '"آخر" خبر اليوم.']
    for name, mark in (("a.tsv", "\t"), ("b.csv", ";")):
        rows = [f"{n}{mark}{text}" for n, text in enumerate(texts)]
        rows += [f'9{mark}"سطر ""أول""{mark}\nسطر ثان"', f'5{mark}"خبر{mark}']
        (tmp_path / name).write_text("\n".join([f"id{mark}text", *rows]) + "\n", encoding="utf-8")
        *docs, last = load(tmp_path / name)
        assert [d.text for d in docs if isinstance(d, Document)] == [*texts, f'سطر "أول"{mark}\nسطر ثان']
        assert last == "FormatError"


def test_a_quotation_mark_that_closes_nowhere_is_looked_for_in_bounds(tmp_path: Path) -> None:
    rows = ["id\ttext", f'1\t"{TEXT}', *(f"{n}\t{TEXT}" for n in range(2, 2000))]
    (tmp_path / "a.tsv").write_text("\n".join(rows), encoding="utf-8")
    docs = load(tmp_path / "a.tsv", config=ReadConfig(max_chars=200))
    assert [d.doc_id for d in docs if isinstance(d, Document)] == [str(n) for n in range(1, 2000)]
    assert isinstance(docs[0], Document)
    assert docs[0].uri == f"{tmp_path / 'a.tsv'}#2"


def test_a_number_of_thousands_of_digits_spoils_its_line_alone(tmp_path: Path) -> None:
    rows = [json.dumps({"text": TEXT}), '{"id": ' + "9" * 5000 + "}", json.dumps({"text": TEXT})]
    (tmp_path / "a.jsonl").write_text("\n".join(rows), encoding="utf-8")
    first, second, third = load(tmp_path / "a.jsonl")
    assert isinstance(first, Document)
    assert second == "FormatError"
    assert isinstance(third, Document)


def test_a_file_may_have_a_number_sign_in_its_name(tmp_path: Path) -> None:
    (tmp_path / "خبر #1.txt").write_text(TEXT, encoding="utf-8")
    (doc,) = load(tmp_path)
    assert isinstance(doc, Document)
    assert doc.doc_id == "خبر #1"


def answer(page: Path, status: str = "200 OK", end: bytes = b"") -> bytes:
    return f"HTTP/1.0 {status}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n".encode() + page.read_bytes() + end


def test_ids_that_are_made_are_unique_too(tmp_path: Path, pages: Path) -> None:
    rows = [{"url": "http://x.org/1", "text": t} for t in (TEXT, TEXT, f"{TEXT} ثم عاد.")]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    with pytest.warns(UserWarning, match="1 pages have an id or address"):
        first, second, third = (d.doc_id for d in load(tmp_path / "a.jsonl") if isinstance(d, Document))
    assert second == f"{first}#2"
    assert "#" not in first + third
    crawls = [
        warc_record("response", "http://x.org/p", answer(pages / "protest.html", end=e)) for e in (b"", b"<!---->")
    ]
    (tmp_path / "b.warc").write_bytes(b"".join(crawls))
    with pytest.warns(UserWarning, match="1 pages have an id or address .* as 'http://x.org/p'"):
        first, second = (d.doc_id for d in load(tmp_path / "b.warc") if isinstance(d, Document))
    assert second == f"{first}#2"


def test_only_answers_that_succeeded_are_pages(tmp_path: Path, pages: Path) -> None:
    statuses = ("404 Not Found", "301 Moved Permanently", "200 OK", "503 Service Unavailable")
    records = [warc_record("response", f"http://x.org/{s[:3]}", answer(pages / "protest.html", s)) for s in statuses]
    (tmp_path / "a.warc").write_bytes(b"".join(records))
    assert [d.uri for d in load(tmp_path / "a.warc") if isinstance(d, Document)] == ["http://x.org/200"]


def test_linked_folders_are_read_once(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "in"
    for path in (outside / "deep", folder / "own", folder / ".hidden"):
        path.mkdir(parents=True)
    for path in (outside / "deep" / "a.txt", folder / "own" / "b.txt", folder / ".hidden" / "c.txt"):
        path.write_text(TEXT, encoding="utf-8")
    (folder / "linked").symlink_to(outside)
    (folder / "again").symlink_to(folder / "own")
    (outside / "loop").symlink_to(folder)
    found = [d.uri for d in load(folder) if isinstance(d, Document)]
    assert found == [str(folder / "linked" / "deep" / "a.txt"), str(folder / "own" / "b.txt")]


def test_an_input_without_a_page_is_told(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    with pytest.warns(UserWarning, match=r"no page in .*/in; Rasd reads \.txt"):
        assert len(load(tmp_path / "in", tmp_path / "a.txt")) == 1


def test_files_of_a_folder_without_a_page_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "b.csv").write_text("id,text\n", encoding="utf-8")
    for number in range(4):
        (tmp_path / f"c{number}.jsonl").write_text("\n", encoding="utf-8")
    with pytest.warns(UserWarning, match=r"no page in .*b\.csv, .*c0\.jsonl, .*c1\.jsonl and 2 more files: no row"):
        assert len(load(tmp_path)) == 1


def test_dates_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    dates = ["12 mai 2024 vers midi", "", None, "nan", "2024-05-12", "32/1/2024"]
    rows = [{"id": f"d{n}", "text": f"زار الوفد صلالة {n}.", "date": day} for n, day in enumerate(dates)]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    with pytest.warns(UserWarning, match="2 pages have a date that cannot be read, as '12 mai 2024 vers midi'") as told:
        docs = load(path)
    assert len(told) == 1
    assert [d.published for d in docs if isinstance(d, Document)] == [None] * 4 + [date(2024, 5, 12), None]


def test_columns_that_no_record_has_are_told(tmp_path: Path) -> None:
    rows = [{"text": "وصل الوفد إلى نزوى."}, {"text": "غادر الوفد نزوى.", "day": "2024-05-12"}]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    (tmp_path / "b.txt").write_text(TEXT, encoding="utf-8")
    with pytest.warns(UserWarning, match="no record has a column 'dya', 'name'; mend --date-column"):
        load(path, tmp_path / "b.txt", config=ReadConfig(date_column="dya", id_column="name"))
    load(path, config=ReadConfig(date_column="day"))


def test_a_warc_file_cut_off_within_a_page_gives_no_part_of_it(tmp_path: Path, pages: Path) -> None:
    records = [warc_record("response", f"http://x.org/{n}", answer(pages / "protest.html")) for n in (1, 2)]
    (tmp_path / "a.warc").write_bytes(b"".join(records)[:-300])
    whole, cut = load(tmp_path / "a.warc")
    assert isinstance(whole, Document)
    assert cut == "FormatError"


@pytest.mark.parametrize(
    ("ending", "pack"),
    [(".gz", gzip.compress), (".xz", lzma.compress), (".zst", lambda b: zstandard.ZstdCompressor().compress(b))],
)
def test_a_packed_warc_file_cut_off_is_an_error(tmp_path: Path, pages: Path, ending: str, pack) -> None:
    path = tmp_path / f"a.warc{ending}"
    path.write_bytes(pack(warc_record("response", "http://x.org/1", answer(pages / "protest.html")))[:-200])
    assert load(path) == ["FormatError"]
