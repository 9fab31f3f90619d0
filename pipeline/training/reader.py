"""Fits the reader of pipeline.events.reader."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pipeline.events.decide import Floats
from pipeline.events.reader import AROUND, Question, Rows
from pipeline.names.states import STEPS, ZERO, Bytes
from pipeline.training.networks import Encoder, EncoderSize, half_precision, turning
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


def _told(table: nn.Embedding, rows: Tensor, training: bool) -> Tensor:
    """Give the sum of the rows of a table, [..., width] of [..., columns]; in training a fifth of them is left out."""
    flat = rows.reshape(-1, rows.shape[-1])
    kept = (torch.rand(flat.shape) > 0.2).to(table.weight.dtype) if training else None
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
        place = first[:, None] + torch.from_numpy(AROUND)
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
        layer = self.first(heard[first]) + _told(self.table, rows, self.training)
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


class ReaderNet(nn.Module):
    """The trainable twin of `events.reader.Reader`."""

    def __init__(self, lesson: Lesson) -> None:
        super().__init__()
        self.look = nn.Linear(lesson.states.shape[1], DIM)
        self.marks = nn.Embedding(lesson.marks.count, DIM)
        nn.init.normal_(self.marks.weight, std=0.1)
        self.both = Encoder(EncoderSize(0, 0, DIM, HIDDEN))
        self.drop = nn.Dropout(0.35)
        self.heads = nn.ModuleDict({
            name: HeadNet(
                2 * HIDDEN, question.rows.count, lesson.outputs[name], question.second is not None,
                question.within is not None,
            )
            for name, question in lesson.questions.items()
        })  # fmt: skip

    def inputs(self, states: Tensor, marks: Tensor) -> Tensor:
        """Give what the LSTM reads, [..., DIM]. states: [..., D] bytes. marks: [..., columns]."""
        values = (states.float() - ZERO) / STEPS
        return torch.relu(self.look(self.drop(values)) + _told(self.marks, marks, self.training))

    def listen(self, states: Tensor, marks: Tensor, reverse: Tensor) -> Tensor:
        """Give [B, T, 2 H]. states: [B, T, D] bytes. marks: [B, T, columns]. reverse: [B, T]."""
        inputs = self.drop(self.inputs(states, marks))
        with half_precision("cpu", enabled=self.training):
            heard = self.both(inputs, reverse)
        return cast(Tensor, self.drop(torch.cat(heard, -1).float()))


class _Class:
    """A lesson sorted by document."""

    def __init__(self, lesson: Lesson) -> None:
        self.lesson = lesson
        count = 1 + int(lesson.unit_doc.max())
        self.units = _by_value(lesson.unit_doc, count)
        self.rows = {name: _by_value(docs, count) for name, docs in lesson.docs.items()}
        self.states = torch.from_numpy(lesson.states)
        self.marks = torch.from_numpy(lesson.marks.numbers)

    def run(self, net: ReaderNet, docs: Sequence[int]) -> dict[str, tuple[Labels, Tensor]]:
        """Give, by head, the rows of its questions about these documents, and the outputs."""
        ranges = [self.lesson.units[u] for doc in docs for u in self.units[doc].tolist()]
        lengths = [stop - start for start, stop in ranges]
        longest = max(lengths)
        token = np.zeros((len(ranges), longest), dtype=np.int64)
        place = np.zeros(len(self.states), dtype=np.int64)  # of a token among the states that are read, without padding
        inside = np.zeros((len(ranges), longest), dtype=bool)
        at = 0
        for n, (start, stop) in enumerate(ranges):
            token[n, : stop - start] = np.arange(start, stop)
            inside[n, : stop - start] = True
            place[start:stop] = np.arange(at, at + stop - start)
            at += stop - start
        where = torch.from_numpy(token)
        heard = net.listen(self.states[where], self.marks[where], turning(lengths))
        heard = heard[torch.from_numpy(inside)]
        found = {}
        for name, question in self.lesson.questions.items():
            rows = np.concatenate([self.rows[name][doc] for doc in docs])
            if len(rows):
                first, second, start, end = (
                    None if tokens is None else torch.from_numpy(place[tokens[rows]])
                    for tokens in (question.first, question.second, *(question.within or (None, None)))
                )
                found[name] = rows, net.heads[name](
                    heard, first, second, torch.from_numpy(question.rows.numbers[rows]),
                    None if start is None else (start, end),
                )  # fmt: skip
        return found


def _by_value(values: Labels, count: int) -> list[Labels]:
    """Give the rows that hold each value."""
    order = np.argsort(values, kind="stable")
    return np.split(order, np.searchsorted(values[order], np.arange(1, count)))


@dataclass(frozen=True, slots=True)
class Course:
    """How a reader is fitted. passes: over all documents. begin: weights of another one to go on from."""

    passes: int = EPOCHS
    rate: float = RATE
    begin: Mapping[str, Tensor] | None = None


def fit_reader(lesson: Lesson, docs: Labels, seed: int, course: Course | None = None) -> ReaderNet:
    """Fit a reader to the documents of these numbers."""
    course = course or Course()
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net, school = ReaderNet(lesson), _Class(lesson)
    if course.begin:
        _go_on(net, course.begin)
    optimizer = torch.optim.AdamW(net.parameters(), lr=course.rate, weight_decay=0.02, fused=True)
    steps = course.passes * -(-len(docs) // DOCS)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, course.rate, total_steps=steps, pct_start=0.1)
    net.train()
    for _ in range(course.passes):
        for chosen in np.array_split(rng.permutation(docs), -(-len(docs) // DOCS)):
            loss = torch.zeros(())
            for name, (rows, outputs) in school.run(net, chosen.tolist()).items():
                labels = torch.from_numpy(lesson.labels[name][rows])
                if outputs.shape[1] == 1:
                    part = nn.functional.binary_cross_entropy_with_logits(outputs[:, 0], labels.float())
                else:
                    part = nn.functional.cross_entropy(outputs, labels)
                loss = loss + part * WEIGHTS.get(name, 1.0)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return net.eval()


def _go_on(net: ReaderNet, begin: Mapping[str, Tensor]) -> None:
    """Take over weights; of a table that has grown at its end, the rows that were there."""
    weights = net.state_dict()
    for name, value in begin.items():
        weights[name][: len(value)] = value
    net.load_state_dict(weights)


def answers(net: ReaderNet, lesson: Lesson, docs: Labels) -> dict[str, Floats]:
    """Give the outputs of each head for the questions about these documents, zeros for those about others."""
    school = _Class(lesson)
    found = {
        name: np.zeros((len(question.first), lesson.outputs[name]), dtype=np.float32)
        for name, question in lesson.questions.items()
    }
    with torch.no_grad():
        for part in np.array_split(docs, -(-len(docs) // DOCS)):
            for name, (rows, outputs) in school.run(net, part.tolist()).items():
                found[name][rows] = outputs.numpy()
    return found


def save_reader(net: ReaderNet, lesson: Lesson, folder: Path) -> None:
    """Write `reader.onnx` in int8, by the range of the inputs in this lesson, and `reader.npz` in half precision."""
    folder.mkdir(parents=True, exist_ok=True)
    with torch.no_grad():
        some = torch.arange(0, len(lesson.states), max(1, len(lesson.states) // _SAMPLE))
        read = net.inputs(torch.from_numpy(lesson.states)[some], torch.from_numpy(lesson.marks.numbers)[some])
    write_reader(net.look, net.both, float(high_quantile(read.flatten())), folder / "reader.onnx")
    weights = {"marks": net.marks.weight}
    for name, head in net.heads.items():
        weights |= {f"{name}.{part}": value for part, value in cast(HeadNet, head).weights().items()}
    arrays = {name: value.detach().numpy().astype(np.float16) for name, value in weights.items()}
    np.savez_compressed(folder / "reader.npz", **arrays)  # type: ignore[arg-type]  # its flag takes any keyword
