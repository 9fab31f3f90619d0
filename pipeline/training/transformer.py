"""The transformer of the deep reader of events.

Shapes: B sequences, T words of the longest one, padding at the end.
"""

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class DeepSize:
    """Widths of a deep reader. width: of its layers. heads: that a layer looks with."""

    width: int = 384
    heads: int = 6
    layers: int = 6


class Layer(nn.Module):
    """A layer of a transformer: attention by places relative to each other, then two products."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.before_look, self.before_think = nn.LayerNorm(width), nn.LayerNorm(width)
        self.look = nn.Linear(width, 3 * width, bias=False)
        self.looked = nn.Linear(width, width, bias=False)
        self.think = nn.Linear(width, 4 * width)
        self.thought = nn.Linear(4 * width, width, bias=False)
        self.drop = nn.Dropout(0.0)
        nn.init.zeros_(self.looked.weight)
        nn.init.zeros_(self.thought.weight)

    def forward(self, x: Tensor, angles: tuple[Tensor, Tensor], inside: Tensor | None) -> Tensor:
        """Give [B, T, width] of [B, T, width].

        angles: cosines and sines of the places, [T, width / heads / 2] each. inside: [B, 1, 1, T] words that are no
        padding; None where there is none.
        """
        batch, length, width = x.shape
        parts = self.look(self.before_look(x)).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        query, key, value = parts.unbind(0)
        query, key = (_turned(nn.functional.rms_norm(part, part.shape[-1:]), *angles) for part in (query, key))
        seen = nn.functional.scaled_dot_product_attention(query.to(value.dtype), key.to(value.dtype), value, inside)
        x = x + self.drop(self.looked(seen.transpose(1, 2).reshape(batch, length, width)))
        return cast(Tensor, x + self.drop(self.thought(torch.relu(self.think(self.before_think(x))))))


def _turned(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    one, two = x.chunk(2, -1)
    return torch.cat([one * cos - two * sin, one * sin + two * cos], -1)


class Body(nn.Module):
    """What a deep reader makes of [B, T, inputs] states of the language model: [B, T, width]."""

    def __init__(self, inputs: int, size: DeepSize) -> None:
        super().__init__()
        self.size = size
        self.take = nn.Linear(inputs, size.width)
        self.layers = nn.ModuleList([Layer(size.width, size.heads) for _ in range(size.layers)])
        self.norm = nn.LayerNorm(size.width)

    def forward(self, states: Tensor, known: Tensor | None = None, inside: Tensor | None = None) -> Tensor:
        """Read. known: [B, T, width] what is known of the words besides. inside: as of `Layer`."""
        cos, sin = (part.to(states.device) for part in self.angles(states.shape[1]))
        x = self.take(states)
        if known is not None:
            x = x + known
        for layer in self.layers:
            x = layer(x, (cos, sin), inside)
        return cast(Tensor, self.norm(x))

    def angles(self, length: int) -> tuple[Tensor, Tensor]:
        """Give cosines and sines of the places of a sequence, [length, width / heads / 2] each."""
        half = self.size.width // self.size.heads // 2
        places = torch.arange(length)[:, None] * 1_000.0 ** (-torch.arange(half) / half)
        return places.cos(), places.sin()

    def matrices(self) -> list[nn.Parameter]:
        """Give the weights of the products of the layers."""
        return [p for layer in self.layers for p in layer.parameters() if p.ndim == 2]
