from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.training.annotated import all_leads, read_leads

LEAD = """@ 2024-05-12
{1 وصل} وزير الري [P سالم البكري] [T مساء السبت] إلى [L عدن]، {2 وأعلن} من [L عدن] {3 زيارة} أخرى.
1 VISIT OCCURRED | actor سالم البكري | destination عدن | time مساء السبت
2 STATEMENT OCCURRED | actor سالم البكري | place عدن#2
3 VISIT PLANNED | destination عدن | speaker سالم البكري | same 1
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "own.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_marks_become_annotation(tmp_path: Path) -> None:
    (lead,) = all_leads([written(tmp_path, LEAD)])
    assert "{" not in lead.text
    assert "[" not in lead.text
    assert lead.annotation["mentions"][1] == {"text": "عدن", "nth": 1, "type": "LOC"}
    assert lead.annotation["times"] == [
        {"text": "مساء السبت", "nth": 1, "start": "2024-05-11", "end": "2024-05-11", "gran": "day"}
    ]
    visit, told, other = lead.annotation["events"]
    assert visit["trigger"] == {"text": "وصل", "nth": 1}
    assert (visit["start"], visit["end"]) == ("2024-05-11", "2024-05-11")
    assert told["roles"][1] == {"role": "place", "text": "عدن", "nth": 2}
    assert other["roles"] == [{"role": "destination", "text": "عدن", "nth": 2}]  # the nearest one
    assert other["same_as"] == visit["same_as"]
    assert told["same_as"] != visit["same_as"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("@ 2024-05-12", "2024-05-12", "publish date"),
        ("{1 وصل}", "وصل", "no trigger 1"),
        ("2 STATEMENT", "4 STATEMENT", "number the event lines|no trigger 4"),
        ("same 1", "same 3", "names an earlier event"),
        ("1 VISIT", "1 TRIP", "unknown type"),
        ("| destination عدن |", "| destination صنعاء |", "does not stand"),
        ("[T مساء السبت]", "[T مساء]", "no time"),
        ("[L عدن]،", "[L عدن،", "closed"),
        ("{1 وصل}", "{1 وص}ل", "ends inside a word"),
        ("{1 وصل}", "و{1 صل}", "begins inside a word"),
        ("[L عدن]،", "[L عد]ن،", "ends inside a word"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_leads(written(tmp_path, LEAD.replace(old, new, 1)))


def test_the_shipped_leads_are_well_formed() -> None:
    leads = list(all_leads())
    assert len(leads) > 1500
    assert len({lead.text for lead in leads}) == len(leads)
