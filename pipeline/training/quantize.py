"""The networks as they are shipped: written for ONNX Runtime with weights, inputs and states in int8.

Networks hand each other bytes: 128 stands for 0, and 127 steps on either side reach the limit of the range. Every
limit is fixed when a network is written: 1 for a state, a high quantile of what is read in training for an input, which
is clipped to it. So a sentence comes out alike in every batch (on one machine, in one thread). The gates of a step are
products of one row of bytes, input and state side by side, with weights that are scaled for both; the steps are those
of a `Scan`, which is up to twice as fast as ONNX Runtime's own quantized LSTM. Sequences are laid out time first: T
places of B sequences.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from pipeline.events.questions import LONGEST
from pipeline.names.states import STEPS, ZERO
from pipeline.training.networks import Encoder, RowIndex, Tagger, turning
from pipeline.training.transformer import Body, Layer, turns_of

_QUANTILE: Final = 0.9999  # of the absolute inputs; what lies beyond is clipped
_OPSETS: Final = {"": 17, "com.microsoft": 1}

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

    def split(self, values: str, parts: int) -> list[str]:
        """Cut the last axis into equal parts."""
        names = [f"{self.prefix}part{len(self.nodes)}_{n}" for n in range(parts)]
        self.nodes.append(helper.make_node("Split", [values], names, axis=-1))
        return names

    def rounded(self, values: str, limit: float, to: str = "") -> str:
        """Round values between -limit and limit to bytes."""
        return self.add("QuantizeLinear", values, self.constant(np.float32(limit / STEPS)), self.zero(), to=to)

    def zero(self) -> str:
        """Add the byte that stands for 0."""
        return self.constant(np.uint8(ZERO))

    def product(self, values: str, weights: _Floats, bias: _Floats) -> str:
        """Multiply bytes with [inputs, outputs] weights per step of a byte, rounded to int8 with a scale per output."""
        scales = np.maximum(np.abs(weights).max(0), 1e-12) / STEPS
        inputs = (values, self.constant(np.round(weights / scales).astype(np.int8)), self.constant(np.float32(1)),
                  self.constant(scales.astype(np.float32)), self.zero(), "", self.constant(bias))  # fmt: skip
        return self.add("MatMulIntegerToFloat", *inputs, domain="com.microsoft")

    def both(
        self, layers: tuple[nn.LSTM, nn.LSTM], read: str, limit: float, lengths: str, in_bytes: bool = False
    ) -> tuple[str, str]:
        """Read [T, B, D] bytes from the left and from the right; padding is at the end of each sequence.

        limit: of the bytes. in_bytes: give the states as bytes.
        """
        turned = self.add("ReverseSequence", read, lengths, batch_axis=1, time_axis=0)
        left, right = (
            self._steps(layer, x, limit, lengths, in_bytes) for layer, x in zip(layers, (read, turned), strict=True)
        )
        return left, self.add("ReverseSequence", right, lengths, batch_axis=1, time_axis=0)

    def _steps(self, layer: nn.LSTM, read: str, limit: float, lengths: str, in_bytes: bool) -> str:
        size, width = layer.hidden_size, layer.input_size
        name = f"layer{len(self.nodes)}_"
        body = _step(layer, limit, name, in_bytes)
        room = self.add("Concat", self.add("Shape", lengths), self.constant(np.array([size])), axis=0)
        zeros = (numpy_helper.from_array(np.array([zero])) for zero in (np.uint8(ZERO), np.float32(0)))
        starts = [self.add("ConstantOfShape", room, value=zero) for zero in zeros]
        kinds = {"h": TensorProto.UINT8, "c": TensorProto.FLOAT}
        kinds |= {"h2": kinds["h"], "c2": kinds["c"], "out": TensorProto.UINT8 if in_bytes else TensorProto.FLOAT}
        state = [helper.make_tensor_value_info(n, kind, ["B", size]) for n, kind in kinds.items()]
        seen = helper.make_tensor_value_info("x", TensorProto.UINT8, ["B", width])
        graph = helper.make_graph(body.nodes, "step", [*state[:2], seen], state[2:], body.constants)
        ends = [f"{name}{end}" for end in ("h", "c", "states")]
        self.nodes.append(helper.make_node("Scan", [*starts, read], ends, body=graph, num_scan_inputs=1))
        return ends[2]

    def save(self, path: Path, inputs: dict[str, tuple[Any, ...]], outputs: dict[str, tuple[Any, ...]]) -> None:
        """Write the graph. inputs, outputs: element type and shape of each."""
        given, made = (
            [helper.make_tensor_value_info(name, kind, dims) for name, (kind, *dims) in values.items()]
            for values in (inputs, outputs)
        )
        graph = helper.make_graph(self.nodes, path.stem, given, made, self.constants)
        opsets = [helper.make_opsetid(domain, version) for domain, version in _OPSETS.items()]
        onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=9), path)


def _step(layer: nn.LSTM, limit: float, prefix: str, in_bytes: bool) -> _Graph:
    """Give one step of a layer: from the bytes `h` and `x`, and from `c`, to `h2` (`out` as well) and `c2`."""
    size = layer.hidden_size
    of_input, of_state, bias, other = (cast(Tensor, p).detach().numpy() for p in layer.parameters())
    weights = np.concatenate([of_input.T * (limit / STEPS), of_state.T / STEPS])
    graph = _Graph(prefix)
    both = graph.add("Concat", "x", "h", axis=1)
    gates = []
    for number, shape in enumerate(("Sigmoid", "Sigmoid", "Tanh", "Sigmoid")):  # input, forget, cell, output
        part = slice(number * size, (number + 1) * size)
        gates.append(graph.add(shape, graph.product(both, weights[:, part], (bias + other)[part])))
    into, forget, new, out = gates
    graph.add("Add", graph.add("Mul", forget, "c"), graph.add("Mul", into, new), to="c2")
    state = graph.add("Mul", out, graph.add("Tanh", "c2"))
    graph.rounded(state, 1.0, to="h2")
    graph.add("Identity", "h2" if in_bytes else state, to="out")
    return graph


def write_encoder(encoder: Encoder, limit: float, path: Path) -> None:
    """Write an encoder: `vectors` [T, B, D] and `lengths` [B] in, `states` [T, B, 2 H] out; padding gives anything.

    Vectors and states are bytes. limit: of the vectors.
    """
    graph, size = _Graph(), encoder.size
    sides = graph.both((encoder.left, encoder.right), "vectors", limit, "lengths", in_bytes=True)
    graph.add("Concat", *sides, axis=2, to="states")
    inputs = {"vectors": (TensorProto.UINT8, "T", "B", size.dim), "lengths": (TensorProto.INT64, "B")}
    graph.save(path, inputs, {"states": (TensorProto.UINT8, "T", "B", 2 * size.hidden)})


def write_top(tagger: Tagger, limits: tuple[float, float], path: Path) -> None:
    """Write what a tagger has above its encoder, from what that reads and gives to `scores` [T, B, tags].

    Inputs: `vectors`, `states` and `lengths` as of the encoder, `convention` [B]. limits: of the vectors, and of what
    the upper layers read.
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
        graph.product("vectors", mix[:width] * (limits[0] / STEPS), none),
        graph.product("states", mix[width : width + side] / STEPS, mix_bias),
    )
    read = graph.add("Relu", graph.add("Add", read, graph.add("MatMul", marker, graph.constant(mix[width + side :]))))
    sides = graph.both((tagger.left, tagger.right), graph.rounded(read, limits[1]), limits[1], "lengths")
    scores = graph.add("MatMul", graph.add("Concat", *sides, axis=2), graph.constant(out[:inner]))
    marked = graph.add("MatMul", marker, graph.constant(out[inner:]))
    graph.add("Add", scores, graph.add("Add", marked, graph.constant(out_bias)), to="scores")
    inputs = {"vectors": (TensorProto.UINT8, "T", "B", width), "states": (TensorProto.UINT8, "T", "B", side),
              "lengths": (TensorProto.INT64, "B"), "convention": (TensorProto.INT64, "B")}  # fmt: skip
    graph.save(path, inputs, {"scores": (TensorProto.FLOAT, "T", "B", len(out_bias))})


def write_reader(look: nn.Linear, both: Encoder, limit: float, path: Path) -> None:
    """Write the reader of events: `states` [T, B, W] in bytes, `marks` [T, B, D] and `lengths` [B] in, `heard` out.

    heard: [T, B, 2 H]. The LSTM reads what `look` makes of the states, with the marks added. limit: of what it reads.
    """
    graph, size = _Graph(), both.size
    weight, bias = (p.detach().numpy() for p in (look.weight.T, look.bias))
    read = graph.add("Relu", graph.add("Add", graph.product("states", weight / STEPS, bias), "marks"))
    sides = graph.both((both.left, both.right), graph.rounded(read, limit), limit, "lengths")
    graph.add("Concat", *sides, axis=2, to="heard")
    inputs = {"states": (TensorProto.UINT8, "T", "B", len(weight)), "marks": (TensorProto.FLOAT, "T", "B", size.dim),
              "lengths": (TensorProto.INT64, "B")}  # fmt: skip
    graph.save(path, inputs, {"heard": (TensorProto.FLOAT, "T", "B", 2 * size.hidden)})


@dataclass(frozen=True, slots=True)
class Ranges:
    """What the products of a layer of a deep reader read: a high quantile of the absolute values, by input."""

    look: _Floats
    looked: _Floats
    think: _Floats
    thought: _Floats


@dataclass(frozen=True, slots=True)
class _Product:
    """A product of bytes. scale: divides each input before it is rounded. limit: of these. weights: undo the scale.

    Inputs that reach far are scaled down and their weights up, so that one step suits all; what makes the inputs takes
    the scale on.
    """

    scale: _Floats
    limit: float
    weights: _Floats

    @classmethod
    def of(cls, layer: nn.Linear, ranges: _Floats) -> "_Product":
        weights = layer.weight.detach().numpy().T
        scale = np.sqrt(np.maximum(ranges, 1e-3 * ranges.max()))
        return cls(scale, float((ranges / scale).max()), weights * scale[:, None])


def write_deep(body: Body, ranges: Sequence[Ranges], path: Path) -> None:
    """Write a deep reader of events: inputs and output as of `write_reader`, sequences of LONGEST words at most.

    Padding has no part in what is heard of words. ranges: of each layer.
    """
    graph, width = _Graph(), body.size.width
    take, bias = body.take.weight.detach().numpy().T, body.take.bias.detach().numpy()
    x = graph.add("Add", graph.product("states", take / STEPS, bias), "marks")
    x = graph.add("Transpose", x, perm=[1, 0, 2])
    length = graph.add("Slice", graph.add("Shape", "marks"), *(graph.constant(np.array([n])) for n in (0, 1)))
    angles = []
    for values in turns_of(LONGEST, width // body.size.heads):
        room = graph.constant(values.unsqueeze(1).numpy())  # [T, 1, ...]: places before heads
        angles.append(graph.add("Slice", room, graph.constant(np.array([0])), length))
    places = graph.add("Range", graph.constant(np.int64(0)), graph.add("Squeeze", length), graph.constant(np.int64(1)))
    inside = graph.add("Less", places, graph.add("Unsqueeze", "lengths", graph.constant(np.array([1, 2, 3]))))
    blocked = graph.add("Where", inside, graph.constant(np.float32(0)), graph.constant(np.float32(-1e9)))
    for layer, part in zip(body.layers, ranges, strict=True):
        x = _layer(graph, cast(Layer, layer), part, x, angles, blocked)
    x = _normed(graph, x, body.norm, np.ones(width, dtype=np.float32))
    graph.add("Transpose", x, perm=[1, 0, 2], to="heard")
    inputs = {"states": (TensorProto.UINT8, "T", "B", len(take)), "marks": (TensorProto.FLOAT, "T", "B", width),
              "lengths": (TensorProto.INT64, "B")}  # fmt: skip
    graph.save(path, inputs, {"heard": (TensorProto.FLOAT, "T", "B", width)})


def _normed(graph: _Graph, x: str, norm: nn.LayerNorm, scale: _Floats) -> str:
    """Normalise the last axis, and divide by a scale."""
    weight, bias = (graph.constant((p.detach().numpy() / scale).astype(np.float32)) for p in (norm.weight, norm.bias))
    return graph.add("LayerNormalization", x, weight, bias, axis=-1, epsilon=norm.eps)


def _layer(graph: _Graph, layer: Layer, ranges: Ranges, x: str, angles: Sequence[str], blocked: str) -> str:
    """Add a layer over [B, T, width]. angles: cosines and sines of places. blocked: added to what looks at padding."""
    look, looked, think, thought = (
        _Product.of(getattr(layer, name), getattr(ranges, name)) for name in ("look", "looked", "think", "thought")
    )
    width, heads = len(look.weights), layer.heads
    none = np.zeros(3 * width, dtype=np.float32)

    def multiplied(product: _Product, read: str, into: _Floats, bias: _Floats) -> str:
        """Multiply; into: scale of what reads the outputs."""
        read = graph.rounded(read, product.limit)
        weights = product.weights * (product.limit / STEPS) / into
        return graph.product(read, weights.astype(np.float32), (bias / into).astype(np.float32))

    values = np.concatenate([np.ones(2 * width, dtype=np.float32), looked.scale])
    read = multiplied(look, _normed(graph, x, layer.before_look, look.scale), values, none)
    shape = graph.constant(np.array([0, 0, heads, width // heads]))
    query, key, value = (graph.add("Reshape", part, shape) for part in graph.split(read, 3))
    query, key = (_turned(graph, part, angles) for part in (query, key))
    query = graph.add("Mul", query, graph.constant(np.float32((width // heads) ** -0.5)))
    query, value = (graph.add("Transpose", part, perm=[0, 2, 1, 3]) for part in (query, value))
    fit = graph.add("MatMul", query, graph.add("Transpose", key, perm=[0, 2, 3, 1]))
    share = graph.add("Softmax", graph.add("Add", fit, blocked), axis=-1)
    seen = graph.add("Transpose", graph.add("MatMul", share, value), perm=[0, 2, 1, 3])
    seen = graph.add("Reshape", seen, graph.constant(np.array([0, 0, width])))
    plain = np.ones(width, dtype=np.float32)
    x = graph.add("Add", x, multiplied(looked, seen, plain, none[:width]))
    bias = layer.think.bias.detach().numpy()
    thinking = multiplied(think, _normed(graph, x, layer.before_think, think.scale), thought.scale, bias)
    return graph.add("Add", x, multiplied(thought, graph.add("Relu", thinking), plain, none[:width]))


def _turned(graph: _Graph, x: str, angles: Sequence[str]) -> str:
    """Scale [B, T, heads, width] to a mean square of one, and turn it by its place."""
    square = graph.add("ReduceMean", graph.add("Mul", x, x), axes=[-1], keepdims=1)
    size = graph.add("Sqrt", graph.add("Add", square, graph.constant(np.float32(np.finfo(np.float32).eps))))
    one, two = graph.split(graph.add("Div", x, size), 2)
    cos, sin = angles
    return graph.add(
        "Concat",
        graph.add("Sub", graph.add("Mul", one, cos), graph.add("Mul", two, sin)),
        graph.add("Add", graph.add("Mul", one, sin), graph.add("Mul", two, cos)),
        axis=-1,
    )


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
