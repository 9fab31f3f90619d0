import pytest

from pipeline.text.normalize import fold
from pipeline.times.tense import tense_of


@pytest.mark.parametrize(
    ("word", "told"),
    [("أعلن", -1), ("وأعلنت", -1), ("قالوا", -1), ("أجرت", -1), ("سيزور", 1), ("وستعقد", 1), ("المقرر", 1), ("يزور", 2),
     ("تعقد", 2), ("يستبشر", 4), ("ويستبشر", 2), ("استبشرت", -1),
     ("استبشروا", -1), ("سيستبشر", 3), ("توجه", -2), ("سيارة", 0), ("سياسي", 0), ("يوسف", 0), ("حديقة", 0), ("وقت", 0),
     ("بيوت", 0), ("انتخابات", 0), ("عرض", -2), ("وعرض", -1), ("تراجع", -2), ("وتراجعت", -1), ("قال", -1),
     ("أصدرته", -1), ("وأعلنتها", -1), ("زيارته", 0)],
)  # fmt: skip
def test_words_tell_their_tense(word: str, told: int) -> None:
    assert tense_of(fold(word)) == told
