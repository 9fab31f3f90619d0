"""What is installed and usable, and what to do about the rest."""

import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from pipeline.errors import PipelineError
from pipeline.models import check_model, list_models, models_folder

_NEEDED: Final = ("camel-tools", "hijridate", "mmh3", "numpy", "onnxruntime", "pandas", "pebble",
                  "pyarrow", "rich", "trafilatura", "warcio", "zstandard")  # fmt: skip
_EXTRA: Final = {
    "torch": ("torch", "only for training and the camel and stanza recognisers: pip install torch"),
    "stanza": ("stanza", "only for --tokenizer stanza and the stanza recogniser: pip install 'rasd[stanza]'"),
    "transformers": ("transformers", "only for the camel recogniser: pip install transformers"),
    "ray": ("ray", "only for --engine ray: pip install 'rasd[ray]'"),
    "matplotlib": ("matplotlib", "only for the notebooks: pip install 'rasd[notebook]'"),
}


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: what was looked at, whether it is usable, whether Rasd works without it, and what to do."""

    name: str
    ok: bool
    optional: bool
    says: str


def examine() -> list[Check]:
    """Look at packages, models and backends; nothing is downloaded and no model is loaded."""
    python = ".".join(map(str, sys.version_info[:3]))
    checks = [Check("python", sys.version_info >= (3, 11), False, f"{python}; 3.11 or newer is needed")]
    for name in _NEEDED:
        found = _version(name)
        checks.append(Check(name, found is not None, False, found or f"missing: pip install {name}"))
    for module, (name, advice) in _EXTRA.items():
        found = _version(name) if find_spec(module) else None
        checks.append(Check(name, found is not None, True, found or f"not installed; {advice}"))
    checks.extend(_models())
    camel = Path.home() / ".camel_tools" / "data" / "ner"
    says = str(camel) if camel.is_dir() else "none, so the shipped camel-bert is used; `camel_data -i ner-arabert`"
    checks.append(Check("camel-tools NER data", camel.is_dir(), True, says))
    stanza = Path.home() / "stanza_resources" / "ar"
    says = str(stanza) if stanza.is_dir() else "none, so the shipped stanza-ar is used; or stanza.download('ar')"
    checks.append(Check("stanza resources", stanza.is_dir(), True, says))
    return checks


def _models() -> list[Check]:
    try:
        names = list(list_models())
    except PipelineError as error:
        return [Check("models", False, False, str(error))]
    checks = []
    for name in names:
        problems = check_model(name)
        says = "; ".join(problems) or f"{models_folder() / name}, checksums right"
        checks.append(Check(f"model {name}", not problems, name in ("stanza-ar", "camel-bert"), says))
    return checks


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
