"""Documents and tokens per second of a whole run, start to finish.

    python tests/benchmarks/run_speed.py NEWS.jsonl[.xz] [--articles 1000] [--workers 2]

NEWS holds a JSON object with `text` (and `title`, `date`) a line.
"""

import argparse
import lzma
import tempfile
import time
from itertools import islice
from pathlib import Path

import pipeline


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("news", type=Path)
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=0)
    args = parser.parse_args()
    opener = lzma.open if args.news.suffix == ".xz" else open
    with tempfile.TemporaryDirectory() as folder, opener(args.news, "rt", encoding="utf-8") as lines:
        source = Path(folder) / "news.jsonl"
        source.write_text("".join(islice(lines, args.articles)), encoding="utf-8")
        began = time.perf_counter()
        summary = pipeline.run(source, Path(folder) / "run", pipeline.Config(workers=args.workers))
        spent = time.perf_counter() - began
    rate = f"{summary.documents / spent:,.1f} documents/s, {summary.tokens / spent:,.0f} tokens/s"
    print(f"{summary.documents} documents, {summary.tokens} tokens in {spent:.1f} s: {rate}")


if __name__ == "__main__":
    main()
