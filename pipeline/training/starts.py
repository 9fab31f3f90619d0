"""Count the words that open names, for the cutting of proclitics.

    python -m pipeline.training.starts --packed packed/ --conll A.conll B.conll --news NEWS.jsonl.xz \
        --model models/compact-ner --out models/compact-ner/name_starts.tsv

Counts come from labelled corpora (CoNLL), from the project's own leads, where the first letter of a name is marked, so
that each of them counts ten times, and, with `--news`, from articles that the compact model tags; the second column is
how often a word occurs in the packed text. A word that is the cliticised form of a commoner one keeps its own count:
the reader weighs the two against each other.
"""

import argparse
import json
import lzma
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Final

from pipeline.evaluation.corpora import read_conll, retokenize, tag_spans
from pipeline.names.words import model_form
from pipeline.training.annotated import lead_names

_SURE: Final = 10  # what a marked name counts
_HEAD: Final = (
    "# Words that open names. Columns: folded form, times it opens a name, times it occurs in running text.\n"
    "# Source: counted by pipeline/training/starts.py over the corpora of the model card.\n"
)


def count_corpora(paths: list[Path]) -> Counter[str]:
    """Count the first words of the names of CoNLL files."""
    counts: Counter[str] = Counter()
    for path in paths:
        for sentence in map(retokenize, read_conll(path)):
            counts.update(model_form(sentence.words[start]) for start, _, _ in tag_spans(sentence.tags))
    return counts


def count_leads() -> Counter[str]:
    """Count the first words of the names of the project's own leads, without their proclitics."""
    counts: Counter[str] = Counter()
    for doc in lead_names():
        for start, end, _ in doc.names:
            first = model_form(doc.text[start:end].split()[0])
            hidden = doc.text[max(start - 1, 0) : start + 1] == "لل"  # للكرملين hides the alef of its article
            counts["ا" + first if hidden else first] += _SURE
    return counts


def count_news(path: Path, model: Path, most: int) -> Counter[str]:
    """Count the first words of the names that the model finds in articles, sure ones only."""
    from pipeline.names.compact import CompactNames
    from pipeline.text.tokens import split_sentences, tokenize

    tagger = CompactNames(model)
    counts: Counter[str] = Counter()
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in islice(lines, most):
            text = json.loads(line)["text"]
            tokens = tokenize(text)
            sentences = [tokens[first:last] for first, last in split_sentences(text, tokens)]
            for sentence, spans in zip(sentences, tagger(sentences), strict=True):
                counts.update(model_form(sentence[s.first].text) for s in spans if (s.score or 0) > 0.7)
    return counts


def main() -> None:
    """Parse the command line and write the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packed", type=Path, required=True)
    parser.add_argument("--conll", type=Path, nargs="*", default=[])
    parser.add_argument("--news", type=Path, nargs="*", default=[])
    parser.add_argument("--model", type=Path)
    parser.add_argument("--most", type=int, default=4000, help="articles of each news file")
    parser.add_argument("--least", type=int, default=2, help="leave out words that open fewer names")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    opens = count_corpora(args.conll) + count_leads()
    for path in args.news:
        opens += count_news(path, args.model, args.most)
    occurs: dict[str, int] = {}
    with lzma.open(args.packed / "forms.txt.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            form, _, count = line.partition("\t")
            occurs[form] = int(count)
    rows = sorted((f, n) for f, n in opens.items() if n >= args.least and any(c.isalpha() for c in f))
    text = "".join(f"{form}\t{count}\t{occurs.get(form, 0)}\n" for form, count in rows)
    args.out.write_text(_HEAD + text, encoding="utf-8")


if __name__ == "__main__":
    main()
