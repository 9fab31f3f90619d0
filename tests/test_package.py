import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from pipeline.config import Config
from pipeline.document import Document
from pipeline.errors import StageOrder
from pipeline.models import check_model, list_models, model_digests
from pipeline.stages import build_stages, check_order

ROOT = Path(__file__).parent.parent


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, pipeline, pipeline.cli; print([m for m in ('torch','stanza','transformers','pandas') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_stage_that_reads_what_nobody_wrote_is_found_before_any_document() -> None:
    stages = build_stages(Config())
    with pytest.raises(StageOrder, match="'names' reads"):
        check_order([s for s in stages if s.name != "tokens"])


def test_a_stage_of_the_user_is_loaded_by_name() -> None:
    assert [s.name for s in build_stages(Config(stages=("pages", "test_package:Shout")))] == ["pages", "shout"]


class Shout:
    name = "shout"
    reads = frozenset({"segments"})
    writes = frozenset({"title"})

    def __init__(self, config: Config) -> None:
        self.config = config

    def __call__(self, docs: list[Document]) -> list[Document]:
        return docs


def test_shipped_models_are_whole() -> None:
    assert {name: check_model(name) for name in list_models()} == {name: [] for name in list_models()}
    assert {"compact-ner", "events"} <= set(list_models())
    assert all((ROOT / "models" / name / "MODEL_CARD.md").exists() for name in list_models())


def test_the_project_names_every_package_that_a_wheel_needs() -> None:
    import tomllib

    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    found = {str(p.parent.relative_to(ROOT)).replace("/", ".") for p in (ROOT / "pipeline").rglob("__init__.py")}
    assert set(listed) - {"pipeline._models"} == found


@pytest.mark.parametrize(
    ("settings", "used"),
    [
        ({}, {"compact-ner", "events"}),
        ({"events": {"model": "rules"}}, {"compact-ner"}),
        ({"tokenizer": "stanza"}, {"compact-ner", "events", "stanza-ar"}),
        ({"names": {"recognizers": ["stanza", "camel"]}}, {"events", "stanza-ar", "camel-bert"}),
        ({"names": {"recognizers": ["camel"], "camel_model": "arabert"}}, {"events", "arabert"}),
        ({"events": {"ontology": "types"}}, {"compact-ner", "events", "types"}),
    ],
)
def test_a_manifest_names_the_models_that_a_run_uses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, object], used: set[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "arabert").mkdir()
    (tmp_path / "arabert" / "config.json").write_text("{}")
    (tmp_path / "types").mkdir()
    (tmp_path / "types" / "visit.toml").write_text("")
    assert {name.split("/")[0] for name in model_digests(Config.from_dict(settings))} == used


def test_every_data_file_of_the_package_is_packed() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    packed = {
        path
        for package, globs in settings["package-data"].items()
        for pattern in globs
        for path in (ROOT / settings["package-dir"].get(package, package.replace(".", "/"))).glob(pattern)
    }
    data = {p for p in (ROOT / "pipeline").rglob("*") if p.is_file() and p.suffix not in (".py", ".pyc")}
    assert data
    assert data <= packed
