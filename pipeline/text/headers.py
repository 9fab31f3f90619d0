"""Date lines of pages: which lines they are, and the day that they state."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Final

from pipeline.resources import load_rows, load_toml
from pipeline.text.normalize import fold
from pipeline.times.calendars import hijri

_MARK: Final = "\x01"  # stands where a date was; no folded line holds it, control characters are folded away
_CLOCK: Final = re.compile(
    r"(?:(?:علي الساعة|الساعة|الساعه|عند|at|t)\s*)?(?<![\d/])\d{1,2}\s?[:٫.]\s?\d{2}(?::\d{2}(?:\.\d+)?)?(?![\d/])\s*"
    r"(?:am|pm|a\.m\.?|p\.m\.?|صباحا|مساء|ظهرا|ص|م|ب?توقيت [^\d,،|\x01()]{2,25}|gmt|utc|z"
    r"|[+-]\s?\d{1,2}:?(?:\d{2})?)*(?!\w)"
)
_ZONES: Final = re.compile(
    r"\b(?:gmt|utc|am|pm|kst|gst|ast|est|edt|cet|msk)\b(?:\s*[+-]\s*\d{1,2}(?::\d{2})?)?"
    r"|\(\s*(?:gmt|utc|ب?توقيت)[^)\x01]*\)|(?<!\w)ب?توقيت [^\d,،|\x01]{2,25}"
)
_ISO: Final = re.compile(r"(?<!\d)((?:19|20)\d{2})[-/.\s]{1,3}(\d{1,2})[-/.\s]{1,3}(\d{1,2})(?:t(?=\d))?(?!\d)")
_NUMERIC: Final = re.compile(r"(?<!\d)(\d{1,2})\s*[-/.\\]\s*(\d{1,2})\s*[-/.\\]\s*((?:19|20)\d{2})(?!\d)")
_HIJRI_ISO: Final = re.compile(r"(?<!\d)(1[34]\d{2})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{1,2})(?!\d)\s*(?:ه(?!\w))?")
_HIJRI_NUMERIC: Final = re.compile(r"(?<!\d)(\d{1,2})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(1[34]\d{2})(?!\d)\s*(?:ه(?!\w))?")
_TOUCHING: Final = re.compile(rf"[^\W\d]\s*{_MARK}|{_MARK}\s*[^\W\d]")  # a word beside the date, no mark between: text
_LEFT_OVER: Final = 3  # words that a date line may hold besides its date, weekday, clock and label
_LABELLED: Final = 7  # the same behind a label of dates
_LONGEST: Final = 200  # characters of the longest date line


@dataclass(frozen=True, slots=True)
class DateLine:
    """A line that states a date.

    day: None where the line is a date line without a full day ("منذ ساعتين", "الاثنين 14:30"). updated: it dates a
    change, not the page. labelled: words in front of the date say that it is the page's. clock: it gives the hour.
    """

    day: date | None
    updated: bool = False
    labelled: bool = False
    clock: bool = False


@dataclass(frozen=True, slots=True)
class _Names:
    """Month numbers by folded name for both calendars, and the patterns made of the names of months and weekdays."""

    months: dict[str, int]
    hijri: dict[str, int]
    days: tuple[re.Pattern[str], ...]
    hijri_day: re.Pattern[str]
    day_month: re.Pattern[str]
    weekday: re.Pattern[str]


def _either(words: Iterable[str]) -> str:
    return "|".join(re.escape(w).replace(r"\ ", r"\s+") for w in sorted(words, key=len, reverse=True))


@cache
def _names() -> _Names:
    rows = load_rows("times/months.tsv")[1:]
    months = {fold(r[0]): int(r[2]) for r in rows if r[1] == "gregorian"}
    lunar = {fold(r[0]): int(r[2]) for r in rows if r[1] == "hijri"}
    weekdays = {fold(r[0]) for r in load_rows("times/weekdays.tsv")[1:]}
    month = f"(?P<m>{_either(months)})(?!\\w)"
    twin = f"(?:\\s*[/(،-]?\\s*(?:{_either(months)})(?!\\w)\\s*\\)?)?"
    day = r"(?<!\d)(?P<d>\d{1,2})(?:st|nd|rd|th)?"
    year = r"(?P<y>(?:19|20)\d{2})(?!\d)"
    before = rf"{day}[\s,،/.-]*(?:من\s+)?(?:شهر\s+)?"
    return _Names(
        months,
        lunar,
        (
            re.compile(
                rf"{before}{month}{twin}\.?[\s,،/.-]*(?:من\s+)?(?:عام\s+|سنة\s+|لعام\s+)?{year}\s*(?:م|ميلادي|ميلادية)?(?!\w)"
            ),
            re.compile(rf"{month}{twin}\.?\s+{day}[\s,،.-]+{year}"),
            re.compile(rf"{year}[\s,،/-]+{month}[\s,،/-]+{day}(?!\w)"),
        ),
        re.compile(
            rf"{before}(?P<m>{_either(lunar)})(?!\w)[\s,،/.-]*(?:عام\s+|سنة\s+)?(?P<y>1[34]\d{{2}})(?!\d)"
            r"\s*(?:ه|هجري|هجرية)?(?!\w)"
        ),
        re.compile(rf"{before}{month}{twin}|(?:{_either(months)})\s+\d{{1,2}}(?!\d)"),
        re.compile(rf"(?<!\w)(?:يوم\s+)?(?:{_either(weekdays)})(?!\w)"),
    )


@cache
def _labels(kind: str) -> re.Pattern[str]:
    patterns = load_toml("pages/templates.toml")["date"][kind]
    return re.compile(rf"\W*(?:{'|'.join(patterns)})(?!\w)\s*(?P<colon>[:：|-])?\s*")


@cache
def _whole(kind: str) -> re.Pattern[str]:
    return re.compile("|".join(load_toml("pages/templates.toml")["date"][kind]))


def _take(text: str) -> tuple[date | None, str]:
    """Find the first full day of a folded text, Gregorian before Hijri; give it and the text with a mark in its place.

    A Hijri day counts by the Umm al-Qura calendar. None and the text as it is where there is no date at all; None and
    the marked text where the date cannot be (30 February).
    """
    names = _names()
    for pattern in names.days:
        match = pattern.search(text)
        if match:
            month = names.months[" ".join(match["m"].split())]
            return _day(int(match["y"]), month, int(match["d"])), _marked(text, match)
    match = _ISO.search(text)
    if match:
        return _day(int(match[1]), int(match[2]), int(match[3])), _marked(text, match)
    match = _NUMERIC.search(text)
    if match:
        first, second = int(match[1]), int(match[2])
        if second > 12 >= first:
            first, second = second, first
        return _day(int(match[3]), second, first), _marked(text, match)
    match = names.hijri_day.search(text)
    if match:
        return _hijri(int(match["y"]), names.hijri[" ".join(match["m"].split())], int(match["d"])), _marked(text, match)
    match = _HIJRI_ISO.search(text)
    if match:
        return _hijri(int(match[1]), int(match[2]), int(match[3])), _marked(text, match)
    match = _HIJRI_NUMERIC.search(text)
    if match:
        return _hijri(int(match[3]), int(match[2]), int(match[1])), _marked(text, match)
    return None, text


def _marked(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]}{_MARK} {text[match.end() :]}"


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _hijri(year: int, month: int, day: int) -> date | None:
    interval = hijri(year, month, day) if 1 <= month <= 12 else None
    return interval[0] if interval else None


@lru_cache(maxsize=1 << 12)
def read_date_line(folded: str) -> DateLine | None:
    """Read a folded line as a date line; None if it is none.

    A date line holds a full day and hardly anything else, or begins with a label of dates ("تاريخ النشر") and is short,
    or is nothing but a label, an age ("منذ ساعتين") or a day without its year.
    """
    if len(folded) > _LONGEST or _whole("posts").fullmatch(folded):
        return None
    updated = _labels("updated").match(folded)
    label = updated or _labels("published").match(folded)
    rest = folded[label.end() :] if label else folded
    state = {"updated": updated is not None, "labelled": label is not None}
    bare = rest.strip(" .:،,|()[]-–—•·")
    if (label and not bare) or _whole("ages").fullmatch(bare):
        return DateLine(None, **state)
    if not any(c.isdigit() for c in rest):
        return None
    days = []
    for _ in range(4):  # both calendars, publication and update
        before = rest
        day, rest = _take(rest)
        if rest == before:
            break
        days.append(day)
    dated = bool(days)
    rest = _names().day_month.sub(f"{_MARK} ", rest)
    rest, clocks = _CLOCK.subn(" ", rest)
    rest = _whole("fillers").sub(" ", _names().weekday.sub(" ", _ZONES.sub(" ", rest)))
    left = [w for w in re.findall(r"\w+", rest) if not w.isdigit()]
    if not dated:  # a day without its year or a weekday with the hour, and nothing else
        short = not left and (_MARK in rest or (clocks and any(c.isalpha() for c in folded)))
        return DateLine(None, **state) if short else None
    free = label is not None and label["colon"] is not None
    if len(left) > (_LABELLED if label else _LEFT_OVER) or (not free and _TOUCHING.search(rest)):
        return None
    if label and not free and re.match(r"\s*\w", rest):
        return None  # "نشرت الوزارة ... 3 مايو 2023": the label is a verb with its subject
    known = [day for day in days if day]
    return DateLine(known[0] if known else None, **state, clock=bool(clocks))
