"""camel-tools' named entity recogniser behind Rasd's protocol."""

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pipeline.document import Token
from pipeline.errors import ConfigError, ModelError
from pipeline.evaluation.corpora import tag_spans
from pipeline.models import models_folder
from pipeline.names.recognizer import NameSpan
from pipeline.text.normalize import strip_marks

_LABELS: Final = {"PERS": "PER", "PER": "PER", "LOC": "LOC", "ORG": "ORG"}
_PIECES: Final = 254  # sub-words that camel-tools reads at once, without [CLS] and [SEP]
_OVERLAP: Final = 64  # sub-words at most that two windows over a longer sentence share
_WORD: Final = 100  # sub-words of the longest word that is read; less than a window without its overlap
_KEPT: Final = 100_000


@contextmanager
def _catalogue() -> Iterator[None]:
    """Let camel-tools be imported offline: where no data are installed, an empty catalogue stands in for theirs."""
    if "CAMELTOOLS_DATA" in os.environ or (Path.home() / ".camel_tools" / "data" / "catalogue.json").exists():
        yield
        return
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "catalogue.json").write_text(
            json.dumps({"version": "1.6.0", "packages": {}, "components": {}}), encoding="utf-8"
        )
        os.environ["CAMELTOOLS_DATA"] = folder
        try:
            yield
        finally:
            del os.environ["CAMELTOOLS_DATA"]


class CamelNames:
    """Runs `NERecognizer` on a folder of a `BertForTokenClassification`, or on an installed camel-tools model.

    model: a folder, or the name of an installed model; None is the shipped `camel-bert`. chunk: windows that
    camel-tools gets at once; it keeps the scores of all of them, so this bounds the memory. A sentence of more
    sub-words than it takes is read in overlapping windows, so no word is clipped. Words are read without diacritics.
    Raises ConfigError where camel-tools cannot be imported and ModelError for a model that cannot be loaded.
    """

    name = "camel"

    def __init__(self, model: str | None = None, chunk: int = 32) -> None:
        model = model or str(models_folder() / "camel-bert")
        with _catalogue():
            try:
                from camel_tools.ner import NERecognizer
                from safetensors import SafetensorError
                from transformers.utils.logging import disable_progress_bar
            except ImportError as error:
                raise ConfigError(
                    f"the camel recogniser needs camel-tools with torch and transformers: {error}"
                ) from error
            disable_progress_bar()  # type: ignore[no-untyped-call]
            try:
                load = NERecognizer if Path(model).is_dir() else NERecognizer.pretrained
                self.recognizer: Any = load(model, use_gpu=False)
            except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
                raise ModelError(
                    f"camel-tools cannot load {model!r}: {error}; install it with `camel_data -i ner-arabert`, or give "
                    f"the folder of a BertForTokenClassification as names.camel_model"
                ) from error
        self.chunk = chunk
        self.words: dict[str, tuple[str, int]] = {}
        self.logits: list[NDArray[np.float32]] = []
        # NERecognizer gives labels only; what its model answered to each batch is kept here for the scores.
        self.recognizer.model.register_forward_hook(lambda _, __, output: self.logits.append(output[0].float().numpy()))

    def __call__(self, sentences: Sequence[Sequence[Token]]) -> list[list[NameSpan]]:
        """Give the names of each sentence; a score is the probability of the least sure word of a name."""
        if len(self.words) > _KEPT:
            self.words.clear()
        read = [[self._word(token.text) for token in s] for s in sentences]
        windows = [(n, *window) for n, words in enumerate(read) for window in _windows([size for _, size in words])]
        tags = [["O"] * len(words) for words in read]
        sure = [np.zeros(len(words), dtype=np.float32) for words in read]
        for at in range(0, len(windows), self.chunk):
            part = windows[at : at + self.chunk]
            self.logits.clear()
            predicted = self.recognizer.predict([[word for word, _ in read[n][a:b]] for n, a, b, _ in part])
            scores = np.concatenate(self.logits)
            for (n, first, last, skip), labels, logits in zip(part, predicted, scores, strict=True):
                places = np.cumsum([1, *(size for _, size in read[n][first : last - 1])])
                tags[n][first + skip : last] = labels[skip:]
                sure[n][first + skip : last] = _probability(logits[places])[skip:]
        return [self._spans(*result) for result in zip(tags, sure, strict=True)]

    def _word(self, surface: str) -> tuple[str, int]:
        """Give a word as the model reads it, and its sub-words.

        A word that camel-tools would leave out, or of more than `_WORD` sub-words, becomes the unknown word.
        """
        known = self.words.get(surface)
        if known is None:
            word = strip_marks(surface)
            size = len(self.recognizer.tokenizer.tokenize(word))
            known = (word, size) if 0 < size <= _WORD else (self.recognizer.tokenizer.unk_token, 1)
            self.words[surface] = known
        return known

    def _spans(self, tags: Sequence[str], sure: NDArray[np.float32]) -> list[NameSpan]:
        return [
            NameSpan(start, end, _LABELS[label], round(float(sure[start:end].min()), 3), self.name)
            for start, end, label in tag_spans(tags)
            if label in _LABELS
        ]


def _windows(sizes: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Give (first word, end, words to skip) of windows over a sentence whose words have these numbers of sub-words.

    Of two windows over the same words, each gives the half of the overlap that it sees from inside.
    """
    first = seen = 0
    while first < len(sizes):
        last, pieces = first, 0
        while last < len(sizes) and pieces + sizes[last] <= _PIECES:
            pieces += sizes[last]
            last += 1
        yield first, last, (seen - first) // 2
        if last == len(sizes):
            break
        seen, pieces = last, 0
        first = last
        while pieces + sizes[first - 1] <= _OVERLAP:
            pieces += sizes[first - 1]
            first -= 1


def _probability(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the probability of the likeliest label of each row."""
    shares = np.exp(logits - logits.max(1, keepdims=True))
    likeliest: NDArray[np.float32] = 1.0 / shares.sum(1)
    return likeliest
