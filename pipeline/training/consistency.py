"""Tells how far the labels of a corpus of names contradict each other.

    python -m pipeline.training.consistency CORPUS.conll [CORPUS.conll ...]

A name is contradicted where another label, or none, is commoner among the other occurrences of the same words, spelling
variants included. No recogniser that sees only words can be right there, so the share bounds what can be learned from a
corpus. Prints for each corpus its names, those whose words occur again, the share of these that is contradicted, and
the words that are labelled most differently.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from pipeline.evaluation.corpora import LabelledSentence, read_conll, tag_spans
from pipeline.text.normalize import fold

Surface = tuple[str, ...]  # folded words
NONE: Final = "O"


def count_labels(sentences: Iterable[LabelledSentence]) -> dict[Surface, Counter[str]]:
    """Count the labels of every sequence of words that is a name somewhere; NONE where no word of it is in a name."""
    texts = [
        ([fold(word) for word in s.words], {(a, b): label for a, b, label in tag_spans(s.tags)}) for s in sentences
    ]
    names = {tuple(words[a:b]) for words, spans in texts for a, b in spans}
    longest = max(map(len, names), default=0)
    found: dict[Surface, Counter[str]] = defaultdict(Counter)
    for words, spans in texts:
        inside = {i for a, b in spans for i in range(a, b)}
        for a in range(len(words)):
            for b in range(a + 1, min(a + longest, len(words)) + 1):
                surface = tuple(words[a:b])
                if surface not in names:
                    continue
                if (a, b) in spans:
                    found[surface][spans[a, b]] += 1
                elif inside.isdisjoint(range(a, b)):
                    found[surface][NONE] += 1
    return dict(found)


def count_contradicted(labels: Mapping[Surface, Counter[str]]) -> tuple[int, int]:
    """Give how many names are contradicted, and how many occur again."""
    contradicted = repeated = 0
    for counts in labels.values():
        if counts.total() < 2:
            continue
        for label, count in counts.items():
            if label != NONE:
                others = max(other - (name == label) for name, other in counts.items())
                repeated += count
                contradicted += count * (counts[label] - 1 < others)
    return contradicted, repeated


def main(arguments: list[str] | None = None) -> None:
    """Print the share of each corpus."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+", metavar="CORPUS.conll")
    parser.add_argument("--show", type=int, default=10, help="words to list")
    options = parser.parse_args(arguments)
    for path in options.files:
        labels = count_labels(read_conll(path))
        contradicted, repeated = count_contradicted(labels)
        names = sum(c.total() - c[NONE] for c in labels.values())
        share = 100 * contradicted / max(repeated, 1)
        print(f"{path.name}: {names} names, {repeated} of words that occur again, {share:.1f} % of these contradicted")
        for surface, counts in sorted(labels.items(), key=_disagreement)[: options.show]:
            print(f"  {' '.join(surface)}: {', '.join(f'{label} {n}' for label, n in counts.most_common())}")


def _disagreement(item: tuple[Surface, Counter[str]]) -> tuple[int, Surface]:
    surface, counts = item
    return max(counts.values()) - counts.total(), surface


if __name__ == "__main__":
    main()
