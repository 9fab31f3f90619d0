"""The networks as they are shipped: written for ONNX Runtime with weights, inputs and states in int8.

Every range is fixed when a network is written: a state lies between -1 and 1, an input is clipped to a high quantile of
what is read in training. So a sentence comes out alike in every batch (on one machine, in one thread). The gates of a
step are products of one row of bytes, input and state side by side, with weights that are scaled for both; the steps
are those of a `Scan`, which is up to twice as fast as ONNX Runtime's own quantized LSTM. Sequences are laid out time
first: T places of B sequences.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from pipeline.training.networks import Encoder, RowIndex, Tagger, turning

_QUANTILE: Final = 0.9999  # of the absolute inputs; what lies beyond is clipped
_OPSETS: Final = {"": 17, "com.microsoft": 1}
_ZERO: Final = 128  # the byte that stands for 0
_STEPS: Final = 127  # bytes on either side of it

_Floats = NDArray[np.floating[Any]]


class _Graph:
    """Nodes and constants of a graph under construction; what is added to it is known by its name.

    prefix: of the names that it makes, as those of a step may not stand in the graph around it.
    """

    def __init__(self, prefix: str = "") -> None:
        self.prefix = prefix
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, value: Any) -> str:
        """Add an array or a number."""
        name = f"{self.prefix}constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, op: str, *inputs: str, to: str = "", domain: str = "", **attributes: Any) -> str:
        """Add a node of one result, called `to` if that is given."""
        name = to or f"{self.prefix}value{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], domain=domain, **attributes))
        return name

    def rounded(self, values: str, limit: float) -> str:
        """Round values between -limit and limit to bytes."""
        return self.add("QuantizeLinear", values, self.constant(np.float32(limit / _STEPS)), self.zero())

    def zero(self) -> str:
        """Add the byte that stands for 0."""
        return self.constant(np.uint8(_ZERO))

    def product(self, values: str, weights: _Floats, bias: _Floats) -> str:
        """Multiply bytes with [inputs, outputs] weights per step of a byte, rounded to int8 with a scale per output."""
        scales = np.maximum(np.abs(weights).max(0), 1e-12) / _STEPS
        inputs = (values, self.constant(np.round(weights / scales).astype(np.int8)), self.constant(np.float32(1)),
                  self.constant(scales.astype(np.float32)), self.zero(), "", self.constant(bias))  # fmt: skip
        return self.add("MatMulIntegerToFloat", *inputs, domain="com.microsoft")

    def both(self, layers: tuple[nn.LSTM, nn.LSTM], inputs: str, limit: float, lengths: str) -> tuple[str, str]:
        """Read [T, B, D] inputs from the left and from the right; padding is at the end of each sequence."""
        size = layers[0].hidden_size
        count = self.add("Shape", lengths)
        start = self.add("ConstantOfShape", self.add("Concat", count, self.constant(np.array([size])), axis=0))
        read = self.rounded(inputs, limit)
        left = self._steps(layers[0], read, limit, start)
        right = self._steps(
            layers[1], self.add("ReverseSequence", read, lengths, batch_axis=1, time_axis=0), limit, start
        )
        return left, self.add("ReverseSequence", right, lengths, batch_axis=1, time_axis=0)

    def _steps(self, layer: nn.LSTM, inputs: str, limit: float, start: str) -> str:
        size, width = layer.hidden_size, layer.input_size
        name = f"layer{len(self.nodes)}_"
        body = _step(layer, limit, name)
        state = [
            helper.make_tensor_value_info(n, TensorProto.FLOAT, ["B", size]) for n in ("h", "c", "h2", "c2", "out")
        ]
        read = helper.make_tensor_value_info("x", TensorProto.UINT8, ["B", width])
        graph = helper.make_graph(body.nodes, "step", [*state[:2], read], state[2:], body.constants)
        ends = [f"{name}{end}" for end in ("h", "c", "states")]
        self.nodes.append(helper.make_node("Scan", [start, start, inputs], ends, body=graph, num_scan_inputs=1))
        return ends[2]

    def save(self, path: Path, inputs: dict[str, tuple[Any, ...]], output: str, shape: tuple[Any, ...]) -> None:
        """Write the graph. inputs: element type and shape of each."""
        given = [helper.make_tensor_value_info(name, kind, dims) for name, (kind, *dims) in inputs.items()]
        made = [helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)]
        graph = helper.make_graph(self.nodes, path.stem, given, made, self.constants)
        opsets = [helper.make_opsetid(domain, version) for domain, version in _OPSETS.items()]
        onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=9), path)


def _step(layer: nn.LSTM, limit: float, prefix: str) -> _Graph:
    """Give one step of a layer: from `h`, `c` and the bytes `x` to `h2` (`out` as well) and `c2`."""
    size = layer.hidden_size
    of_input, of_state, bias, other = (cast(Tensor, p).detach().numpy() for p in layer.parameters())
    weights = np.concatenate([of_input.T * (limit / _STEPS), of_state.T / _STEPS])
    graph = _Graph(prefix)
    both = graph.add("Concat", "x", graph.rounded("h", 1.0), axis=1)
    gates = []
    for number, shape in enumerate(("Sigmoid", "Sigmoid", "Tanh", "Sigmoid")):  # input, forget, cell, output
        part = slice(number * size, (number + 1) * size)
        gates.append(graph.add(shape, graph.product(both, weights[:, part], (bias + other)[part])))
    into, forget, new, out = gates
    graph.add("Add", graph.add("Mul", forget, "c"), graph.add("Mul", into, new), to="c2")
    graph.add("Mul", out, graph.add("Tanh", "c2"), to="h2")
    graph.add("Identity", "h2", to="out")
    return graph


def write_encoder(encoder: Encoder, limit: float, path: Path) -> None:
    """Write an encoder: `vectors` [T, B, D] and `lengths` [B] in, `states` [T, B, 2 H] out; padding gives anything.

    limit: the largest absolute input.
    """
    graph = _Graph()
    sides = graph.both((encoder.left, encoder.right), "vectors", limit, "lengths")
    graph.add("Concat", *sides, axis=2, to="states")
    inputs = {"vectors": (TensorProto.FLOAT, "T", "B", encoder.size.dim), "lengths": (TensorProto.INT64, "B")}
    graph.save(path, inputs, "states", ("T", "B", 2 * encoder.size.hidden))


def write_top(tagger: Tagger, limits: tuple[float, float], path: Path) -> None:
    """Write what a tagger has above its encoder, from what that reads and gives to `scores` [T, B, tags].

    Inputs: `vectors`, `states` and `lengths` as of the encoder, `convention` [B]. limits: the largest absolute vector,
    and input of the upper layers.
    """
    graph, width = _Graph(), tagger.encoder.size.dim
    mix, mix_bias, out, out_bias = (
        p.detach().numpy() for p in (tagger.mix.weight.T, tagger.mix.bias, tagger.out.weight.T, tagger.out.bias)
    )
    side, inner = tagger.encoder.size.hidden * 2, 2 * tagger.top
    marker = graph.add("Gather", graph.constant(tagger.convention.weight.detach().numpy()), "convention")
    none = np.zeros(inner, dtype=np.float32)
    read = graph.add(
        "Add",
        graph.product(graph.rounded("vectors", limits[0]), mix[:width] * (limits[0] / _STEPS), none),
        graph.product(graph.rounded("states", 1.0), mix[width : width + side] / _STEPS, mix_bias),
    )
    read = graph.add("Add", read, graph.add("MatMul", marker, graph.constant(mix[width + side :])))
    sides = graph.both((tagger.left, tagger.right), graph.add("Relu", read), limits[1], "lengths")
    scores = graph.add("MatMul", graph.add("Concat", *sides, axis=2), graph.constant(out[:inner]))
    marked = graph.add("MatMul", marker, graph.constant(out[inner:]))
    graph.add("Add", scores, graph.add("Add", marked, graph.constant(out_bias)), to="scores")
    inputs = {"vectors": (TensorProto.FLOAT, "T", "B", width), "states": (TensorProto.FLOAT, "T", "B", side),
              "lengths": (TensorProto.INT64, "B"), "convention": (TensorProto.INT64, "B")}  # fmt: skip
    graph.save(path, inputs, "scores", ("T", "B", len(out_bias)))


def measure_limits(tagger: Tagger, listed: Sequence[str], sentences: Sequence[Sequence[str]]) -> tuple[float, float]:
    """Give the limits of the parts of a tagger: a high quantile of what its layers read in these word forms."""
    forms = sorted({form for sentence in sentences for form in sentence})
    number = {form: n for n, form in enumerate(forms)}
    index = RowIndex(forms, tagger.table.bag.num_embeddings, listed)
    with torch.no_grad():
        table = tagger.table(*index.select(torch.arange(len(forms))))
        lower, upper = [], []
        for sentence in sentences:
            vectors = table[torch.tensor([[number[form] for form in sentence]])]
            left, right = tagger.encoder(vectors, turning([len(sentence)]))
            marker = tagger.convention(torch.zeros(1, dtype=torch.long)).unsqueeze(1).expand(-1, len(sentence), -1)
            lower.append(vectors.abs().flatten())
            upper.append(torch.relu(tagger.mix(torch.cat([vectors, left, right, marker], -1))).flatten())
    return tuple(float(high_quantile(torch.cat(values))) for values in (lower, upper))  # type: ignore[return-value]


def high_quantile(values: Tensor) -> Tensor:
    """Give the value that all but one in ten thousand lie below."""
    return values.sort().values[int(_QUANTILE * (len(values) - 1))]
