"""Tokens and sentences from a Stanza model folder."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, ClassVar, Final

from pipeline.config import Config
from pipeline.document import Document, Token
from pipeline.errors import ConfigError, ModelError
from pipeline.models import models_folder
from pipeline.text.normalize import LINE_ENDS, fold
from pipeline.text.tokens import LONGEST, fill_tokens, trim

_LINE: Final = re.compile(f"[^{LINE_ENDS}]+")
_PIECE: Final = re.compile(r"\S+")


def stanza_pipeline(folder: Path, processors: str, **options: Any) -> Any:
    """Load a Stanza pipeline for Arabic from a local folder with `resources.json`; nothing is downloaded.

    Raises ConfigError where Stanza is not installed and ModelError where the folder holds no such model.
    """
    try:
        import stanza
        from stanza.pipeline.core import PipelineRequirementsException
    except ImportError as error:
        raise ConfigError("this setting needs Stanza: pip install 'rasd[stanza]'") from error
    if not (folder / "resources.json").exists():
        raise ModelError(
            f"{folder} holds no Stanza model (no resources.json); get one with "
            f"python -c \"import stanza; stanza.download('ar', model_dir='{folder}')\""
        )
    try:
        return stanza.Pipeline(
            "ar", dir=str(folder), processors=processors, download_method=None, use_gpu=False, verbose=False, **options
        )
    except (OSError, ValueError, KeyError, EOFError, RuntimeError, UnpicklingError, PipelineRequirementsException) as e:
        raise ModelError(f"{folder}: Stanza cannot load {processors!r}: {e}; download the model again") from e


class StanzaTokens:
    """Fills `tokens` and `sentences` with a Stanza tokenizer.

    Sentences end where Stanza ends them and at every line end. A multi-word token (`وبالقاهرة`) stays one token with
    the offsets of the raw text: its inner words, which may be spelt otherwise, have none, so they are not used; the
    proclitics of names are cut by `names.clitics`.
    """

    name: ClassVar[str] = "tokens"
    reads: ClassVar[frozenset[str]] = frozenset({"text", "segments"})
    writes: ClassVar[frozenset[str]] = frozenset({"tokens", "sentences"})

    def __init__(self, config: Config) -> None:
        given = config.stanza_tokenizer
        self.pipeline = stanza_pipeline(Path(given) if given else models_folder() / "stanza-ar", "tokenize")
        self.pipeline.processors.pop("mwt", None)  # Stanza adds the expander of multi-word tokens by itself

    def __call__(self, docs: Sequence[Document]) -> list[Document]:
        """Give the same documents with tokens and sentences."""
        return [fill_tokens(doc, self._cut) for doc in docs]

    def _cut(self, text: str, offset: int) -> Iterator[Sequence[Token]]:
        lines = [line for line in _LINE.finditer(text) if line.group().strip()]
        for line, found in zip(lines, self.pipeline.bulk_process([line.group() for line in lines]), strict=True):
            base = line.start()
            for sentence in found.sentences:
                spans = [
                    span for t in sentence.tokens for span in _pieces(text, base + t.start_char, base + t.end_char)
                ]
                tokens = [Token(offset + a, offset + b, text[a:b], fold(text[a:b])) for a, b in spans]
                for first in range(0, len(tokens), LONGEST):
                    yield tokens[first : first + LONGEST]


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Give the spans of a Stanza token without inner blanks and invisible edges."""
    for piece in _PIECE.finditer(text, start, end):
        span = trim(text, *piece.span())
        if span[0] < span[1]:
            yield span
