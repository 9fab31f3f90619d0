"""Put all labelled texts into one small file, from which the teacher learns names and events.

    python -m pipeline.training.lessons corpora-teacher.toml --data DATA/ --out lessons/

The corpora are those of `pipeline.training.tagger`, in the same form, with two more keys: `run`, the number of
sentences of a CoNLL file that are read as one passage (default 8, as the files hold running text), and `events = true`
for JSON gold and the project's own leads whose events are to be learnt. What is held out is dropped from all others.
"""

import argparse
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pipeline.document import Token
from pipeline.evaluation.corpora import (
    LabelledSentence,
    gold_document,
    locate,
    name_tags,
    read_annotations,
    read_conll,
    retokenize,
    tokens_in,
)
from pipeline.evaluation.events import gold_events
from pipeline.names.compact import TAGS
from pipeline.names.words import model_form
from pipeline.schema import EVENT_TYPES, STATUSES
from pipeline.text.tokens import tokenize
from pipeline.training.annotated import all_leads
from pipeline.training.encoder import END, SPECIAL
from pipeline.training.tagger import MARKERS, letters, split

KINDS: Final = ("", *EVENT_TYPES)  # of a word: of what event it is the trigger
PARTS: Final = ("actor", "target", "speaker", "role", "time")  # that a word may have in any event
_RUN: Final = 8
_SHARED: Final = 40  # letters


@dataclass(frozen=True, slots=True)
class Passage:
    """A labelled text. Each label is -1 where a word has none of its sort.

    forms: of its words, SPECIAL[END] at the end of a paragraph. tags: of names, as in TAGS. kinds: as in KINDS.
    statuses: of triggers, as in STATUSES. parts: a bit for each of PARTS.
    """

    forms: list[str]
    tags: list[int]
    kinds: list[int]
    statuses: list[int]
    parts: list[int]


@dataclass(frozen=True, slots=True)
class Lessons:
    """All passages, one behind the other.

    forms: by number. labels: [5, words], numbers of forms, then tags, kinds, statuses and parts as of Passage.
    bounds: [passages + 1]. conventions, weights, held: by passage.
    """

    forms: list[str]
    labels: NDArray[np.int32]
    bounds: NDArray[np.int64]
    conventions: NDArray[np.int8]
    weights: NDArray[np.float32]
    held: NDArray[np.bool_]


def passages(corpus: dict[str, Any], folder: Path) -> tuple[list[Passage], list[Passage]]:
    """Read one corpus of a config: what is learnt from, and what is held out."""
    share, events = corpus.get("hold_out", 0.0), corpus.get("events", False)
    if "path" in corpus and "documents" not in corpus:
        run = corpus.get("run", _RUN)
        parts = split([retokenize(s) for s in read_conll(folder / corpus["path"])], share)
        first, last = ([_joined(part[at : at + run]) for at in range(0, len(part), run)] for part in parts)
        return first, last
    if corpus.get("leads"):
        texts = [(lead.annotation, lead.text) for lead in all_leads()]
    else:
        pairs = read_annotations(folder / corpus["path"], folder / corpus["documents"])
        texts = [(annotation, doc["text"]) for annotation, doc in pairs]
    return split([_annotated(annotation, text, events) for annotation, text in texts], share)


def _joined(sentences: Sequence[LabelledSentence]) -> Passage:
    forms = [model_form(word) for s in sentences for word in s.words]
    tags = [TAGS.index(tag) for s in sentences for tag in s.tags]
    none = [-1] * len(forms)
    return Passage(forms, tags, none, none, none)


def _annotated(annotation: dict[str, Any], text: str, with_events: bool) -> Passage:
    tokens = tokenize(text)
    tags = [TAGS.index(tag) for tag in name_tags(gold_document(annotation, text), tokens)]
    kinds, statuses, parts = ([-1] * len(tokens) for _ in range(3))
    if with_events:
        kinds, parts = [0] * len(tokens), [0] * len(tokens)
        for raw, event in zip(annotation["events"], gold_events(annotation, text), strict=True):
            for i in tokens_in(tokens, event.span):
                kinds[i] = KINDS.index(event.type)
                statuses[i] = STATUSES.index(event.status)
            spans = [(role if role in PARTS else "role", span) for role, span in event.roles]
            spans += [("speaker", event.speaker)] if event.speaker else []
            spans += [("time", locate(text, raw["time"]))] if raw.get("time") else []
            for part, span in spans:
                for i in tokens_in(tokens, span):
                    parts[i] |= 1 << PARTS.index(part)
    return _with_ends(text, tokens, tags, kinds, statuses, parts)


def _with_ends(text: str, tokens: Sequence[Token], *labels: list[int]) -> Passage:
    """Put an end behind every paragraph but the last."""
    forms: list[str] = []
    columns: list[list[int]] = [[] for _ in labels]
    for i, token in enumerate(tokens):
        if i and "\n" in text[tokens[i - 1].end : token.start]:
            forms.append(SPECIAL[END])
            for column in columns:
                column.append(-1)
        forms.append(model_form(token.text))
        for column, label in zip(columns, labels, strict=True):
            column.append(label[i])
    return Passage(forms, *columns)


def _letters(passage: Passage) -> str:
    return letters(form for form in passage.forms if form not in SPECIAL)


def collect(config: dict[str, Any], folder: Path) -> Lessons:
    """Read all corpora of a config."""
    kept: list[tuple[Passage, int, float, bool]] = []
    for corpus in config["corpus"]:
        marker, weight = MARKERS.index(corpus["convention"]), corpus.get("weight", 1.0)
        for part, held in zip(passages(corpus, folder), (False, True), strict=True):
            kept += [(p, marker, weight, held) for p in part]
    banned = "\n".join(_letters(p) for p, *_, held in kept if held)
    kept = [row for row in kept if row[3] or not _shares(row[0], banned)]
    numbers = {form: n for n, form in enumerate(SPECIAL)}
    rows = [
        (np.array([numbers.setdefault(f, len(numbers)) for f in p.forms]), p.tags, p.kinds, p.statuses, p.parts)
        for p, *_ in kept
    ]
    return Lessons(
        list(numbers), np.concatenate([np.array(row, dtype=np.int32) for row in rows], axis=1),
        np.cumsum([0, *(len(row[0]) for row in rows)]), np.array([m for _, m, _, _ in kept], dtype=np.int8),
        np.array([w for *_, w, _ in kept], dtype=np.float32), np.array([h for *_, h in kept], dtype=np.bool_),
    )  # fmt: skip


def _shares(passage: Passage, banned: str) -> bool:
    """Tell whether a passage holds _SHARED letters in a row of what is held out, found at steps of half as many.

    A shorter passage is sought whole; one of a name or two may stand anywhere and does no harm.
    """
    key = _letters(passage)
    if len(key) <= _SHARED:
        return len(key) > _SHARED // 2 and key in banned
    return any(key[at : at + _SHARED] in banned for at in range(0, len(key) - _SHARED + 1, _SHARED // 2))


def write_lessons(lessons: Lessons, out: Path) -> None:
    """Write `forms.txt` and `lessons.npz` into a folder."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "forms.txt").write_text("\n".join(lessons.forms), encoding="utf-8")
    np.savez_compressed(
        out / "lessons.npz", labels=lessons.labels, bounds=lessons.bounds, conventions=lessons.conventions,
        weights=lessons.weights, held=lessons.held,
    )  # fmt: skip


def read_lessons(folder: Path) -> Lessons:
    """Read what `write_lessons` wrote."""
    with np.load(folder / "lessons.npz") as arrays:
        parts = [arrays[name] for name in ("labels", "bounds", "conventions", "weights", "held")]
    return Lessons((folder / "forms.txt").read_text(encoding="utf-8").split("\n"), *parts)


def main(arguments: list[str] | None = None) -> None:
    """Run the recipe."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=Path)
    parser.add_argument("--data", type=Path, help="folder of the corpora, if not that of the config")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args(arguments)
    lessons = collect(tomllib.loads(args.config.read_text(encoding="utf-8")), args.data or args.config.parent)
    write_lessons(lessons, args.out)
    print(f"{len(lessons.held)} passages ({lessons.held.sum()} held out), {lessons.labels.shape[1]} words")


if __name__ == "__main__":
    main()
