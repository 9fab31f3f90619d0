import pytest

from pipeline.events.patterns import any_matches, compile_pattern


def _holds(pattern: str, *words: str) -> bool:
    """Tell whether a pattern holds at the word written with ~ (each word can be matched as itself only)."""
    at = next(i for i, word in enumerate(words) if word.startswith("~"))
    keys = [frozenset({word.removeprefix("~")}) for word in words]
    return any_matches((compile_pattern(pattern),), keys, set().union(*keys), at)


@pytest.mark.parametrize(
    ("pattern", "sentence", "holds"),
    [
        ("~ هاتفي", "تلقي ~اتصال هاتفي", True),
        ("~ هاتفي", "تلقي ~اتصال اليوم هاتفي", False),
        ("~ هاتفي|مرئي", "~اتصال مرئي", True),
        ("~ .. هاتفي", "~اتصال ا ب ج د ه و هاتفي", True),
        ("~ .. هاتفي", "~اتصال ا ب ج د ه و ز هاتفي", False),
        ("~ ..1 علي", "~وقع امس علي", True),
        ("~ ..1 علي", "~وقع امس مساء علي", False),
        ("رقم ~", "رقم ~هاتف", True),
        ("رقم ~", "~هاتف رقم", False),
        ("^ ~", "~قال الوزير", True),
        ("^ ~", "ثم ~قال الوزير", False),
        ("~ ^", "ثم ~قال", True),
        ("~ !في", "~قضي علي", True),
        ("~ !في", "~قضي في", False),
        ("~ !في", "~قضي", True),
        ("~ ?جدا في", "~قضي في", True),
        ("~ ?جدا في", "~قضي جدا في", True),
        ("~ * في", "~قضي يوما في", True),
        ("~ * في", "~قضي في", False),
        ("فتح .. ~ علي", "فتح الجنود ~النار علي", True),
        ("~ إلى", "~عاد الي", True),
    ],
)
def test_a_pattern_holds_where_its_elements_stand(pattern: str, sentence: str, holds: bool) -> None:
    assert _holds(pattern, *sentence.split()) is holds


@pytest.mark.parametrize("pattern", ["هاتفي", "~ ~", "~ ..x", "~ ..0", "~ ..²", "~ !", "~ ?", "~ |", "~ في||من"])
def test_a_pattern_that_cannot_be_read_says_why(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"~|gap|names no word"):
        compile_pattern(pattern)


def test_a_pattern_names_its_verbs_and_classes() -> None:
    assert compile_pattern("{شن}|@attack .. ~ على").names() == {"{شن}", "@attack"}
