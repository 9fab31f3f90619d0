import os
from pathlib import Path

import pytest

from pipeline.errors import ResourceError
from pipeline.events.ontology import FOLDER, load_ontology
from pipeline.schema import EVENT_TYPES, ROLES

_TYPE = """type = "PROTEST"
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
_VERBS = 'verbs = [{ verb = "أقام" }]\n'
_SHARED = '[classes]\npreposition = "في من"\n'


def _write(folder: Path, text: str, shared: str = _VERBS + _SHARED) -> Path:
    (folder / "shared.toml").write_text(shared, encoding="utf-8")
    (folder / "protest.toml").write_text(text, encoding="utf-8")
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


def test_the_files_of_a_folder_are_its_ontology(tmp_path: Path) -> None:
    ontology = load_ontology(_write(tmp_path, _TYPE + _EXAMPLES))
    assert list(ontology.types) == ["PROTEST"]
    assert list(ontology.entries) == ["PROTEST/سار", "PROTEST/موكب", "PROTEST/{أقام} .. موكب"]
    assert ontology.types["PROTEST"].plover is None


def test_a_type_of_ones_own_says_what_it_is_like(tmp_path: Path) -> None:
    own = (_TYPE + _EXAMPLES).replace("PROTEST", "PARADE")
    _write(tmp_path, _TYPE + _EXAMPLES)
    (tmp_path / "parade.toml").write_text(own, encoding="utf-8")
    with pytest.raises(ResourceError, match=r"parade\.toml: type: PARADE is a type of your own; say by `like` .*VISIT"):
        load_ontology(tmp_path)
    (tmp_path / "parade.toml").write_text('like = "MARCH"\n' + own, encoding="utf-8")
    with pytest.raises(ResourceError, match="like is 'MARCH'; write one of the 27 types .*VISIT"):
        load_ontology(tmp_path)
    (tmp_path / "parade.toml").write_text('like = "PROTEST"\n' + own, encoding="utf-8")
    assert {name: kind.like for name, kind in load_ontology(tmp_path).types.items()} == {
        "PARADE": "PROTEST", "PROTEST": None
    }  # fmt: skip


def test_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    before = load_ontology(_write(tmp_path, _TYPE + _EXAMPLES))
    assert load_ontology(tmp_path) is before
    _write(tmp_path, (_TYPE + _EXAMPLES).replace('cameo = ""', 'cameo = "141"'))
    assert load_ontology(tmp_path).types["PROTEST"].cameo == "141"
    _write(tmp_path, _TYPE + _EXAMPLES, 'verbs = [{ verb = "أقام" }, { verb = "حضر" }]\n' + _SHARED)
    assert len(load_ontology(tmp_path).lexemes) == len(before.lexemes) + 1
    os.utime(tmp_path / "shared.toml", ns=(0, 0))
    changed = load_ontology(tmp_path)
    (tmp_path / "protest.toml").rename(tmp_path / "protest.bak")
    with pytest.raises(ResourceError, match="no type files"):
        load_ontology(tmp_path)
    (tmp_path / "protest.bak").rename(tmp_path / "protest.toml")
    assert load_ontology(tmp_path) is changed


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    assert load_ontology(_write(tmp_path, "\ufeff" + _TYPE + _EXAMPLES, "\ufeff" + _VERBS + _SHARED))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    _write(tmp_path, _TYPE + _EXAMPLES)
    (tmp_path / "visit.toml").symlink_to(tmp_path / "missing")
    with pytest.raises(ResourceError, match="cannot be read"):
        load_ontology(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('type = "PROTEST"', 'type = "VISIT"', r"protest\.toml: type: is 'VISIT', but the file is protest\.toml"),
        ('type = "PROTEST"', 'type = ["PROTEST"]', "type is .*; write a name of capital letters"),
        ('type = "PROTEST"', 'like = "VISIT"\ntype = "PROTEST"', "PROTEST is one of Rasd's; leave `like` out"),
        ('type = "PROTEST"', "", r"protest\.toml: .*: has no type; write a name of capital letters"),
        ('definition = "People march for pleasure."', "", "type PROTEST: has no definition; write a text"),
        ("People march for pleasure.", 'x"\nsymmetric = "no', "type PROTEST: symmetric is 'no'; write true or false"),
        ('plover = ""', 'plover = ["MARCH"]', "plover is .*; write a text"),
        ('cameo = ""', "cameo = 42", "cameo is 42; write a text"),
        ("plover", "plovers", "type PROTEST: key 'plovers' is unknown; use cameo, definition"),
        ("verbs = [{", "words = [{ plural = 'ات' }]\nverbs = [{", "words .*: has no noun; write one Arabic word"),
        ("verbs = [{", 'words = ["x"]\nverbs = [{', "words: 'x' is no table; write { noun = "),
        ("verbs = [{", 'verbs = ["سار", {', "verbs: 'سار' is no table; write { verb = "),
        ('verbs = [{ verb = "سار", form = "ي", strength = 0.5 }]', 'verbs = "سار"', "verbs is 'سار'; write a list"),
        ('verbs = [{ verb = "سار", form = "ي", strength = 0.5 }]', "verbs = { a = 1 }", "verbs is .*; write a list"),
        ('verb = "سار"', 'verb = "march"', "verbs march: verb is 'march'; write one word of two or more Arabic"),
        ('verb = "سار"', 'verb = "سار في"', "verbs سار في: verb is 'سار في'; write one word"),
        ('verb = "سار"', 'verb = "س"', "verbs س: verb is 'س'; write one word of two or more"),
        ('verb = "سار"', 'verb = "سَار"', "verb is .*; write one word"),
        ('verb = "سار", form = "ي"', 'verb = "اي"', "verb اي: cannot be inflected"),
        ('masdar = "موكب"', 'masdar = "parade"', "masdar is 'parade'; write one Arabic word"),
        ('masdar = "موكب"', 'masdar = "موكب:ات"', "masdar is 'موكب:ات'; write one Arabic word"),
        ('form = "ي"', 'form = "V"', "verbs سار: form is 'V'; write one of I, II"),
        ('form = "ي"', "form = 1", "verbs سار: form is 1; write one of I, II"),
        ("strength = 0.5", "strength = 50", "verbs سار: strength is 50; write a share between 0 and 1"),
        ("strength = 0.5", "strength = nan", "verbs سار: strength is nan; write a share"),
        ("strength = 0.5", 'strength = "0.5"', "verbs سار: strength is '0.5'; write a share"),
        ("strength = 0.5", "strength = true", "verbs سار: strength is True; write a share"),
        ("strength = 0.5", 'strength = 0.5, active = "x"', "verbs سار: active is 'x'; write a share"),
        ("strength = 0.5", 'strength = 0.5, frame = ["go"]', "frame is .*; write one of default"),
        ("strength = 0.5", 'strength = 0.5, only = ["past"]', "only is .*; write some of active, definite"),
        ("strength = 0.5", 'strength = 0.5, except = ["سير"]', "except is .*; write a text"),
        ("strength = 0.5", "strength = 0.5, when = [1]", r"when is \[1\]; write a list of texts"),
        ("strength = 0.5", 'strength = 0.5, when = "~ في"', "when is '~ في'; write a list of texts"),
        ("strength = 0.5", 'strength = 0.5, when = ["~ في||من"]', "سار: 'في||من' names no word"),
        (", strength = 0.9", "", "masdars موكب: has no strength"),
        ('plural = "مواكب"', 'plurals = "مواكب"', "masdars موكب: key 'plurals' is unknown"),
        ("strength = 0.9", 'strength = 0.9, faint = "no"', "masdars موكب: faint is 'no'; write true or false"),
        ("strength = 0.9", 'strength = 0.9, only = "huge"', "only is 'huge'; write some of"),
        ("strength = 0.9", 'strength = 0.9, frame = "march"', "frame is 'march'; write one of default"),
        ("~ جنازة", "جنازة", "must mark the trigger"),
        ("{أقام}", "{هدم}", "names {هدم}, which is no verb or class"),
        ("{أقام} .. ~موكب", "{أقام} .. ~عيد", "its trigger ~عيد is in no file"),
        ("actor=subject", "agent=subject", "slot 'agent=subject': write role=position"),
        ("actor=idafa", "actor=near", "slot 'actor=near': positions are"),
        ("place=في:LOC", "place=قي:LOC", r"frames\.default: slot 'place=قي:LOC': قي is no preposition"),
        ("~ جنازة", "~ @nosuch", r"protest\.toml: PROTEST/موكب: pattern '~ @nosuch' names @nosuch, which is no verb"),
        ("place=في:LOC", "place=في:TOWN", "labels are PER, LOC, ORG and NP"),
        ("[frames.default]", "[frames.march]", "has no `default`"),
        ("[frames.default]", "[frames]\ngo = [1]\n[frames.default]", r"frames\.go: \[1\] is no table"),
        ('["actor=idafa", "place=في:LOC"]', "[1]", r"frames\.default: masdar is \[1\]; write a list of texts"),
        ('masdar = ["actor=idafa"', 'noun = ["actor=idafa"', r"frames\.default: key 'noun' is unknown"),
        ("text = ", "texts = ", "examples .*: key 'texts' is unknown"),
        ("[{ trigger", '["x", { trigger', "example أقام الحي موكبا: event: 'x' is no table"),
        (
            'events = [{ trigger = "موكبا", roles = { actor = ["الحي"] } }]',
            'events = "x"',
            "events is 'x'; write a list",
        ),
        ('{ trigger = "موكبا", ', "{ ", "event .*: has no trigger"),
        ('trigger = "موكبا"', 'trigger = "موكبا", nth = "1"', "event موكبا: nth is '1'; write a whole number from 1"),
        ('trigger = "موكبا"', 'trigger = "موكبا", nth = 0', "event موكبا: nth is 0; write a whole number from 1"),
        ('trigger = "موكبا"', 'trigger = "موكبا", status = "DONE"', "event موكبا: status is 'DONE'; write one of ATT"),
        ('trigger = "موكبا"', 'trigger = "موكبا", type = "parade"', "event موكبا: type is 'parade'; write a name of"),
        ('{ actor = ["الحي"] }', '["actor"]', "roles is .*; write a table"),
        ('["الحي"]', '"الحي"', "roles: actor is 'الحي'; write a list of texts"),
        ('trigger = "موكبا"', 'trigger = "مواكب"', "has no occurrence 1 of the trigger"),
        ('actor = ["الحي"]', 'actor = ["القرية"]', "does not hold the filler"),
        ('actor = ["الحي"]', 'agent = ["الحي"]', "roles: key 'agent' is unknown; use actor"),
        ('actor = ["الحي"]', 'actor = [""]', "does not hold the filler ''; copy it from the text"),
        ('trigger = "موكبا"', 'trigger = "موكبا", time = "أمس"', "example أقام .* does not hold the time 'أمس'"),
        ('trigger = "موكبا"', 'trigger = "موكبا", speaker = "المدير"', "does not hold the speaker 'المدير'; copy it"),
        (
            'trigger = "موكبا"',
            'trigger = "موكبا", type = "VISIT"',
            "VISIT is no type of the ontology; write one of PRO",
        ),
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


@pytest.mark.parametrize(
    ("shared", "message"),
    [
        ('light_verbs = [{ verb = "أقام", reach = 5 }]', "light_verbs أقام: has no takes; write a text"),
        ('light_verbs = [{ verb = "أقام", takes = "ب", reach = "5" }]', "reach is '5'; write a whole number"),
        ('verbs = ["أقام"]', "verbs: 'أقام' is no table"),
        ("verbs = [{ form = 'II' }]", "verbs .*: has no verb"),
        ("light_verb = []", "key 'light_verb' is unknown; use classes, light_verbs, verbs"),
        ("classes = [1]", "classes is .*; write a table"),
        ("classes.place = [1]", r"classes: place is \[1\]; write a text"),
    ],
)
def test_a_fault_of_the_shared_file_is_told(tmp_path: Path, shared: str, message: str) -> None:
    with pytest.raises(ResourceError, match=rf"shared\.toml: .*{message}"):
        load_ontology(_write(tmp_path, _TYPE + _EXAMPLES, shared))


def test_examples_that_are_no_list_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match="examples is 1; write a list"):
        load_ontology(_write(tmp_path, "examples = 1\n" + _TYPE))


def test_a_folder_without_types_is_refused(tmp_path: Path) -> None:
    (tmp_path / "shared.toml").write_text(_SHARED, encoding="utf-8")
    with pytest.raises(ResourceError, match="no type files"):
        load_ontology(tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match="cannot be read"):
        load_ontology(tmp_path / "missing")
