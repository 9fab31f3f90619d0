"""Stanza's named entity recogniser behind Rasd's protocol."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pipeline.document import Token
from pipeline.models import models_folder
from pipeline.names.recognizer import NameSpan
from pipeline.text.normalize import strip_marks
from pipeline.text.stanza_tokens import stanza_pipeline

_LABELS: Final = {"PER": "PER", "PERS": "PER", "PERSON": "PER", "LOC": "LOC", "GPE": "LOC", "FAC": "LOC", "ORG": "ORG"}
_BATCH: Final = 64


class StanzaNames:
    """Runs `ner` of a Stanza model folder over Rasd's own tokens; labels other than names are left out.

    folder: a Stanza model folder with `resources.json`; None is the shipped one. Words are read without diacritics.
    """

    name = "stanza"

    def __init__(self, folder: str | None) -> None:
        place = Path(folder) if folder else models_folder() / "stanza-ar"
        self.pipeline = stanza_pipeline(place, "tokenize,ner", tokenize_pretokenized=True)

    def __call__(self, sentences: Sequence[Sequence[Token]]) -> list[list[NameSpan]]:
        """Give the names of each sentence; Stanza gives no scores."""
        found: list[list[NameSpan]] = [[] for _ in sentences]
        filled = sorted((n for n, s in enumerate(sentences) if s), key=lambda n: len(sentences[n]))
        for at in range(0, len(filled), _BATCH):
            part = filled[at : at + _BATCH]
            doc = self.pipeline([[strip_marks(t.text) or t.text for t in sentences[n]] for n in part])
            for n, sentence in zip(part, doc.sentences, strict=True):
                for entity in sentence.ents:
                    label = _LABELS.get(entity.type)
                    if label:
                        first, last = entity.tokens[0].id[0] - 1, entity.tokens[-1].id[-1]
                        found[n].append(NameSpan(first, last, label, None, self.name))
        return found
