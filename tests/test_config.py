from pathlib import Path

import pytest

from pipeline.config import Config
from pipeline.errors import ConfigError
from pipeline.stages import build_stages


def test_all_problems_of_a_file_are_shown_at_once(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text('workers = "two"\ncolour = 1\n[names]\nvote = "all"\n[times]\nweek = 0\n', encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        Config.from_toml(path)
    for part in ("run.toml", "workers must be a whole number", "'colour'", "'times.week'", "names.vote must be one of"):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"names": {"vote": "all"}}, "names.vote"),
        ({"names": {"convention": "mine"}}, "names.convention"),
        ({"shard_size": 0}, "shard_size"),
        ({"tokenizer": "mine"}, "tokenizer"),
        ({"events": {"model": "magic"}}, "events.model"),
        ({"names": 5}, "names"),
        ({"names": {"recognizers": ["compct"]}}, "names.recognizers must be some of compact, camel"),
        ({"names": {"recognizers": ["gazetteer"]}}, "names.gazetteer must give its file"),
        ({"events": {"threshold": 7}}, "events.threshold"),
        ({"document_seconds": float("inf")}, "document_seconds must be above 0 and at most 86400"),
    ],
)
def test_values_that_no_run_can_use_are_refused(values: dict[str, object], word: str) -> None:
    with pytest.raises(ConfigError, match=word):
        Config.from_dict(values)


def test_settings_survive_the_way_to_the_manifest_and_back() -> None:
    config = Config.from_dict({"workers": 3, "names": {"recognizers": ["compact", "gazetteer"], "gazetteer": "x.tsv"}})
    assert Config.from_dict(config.to_dict()) == config


def test_options_win_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text("\ufeffworkers = 1\n[names]\nconvention = 'aqmar'\nvote = 'union'\n", encoding="utf-8")
    config = Config.from_toml(path, {"names": {"convention": "wojood"}})
    assert (config.workers, config.names.convention, config.names.vote) == (1, "wojood", "union")


def test_a_class_that_is_no_stage_is_told() -> None:
    with pytest.raises(ConfigError, match="'json:JSONDecoder' is no stage, it lacks name, reads, writes"):
        build_stages(Config.from_dict({"stages": ["json:JSONDecoder"]}))
