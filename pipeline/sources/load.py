"""Pages become documents: decoded, extracted, checked."""

import hashlib

from pipeline.config import ReadConfig
from pipeline.document import Document
from pipeline.errors import DocumentError, EmptyError, NoArabicError, TooLongError
from pipeline.sources.decode import decode
from pipeline.sources.html import extract_html
from pipeline.sources.page import Page, writable
from pipeline.text.normalize import ARABIC


def load_page(page: Page, config: ReadConfig) -> Document:
    """Make the document of a page, or raise the DocumentError that says why there is none."""
    try:
        return _load(page, config)
    except DocumentError as error:
        error.uri = error.uri or page.uri
        error.doc_id = page.doc_id
        raise


def text_id(page: Page, config: ReadConfig) -> str | None:
    """Give the id that a page of text has from its address and words; None where it is no document."""
    try:
        return load_page(page, config).doc_id
    except DocumentError:
        return None


def _load(page: Page, config: ReadConfig) -> Document:
    text = page.content if isinstance(page.content, str) else decode(page.content, page.location)
    text = text.removeprefix("\ufeff")
    title, published, source = page.title, page.published, page.source
    if page.kind == "html":
        found = extract_html(text, page.uri)
        if found is None:
            raise EmptyError(f"{page.location} holds no article text; leave it out or give the text itself")
        text, title = found.text, title or found.title
        published, source = published or found.published, source or found.source
    if title is not None and not text.lstrip().startswith(title.strip()):
        text = f"{title}\n{text}"
    text = writable(text)
    if not text.strip():
        raise EmptyError(f"{page.location} is empty; leave it out of the input")
    if len(text) > config.max_chars:
        raise TooLongError(
            f"{page.location} has {len(text)} characters, above the limit of {config.max_chars}; "
            f"split it or raise read.max_chars"
        )
    if not ARABIC.search(text):
        raise NoArabicError(f"{page.location} holds no Arabic letter; Rasd reads Arabic text only")
    doc_id = page.doc_id
    if doc_id is None:
        doc_id = hashlib.sha256(f"{page.uri}\n{text}".encode()).hexdigest()[:16]
        doc_id += f"#{page.repeat}" if page.repeat > 1 else ""
    title, source = (value if value is None else writable(value) for value in (title, source))
    return Document(doc_id, text, page.uri, source, title, published)
