"""The small models at inference: sums of weight rows, one hidden layer, and a calibrated score."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ResourceError
from pipeline.events.features import SPACE, Codes
from pipeline.models import models_folder

if TYPE_CHECKING:
    from pipeline.events.questions import Question
    from pipeline.events.reader import Reader

Floats = NDArray[np.float32]
_CHUNK: Final = 4096  # rows per pass, so that the sums stay in the cache
_BLOCK: Final = 64  # rows that are multiplied together at least
# mention: is a candidate an event? role, context: who fills which role, in two passes. status. time: which expression
# dates an event. source: who reports it. same: do two mentions tell one happening?
TASKS: Final = ("mention", "role", "context", "status", "time", "source", "same")
# What reads the sentences besides the nets, by way to decide (events.model).
READERS: Final[dict[str, tuple[str, ...]]] = {"light": (), "learned": ("reader",), "deep": ("reader", "deep")}


@dataclass(frozen=True)
class Net:
    """A model over hashed features.

    kept: the feature codes that have weights, sorted; all others count for nothing. table: one row per kept code,
    hidden + outputs wide: what the feature adds to the hidden layer and directly to the outputs. hidden_bias, output:
    the layer between. output_bias: per output. temperature: divides the outputs before the softmax (or the sigmoid,
    for one output), fitted on held-out documents so that scores are probabilities.
    """

    kept: Codes
    table: Floats
    hidden_bias: Floats
    output: Floats
    output_bias: Floats
    temperature: float = 1.0
    _row_of: Codes = field(init=False, repr=False)
    _table: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        row_of = np.zeros(SPACE, dtype=np.int32)
        row_of[self.kept] = np.arange(1, len(self.kept) + 1)
        object.__setattr__(self, "_row_of", row_of)
        object.__setattr__(self, "_table", np.concatenate([np.zeros_like(self.table[:1]), self.table]))

    def logits(self, codes: Codes) -> Floats:
        """Give the outputs of each row of feature codes, before temperature."""
        hidden = len(self.hidden_bias)
        table = self._table
        result = np.empty((len(codes), len(self.output_bias)), dtype=np.float32)
        for start in range(0, len(codes), _CHUNK):
            part = np.ascontiguousarray(self._row_of[codes[start : start + _CHUNK]].T)
            total = np.zeros((part.shape[1], table.shape[1]), dtype=np.float32)
            gathered = np.empty_like(total)
            for rows in part:
                np.take(table, rows, axis=0, out=gathered, mode="clip")  # clip spares a copy; rows are in range
                total += gathered
            layer = np.maximum(total[:, :hidden] + self.hidden_bias, 0)
            result[start : start + _CHUNK] = product(layer, self.output) + total[:, hidden:] + self.output_bias
        return result

    def probabilities(self, codes: Codes) -> Floats:
        """Give calibrated probabilities: a column per class, or one column for a yes-or-no model."""
        return soften(self.logits(codes) / self.temperature)


def product(rows: Floats, weight: Floats) -> Floats:
    """Multiply matrices so that no row's result depends on the others.

    Libraries sum few rows, and the last ones of many, in another order than whole blocks; so there are whole blocks.
    """
    result = np.empty((len(rows), weight.shape[1]), dtype=np.float32)
    whole = len(rows) // _BLOCK * _BLOCK
    np.matmul(rows[:whole], weight, out=result[:whole])
    if whole < len(rows):
        last = np.zeros((_BLOCK, rows.shape[1]), dtype=np.float32)
        last[: len(rows) - whole] = rows[whole:]
        result[whole:] = (last @ weight)[: len(rows) - whole]
    return result


def soften(logits: Floats) -> Floats:
    """Turn outputs into probabilities: softmax, or sigmoid for a single column."""
    if logits.shape[1] == 1:
        return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), dtype=np.float32)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Models:
    """All that decides.

    nets: by task. thresholds: above which their answers hold. readers: what reads the sentences besides.
    mix: by task, the factors of the outputs of the net and of each reader before the softmax; none without readers.
    fewer: likewise without the last reader, for what that saw too little of; empty where it may not be left out.
    """

    nets: dict[str, Net]
    thresholds: dict[str, float]
    readers: "tuple[Reader, ...]" = ()
    mix: dict[str, tuple[float, ...]] = field(default_factory=dict)
    fewer: dict[str, tuple[float, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judge:
    """Models at work on a batch. heard: states of its tokens as each reader gives them."""

    models: Models
    heard: tuple[Floats, ...]

    def probabilities(self, task: str, codes: Codes, ask: "Callable[[], Question]", rare: Sequence[int] = ()) -> Floats:
        """Give calibrated probabilities, a row per row of feature codes; `ask` puts the same to the readers.

        rare: classes whose odds against the first one are told without the last reader, where `fewer` says how.
        """
        net = self.models.nets[task]
        if not self.models.readers:
            return net.probabilities(codes)
        question, parts = ask(), [net.logits(codes)]
        parts += [
            r.heads[task].answer(heard, question) for r, heard in zip(self.models.readers, self.heard, strict=True)
        ]
        outputs = _weighted(parts, self.models.mix[task])
        fewer = self.models.fewer.get(task)
        if fewer and len(rare):
            told = _weighted(parts[: len(fewer)], fewer)
            outputs[:, rare] = outputs[:, :1] + told[:, rare] - told[:, :1]
        return soften(outputs)


def _weighted(parts: Sequence[Floats], factors: Sequence[float]) -> Floats:
    """Add outputs up, each times its factor."""
    total = parts[0] * np.float32(factors[0])
    for part, factor in zip(parts[1:], factors[1:], strict=True):
        total += part * np.float32(factor)
    return total


def save_nets(folder: Path, nets: dict[str, Net]) -> None:
    """Write the nets with half-precision weights."""
    folder.mkdir(parents=True, exist_ok=True)
    for task, net in nets.items():
        np.savez_compressed(
            folder / f"{task}.npz", kept=net.kept, table=net.table.astype(np.float16), hidden_bias=net.hidden_bias,
            output=net.output, output_bias=net.output_bias, temperature=np.float32(net.temperature),
        )  # fmt: skip


def save_choices(folder: Path, ways: Mapping[str, tuple[Mapping[str, float], Mapping[str, tuple[float, ...]]]]) -> None:
    """Write thresholds and mix (see `Models`) of each way to decide."""
    choices = {
        way: {
            "thresholds": {k: round(v, 4) for k, v in sorted(thresholds.items())},
            "mix": {k: [round(factor, 4) for factor in v] for k, v in sorted(mix.items())},
        }
        for way, (thresholds, mix) in ways.items()
    }
    (folder / "choices.json").write_text(json.dumps(choices, indent=1) + "\n", encoding="utf-8")


def less_than(way: str) -> str:
    """Give the way to decide that has all but the last reader of this one; empty without one."""
    return next((name for name, readers in READERS.items() if READERS[way] and readers == READERS[way][:-1]), "")


def load_models(way: str, folder: Path | None = None) -> Models:
    """Read what training wrote; without a folder, the shipped models. way: one of READERS."""
    folder = folder or models_folder() / "events"
    nets = {}
    try:
        for task in TASKS:
            with np.load(folder / f"{task}.npz") as data:
                nets[task] = Net(
                    data["kept"], data["table"].astype(np.float32), data["hidden_bias"], data["output"],
                    data["output_bias"], float(data["temperature"]),
                )  # fmt: skip
        chosen = json.loads((folder / "choices.json").read_text(encoding="utf-8"))
        if way not in chosen:
            raise ValueError(f"choices.json is for {', '.join(map(repr, chosen))}, not for {way!r}")
        choices = chosen[way]
        mix, fewer = (
            {task: tuple(map(float, factors)) for task, factors in chosen.get(name, {}).get("mix", {}).items()}
            for name in (way, less_than(way))
        )
    except (OSError, KeyError, ValueError) as error:
        raise ResourceError(
            f"event models in {folder} cannot be read: {error}; reinstall rasd, retrain by pipeline.training.events, "
            f"or set events.model to 'rules'"
        ) from error
    if not READERS[way]:
        return Models(nets, choices["thresholds"])
    from pipeline.events.reader import Reader

    readers = tuple(Reader(folder, models_folder() / "compact-ner", name) for name in READERS[way])
    asked = set(TASKS) - {"role"}
    given = {"choices.json": mix.keys(), **{f"{reader.name}.npz": reader.heads.keys() for reader in readers}}
    problems = [f"{file} is about {', '.join(sorted(tasks))}" for file, tasks in given.items() if tasks != asked]
    problems += [f"choices.json mixes {len(f)} outputs for {t}" for t, f in mix.items() if len(f) != 1 + len(readers)]
    if problems:
        raise ResourceError(
            f"event models in {folder} do not fit together: {'; '.join(problems)}; wanted are {1 + len(readers)} "
            f"outputs for each of {', '.join(sorted(asked))}; reinstall rasd, or retrain by pipeline.training.events"
        )
    return Models(nets, choices["thresholds"], readers, mix, fewer)
