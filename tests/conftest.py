"""What several tests share."""

from pathlib import Path

import pytest
from hypothesis import settings

# Stages load their lexicons when first called, so the time of one example says nothing.
settings.register_profile("rasd", deadline=None, max_examples=60)
settings.load_profile("rasd")

PAGES = Path(__file__).parent.parent / "notebooks" / "pages"


@pytest.fixture(scope="session")
def pages() -> Path:
    """The folder of the example pages."""
    return PAGES


@pytest.fixture(scope="session")
def example_run(pages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run over the example pages."""
    import pipeline

    out = tmp_path_factory.mktemp("example") / "run"
    pipeline.run(pages, out, pipeline.Config(workers=2))
    return out
