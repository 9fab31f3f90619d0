"""Label unlabelled news with trained taggers, for self-training.

    python -m pipeline.training.silver TAGGER [TAGGER ...] --news NEWS.jsonl.xz ... --sentences 40000 --out silver.conll

The taggers' tag scores are averaged and decoded in one convention (`--convention`). A sentence is kept if it holds a
name and no name of it is less sure than `--sure`; those that the taggers find easy would teach nothing, so of the
sentences that hold only names that are all but certain every second one is left out.
"""

import argparse
import json
import lzma
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import torch

from pipeline.config import CONVENTIONS
from pipeline.errors import ConfigError
from pipeline.evaluation.corpora import LabelledSentence
from pipeline.names.compact import TAGS, decode, span_scores
from pipeline.text.tokens import split_sentences, tokenize
from pipeline.training.export import load_tagger
from pipeline.training.labelled import write_conll
from pipeline.training.networks import RowIndex
from pipeline.training.tagger import Forms, emit, pad

_WORDS: Final = range(8, 70)  # words of a sentence that is taken
_CERTAIN: Final = 0.99
_BATCH: Final = 64


def read_sentences(paths: Sequence[Path], most: int, seed: int) -> list[tuple[str, ...]]:
    """Give about `most` sentences of the news files, in equal shares, from random articles."""
    rng = random.Random(seed)
    chosen: list[tuple[str, ...]] = []
    for path in paths:
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            articles = [json.loads(line) for line in lines]
        rng.shuffle(articles)
        found: list[tuple[str, ...]] = []
        for article in articles:
            found += _sentences(f"{article.get('title') or ''}\n{article['text']}")
            if len(found) >= most // len(paths):
                break
        chosen += found
    return chosen


def _sentences(text: str) -> Iterator[tuple[str, ...]]:
    tokens = tokenize(text)
    for first, last in split_sentences(text, tokens):
        if last - first in _WORDS:
            yield tuple(t.text for t in tokens[first:last])


def label(
    taggers: Sequence[Path], sentences: Sequence[tuple[str, ...]], sure: float, convention: str
) -> Iterator[LabelledSentence]:
    """Give the sentences that the taggers together are sure of, with their tags in a convention."""
    torch.set_num_threads(1)
    loaded = [load_tagger(folder) for folder in taggers]
    forms = Forms()
    examples = [forms.encode(LabelledSentence(s, ("O",) * len(s)), convention) for s in sentences]
    listed = loaded[0][1]
    if any(other != listed for _, other, _ in loaded):
        raise ConfigError("the taggers must come from one encoder: their lists of frequent words differ")
    index = RowIndex(list(forms.numbers), loaded[0][0].table.bag.num_embeddings, listed)
    steps, starts = (np.mean(part, axis=0) for part in zip(*(m.chain() for m, *_ in loaded), strict=True))
    order = sorted(range(len(examples)), key=lambda i: len(examples[i].words))
    easy = 0
    for at in range(0, len(order), _BATCH):
        part = [examples[i] for i in order[at : at + _BATCH]]
        words, _, reverse, conventions = pad(part)
        with torch.no_grad():
            scores = torch.stack([emit(m, index, words, reverse, conventions) for m, *_ in loaded]).mean(0).numpy()
        lengths = np.array([len(e.words) for e in part])
        paths, posteriors = decode(scores, lengths, steps, starts)
        for i, path, posterior in zip(order[at : at + _BATCH], paths, posteriors, strict=True):
            certainties = [score for *_, score in span_scores(path, posterior)]
            if not certainties or min(certainties) < sure:
                continue
            easy += min(certainties) > _CERTAIN
            if min(certainties) <= _CERTAIN or easy % 2:
                yield LabelledSentence(sentences[i], tuple(TAGS[t] for t in path))


def main() -> None:
    """Run the recipe."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("taggers", type=Path, nargs="+")
    parser.add_argument("--news", type=Path, nargs="+", required=True)
    parser.add_argument("--sentences", type=int, default=40_000)
    parser.add_argument("--convention", choices=CONVENTIONS, default="rasd")
    parser.add_argument("--sure", type=float, default=0.6)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    kept = list(label(args.taggers, read_sentences(args.news, args.sentences, args.seed), args.sure, args.convention))
    write_conll(kept, args.out)
    print(f"{len(kept)} sentences, {sum(len(s.words) for s in kept)} words")


if __name__ == "__main__":
    main()
