"""Tokens per second of the stage of times on news, in one process, tokens given.

    python tests/benchmarks/times_speed.py NEWS.jsonl[.xz] [--articles 2000]

NEWS holds a JSON object with a `text` a line. The first tenth of the articles warms the caches and is not counted.
"""

import argparse
import json
import lzma
import time
from datetime import date
from itertools import islice
from pathlib import Path

from pipeline.document import Document, Segment
from pipeline.text.tokens import CamelTokens
from pipeline.times.stage import Times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("news", type=Path)
    parser.add_argument("--articles", type=int, default=2000)
    args = parser.parse_args()
    opener = lzma.open if args.news.suffix == ".xz" else open
    with opener(args.news, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in islice(lines, args.articles)]
    published = date(2024, 5, 15)
    docs = CamelTokens()(
        [
            Document(str(n), text, published=published, segments=(Segment("article", 0, len(text)),))
            for n, text in enumerate(texts)
        ]
    )
    stage = Times()
    warm = len(docs) // 10
    stage(docs[:warm])
    began = time.process_time()
    done = stage(docs[warm:])
    spent = time.process_time() - began
    tokens, found = sum(len(doc.tokens) for doc in done), sum(len(doc.times) for doc in done)
    print(f"{tokens} tokens, {found} times, {tokens / spent:,.0f} tokens/s of processor time")


if __name__ == "__main__":
    main()
