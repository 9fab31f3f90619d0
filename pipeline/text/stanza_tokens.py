"""Tokens and sentences from a Stanza model folder."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from pipeline.config import Config
from pipeline.document import Document, Sentence, Token
from pipeline.errors import ConfigError, ModelError
from pipeline.models import models_folder
from pipeline.text.normalize import fold


def stanza_pipeline(folder: Path, processors: str) -> Any:
    """Load a Stanza pipeline for Arabic from a local folder with `resources.json`; nothing is downloaded.

    Raises ConfigError where Stanza is not installed and ModelError where the folder holds no such model.
    """
    try:
        import stanza
    except ImportError as error:
        raise ConfigError("this setting needs Stanza: pip install 'rasd[stanza]'") from error
    if not (folder / "resources.json").exists():
        raise ModelError(
            f"{folder} holds no Stanza model (no resources.json); get one with "
            f"python -c \"import stanza; stanza.download('ar', model_dir='{folder}')\""
        )
    try:
        return stanza.Pipeline(
            "ar", dir=str(folder), processors=processors, download_method=None, use_gpu=False, verbose=False
        )
    except Exception as error:  # Stanza raises bare exceptions of many kinds for a missing or damaged file
        raise ModelError(f"{folder}: Stanza cannot load {processors!r}: {error}; download the model again") from error


class StanzaTokens:
    """Fills `tokens` and `sentences` with a Stanza tokenizer; a multi-word token stays one token of the raw text."""

    name: ClassVar[str] = "tokens"
    reads: ClassVar[frozenset[str]] = frozenset({"text", "segments"})
    writes: ClassVar[frozenset[str]] = frozenset({"tokens", "sentences"})

    def __init__(self, config: Config) -> None:
        given = config.stanza_tokenizer
        self.pipeline = stanza_pipeline(Path(given) if given else models_folder() / "stanza-ar", "tokenize")

    def __call__(self, docs: Sequence[Document]) -> list[Document]:
        """Give the same documents with tokens and sentences."""
        return [self._one(doc) for doc in docs]

    def _one(self, doc: Document) -> Document:
        tokens: list[Token] = []
        sentences: list[Sentence] = []
        for number, segment in enumerate(doc.segments):
            text = doc.text[segment.start : segment.end]
            if not text.strip():
                continue
            for sentence in self.pipeline(text).sentences:
                first = len(tokens)
                for token in sentence.tokens:
                    start, end = segment.start + token.start_char, segment.start + token.end_char
                    surface = doc.text[start:end]
                    tokens.append(Token(start, end, surface, fold(surface)))
                if len(tokens) > first:
                    sentences.append(Sentence(tokens[first].start, tokens[-1].end, number, first, len(tokens)))
        return replace(doc, tokens=tuple(tokens), sentences=tuple(sentences))
