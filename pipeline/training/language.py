"""The shipped language model in torch, for text without end on any device."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from pipeline.models import models_folder
from pipeline.names.states import STEPS, ZERO
from pipeline.training.adapt import read_back
from pipeline.training.encoder import END
from pipeline.training.networks import RowIndex

_FORMS: Final = 20_000  # vectors made at once
_STOPS: Final = frozenset(".!?؟…")


class Language:
    """The shipped language model on a device, for words out of a list of forms.

    vectors: [forms, D], from -1 to 1 in the steps of bytes. limit: what 1 stands for. listed: words that have rows
    of their own. rows: [forms] the row of each form among them. stops: [forms] whether a sentence ends with it.
    """

    def __init__(self, forms: Sequence[str], device: str) -> None:
        folder = models_folder() / "compact-ner"
        tagger, self.listed, _ = read_back(folder)
        index = RowIndex(forms, tagger.table.bag.num_embeddings, self.listed)
        with np.load(folder / "table.npz") as arrays:
            self.limit = float(arrays["limit"])
        with torch.no_grad():
            numbers = torch.split(torch.arange(len(forms)), _FORMS)
            made = torch.cat([tagger.table(*index.select(part)) for part in numbers])
        self.kind = torch.float16 if device == "cuda" else torch.float32
        self.vectors = _stepped(made / self.limit).to(device, self.kind)
        self.encoder = tagger.encoder.eval().requires_grad_(False).to(device, self.kind)
        for layer in (self.encoder.left, self.encoder.right):
            layer.flatten_parameters()
        self.rows = index.listed.to(device)
        self.stops = torch.tensor([form in _STOPS for form in forms], device=device)
        self.stops[END] = True

    def read(self, words: Tensor, hidden: Tensor | None = None) -> Tensor:
        """Give the states [B, T, D + 2 H] of [B, T] words, as the shipped model reads them, a sentence at a time.

        hidden: [B, T] words whose vectors are empty.
        """
        first = torch.ones_like(words, dtype=torch.bool)
        first[:, 1:] = self.stops[words[:, :-1]] | (words[:, 1:] == END)
        values = self.vectors[words]
        if hidden is not None:
            values = values.masked_fill(hidden.unsqueeze(-1), 0)
        found = self.states(values.flatten(0, 1), first.flatten())
        return found.view(*words.shape, -1)

    @torch.no_grad()
    def states(self, values: Tensor, first: Tensor) -> Tensor:
        """Give the states [N, D + 2 H] of words whose vectors are [N, D]; first: [N] words that begin a sentence."""
        place = torch.arange(len(first), device=first.device)
        sentence = first.cumsum(0) - 1
        starts = place[first]
        lengths = torch.diff(starts, append=place.new_tensor([len(first)]))
        rank = torch.empty_like(lengths)
        rank[lengths.argsort(descending=True)] = torch.arange(len(lengths), device=first.device)
        from_left = place - starts[sentence]
        sizes = torch.bincount(from_left)
        before = sizes.cumsum(0) - sizes
        sides = []
        for layer, step in (
            (self.encoder.left, from_left), (self.encoder.right, lengths[sentence] - 1 - from_left)
        ):  # fmt: skip
            where = before[step] + rank[sentence]
            packed = torch.empty_like(values)
            packed[where] = values * self.limit
            found, _ = layer(PackedSequence(packed, sizes.cpu()))
            sides.append(_stepped(found.data[where]))
        return torch.cat([values, *sides], -1)


def _stepped(values: Tensor) -> Tensor:
    """Round values between -1 and 1 to the steps of bytes."""
    return (values * STEPS).round().clamp(-ZERO, STEPS) / STEPS
