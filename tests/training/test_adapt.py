from pathlib import Path

import numpy as np
import pytest

from pipeline.cli import main
from pipeline.errors import ConfigError, InputError, ModelError
from pipeline.evaluation.names import evaluate_names
from pipeline.models import models_folder
from pipeline.names.compact import CompactNames
from pipeline.text.tokens import tokenize

onnx = pytest.importorskip("onnx")

from pipeline.training.adapt import read_back, train_names  # noqa: E402
from pipeline.training.tagger import train  # noqa: E402

COMPACT = models_folder() / "compact-ner"
# A domain with names that no news model knows: code names of made-up mining camps.
CAMPS = ("الزمردة الثالثة", "الصدفة الغربية", "المنجلة الكبرى", "الهدهد الأزرق", "القنفذة السفلى", "الطيهوجة الشرقية")
FRAMES = ("وصلت الحفارات إلى {} صباحا .", "أعلن المهندس إغلاق {} مؤقتا .", "في {} توقف العمل أمس .",
          "تضاعف إنتاج {} هذا الشهر .", "زار المفتشون {} مرتين .")  # fmt: skip


def conll(camps: tuple[str, ...]) -> str:
    sentences = []
    for camp in camps:
        first, second = camp.split()
        for frame in FRAMES:
            words = frame.format(camp).split()
            tags = ["B-LOC" if w == first else "I-LOC" if w == second else "O" for w in words]
            sentences.append("".join(f"{w} {t}\n" for w, t in zip(words, tags, strict=True)))
    return "\n".join(sentences)


def test_weights_come_back_from_the_shipped_files() -> None:
    model, listed, facts = read_back(COMPACT)
    shipped = CompactNames(COMPACT)
    assert facts["conventions"][0] == "rasd"
    assert listed == list(shipped.words.listed)
    steps, starts = model.chain()
    assert np.allclose(steps, shipped.steps, atol=0.02)
    assert np.allclose(starts, shipped.starts, atol=0.02)


def test_a_few_sentences_teach_the_names_of_a_domain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "camps.conll").write_text(conll(CAMPS[:5]), encoding="utf-8")
    (tmp_path / "new.conll").write_text(conll(CAMPS[5:]), encoding="utf-8")
    config = tmp_path / "camps.toml"
    config.write_text(
        'epochs = 12\n[[corpus]]\npath = "camps.conll"\n[[corpus]]\npath = "new.conll"\nhold_out = 1.0\n',
        encoding="utf-8",
    )
    out = tmp_path / "model"
    assert main(["train", "names", str(config), "--out", str(out)]) == 0
    assert "F1" in capsys.readouterr().out
    scores = evaluate_names(tmp_path / "new.conll", None, ["compact", str(out)], "rasd")
    assert scores[str(out)]["all"]["f"] >= max(80.0, scores["compact"]["all"]["f"])
    # What the shipped model knew is still known.
    tokens = tokenize("وصل الرئيس الروسي فلاديمير بوتين إلى القاهرة")
    (spans,) = CompactNames(out)([tokens])
    assert [" ".join(t.text for t in tokens[s.first : s.last]) for s in spans] == ["فلاديمير بوتين", "القاهرة"]


def test_training_can_go_on_from_what_it_wrote(tmp_path: Path) -> None:
    (tmp_path / "camps.conll").write_text(conll(CAMPS[:1]), encoding="utf-8")
    config = tmp_path / "camps.toml"
    config.write_text('epochs = 1\n[[corpus]]\npath = "camps.conll"\n', encoding="utf-8")
    first = train_names(config, tmp_path / "first")
    second = train_names(config, tmp_path / "second", tmp_path / "first")
    assert first["size"] == second["size"]
    assert second["calibration"] == first["calibration"]


def test_epochs_that_draw_no_sentence_are_survived(tmp_path: Path) -> None:
    (tmp_path / "camps.conll").write_text(conll(CAMPS[:2]), encoding="utf-8")
    config = {"epochs": 8, "corpus": [{"path": "camps.conll", "convention": "rasd", "weight": 0.1}]}
    assert train(config, tmp_path, *read_back(COMPACT), tmp_path / "out")["epoch"] == 8


@pytest.mark.parametrize("weight", [0, 0.001])
def test_corpora_without_weight_are_refused(tmp_path: Path, weight: float) -> None:
    (tmp_path / "camps.conll").write_text(conll(CAMPS[:1]), encoding="utf-8")
    (tmp_path / "a.toml").write_text(f'[[corpus]]\npath = "camps.conll"\nweight = {weight}\n', encoding="utf-8")
    with pytest.raises(InputError, match="give more text or weight"):
        train_names(tmp_path / "a.toml", tmp_path / "out")


@pytest.mark.parametrize(
    ("settings", "error", "says"),
    [
        ("colour = 1\n[[corpus]]\npath = 'a'", ConfigError, "unknown key 'colour'"),
        ("epochs = 3", ConfigError, r"add a \[\[corpus\]\]"),
        ("[[corpus]]\npath = 'a'\nconvention = 'mine'", ConfigError, "convention must be one of"),
        ("[[corpus]]\nweight = 1", ConfigError, "corpus 1: no path"),
        ("[[corpus]]\npath = 'nowhere.conll'", InputError, "there is no file"),
        ("[[corpus", ConfigError, "cannot be read as TOML"),
        ("corpus = ['a']", ConfigError, "tables"),
        ("epochs = 'x'\n[[corpus]]\npath = 'a'", ConfigError, "epochs must be a whole number from 1 to"),
        ("epochs = 0.5\n[[corpus]]\npath = 'a'", ConfigError, "epochs must be a whole number from 1 to"),
        ("seed = 'x'\n[[corpus]]\npath = 'a'", ConfigError, "seed must be a whole number"),
        ("average = 5\n[[corpus]]\npath = 'a'", ConfigError, "average must be a number from 0 to 0.9999"),
        ("dropout = 2\n[[corpus]]\npath = 'a'", ConfigError, "dropout must be a number from 0 to 0.99"),
        ("rate = nan\n[[corpus]]\npath = 'a'", ConfigError, "rate must be a number"),
        ("[[corpus]]\npath = 'a'\nhold_out = -0.5", ConfigError, "corpus 1: hold_out must be a number from 0 to 1"),
        ("[[corpus]]\npath = 'a'\nweight = inf", ConfigError, "corpus 1: weight must be a number from 0 to 1000"),
        ("[[corpus]]\npath = 3", ConfigError, "path must be a text"),
        ("[[corpus]]\npath = 'a.json'", ConfigError, "needs `documents`"),
    ],
)
def test_settings_that_cannot_be_used_are_named(
    tmp_path: Path, settings: str, error: type[Exception], says: str
) -> None:
    (tmp_path / "a.toml").write_text(settings, encoding="utf-8")
    with pytest.raises(error, match=says):
        train_names(tmp_path / "a.toml", tmp_path / "out")


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no usable compact model"):
        read_back(tmp_path)
