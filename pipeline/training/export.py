"""Export a trained tagger to the files that the compact recogniser loads."""

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch

from pipeline.names.compact import TAGS
from pipeline.training.networks import Encoder, EncoderSize, Tagger, WordTable
from pipeline.training.tagger import MARKERS


def build_tagger(sizes: dict[str, Any], conventions: int) -> Tagger:
    """Build the network of these sizes, as `tagger.json` holds them, with fresh weights."""
    sizes = dict(sizes)
    top = sizes.pop("top")
    size = EncoderSize(**sizes)
    return Tagger(WordTable(size), Encoder(size), top, conventions, len(TAGS), 0.0)


def load_tagger(folder: Path) -> tuple[Tagger, dict[str, Any]]:
    """Read what `training.tagger train` wrote: the network in evaluation mode and the facts about it."""
    facts = json.loads((folder / "tagger.json").read_text(encoding="utf-8"))
    model = build_tagger(facts["size"], len(MARKERS))
    model.load_state_dict(torch.load(folder / "tagger.pt"))
    model.eval()
    return model, facts


def write_onnx(model: Tagger, path: Path) -> None:
    """Write the network behind the word table: vectors, reversing positions and convention in; tag scores out."""
    example = (
        torch.zeros(2, 5, model.table.bag.embedding_dim),
        torch.arange(4, -1, -1).repeat(2, 1),
        torch.zeros(2, dtype=torch.long),
    )
    axes = {
        "vectors": {0: "b", 1: "t"},
        "reverse": {0: "b", 1: "t"},
        "convention": {0: "b"},
        "scores": {0: "b", 1: "t"},
    }
    with warnings.catch_warnings():
        # The exporter warns of recurrent layers without given states, and that a newer one exists.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            example,
            str(path),
            input_names=["vectors", "reverse", "convention"],
            output_names=["scores"],
            dynamic_axes=axes,
            dynamo=False,
        )


def export(tagger: Path, out: Path) -> None:
    """Write `tagger.onnx`, `table.npz` and `model.json`; the sub-word rows are rounded to int8 with a scale per row."""
    model, facts = load_tagger(tagger)
    out.mkdir(parents=True, exist_ok=True)
    rows = model.table.bag.weight.detach().numpy()
    scales = np.maximum(np.abs(rows).max(1), 1e-8) / 127
    steps, starts = model.chain()
    np.savez_compressed(
        out / "table.npz",
        rows=np.round(rows / scales[:, None]).astype(np.int8),
        scales=scales.astype(np.float32),
        steps=steps,
        starts=starts,
    )
    write_onnx(model, out / "tagger.onnx")
    card = {"tags": list(TAGS), "conventions": list(MARKERS), "size": facts["size"], "scores": facts["scores"],
            "calibration": facts.get("calibration", {"raw": [0.0, 1.0], "share": [0.0, 1.0]})}  # fmt: skip
    (out / "model.json").write_text(json.dumps(card, ensure_ascii=False, indent=1), encoding="utf-8")
