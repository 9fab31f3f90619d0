"""The same shards on a Ray cluster, as core tasks."""

from collections.abc import Callable, Iterator
from pathlib import Path

from pipeline.config import Config
from pipeline.errors import ConfigError
from pipeline.running.plan import Shard
from pipeline.running.shard import ShardResult, run_shard


def run_ray(shards: Iterator[Shard], config: Config, out: Path, report: Callable[[ShardResult], None]) -> None:
    """Run every shard as a Ray task and report each when it is committed.

    `out` must be a folder that every node of the cluster sees. A task that is lost with its node is run again by Ray;
    the commit at the end of `run_shard` makes that harmless.
    """
    try:
        import ray
    except ImportError as error:
        raise ConfigError("the engine 'ray' needs Ray: pip install 'rasd[ray]'") from error
    if not ray.is_initialized():
        ray.init(num_cpus=config.workers or None, log_to_driver=False)
    task = ray.remote(run_shard).options(num_cpus=1, max_retries=3)
    room = 2 * max(1, int(ray.cluster_resources().get("CPU", 1)))
    running: list[object] = []
    for shard in shards:
        running.append(task.remote(shard.name, shard.pages, config, out, frozenset()))
        if len(running) >= room:
            ready, running = ray.wait(running)
            for reference in ready:
                report(ray.get(reference))
    for reference in running:
        report(ray.get(reference))
