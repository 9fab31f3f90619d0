"""Export a trained tagger to the files that the compact recogniser loads."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import torch

from pipeline.names.compact import TAGS
from pipeline.training.networks import Encoder, EncoderSize, Tagger, WordTable
from pipeline.training.tagger import MARKERS


def load_tagger(folder: Path) -> tuple[Tagger, dict[str, Any]]:
    """Read what `training.tagger train` wrote: the network in evaluation mode and the facts about it."""
    facts = json.loads((folder / "tagger.json").read_text(encoding="utf-8"))
    sizes = dict(facts["size"])
    top = sizes.pop("top")
    size = EncoderSize(**sizes)
    model = Tagger(WordTable(size), Encoder(size), top, len(MARKERS), len(TAGS), 0.0)
    model.load_state_dict(torch.load(folder / "tagger.pt"))
    model.eval()
    return model, facts


def _rounded(weight: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Round the rows of a table to int8; give them and the scale of each."""
    rows = weight.detach().numpy()
    scales = np.maximum(np.abs(rows).max(1), 1e-8) / 127
    return np.round(rows / scales[:, None]).astype(np.int8), scales.astype(np.float32)


def export(tagger: Path, out: Path, exact: bool = False) -> None:
    """Write `tagger.onnx`, `table.npz`, `words.txt` and `model.json`.

    The rows of both tables are rounded to int8 with a scale per row, and the weights of the network to int8 as ONNX
    Runtime's dynamic quantization does; `exact` leaves the network in single precision.
    """
    model, facts = load_tagger(tagger)
    out.mkdir(parents=True, exist_ok=True)
    steps, starts = model.chain()
    rows, scales = _rounded(model.table.bag.weight)
    own, own_scales = _rounded(model.table.own.weight)
    np.savez_compressed(
        out / "table.npz", rows=rows, scales=scales, own=own, own_scales=own_scales, steps=steps, starts=starts
    )
    shutil.copy(tagger / "words.txt", out / "words.txt")
    example = (
        torch.zeros(2, 5, rows.shape[1]),
        torch.arange(4, -1, -1).repeat(2, 1),
        torch.zeros(2, dtype=torch.long),
    )
    axes = {
        "vectors": {0: "b", 1: "t"},
        "reverse": {0: "b", 1: "t"},
        "convention": {0: "b"},
        "scores": {0: "b", 1: "t"},
    }
    path = out / "tagger.onnx"
    torch.onnx.export(
        model,
        example,
        str(path),
        input_names=["vectors", "reverse", "convention"],
        output_names=["scores"],
        dynamic_axes=axes,
        dynamo=False,
    )
    if not exact:
        from onnxruntime.quantization import QuantType, quantize_dynamic

        quantize_dynamic(path, path, weight_type=QuantType.QInt8, op_types_to_quantize=["LSTM", "MatMul", "Gemm"])
    card = {"tags": list(TAGS), "conventions": list(MARKERS), "scores": facts["scores"],
            "calibration": facts.get("calibration", {"raw": [0.0, 1.0], "share": [0.0, 1.0]})}  # fmt: skip
    (out / "model.json").write_text(json.dumps(card, ensure_ascii=False, indent=1), encoding="utf-8")
