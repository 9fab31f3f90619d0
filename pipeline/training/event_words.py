"""Make the word table of the event models: a distributional class and a part of speech for frequent word forms.

    python -m pipeline.training.event_words TREEBANK.conllu TEXT.xz ... --out models/events/words.tsv

Each frequent form is described by the words that stand one and two places before and behind it in unlabelled text
(positive pointwise mutual information, reduced by singular value decomposition). Forms are clustered by k-means, and
a logistic regression over the same vectors and the outer letters of the form, fitted on the treebank, guesses the
part of speech of every form. The table holds folded forms and numbers only, no text.
"""

import argparse
import lzma
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from pipeline.resources import load_toml
from pipeline.text.normalize import fold

_WORD: Final = re.compile(r"[^\W\d_]+(?:[\u064b-\u065f\u0670ـ]+[^\W\d_]*)*|\d[\d.,]*|[^\w\s]")  # words, numbers, marks
VOCABULARY: Final = 40_000
CONTEXTS: Final = 2_500
OFFSETS: Final = (-2, -1, 1, 2)


def read_ids(sources: list[Path], numbers: dict[str, int], limit: int) -> Iterator[np.ndarray]:
    """Give the numbers of the folded words of each line; new forms are added to `numbers`.

    limit: words taken from each source.
    """
    for source in sources:
        taken = 0
        with lzma.open(source, "rt", encoding="utf-8") as lines:
            for line in lines:
                words = ["0" if w[0].isdigit() else fold(w) for w in _WORD.findall(line)]
                taken += len(words)
                yield np.array([numbers.setdefault(w, len(numbers)) for w in words], dtype=np.int32)
                if taken > limit:
                    break


def vectors(stream: np.ndarray, size: int, dims: int, seed: int) -> np.ndarray:
    """Give a unit vector per form 1..size of a stream of form numbers by frequency; 0 ends a line."""
    from scipy import sparse
    from sklearn.decomposition import TruncatedSVD

    blocks = []
    for offset in OFFSETS:
        left = stream[:-offset] if offset > 0 else stream[-offset:]
        right = stream[offset:] if offset > 0 else stream[:offset]
        keep = (left > 0) & (left <= size) & (right <= CONTEXTS)
        pairs = sparse.coo_matrix(
            (np.ones(int(keep.sum()), dtype=np.float32), (left[keep] - 1, right[keep])), shape=(size, CONTEXTS + 1)
        ).tocsr()
        total = pairs.sum()
        row = np.asarray(pairs.sum(1)).ravel() + 1e-9
        column = np.asarray(pairs.sum(0)).ravel() ** 0.75
        column *= total / column.sum()
        pairs = pairs.tocoo()
        value = np.log(pairs.data * total / (row[pairs.row] * column[pairs.col] + 1e-9))
        good = value > 0
        blocks.append(sparse.coo_matrix((value[good], (pairs.row[good], pairs.col[good])), shape=pairs.shape).tocsr())
    reduced = TruncatedSVD(dims, n_iter=3, random_state=seed).fit_transform(sparse.hstack(blocks).tocsr())
    reduced /= np.linalg.norm(reduced, axis=1, keepdims=True) + 1e-9
    return np.asarray(reduced, dtype=np.float32)


def treebank_tags(path: Path) -> dict[str, Counter[str]]:
    """Count the universal parts of speech of the written words of a CoNLL-U file (a word's is that of its stem)."""
    counts: dict[str, Counter[str]] = {}
    weight = {"ADP": 0, "CCONJ": 0, "SCONJ": 0, "PRON": 0, "PART": 0, "AUX": 1, "DET": 0, "PUNCT": 0}
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        word = ""
        tags: list[str] = []
        for line in block.splitlines():
            cells = line.split("\t")
            if len(cells) < 10 or "-" in cells[0]:
                continue
            word, tags = word + cells[1], [*tags, cells[3]]
            if "SpaceAfter=No" not in cells[9]:
                best = max(tags, key=lambda t: weight.get(t, 2))
                counts.setdefault(fold(word), Counter())[best] += 1
                word, tags = "", []
            elif cells[3] == "PUNCT" or (cells[3] != "PUNCT" and _next_is_mark(block, cells[0])):
                if word:
                    best = max(tags, key=lambda t: weight.get(t, 2))
                    counts.setdefault(fold(word), Counter())[best] += 1
                word, tags = "", []
    return counts


def _next_is_mark(block: str, number: str) -> bool:
    following = re.search(rf"^{int(number) + 1}\t[^\t]*\t[^\t]*\t(\w+)", block, re.MULTILINE)
    return following is not None and following.group(1) == "PUNCT"


def guess_tags(forms: list[str], found: np.ndarray, counts: dict[str, Counter[str]]) -> list[str]:
    """Guess a part of speech for every form; forms that the treebank holds often keep what it says."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    def shape(form: str) -> dict[str, Any]:
        edges: dict[str, Any] = {f"p{n}={form[:n]}": 0.3 for n in (1, 2, 3)}
        return edges | {f"s{n}={form[-n:]}": 0.3 for n in (1, 2, 3)}

    from scipy import sparse

    shapes = DictVectorizer(dtype=np.float32)
    matrix = sparse.hstack([shapes.fit_transform([shape(f) for f in forms]), sparse.csr_matrix(found * 3)]).tocsr()
    known = [(i, counts[f].most_common(1)[0][0]) for i, f in enumerate(forms) if f in counts]
    model = LogisticRegression(max_iter=300, C=2.0).fit(matrix[[i for i, _ in known]], [t for _, t in known])
    tags = [str(t) for t in model.predict(matrix)]
    for i, tag in known:
        if sum(counts[forms[i]].values()) >= 3:
            tags[i] = tag
    return tags


def selections(stream: np.ndarray, size: int, forms: dict[str, int], counts: np.ndarray) -> np.ndarray:
    """Give, per form and selector, how much likelier than any word it is behind the selector's words: 0 to 7.

    forms: number of each form in the stream. 0 stands for never, 3 for as likely as any word, each step for a factor 2.
    """
    follows, leads = stream[1:], stream[:-1]
    share = counts / max(int(counts.sum()), 1)
    columns = []
    for table in load_toml("clauses/selectors.toml").values():
        words = [forms[w] for w in table["words"].split() if w in forms]
        behind = follows[np.isin(leads, words)]
        seen = np.bincount(behind[(behind > 0) & (behind <= size)], minlength=size + 1)[1:]
        expected = share * len(behind)
        steps = np.clip(np.round(np.log2((seen + 0.5) / (expected + 0.5)) + 3), 0, 7)
        columns.append(np.where(seen == 0, 0, steps).astype(np.int64))
    return np.stack(columns, axis=1)


def main(arguments: list[str] | None = None) -> None:
    """Run the recipe."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("treebank", type=Path)
    parser.add_argument("texts", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, default=Path("models/events/words.tsv"))
    parser.add_argument("--limit", type=int, default=5_000_000, help="words taken from each text")
    parser.add_argument("--classes", type=int, default=400)
    parser.add_argument("--dims", type=int, default=64)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args(arguments)

    from sklearn.cluster import MiniBatchKMeans

    numbers: dict[str, int] = {}
    end = np.array([-1, -1], dtype=np.int32)
    parts = [p for ids in read_ids(options.texts, numbers, options.limit) for p in (ids, end)]
    stream = np.concatenate(parts)
    names = list(numbers)
    counts = np.bincount(stream[stream >= 0], minlength=len(names))
    order = np.argsort(-counts, kind="stable")
    rank = np.zeros(len(names) + 1, dtype=np.int32)
    rank[order] = np.arange(1, len(names) + 1)
    stream = np.where(stream >= 0, rank[stream], 0)
    size = min(VOCABULARY, int((counts >= 5).sum()))
    forms = [names[i] for i in order[:size]]
    found = vectors(stream, size, options.dims, options.seed)
    classes = MiniBatchKMeans(options.classes, n_init=2, batch_size=4096, random_state=options.seed).fit_predict(found)
    tags = guess_tags(forms, found, treebank_tags(options.treebank))
    ranks = {form: i for i, form in enumerate(forms, start=1)}
    chosen = selections(stream, size, ranks, counts[order[:size]])
    options.out.parent.mkdir(parents=True, exist_ok=True)
    with options.out.open("w", encoding="utf-8") as file:
        file.write("# form, class, part of speech, count, selections; made by pipeline.training.event_words\n")
        for i, form in enumerate(forms):
            cells = "".join(str(v) for v in chosen[i])
            file.write(f"{form}\t{classes[i]}\t{tags[i]}\t{counts[order[i]]}\t{cells}\n")


if __name__ == "__main__":
    main()
