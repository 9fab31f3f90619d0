"""The stage that finds date expressions, settles what today is in each article, and resolves them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import ClassVar, Final

from pipeline.config import Config, TimesConfig
from pipeline.document import Document, Mention, Segment, TimeSpan, Token
from pipeline.times.anchors import Anchor, find_anchors
from pipeline.times.contexts import with_known_year, with_shared_years
from pipeline.times.expressions import find_nodes
from pipeline.times.lines import Line
from pipeline.times.nodes import Date, Decade, Expression, Feast, Node, Offset, Part, Range, Term, Weekend
from pipeline.times.resolve import TODAY, resolve_all
from pipeline.times.tense import tense, tense_of
from pipeline.times.vocabulary import Vocabulary, vocabulary

_VERBS: Final = frozenset({-1, -2, 1, 2})  # what tense_of says of the verbs that it knows
_HEAD: Final = 6  # words before the date of a dateline
_DATELINE: Final = frozenset({"-", "–", "—", "/", ":"})  # marks behind it


class Times:
    """Fills `times` and the anchors of `segments`; words of the names of persons (أحمد الخميس) are no times.

    Names must stand before; a run without them takes every such word for a time.
    """

    name: ClassVar[str] = "times"
    reads: ClassVar[frozenset[str]] = frozenset({"text", "published", "segments", "tokens", "sentences"})
    writes: ClassVar[frozenset[str]] = frozenset({"times", "segments"})

    def __init__(self, config: Config | None = None) -> None:
        """Load the tables; the policies are those of `config.times`."""
        self._config = (config or Config()).times
        self._words = vocabulary()

    def __call__(self, docs: Sequence[Document]) -> list[Document]:
        """Give the same documents with their times and anchored segments."""
        return [self._one(doc) for doc in docs]

    def _one(self, doc: Document) -> Document:
        found: list[list[Expression]] = [[] for _ in doc.segments]
        persons: dict[int, list[Mention]] = {}
        for mention in doc.mentions:
            if mention.label == "PER":
                persons.setdefault(mention.sentence, []).append(mention)
        for number, sentence in enumerate(doc.sentences):
            expressions = find_expressions(doc.tokens[sentence.first : sentence.last], number, self._words)
            named = persons.get(number, ())
            found[sentence.segment].extend(e for e in expressions if not any(_is_within(doc.text, e, m) for m in named))
        anchors = find_anchors(doc.segments, found, doc.published)
        times = [
            time
            for expressions, anchor in zip(found, anchors, strict=True)
            for time in resolve_all(expressions, anchor, self._config)
        ]
        segments = tuple(_anchored(s, a) for s, a in zip(doc.segments, anchors, strict=True))
        return replace(doc, times=tuple(sorted(times, key=lambda t: t.start)), segments=segments)


def _anchored(segment: Segment, anchor: Anchor) -> Segment:
    return replace(segment, anchor=anchor.day, anchor_basis=anchor.basis, anchor_conflict=anchor.conflict)


def _is_within(text: str, expression: Expression, person: Mention) -> bool:
    """Tell whether an expression without digits is a part of the name of a person."""
    inside = person.start <= expression.start and expression.end <= person.end
    return inside and not any(c.isdigit() for c in text[expression.start : expression.end])


def find_expressions(tokens: Sequence[Token], sentence: int, words: Vocabulary) -> list[Expression]:
    """Find the expressions of one sentence, in order and apart."""
    known = [words[token.norm] for token in tokens]
    if not any(word is not None and word.opening for word in known):
        return []
    line = Line(tokens, known, words)
    return [
        Expression(
            line.begin(i),
            line.tokens[j - 1].end,
            sentence,
            with_known_year(line, i, node),
            _tense_of(line, i, node, j) if _asks_tense(node) else 0,
            _is_dateline(line, i, j),
        )
        for node, i, j in with_shared_years(line, find_nodes(line))
    ]


def _tense_of(line: Line, i: int, node: Node, j: int) -> int:
    """Tell the tense of the clause of an expression: the past of a feast only where the verb is told of that day.

    احتفلوا بعيد الأضحى is past, أعلنوا موعد عيد الأضحى may be of one to come.
    """
    told = tense(line, i, j)
    if told >= 0 or not isinstance(node, Feast):
        return told
    word = line.words[i]
    joined = word is not None and word.clitic.endswith("ب") and line.begin(i) > line.tokens[i].start  # BEH: on
    return told if joined or line.has(i - 1, "at") or line.has(i - 1, "during") else 0


def _is_dateline(line: Line, i: int, j: int) -> bool:
    """Tell whether a date opens a report: place and date before a dash or the name of an agency, and no verb yet."""
    if i > _HEAD or not (line.norm(j) in _DATELINE or line.has(j, "agency")):
        return False
    return not any(norm == "(" or tense_of(norm) in _VERBS for norm in line.norms[:i])


def _asks_tense(node: Node) -> bool:
    """Tell whether the words around a node may decide its direction."""
    if isinstance(node, Date):
        return node.year is None and node.shift is None and (node.today is None or node == TODAY)
    if isinstance(node, Feast):
        return node.of is None and node.shift is None
    if isinstance(node, Part):
        return _asks_tense(node.of)
    if isinstance(node, Term):
        return node.new
    return isinstance(node, (Range, Weekend, Decade)) or (isinstance(node, Offset) and node.sign > 0)


def find_times(text: str, published: date | None = None, config: TimesConfig | None = None) -> tuple[TimeSpan, ...]:
    """Find the times of a plain text, taken as one article.

    published: the day it was written, from which اليوم and its like are counted.
    """
    from pipeline.text.tokens import CamelTokens

    segment = Segment("article", 0, len(text), published=published, published_basis="metadata" if published else "none")
    (doc,) = CamelTokens()([Document("", text, published=published, segments=(segment,))])
    (doc,) = Times(Config(times=config or TimesConfig()))([doc])
    return doc.times
