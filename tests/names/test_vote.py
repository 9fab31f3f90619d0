from collections.abc import Sequence

import pytest

from pipeline.document import Token
from pipeline.names.recognizer import NameSpan
from pipeline.names.vote import Vote


class Fixed:
    def __init__(self, name: str, *spans: tuple[int, int, str]) -> None:
        self.name = name
        self.spans = [NameSpan(a, b, label, 0.5, name) for a, b, label in spans]

    def __call__(self, sentences: Sequence[Sequence[Token]]) -> list[list[NameSpan]]:
        return [self.spans for _ in sentences]


A = Fixed("a", (0, 2, "PER"), (4, 5, "LOC"))
B = Fixed("b", (0, 2, "PER"), (4, 6, "LOC"))
C = Fixed("c", (0, 2, "ORG"), (7, 8, "LOC"))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("union", [(0, 2, "PER", "a+b"), (4, 6, "LOC", "b"), (7, 8, "LOC", "c")]),
        ("majority", [(0, 2, "PER", "a+b")]),
        ("intersection", []),
    ],
)
def test_spans_that_enough_recognisers_find_stay(rule: str, expected: list[tuple[int, int, str, str]]) -> None:
    (found,) = Vote([A, B, C], rule)([[]])
    assert [(s.first, s.last, s.label, s.tagger) for s in found] == expected
