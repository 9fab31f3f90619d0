import lzma
from pathlib import Path

import numpy as np
import pytest
import torch

pytest.importorskip("onnx")

from pipeline.models import models_folder
from pipeline.names.states import STEPS, ZERO, WordStates
from pipeline.training import hidden
from pipeline.training.hidden import Guesser, _Text, main, read_units

_NEWS = (
    "وصل وزير الخارجية إلى العاصمة مساء أمس في زيارة رسمية تستمر يومين، ومن المقرر أن يلتقي رئيس الحكومة صباح اليوم.",
    "أعلنت وزارة الصحة تسجيل عشرين إصابة جديدة، وقال المتحدث باسمها إن الوضع تحت السيطرة في جميع المستشفيات الحكومية.",
    "قتل ثلاثة أشخاص في حادث سير على الطريق الصحراوي، ونقلت سيارات الإسعاف المصابين إلى المستشفى العام في المدينة.",
)


@pytest.fixture(scope="module")
def words() -> WordStates:
    return WordStates(models_folder() / "compact-ner")


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "news.txt.xz"
    path.write_bytes(lzma.compress("\n".join((*_NEWS, "قصير") * 4).encode()))
    return path


def test_text_is_cut_into_units_up_to_a_limit(text: Path, words: WordStates, monkeypatch: pytest.MonkeyPatch) -> None:
    assert 1 <= len(read_units([text], 30, words, seed=1)) <= 2
    monkeypatch.setattr(hidden, "UNIT", 12)
    units = read_units([text], 10_000, words, seed=1)
    assert len(units) >= 12
    assert all(sum(map(len, unit)) <= 12 or len(unit) == 1 for unit in units)


def test_no_state_tells_a_hidden_word(text: Path, words: WordStates) -> None:
    units = read_units([text], 10_000, words, seed=1)
    known = _Text(units, words)
    states, lengths, asked, rows = known.hide([0, 1], np.random.default_rng(3))
    assert states.shape == (2, max(lengths), words.width)
    assert len(rows) == int(asked.sum()) > 0
    vector = words.vectors.shape[1]
    assert (states[..., :vector][asked.numpy()] == ZERO).all()
    sentence = units[0][0]
    place = int(np.flatnonzero(known.rows[sentence] >= 0)[0])

    class Chosen:
        def random(self, shape: tuple[int, ...]) -> np.ndarray:
            drawn = np.ones(shape)
            drawn[0, place] = 0
            return drawn

    before = known.hide([0], Chosen())[0]  # type: ignore[arg-type]
    other = [sentence.copy(), *units[0][1:]]
    other[0][place] = sentence[(place + 1) % len(sentence)]
    known.units[0] = other
    after = known.hide([0], Chosen())[0]  # type: ignore[arg-type]
    assert np.array_equal(before, after)


def test_the_lower_layers_learn_to_guess_and_the_others_stay(
    text: Path, words: WordStates, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = _Text(read_units([text], 10_000, words, seed=1), words)
    fresh = Guesser(words.width, known.targets(), torch.from_numpy(known.seen).float())
    begin = {k: v for k, v in fresh.state_dict().items() if k.startswith(("look.", "both."))}
    begin["heads.status.bias"] = torch.ones(3)
    torch.save(begin, tmp_path / "reader.pt")
    command = [str(text), "--begin", str(tmp_path / "reader.pt"), "--out", str(tmp_path / "out.pt"), "--minutes", "1"]
    main(command)
    assert "12 units" in capsys.readouterr().out
    learned = torch.load(tmp_path / "out.pt")
    assert learned.keys() == begin.keys()
    assert torch.equal(learned["heads.status.bias"], begin["heads.status.bias"])
    assert not torch.equal(learned["look.weight"], begin["look.weight"])
    assert float((known.targets().abs() * STEPS).max()) <= STEPS + 1
