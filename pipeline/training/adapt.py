"""Adapt a shipped compact recogniser to a domain with a few hundred labelled sentences of it.

The shipped folder holds what ONNX Runtime needs, not the torch network, so its weights are read back: a fresh network
of the same sizes, in which every weight is its own number, is exported in the same way, and what stands in place of
those numbers in the shipped file are the weights. No layer is named here, so the network may change.
"""

import json
import tempfile
import tomllib
from pathlib import Path
from typing import Any, Final

from pipeline.config import CONVENTIONS
from pipeline.errors import ConfigError, InputError, ModelError
from pipeline.models import models_folder

# What suits a few hundred sentences: `pipeline.training.tagger` has others for training from the beginning.
_GENTLE: Final = {"epochs": 8, "batch_words": 400, "rate": 6e-4, "encoder_scale": 0.25, "table_scale": 0.2,
                  "dropout": 0.3, "average": 0.95}  # fmt: skip
_KNOWN: Final = frozenset(_GENTLE) | {"corpus", "seed", "score_every"}
_CORPUS: Final = frozenset({"path", "documents", "convention", "hold_out", "weight"})


def train_names(config: Path, out: Path, begin: Path | None = None) -> dict[str, Any]:
    """Train the compact recogniser further on the corpora of a TOML file, and write a folder for `names.model`.

    config: `[[corpus]]` tables with `path` (CoNLL, or JSON gold with `documents`), relative to the file; `convention`
    (default `rasd`), `hold_out` (share from its end that is not trained on) and `weight` (passes in each epoch).
    begin: folder of a compact model to go on from; None is the shipped one. Gives what `model.json` says of the model:
    with anything held out, the epoch of the best held-out F1 is kept.
    Raises ConfigError for settings that cannot be used, InputError for corpora, ModelError for `begin`.
    """
    settings = _read_config(config)
    try:
        from pipeline.training.export import export
        from pipeline.training.tagger import train
    except ImportError as error:
        raise ConfigError(f"training needs more packages ({error}): pip install 'rasd[train]'") from error
    model, known = read_back(begin or models_folder() / "compact-ner")
    with tempfile.TemporaryDirectory() as folder:
        train(settings, config.parent, model, known, Path(folder))
        export(Path(folder), out)
    facts: dict[str, Any] = json.loads((out / "model.json").read_text(encoding="utf-8"))
    return facts


def _read_config(path: Path) -> dict[str, Any]:
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read as TOML: {error}; mend the file") from error
    problems = [f"unknown key {key!r} (known: {', '.join(sorted(_KNOWN))})" for key in settings if key not in _KNOWN]
    corpora = settings.get("corpus")
    if not isinstance(corpora, list) or not corpora:
        raise ConfigError(f"{path}: no corpus; add a [[corpus]] table with the path of a CoNLL file")
    for number, corpus in enumerate(corpora, start=1):
        corpus.setdefault("convention", "rasd")
        problems += [f"corpus {number}: unknown key {key!r}" for key in corpus if key not in _CORPUS]
        if corpus["convention"] not in CONVENTIONS:
            problems.append(f"corpus {number}: convention must be one of {', '.join(CONVENTIONS)}")
        if "path" not in corpus:
            problems.append(f"corpus {number}: no path")
    if problems:
        raise ConfigError(f"{path}: " + "; ".join(problems))
    for corpus in corpora:
        for key in ("path", "documents"):
            if key in corpus and not (path.parent / corpus[key]).is_file():
                raise InputError(f"{path}: there is no file {path.parent / corpus[key]}; mend {key} of its corpus")
    return _GENTLE | settings


def read_back(folder: Path) -> tuple[Any, dict[str, Any]]:
    """Give the torch network (a `Tagger`) of a compact model folder, and the facts of its `model.json`.

    Raises ModelError where the folder holds none, or one whose weights are not those of today's network.
    """
    import numpy as np
    import onnx
    import torch

    from pipeline.names.compact import CompactNames
    from pipeline.training.export import build_tagger, write_onnx

    shipped = CompactNames(folder)  # says what is wrong with a folder that is none
    graph = onnx.load(folder / "tagger.onnx").graph
    facts = dict(shipped.facts)
    facts["size"] = facts.get("size") or _sizes(graph, shipped.rows.shape)
    model = build_tagger(facts["size"], len(facts["conventions"]))
    weights = {name: p for name, p in model.named_parameters() if not name.startswith("table.")}
    values = np.zeros(sum(p.numel() for p in weights.values()), dtype=np.float32)
    places: dict[str, slice] = {}
    at = 0
    with torch.no_grad():
        for name, p in weights.items():
            places[name] = slice(at, at + p.numel())
            p.copy_(torch.arange(at, at + p.numel()).reshape(p.shape))
            at += p.numel()
    with tempfile.TemporaryDirectory() as temporary:
        write_onnx(model.eval(), Path(temporary) / "numbers.onnx")
        numbers = [onnx.numpy_helper.to_array(i) for i in onnx.load(Path(temporary) / "numbers.onnx").graph.initializer]
    found = [onnx.numpy_helper.to_array(i) for i in graph.initializer]
    if [n.shape for n in numbers] != [f.shape for f in found]:
        raise ModelError(f"{folder}: tagger.onnx is not what today's network is exported to; train it anew")
    for number, value in zip(numbers, found, strict=True):
        values[number.astype(np.int64)] = value
    steps, starts = (torch.from_numpy(x) for x in (shipped.steps, shipped.starts))
    with torch.no_grad():
        for name, p in weights.items():
            p.copy_(torch.from_numpy(values[places[name]]).reshape(p.shape))
        model.table.bag.weight.copy_(torch.from_numpy(shipped.rows * shipped.scales[:, None]))
        model.steps.copy_(torch.where(model.blocked < 0, 0.0, steps))
        model.starts.copy_(torch.where(model.blocked_starts < 0, 0.0, starts))
    return model, facts


def _sizes(graph: Any, table: tuple[int, ...]) -> dict[str, int]:
    """Read the sizes of the network from the recurrent layers of its graph, for folders that do not state them."""
    hidden = [a.i for node in graph.node if node.op_type == "LSTM" for a in node.attribute if a.name == "hidden_size"]
    return {
        "buckets": table[0],
        "dim": table[1],
        "hidden": hidden[0],
        "layers": (len(hidden) - 2) // 2,
        "top": hidden[-1],
    }
