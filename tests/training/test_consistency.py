"""How far the labels of a corpus contradict each other."""

from pathlib import Path

import pytest

from pipeline.evaluation.corpora import LabelledSentence
from pipeline.training.consistency import count_contradicted, count_labels, main


def _sentence(*pairs: tuple[str, str]) -> LabelledSentence:
    words, tags = zip(*pairs, strict=True)
    return LabelledSentence(words, tags)


_SENTENCES = [
    _sentence(("زار", "O"), ("الوفد", "O"), ("أربيل", "B-LOC")),
    _sentence(("أعلنت", "O"), ("اربيل", "B-ORG"), ("رفضها", "O")),
    _sentence(("عاد", "O"), ("إلى", "O"), ("أربيل", "B-LOC")),
    _sentence(("بلدية", "B-ORG"), ("أربيل", "I-ORG"), ("تنفي", "O")),
    _sentence(("الرابطة", "B-ORG"), ("تجتمع", "O")),
    _sentence(("قالت", "O"), ("الرابطة", "O")),
    _sentence(("قالت", "O"), ("الرابطة", "O")),
    _sentence(("وصل", "O"), ("سامر", "B-PER")),
]


def test_labels_of_the_same_words_are_counted_but_not_inside_longer_names() -> None:
    labels = count_labels(_SENTENCES)
    assert dict(labels["اربيل",]) == {"LOC": 2, "ORG": 1}
    assert dict(labels["الرابطة",]) == {"ORG": 1, "O": 2}


def test_a_name_is_contradicted_by_most_others_of_its_words() -> None:
    assert count_contradicted(count_labels(_SENTENCES)) == (2, 4)  # أربيل as ORG, الرابطة; of أربيل 3, الرابطة 1
    assert count_contradicted({}) == (0, 0)


def test_the_command_tells_share_and_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus = tmp_path / "own.conll"
    rows = ("\n".join(f"{w} {t}" for w, t in zip(s.words, s.tags, strict=True)) for s in _SENTENCES)
    corpus.write_text("\n\n".join(rows) + "\n", encoding="utf-8")
    main([str(corpus), "--show", "1"])
    first, second = capsys.readouterr().out.splitlines()
    assert first == "own.conll: 6 names, 4 of words that occur again, 50.0 % of these contradicted"
    assert second == "  اربيل: LOC 2, ORG 1"
