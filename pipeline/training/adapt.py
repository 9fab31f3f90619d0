"""Adapt a shipped compact recogniser to a domain with a few hundred labelled sentences of it.

The shipped folder holds the weights of the network in half precision beside what ONNX Runtime needs.
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
    model, listed, known = read_back(begin or models_folder() / "compact-ner")
    with tempfile.TemporaryDirectory() as folder:
        train(settings, config.parent, model, listed, known, Path(folder))
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


def read_back(folder: Path) -> tuple[Any, list[str], dict[str, Any]]:
    """Give the torch network (a `Tagger`) of a compact model folder, its listed words and its `model.json`.

    Raises ModelError where the folder holds none, or one whose weights are not those of today's network.
    """
    import numpy as np
    import torch

    from pipeline.names.compact import CompactNames
    from pipeline.training.export import build_tagger

    shipped = CompactNames(folder)  # says what is wrong with a folder that is none
    try:
        model = build_tagger(shipped.facts["size"], len(shipped.facts["conventions"]))
        with np.load(folder / "weights.npz") as arrays, torch.no_grad():
            model.load_state_dict({name: torch.from_numpy(arrays[name]).float() for name in arrays}, strict=False)
            model.table.bag.weight.copy_(torch.from_numpy(shipped.rows * shipped.scales[:, None]))
            model.table.own.weight.copy_(torch.from_numpy(shipped.own * shipped.own_scales[:, None]))
    except (OSError, KeyError, RuntimeError) as error:
        raise ModelError(f"{folder}: no weights that today's network can take: {error}; train it anew") from error
    return model, list(shipped.listed), dict(shipped.facts)
