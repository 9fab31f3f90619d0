"""The tagger as it is shipped: int8 layers whose results do not depend on what else is in the batch.

ONNX Runtime's dynamic quantization rounds the input and the state of a layer by the largest and smallest value of the
whole batch, so a sentence would come out a little different beside another one. The pinned parts add a made-up one to
every batch that always holds the extremes: two inputs at the ends of the range to which all others are clipped, and two
units of the state that run as far up and down as a state can in as many steps. With the range fixed, so is every
rounding. The made-up sentence is dropped from the results. (This holds for one thread; several share a batch out.)
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, cast

import torch
from torch import Tensor, nn

from pipeline.training.networks import Encoder, RowIndex, Tagger

_SURE: Final = 30.0  # a gate at this value is open, at minus this value shut, to the last bit
_QUANTILE: Final = 0.9999  # of the absolute inputs; what lies beyond is clipped
EXTRA: Final = 2  # inputs and units that are added to a layer


def _pinned(layer: nn.LSTM, limit: float) -> nn.LSTM:
    """Give a layer with two more inputs and units: one unit runs up, one down, where the first input is `limit`."""
    width, size = layer.input_size, layer.hidden_size
    wide = nn.LSTM(width + EXTRA, size + EXTRA, batch_first=True)
    with torch.no_grad():
        for parameter in wide.parameters():
            parameter.zero_()
        inputs, states, bias, other = (cast(Tensor, p) for p in layer.parameters())
        wide_inputs, wide_states, wide_bias, _ = (cast(Tensor, p) for p in wide.parameters())
        for gate in range(4):  # input, forget, cell, output, as torch orders them
            old, new = slice(gate * size, (gate + 1) * size), gate * (size + EXTRA)
            wide_inputs[new : new + size, :width] = inputs[old]
            wide_states[new : new + size, :size] = states[old]
            wide_bias[new : new + size] = bias[old] + other[old]
            for unit, sign in enumerate((1.0, -1.0)):
                row = new + size + unit
                wide_bias[row] = (-_SURE, _SURE, 0.0, _SURE)[gate]
                wide_inputs[row, width] = (2 * _SURE / limit, 0.0, sign * _SURE / limit, 0.0)[gate]
    return wide


def _with_ends(inputs: Tensor, limit: float) -> Tensor:
    """Add two inputs that are 0 but in the last sentence, where they are the limits and all others are 0."""
    wide = torch.cat([inputs, torch.zeros_like(inputs[..., :EXTRA])], -1)
    ends = torch.zeros(wide.shape[-1])
    ends[-2], ends[-1] = limit, -limit
    return torch.cat([wide[:-1], wide[-1:] * 0 + ends])


def _read(layers: nn.ModuleList, inputs: Tensor, reverse: Tensor, limit: float) -> tuple[Tensor, Tensor]:
    """Give the states of two pinned layers from the left and from the right, without the added units."""
    wide = _with_ends(inputs.clamp(-limit, limit), limit)
    left, _ = layers[0](wide)
    turned, _ = layers[1](torch.gather(wide, 1, reverse.unsqueeze(-1).expand_as(wide)))
    right = torch.gather(turned, 1, reverse.unsqueeze(-1).expand_as(turned))
    return left[..., :-EXTRA], right[..., :-EXTRA]


class PinnedEncoder(nn.Module):
    """An encoder for inference. limit: the largest absolute input."""

    def __init__(self, encoder: Encoder, limit: float) -> None:
        super().__init__()
        self.limit = limit
        self.layers = nn.ModuleList(_pinned(layer, limit) for layer in (encoder.left, encoder.right))

    def forward(self, vectors: Tensor, reverse: Tensor) -> Tensor:
        """Give the vectors, clipped, and the states from the left and from the right, [B, T, D + 2 H]."""
        more, turned = (torch.cat([part, part[:1]]) for part in (vectors, reverse))
        left, right = _read(self.layers, more, turned, self.limit)
        return torch.cat([vectors.clamp(-self.limit, self.limit), left[:-1], right[:-1]], -1)


class PinnedTop(nn.Module):
    """What a tagger has above its encoder, for inference. limits: the largest absolute input of each part."""

    def __init__(self, tagger: Tagger, limits: tuple[float, float]) -> None:
        super().__init__()
        self.tagger = tagger
        self.limit = limits[1]
        self.layers = nn.ModuleList(_pinned(layer, limits[1]) for layer in (tagger.left, tagger.right))
        self.mix = nn.Linear(tagger.mix.in_features + EXTRA, tagger.mix.out_features)
        with torch.no_grad():
            self.mix.weight.zero_()
            self.mix.weight[:, :-EXTRA] = tagger.mix.weight
            self.mix.bias.copy_(tagger.mix.bias)
            self.widest = max(limits[0], 1.0, float(tagger.convention.weight.abs().max()))

    def forward(self, states: Tensor, reverse: Tensor, convention: Tensor) -> Tensor:
        """Give what `Tagger.forward` gives, [B, T, tags], up to the rounding."""
        tagger = self.tagger
        states, reverse, convention = (torch.cat([part, part[:1]]) for part in (states, reverse, convention))
        marker = tagger.convention(convention).unsqueeze(1).expand(-1, states.shape[1], -1)
        mixed = torch.relu(self.mix(_with_ends(torch.cat([states, marker], -1), self.widest)))
        left, right = _read(self.layers, mixed, reverse, self.limit)
        return cast(Tensor, tagger.out(torch.cat([left, right, marker], -1))[:-1])


def measure_limits(tagger: Tagger, listed: Sequence[str], sentences: Sequence[Sequence[str]]) -> tuple[float, float]:
    """Give the limits of the pinned parts of a tagger: a high quantile of what its layers read in these word forms."""
    forms = sorted({form for sentence in sentences for form in sentence})
    number = {form: n for n, form in enumerate(forms)}
    index = RowIndex(forms, tagger.table.bag.num_embeddings, listed)
    with torch.no_grad():
        table = tagger.table(*index.select(torch.arange(len(forms))))
        lower, upper = [], []
        for sentence in sentences:
            vectors = table[torch.tensor([[number[form] for form in sentence]])]
            reverse = torch.arange(len(sentence) - 1, -1, -1).unsqueeze(0)
            left, right = tagger.encoder(vectors, reverse)
            marker = tagger.convention(torch.zeros(1, dtype=torch.long)).unsqueeze(1).expand(-1, len(sentence), -1)
            lower.append(vectors.abs().flatten())
            upper.append(torch.relu(tagger.mix(torch.cat([vectors, left, right, marker], -1))).flatten())
    return tuple(float(high_quantile(torch.cat(values))) for values in (lower, upper))  # type: ignore[return-value]


def high_quantile(values: Tensor) -> Tensor:
    """Give the value that all but one in ten thousand lie below."""
    return values.sort().values[int(_QUANTILE * (len(values) - 1))]


def quantize(path: Path) -> None:
    """Round the weights of an exported part to int8, a scale per row; the last layer stays as it is."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(path, path, weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=["LSTM", "MatMul"],
                     nodes_to_exclude=["/out/MatMul"])  # fmt: skip
