from pathlib import Path

import pipeline
from pipeline.config import Config


def test_a_gazetteer_that_has_changed_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "names.tsv"
    config = Config.from_dict(
        {"names": {"recognizers": ["gazetteer"], "gazetteer": str(path)}, "events": {"model": "rules"}}
    )
    for entity in ("camp-1", "camp-22"):
        path.write_text(f"القنفذة السفلى\tLOC\t{entity}\n", encoding="utf-8")
        (mention,) = pipeline.extract("زار الوزير القنفذة السفلى أمس.", config=config).mentions
        assert mention.entity == entity
    assert config.own_files() == [path]
