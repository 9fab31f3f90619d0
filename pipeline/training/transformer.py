"""Layers of a transformer, how they are pre-trained, and what the deep reader of events makes of them.

Shapes: B sequences, T words of the longest one, padding at the end.
"""

from collections.abc import Iterable
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
    """A layer of a transformer: attention by places relative to each other, then two products.

    squared: square what the first of the two gives, which then has no bias; hard to round to bytes.
    """

    def __init__(self, width: int, heads: int, *, squared: bool = False) -> None:
        super().__init__()
        self.heads, self.squared = heads, squared
        self.before_look, self.before_think = nn.LayerNorm(width), nn.LayerNorm(width)
        self.look = nn.Linear(width, 3 * width, bias=False)
        self.looked = nn.Linear(width, width, bias=False)
        self.think = nn.Linear(width, 4 * width, bias=not squared)
        self.thought = nn.Linear(4 * width, width, bias=False)
        self.drop = nn.Dropout(0.0)
        nn.init.zeros_(self.looked.weight)
        nn.init.zeros_(self.thought.weight)

    def forward(self, x: Tensor, turns: tuple[Tensor, Tensor], inside: Tensor | None = None) -> Tensor:
        """Give [B, T, width] of [B, T, width].

        turns: as of `turns_of`, for width / heads. inside: [B, 1, 1, T] words that are no padding; None where there is
        none.
        """
        batch, length, width = x.shape
        parts = self.look(self.before_look(x)).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        query, key, value = parts.unbind(0)
        query, key = (_turned(nn.functional.rms_norm(part, part.shape[-1:]), *turns) for part in (query, key))
        seen = nn.functional.scaled_dot_product_attention(query.to(value.dtype), key.to(value.dtype), value, inside)
        x = x + self.drop(self.looked(seen.transpose(1, 2).reshape(batch, length, width)))
        thinking = torch.relu(self.think(self.before_think(x)))
        return cast(Tensor, x + self.drop(self.thought(thinking.square() if self.squared else thinking)))


def _turned(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    one, two = x.chunk(2, -1)
    return torch.cat([one * cos - two * sin, one * sin + two * cos], -1)


def turns_of(length: int, width: int, device: torch.device | str = "cpu") -> tuple[Tensor, Tensor]:
    """Give cosines and sines of places, by which a head of this width turns what it reads: [length, width / 2] each."""
    half = width // 2
    speeds = 1_000.0 ** (-torch.arange(half, device=device) / half)
    places = torch.arange(length, device=device)[:, None] * speeds
    return places.cos(), places.sin()


class Steps:
    """Steps of pre-training by one schedule: Muon, five times as fast, for the products of layers, AdamW for all else.

    parts: the optimizers.
    """

    def __init__(self, network: nn.Module, layers: Iterable[nn.Module], rate: float) -> None:
        matrices = [p for layer in layers for p in layer.parameters() if p.ndim == 2]
        known = {id(p) for p in matrices}
        self.rest = [p for p in network.parameters() if id(p) not in known]
        self.rates = (rate * 5, rate)
        self.parts: list[torch.optim.Optimizer] = [
            torch.optim.Muon(matrices, lr=rate * 5, weight_decay=0.01, momentum=0.95),
            torch.optim.AdamW(self.rest, lr=rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True),
        ]

    def take(self, loss: Tensor, number: int, progress: float) -> None:
        """Take a step. number: of the step, from 1. progress: share of the time that is over."""
        scale = min(1.0, number / 150) * min(1.0, max(0.01, (1.0 - progress) / 0.6))
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.rest, 1.0)
        for optimizer, rate in zip(self.parts, self.rates, strict=True):
            for group in optimizer.param_groups:
                group["lr"] = rate * scale
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)


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
        turns = turns_of(states.shape[1], self.size.width // self.size.heads, states.device)
        x = self.take(states)
        if known is not None:
            x = x + known
        for layer in self.layers:
            x = layer(x, turns, inside)
        return cast(Tensor, self.norm(x))
