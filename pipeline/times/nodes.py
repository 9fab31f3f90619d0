"""What a date expression says, before it is known when it was written.

Every node is one way to name an interval; `resolve` turns it into days once the anchor is known. A `shift` counts
units from the one that holds the anchor (-1 الماضي, 0 الجاري, 1 المقبل), None where the text gives no direction.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

OVER: Final = -2  # a tense of expressions: what they date is over, however close its next day lies


@dataclass(frozen=True, slots=True)
class Date:
    """A day, month or year by whatever of its parts the text gives.

    calendar: `gregorian` or `hijri`. weekday: 0 = Monday. today: days from the anchor (اليوم 0, أمس -1).
    shift: direction that a word beside it gives (سبتمبر الماضي). within: the period that completes it
    (من الشهر الجاري). twin: the same date in the other calendar. bce: years before the common era.
    digits: day and month are written in digits, so that their order is a convention. literal: the year bears its era,
    so that two digits are all of it (سنة 70 م).
    """

    calendar: str = "gregorian"
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    today: int | None = None
    shift: int | None = None
    within: "Node | None" = None
    twin: "Date | None" = None
    bce: bool = False
    digits: bool = False
    literal: bool = False


@dataclass(frozen=True, slots=True)
class Period:
    """A whole calendar unit placed by a word.

    frame: `anchor` (الشهر الماضي), `context` (الشهر التالي، العام نفسه), `bare` (خلال الشهر) or `new` (العام الجديد).
    unit: a calendar unit, or `span` for the last period that the text told of (الفترة نفسها).
    of: the year to which it is moved (الشهر نفسه من العام الماضي، مثل هذا اليوم من عام 1948).
    """

    unit: str
    shift: int
    frame: str = "anchor"
    calendar: str = "gregorian"
    of: "Node | None" = None


@dataclass(frozen=True, slots=True)
class Part:
    """A third of a period, or its first or last day; part as in parts.tsv."""

    part: str
    of: "Node"


@dataclass(frozen=True, slots=True)
class Nth:
    """The number-th unit inside a period (الربع الأول من عام 2020); -1 is the last."""

    unit: str
    number: int
    of: "Node"


@dataclass(frozen=True, slots=True)
class NthWeekday:
    """The number-th Monday or other weekday of a period (آخر جمعة من رمضان); -1 is the last."""

    weekday: int
    number: int
    of: "Node"


@dataclass(frozen=True, slots=True)
class Edge:
    """The first or last so many units of a period (الأشهر الستة الأولى من 2016)."""

    unit: str
    count: int
    last: bool
    of: "Node"


@dataclass(frozen=True, slots=True)
class Offset:
    """A distance from the anchor: قبل يومين (sign -1), بعد شهر (sign 1).

    count: None where the text does not say how many. since: it is a beginning and the end is open (منذ يومين).
    context: counted from the last date of the text (بعد ذلك بأسبوعين). half: and half a unit more (قبل عام ونصف).
    """

    unit: str
    count: int | None
    sign: int
    since: bool = False
    context: bool = False
    half: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """A length that ends (sign -1) or begins (sign 1) at the anchor; count None for السنوات الأخيرة."""

    unit: str
    count: int | None
    sign: int


@dataclass(frozen=True, slots=True)
class Decade:
    """A decade by its tens (الستينيات 60), in a century where the text names it."""

    tens: int
    century: "Node | None" = None


@dataclass(frozen=True, slots=True)
class Century:
    """A century by its number (القرن التاسع عشر 19), or with `years` 1000 a millennium (الألفية الثالثة 3)."""

    number: int
    calendar: str = "gregorian"
    bce: bool = False
    years: int = 100


@dataclass(frozen=True, slots=True)
class Season:
    """A season of the year, of the year `of` or placed by `shift`."""

    season: str
    of: "Node | None" = None
    shift: int | None = None


@dataclass(frozen=True, slots=True)
class Feast:
    """A named day: calendar, month, day and length as in feasts.tsv.

    number: which of its days (ثاني أيام العيد), None for all.
    """

    calendar: str
    month: int
    day: int
    days: int
    number: int | None = None
    of: "Node | None" = None
    shift: int | None = None


@dataclass(frozen=True, slots=True)
class Weekend:
    """Saturday and Sunday of a week."""

    shift: int | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """A period without dates of its own.

    granularity: `term` for a season of sport (الموسم الماضي), `school` for a year of school (العام الدراسي المقبل),
    `season` for one of anything else, which no calendar tells, `vague` for a period of no fixed length
    (الفترة المقبلة). new: الموسم الجديد. of: the years that the text gives it (موسم 2014-2015).
    """

    granularity: str
    shift: int = 0
    new: bool = False
    of: "Node | None" = None


@dataclass(frozen=True, slots=True)
class Range:
    """From the first day of one node to the last day of another; what the first leaves out, the last completes."""

    first: "Node"
    last: "Node"


Node: TypeAlias = (
    Date
    | Period
    | Part
    | Nth
    | NthWeekday
    | Edge
    | Offset
    | Window
    | Decade
    | Century
    | Season
    | Feast
    | Weekend
    | Term
    | Range
)


@dataclass(frozen=True, slots=True)
class Expression:
    """A date expression found in a text.

    start, end: raw half-open span. tense: -1 where the words around it tell of the past, 1 of the future, 0 of neither,
    OVER where the words right before it leave no doubt that what it dates is past (منذ، هجمات).
    dateline: it stands at the head of its sentence and a dash or the name of an agency follows.
    """

    start: int
    end: int
    sentence: int
    node: Node
    tense: int = 0
    dateline: bool = False


# What a reader gives: the node and the index behind its last word, or None.
Hit: TypeAlias = tuple[Node, int] | None
