"""What an expression denotes, and what its resolution may look at."""

from dataclasses import dataclass, replace
from datetime import date
from functools import singledispatch

from pipeline.config import TimesConfig
from pipeline.times.calendars import Interval
from pipeline.times.nodes import Node


@dataclass(frozen=True, slots=True)
class Value:
    """What an expression denotes: fields as those of TimeSpan.

    anchored: whether it was counted from the anchor (or, with basis `relative`, from `reference`).
    """

    start: date | None
    end: date | None
    granularity: str
    basis: str
    calendar: str = "gregorian"
    anchored: bool = True
    reference: date | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What the resolution of one expression may look at.

    anchor: the day that today means. tense: as in Expression. last: last resolved value of the segment, last_day and
    last_month: last of that granularity, last_span: last of several days but no whole year. stated_year: year of the
    last date whose year the text states.
    """

    config: TimesConfig
    anchor: date | None = None
    tense: int = 0
    last: Value | None = None
    last_day: Value | None = None
    last_month: Value | None = None
    last_span: Value | None = None
    stated_year: int | None = None

    def forward(self) -> bool:
        """Tell whether a weekday or month that nothing places lies ahead."""
        return self.tense > 0 or (self.tense == 0 and not self.config.prefer_past)


def value_of(interval: Interval | None, granularity: str, basis: str, **facts: object) -> Value:
    """Give the value of an interval, without dates where there is none."""
    start, end = interval or (None, None)
    return replace(Value(start, end, granularity, basis), **facts)  # type: ignore[arg-type]


@singledispatch
def resolve(node: Node, context: Context) -> Value:
    """Give the value of a node; its dates are None where the context does not tell them."""
    raise TypeError(f"no way to resolve {type(node).__name__}")
