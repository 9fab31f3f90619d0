"""How far a run is: a bar on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Final

from pipeline.config import Config
from pipeline.running.shard import ShardResult
from pipeline.sources.files import list_files

_EVERY: Final = 10.0  # seconds between plain lines


class Progress:
    """Counts finished shards; call it with each ShardResult, use it in a `with` statement.

    The total is known where every input file is one page; for files of many pages the time left is not guessed.
    """

    def __init__(self, inputs: Sequence[str], config: Config) -> None:
        self.began = time.monotonic()
        self.said = 0.0
        self.pages = self.tokens = 0
        self.total = self._count(inputs)
        self.terminal = sys.stderr.isatty()

    def _count(self, inputs: Sequence[str]) -> int | None:
        files = list_files(inputs)
        single = all({".txt", ".html", ".htm"} & {s.lower() for s in path.suffixes} for path in files)
        return len(files) if single else None

    def __enter__(self) -> "Progress":
        if self.terminal:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
                       TextColumn("{task.fields[rate]}"), TimeElapsedColumn(), TimeRemainingColumn())  # fmt: skip
            self.bar = Bar(*columns, console=Console(stderr=True))
            self.bar.start()
            self.task = self.bar.add_task("documents", total=self.total, rate="")
        return self

    def __call__(self, shard: ShardResult) -> None:
        """Count a finished shard."""
        self.pages += shard.pages
        self.tokens += shard.tokens
        spent = max(time.monotonic() - self.began, 1e-3)
        rate = f"{self.tokens / spent:,.0f} tokens/s"
        if self.terminal:
            self.bar.update(self.task, completed=self.pages, rate=rate)
        elif spent - self.said >= _EVERY:
            self.said = spent
            left = f", about {spent * (self.total / self.pages - 1):.0f} s left" if self.total and self.pages else ""
            print(f"{self.pages} documents, {rate}{left}", file=sys.stderr, flush=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.terminal:
            self.bar.stop()
