"""The torch networks of the compact recogniser: a bidirectional word language model and the tagger on top of it.

Shapes: B sentences, T tokens of the longest one, D width of a word vector, H width of a language-model direction.
Padding is at the end of each sentence; the backward direction reads a reversed copy, so no state passes padding.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from pipeline.names.compact import allowed_steps
from pipeline.names.states import STEPS, ZERO
from pipeline.names.words import subword_rows


@dataclass(frozen=True, slots=True)
class EncoderSize:
    """Widths of the encoder.

    buckets: rows of the sub-word table. words: rows of the table of frequent words. dim: D. hidden: H per direction.
    layers: layers per direction.
    """

    buckets: int = 80_000
    words: int = 50_000
    dim: int = 128
    hidden: int = 320
    layers: int = 1


UNLISTED = 1  # the row of the table of frequent words that stays zero: that of all other words


class WordTable(nn.Module):
    """Vectors of word forms: means of hashed sub-word rows (see `names.words`), and own rows of frequent words."""

    def __init__(self, size: EncoderSize) -> None:
        super().__init__()
        self.bag = nn.EmbeddingBag(size.buckets, size.dim, mode="mean")
        self.own = nn.Embedding(size.words, size.dim, padding_idx=UNLISTED)
        nn.init.uniform_(self.bag.weight, -0.05, 0.05)
        nn.init.normal_(self.own.weight, std=0.05)
        with torch.no_grad():
            self.own.weight[UNLISTED].zero_()

    def forward(self, rows: Tensor, offsets: Tensor, listed: Tensor) -> Tensor:
        """Give [types, D] from flat sub-word rows, the offset at which each type's begin, and each type's own row."""
        return cast(Tensor, self.bag(rows, offsets) + self.own(listed))


class RowIndex:
    """The rows of a closed list of forms, laid out for `WordTable`.

    listed: the forms that have rows of their own, in the order of those rows.
    """

    def __init__(self, forms: Sequence[str], buckets: int, listed: Sequence[str]) -> None:
        lists = [subword_rows(form, buckets) for form in forms]
        self.lengths = torch.tensor([len(rows) for rows in lists])
        self.offsets = torch.cumsum(self.lengths, 0) - self.lengths
        self.rows = torch.tensor([row for rows in lists for row in rows])
        own = {form: row for row, form in enumerate(listed)}
        self.listed = torch.tensor([own.get(form, UNLISTED) for form in forms])

    def to(self, device: str) -> "RowIndex":
        """Move it to a device, and give it."""
        for name in ("lengths", "offsets", "rows", "listed"):
            setattr(self, name, getattr(self, name).to(device))
        return self

    def select(self, types: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Give flat sub-word rows, offsets and own rows of the chosen types."""
        lengths = self.lengths[types]
        offsets = torch.cumsum(lengths, 0) - lengths
        places = torch.arange(int(lengths.sum()), device=types.device)
        where = places - torch.repeat_interleave(offsets - self.offsets[types], lengths)
        return self.rows[where], offsets, self.listed[types]

    def vectors(self, table: WordTable, words: Tensor) -> Tensor:
        """Give the vectors [..., D] of words [...], those of each form made once."""
        types, where = torch.unique(words, return_inverse=True)
        return nn.functional.embedding(where, table(*self.select(types)))


class Encoder(nn.Module):
    """Two one-way LSTM language models over word vectors, one from the left, one from the right."""

    def __init__(self, size: EncoderSize) -> None:
        super().__init__()
        self.size = size
        self.left = nn.LSTM(size.dim, size.hidden, size.layers, batch_first=True)
        self.right = nn.LSTM(size.dim, size.hidden, size.layers, batch_first=True)

    def forward(self, vectors: Tensor, reverse: Tensor) -> tuple[Tensor, Tensor]:
        """Give the states after reading each word from the left and from the right, [B, T, H] each.

        vectors: [B, T, D]. reverse: [B, T] positions that turn each sentence round within its own length.
        """
        forward, _ = self.left(vectors)
        turned = torch.gather(vectors, 1, reverse.unsqueeze(-1).expand_as(vectors))
        backward, _ = self.right(turned)
        back = torch.gather(backward, 1, reverse.unsqueeze(-1).expand(-1, -1, backward.shape[-1]))
        return forward, back


def half_precision(device: str, *, enabled: bool = True) -> torch.autocast:
    """Compute in bfloat16 within, where the machine can: of CPUs those without AVX-512 have no LSTM in it."""
    able = device != "cpu" or torch.backends.cpu.get_cpu_capability().startswith("AVX512")
    return torch.autocast(device, dtype=torch.bfloat16, enabled=enabled and able)


def halved(network: nn.Module) -> dict[str, Tensor]:
    """Give the weights of a network in half precision on the CPU, as they are written."""
    return {name: value.half().cpu() for name, value in network.state_dict().items()}


def from_bytes(states: Tensor) -> Tensor:
    """Give the values from -1 to 1 that bytes of a language model stand for (see `names.states`)."""
    return (states.float() - ZERO) / STEPS


def turning(lengths: Sequence[int]) -> Tensor:
    """Give [B, T] positions that turn each sequence round within its own length."""
    reverse = torch.arange(max(lengths)).repeat(len(lengths), 1)
    for row, length in zip(reverse, lengths, strict=True):
        row[:length] = torch.arange(length - 1, -1, -1)
    return reverse


def turning_all(words: Tensor) -> Tensor:
    """Give [B, T] positions that turn sequences round that all fill their [B, T]."""
    return torch.arange(words.shape[1] - 1, -1, -1, device=words.device).expand_as(words)


class Tagger(nn.Module):
    """Scores of tags from word vectors, language-model states and the convention of a corpus.

    hidden: width of each direction of the upper LSTM. blocked: minus 1e4 for tag pairs that BIO forbids, else 0.
    """

    steps: nn.Parameter
    starts: nn.Parameter
    blocked: Tensor
    blocked_starts: Tensor

    def __init__(
        self, table: WordTable, encoder: Encoder, hidden: int, conventions: int, tags: int, dropout: float
    ) -> None:
        super().__init__()
        self.table = table
        self.encoder = encoder
        self.top = hidden
        self.convention = nn.Embedding(conventions, 16)
        self.mix = nn.Linear(encoder.size.dim + 2 * encoder.size.hidden + 16, 2 * hidden)
        self.left = nn.LSTM(2 * hidden, hidden, batch_first=True)
        self.right = nn.LSTM(2 * hidden, hidden, batch_first=True)
        self.out = nn.Linear(2 * hidden + 16, tags)
        self.steps = nn.Parameter(torch.zeros(tags, tags))
        self.starts = nn.Parameter(torch.zeros(tags))
        steps, starts = allowed_steps()
        self.register_buffer("blocked", torch.from_numpy(steps))
        self.register_buffer("blocked_starts", torch.from_numpy(starts))
        self.drop = nn.Dropout(dropout)

    def forward(self, vectors: Tensor, reverse: Tensor, conventions: Tensor) -> Tensor:
        """Give [B, T, tags]. vectors: [B, T, D]. reverse: [B, T]. conventions: [B]."""
        if self.training:
            # Whole words fall away now and then, so that the context learns to speak for them.
            keep = torch.rand(vectors.shape[:2], device=vectors.device) > 0.08
            vectors = vectors * keep.unsqueeze(-1)
        states = torch.cat([vectors, *self.encoder(vectors, reverse)], -1)
        marker = self.convention(conventions).unsqueeze(1).expand(-1, vectors.shape[1], -1)
        return cast(Tensor, self.out(torch.cat([self.drop(self.above(states, marker, reverse)), marker], -1)))

    def above(self, states: Tensor, marker: Tensor, reverse: Tensor) -> Tensor:
        """Give the states of the upper LSTM, [B, T, 2 hidden].

        states: [B, T, D + 2 H], vectors and language model. marker: [B, T, 16], of the convention.
        """
        mixed = torch.relu(self.mix(self.drop(torch.cat([states, marker], -1))))
        mixed = self.drop(mixed)
        left, _ = self.left(mixed)
        turned, _ = self.right(torch.gather(mixed, 1, reverse.unsqueeze(-1).expand_as(mixed)))
        right = torch.gather(turned, 1, reverse.unsqueeze(-1).expand_as(turned))
        return torch.cat([left, right], -1)

    def chain(self) -> tuple[np.ndarray, np.ndarray]:
        """Give the scores of steps and starts as the decoder takes them."""
        steps = self.steps + self.blocked
        starts = self.starts + self.blocked_starts
        return steps.detach().cpu().numpy(), starts.detach().cpu().numpy()
