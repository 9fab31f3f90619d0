"""Train the small BERT that the camel-tools recogniser runs on where no larger one is at hand.

    python -m pipeline.training.camel_bert CORPUS ... --text TEXT.xz ... --work work/ --out models/camel-bert/

CORPUS is CoNLL (its last tenth goes to `--work`/held.conll) or JSON gold with its `.docs.json`. The sub-words are
WordPieces of the text; their embeddings begin as the vectors that the compact recogniser has for them. The network then
learns from the corpora and, since they are small, from sentences of the text as the compact recogniser tags them.
"""

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import nn

from pipeline.document import Token
from pipeline.evaluation.corpora import LabelledSentence
from pipeline.models import models_folder
from pipeline.names.compact import TAGS, CompactNames
from pipeline.training.labelled import read_text, split_corpora, word_vectors, write_conll

_IGNORED: Final = -100  # the label of sub-words that do not open a word
_LONGEST: Final = 254  # sub-words
_WIDTH: Final = 192
_RATE: Final = 8e-4
_LAYERS: Final = 4
_SPECIAL: Final = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


@dataclass(frozen=True, slots=True)
class Pieces:
    """A training sentence: sub-word numbers, and tag numbers at the first sub-word of each word."""

    ids: tuple[int, ...]
    tags: tuple[int, ...]


def make_tokenizer(sentences: Sequence[Sequence[str]], size: int) -> Any:
    """Make a BERT tokenizer with a WordPiece vocabulary of the text."""
    from tokenizers import BertWordPieceTokenizer
    from transformers import BertTokenizer

    trainer = BertWordPieceTokenizer(lowercase=False, strip_accents=False)
    trainer.train_from_iterator(
        map(" ".join, sentences), size, min_frequency=3, limit_alphabet=200, show_progress=False
    )
    vocabulary = trainer.get_vocab()
    assert all(word in vocabulary for word in _SPECIAL)
    return BertTokenizer(vocab=vocabulary, do_lower_case=False, strip_accents=False, model_max_length=256)


def piece_vectors(tokenizer: Any, seed: int) -> torch.Tensor:
    """Give each sub-word the vector that the compact recogniser has for it as a word, then small random numbers.

    The result is [vocabulary, width].
    """
    pieces = sorted(tokenizer.get_vocab(), key=tokenizer.get_vocab().get)
    known = word_vectors(models_folder() / "compact-ner", [piece.removeprefix("##") for piece in pieces])
    vectors = np.random.default_rng(seed).normal(0, 0.02, (len(pieces), _WIDTH)).astype(np.float32)
    vectors[:, : known.shape[1]] = known * (0.1 / known.std())
    return torch.from_numpy(vectors)


def tag_text(sentences: Sequence[Sequence[str]]) -> list[LabelledSentence]:
    """Label sentences with the shipped compact recogniser."""
    tokens = [[Token(0, len(word), word, word) for word in s] for s in sentences]
    labelled = []
    for words, spans in zip(sentences, CompactNames(models_folder() / "compact-ner")(tokens), strict=True):
        tags = ["O"] * len(words)
        for span in spans:
            tags[span.first : span.last] = [f"B-{span.label}", *[f"I-{span.label}"] * (span.last - span.first - 1)]
        labelled.append(LabelledSentence(tuple(words), tuple(tags)))
    return labelled


def cut_pieces(sentences: Sequence[LabelledSentence], tokenizer: Any) -> list[Pieces]:
    """Cut sentences into sub-words; what is longer than a window is left out."""
    known: dict[str, list[int]] = {}
    cut = []
    for sentence in sentences:
        ids: list[int] = []
        tags: list[int] = []
        for word, tag in zip(sentence.words, sentence.tags, strict=True):
            if word not in known:
                known[word] = tokenizer.convert_tokens_to_ids(tokenizer.tokenize(word))
            if pieces := known[word]:
                ids += pieces
                tags += [TAGS.index(tag), *[_IGNORED] * (len(pieces) - 1)]
        if 0 < len(ids) <= _LONGEST:
            cut.append(Pieces((tokenizer.cls_token_id, *ids, tokenizer.sep_token_id), (_IGNORED, *tags, _IGNORED)))
    return cut


def batches(examples: list[Pieces], size: int, rng: random.Random) -> Iterator[list[Pieces]]:
    """Give batches of sentences of like length, about `size` sub-words each, in random order."""
    groups: list[list[Pieces]] = [[]]
    for example in sorted(examples, key=lambda e: len(e.ids) + rng.random() * 4):
        if (len(groups[-1]) + 1) * len(example.ids) > size:
            groups.append([])
        groups[-1].append(example)
    rng.shuffle(groups)
    yield from filter(None, groups)


def train(
    tokenizer: Any, vectors: torch.Tensor, gold: list[Pieces], silver: list[Pieces], passes: int, seed: int
) -> Any:
    """Train the network: each pass sees all of the gold and its own share of the silver sentences."""
    from transformers import BertConfig, BertForTokenClassification

    torch.manual_seed(seed)
    rng = random.Random(seed)
    rng.shuffle(silver)
    vocabulary, width = vectors.shape
    model = BertForTokenClassification(
        BertConfig(vocab_size=vocabulary, hidden_size=width, num_hidden_layers=_LAYERS, num_attention_heads=width // 32,
                   intermediate_size=4 * width, max_position_embeddings=256, pad_token_id=tokenizer.pad_token_id,
                   hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,  # nothing is read twice but the gold
                   id2label=dict(enumerate(TAGS)), label2id={tag: n for n, tag in enumerate(TAGS)})
    )  # fmt: skip
    model.bert.embeddings.word_embeddings.weight.data.copy_(vectors)
    optimizer = torch.optim.AdamW(model.parameters(), lr=_RATE, weight_decay=0.01, fused=True)
    groups = [group for n in range(passes) for group in batches(gold + silver[n::passes], 3000, rng)]
    model.train()
    began, running = time.monotonic(), 0.0
    for step, group in enumerate(groups):
        for part in optimizer.param_groups:
            part["lr"] = _RATE * min(1.0, (step + 1) / 300, 1.02 - step / len(groups))
        longest = max(len(e.ids) for e in group)
        ids = torch.tensor([[*e.ids, *[tokenizer.pad_token_id] * (longest - len(e.ids))] for e in group])
        tags = torch.tensor([[*e.tags, *[_IGNORED] * (longest - len(e.tags))] for e in group])
        mask = (ids != tokenizer.pad_token_id).long()
        hidden = (torch.rand(ids.shape) < 0.08) & (ids >= len(_SPECIAL))
        logits = model(ids.masked_fill(hidden, tokenizer.unk_token_id), attention_mask=mask).logits
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), tags.flatten(), ignore_index=_IGNORED)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        running += (loss.item() - running) * max(0.02, 1 / (step + 1))
        if step % 50 == 0:
            print(f"{step}/{len(groups)} loss {running:.4f} {time.monotonic() - began:.0f} s", flush=True)
    return model.eval()  # type: ignore[no-untyped-call]


def save(model: Any, tokenizer: Any, out: Path) -> None:
    """Write the model folder, the weights in half precision; transformers widens them again when it loads them."""
    model.half().save_pretrained(out)
    config = out / "config.json"
    config.write_text(config.read_text(encoding="utf-8").replace('"float16"', '"float32"'), encoding="utf-8")
    tokenizer.save_pretrained(out)
    words = sorted(tokenizer.get_vocab(), key=tokenizer.get_vocab().get)
    (out / "vocab.txt").write_text(
        "".join(f"{word}\n" for word in words), encoding="utf-8"
    )  # for transformers before 5


def main() -> None:
    """Parse the command line of the recipe."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path, nargs="+")
    parser.add_argument("--text", type=Path, nargs="+", required=True)
    parser.add_argument("--words", type=int, default=20_000_000, help="words of the text, in equal shares of its files")
    parser.add_argument("--silver", type=int, default=500_000, help="sentences of the text that are tagged")
    parser.add_argument("--vocabulary", type=int, default=16_000)
    parser.add_argument("--passes", type=int, default=4)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("models/camel-bert"))
    args = parser.parse_args()
    torch.set_num_threads(1)
    args.work.mkdir(parents=True, exist_ok=True)
    labelled, held = split_corpora(args.corpora)
    write_conll(held, args.work / "held.conll")
    text = list(read_text(args.text, args.words))
    tokenizer = make_tokenizer([*text, *(s.words for s in labelled)], args.vocabulary)
    vectors = piece_vectors(tokenizer, args.seed)
    chosen = random.Random(args.seed).sample(text, min(args.silver, len(text)))
    gold, silver = (cut_pieces(part, tokenizer) for part in (labelled, tag_text(chosen)))
    save(train(tokenizer, vectors, gold, silver, args.passes, args.seed), tokenizer, args.out)


if __name__ == "__main__":
    main()
