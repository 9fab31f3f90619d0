"""Several recognisers as one."""

from collections.abc import Sequence
from dataclasses import replace

from pipeline.document import Token
from pipeline.names.recognizer import NameSpan, Recognizer


class Vote:
    """Merges recognisers by `union`, `intersection` or `majority` (more than half) of equal spans and labels.

    A span that several find keeps the mean of the scores that they give and names them all, as `compact+stanza`, and
    the identity and raw offsets of the first that knows them. Where spans overlap after the vote, the one with more
    votes stays, then the longer, then the one of the recogniser named first.
    """

    def __init__(self, recognizers: Sequence[Recognizer], rule: str) -> None:
        self.recognizers = recognizers
        self.need = {"union": 1, "intersection": len(recognizers), "majority": len(recognizers) // 2 + 1}[rule]
        self.name = "+".join(r.name for r in recognizers)

    def __call__(self, sentences: Sequence[Sequence[Token]]) -> list[list[NameSpan]]:
        """Give the names that enough recognisers agree on."""
        found = [recognizer(sentences) for recognizer in self.recognizers]
        return [self._merge([result[i] for result in found]) for i in range(len(sentences))]

    def _merge(self, results: Sequence[Sequence[NameSpan]]) -> list[NameSpan]:
        groups: dict[tuple[int, int, str], list[NameSpan]] = {}
        for spans in results:
            for span in spans:
                groups.setdefault((span.first, span.last, span.label), []).append(span)
        enough = [g for g in groups.values() if len(g) >= self.need]
        enough.sort(key=lambda g: (-len(g), g[0].first - g[0].last))
        kept: list[NameSpan] = []
        for group in enough:
            first = group[0]
            if all(first.last <= k.first or k.last <= first.first for k in kept):
                scores = [s.score for s in group if s.score is not None]
                score = round(sum(scores) / len(scores), 3) if scores else None
                best = next((s for s in group if s.start is not None), first)
                kept.append(replace(best, score=score, tagger="+".join(s.tagger for s in group)))
        return sorted(kept, key=lambda s: s.first)
