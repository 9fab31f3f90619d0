from pathlib import Path

from pipeline.config import Config
from pipeline.document import Document, Segment
from pipeline.names.stage import Names
from pipeline.text.tokens import CamelTokens


def names(text: str, config: Config | None = None) -> list[tuple[str, str, str]]:
    doc = Document("d", text, segments=(Segment("article", 0, len(text)),))
    (filled,) = Names(config)(CamelTokens()([doc]))
    return [(text[m.start : m.end], m.label, m.tagger) for m in filled.mentions]


def test_spans_leave_proclitics_out() -> None:
    found = [(name, label) for name, label, _ in names("وصل الوفد المصري إلى بغداد ودمشق ثم عاد للقاهرة")]
    assert found == [("بغداد", "LOC"), ("دمشق", "LOC"), ("لقاهرة", "LOC")]


def test_the_users_names_override_or_support_the_model(tmp_path: Path) -> None:
    path = tmp_path / "mine.tsv"
    path.write_text("بغداد\tORG\tQ1\nالوفد المصري\tORG\n", encoding="utf-8")
    text = "وصل الوفد المصري إلى بغداد"
    mine = Config.from_dict({"names": {"gazetteer": str(path)}})
    assert names(text, mine) == [("الوفد المصري", "ORG", "gazetteer"), ("بغداد", "ORG", "gazetteer")]
    support = Config.from_dict({"names": {"gazetteer": str(path), "gazetteer_mode": "support"}})
    assert ("بغداد", "LOC", "compact") in names(text, support)
