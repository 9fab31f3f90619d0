"""Tokens per second of the recognisers on news, in one process with one thread of math each.

    python tests/benchmarks/names_speed.py NEWS.jsonl[.xz] [--articles 400]

NEWS holds a JSON object with a `text` a line.
"""

import argparse
import json
import lzma
import time
from itertools import islice
from pathlib import Path

from pipeline.config import Config
from pipeline.names.stage import build_recognizer
from pipeline.text.tokens import split_sentences, tokenize


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("news", type=Path)
    parser.add_argument("--articles", type=int, default=400)
    parser.add_argument("--recognizer", action="append", choices=("compact", "camel", "stanza"))
    args = parser.parse_args()
    opener = lzma.open if args.news.suffix == ".xz" else open
    with opener(args.news, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in islice(lines, args.articles)]
    sentences = []
    for text in texts:
        tokens = tokenize(text)
        sentences += [tokens[first:last] for first, last in split_sentences(text, tokens)]
    count = sum(map(len, sentences))
    for name in args.recognizer or ["compact"]:
        began = time.perf_counter()
        recognizer = build_recognizer(Config.from_dict({"names": {"recognizers": [name]}}))
        loaded = time.perf_counter()
        found = recognizer(sentences)
        spent = time.perf_counter() - loaded
        names = sum(map(len, found))
        print(f"{name}: {count} tokens, {names} names, {count / spent:,.0f} tokens/s, loaded in {loaded - began:.2f} s")


if __name__ == "__main__":
    main()
