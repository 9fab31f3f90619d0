"""Date lines of pages: which lines they are, and the day that they state."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from pipeline.resources import load_rows, load_toml
from pipeline.text.normalize import fold

_CLOCK: Final = re.compile(
    r"(?:(?:at|في|الساعة|علي الساعة|الساعه|,|،|-|–|\||t)\s*)*\d{1,2}[:٫.]\d{2}(?::\d{2}(?:\.\d+)?)?\s*"
    r"(?:am|pm|a\.m\.|p\.m\.|صباحا|مساء|ظهرا|ص|م|بتوقيت [^\d,،|]{2,25}|gmt|utc|z|[+-]\d{2}:?\d{2})*(?!\w)"
)
_ZONES: Final = re.compile(
    r"\b(?:gmt|utc|am|pm|kst|est|edt|cet)\b(?:\s*[+-]\s*\d{1,2})?|\((?:gmt|utc|بتوقيت)[^)]*\)|بتوقيت [^\d,،|]{2,25}"
)
_ISO: Final = re.compile(r"(?<!\d)((?:19|20)\d{2})[-/.\s]{1,3}(\d{1,2})[-/.\s]{1,3}(\d{1,2})(?:t(?=\d))?(?!\d)")
_NUMERIC: Final = re.compile(r"(?<!\d)(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*((?:19|20)\d{2})(?!\d)")
_HIJRI_YEAR: Final = re.compile(r"(?<!\d)1[34]\d{2}(?!\d)")
_LEFT_OVER: Final = 3  # words that a date line may hold besides its date, weekday, clock and label


@dataclass(frozen=True, slots=True)
class DateLine:
    """A line that states a date.

    day: None where the line is a date line without a full Gregorian day. updated: it dates a change, not the page.
    labelled: words in front of the date say that it is the page's.
    """

    day: date | None
    updated: bool
    labelled: bool


@cache
def _names() -> tuple[dict[str, int], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Give month numbers by folded name, and patterns for day-month-year, month-day-year and weekdays."""
    months = {fold(r[0]): int(r[2]) for r in load_rows("times/months.tsv")[1:] if r[1] == "gregorian"}
    hijri = {fold(r[0]) for r in load_rows("times/months.tsv")[1:] if r[1] != "gregorian"}
    english = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
               "november", "december")  # fmt: skip
    for number, name in enumerate(english, start=1):
        months |= {name: number, name[:3]: number}
    months["sept"] = 9
    weekdays = [fold(r[0]) for r in load_rows("times/weekdays.tsv")[1:]]
    weekdays += ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    weekdays += [w[:3] for w in weekdays[-7:]]

    def either(words: set[str] | list[str]) -> str:
        return "|".join(re.escape(w).replace(r"\ ", r"\s+") for w in sorted(words, key=len, reverse=True))

    month = f"(?P<m>{either(set(months))})"
    twin = f"(?:\\s*[/(،-]?\\s*(?:{either(set(months))})\\s*\\)?)?"
    first = re.compile(
        rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s,،/.-]*(?:من\s+)?(?:شهر\s+)?{month}{twin}\.?[\s,،/.-]*"
        rf"(?:من\s+)?(?:عام\s+|سنة\s+|لعام\s+)?(?P<y>(?:19|20)\d{{2}})(?!\d)\s*م?(?!\w)"
    )
    second = re.compile(rf"{month}{twin}\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s,،.-]+(?P<y>(?:19|20)\d{{2}})(?!\d)")
    return (
        months,
        re.compile(f"(?:{first.pattern})"),
        second,
        re.compile(rf"(?<!\w)(?:يوم\s+)?(?:{either(weekdays)})(?!\w)|(?<!\w)(?:{either(hijri)})(?!\w)"),
    )


@cache
def _labels(kind: str) -> re.Pattern[str]:
    patterns = load_toml("pages/templates.toml")["date"][kind]
    return re.compile(rf"\W*(?:{'|'.join(patterns)})(?!\w)\s*[:：-]?\s*")


def find_day(folded: str) -> tuple[date | None, str]:
    """Find the first full Gregorian day in a folded line; give it and the line without it."""
    months, first, second, _ = _names()
    for pattern in (first, second):
        match = pattern.search(folded)
        if match:
            month = re.sub(r"\s+", " ", match["m"])
            return _day(int(match["y"]), months[month], int(match["d"])), _without(folded, match)
    match = _ISO.search(folded)
    if match:
        return _day(int(match[1]), int(match[2]), int(match[3])), _without(folded, match)
    match = _NUMERIC.search(folded)
    if match:
        day, month_number = int(match[1]), int(match[2])
        if month_number > 12 >= day:
            day, month_number = month_number, day
        return _day(int(match[3]), month_number, day), _without(folded, match)
    return None, folded


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}"


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_date_line(folded: str) -> DateLine | None:
    """Read a folded line as a date line; None if it is none.

    A date line holds a full day and hardly anything else, or begins with a label of dates ("تاريخ النشر") and is short.
    """
    if len(folded) > 200 or not any(c.isdigit() for c in folded):
        return None
    updated = _labels("updated").match(folded)
    published = None if updated else _labels("published").match(folded)
    label = updated or published
    rest = folded[label.end() :] if label else folded
    day, rest = find_day(rest)
    if label is None and day is None:
        return None
    rest = _names()[3].sub(" ", rest)
    second, rest = find_day(rest)
    rest = _HIJRI_YEAR.sub(" ", _ZONES.sub(" ", _CLOCK.sub(" ", rest)))
    left = [w for w in re.findall(r"\w+", rest) if w not in ("الموافق", "ه", "هـ", "م", "ص", "الساعة", "يوم", "في")]
    left = [w for w in left if not w.isdigit()]
    room = _LEFT_OVER + (4 if label else 0)
    if len(left) > room:
        return None
    return DateLine(day or second, updated is not None, label is not None)
