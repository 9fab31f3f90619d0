"""Fills amount, position and instrument from the words around a trigger, by the lists of roles/details.toml.

The annotated leads do not know these roles, so no model is trained for them: an amount is a count at the head of the
target or a sum of money, a position a title in the accusative or behind منصب, an instrument a weapon behind ب.
Each is looked for between the trigger and the next one of its sentence.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final, NamedTuple

from pipeline.document import Role, Token
from pipeline.resources import load_rows, load_toml

REACH: Final = 16  # tokens behind the trigger
_ARTICLE: Final = "ال"
_TANWIN: Final = "ا"  # ALEF: the written end of an indefinite accusative
_BI: Final = "ب"  # BEH
_AS: Final = "ك"  # KAF
_LONGEST: Final = 6  # tokens of an office


class _Words(NamedTuple):
    counted: frozenset[str]
    paid: frozenset[str]
    numbers: frozenset[str]
    scales: frozenset[str]
    approximate: frozenset[str]
    currencies: frozenset[str]
    offices: frozenset[str]
    heads: frozenset[str]
    titles: frozenset[str]
    armed: frozenset[str]
    introducing: frozenset[str]
    weapons: frozenset[str]
    vehicles: frozenset[str]
    fitted: frozenset[str]


@cache
def _words() -> _Words:
    table = load_toml("roles/details.toml")
    amount, position, instrument = table["amount"], table["position"], table["instrument"]
    from pipeline.text.normalize import fold

    numbers = frozenset(
        fold(row[0]) for row in load_rows("times/numbers.tsv")[1:] if not row[1].startswith(("ordinal", "last"))
    )

    def listed(part: dict[str, str], key: str) -> frozenset[str]:
        return frozenset(part[key].split())

    return _Words(
        frozenset(amount["counted"]), frozenset(amount["paid"]), numbers, listed(amount, "scales"),
        listed(amount, "approximate"), listed(amount, "currencies"), frozenset(position["types"]),
        listed(position, "heads"), listed(position, "titles"), frozenset(instrument["types"]),
        listed(instrument, "introducing"), listed(instrument, "weapons"), listed(instrument, "vehicles"),
        listed(instrument, "fitted"),
    )  # fmt: skip


def find_details(type_: str, tokens: Sequence[Token], trigger: int, stop: int, roles: Iterable[Role]) -> list[Role]:
    """Give the amount, position and instrument of one event.

    tokens: those of the document. trigger: index of its word. stop: index behind its sentence, or of the next trigger
    in it. roles: what is filled already; a count is that of the target.
    """
    words = _words()
    stop = min(stop, trigger + 1 + REACH)
    found = []
    if type_ in words.counted:
        found += _count(words, tokens, trigger, roles)
    if type_ in words.paid and not found:
        found += _money(words, tokens, trigger + 1, stop)
    if type_ in words.offices:
        found += _position(words, tokens, trigger + 1, stop)
    if type_ in words.armed:
        found += _instrument(words, tokens, trigger, stop)
    return found


def _role(name: str, tokens: Sequence[Token], first: int, last: int, rule: str, skip: int = 0) -> Role:
    return Role(name, tokens[first].start + skip, tokens[last - 1].end, None, None, rule)


def _is_number(words: _Words, norm: str) -> bool:
    return norm[:1].isdigit() or norm in words.numbers or norm in words.scales


def _number_end(words: _Words, tokens: Sequence[Token], first: int, stop: int) -> int:
    """Give the index behind the number that begins at `first`, `first` itself without one."""
    last = first
    while last < stop:
        norm = tokens[last].norm
        joined = norm[:1] == "و" and _is_number(words, norm[1:])
        point = norm in ".,٫" and last > first and last + 1 < stop and tokens[last + 1].norm[:1].isdigit()
        if not (_is_number(words, norm) or (joined and last > first) or point):
            break
        last += 1
    return last


def _count(words: _Words, tokens: Sequence[Token], trigger: int, roles: Iterable[Role]) -> list[Role]:
    """Give the number before the trigger (17 قتيلا) or at the head of the target (ثلاثة جنود)."""
    first = trigger
    while first > 0 and _is_number(words, tokens[first - 1].norm) and trigger - first < 4:
        first -= 1
    if first < trigger:
        return [_role("amount", tokens, first, trigger, "count before the trigger")]
    for role in roles:
        if role.role != "target":
            continue
        at = next((i for i in range(max(0, trigger - 40), len(tokens)) if tokens[i].end > role.start), len(tokens))
        if at < len(tokens) and tokens[at].norm in words.approximate:
            at += 2 if at + 1 < len(tokens) and tokens[at + 1].norm == "من" else 1
        end = _number_end(words, tokens, at, len(tokens))
        if at < end and tokens[end - 1].end <= role.end:
            return [_role("amount", tokens, at, end, "count of the target")]
        before = at
        while before > 0 and _is_number(words, tokens[before - 1].norm) and at - before < 4:
            before -= 1
        if before < at and before != trigger + 1:
            return [_role("amount", tokens, before, at, "count of the target")]
    return []


def _money(words: _Words, tokens: Sequence[Token], first: int, stop: int) -> list[Role]:
    """Give the first sum of money."""
    at = first
    while at < stop:
        end = _number_end(words, tokens, at, stop)
        if end > at and end < stop and tokens[end].norm in words.currencies:
            behind = end + 1
            norm = tokens[behind].norm if behind < stop else ""
            adjective = norm.endswith(("ي", "يا", "ية")) and not norm.startswith(("ل", "ب", "و"))
            return [_role("amount", tokens, at, behind + adjective, "sum of money")]
        at = max(end, at + 1)
    return []


def _position(words: _Words, tokens: Sequence[Token], first: int, stop: int) -> list[Role]:
    """Give the office: behind منصب and its like, or a title in the accusative or behind ك."""
    for at in range(first, stop):
        norm = tokens[at].norm
        if norm in words.heads and at + 1 < stop and not norm.endswith(("ه", "ها", "هم")):
            return [_role("position", tokens, at + 1, _office_end(tokens, at + 1, stop), "office behind its noun")]
        skip = 1 if norm[:1] == _AS and norm[1:] in words.titles else 0
        accusative = norm[-1:] == _TANWIN and norm[:-1] in words.titles
        feminine = norm in words.titles and norm.endswith("ة") and at + 1 < stop and tokens[at + 1].norm[:1] == "ل"
        if skip or accusative or feminine:
            return [_role("position", tokens, at, _office_end(tokens, at, stop), "title", skip)]
    return []


def _office_end(tokens: Sequence[Token], first: int, stop: int) -> int:
    """Give the index behind an office: its noun and what stands in the genitive, with an adjective or behind ل."""
    last = first + 1
    while last < min(stop, first + _LONGEST):
        norm = tokens[last].norm
        bare = not tokens[last - 1].norm.startswith((_ARTICLE, "لل")) and norm.startswith(_ARTICLE)
        adjective = norm.startswith(_ARTICLE) or (last == first + 1 and norm[-1:] == _TANWIN and len(norm) > 3)
        if not (bare or adjective or (norm.startswith("ل") and len(norm) > 3) or norm.startswith("وال")):
            break
        last += 1
    return last


def _instrument(words: _Words, tokens: Sequence[Token], trigger: int, stop: int) -> list[Role]:
    """Give the weapon that an attack is made with."""
    for at in range(trigger + 1, stop):
        norm = tokens[at].norm
        skip = 1 if norm[:1] == _BI and len(norm) > 3 else 0
        stem = norm[skip:].removeprefix(_ARTICLE)
        if stem not in words.weapons:
            continue
        behind = at > trigger + 1 and tokens[at - 1].norm in words.introducing
        genitive = at == trigger + 1 and not skip
        if not (skip or behind or genitive):
            continue
        last = at + 1
        if last < stop and tokens[last].norm.removeprefix(_ARTICLE) in words.fitted:
            last += 1
        elif stem in words.vehicles:
            continue
        return [_role("instrument", tokens, at, last, "weapon", skip)]
    return []
