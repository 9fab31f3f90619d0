"""The tagger as it is shipped: int8 layers whose results do not depend on what else is in the batch.

ONNX Runtime's dynamic quantization rounds the input and the state of a layer by the largest and smallest value of the
whole batch, so a sentence would come out a little different beside another one. `Pinned` adds one made-up sentence to
every batch that always holds the extremes: two inputs at the ends of the range to which all others are clipped, and two
units of the state that run as far up and down as a state can in as many steps. With the range fixed, so is every
rounding. The made-up sentence is dropped from the scores. (This holds for one thread; several share a batch out.)
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, cast

import torch
from torch import Tensor, nn

from pipeline.training.networks import RowIndex, Tagger

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


class Pinned(nn.Module):
    """A tagger for inference. limits: the largest absolute input of the encoder, and of the upper layer."""

    def __init__(self, tagger: Tagger, limits: tuple[float, float]) -> None:
        super().__init__()
        self.tagger = tagger
        self.limits = limits
        encoder = tagger.encoder
        self.lower = nn.ModuleList(_pinned(layer, limits[0]) for layer in (encoder.left, encoder.right))
        self.upper = nn.ModuleList(_pinned(layer, limits[1]) for layer in (tagger.left, tagger.right))
        self.mix = nn.Linear(tagger.mix.in_features + EXTRA, tagger.mix.out_features)
        with torch.no_grad():
            self.mix.weight.zero_()
            self.mix.weight[:, :-EXTRA] = tagger.mix.weight
            self.mix.bias.copy_(tagger.mix.bias)
            self.widest = max(limits[0], 1.0, float(tagger.convention.weight.abs().max()))

    def _read(self, layers: nn.ModuleList, inputs: Tensor, reverse: Tensor, limit: float) -> tuple[Tensor, Tensor]:
        """Give the states from the left and from the right, without the added units."""
        wide = _with_ends(inputs.clamp(-limit, limit), limit)
        left, _ = layers[0](wide)
        turned, _ = layers[1](torch.gather(wide, 1, reverse.unsqueeze(-1).expand_as(wide)))
        right = torch.gather(turned, 1, reverse.unsqueeze(-1).expand_as(turned))
        return left[..., :-EXTRA], right[..., :-EXTRA]

    def forward(self, vectors: Tensor, reverse: Tensor, convention: Tensor) -> Tensor:
        """Give what `Tagger.forward` gives, [B, T, tags], up to the rounding."""
        tagger = self.tagger
        vectors, reverse, convention = (torch.cat([part, part[:1]]) for part in (vectors, reverse, convention))
        left, right = self._read(self.lower, vectors, reverse, self.limits[0])
        marker = tagger.convention(convention).unsqueeze(1).expand(-1, vectors.shape[1], -1)
        limit = self.limits[0]
        together = torch.cat([vectors.clamp(-limit, limit), left, right, marker], -1)
        mixed = torch.relu(self.mix(_with_ends(together, self.widest)))
        left, right = self._read(self.upper, mixed, reverse, self.limits[1])
        return cast(Tensor, tagger.out(torch.cat([left, right, marker], -1))[:-1])


def measure_limits(tagger: Tagger, listed: Sequence[str], sentences: Sequence[Sequence[str]]) -> tuple[float, float]:
    """Give the limits of `Pinned` for a tagger: a high quantile of what its layers read in these word forms."""
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
    return tuple(float(_quantile(torch.cat(values))) for values in (lower, upper))  # type: ignore[return-value]


def _quantile(values: Tensor) -> Tensor:
    return values.sort().values[int(_QUANTILE * (len(values) - 1))]


def quantize(path: Path) -> None:
    """Round the weights of an exported `Pinned` to int8, a scale per row; the last layer stays as it is."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(path, path, weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=["LSTM", "MatMul"],
                     nodes_to_exclude=["/out/MatMul"])  # fmt: skip
