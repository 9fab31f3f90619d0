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
    """Give the SHA-256 of every model file and file of the user that a run with these settings uses, by path."""
    names, used = config.names, dict[str, str]()
    stanza = "stanza" in names.recognizers and not names.stanza_model
    needed = {
        "events": config.events.model != "rules",
        "compact-ner": "compact" in names.recognizers and not names.model,
        "stanza-ar": stanza or (config.tokenizer == "stanza" and not config.stanza_tokenizer),
        "camel-bert": "camel" in names.recognizers and not names.camel_model,
    }
    for name, facts in list_models().items():
        if needed.get(name, True):
            used |= {f"{name}/{file}": digest for file, digest in facts["files"].items()}
    return used | {str(file): file_digest(file) for file in config.own_files()}
