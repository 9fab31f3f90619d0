"""Shards over worker processes of this machine, which may die or stall without loss."""

import math
import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from pebble import ProcessExpired, ProcessPool

from pipeline.config import Config
from pipeline.running.plan import Shard
from pipeline.running.shard import ShardResult, probe_pages, run_shard

# One thread of math per worker: read by numpy's and torch's libraries when a worker loads them.
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def count_cores() -> int:
    """Give the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(slots=True)
class _Hunt:
    """The search for the pages that kill a worker: stretches of a shard still to be probed, and culprits found."""

    shard: Shard
    open: list[range]
    killers: set[int] = field(default_factory=set)


def run_local(shards: Iterator[Shard], config: Config, out: Path, report: Callable[[ShardResult], None]) -> None:
    """Run every shard in a pool of worker processes and report each when it is committed.

    A worker that dies or stalls takes only its shard with it: the shard is halved until the page at fault is alone,
    then run again without that page.
    """
    workers = config.workers or count_cores()
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        with ProcessPool(max_workers=workers, context=get_context("spawn")) as pool:
            _Runner(pool, config, out, report, workers).run(shards)
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


class _Runner:
    """Keeps a few shards in flight, in the order of the input."""

    def __init__(
        self, pool: ProcessPool, config: Config, out: Path, report: Callable[[ShardResult], None], workers: int
    ) -> None:
        self.pool = pool
        self.config = config
        self.out = out
        self.report = report
        self.room = workers + 2
        self.running: dict[Future[Any], Shard | tuple[_Hunt, range]] = {}

    def run(self, shards: Iterator[Shard]) -> None:
        more = True
        while more or self.running:
            while more and len(self.running) < self.room:
                shard = next(shards, None)
                if shard is None:
                    more = False
                else:
                    self._submit(shard, frozenset())
            if self.running:
                done, _ = wait(self.running, return_when=FIRST_COMPLETED)
                for future in done:
                    self._finish(future)

    def _limit(self, pages: int) -> float:
        """Give the seconds after which a task is taken for stalled."""
        return 60.0 + self.config.document_seconds * max(2.0, math.sqrt(pages))

    def _submit(self, shard: Shard, killers: frozenset[int]) -> None:
        future = self.pool.schedule(
            run_shard,
            args=[shard.name, shard.pages, self.config, self.out, killers],
            timeout=self._limit(len(shard.pages)),
        )
        self.running[future] = shard

    def _probe(self, hunt: _Hunt) -> None:
        stretch = hunt.open.pop()
        pages = hunt.shard.pages[stretch.start : stretch.stop]
        future = self.pool.schedule(probe_pages, args=[pages, self.config], timeout=self._limit(len(pages)))
        self.running[future] = (hunt, stretch)

    def _finish(self, future: Future[Any]) -> None:
        task = self.running.pop(future)
        try:
            result = future.result()
        except (ProcessExpired, TimeoutError):
            result = None
        if isinstance(task, Shard):
            if result is None:
                self._probe(_Hunt(task, [range(len(task.pages))]))
            else:
                self.report(result)
            return
        hunt, stretch = task
        if result is None:
            if len(stretch) == 1:
                hunt.killers.add(stretch.start)
            else:
                middle = stretch.start + len(stretch) // 2
                hunt.open += [range(middle, stretch.stop), range(stretch.start, middle)]
        if hunt.open:
            self._probe(hunt)
        else:
            self._submit(hunt.shard, frozenset(hunt.killers))
