"""Tokens per second of the compact recogniser against models of the published sizes, on the same text in one run.

    python tests/benchmarks/names_speed.py [--threads 1] [--tokens 200000] [--slow-tokens 1000]

The text is the sentences of the example pages, repeated. camel-tools' `NERecognizer` runs a BERT-base and Stanza tokenize
and `ner` with character language models, both of the published sizes with random weights, which take the same time as
trained ones; they get a shorter stretch of the text. The shipped small models are timed beside them. The compact recogniser
uses one thread whatever `--threads` says.
"""

import argparse
import json
import logging
import shutil
import tempfile
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

import torch

from pipeline.config import Config
from pipeline.document import Token
from pipeline.models import models_folder
from pipeline.names.camel import CamelNames
from pipeline.names.stage import build_recognizer
from pipeline.text.stanza_tokens import stanza_pipeline
from pipeline.text.tokens import split_sentences, tokenize

PAGES = Path(__file__).parent.parent.parent / "notebooks" / "pages"


def read_sentences(wanted: int) -> list[list[Token]]:
    """Repeat the sentences of the pages until there are `wanted` tokens."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(PAGES.glob("*.txt"))]
    once = [tokens[a:b] for text in texts for tokens in [tokenize(text)] for a, b in split_sentences(text, tokens)]
    sentences, count = [], 0
    for sentence in cycle(once):
        sentences.append(sentence)
        count += len(sentence)
        if count >= wanted:
            return sentences
    raise SystemExit(f"{PAGES} holds no text")


def bert_base(folder: Path) -> CamelNames:
    """Give camel-tools a BERT-base of random weights with the shipped sub-words."""
    from transformers import BertConfig, BertForTokenClassification

    shipped = models_folder() / "camel-bert"
    labels = json.loads((shipped / "config.json").read_text(encoding="utf-8"))["id2label"]
    config = BertConfig(vocab_size=30_000, id2label={int(n): label for n, label in labels.items()})
    BertForTokenClassification(config).save_pretrained(folder)
    for path in shipped.glob("*token*"):
        shutil.copy(path, folder)
    return CamelNames(str(folder))


def stanza_charlm(folder: Path) -> Any:
    """Give Stanza a folder with word vectors, character language models and a tagger of the published sizes."""
    from stanza.models import ner_tagger
    from stanza.models.common.char_model import CharacterLanguageModel
    from stanza.models.common.pretrain import Pretrain
    from stanza.models.common.vocab import CharVocab
    from stanza.models.ner.trainer import Trainer

    shipped = models_folder() / "stanza-ar"
    shutil.copytree(shipped / "ar", folder / "ar")
    small = Trainer(model_file=shipped / "ar" / "ner" / "rasd.pt", device="cpu",
                    pretrain=Pretrain(str(shipped / "ar" / "pretrain" / "rasd.pt")),
                    args={"charlm_forward_file": None, "charlm_backward_file": None})  # fmt: skip
    letters = CharVocab.load_state_dict(small.vocab["char"].state_dict())
    sizes = {
        "char_emb_dim": 100,
        "char_hidden_dim": 1024,
        "char_num_layers": 1,
        "char_rec_dropout": 0,
        "char_dropout": 0,
    }
    charlms = {}
    for direction in ("forward", "backward"):
        charlms[direction] = str(folder / "ar" / f"{direction}_charlm" / "rasd.pt")
        CharacterLanguageModel(sizes, {"char": letters}, is_forward_lm=direction == "forward").save(charlms[direction])
    words = small.vocab["word"]
    torch.save(
        {"vocab": words.state_dict(), "emb": torch.randn(len(words), 300)}, folder / "ar" / "pretrain" / "rasd.pt"
    )
    args = ner_tagger.parse_args(["--charlm", "--shorthand", "ar_rasd", "--word_emb_dim", "300", "--cpu",
                                  "--charlm_forward_file", charlms["forward"],
                                  "--charlm_backward_file", charlms["backward"]])  # fmt: skip
    Trainer(args=args, vocab=small.vocab, device="cpu").save(str(folder / "ar" / "ner" / "rasd.pt"))
    resources = json.loads((shipped / "resources.json").read_text(encoding="utf-8"))
    resources["ar"]["ner"]["rasd"]["dependencies"] += [
        {"model": f"{direction}_charlm", "package": "rasd"} for direction in charlms
    ]
    (folder / "resources.json").write_text(json.dumps(resources), encoding="utf-8")
    return stanza_pipeline(folder, "tokenize,ner")


def measure(name: str, tokens: int, call: Callable[[], object]) -> float:
    """Print and give the tokens per second of a call."""
    began = time.perf_counter()
    call()
    speed = tokens / (time.perf_counter() - began)
    print(f"{name:44} {tokens:8,} tokens {speed:12,.0f} tokens/s", flush=True)
    return speed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1, help="threads of torch, for the models it runs")
    parser.add_argument("--tokens", type=int, default=200_000)
    parser.add_argument("--slow-tokens", type=int, default=1_000)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(7)
    logging.disable(logging.WARNING)  # Stanza's trainers tell all they do
    many, few = read_sentences(args.tokens), read_sentences(args.slow_tokens)
    some = read_sentences(10 * args.slow_tokens)
    sizes = [sum(map(len, sentences)) for sentences in (many, some, few)]
    began = time.perf_counter()
    compact = build_recognizer(Config())
    print(f"compact: loaded in {time.perf_counter() - began:.2f} s")
    fast = measure("compact", sizes[0], lambda: compact(many))

    def words(sentences: list[list[Token]]) -> list[list[str]]:
        return [[token.text for token in sentence] for sentence in sentences]

    def text(sentences: list[list[Token]]) -> str:
        return "\n\n".join(map(" ".join, words(sentences)))

    with tempfile.TemporaryDirectory() as folder:
        small_camel, large_camel = CamelNames().recognizer, bert_base(Path(folder) / "bert").recognizer
        small_stanza = stanza_pipeline(models_folder() / "stanza-ar", "tokenize,ner")
        large_stanza = stanza_charlm(Path(folder) / "stanza")
        slow = {
            "NERecognizer, shipped camel-bert": (sizes[1], lambda: small_camel.predict(words(some))),
            "NERecognizer, BERT-base (random weights)": (sizes[2], lambda: large_camel.predict(words(few))),
            "Stanza tokenize+ner, shipped stanza-ar": (sizes[1], lambda: small_stanza(text(some))),
            "Stanza tokenize+ner, charlm (random weights)": (sizes[2], lambda: large_stanza(text(few))),
        }
        speeds = {name: measure(name, *job) for name, job in slow.items()}
    for name, speed in speeds.items():
        print(f"compact is {fast / speed:,.0f} times as fast as {name}")


if __name__ == "__main__":
    main()
