"""The example sentences of the ontology files: each is a test of what the file promises."""

import pytest

from pipeline.document import Document, Segment
from pipeline.events.examples import Example
from pipeline.events.ontology import load_ontology
from pipeline.events.triggers import find_candidates
from pipeline.text.tokens import CamelTokens

_EXAMPLES = [
    pytest.param(kind.name, example, id=f"{kind.name}-{number}")
    for kind in load_ontology().types.values()
    for number, example in enumerate(kind.examples, 1)
]


def _spans(text: str) -> set[tuple[str, int, int]]:
    """Give type, start and end of every candidate of a text whose conditions hold."""
    (doc,) = CamelTokens()([Document("example", text, segments=(Segment("article", 0, len(text)),))])
    found = find_candidates(doc, load_ontology())
    return {(c.type, doc.tokens[c.token].start, doc.tokens[c.token].end) for c in found if not c.faint}


def _start(text: str, word: str, nth: int) -> int:
    start = -1
    for _ in range(nth):
        start = text.index(word, start + 1)
    return start


@pytest.mark.parametrize(("kind", "example"), _EXAMPLES)
def test_an_example_yields_its_triggers_and_nothing_where_it_says_so(kind: str, example: Example) -> None:
    found = _spans(example.text)
    for event in example.events:
        start = _start(example.text, event.trigger, event.nth)
        assert (event.type, start, start + len(event.trigger)) in found
    if not example.events:
        assert [example.text[start:end] for name, start, end in found if name == kind] == []
