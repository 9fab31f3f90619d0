"""The Stage protocol, the visible table of stages, and the check of their order."""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import ClassVar, Final, Protocol, cast

from pipeline.config import Config
from pipeline.document import Document
from pipeline.errors import ConfigError, StageOrder


class Stage(Protocol):
    """A step of the way of one page.

    name: how messages and the errors table call it. reads, writes: fields of Document that it needs and fills.
    """

    name: ClassVar[str]
    reads: ClassVar[frozenset[str]]
    writes: ClassVar[frozenset[str]]

    def __call__(self, docs: Sequence[Document]) -> list[Document]:
        """Give the same documents, in the same order, with `writes` filled."""
        ...


# What a stage name in the settings resolves to: a class whose constructor takes the Config, as `module:Class`.
STAGES: Final[dict[str, str]] = {
    "pages": "pipeline.text.pages:Pages",
    "tokens_camel": "pipeline.text.tokens:CamelTokens",
    "tokens_stanza": "pipeline.text.stanza_tokens:StanzaTokens",
    "names": "pipeline.names.stage:Names",
    "aliases": "pipeline.names.aliases:Aliases",
    "times": "pipeline.times.stage:Times",
    "events": "pipeline.events.stage:Events",
}


def default_order(config: Config) -> list[str]:
    """Give the stages of the main job, in order."""
    return ["pages", f"tokens_{config.tokenizer}", "names", "aliases", "times", "events"]


def build_stages(config: Config) -> list[Stage]:
    """Build every stage of a run once and check their order."""
    names = list(config.stages) or default_order(config)
    built = [_load(name)(config) for name in names]
    check_order(built)
    return built


def check_order(stages: Sequence[Stage]) -> None:
    """Raise StageOrder if a stage reads a field that neither the input nor an earlier stage fills."""
    known = {"doc_id", "uri", "text", "source", "title", "published"}
    for stage in stages:
        missing = stage.reads - known
        if missing:
            raise StageOrder(
                f"stage {stage.name!r} reads {sorted(missing)}, which no earlier stage writes; "
                f"add or move a stage in `stages` of the run file"
            )
        known |= stage.writes


def _load(name: str) -> Callable[[Config], Stage]:
    target = STAGES.get(name, name)
    module, _, attribute = target.partition(":")
    if not attribute:
        raise ConfigError(
            f"stages: {name!r} is no stage; write one of {', '.join(STAGES)} or your own as 'my_module:MyStage'"
        )
    try:
        found = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise ConfigError(
            f"stages: cannot load {target!r}: {error}; check the name and that it is installed"
        ) from error
    if missing := [field for field in ("name", "reads", "writes") if not hasattr(found, field)]:
        raise ConfigError(f"stages: {target!r} is no stage, it lacks {', '.join(missing)}; see pipeline.stages.Stage")
    return cast(Callable[[Config], Stage], found)
