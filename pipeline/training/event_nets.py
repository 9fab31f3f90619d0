"""Fits the nets of pipeline.events.decide."""

import sys
from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pipeline.events.decide import Floats, Net, soften
from pipeline.events.features import SPACE, Codes

BATCHES: Final = ((8_000, 64), (200_000, 1024), (sys.maxsize, 4096))  # up to so many rows, rows per step
NET_SHARPNESS: Final = 1.6  # temperature that cross-validation gives nets of this size on some thousand rows


class _Sum(nn.Module):
    """The trainable twin of Net."""

    def __init__(self, rows: int, hidden: int, outputs: int, drop: float) -> None:
        super().__init__()
        self.hidden = hidden
        self.drop = drop
        self.table = nn.Embedding(rows + 1, hidden + outputs, padding_idx=0)
        with torch.no_grad():
            self.table.weight[:, :hidden].normal_(0, 0.08)
            self.table.weight[:, hidden:].zero_()
            self.table.weight[0].zero_()
        self.bias = nn.Parameter(torch.zeros(hidden))
        self.output = nn.Linear(hidden, outputs)

    def forward(self, rows: Tensor) -> Tensor:
        if self.training:
            rows = torch.where(torch.rand(rows.shape) < self.drop, torch.zeros_like(rows), rows)
        total = nn.functional.embedding_bag(rows, self.table.weight, mode="sum", padding_idx=0)
        layer = torch.relu(total[:, : self.hidden] + self.bias)
        layer = nn.functional.dropout(layer, 0.2, self.training)
        result: Tensor = self.output(layer) + total[:, self.hidden :]
        return result


def fit_net(
    codes: Codes, labels: NDArray[np.int64], outputs: int, *, seeds: Sequence[int] = (1, 2), hidden: int = 16,
    epochs: int = 10, drop: float = 0.15, decay: float = 0.02, rate: float = 4e-3, minimum: int = 3,
    weights: Floats | None = None,
) -> Net:  # fmt: skip
    """Fit a net to feature codes and labels and average over seeds.

    outputs: number of classes, 1 for yes or no. minimum: codes that occur in fewer rows get no weight. weights: of the
    rows, 1 without. decay: weight decay.
    """
    counts = np.bincount(codes.ravel(), minlength=SPACE)
    kept = np.flatnonzero(counts >= minimum)
    row_of = np.zeros(SPACE, dtype=np.int64)
    row_of[kept] = np.arange(1, len(kept) + 1)
    rows = torch.from_numpy(row_of[codes])
    target = torch.from_numpy(labels.astype(np.float32 if outputs == 1 else np.int64))
    weight = torch.ones(len(labels)) if weights is None else torch.from_numpy(weights)
    parts = [_fit_one(rows, target, weight, len(kept), outputs, seed, hidden, epochs, drop, decay, rate)
             for seed in seeds]  # fmt: skip
    share = 1 / len(parts)
    tables = [p.table.weight.detach().numpy()[1:] for p in parts]
    direct = sum(t[:, hidden:] * share for t in tables)
    return Net(
        kept.astype(np.int32),
        np.concatenate([*(t[:, :hidden] for t in tables), direct], axis=1).astype(np.float32),
        np.concatenate([p.bias.detach().numpy() for p in parts]),
        np.concatenate([p.output.weight.detach().numpy().T * share for p in parts]).astype(np.float32),
        np.sum([p.output.bias.detach().numpy() * share for p in parts], axis=0, dtype=np.float32),
    )


def blend_linear(
    net: Net, codes: Codes, labels: NDArray[np.int64], weights: Floats | None = None, strength: float = 0.1
) -> Net:
    """Average a yes-or-no net with a logistic regression over the same codes; their mistakes differ.

    weights: of the rows, 1 without. strength: inverse of the regularisation. The outputs of the net are divided by
    NET_SHARPNESS first, as it is surer than it is right.
    """
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    place = np.searchsorted(net.kept, codes)
    place = np.minimum(place, len(net.kept) - 1)
    known = net.kept[place] == codes
    rows = np.repeat(np.arange(len(codes)), codes.shape[1]).reshape(codes.shape)
    matrix = sparse.csr_matrix(
        (np.ones(int(known.sum()), dtype=np.float32), (rows[known], place[known])), shape=(len(codes), len(net.kept))
    )
    linear = LogisticRegression(C=strength, solver="liblinear", random_state=0).fit(matrix, labels, weights)
    hidden = len(net.hidden_bias)
    table = net.table.copy()
    table[:, hidden] = 0.5 * (table[:, hidden] / NET_SHARPNESS + linear.coef_[0])
    bias = 0.5 * (net.output_bias / NET_SHARPNESS + linear.intercept_)
    output = net.output * np.float32(0.5 / NET_SHARPNESS)
    return Net(net.kept, table, net.hidden_bias, output.astype(np.float32), bias.astype(np.float32))


def _fit_one(
    rows: Tensor, target: Tensor, weight: Tensor, size: int, outputs: int, seed: int, hidden: int, epochs: int,
    drop: float, decay: float, rate: float,
) -> _Sum:  # fmt: skip
    torch.manual_seed(seed)
    model = _Sum(size, hidden, outputs, drop)
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=decay, fused=True)
    batch = next(batch for most, batch in BATCHES if len(rows) <= most)
    steps = epochs * -(-len(rows) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps, pct_start=0.15)
    model.train()
    for _ in range(epochs):
        for part in torch.split(torch.randperm(len(rows)), batch):
            result = model(rows[part])
            if outputs == 1:
                loss = nn.functional.binary_cross_entropy_with_logits(result[:, 0], target[part], reduction="none")
            else:
                loss = nn.functional.cross_entropy(result, target[part], reduction="none")
            optimizer.zero_grad()
            (loss * weight[part]).mean().backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    return model.eval()


def fit_temperature(logits: Floats, labels: NDArray[np.int64]) -> float:
    """Give the temperature that makes held-out outputs likeliest."""
    best, chosen = np.inf, 1.0
    for temperature in np.geomspace(0.4, 4.0, 60):
        shares = soften(logits / np.float32(temperature))
        if shares.shape[1] == 1:
            hit = np.where(labels == 1, shares[:, 0], 1 - shares[:, 0])
        else:
            hit = shares[np.arange(len(labels)), labels]
        loss = -float(np.log(np.maximum(hit, 1e-7)).mean())
        if loss < best:
            best, chosen = loss, float(temperature)
    return chosen


def fit_mix(parts: Sequence[Floats], labels: NDArray[np.int64]) -> tuple[float, ...]:
    """Give the factors of the held-out outputs of several models whose sum makes the labels likeliest."""
    outputs = torch.from_numpy(np.stack(parts))
    target = torch.from_numpy(labels)
    factors = torch.full((len(parts),), 1 / len(parts), requires_grad=True)
    optimizer = torch.optim.LBFGS([factors], max_iter=50, line_search_fn="strong_wolfe")

    def step() -> Tensor:
        optimizer.zero_grad()
        mixed = (factors[:, None, None] * outputs).sum(0)
        if mixed.shape[1] == 1:
            loss = nn.functional.binary_cross_entropy_with_logits(mixed[:, 0], target.float())
        else:
            loss = nn.functional.cross_entropy(mixed, target)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(step)  # type: ignore[no-untyped-call]
    return tuple(factors.tolist())
