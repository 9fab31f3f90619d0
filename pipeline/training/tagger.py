"""Train the compact recogniser on labelled corpora that disagree, and export it to ONNX.

    python -m pipeline.training.tagger train CONFIG.toml --encoder encoder/ --out tagger/
    python -m pipeline.training.tagger export tagger/ --out models/compact-ner/

CONFIG.toml lists the corpora:

    epochs = 14
    [[corpus]]
    convention = "cleananercorp"   # one of the conventions of names.convention
    path = "cleananercorp.train.conll"
    hold_out = 0.1                 # share of its sentences, from the end, kept for development
    weight = 1.0                   # passes over it in each epoch

A corpus in the project's JSON gold has `documents = "...docs.json"` beside `path`; one with `leads = true` and no path
is the project's own annotated leads (see `annotated`). Every sentence carries the convention of its corpus as an input,
so the corpora may disagree; sentences that are held out of one corpus are dropped from all others.
"""

import argparse
import json
import math
import random
import time
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from pipeline.config import CONVENTIONS
from pipeline.errors import InputError
from pipeline.evaluation.corpora import (
    LabelledSentence,
    gold_sentences,
    read_conll,
    read_gold,
    retokenize,
    tag_spans,
)
from pipeline.names.compact import TAGS, decode, span_scores
from pipeline.names.words import model_form
from pipeline.training.annotated import lead_names
from pipeline.training.encoder import load_encoder
from pipeline.training.networks import RowIndex, Tagger, half_precision, turning

# Corpora may carry markers besides the conventions that users can ask for.
MARKERS: Final = (*CONVENTIONS, "newsfane", "wikiann")
_T = TypeVar("_T")
_CALIBRATED: Final = 200  # held-out names that are needed to calibrate the scores of an earlier model anew
_LONGEST: Final = 120  # words of a training sentence; the rest is cut off


@dataclass(frozen=True, slots=True)
class Example:
    """A training sentence: type numbers of its words, tag numbers, number of its convention."""

    words: tuple[int, ...]
    tags: tuple[int, ...]
    convention: int


class Forms:
    """Numbers of word forms."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def encode(self, sentence: LabelledSentence, convention: str) -> Example:
        """Turn a sentence into numbers."""
        words = tuple(self.numbers.setdefault(model_form(w), len(self.numbers)) for w in sentence.words[:_LONGEST])
        return Example(words, tuple(TAGS.index(t) for t in sentence.tags[:_LONGEST]), MARKERS.index(convention))


def read_corpora(
    config: dict[str, Any], folder: Path
) -> tuple[dict[str, list[tuple[float, LabelledSentence]]], dict[str, list[LabelledSentence]]]:
    """Read the corpora of a config: weighted training sentences and held-out sentences by convention."""
    train: dict[str, list[tuple[float, LabelledSentence]]] = {}
    held: dict[str, list[LabelledSentence]] = {}
    for corpus in config["corpus"]:
        path = folder / corpus.get("path", "")
        if corpus.get("leads"):
            sentences = [s for doc in lead_names() for s in gold_sentences(doc)]
        elif "documents" in corpus:
            sentences = [s for doc in read_gold(path, folder / corpus["documents"]) for s in gold_sentences(doc)]
        else:
            sentences = [retokenize(s) for s in read_conll(path)]
        taught, kept = split(sentences, corpus.get("hold_out", 0.0))
        train.setdefault(corpus["convention"], []).extend((corpus.get("weight", 1.0), s) for s in taught)
        held.setdefault(corpus["convention"], []).extend(kept)
    banned = {letters(s.words) for sentences in held.values() for s in sentences}
    train = {c: [(w, s) for w, s in sentences if letters(s.words) not in banned] for c, sentences in train.items()}
    return train, {c: s for c, s in held.items() if s}


def split(items: list[_T], hold_out: float) -> tuple[list[_T], list[_T]]:
    """Cut off the share that is held out, from the end."""
    cut = len(items) - int(len(items) * hold_out)
    return items[:cut], items[cut:]


def letters(words: Iterable[str]) -> str:
    """Give what two writings of one text share: its letters and digits."""
    return "".join(c for word in words for c in model_form(word) if c.isalnum())


def pad(examples: Sequence[Example]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Give words, tags (-1 behind the end), reversing positions and conventions of a batch."""
    longest = max(len(e.words) for e in examples)
    words = torch.zeros(len(examples), longest, dtype=torch.long)
    tags = torch.full((len(examples), longest), -1)
    for i, e in enumerate(examples):
        n = len(e.words)
        words[i, :n] = torch.tensor(e.words)
        tags[i, :n] = torch.tensor(e.tags)
    reverse = turning([len(e.words) for e in examples])
    return words, tags, reverse, torch.tensor([e.convention for e in examples])


def crf_loss(emissions: Tensor, tags: Tensor, steps: Tensor, starts: Tensor) -> Tensor:
    """Give the mean negative log-likelihood per word of a linear chain.

    emissions: [B, T, L]. tags: [B, T], -1 behind the end. steps: [L, L] scores of a tag after another. starts: [L].
    """
    mask = tags >= 0
    safe = tags.clamp_min(0)
    gold = emissions.gather(2, safe.unsqueeze(-1)).squeeze(-1)
    score = gold[:, 0] + starts[safe[:, 0]]
    alpha = emissions[:, 0] + starts
    for t in range(1, tags.shape[1]):
        here = mask[:, t]
        score = score + torch.where(here, gold[:, t] + steps[safe[:, t - 1], safe[:, t]], torch.zeros_like(score))
        forward = torch.logsumexp(alpha.unsqueeze(2) + steps, 1) + emissions[:, t]
        alpha = torch.where(here.unsqueeze(1), forward, alpha)
    return (torch.logsumexp(alpha, 1) - score).sum() / mask.sum()


def batches(examples: list[Example], words: int, rng: random.Random) -> Iterator[list[Example]]:
    """Give batches of sentences of like length, about `words` words each, in random order."""
    order = sorted(examples, key=lambda e: len(e.words) + rng.random() * 4)
    groups: list[list[Example]] = []
    for example in order:
        if not groups or (len(groups[-1]) + 1) * len(example.words) > words:
            groups.append([])
        groups[-1].append(example)
    rng.shuffle(groups)
    yield from groups


def score(
    model: Tagger, index: RowIndex, forms: Forms, sentences: list[LabelledSentence], convention: str
) -> tuple[dict[str, float], list[tuple[float, bool]]]:
    """Give strict span precision, recall and F1 (percent) on held-out sentences, and each raw score with its truth."""
    model.eval()
    hit = found = wanted = 0
    judged: list[tuple[float, bool]] = []
    examples = [forms.encode(s, convention) for s in sentences]
    order = sorted(range(len(examples)), key=lambda i: len(examples[i].words))
    with torch.no_grad():
        for at in range(0, len(order), 64):
            part = [examples[i] for i in order[at : at + 64]]
            words, _, reverse, conventions = pad(part)
            emissions = emit(model, index, words, reverse, conventions).numpy()
            lengths = np.array([len(e.words) for e in part])
            paths, posterior = decode(emissions, lengths, *model.chain())
            for example, path, sure in zip(part, paths, posterior, strict=True):
                gold = set(tag_spans([TAGS[t] for t in example.tags]))
                scored = {(a, b, TAGS[tag][2:]): raw for a, b, tag, raw in span_scores(path, sure)}
                guess = set(scored)
                judged += [(raw, span in gold) for span, raw in scored.items()]
                hit, found, wanted = hit + len(gold & guess), found + len(guess), wanted + len(gold)
    model.train()
    p, r = hit / max(1, found), hit / max(1, wanted)
    f = 200 * p * r / max(1e-9, p + r)
    return {"p": round(100 * p, 1), "r": round(100 * r, 1), "f": round(f, 1), "n": wanted}, judged


def calibrate(judged: list[tuple[float, bool]], bins: int = 12) -> dict[str, list[float]]:
    """Give knots that map raw scores to shares of right names: means of equal bins, made monotone by pooling."""
    judged = sorted(judged)
    groups = [[*part] for part in np.array_split(np.array(judged, dtype=np.float64), bins) if len(part)]
    pooled: list[list[Any]] = []
    for group in groups:
        pooled.append([np.mean([g[0] for g in group]), np.mean([g[1] for g in group]), len(group)])
        while len(pooled) > 1 and pooled[-2][1] >= pooled[-1][1]:
            raw, share, size = pooled.pop()
            last = pooled[-1]
            total = last[2] + size
            last[0], last[1] = (last[0] * last[2] + raw * size) / total, (last[1] * last[2] + share * size) / total
            last[2] = total
    return {"raw": [round(float(k[0]), 4) for k in pooled], "share": [round(float(k[1]), 4) for k in pooled]}


def emit(model: Tagger, index: RowIndex, words: Tensor, reverse: Tensor, conventions: Tensor) -> Tensor:
    """Give the tag scores [B, T, L] of a batch of word numbers."""
    out: Tensor = model(index.vectors(model.table, words), reverse, conventions)
    return out


def train(
    config: dict[str, Any], data: Path, model: Tagger, listed: Sequence[str], known: dict[str, Any], out: Path
) -> dict[str, Any]:
    """Train a tagger; write the parameters of the best epoch by the mean held-out F1 to `out`, and give its facts.

    listed: the words that have rows of their own in the model. data: folder of the corpora. known: facts of an earlier
    run (scores, calibration) that this one may not measure.
    """
    seed = config.get("seed", 7)
    torch.manual_seed(seed)
    rng = random.Random(seed)
    corpora, held = read_corpora(config, data)
    forms = Forms()
    pools = {c: [(w, forms.encode(s, c)) for w, s in sentences if s.words] for c, sentences in corpora.items()}
    for convention, sentences in held.items():
        for sentence in sentences:
            forms.encode(sentence, convention)
    if math.fsum(w for pool in pools.values() for w, _ in pool) < 1:
        raise InputError(
            f"the corpora in {data} leave no sentence to train on; hold out less, or give more text or weight"
        )
    index = RowIndex(list(forms.numbers), model.table.bag.num_embeddings, listed)
    model.train()
    model.drop.p = config.get("dropout", 0.4)
    slow = [*model.encoder.parameters()]
    tabled = [*model.table.parameters()]
    rest = [p for n, p in model.named_parameters() if not n.startswith(("encoder.", "table."))]
    base = config.get("rate", 2e-3)
    groups: list[dict[str, Any]] = [
        {"params": rest, "scale": 1.0},
        {"params": slow, "scale": config.get("encoder_scale", 0.2)},
        {"params": tabled, "scale": config.get("table_scale", 0.2)},
    ]
    for part in groups:
        for parameter in part["params"]:
            parameter.requires_grad_(part["scale"] > 0)
    optimizer = torch.optim.AdamW(groups, lr=base, weight_decay=1e-4, fused=True)
    epochs, best, facts = config.get("epochs", 14), -1.0, known
    out.mkdir(parents=True, exist_ok=True)
    (out / "words.txt").write_text("\n".join(listed), encoding="utf-8")
    began = time.monotonic()
    average = torch.optim.swa_utils.get_ema_multi_avg_fn(config.get("average", 0.998))  # type: ignore[no-untyped-call]
    averaged = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=average)
    for epoch in range(epochs):
        chosen = [e for pool in pools.values() for w, e in pool for _ in range(int(w) + (rng.random() < w % 1))]
        groups_of_epoch = list(batches(chosen, config.get("batch_words", 1200), rng))
        losses = 0.0
        for number, group in enumerate(groups_of_epoch):
            progress = (epoch + number / len(groups_of_epoch)) / epochs
            for part in optimizer.param_groups:
                part["lr"] = base * part["scale"] * min(1.0, progress * epochs * 2 + 0.02) * max(0.02, 1 - progress)
            words, tags, reverse, conventions = pad(group)
            with half_precision("cpu"):
                emissions = emit(model, index, words, reverse, conventions).float()
            loss = crf_loss(emissions, tags, model.steps + model.blocked, model.starts + model.blocked_starts)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimizer.step()
            averaged.update_parameters(model)
            losses += loss.item()
        line: dict[str, Any] = {"epoch": epoch + 1, "loss": round(losses / max(1, len(groups_of_epoch)), 4)}
        if (epoch + 1) % config.get("score_every", 1) == 0 or epoch + 1 == epochs:
            judged = {c: score(averaged.module, index, forms, s, c) for c, s in held.items()}  # type: ignore[arg-type]
            scores = {c: numbers for c, (numbers, _) in judged.items()}
            mean = sum(s["f"] for s in scores.values()) / max(1, len(scores))
            line |= {"held_out": {c: s["f"] for c, s in scores.items()}, "mean": round(mean, 2)}
            if mean > best or not held:
                best = mean
                torch.save(averaged.module.state_dict(), out / "tagger.pt")
                facts = {**known, "size": _sizes(model), "scores": {**known["scores"], **scores}, "epoch": epoch + 1}
                names = judged["rasd"][1] if "rasd" in judged else []
                if len(names) >= _CALIBRATED or (names and "calibration" not in known):
                    facts["calibration"] = calibrate(names)
                (out / "tagger.json").write_text(json.dumps(facts, indent=1))
        print(json.dumps(line | {"seconds": round(time.monotonic() - began)}), flush=True)
    return facts


def _sizes(model: Tagger) -> dict[str, Any]:
    size = model.encoder.size
    return {name: getattr(size, name) for name in size.__slots__} | {"top": model.top}


def main() -> None:
    """Parse the command line of the recipe."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    training = commands.add_parser("train")
    training.add_argument("config", type=Path)
    training.add_argument("--data", type=Path, help="folder of the corpora, if not that of the config")
    training.add_argument("--encoder", type=Path, help="pre-trained encoder; not needed with --begin")
    training.add_argument("--begin", type=Path, help="tagger to go on from, as an earlier run left it")
    training.add_argument("--out", type=Path, required=True)
    exporting = commands.add_parser("export")
    exporting.add_argument("tagger", type=Path)
    exporting.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    from pipeline.training.export import export, load_tagger

    if args.command == "export":
        export(args.tagger, args.out)
        return
    config = tomllib.loads(args.config.read_text(encoding="utf-8"))
    if args.begin:
        model, listed, known = load_tagger(args.begin)
    else:
        torch.manual_seed(config.get("seed", 7))
        table, encoder, listed = load_encoder(args.encoder)
        model = Tagger(table, encoder, config.get("hidden", 128), len(MARKERS), len(TAGS), 0.0)
        known = {"scores": {}}
    train(config, args.data or args.config.parent, model, listed, known, args.out)


if __name__ == "__main__":
    main()
