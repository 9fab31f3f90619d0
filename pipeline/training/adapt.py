"""Adapt a shipped compact recogniser to a domain with a few hundred labelled sentences of it.

The shipped folder holds the weights of the network in half precision beside what ONNX Runtime needs.
"""

import json
import tempfile
import tomllib
from pathlib import Path
from typing import Any, Final, NamedTuple
from zipfile import BadZipFile

from pipeline.config import CONVENTIONS
from pipeline.errors import ConfigError, InputError, ModelError
from pipeline.models import models_folder

# What suits a few hundred sentences: `pipeline.training.tagger` has others for training from the beginning.
_GENTLE: Final = {"epochs": 8, "batch_words": 400, "rate": 6e-4, "encoder_scale": 0.25, "table_scale": 0.2,
                  "dropout": 0.3, "average": 0.95}  # fmt: skip


class _Range(NamedTuple):
    """The numbers that a setting takes, both ends among them."""

    low: float
    high: float
    whole: bool = False

    def holds(self, value: Any) -> bool:
        kind = int if self.whole else int | float
        return isinstance(value, kind) and not isinstance(value, bool) and self.low <= value <= self.high

    def __str__(self) -> str:
        return f"a {'whole ' if self.whole else ''}number from {self.low:g} to {self.high:g}"


_NUMBERS: Final = {
    "epochs": _Range(1, 10_000, whole=True), "score_every": _Range(1, 10_000, whole=True),
    "seed": _Range(0, 1e9, whole=True), "batch_words": _Range(1, 1e6), "rate": _Range(1e-9, 1),
    "encoder_scale": _Range(0, 100), "table_scale": _Range(0, 100), "dropout": _Range(0, 0.99),
    "average": _Range(0, 0.9999),
}  # fmt: skip
_SHARES: Final = {"hold_out": _Range(0, 1), "weight": _Range(0, 1000)}
_KNOWN: Final = frozenset(_NUMBERS) | {"corpus"}
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
        import onnx  # noqa: F401  # what the export needs is missed before the training, not behind it

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
    problems += [f"{key} must be {r}" for key, r in _NUMBERS.items() if key in settings and not r.holds(settings[key])]
    for number, corpus in enumerate(corpora, start=1):
        if not isinstance(corpus, dict):
            raise ConfigError(f"{path}: corpus must be written as [[corpus]] tables")
        corpus.setdefault("convention", "rasd")
        problems += [f"corpus {number}: unknown key {key!r}" for key in corpus if key not in _CORPUS]
        if corpus["convention"] not in CONVENTIONS:
            problems.append(f"corpus {number}: convention must be one of {', '.join(CONVENTIONS)}")
        for key in ("path", "documents"):
            if key in corpus and not isinstance(corpus[key], str):
                problems.append(f"corpus {number}: {key} must be a text")
        wrong = [(key, r) for key, r in _SHARES.items() if key in corpus and not r.holds(corpus[key])]
        problems += [f"corpus {number}: {key} must be {r}" for key, r in wrong]
        if "path" not in corpus:
            problems.append(f"corpus {number}: no path")
        elif str(corpus["path"]).endswith(".json") and "documents" not in corpus:
            problems.append(f"corpus {number}: JSON gold needs `documents`, the file of its texts")
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
    words = shipped.words
    try:
        model = build_tagger(shipped.facts["size"], len(shipped.facts["conventions"]))
        with np.load(folder / "weights.npz") as arrays, torch.no_grad():
            weights = {name: torch.from_numpy(arrays[name]).float() for name in arrays}
            missing, unknown = model.load_state_dict(weights, strict=False)
            missing = [name for name in missing if not name.startswith(("table.", "blocked"))]
            if missing or unknown:
                raise ValueError(f"weights.npz lacks {missing} and has {unknown} too many")
            model.table.bag.weight.copy_(torch.from_numpy(words.rows * words.scales[:, None]))
            model.table.own.weight.copy_(torch.from_numpy(words.own * words.own_scales[:, None]))
    except (OSError, KeyError, ValueError, TypeError, RuntimeError, BadZipFile) as error:
        raise ModelError(f"{folder}: no weights that today's network can take: {error}; train it anew") from error
    # Scores are those of the model that is read; what goes on from it is measured anew.
    return model, list(words.listed), {**shipped.facts, "scores": {}}
