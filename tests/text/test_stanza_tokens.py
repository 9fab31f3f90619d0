from pathlib import Path

import pytest

from pipeline.config import Config
from pipeline.errors import ModelError
from pipeline.stages import build_stages

pytest.importorskip("stanza")


def test_a_folder_without_a_model_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="stanza.download"):
        build_stages(Config(tokenizer="stanza", stanza_tokenizer=str(tmp_path)))
