"""Export a trained tagger to the files that the compact recogniser loads."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from pipeline.names.compact import TAGS
from pipeline.names.words import model_form
from pipeline.text.tokens import tokenize
from pipeline.training.adapt import read_back
from pipeline.training.annotated import LEADS, all_leads
from pipeline.training.networks import Encoder, EncoderSize, Tagger, WordTable
from pipeline.training.quantize import measure_limits, write_encoder, write_top
from pipeline.training.tagger import MARKERS


def build_tagger(sizes: dict[str, Any], conventions: int) -> Tagger:
    """Build the network of these sizes, as `tagger.json` holds them, with fresh weights."""
    sizes = dict(sizes)
    top = sizes.pop("top")
    size = EncoderSize(**sizes)
    return Tagger(WordTable(size), Encoder(size), top, conventions, len(TAGS), 0.0)


def load_tagger(folder: Path) -> tuple[Tagger, list[str], dict[str, Any]]:
    """Read what `training.tagger train` wrote: the network in evaluation mode, its listed words, and facts about it.

    A folder that `export` wrote will do too; its weights are rounded (see `adapt.read_back`).
    """
    if not (folder / "tagger.json").exists():
        model, listed, facts = read_back(folder)
        return model.eval(), listed, facts
    facts = json.loads((folder / "tagger.json").read_text(encoding="utf-8"))
    model = build_tagger(facts["size"], len(MARKERS))
    model.load_state_dict(torch.load(folder / "tagger.pt"))
    model.eval()
    return model, (folder / "words.txt").read_text(encoding="utf-8").split("\n"), facts


def _rounded(weight: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Round the rows of a table to int8; give them and the scale of each."""
    rows = weight.detach().numpy()
    scales = np.maximum(np.abs(rows).max(1), 1e-8) / 127
    return np.round(rows / scales[:, None]).astype(np.int8), scales.astype(np.float32)


def _sample() -> list[list[str]]:
    """Give sentences of the project's own leads, by which the ranges of the inputs are measured."""
    texts = (lead.text for lead in all_leads(LEADS[::4]))
    return [[model_form(token.text) for token in tokenize(line)] for text in texts for line in text.split("\n") if line]


def export(tagger: Path, out: Path) -> None:
    """Write `encoder.onnx`, `tagger.onnx`, `table.npz`, `weights.npz`, `words.txt` and `model.json`.

    The rows of both tables are rounded to int8 with a scale per row, and the network to int8 (see `quantize`).
    `weights.npz` holds the network in half precision, from which `training.adapt` goes on.
    """
    model, listed, facts = load_tagger(tagger)
    out.mkdir(parents=True, exist_ok=True)
    steps, starts = model.chain()
    rows, scales = _rounded(model.table.bag.weight)
    own, own_scales = _rounded(model.table.own.weight)
    limits = measure_limits(model, listed, _sample())
    np.savez(  # int8 rows hardly shrink, and read faster as they are
        out / "table.npz", rows=rows, scales=scales, own=own, own_scales=own_scales, steps=steps, starts=starts,
        limit=np.float32(limits[0]),
    )  # fmt: skip
    weights = {name: p.detach().half().numpy() for name, p in model.named_parameters() if not name.startswith("table.")}
    np.savez_compressed(out / "weights.npz", **weights)  # type: ignore[arg-type]  # its flag takes any keyword
    (out / "words.txt").write_text("\n".join(listed), encoding="utf-8")
    write_encoder(model.encoder, limits[0], out / "encoder.onnx")
    write_top(model, limits, out / "tagger.onnx")
    card = {"tags": list(TAGS), "conventions": list(MARKERS), "size": facts["size"], "scores": facts["scores"],
            "calibration": facts.get("calibration", {"raw": [0.0, 1.0], "share": [0.0, 1.0]})}  # fmt: skip
    (out / "model.json").write_text(json.dumps(card, ensure_ascii=False, indent=1), encoding="utf-8")
