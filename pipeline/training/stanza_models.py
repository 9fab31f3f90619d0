"""Train the small Arabic Stanza models with Stanza's own trainers.

    python -m pipeline.training.stanza_models tokenizer ar_pud.conllu --work work/ --out models/stanza-ar/
    python -m pipeline.training.stanza_models vectors TEXT.xz ... --work work/
    python -m pipeline.training.stanza_models ner A.conll GOLD.json ... --work work/ --out models/stanza-ar/
    python -m pipeline.training.stanza_models score --work work/ --out models/stanza-ar/

`tokenizer` trains sentence splitting, words and multi-word tokens, and the expander of the latter. In UD Arabic-PUD
clitics are words of their own that join their neighbour (SpaceAfter=No): words of letters that join are written as one
multi-word token, so that a token is what stands between blanks and marks. The treebank knows few marks; its sentences
are repeated with the marks of Arabic news. `vectors` makes the word vectors of the recogniser out of those of the
compact one. `ner` keeps the last tenth of every CoNLL file for development (`--work`/held.conll; score it with
`rasd evaluate names`). `score` gives the scores of the tokenizer on the documents that were held out.
"""

import argparse
import json
import lzma
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from pipeline.errors import InputError
from pipeline.evaluation.names import score_counts
from pipeline.models import models_folder
from pipeline.text.normalize import strip_marks
from pipeline.training.labelled import read_text, split_corpora, word_vectors, write_conll

_PACKAGE: Final = "rasd"
_DIM: Final = 64
_PARAGRAPH: Final = 4  # sentences
_COMMAS: Final = ("،", "،", "،", "؛", "-", "–", "/", "…")
_ENDS: Final = (".", ".", ".", ".", "!", "؟", "?", "...", "…")
_QUOTES: Final = (("«", "»"), ("“", "”"), ("(", ")"), ("[", "]"), ("'", "'"))
_EASTERN: Final = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@dataclass(frozen=True, slots=True)
class TreeToken:
    """A token of a treebank: its surface, its words (one, or several for a multi-word token), a blank behind it."""

    surface: str
    words: tuple[str, ...]
    blank: bool


def read_treebank(path: Path) -> list[list[list[TreeToken]]]:
    """Read CoNLL-U: documents of sentences of tokens, with joined words of letters merged to multi-word tokens."""
    documents: list[list[list[TreeToken]]] = []
    name = ""
    for block in path.read_text(encoding="utf-8").strip().split("\n\n"):
        tokens: list[TreeToken] = []
        joins = False
        for line in block.split("\n"):
            if line.startswith("# newdoc"):
                if line != name or not documents:
                    documents.append([])
                name = line
            columns = line.split("\t")
            if not columns[0].isdigit():
                continue
            word, blank = columns[1], "SpaceAfter=No" not in columns[9]
            if joins and _is_word(word) and _is_word(tokens[-1].surface):
                last = tokens[-1]
                tokens[-1] = TreeToken(last.surface + word, (*last.words, word), blank)
            else:
                tokens.append(TreeToken(word, (word,), blank))
            joins = not blank
        documents[-1].append(tokens)
    return documents


def _is_word(text: str) -> bool:
    return any(c.isalpha() for c in text) and not any(c.isdigit() for c in strip_marks(text))


def rewrite(sentence: Sequence[TreeToken], rng: random.Random) -> list[TreeToken]:
    """Write a sentence as news might: other marks, no diacritics, Eastern digits; now and then no mark at its end."""
    opening, closing = rng.choice(_QUOTES)
    quoted = False
    bare, eastern = rng.random() < 0.6, rng.random() < 0.3
    written = []
    for at, token in enumerate(sentence):
        if token.surface == ",":
            mark = rng.choice(_COMMAS)
            token = TreeToken(mark, (mark,), token.blank)
        elif token.surface == '"':
            quoted = not quoted
            mark = opening if quoted else closing
            token = TreeToken(mark, (mark,), token.blank)
        elif at + 1 == len(sentence) and token.surface in (".", "؟"):
            mark = rng.choice(_ENDS)
            token = TreeToken(mark, (mark,), token.blank)
        elif bare:
            words = tuple(filter(None, map(strip_marks, token.words)))
            token = TreeToken(strip_marks(token.surface), words, token.blank)
        written.append(token)
    if len(written) > 2 and rng.random() < 0.1 and not written[-1].surface[0].isalnum():
        written.pop()
    if eastern:
        written = [TreeToken(t.surface.translate(_EASTERN), tuple(w.translate(_EASTERN) for w in t.words), t.blank)
                   for t in written]  # fmt: skip
    return written


def write_treebank(documents: Sequence[Sequence[Sequence[TreeToken]]], stem: Path) -> None:
    """Write `stem.txt` (a paragraph for every few sentences), `stem.conllu`, `stem.toklabels`, `stem.mwt.json`."""
    from stanza.utils.datasets import prepare_tokenizer_data

    sentences = [s for document in documents for s in document]
    paragraphs = [sentences[i : i + _PARAGRAPH] for i in range(0, len(sentences), _PARAGRAPH)]
    texts = [" ".join(_text(sentence) for sentence in paragraph) for paragraph in paragraphs]
    _beside(stem, "txt").write_text("\n\n".join(texts) + "\n", encoding="utf-8")
    _beside(stem, "conllu").write_text("".join(map(_conllu, sentences)), encoding="utf-8")
    text, conllu, labels, expansions = (str(_beside(stem, kind)) for kind in ("txt", "conllu", "toklabels", "mwt.json"))
    prepare_tokenizer_data.main([text, conllu, "-o", labels, "-m", expansions])


def _beside(stem: Path, kind: str) -> Path:
    return stem.with_name(f"{stem.name}.{kind}")


def _text(sentence: Sequence[TreeToken]) -> str:
    return "".join(t.surface + (" " if t.blank else "") for t in sentence).strip()


def _conllu(sentence: Sequence[TreeToken]) -> str:
    """Write a sentence with a chain for a tree: Stanza's readers want heads."""
    lines = [f"# text = {_text(sentence)}"]
    number = 0
    for token in sentence:
        misc = "_" if token.blank else "SpaceAfter=No"
        if len(token.words) > 1:
            lines.append(f"{number + 1}-{number + len(token.words)}\t{token.surface}" + "\t_" * 7 + f"\t{misc}")
        for word in token.words:
            number += 1
            tail = misc if len(token.words) == 1 else "_"
            lines.append(
                f"{number}\t{word}" + "\t_" * 4 + f"\t{number - 1}\t{'dep' if number > 1 else 'root'}\t_\t{tail}"
            )
    return "\n".join(lines) + "\n\n"


def train_tokenizer(treebank: Path, work: Path, out: Path, steps: int, seed: int) -> None:
    """Train the tokenizer and the expander of multi-word tokens; every tenth document is for test, the next for dev."""
    from stanza.models import mwt_expander, tokenizer

    work.mkdir(parents=True, exist_ok=True)
    rng = random.Random(seed)
    documents = read_treebank(treebank)
    parts: dict[str, list[list[list[TreeToken]]]] = {"train": [], "dev": [], "test": []}
    for number, document in enumerate(documents):
        parts[{0: "test", 1: "dev"}.get(number % 10, "train")].append(document)
    parts["train"] += [[rewrite(s, rng) for s in d] for _ in range(3) for d in parts["train"]]
    parts["dev"] += [[rewrite(s, rng) for s in d] for d in parts["dev"]]
    parts["news"] = [[rewrite(s, rng) for s in d] for d in parts["test"]]  # the test part with the marks of news
    for part, chosen in parts.items():
        write_treebank(chosen, work / part)
    shared = ["--lang", "ar", "--shorthand", f"ar_{_PACKAGE}", "--save_dir", str(work), "--seed", str(seed), "--cpu"]
    tokenizer.main(
        [*shared, "--txt_file", str(work / "train.txt"), "--label_file", str(work / "train.toklabels"),
         "--mwt_json_file", str(work / "train.mwt.json"), "--dev_txt_file", str(work / "dev.txt"),
         "--dev_label_file", str(work / "dev.toklabels"), "--dev_conll_gold", str(work / "dev.conllu"),
         "--max_seqlen", "400", "--steps", str(steps), "--eval_steps", "100", "--anneal_after", str(steps // 2),
         "--anneal", "0.9", "--split_mwt_prob", "0", "--save_name", "tokenize.pt"]
    )  # fmt: skip
    mwt_expander.main(
        [*shared, "--train_file", str(work / "train.conllu"), "--eval_file", str(work / "dev.conllu"),
         "--gold_file", str(work / "dev.conllu"), "--num_epoch", "6", "--no_dict", "--save_name", "mwt.pt"]
    )  # fmt: skip
    for processor in ("tokenize", "mwt"):
        pack(work / f"{processor}.pt", out / "ar" / processor / f"{_PACKAGE}.pt")
    write_resources(out)


def make_vectors(texts: Sequence[Path], words: int, keep: int, work: Path) -> None:
    """Write vectors of the commonest words of the texts: those of the compact recogniser in their main directions."""
    work.mkdir(parents=True, exist_ok=True)
    counts = Counter(word.lower() for sentence in read_text(texts, words) for word in sentence)
    chosen = [word for word, _ in counts.most_common(keep) if " " not in word]
    vectors = word_vectors(models_folder() / "compact-ner", chosen)
    vectors -= vectors.mean(0)
    _, directions = np.linalg.eigh(vectors.T @ vectors)
    vectors = vectors @ directions[:, -_DIM:]
    vectors *= 0.4 / vectors.std()
    with lzma.open(work / "vectors.xz", "wt", encoding="utf-8") as out:
        out.write(f"{len(chosen)} {_DIM}\n")
        for word, vector in zip(chosen, vectors, strict=True):
            out.write(word + " " + " ".join(f"{x:.4f}" for x in vector) + "\n")


def train_ner(corpora: Sequence[Path], work: Path, out: Path, steps: int, seed: int) -> None:
    """Train the recogniser on CoNLL files and JSON gold (with its `.docs.json` beside it), vectors from `vectors`."""
    from stanza.models import ner_tagger
    from stanza.models.common.pretrain import Pretrain

    train, held = split_corpora(corpora)
    for part, chosen in (("train", train), ("held", held)):
        rows = [[{"text": w, "ner": t} for w, t in zip(s.words, s.tags, strict=True)] for s in chosen]
        (work / f"ner.{part}.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    write_conll(held, work / "held.conll")
    pretrain = work / "pretrain.pt"
    pretrain.unlink(missing_ok=True)
    Pretrain(str(pretrain), str(work / "vectors.xz")).load()
    ner_tagger.main(
        ["--shorthand", f"ar_{_PACKAGE}", "--save_dir", str(work), "--save_name", "ner.pt", "--seed", str(seed),
         "--cpu", "--train_file", str(work / "ner.train.json"), "--eval_file", str(work / "ner.held.json"),
         "--wordvec_pretrain_file", str(pretrain), "--word_emb_dim", str(_DIM), "--hidden_dim", "160",
         "--char_hidden_dim", "48", "--char_emb_dim", "32", "--optim", "adam", "--lr", "0.002", "--lr_decay", "0.6",
         "--patience", "1", "--word_dropout", "0.05", "--dropout", "0.4", "--max_steps", str(steps),
         "--eval_interval", "150"]
    )  # fmt: skip
    pack(work / "ner.pt", out / "ar" / "ner" / f"{_PACKAGE}.pt")
    pack(pretrain, out / "ar" / "pretrain" / f"{_PACKAGE}.pt")
    write_resources(out)


def pack(trained: Path, out: Path) -> None:
    """Copy a Stanza model in half precision and without the paths of the machine that trained it."""
    model: dict[str, Any] = torch.load(trained, map_location="cpu", weights_only=True)
    for key in ("config", "args"):
        if key in model:
            model[key] = {k: None if _is_path(k, v) else v for k, v in model[key].items()}
    out.parent.mkdir(parents=True, exist_ok=True)
    torch.save(_halve(model), out)


def _is_path(key: str, value: Any) -> bool:
    return isinstance(value, str) and (key.endswith(("_file", "_dir", "_name", "_gold")) or "/" in value)


def _halve(value: Any) -> Any:
    if isinstance(value, dict):
        return type(value)((k, _halve(v)) for k, v in value.items())
    return value.half() if isinstance(value, torch.Tensor) and value.is_floating_point() else value


def write_resources(out: Path) -> None:
    """Write the `resources.json` that lets Stanza find the models of a folder without its server."""
    processors = [p for p in ("tokenize", "mwt", "ner", "pretrain") if (out / "ar" / p / f"{_PACKAGE}.pt").exists()]
    arabic: dict[str, Any] = {"lang_name": "Arabic"} | {p: {_PACKAGE: {}} for p in processors}
    if "ner" in arabic:
        arabic["ner"] = {_PACKAGE: {"dependencies": [{"model": "pretrain", "package": _PACKAGE}]}}
    arabic["packages"] = {"default": {p: _PACKAGE for p in processors if p != "pretrain"}}
    (out / "resources.json").write_text(json.dumps({"ar": arabic}, indent=1) + "\n", encoding="utf-8")


def score_tokenizer(folder: Path, stem: Path) -> dict[str, dict[str, Any]]:
    """Give the scores of sentences, tokens and words on a held-out part (see `evaluation.names.score_counts`)."""
    from pipeline.text.stanza_tokens import stanza_pipeline

    stanza = stanza_pipeline(folder, "tokenize,mwt")
    texts = _beside(stem, "txt").read_text(encoding="utf-8").strip().split("\n\n")
    blocks = iter(_beside(stem, "conllu").read_text(encoding="utf-8").strip().split("\n\n"))
    counts: dict[str, list[tuple[int, int, int]]] = {"sentences": [], "tokens": [], "words": []}
    for text, doc in zip(texts, stanza.bulk_process(list(texts)), strict=True):
        gold = _gold_spans(text, islice(blocks, _PARAGRAPH))
        found = _spans([[(t.text, [w.text for w in t.words]) for t in s.tokens] for s in doc.sentences])
        for kind, rows in counts.items():
            rows.append((len(gold[kind] & found[kind]), len(found[kind]), len(gold[kind])))
    return {kind: score_counts(np.array(rows)) for kind, rows in counts.items()}


def _gold_spans(text: str, blocks: Iterator[str]) -> dict[str, set[tuple[int, int]]]:
    sentences: list[list[tuple[str, list[str]]]] = []
    for block in blocks:
        sentences.append([])
        inside = 0
        for columns in (line.split("\t") for line in block.split("\n") if not line.startswith("#")):
            first, _, last = columns[0].partition("-")
            if last:
                inside = int(last) - int(first) + 1
                sentences[-1].append((columns[1], []))
            elif inside:
                inside -= 1
                sentences[-1][-1][1].append(columns[1])
            else:
                sentences[-1].append((columns[1], [columns[1]]))
    if "".join(text.split()) != "".join(token for sentence in sentences for token, _ in sentence):
        raise InputError("the text and the CoNLL-U of the held-out part differ; run `tokenizer` again")
    return _spans(sentences)


def _spans(sentences: Sequence[Sequence[tuple[str, Sequence[str]]]]) -> dict[str, set[tuple[int, int]]]:
    """Give the spans of sentences, tokens and words, counted in characters other than blanks."""
    spans: dict[str, set[tuple[int, int]]] = {"sentences": set(), "tokens": set(), "words": set()}
    at = 0
    for sentence in sentences:
        began = at
        for token, words in sentence:
            start = at
            for word in words:
                spans["words"].add((start, start + len(word)))
                start += len(word)
            size = len("".join(token.split()))
            spans["tokens"].add((at, at + size))
            at += size
        spans["sentences"].add((began, at))
    return spans


def main() -> None:
    """Parse the command line of the recipe."""
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    token = commands.add_parser("tokenizer")
    token.add_argument("treebank", type=Path)
    token.add_argument("--steps", type=int, default=1200)
    vectors = commands.add_parser("vectors")
    vectors.add_argument("texts", type=Path, nargs="+")
    vectors.add_argument("--words", type=int, default=500_000)
    vectors.add_argument("--keep", type=int, default=30_000)
    ner = commands.add_parser("ner")
    ner.add_argument("corpora", type=Path, nargs="+")
    ner.add_argument("--steps", type=int, default=900)
    commands.add_parser("score")
    for command in commands.choices.values():
        command.add_argument("--work", type=Path, required=True)
        command.add_argument("--out", type=Path, default=Path("models/stanza-ar"))
        command.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    if args.command == "tokenizer":
        train_tokenizer(args.treebank, args.work, args.out, args.steps, args.seed)
    elif args.command == "vectors":
        make_vectors(args.texts, args.words, args.keep, args.work)
    elif args.command == "ner":
        train_ner(args.corpora, args.work, args.out, args.steps, args.seed)
    else:
        print(json.dumps({part: score_tokenizer(args.out, args.work / part) for part in ("test", "news")}, indent=1))


if __name__ == "__main__":
    main()
