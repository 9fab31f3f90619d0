"""The stage that fills the names of documents with the recognisers that the settings name."""

from collections.abc import Callable, Sequence, Set
from dataclasses import replace
from functools import cache, partial
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final
from unicodedata import category

from pipeline.config import RECOGNIZERS, Config
from pipeline.document import Document, Mention, Token
from pipeline.errors import ConfigError
from pipeline.models import models_folder
from pipeline.names.clitics import LETTERS, PageNames, name_start, place_start, shipped_starts
from pipeline.names.conventions import apply_rules
from pipeline.names.pairs import family_names, part_pairs
from pipeline.names.recognizer import NameSpan, Recognizer
from pipeline.names.repeats import find_repeats
from pipeline.names.vote import Vote
from pipeline.names.words import model_form

if TYPE_CHECKING:
    from pipeline.names.compact import CompactNames

_NAMING: Final = "+"  # a symbol that names end with
_OPENING: Final = frozenset("\"'«“„‘([”")  # pages also open with the mark that closes
_CLOSING: Final = frozenset("\"'»”’)]“")
_SELECTOR: Final = "\ufe0f"  # VARIATION SELECTOR-16, behind symbols that are to be pictures


def _compact(config: Config) -> Recognizer:
    from pipeline.names.compact import CompactNames

    folder = Path(config.names.model) if config.names.model else models_folder() / "compact-ner"
    return CompactNames(folder, config.names.convention)


def _camel(config: Config) -> Recognizer:
    from pipeline.names.camel import CamelNames

    recognizer: Recognizer = CamelNames(config.names.camel_model)
    return recognizer


def _stanza(config: Config) -> Recognizer:
    from pipeline.names.stanza import StanzaNames

    recognizer: Recognizer = StanzaNames(config.names.stanza_model)
    return recognizer


def _gazetteer(config: Config) -> Recognizer:
    from pipeline.names.gazetteer import Gazetteer

    if not config.names.gazetteer:
        raise ConfigError("names.gazetteer gives no file; name a TSV file of surface, label and optional id")
    return Gazetteer(config.names.gazetteer)


_BUILDERS: Final[dict[str, Callable[[Config], Recognizer]]] = dict(
    zip(RECOGNIZERS, (_compact, _camel, _stanza, _gazetteer), strict=True)
)


def build_recognizer(config: Config) -> Recognizer:
    """Build what the settings ask for: one recogniser, or a vote of several."""
    unknown = [name for name in config.names.recognizers if name not in RECOGNIZERS]
    if unknown:
        raise ConfigError(f"names.recognizers: {unknown[0]!r} is none of {', '.join(RECOGNIZERS)}")
    built = [_BUILDERS[name](config) for name in config.names.recognizers]
    return built[0] if len(built) == 1 else Vote(built, config.names.vote)


class Names:
    """Fills `mentions`: spans without proclitics, in order, never overlapping."""

    name: ClassVar[str] = "names"
    reads: ClassVar[frozenset[str]] = frozenset({"text", "tokens", "sentences"})
    writes: ClassVar[frozenset[str]] = frozenset({"mentions"})

    def __init__(self, config: Config | None = None) -> None:
        config = config or Config()
        self.recognize = build_recognizer(config)
        self.starts = shipped_starts()
        listed = config.names.gazetteer and "gazetteer" not in config.names.recognizers
        self.gazetteer = _gazetteer(config) if listed else None
        # The rules mend what models find; the user's list alone is taken at its word.
        self.by_rule = config.names.convention == "rasd" and set(config.names.recognizers) != {"gazetteer"}
        self.override = config.names.gazetteer_mode == "override"
        self.shared = self._shared(config)

    def __call__(self, docs: Sequence[Document]) -> list[Document]:
        """Give the same documents with names."""
        sentences: list[Sequence[Token]] = [doc.tokens[s.first : s.last] for doc in docs for s in doc.sentences]
        states = self.shared.words.empty([len(s) for s in sentences]) if self.shared else None
        found = self.shared.read(sentences, states) if self.shared else self.recognize(sentences)
        found = [_words(tokens, spans) for tokens, spans in zip(sentences, found, strict=True)]
        if self.by_rule:
            found = [apply_rules(tokens, spans) for tokens, spans in zip(sentences, found, strict=True)]
            found = _by_page(docs, sentences, found)
        if self.gazetteer:
            listed = self.gazetteer(sentences)
            found = [_merge(mine, model, self.override) for mine, model in zip(listed, found, strict=True)]
        at = 0
        filled = []
        for doc in docs:
            mentions: list[Mention] = []
            begin = at
            page = cache(partial(_page_names, doc, found[at : at + len(doc.sentences)]))
            for number, sentence in enumerate(doc.sentences):
                ends = {span.last for span in found[at]}  # what stands before a name is a word of another one there
                named = (self._mention(doc, span, sentence.first, number, page, ends) for span in found[at])
                mentions.extend(m for m in named if not _is_letter(doc.text[m.start : m.end]))
                at += 1
            own = self.shared.words.joined(doc, states[begin:at]) if self.shared and states else None
            filled.append(replace(doc, mentions=tuple(mentions), states=own))
        return filled

    def _shared(self, config: Config) -> "CompactNames | None":
        """Give the recogniser if its states are what the events read, so that they need not be made twice."""
        from pipeline.names.compact import CompactNames

        wanted = config.events.model not in ("light", "rules") and (not config.stages or "events" in config.stages)
        if wanted and isinstance(self.recognize, CompactNames) and not config.names.model:
            return self.recognize
        return None

    def _mention(
        self, doc: Document, span: NameSpan, base: int, sentence: int, page: Callable[[], PageNames], ends: Set[int]
    ) -> Mention:
        first, last = doc.tokens[base + span.first], doc.tokens[base + span.last - 1]
        start, end = span.start, span.end
        if start is None or end is None:
            begin = _inner(first.text).start
            before = doc.tokens[base + span.first - 1].norm if span.first and span.first not in ends else ""
            told = page() if first.norm[:1] in LETTERS else None
            enclosed = told is not None and _is_enclosed(doc, base + span.first, base + span.last)
            letters = name_start(first.text[begin:], self.starts, before, told, span.label == "PER", enclosed)
            end = last.start + _inner(last.text).stop
            if span.label == "LOC" and first.norm[:1] in LETTERS:
                letters = place_start(doc.text[first.start + begin : end], letters)
            start = first.start + begin + letters
        return Mention(start, end, span.label, span.score, span.tagger, sentence, span.entity or "")


def _by_page(
    docs: Sequence[Document], sentences: Sequence[Sequence[Token]], found: Sequence[list[NameSpan]]
) -> list[list[NameSpan]]:
    """Part names that hold two persons, and find the last names of persons, page by page."""
    edges = [0, *accumulate(len(doc.sentences) for doc in docs)]
    pages = ((sentences[a:b], found[a:b]) for a, b in pairwise(edges))
    return [spans for page, names in pages for spans in find_repeats(page, part_pairs(page, names))]


def _page_names(doc: Document, found: Sequence[Sequence[NameSpan]]) -> PageNames:
    """Give the words of a document, and those of its persons behind their first names, with the listed family names."""
    behind = (
        doc.tokens[sentence.first + at]
        for sentence, spans in zip(doc.sentences, found, strict=True)
        for span in spans
        if span.label == "PER"
        for at in range(span.first + 1, span.last)
    )
    return PageNames(frozenset(model_form(token.text) for token in doc.tokens),
                     family_names().union(model_form(token.text) for token in behind))  # fmt: skip


def _is_enclosed(doc: Document, first: int, last: int) -> bool:
    """Tell whether tokens fill quotation marks or brackets: an opening mark touches them, a closing one follows."""
    if not 0 < first < last < len(doc.tokens) or doc.tokens[first - 1].end != doc.tokens[first].start:
        return False
    return doc.tokens[first - 1].text in _OPENING and doc.tokens[last].text in _CLOSING


def _is_letter(surface: str) -> bool:
    """Tell a lone Arabic letter, the rest of a broken word and never a name, from names such as X."""
    return len(surface) == 1 and not surface.isascii()


def _words(tokens: Sequence[Token], spans: Sequence[NameSpan]) -> list[NameSpan]:
    """Leave symbols such as flags out at both ends of names, and names without letter or digit; listed names stay."""
    kept = []
    for span in spans:
        words = [i for i in range(span.first, span.last) if _inner(tokens[i].text)]
        if span.listed:
            kept.append(span)
        elif any(c.isalnum() for i in words for c in tokens[i].text):
            kept.append(replace(span, first=words[0], last=words[-1] + 1))
    return kept


def _inner(surface: str) -> range:
    """Give the offsets of a token without the symbols at its ends, which may stick to a word (⚡ and حماس)."""
    inner = [i for i, c in enumerate(surface) if c in _NAMING or (category(c)[0] not in "SC" and c != _SELECTOR)]
    return range(inner[0], inner[-1] + 1) if inner else range(0)


def _merge(listed: Sequence[NameSpan], model: Sequence[NameSpan], override: bool) -> list[NameSpan]:
    """Unite the user's names with the model's; where they overlap the user's win, or else the model's.

    A name of the model that is equal to one of the user's gets its identity and offsets, as in a vote.
    """
    if not override:
        equal = {(s.first, s.last, s.label): s for s in listed}
        model = [_agree(s, equal.get((s.first, s.last, s.label))) for s in model]
    first, second = (listed, model) if override else (model, listed)
    kept = list(first)
    kept += [s for s in second if all(s.last <= k.first or k.last <= s.first for k in first)]
    return sorted(kept, key=lambda s: s.first)


def _agree(span: NameSpan, listed: NameSpan | None) -> NameSpan:
    return replace(listed, score=span.score, tagger=f"{span.tagger}+{listed.tagger}") if listed else span
