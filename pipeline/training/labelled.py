"""Labelled and unlabelled text as the recipes of the Stanza and BERT recognisers read it: words without diacritics."""

import lzma
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.evaluation.corpora import LabelledSentence, gold_sentences, read_conll, read_gold, retokenize
from pipeline.names.words import model_form, subword_rows
from pipeline.text.normalize import strip_marks
from pipeline.text.tokens import split_sentences, tokenize


def read_corpus(path: Path) -> list[LabelledSentence]:
    """Read a CoNLL file or JSON gold as sentences of Rasd's tokens without diacritics."""
    if path.suffix == ".json":
        docs = read_gold(path, path.with_suffix(".docs.json"))
        sentences = [s for doc in docs for s in gold_sentences(doc)]
    else:
        sentences = [retokenize(s) for s in read_conll(path)]
    plain = (replace(s, words=tuple(strip_marks(w) or w for w in s.words)) for s in sentences)
    return [s for s in plain if s.words]


def split_corpora(paths: Sequence[Path]) -> tuple[list[LabelledSentence], list[LabelledSentence]]:
    """Give the training sentences of CoNLL files and JSON gold, and the last tenth of each CoNLL file."""
    train: list[LabelledSentence] = []
    held: list[LabelledSentence] = []
    for path in paths:
        sentences = read_corpus(path)
        cut = len(sentences) - (len(sentences) // 10 if path.suffix != ".json" else 0)
        train += sentences[:cut]
        held += sentences[cut:]
    return train, held


def write_conll(sentences: Sequence[LabelledSentence], path: Path) -> None:
    """Write sentences as CoNLL in two columns."""
    blocks = ("".join(f"{w}\t{t}\n" for w, t in zip(s.words, s.tags, strict=True)) for s in sentences)
    path.write_text("\n".join(blocks), encoding="utf-8")


def read_text(paths: Sequence[Path], words: int) -> Iterator[list[str]]:
    """Give sentences from the beginning of each xz file of text, about `words` words in equal shares."""
    for path in paths:
        count = 0
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                tokens = tokenize(line)
                for first, last in split_sentences(line, tokens):
                    yield [strip_marks(t.text) or t.text for t in tokens[first:last]]
                count += len(tokens)
                if count >= words // len(paths):
                    break


def word_vectors(compact: Path, words: Sequence[str]) -> NDArray[np.float32]:
    """Give vectors for words, [words, width]: the means of a compact recogniser's sub-word rows, without own rows."""
    with np.load(compact / "table.npz") as arrays:
        rows, scales = arrays["rows"], arrays["scales"]
    places = (subword_rows(model_form(word), len(rows)) for word in words)
    return np.stack([(rows[at] * scales[at, None]).mean(0) for at in places])
