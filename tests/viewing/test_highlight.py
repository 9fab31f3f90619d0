from datetime import date
from html.parser import HTMLParser

from dirty import dirty_text
from hypothesis import given

from pipeline.document import Document, EventMention, Mention, Segment, Span, TimeSpan
from pipeline.viewing.highlight import highlight, highlight_page, show_interval

TEXT = "زار <الوزير> موسكو أمس & غادر"


class Balance(HTMLParser):
    """Checks that tags nest, and collects the text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "sub" not in self.open and "table" not in self.open:
            self.text += data


def marked(text: str) -> Document:
    end = len(text)
    return Document(
        "d",
        text,
        segments=(Segment("article", 0, end, title=Span(0, end // 2)),),
        mentions=(Mention(0, max(1, end // 3), "PER", 0.9, "t", 0),),
        times=(TimeSpan(end // 4, end, None, None, "day", "deictic", "gregorian", None, 0),),
        events=(EventMention("VISIT", end // 5, max(end // 5 + 1, end // 2), 0, "OCCURRED"),),
    )


@given(dirty_text.filter(lambda t: len(t) > 4))
def test_crossing_spans_give_tags_that_nest_and_lose_no_text(text: str) -> None:
    plain = "".join(c for c in text if c not in "\r\x00" and not "\ud800" <= c <= "\udfff")
    if len(plain) > 4:
        page = Balance()
        page.feed(highlight(marked(plain)))
        assert page.open == []
        assert page.text == plain


def test_text_is_escaped_and_reads_right_to_left() -> None:
    page = highlight_page(marked(TEXT))
    assert "&lt;" in page
    assert "<الوزير" not in page
    assert "&amp; غادر" in page
    assert 'dir="rtl"' in page
    assert "http" not in page


def test_open_intervals_show_that_they_are_open() -> None:
    first, last = date(2025, 6, 1), date(2025, 6, 3)
    shown = [
        show_interval(*days) for days in ((first, last), (first, first), (first, None), (None, last), (None, None))
    ]
    assert shown == ["2025-06-01 – 2025-06-03", "2025-06-01", "2025-06-01 –", "– 2025-06-03", ""]
