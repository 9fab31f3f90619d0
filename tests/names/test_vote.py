from collections.abc import Sequence
from pathlib import Path

import pytest

import pipeline
from pipeline.config import Config
from pipeline.document import Token
from pipeline.names.recognizer import NameSpan
from pipeline.names.stage import build_recognizer
from pipeline.names.vote import Vote
from pipeline.text.tokens import split_sentences, tokenize


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


def test_what_one_recogniser_knows_of_a_name_survives_the_vote() -> None:
    known = NameSpan(0, 2, "PER", None, "gazetteer", "Q1", 1, 9)

    class Listed(Fixed):
        def __call__(self, sentences: Sequence[Sequence[Token]]) -> list[list[NameSpan]]:
            return [[known] for _ in sentences]

    ((span,),) = Vote([A, Listed("gazetteer")], "intersection")([[]])
    assert (span.entity, span.start, span.end) == ("Q1", 1, 9)
    assert (span.score, span.tagger) == (0.5, "a+gazetteer")


ALL = ("compact", "stanza", "camel")


@pytest.mark.parametrize("rule", ["union", "majority", "intersection"])
def test_the_real_recognisers_vote_as_their_answers_say(pages: Path, rule: str) -> None:
    pytest.importorskip("stanza")
    text = (pages / "levant.txt").read_text(encoding="utf-8")
    tokens = tokenize(text)
    sentences = [tokens[first:last] for first, last in split_sentences(text, tokens)]
    answers = [build_recognizer(Config.from_dict({"names": {"recognizers": [name]}}))(sentences) for name in ALL]
    votes: dict[tuple[int, int, int, str], list[str]] = {}
    for name, answer in zip(ALL, answers, strict=True):
        for number, spans in enumerate(answer):
            for s in spans:
                votes.setdefault((number, s.first, s.last, s.label), []).append(name)
    need = {"union": 1, "majority": 2, "intersection": 3}[rule]
    merged = build_recognizer(Config.from_dict({"names": {"recognizers": list(ALL), "vote": rule}}))(sentences)
    found = {(n, s.first, s.last, s.label): s.tagger for n, spans in enumerate(merged) for s in spans}
    assert found
    assert all(tagger == "+".join(votes[key]) and len(votes[key]) >= need for key, tagger in found.items())
    # Nothing with enough votes is missing but for what overlaps a span with at least as many.
    for (number, first, last, label), names in votes.items():
        if len(names) >= need and (number, first, last, label) not in found:
            rivals = [k for k in found if k[0] == number and k[1] < last and first < k[2]]
            assert any(len(votes[k]) >= len(names) for k in rivals)


def test_a_run_says_who_found_each_name(pages: Path, tmp_path: Path) -> None:
    pytest.importorskip("stanza")
    config = Config.from_dict({"workers": 1, "names": {"recognizers": list(ALL), "vote": "majority"}})
    summary = pipeline.run(pages / "levant.txt", tmp_path / "run", config)
    taggers = {m["tagger"] for m in pipeline.read_table(summary.out, "mentions", as_arrow=True).to_pylist()}
    assert "compact+stanza+camel" in taggers
    assert taggers <= {"compact+stanza+camel", "compact+stanza", "compact+camel", "stanza+camel"}
