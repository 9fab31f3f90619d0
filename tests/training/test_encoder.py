import lzma
from pathlib import Path

import numpy as np
import pytest
import torch

from pipeline.errors import InputError
from pipeline.training.encoder import END, RARE, load_encoder, main, pack, read_packed, windows, write_packed

TEXT = "وصل الوفد إلى عمّان مساء\nغادر الوفد عمان صباحا\nعاد الوفد إلى المدينة\n" * 4 + "كلمة نادرة\n"


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    source = tmp_path / "text.txt.xz"
    with lzma.open(source, "wt", encoding="utf-8") as file:
        file.write(TEXT)
    pack([source], tmp_path / "packed")
    return tmp_path / "packed"


def test_text_is_packed_as_numbers_of_its_words(packed: Path) -> None:
    forms, counts, stream = read_packed(packed)
    assert forms[2] == "الوفد"  # the most frequent one
    assert counts[2] == 12
    assert (stream == END).sum() == 13
    assert (stream == RARE).sum() == 2
    assert "نادرة" not in forms


def test_numbers_beyond_two_bytes_come_back(tmp_path: Path) -> None:
    stream = np.array([0, 65_534, 65_535, 65_536, 1, 300_000], dtype=np.int64)
    write_packed(tmp_path, ["a", "b"], [1, 2], stream)
    forms, counts, again = read_packed(tmp_path)
    assert (forms, counts.tolist(), again.tolist()) == (["a", "b"], [1, 2], stream.tolist())


def test_training_leaves_an_encoder_and_goes_on_from_its_checkpoint(packed: Path, tmp_path: Path) -> None:
    out = tmp_path / "encoder"
    sizes = ["--dim", "8", "--hidden", "6", "--buckets", "50", "--words", "10", "--batch", "2", "--length", "8",
             "--negatives", "4"]  # fmt: skip
    main(["train", str(packed), "--out", str(out), "--minutes", "0.01", *sizes])
    first = torch.load(out / "checkpoint.0.pt")["step"]
    main(["train", str(packed), "--out", str(out), "--minutes", "0.02", *sizes])
    assert torch.load(out / "checkpoint.0.pt")["step"] > first
    table, encoder, listed = load_encoder(out)
    assert len(listed) == 10
    assert table.own.weight.shape == (10, 8)
    assert not table.own.weight[RARE].any()
    assert encoder.size.hidden == 6


def test_a_text_that_fills_no_batch_is_refused() -> None:
    text = torch.arange(2 * 10 + 2 * 10 + 2)
    for seed in range(12):
        assert next(windows(text, batch=2, length=10, seed=seed, around=1)).shape == (2, 12)
    with pytest.raises(InputError, match="41 words, but one batch needs 42"):
        next(windows(text[:-1], batch=2, length=10, seed=0, around=1))
