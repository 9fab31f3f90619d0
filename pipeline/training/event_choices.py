"""Chooses by held-out documents how the event models decide together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.events import attribution
from pipeline.events.decide import Floats, soften
from pipeline.training.event_nets import fit_mix, fit_temperature
from pipeline.training.event_tasks import ROLE_SHARPNESS, Labels, Learning

SLACK: Final = 0.003  # of F1
DEFAULTS: Final = {"event": 0.4, "statement": 0.4, "time": 0.5, "same": 0.5}


@dataclass(frozen=True, slots=True)
class Choices:
    """What is chosen by held-out outputs: temperatures of the nets, thresholds, factors of nets and readers."""

    temperatures: dict[str, float]
    thresholds: dict[str, float]
    mix: dict[str, tuple[float, ...]]


def tune(learning: Learning, by_net: dict[str, Floats], by_readers: Sequence[dict[str, Floats]],
         keep: NDArray[np.bool_], missed: dict[str, int]) -> Choices:  # fmt: skip
    """Choose temperatures, thresholds and factors from held-out outputs of the documents to keep.

    Of equally good thresholds mentions get the lowest, as with a mention its roles, its date and its speaker are lost.
    by_readers: outputs of the readers that the models have. missed: annotated mentions without a candidate, by group.
    """
    temperatures, thresholds = {}, dict(DEFAULTS)
    mix: dict[str, tuple[float, ...]] = {}
    for name, task in learning.tasks.items():
        rows = keep[task.doc]
        labels = task.labels[rows]
        temperatures[name] = ROLE_SHARPNESS if name == "role" else fit_temperature(by_net[name][rows], labels)
        outputs = by_net[name] / np.float32(temperatures[name])
        if by_readers and name in by_readers[0]:
            parts = [by_net[name], *(by_reader[name] for by_reader in by_readers)]
            mix[name] = fit_mix([part[rows] for part in parts], labels)
            outputs = np.sum([p * np.float32(f) for p, f in zip(parts, mix[name], strict=True)], axis=0)
        shares = soften(outputs[rows])
        if name == "mention":
            own = learning.types[rows] == attribution.STATEMENT
            for group, among in (("statement", own), ("event", ~own)):
                thresholds[group], _ = best_thresholds(shares[among, 0], labels[among], missed[group])
        elif name == "same":
            thresholds[name] = sum(best_thresholds(shares[:, 0], labels, 0)) / 2
    return Choices(temperatures, thresholds, mix)


def best_thresholds(shares: Floats, labels: Labels, missed: int) -> tuple[float, float]:
    """Give the lowest and the highest threshold whose F1 is within SLACK of the best: the curve is flat at its top.

    missed: positives that no row stands for.
    """
    gold = int(labels.sum()) + missed
    curve = []
    for threshold in np.arange(0.15, 0.76, 0.025):
        taken = shares >= threshold
        curve.append((2 * float(labels[taken].sum()) / max(int(taken.sum()) + gold, 1), float(threshold)))
    best = max(f1 for f1, _ in curve)
    flat = [threshold for f1, threshold in curve if f1 >= best - SLACK]
    return (flat[0], flat[-1]) if gold else (0.5, 0.5)
