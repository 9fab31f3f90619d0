"""A run from inputs to a complete folder of tables."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pipeline.config import Config
from pipeline.errors import ConfigError, RunError
from pipeline.running.plan import Shard, close_run, committed, cut_shards, lock_run, open_run, reopen_run, unclaimed
from pipeline.running.shard import ShardResult
from pipeline.sources.files import reaches

ENGINES: Final = ("local", "ray")


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run gave.

    out: its folder. pages: pages of input. documents: rows of `documents`. failed: pages that became rows of
    `errors`. tokens, events: tokens and event mentions in the documents. resumed: shards that were done before.
    """

    out: Path
    pages: int
    documents: int
    failed: int
    tokens: int
    events: int
    resumed: int


def run(
    inputs: str | Path | Sequence[str | Path],
    out: str | Path,
    config: Config | None = None,
    *,
    overwrite: bool = False,
    engine: str = "local",
    on_shard: Callable[[ShardResult], None] | None = None,
) -> RunSummary:
    """Read pages, extract names, times and events, and write the tables into `out`; resume what was begun there.

    inputs: files, folders or `-`. engine: `local` processes or a `ray` cluster. on_shard: called after each shard.
    Worker processes are started by spawning, so a script that calls this needs the usual `if __name__ == "__main__":`.
    Raises PipelineError for settings, inputs and folders that cannot be used, never for a single page.
    """
    config = Config.checked(config)
    folder = Path(out)
    names = [str(i) for i in ([inputs] if isinstance(inputs, (str, Path)) else inputs)]
    if engine not in ENGINES:
        raise ConfigError(f"engine must be one of {', '.join(ENGINES)}, not {engine!r}")
    totals = {"pages": 0, "documents": 0, "failed": 0, "tokens": 0, "events": 0}
    resumed = 0

    def count(facts: dict[str, Any]) -> None:
        for key in totals:
            totals[key] += facts[key]

    inside = next((name for name in names if Path(name).is_dir() and reaches(Path(name), folder)), None)
    if inside is not None:
        raise RunError(
            f"{folder} lies inside the input {inside}, whose files would then change; give an --out outside of it"
        )
    with lock_run(folder):
        manifest = open_run(folder, names, config, overwrite)
        planned = 0
        claimed: set[str] = set()

        def todo() -> Iterator[Shard]:
            nonlocal resumed, planned
            for shard in cut_shards(names, config):
                planned += len(shard.pages)
                claimed.add(shard.name)
                facts = committed(folder, shard)
                if facts is None:
                    reopen_run(folder, manifest)
                    yield shard
                else:
                    resumed += 1
                    count(facts)
                    if on_shard:
                        on_shard(ShardResult(shard.name, *(facts[key] for key in totals)))

        def report(result: ShardResult) -> None:
            count({key: getattr(result, key) for key in totals})
            if on_shard:
                on_shard(result)

        if engine == "ray":
            from pipeline.running.ray import run_ray as work
        else:
            from pipeline.running.local import run_local as work
        work(todo(), config, folder, report)
        if left := unclaimed(folder, claimed):
            raise RunError(
                f"{folder}: the input has become shorter since shard {left[0]} was done; give another --out, or "
                f"--overwrite to start anew"
            )
        if totals["pages"] != planned or totals["documents"] + totals["failed"] != planned:
            raise RunError(
                f"{folder}: {planned} pages came in, but {totals['documents']} are documents and {totals['failed']} "
                f"are errors; the tables are not complete, report this"
            )
        close_run(folder, manifest, totals)
    return RunSummary(folder, resumed=resumed, **totals)
