"""The models that ship with Rasd: where they are, and that they are whole."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from pipeline.config import Config
from pipeline.errors import ModelError

# In a checkout the models lie beside the package; a wheel carries them inside it.
_PLACES: Final = (Path(__file__).parent / "_models", Path(__file__).parent.parent / "models")


@cache
def models_folder() -> Path:
    """Give the folder of the shipped models."""
    for place in _PLACES:
        if (place / "models.json").exists():
            return place
    raise ModelError(f"no models.json in {' or '.join(map(str, _PLACES))}; reinstall rasd")


@cache
def list_models() -> dict[str, Any]:
    """Give models.json: for each model its files with sha256, licence, recipe and scores."""
    listed: dict[str, Any] = json.loads((models_folder() / "models.json").read_text(encoding="utf-8"))
    return listed


def file_digest(path: Path) -> str:
    """Give the SHA-256 of a file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_model(name: str) -> list[str]:
    """List what is wrong with the files of a shipped model; nothing if it is whole."""
    problems = []
    for file, digest in list_models()[name]["files"].items():
        path = models_folder() / name / file
        if not path.exists():
            problems.append(f"{path} is missing; reinstall rasd")
        elif file_digest(path) != digest:
            problems.append(f"{path} is damaged (its SHA-256 is not that of models.json); reinstall rasd")
    return problems


def model_digests(config: Config) -> dict[str, str]:
    """Give the SHA-256 of every model file that a run with these settings uses, by path as the user knows it."""
    used: dict[str, str] = {}
    for name, facts in list_models().items():
        if name == "events" and config.events.model == "rules":
            continue
        if name == "compact-ner" and ("compact" not in config.names.recognizers or config.names.model):
            continue
        if name == "stanza-ar" and not ("stanza" in config.names.recognizers or config.tokenizer == "stanza"):
            continue
        used |= {f"{name}/{file}": digest for file, digest in facts["files"].items()}
    own = (config.names.model, config.names.gazetteer, config.names.camel_model, config.names.stanza_model,
           config.stanza_tokenizer)  # fmt: skip
    for given in filter(None, own):
        path = Path(given)
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                used[str(file)] = file_digest(file)
    return used
