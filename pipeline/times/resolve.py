"""From the expressions of one article to its times, in order, each in the light of those before it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from pipeline.config import TimesConfig
from pipeline.document import TimeSpan
from pipeline.times import resolve_dates, resolve_named, resolve_parts, resolve_units
from pipeline.times.anchors import Anchor
from pipeline.times.nodes import Date, Expression, Feast, Node, Part, Period, Range
from pipeline.times.resolve_dates import candidates
from pipeline.times.values import Context, Value, resolve

TODAY: Final = Date(today=0)
_BESIDE: Final = 4  # code points of a preposition between two times
_MONTH: Final = 31  # days
_YEAR: Final = 360  # days
_REACH: Final = 3  # sentences over which التالي and نفسه look back
# The modules that tell `resolve` what each node denotes.
RESOLVERS: Final = (resolve_dates, resolve_units, resolve_parts, resolve_named)


def resolve_all(found: Sequence[Expression], anchor: Anchor, config: TimesConfig) -> list[TimeSpan]:
    """Resolve the expressions of one article in order, each in the light of those before it."""
    context = Context(config, anchor.day)
    # An undated text that says no other day from today is told by somebody who speaks of nowadays.
    timeless = anchor.day is None and not any(_is_deictic(x.node) and x.node != TODAY for x in found)
    spans = []
    before: tuple[Expression, Value] | None = None
    told_in = 0  # sentence of the last date that a later one may be counted from
    for x in found:
        if timeless and x.node == TODAY and x.tense >= 0:
            continue
        if x.sentence - told_in > _REACH:
            context = replace(context, last=None, last_day=None, last_month=None, last_span=None)
        if x.tense != context.tense:
            context = replace(context, tense=x.tense)
        value = resolve(x.node, context)
        if before and before[0].sentence == x.sentence and 0 < x.start - before[0].end <= _BESIDE:
            value = _beside(x.node, value, before[1])
        before = (x, value)
        spans.append(_span(x, value, anchor.day))
        remembered = _remembering(context, x.node, value)
        told_in = x.sentence if remembered is not context else told_in
        context = remembered
    return spans


def _is_deictic(node: Node) -> bool:
    return isinstance(node, Date) and node.today is not None


def _beside(node: Node, value: Value, before: Value) -> Value:
    """Give a month or day of no year that of the feast or month right before it (يبدأ رمضان المقبل في فبراير)."""
    if before.start is None or before.end is None or (before.end - before.start).days > _MONTH:
        return value
    if not isinstance(node, Date) or node != Date(month=node.month, day=node.day) or not node.month:
        return value
    found = [c for c in candidates(node, before.start) if c[0] <= before.end and before.start <= c[1]]
    return replace(value, start=found[0][0], end=found[0][1]) if found else value


def _span(x: Expression, value: Value, anchor: date | None) -> TimeSpan:
    return TimeSpan(
        x.start,
        x.end,
        value.start,
        value.end,
        value.granularity,
        value.basis,
        value.calendar,
        value.reference if value.basis == "relative" else anchor if value.anchored else None,
        x.sentence,
    )


def _remembering(context: Context, node: Node, value: Value) -> Context:
    """Keep what later expressions of the article may be counted from."""
    if value.start is None:
        return context
    if isinstance(node, Date) and node.year is not None and value.calendar == "gregorian":
        context = replace(context, stated_year=value.start.year)
    if isinstance(node, Part):
        context = replace(context, last_span=None)  # since its beginning, or until its end: no one knows
    elif value.end and 0 < (value.end - value.start).days < _YEAR and not isinstance(node, Feast):
        context = replace(context, last_span=value)
    if isinstance(node, Range) or (isinstance(node, Period) and node.frame == "context" and node.shift < 0):
        return context
    if value.granularity == "day":
        return replace(context, last=value, last_day=value)
    if value.granularity in ("month", "vague"):
        return replace(context, last=value, last_month=value)
    return replace(context, last=value)
