"""Fits the reader of pipeline.events.reader."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pipeline.events.decide import Floats
from pipeline.events.questions import Question, Rows
from pipeline.events.reader import AROUND
from pipeline.names.states import Bytes
from pipeline.training.networks import Encoder, EncoderSize, from_bytes, half_precision, turning
from pipeline.training.quantize import high_quantile, write_reader

Labels = NDArray[np.int64]
DIM: Final = 256  # width of what the LSTM reads
HIDDEN: Final = 192  # of its states, per direction
EPOCHS: Final = 9
DOCS: Final = 12  # per step
RATE: Final = 2e-3
_SAMPLE: Final = 20_000  # tokens by which the range of the inputs is measured
WEIGHTS: Final = {"context": 2.0, "mention": 2.0, "status": 2.0, "source": 2.0}  # of the losses of the heads; else 1


@dataclass(frozen=True, slots=True)
class Lesson:
    """What the reader learns from.

    states: [tokens, D] of the language model. marks: what is known of every token. units: half-open token ranges that
    are read as one sequence, and the number of the document of each. questions, labels, docs: by head; labels are
    classes, or 0 and 1, docs the numbers of the documents. outputs: of each head.
    """

    states: Bytes
    marks: Rows
    units: Sequence[tuple[int, int]]
    unit_doc: Labels
    questions: dict[str, Question]
    labels: dict[str, Labels]
    docs: dict[str, Labels]
    outputs: dict[str, int]


def summed(table: nn.Embedding, rows: Tensor, training: bool) -> Tensor:
    """Give the sum of the rows of a table, [..., width] of [..., columns]; in training a fifth of them is left out."""
    flat = rows.reshape(-1, rows.shape[-1])
    kept = (torch.rand(flat.shape, device=flat.device) > 0.2).to(table.weight.dtype) if training else None
    total = nn.functional.embedding_bag(flat, table.weight, mode="sum", per_sample_weights=kept)
    return total.reshape(*rows.shape[:-1], -1)


class AroundNet(nn.Module):
    """The trainable twin of `events.reader.AroundWeights`."""

    def __init__(self, width: int, hidden: int, fit: int = 32) -> None:
        super().__init__()
        self.query, self.key = nn.Linear(width, fit, bias=False), nn.Linear(width, fit, bias=False)
        self.value = nn.Linear(width, hidden, bias=False)
        nn.init.zeros_(self.value.weight)
        self.near = nn.Parameter(torch.zeros(len(AROUND)))
        self.drop = nn.Dropout(0.1)
        self.scale = fit**-0.5

    def forward(self, heard: Tensor, first: Tensor, within: tuple[Tensor, Tensor]) -> Tensor:
        """Give [questions, hidden]; arguments as of `HeadNet`."""
        place = first[:, None] + torch.from_numpy(AROUND).to(first.device)
        inside = (place >= within[0][:, None]) & (place <= within[1][:, None])
        place = place.clamp(0, len(heard) - 1)
        fit = (self.query(heard[first])[:, None] * self.key(heard)[place]).sum(2) * self.scale + self.near
        share = self.drop(fit.masked_fill(~inside, -torch.inf).softmax(1))
        return cast(Tensor, (share[:, :, None] * self.value(heard)[place]).sum(1))

    def weights(self) -> dict[str, Tensor]:
        """Give the weights as `events.reader.AroundWeights` names them."""
        return {"query": self.query.weight.T * self.scale, "key": self.key.weight.T, "value": self.value.weight.T,
                "near": self.near}  # fmt: skip


class HeadNet(nn.Module):
    """The trainable twin of `events.reader.Head`."""

    def __init__(
        self, width: int, rows: int, outputs: int, paired: bool, around: bool, hidden: int = 64, fit: int = 32
    ) -> None:
        super().__init__()
        self.first = nn.Linear(width, hidden)
        self.table = nn.Embedding(rows, hidden)
        nn.init.normal_(self.table.weight, std=0.1)
        self.deep = nn.Linear(hidden, hidden)
        self.out = nn.Linear(hidden, outputs)
        self.drop = nn.Dropout(0.3)
        self.around = AroundNet(width, hidden) if around else None
        self.paired = paired
        if paired:
            self.second = nn.Linear(width, hidden, bias=False)
            self.between = nn.Linear(width, hidden, bias=False)
            self.one, self.two = nn.Linear(width, fit, bias=False), nn.Linear(width, fit, bias=False)
            self.fit = nn.Linear(fit, hidden, bias=False)

    def forward(
        self, heard: Tensor, first: Tensor, second: Tensor | None, rows: Tensor, within: tuple[Tensor, Tensor] | None
    ) -> Tensor:
        """Give [questions, outputs]. heard: [tokens, width]. first, second: tokens. rows: [questions, columns].

        second, within: None as in `events.reader.Question`.
        """
        layer = self.first(heard[first]) + summed(self.table, rows, self.training)
        if self.around and within:
            layer = layer + self.around(heard, first, within)
        if second is not None:
            whole = torch.cat([heard.new_zeros(1, self.first.out_features), self.between(heard).cumsum(0)])
            low, high = torch.minimum(first, second) + 1, torch.maximum(first, second)
            mean = (whole[torch.maximum(high, low)] - whole[low]) / (high - low).clamp(min=1).unsqueeze(1) ** 0.5
            layer = layer + self.second(heard[second]) + mean
            layer = layer + self.fit(self.drop(self.one(heard[first]) * self.two(heard[second])))
        return cast(Tensor, self.out(torch.relu(self.deep(self.drop(torch.relu(layer))))))

    def weights(self) -> dict[str, Tensor]:
        """Give the weights as `events.reader.Head` names them."""
        found = {"first": self.first.weight.T, "table": self.table.weight, "bias": self.first.bias,
                 "deep": self.deep.weight.T, "deep_bias": self.deep.bias, "out": self.out.weight.T,
                 "out_bias": self.out.bias}  # fmt: skip
        if self.paired:
            found |= {name: getattr(self, name).weight.T for name in ("second", "between", "one", "two", "fit")}
        if self.around:
            found |= self.around.weights()
        return found


def heads_of(lesson: Lesson, width: int) -> nn.ModuleDict:
    """Build a head for each question, over states of this width."""
    return nn.ModuleDict({
        name: HeadNet(
            width, question.rows.count, lesson.outputs[name], question.second is not None, question.within is not None
        )
        for name, question in lesson.questions.items()
    })  # fmt: skip


class Listener(nn.Module):
    """What reads sequences and has heads that answer. marks: table of what is known of words."""

    marks: nn.Embedding
    heads: nn.ModuleDict

    def listen(self, states: Tensor, marks: Tensor, lengths: Sequence[int]) -> Tensor:
        """Give [B, T, W]. states: [B, T, D] bytes. marks: [B, T, columns]. lengths: of the sequences."""
        raise NotImplementedError

    def groups(self, rate: float) -> list[dict[str, Any]]:
        """Give the parameters in groups for the optimizer, each with its highest rate."""
        return [{"params": list(self.parameters()), "lr": rate}]


class ReaderNet(Listener):
    """The trainable twin of `events.reader.Reader`."""

    def __init__(self, lesson: Lesson) -> None:
        super().__init__()
        self.look = nn.Linear(lesson.states.shape[1], DIM)
        self.marks = nn.Embedding(lesson.marks.count, DIM)
        nn.init.normal_(self.marks.weight, std=0.1)
        self.both = Encoder(EncoderSize(0, 0, DIM, HIDDEN))
        self.drop = nn.Dropout(0.35)
        self.heads = heads_of(lesson, 2 * HIDDEN)

    def inputs(self, states: Tensor, marks: Tensor) -> Tensor:
        """Give what the LSTM reads, [..., DIM]. states: [..., D] bytes. marks: [..., columns]."""
        return torch.relu(self.look(self.drop(from_bytes(states))) + summed(self.marks, marks, self.training))

    def listen(self, states: Tensor, marks: Tensor, lengths: Sequence[int]) -> Tensor:
        """Give [B, T, 2 H]; see `Listener`."""
        inputs, reverse = self.drop(self.inputs(states, marks)), turning(lengths).to(states.device)
        with half_precision(inputs.device.type, enabled=self.training):
            heard = self.both(inputs, reverse)
        return cast(Tensor, self.drop(torch.cat(heard, -1).float()))


class _Class:
    """A lesson sorted by document, on a device."""

    def __init__(self, lesson: Lesson, device: str) -> None:
        self.lesson, self.device = lesson, device
        count = 1 + int(lesson.unit_doc.max())
        self.units = _by_value(lesson.unit_doc, count)
        self.rows = {name: _by_value(docs, count) for name, docs in lesson.docs.items()}
        self.states = torch.from_numpy(lesson.states).to(device)
        self.marks = torch.from_numpy(lesson.marks.numbers).to(device)
        self.told = {name: torch.from_numpy(q.rows.numbers).to(device) for name, q in lesson.questions.items()}
        self.place = np.zeros(len(self.states), dtype=np.int64)  # of a token among those read, without padding

    def run(self, net: Listener, docs: Sequence[int]) -> dict[str, tuple[Labels, Tensor]]:
        """Give, by head, the rows of its questions about these documents, and the outputs."""
        ranges = [self.lesson.units[u] for doc in docs for u in self.units[doc].tolist()]
        lengths = [stop - start for start, stop in ranges]
        token = np.zeros((len(ranges), max(lengths)), dtype=np.int64)
        inside = np.zeros(token.shape, dtype=bool)
        at = 0
        for n, (start, stop) in enumerate(ranges):
            token[n, : stop - start] = np.arange(start, stop)
            inside[n, : stop - start] = True
            self.place[start:stop] = np.arange(at, at + stop - start)
            at += stop - start
        where = self._moved(token)
        heard = net.listen(self.states[where], self.marks[where], lengths)[self._moved(inside)]
        found = {}
        for name, question in self.lesson.questions.items():
            rows = np.concatenate([self.rows[name][doc] for doc in docs])
            if len(rows):
                first, second, start, end = (
                    None if tokens is None else self._moved(self.place[tokens[rows]])
                    for tokens in (question.first, question.second, *(question.within or (None, None)))
                )
                within = None if start is None else (start, end)
                found[name] = rows, net.heads[name](heard, first, second, self.told[name][self._moved(rows)], within)
        return found

    def _moved(self, values: NDArray[Any]) -> Tensor:
        return torch.from_numpy(values).to(self.device)


def _by_value(values: Labels, count: int) -> list[Labels]:
    """Give the rows that hold each value."""
    order = np.argsort(values, kind="stable")
    return np.split(order, np.searchsorted(values[order], np.arange(1, count)))


@dataclass(frozen=True, slots=True)
class Course:
    """How a reader is fitted.

    passes: over all documents. rate: highest step. docs: per step. device: on which. begin: weights of another one to
    go on from.
    """

    passes: int = EPOCHS
    rate: float = RATE
    docs: int = DOCS
    device: str = "cpu"
    begin: Mapping[str, Tensor] | None = None


def fit_reader(lesson: Lesson, docs: Labels, seed: int, course: Course | None = None) -> ReaderNet:
    """Fit a reader to the documents of these numbers."""
    course = course or Course()
    torch.manual_seed(seed)
    net = ReaderNet(lesson)
    if course.begin:
        _go_on(net, course.begin)
    teach(net, lesson, docs, seed, course)
    return net.eval()


def teach(
    net: Listener, lesson: Lesson, docs: Labels, seed: int, course: Course,
    say: Callable[[str], object] = lambda line: None,
) -> None:  # fmt: skip
    """Fit what reads to the documents of these numbers; it stays on the device. `say` is told the losses of a pass."""
    torch.set_num_threads(1)
    rng = np.random.default_rng(seed)
    net.to(course.device).train()
    school = _Class(lesson, course.device)
    groups = net.groups(course.rate)
    optimizer = torch.optim.AdamW(groups, lr=course.rate, weight_decay=0.02, fused=True)
    steps = course.passes * -(-len(docs) // course.docs)
    rates = [group["lr"] for group in groups]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rates, total_steps=steps, pct_start=0.1)
    for number in range(course.passes):
        losses: dict[str, list[Tensor]] = {}
        for chosen in np.array_split(rng.permutation(docs), -(-len(docs) // course.docs)):
            loss = torch.zeros((), device=course.device)
            for name, (rows, outputs) in school.run(net, chosen.tolist()).items():
                part = loss_of(outputs, torch.from_numpy(lesson.labels[name][rows]).to(course.device))
                losses.setdefault(name, []).append(part.detach())
                loss = loss + part * WEIGHTS.get(name, 1.0)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
        means = {name: round(float(torch.stack(parts).mean()), 4) for name, parts in losses.items()}
        say(f"pass {number + 1}: {means}")


def loss_of(outputs: Tensor, labels: Tensor) -> Tensor:
    """Give the log loss of a head. outputs: [questions, outputs]. labels: [questions]."""
    if outputs.shape[1] == 1:
        return nn.functional.binary_cross_entropy_with_logits(outputs[:, 0], labels.float())
    return nn.functional.cross_entropy(outputs, labels)


def _go_on(net: nn.Module, begin: Mapping[str, Tensor]) -> None:
    """Take over weights; of a table that has grown at its end, the rows that were there."""
    weights = net.state_dict()
    for name, value in begin.items():
        weights[name][: len(value)] = value
    net.load_state_dict(weights)


def answers(net: Listener, lesson: Lesson, docs: Labels, device: str = "cpu", at_once: int = DOCS) -> dict[str, Floats]:
    """Give the outputs of each head for the questions about these documents, zeros for those about others.

    at_once: documents that are read together.
    """
    school = _Class(lesson, device)
    found = {
        name: np.zeros((len(question.first), lesson.outputs[name]), dtype=np.float32)
        for name, question in lesson.questions.items()
    }
    with torch.no_grad():
        for part in np.array_split(docs, -(-len(docs) // at_once)):
            for name, (rows, outputs) in school.run(net, part.tolist()).items():
                found[name][rows] = outputs.cpu().numpy()
    return found


def save_reader(net: ReaderNet, lesson: Lesson, folder: Path) -> None:
    """Write `reader.onnx` in int8, by the range of the inputs in this lesson, and `reader.npz` in half precision."""
    folder.mkdir(parents=True, exist_ok=True)
    with torch.no_grad():
        some = torch.arange(0, len(lesson.states), max(1, len(lesson.states) // _SAMPLE))
        read = net.inputs(torch.from_numpy(lesson.states)[some], torch.from_numpy(lesson.marks.numbers)[some])
    write_reader(net.look, net.both, float(high_quantile(read.flatten())), folder / "reader.onnx")
    save_heads(net, folder / "reader.npz")


def save_heads(net: Listener, path: Path) -> None:
    """Write the marks and heads of a reader in half precision."""
    weights = {"marks": net.marks.weight}
    for name, head in net.heads.items():
        weights |= {f"{name}.{part}": value for part, value in cast(HeadNet, head).weights().items()}
    arrays = {name: value.detach().numpy().astype(np.float16) for name, value in weights.items()}
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]  # its flag takes any keyword
