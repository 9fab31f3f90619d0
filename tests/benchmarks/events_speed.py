"""Tokens per second of the event stage on news, in one process with one thread of math.

    OMP_NUM_THREADS=1 python tests/benchmarks/events_speed.py NEWS.jsonl[.xz] [--articles 400] [--model deep]

NEWS holds a JSON object with a `text` (and a `date`) a line. Names and times are found first and not counted.
"""

import argparse
import json
import lzma
import time
from datetime import date
from itertools import islice
from pathlib import Path

from pipeline.config import EVENT_MODELS, Config
from pipeline.document import Document
from pipeline.stages import build_stages


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("news", type=Path)
    parser.add_argument("--articles", type=int, default=400)
    parser.add_argument("--model", choices=EVENT_MODELS, default=Config().events.model)
    args = parser.parse_args()
    opener = lzma.open if args.news.suffix == ".xz" else open
    with opener(args.news, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in islice(lines, args.articles)]
    docs = [
        Document(str(n), row["text"], published=date.fromisoformat(row["date"][:10]) if row.get("date") else None)
        for n, row in enumerate(rows)
    ]
    *before, events = build_stages(Config.from_dict({"events": {"model": args.model}}))
    for stage in before:
        docs = stage(docs)
    events(docs[:20])
    count = sum(len(doc.tokens) for doc in docs)
    began = time.perf_counter()
    done = events(docs)
    spent = time.perf_counter() - began
    found = sum(len(doc.events) for doc in done)
    print(f"{args.model}: {count} tokens, {found} event mentions, {count / spent:,.0f} tokens/s")


if __name__ == "__main__":
    main()
