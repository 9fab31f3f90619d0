import pytest
from dirty import dirty_text
from hypothesis import given

from pipeline.document import Document, Segment
from pipeline.text.tokens import CamelTokens, split_sentences, tokenize


@given(dirty_text)
def test_tokens_are_pieces_of_the_raw_text_in_order(text: str) -> None:
    end = 0
    for token in tokenize(text, 3):
        assert token.start - 3 >= end
        assert text[token.start - 3 : token.end - 3] == token.text
        assert token.text.strip() == token.text != ""
        end = token.end - 3


@given(dirty_text)
def test_sentences_hold_every_token_once(text: str) -> None:
    doc = Document("d", text, segments=(Segment("article", 0, len(text)),))
    (filled,) = CamelTokens()([doc])
    covered = [i for s in filled.sentences for i in range(s.first, s.last)]
    assert covered == list(range(len(filled.tokens)))
    for s in filled.sentences:
        assert (s.start, s.end) == (filled.tokens[s.first].start, filled.tokens[s.last - 1].end)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("وصل (أمس) إلى موسكو،", ["وصل", "(", "أمس", ")", "إلى", "موسكو", "،"]),
        ("«حماس»", ["«", "حماس", "»"]),
        ("11/9/2023", ["11", "/", "9", "/", "2023"]),
        ("الـوزيـر", ["الـوزيـر"]),
        ("\u200fبيروت\u200f", ["بيروت"]),
    ],
)
def test_marks_stand_apart_from_words(text: str, words: list[str]) -> None:
    assert [t.text for t in tokenize(text)] == words


def sentences(text: str) -> list[str]:
    tokens = tokenize(text)
    return [text[tokens[a].start : tokens[b - 1].end] for a, b in split_sentences(text, tokens)]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("وصل الوزير. ثم غادر.", 2),
        ("التقى د. أحمد زويل الوفد.", 1),
        ("نقلت أ. ف. ب. الخبر عن مصدر.", 1),
        ("بلغت النسبة 3.5 في المئة. وقال الوزير إنها مرتفعة.", 2),
        ("عنوان الخبر\nنص الخبر", 2),
        ("هل وصل؟ نعم! وصل.", 3),
        ("قال: «انتهى الأمر.» ثم غادر القاعة.", 2),
        ("حدث استثنائي .. زعيم يزور البلاد", 1),
        ("انتظر... ثم مضى", 1),
        ("قال المصدر لقناة بي.بي.سي إن الوفد وصل.", 1),
        ("نقلت «سي.إن.إن» الخبر. ثم نفته.", 2),
        ("ذكرت شبكة إن.تي.في ذلك. وأضافت دي.سي.ان.اس تفاصيل.", 2),
        ("غادر الوفد أمس.وقال الوزير إنه سيعود.", 2),
        ("لم يعد.ثم سافر", 2),
        ("", 0),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, count: int) -> None:
    assert len(sentences(text)) == count


def test_a_text_without_marks_is_cut_into_sentences_of_bounded_length() -> None:
    assert max(len(s.split()) for s in sentences("قال إن " * 1000)) == 300


@pytest.mark.parametrize("end", ["\n", "\r\n", "\u2028", "\u2029", "\x85"])
def test_every_line_end_ends_a_sentence(end: str) -> None:
    text = f"وصل الوزير إلى القاهرة{end}قتل ثلاثة جنود في بغداد"
    assert len(list(split_sentences(text, tokenize(text)))) == 2


def test_marks_in_presentation_forms_are_marks() -> None:
    assert [t.norm for t in tokenize("وصل ﹷ الوزﹻير ﹱ أمس")] == ["وصل", "الوزير", "امس"]
