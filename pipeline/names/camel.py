"""camel-tools' named entity recogniser behind Rasd's protocol."""

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from pipeline.document import Token
from pipeline.errors import ConfigError, ModelError
from pipeline.evaluation.corpora import tag_spans
from pipeline.names.recognizer import NameSpan

_LABELS: Final = {"PERS": "PER", "PER": "PER", "LOC": "LOC", "ORG": "ORG"}
_SENTENCES: Final = 32  # sentences at a time: camel-tools keeps the scores of all that it is given
_WORDS: Final = 80  # words at a time: camel-tools clips what is longer than 256 sub-words


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

    Long sentences are read in pieces, few sentences at a time, so that memory stays flat and no word is clipped.
    Raises ConfigError where camel-tools cannot be imported and ModelError for a model that cannot be loaded.
    """

    name = "camel"

    def __init__(self, model: str | None) -> None:
        with _catalogue():
            try:
                from camel_tools.ner import NERecognizer
            except ImportError as error:
                raise ConfigError(
                    f"the camel recogniser needs camel-tools with torch and transformers: {error}"
                ) from error
            try:
                if model and Path(model).is_dir():
                    self.recognizer: Any = NERecognizer(model, use_gpu=False)
                else:
                    self.recognizer = NERecognizer.pretrained(model, use_gpu=False)
            except Exception as error:  # camel-tools and transformers raise many kinds for a missing model
                raise ModelError(
                    f"camel-tools cannot load {model or 'its default NER model'}: {error}; install it with "
                    f"`camel_data -i ner-arabert`, or give the folder of a BertForTokenClassification as "
                    f"names.camel_model"
                ) from error

    def __call__(self, sentences: Sequence[Sequence[Token]]) -> list[list[NameSpan]]:
        """Give the names of each sentence; camel-tools gives no scores."""
        found: list[list[NameSpan]] = [[] for _ in sentences]
        pieces = [(n, at) for n, s in enumerate(sentences) for at in range(0, len(s), _WORDS)]
        for first in range(0, len(pieces), _SENTENCES):
            part = pieces[first : first + _SENTENCES]
            words = [[token.text for token in sentences[n][at : at + _WORDS]] for n, at in part]
            for (n, at), tags in zip(part, self.recognizer.predict(words), strict=True):
                for start, end, label in tag_spans(tags):
                    if label in _LABELS:
                        found[n].append(NameSpan(at + start, at + end, _LABELS[label], None, self.name))
        return found
