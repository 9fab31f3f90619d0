from pathlib import Path

import pytest

from pipeline.errors import ResourceError
from pipeline.events.ontology import FOLDER, load_ontology
from pipeline.schema import EVENT_TYPES, ROLES

_TYPE = """type = "PARADE"
definition = "People march for pleasure."
plover = ""
cameo = ""
verbs = [{ verb = "سار", form = "ي", strength = 0.5 }]
masdars = [{ masdar = "موكب", plural = "مواكب", strength = 0.9, unless = ["~ جنازة"] }]
phrases = [{ phrase = "{أقام} .. ~موكب", strength = 0.95 }]
[frames.default]
verb = ["actor=subject", "place=في:LOC"]
masdar = ["actor=idafa", "place=في:LOC"]
"""
_EXAMPLE = """[[examples]]
text = "أقام الحي موكبا"
events = [{ trigger = "موكبا", roles = { actor = ["الحي"] } }]
"""
_EXAMPLES = _EXAMPLE * 5
_SHARED = '[classes]\npreposition = "في من"\n'


def _write(folder: Path, text: str, shared: str = 'verbs = [{ verb = "أقام" }]\n' + _SHARED) -> Path:
    (folder / "shared.toml").write_text(shared, encoding="utf-8")
    (folder / "parade.toml").write_text(text, encoding="utf-8")
    return folder


def test_the_shipped_ontology_has_every_type_of_the_schema() -> None:
    assert set(load_ontology().types) == set(EVENT_TYPES)


def test_the_shipped_ontology_is_read_once() -> None:
    assert load_ontology() is load_ontology(FOLDER)


def test_every_type_has_a_definition_triggers_and_five_examples() -> None:
    ontology = load_ontology()
    for name, kind in ontology.types.items():
        assert kind.definition.endswith(".")
        assert len(kind.examples) >= 5
        assert sum(entry.type == name for entry in ontology.entries.values()) >= 20
        assert any(not example.events for example in kind.examples)


def test_the_types_whose_parties_are_all_actors_are_marked() -> None:
    assert {kind.name for kind in load_ontology().types.values() if kind.symmetric} == {
        "MEETING",
        "AGREEMENT",
        "PHONE_CALL",
    }


def test_there_are_the_triggers_that_coverage_asks_for() -> None:
    assert len(load_ontology().entries) >= 2500


def test_every_entry_can_fill_roles() -> None:
    for entry in load_ontology().entries.values():
        assert 0 < entry.strength < 1
        for slots in entry.slots.values():
            assert all(slot.role in ROLES for slot in slots)
        assert entry.slots["either"] or entry.kind == "participle"


def test_a_type_is_added_by_adding_a_file(tmp_path: Path) -> None:
    ontology = load_ontology(_write(tmp_path, _TYPE + _EXAMPLES))
    assert list(ontology.types) == ["PARADE"]
    assert list(ontology.entries) == ["PARADE/سار", "PARADE/موكب", "PARADE/{أقام} .. موكب"]
    assert ontology.types["PARADE"].plover is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('type = "PARADE"', 'type = "MARCH"', r"parade\.toml: type: is 'MARCH'"),
        ('definition = "People march for pleasure."', "", "definition: is missing"),
        ("plover", "plovers", "plover: is missing|plovers: is no known key"),
        ('form = "ي"', 'form = "V"', "verbs سار: form 'V' is unknown"),
        ("strength = 0.5", "strength = 50", "verbs سار: strength is 50"),
        (", strength = 0.9", "", "masdars موكب: has no strength"),
        ('plural = "مواكب"', 'plurals = "مواكب"', "masdars موكب: key 'plurals' is unknown"),
        ("strength = 0.9", 'strength = 0.9, faint = "no"', "masdars موكب: faint is 'no'"),
        ("strength = 0.9", 'strength = 0.9, only = "huge"', "only: 'huge' is unknown"),
        ("strength = 0.9", 'strength = 0.9, frame = "march"', "frame 'march' is not in"),
        ("~ جنازة", "جنازة", "must mark the trigger"),
        ("{أقام}", "{هدم}", "names {هدم}, which is no verb or class"),
        ("{أقام} .. ~موكب", "{أقام} .. ~عيد", "its trigger ~عيد is in no file"),
        ("actor=subject", "agent=subject", "slot 'agent=subject': write role=position"),
        ("actor=idafa", "actor=near", "slot 'actor=near': positions are"),
        ("place=في:LOC", "place=في:TOWN", "labels are PER, LOC, ORG and NP"),
        ("[frames.default]", "[frames.march]", "has no `default`"),
        ('trigger = "موكبا"', 'trigger = "مواكب"', "has no occurrence 1 of the trigger"),
        ('actor = ["الحي"]', 'actor = ["القرية"]', "does not hold the filler"),
        ('actor = ["الحي"]', 'agent = ["الحي"]', "unknown status or role"),
        ("verbs = [", "verbs = ", "no valid TOML"),
    ],
)
def test_a_fault_is_told_with_its_file_and_entry(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in _TYPE + _EXAMPLES
    with pytest.raises(ResourceError, match=message):
        load_ontology(_write(tmp_path, (_TYPE + _EXAMPLES).replace(old, new, 1)))


def test_fewer_than_five_examples_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match="examples: are 4; write at least five"):
        load_ontology(_write(tmp_path, _TYPE + _EXAMPLE * 4))


def test_a_light_verb_without_its_facts_is_refused(tmp_path: Path) -> None:
    shared = 'light_verbs = [{ verb = "أقام", reach = 5 }]\n' + _SHARED
    with pytest.raises(ResourceError, match="has no 'takes'"):
        load_ontology(_write(tmp_path, _TYPE + _EXAMPLES, shared))


def test_a_folder_without_types_is_refused(tmp_path: Path) -> None:
    (tmp_path / "shared.toml").write_text(_SHARED, encoding="utf-8")
    with pytest.raises(ResourceError, match="no type files"):
        load_ontology(tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match="cannot be read"):
        load_ontology(tmp_path / "missing")
