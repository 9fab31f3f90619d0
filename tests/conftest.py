"""What several tests share."""

from pathlib import Path

import pytest
from hypothesis import settings

# Stages load their lexicons when first called, so the time of one example says nothing.
settings.register_profile("rasd", deadline=None, max_examples=60)
settings.load_profile("rasd")

PAGES = Path(__file__).parent.parent / "notebooks" / "pages"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what `test_floors.py` asks for."""
    told = "pin what is reached: raise keeps what was higher, lower does not"
    parser.addoption("--floors", choices=("check", "raise", "lower"), default="check", help=told)


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
