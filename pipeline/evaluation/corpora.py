"""Readers of labelled names: CoNLL files in BIO, IOB or BIOES, and the project's JSON gold."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pipeline.document import Span, Token
from pipeline.errors import InputError
from pipeline.schema import LABELS
from pipeline.sources.page import writable
from pipeline.tables.read import read_table
from pipeline.text.tokens import split_sentences, tokenize

_LABEL_NAMES: Final = {"PERS": "PER", "PERSON": "PER", "GPE": "LOC", "FAC": "LOC", "LOCATION": "LOC",
                       "ORGANIZATION": "ORG", "ORGANISATION": "ORG"}  # fmt: skip
_TAG: Final = re.compile(r"([BIESUL])[-_](.+)", re.IGNORECASE)
# A name of one word is S or U in BIOES and BILOU, the last word of a longer one E or L.
_PREFIXES: Final = {"B": "B", "S": "B", "U": "B", "I": "I", "E": "I", "L": "I"}


@dataclass(frozen=True, slots=True)
class LabelledSentence:
    """A sentence of words with BIO tags over schema.LABELS, `O` elsewhere."""

    words: tuple[str, ...]
    tags: tuple[str, ...]


def read_conll(path: str | Path) -> list[LabelledSentence]:
    """Read a CoNLL file: a word and its tag (first and last column) a line, a blank line between sentences.

    A file with one column holds words only, and in others no line may lack its tag. Tags in IOB, BIOES and BILOU become
    BIO, other label names PER LOC ORG, unknown ones O. Comments in front of a sentence and `-DOCSTART-` are no words.
    Raises InputError for a file that cannot be read, a tag that is none and a line without one.
    """
    sentences: list[LabelledSentence] = []
    columns: dict[bool, int] = {}  # whether a line has a tag -> the first such line
    words: list[str] = []
    tags: list[str] = []
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}; give a CoNLL file in UTF-8") from error
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        parts = line.split()
        if parts and parts[0] != "-DOCSTART-":
            tag = _clean_tag(parts[-1]) if len(parts) > 1 else "O"
            if parts[0].startswith("#") and not words and (tag is None or parts[2:3] == ["="]):
                continue
            if tag is None:
                raise InputError(
                    f"{path}: line {number}: the last column {parts[-1]!r} is no tag; write O, or B- or I- (also S- "
                    f"and E-, U- and L-) and a label, as B-PER"
                )
            columns.setdefault(len(parts) > 1, number)
            words.append(parts[0])
            tags.append(tag)
        elif words:
            sentences.append(LabelledSentence(tuple(words), tuple(tags)))
            words, tags = [], []
    if len(columns) > 1:
        raise InputError(f"{path}: line {columns[False]} is a word without a tag; write O or a label behind it")
    return sentences


def _clean_tag(tag: str) -> str | None:
    """Give a tag of BIO over schema.LABELS; None for what is no tag."""
    found = _TAG.fullmatch(tag)
    if found is None:
        return "O" if tag in ("O", "o") else None
    label = _clean_label(found[2])
    return f"{_PREFIXES[found[1].upper()]}-{label}" if label else "O"


def _clean_label(label: str) -> str | None:
    """Give the label of schema.LABELS that a label of a corpus stands for; None for one that stands for none."""
    name = label.upper()
    return _LABEL_NAMES.get(name, name if name in LABELS else None)


def retokenize(sentence: LabelledSentence) -> LabelledSentence:
    """Cut the words as Rasd does; punctuation at either end of a name falls out of it."""
    words: list[str] = []
    tags: list[str] = []
    for word, tag in zip(sentence.words, sentence.tags, strict=True):
        pieces = [token.text for token in tokenize(word)] or [word]
        for number, piece in enumerate(pieces):
            words.append(piece)
            tags.append(f"I-{tag[2:]}" if number and tag.startswith("B") else tag)
    for start, end, label in list(tag_spans(tags)):
        first, last = start, end
        while first < last and not any(c.isalnum() for c in words[first]):
            first += 1
        while last > first and not any(c.isalnum() for c in words[last - 1]):
            last -= 1
        for at in range(start, end):
            inside = first <= at < last
            tags[at] = ("B-" if at == first else "I-") + label if inside else "O"
    return LabelledSentence(tuple(words), tuple(tags))


def tag_spans(tags: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Give the half-open (start, end, label) of each name in BIO tags; an I without a B before it opens a name."""
    start, label = 0, ""
    for at, tag in enumerate([*tags, "O"]):
        if label and (tag[:1] != "I" or tag[2:] != label):
            yield start, at, label
            label = ""
        if tag != "O" and not label:
            start, label = at, tag[2:]


@dataclass(frozen=True, slots=True)
class GoldDocument:
    """A text with its names, half-open raw spans and labels. published: ISO date or None."""

    doc_id: str
    text: str
    published: str | None
    names: frozenset[tuple[int, int, str]]


def _load_json(path: str | Path) -> Any:
    """Read a JSON file. Raises InputError that names it."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as JSON: {error}; mend the file") from error


def read_annotations(
    path: str | Path, documents: str | Path | None = None
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Read the project's JSON gold: each annotation, and the document (`text`, `date`) that it is of; ids as strings.

    documents: the file of the texts, by default the `.docs.json` beside the gold. Raises InputError for files that are
    none or hold nothing, and for a document that is missing or comes twice.
    """
    documents = Path(documents or Path(path).with_suffix(".docs.json"))
    if not documents.exists():
        raise InputError(f"{path} needs its texts, and {documents} does not exist: give --documents DOCS.json")
    try:
        given = [{**d, "id": str(d["id"])} for d in _load_json(documents) if isinstance(d["text"], str)]
        found = [{**entry, "id": str(entry["id"])} for entry in _load_json(path)]
    except (TypeError, KeyError) as error:
        raise InputError(
            f"{path} must be a list of annotated documents, each with its `id`, and {documents} a list of their texts, "
            f"each with `id` and `text`; one of them is not ({error!r})"
        ) from error
    if not found:
        raise InputError(f"{path} holds no document; give a list of annotated documents")
    for file, rows in ((documents, given), (path, found)):
        doc_id, count = Counter(row["id"] for row in rows).most_common(1)[0] if rows else ("", 0)
        if count > 1:
            raise InputError(f"{file}: document {doc_id!r} comes {count} times; leave one of them")
    texts = {doc["id"]: doc for doc in given}
    for entry in found:
        if entry["id"] not in texts:
            raise InputError(
                f"{path}: document {entry['id']!r} is not in {documents}; give the texts that belong to it"
            )
    return [(entry, texts[entry["id"]]) for entry in found]


def pair_documents(run: str | Path, texts: Mapping[str, str], gold: str | Path) -> dict[str, str]:
    """Give the id in the gold of each document of a run that is in the gold: under the same id, or by its text alone.

    texts: of the gold, by id; blanks at their ends do not count. Raises InputError if the run lacks one of them.
    """
    rows = read_table(run, "documents", as_arrow=True).select(["doc_id", "text"]).to_pylist()
    wanted = {doc_id: writable(text).removeprefix("\ufeff").rstrip() for doc_id, text in texts.items()}
    found = {row["doc_id"]: row["text"].rstrip() for row in rows}
    paired = {doc_id: doc_id for doc_id, text in wanted.items() if found.get(doc_id) == text}
    left: dict[str, list[str]] = defaultdict(list)
    for doc_id, text in wanted.items():
        if doc_id not in paired:
            left[text].append(doc_id)
    for doc_id, text in found.items():
        if doc_id not in paired and left[text]:
            paired[doc_id] = left[text].pop(0)
    missing = sorted(wanted.keys() - set(paired.values()))
    if other := [doc_id for doc_id in missing if doc_id in found]:
        raise InputError(
            f"{run}: document {other[0]!r} has another text than in {gold}; run over the texts of the gold as they "
            f"are, without a column of titles"
        )
    if missing:
        raise InputError(
            f"{run} lacks {len(missing)} texts of {gold}, such as document {missing[0]!r}; run over its texts"
        )
    return paired


def read_gold(path: str | Path, documents: str | Path | None = None) -> list[GoldDocument]:
    """Read the names of the project's JSON gold; a string is located by its `nth` occurrence."""
    pairs = read_annotations(path, documents)
    return [gold_document(entry, doc["text"], doc.get("date"), path) for entry, doc in pairs]


def gold_document(
    entry: Mapping[str, Any], text: str, published: str | None = None, where: str | Path = "annotation"
) -> GoldDocument:
    """Take the names of one annotated document, unknown labels left out; `where` is what an error names."""
    place = f"{where}: document {entry['id']!r}"
    try:
        spans = [(locate(text, item, place), _clean_label(item["type"])) for item in entry["mentions"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{place} must have `mentions`, a list of names with `text`, `type` and, for one that its text holds more "
            f"than once, `nth` from 1; it has not ({error!r}); mend the file"
        ) from error
    return GoldDocument(entry["id"], text, published, frozenset((s.start, s.end, label) for s, label in spans if label))


def locate(text: str, item: Mapping[str, Any], where: str | Path = "annotation") -> Span:
    """Find the n-th occurrence (`nth`, from 1) of an exact string; `where` is what an error names."""
    wanted, nth, at = item["text"], item.get("nth") or 1, -1
    for _ in range(nth):
        at = text.find(wanted, at + 1)
        if at < 0:
            break
    if at < 0 or not wanted:
        raise InputError(f"{where}: {wanted!r} does not occur {nth} times in its text; mend the file")
    return Span(at, at + len(wanted))


def tokens_in(tokens: Sequence[Token], span: Span) -> list[int]:
    """Give the numbers of the tokens that a span touches."""
    return [i for i, t in enumerate(tokens) if t.start < span.end and span.start < t.end]


def name_tags(doc: GoldDocument, tokens: Sequence[Token]) -> list[str]:
    """Give the BIO tag of each token of a gold document."""
    tags = ["O"] * len(tokens)
    for start, end, label in sorted(doc.names):
        for number, i in enumerate(tokens_in(tokens, Span(start, end))):
            tags[i] = ("I-" if number else "B-") + label
    return tags


def gold_sentences(doc: GoldDocument) -> list[LabelledSentence]:
    """Cut a gold document into labelled sentences; a name that begins inside a word takes the whole word."""
    tokens = tokenize(doc.text)
    tags = name_tags(doc, tokens)
    return [
        LabelledSentence(tuple(t.text for t in tokens[first:last]), tuple(tags[first:last]))
        for first, last in split_sentences(doc.text, tokens)
    ]
