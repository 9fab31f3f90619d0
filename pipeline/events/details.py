"""Fills amount, position and instrument from the words around a trigger, by the lists of roles/details.toml.

The annotated leads do not know these roles, so no model is trained for them: an amount is a count at the head of the
target or a sum of money, a position a title in the accusative or behind منصب, an instrument a weapon behind ب.
Each is looked for between the trigger and the next one of its sentence.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final, Literal, NamedTuple

from pipeline.document import Document, Mention, Role, TimeSpan, Token
from pipeline.events.clauses import joins_numbers
from pipeline.events.wordforms import cardinals
from pipeline.names.places import nationalities
from pipeline.resources import load_toml, load_words
from pipeline.text.normalize import letters_end

_FILE: Final = "roles/details.toml"
REACH: Final = 16  # tokens behind the trigger
_ARTICLE: Final = "ال"
_TANWIN: Final = "ا"  # ALEF: the written end of an indefinite accusative
_BI: Final = "ب"  # BEH
_AS: Final = "ك"  # KAF
_LI: Final = "ل"  # LAM
_OF, _IN, _TO, _OR, _BETWEEN = "من", "في", "الي", "او", "بين"
_ATTACHED: Final = frozenset("بلك")
_TEN: Final = ("عشر", "عشرة")  # of eleven
_TENS: Final = ("ون", "ين")  # endings of 20 to 90
_LONGEST: Final = 6  # tokens of an office
_OPENING, _CLOSING = frozenset("(["), frozenset(")]")
_CHAIN: Final = 3  # tokens of a genitive, up to its definite word
_Vehicles = Literal["never", "fitted", "always"]  # when a vehicle is a weapon; fitted: سيارة مفخخة


class _Words(NamedTuple):
    counted: frozenset[str]
    paid: frozenset[str]
    numbers: frozenset[str]
    scales: frozenset[str]
    one: frozenset[str]
    classifiers: frozenset[str]
    totals: frozenset[str]
    reaching: frozenset[str]
    approximate: frozenset[str]
    shares: frozenset[str]
    casualties: frozenset[str]
    capital: frozenset[str]
    currencies: frozenset[str]
    signs: frozenset[str]
    offices: frozenset[str]
    heads: frozenset[str]
    ends: frozenset[str]
    titles: frozenset[str]
    waw: frozenset[str]
    armed: frozenset[str]
    setting_off: frozenset[str]
    going_off: frozenset[str]
    falling: frozenset[str]
    running_over: frozenset[str]
    introducing: frozenset[str]
    weapons: frozenset[str]
    vehicles: frozenset[str]
    fitted: frozenset[str]
    without: frozenset[str]
    branches: frozenset[str]


@cache
def _words() -> _Words:
    table = load_toml(_FILE)
    return _Words(
        counted=frozenset(table["amount"]["counted"]),
        paid=frozenset(table["amount"]["paid"]),
        numbers=cardinals(),
        offices=frozenset(table["position"]["types"]),
        armed=frozenset(table["instrument"]["types"]),
        **{
            key: load_words(_FILE, part, key)
            for part, lists in table.items()
            for key, value in lists.items()
            if isinstance(value, str)
        },
    )


class Text:
    """The tokens of a document as the rules see them."""

    __slots__ = ("_begun", "_firsts", "_named", "_timed", "tokens", "words")

    def __init__(self, doc: Document) -> None:
        self.tokens = doc.tokens
        self.words = _words()
        self._firsts = [sentence.first for sentence in doc.sentences]
        self._timed = _covered(_ranges(doc.tokens, doc.times))
        names = _ranges(doc.tokens, doc.mentions)
        self._named = _covered(names)
        self._begun = {
            first - 1: end
            for mention, (first, end) in zip(doc.mentions, names, strict=True)
            if first and doc.tokens[first - 1].end > mention.start
        }

    def norm(self, at: int) -> str:
        """Give a folded word, nothing beyond the text or inside a time expression."""
        return self.tokens[at].norm if 0 <= at < len(self.tokens) and at not in self._timed else ""

    def named(self, at: int) -> bool:
        """Tell whether a word belongs to a name."""
        return at in self._named

    def name_end(self, at: int) -> int:
        """Give the index behind the name that a word belongs to, or that begins inside it; 0 without one."""
        return self._named.get(at) or self._begun.get(at, 0)

    def counts(self, at: int) -> bool:
        """Tell whether a word is a number or part of one."""
        return self._is_count(self.norm(at), at)

    def opens(self, at: int) -> int | None:
        """Give the letters before the number that begins in a word (و40، بـ50، بمليون); None if none does."""
        norm = self.norm(at)
        if self._is_count(norm, at):
            return 0
        skip = int(norm[:1] in ("و", "ف"))
        skip += norm[skip : skip + 1] in _ATTACHED
        return skip if self._is_count(norm[skip:], at) else None

    def _is_count(self, norm: str, at: int) -> bool:
        """Tell whether a number, or part of one, stands at a place; أحد القتلى is none, أحد عشر and واحد وعشرون are."""
        words = self.words
        if norm in words.one:
            behind = self.norm(at + 1)
            return behind in _TEN or (behind[1:] in words.numbers and behind[:1] == "و" and behind.endswith(_TENS))
        return norm[:1].isdigit() or norm in words.scales or norm in words.numbers

    def number_end(self, first: int, stop: int) -> int:
        """Give the index behind the number that begins at `first`, `first` itself without one."""
        if first >= stop or self.opens(first) is None:
            return first
        last = first + 1
        while last < stop:
            norm = self.norm(last)
            further = norm[1:] in self.words.numbers or (
                norm[1:].isdigit() and (self.norm(last - 1) in self.words.scales or self.norm(first - 1) == _BETWEEN)
            )
            joined = norm[:1] == "و" and (further or norm in self.words.scales)  # خمسة وعشرون، ألف و200، بين 10 و15
            point = norm and joins_numbers(self.tokens, last)
            bracket = norm in _CLOSING and self.norm(last + 1) in self.words.scales  # (38) مليون
            ranging = norm == _OR or (norm == _TO and self.norm(first - 1) == _OF)  # من 3 إلى 4 آلاف
            ranging = ranging and last + 1 < stop and self.counts(last + 1)
            if not (self.counts(last) or joined or point or bracket or ranging):
                break
            last += 1
        return last

    def first_of(self, at: int) -> int:
        """Give the first token of the sentence of a token."""
        return self._firsts[bisect_right(self._firsts, at) - 1] if self._firsts else 0

    def role(self, name: str, first: int, last: int, rule: str, skip: int = 0) -> Role:
        """Make a role of the tokens from `first` to before `last`, less the first `skip` letters."""
        token = self.tokens[first]
        return Role(name, token.start + letters_end(token.text, skip), self.tokens[last - 1].end, None, None, rule)


def find_details(
    text: Text, type_: str, trigger: int, stop: int, roles: Iterable[Role], verbal: bool = False
) -> list[Role]:
    """Give the amount, position and instrument of one event.

    text: its document. trigger: index of its word in the document's tokens. stop: index behind its sentence, or of the
    next trigger in it. roles: what is filled already; a count is that of the target. verbal: the trigger is a verb, so
    that no number before it counts it. Numbers inside time expressions count nothing.
    """
    words = text.words
    stop = min(stop, trigger + 1 + REACH)
    found = []
    if type_ in words.counted:
        found += _count(text, trigger, roles, verbal) or _total(text, type_, trigger, stop)
    if type_ in words.paid and not found:
        found += _money(text, trigger + 1, stop) or ([] if verbal else _money_before(text, trigger))
    if type_ in words.offices:
        found += _position(text, trigger + 1, stop)
    if type_ in words.armed:
        found += _instrument(text, trigger, stop)
    return found


def _ranges(tokens: Sequence[Token], spans: Iterable[Mention | TimeSpan]) -> list[tuple[int, int]]:
    """Give the half-open ranges of the tokens that begin inside the spans."""
    starts = [token.start for token in tokens]
    return [(bisect_left(starts, span.start), bisect_left(starts, span.end)) for span in spans]


def _covered(ranges: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Give, for each token of the ranges, the index behind its range."""
    return {i: end for first, end in ranges for i in range(first, end)}


def _count(text: Text, trigger: int, roles: Iterable[Role], verbal: bool) -> list[Role]:
    """Give the number at the head of each target (7 أشخاص و12 جنديا), or right before it; else that of the trigger."""
    tokens, found = text.tokens, []
    for role in roles:
        if role.role != "target":
            continue
        at = bisect_left(tokens, role.start, key=lambda token: token.end - 1)
        while at < len(tokens) and tokens[at].end < role.end and text.norm(at) in text.words.approximate:
            at += 1
        end = text.number_end(at, min(len(tokens), at + _LONGEST))
        if at < end and text.norm(end + (text.norm(end) == _IN)) in text.words.shares:
            continue
        if at < end and tokens[end - 1].end <= role.end:
            found.append(text.role("amount", at, end, "count of the target", text.opens(at) or 0))
        elif at != trigger + 1 or text.counts(at - 1):
            before = _number_before(text, at)
            if before is not None and before[0] > trigger:
                found.append(text.role("amount", before[0], at, "count of the target", before[1]))
    if found:
        return found
    at = trigger - (text.norm(trigger - 1) in text.words.classifiers)
    before = None if verbal else _number_before(text, at)
    return [text.role("amount", before[0], at, "count before the trigger", before[1])] if before else []


def _total(text: Text, type_: str, trigger: int, stop: int) -> list[Role]:
    """Give the total that a sum of what the trigger names comes to (ارتفع عدد الوفيات إلى 28)."""
    if text.words.totals.isdisjoint((text.norm(trigger - 1), text.norm(trigger - 2))):
        return []
    for at in range(trigger + 1, stop):
        end = text.number_end(at, stop)
        if end > at and text.norm(at - 1) in text.words.reaching:
            others = type_ != "DEATH" and text.norm(end) in text.words.casualties
            return [] if others else [text.role("amount", at, end, "total", text.opens(at) or 0)]
    return []


def _number_before(text: Text, at: int) -> tuple[int, int] | None:
    """Give the first token of the number right before a word, and the letters of و before it; None without one."""
    for first in range(max(text.first_of(at), at - _LONGEST), at):
        skip = text.opens(first)
        if skip is not None and text.number_end(first, at) == at:
            return first, skip
    return None


def _money(text: Text, first: int, stop: int) -> list[Role]:
    """Give the first sum of money."""
    at = first
    while at < stop:
        end = text.number_end(at, stop)
        skip = text.opens(at) or 0
        if end > at and text.norm(at - 1) in text.words.capital:
            at = end
            continue
        if end > at and text.norm(at - 1) in text.words.signs:  # $100
            return [text.role("amount", at - 1, end, "sum of money")]
        if end > at and text.norm(end) in text.words.signs:
            return [text.role("amount", at, end + 1, "sum of money", skip)]
        bracket = text.norm(at - 1) in _OPENING and any(text.norm(inner) in _CLOSING for inner in range(at, end))
        if end > at and text.norm(end) in text.words.currencies:
            norm = text.norm(end + 1)
            adjective = norm in nationalities() or norm.removesuffix("ا") in nationalities() or norm == "استرليني"
            return [text.role("amount", at - bracket, end + 1 + adjective, "sum of money", skip)]
        at = max(end, at + 1)
    return []


def _money_before(text: Text, trigger: int) -> list[Role]:
    """Give the sum of money right before a noun (قدمت 20 مليون دولار مساعدات), or before it and من."""
    at = trigger - (text.norm(trigger - 1) == _OF)
    for first in range(max(text.first_of(trigger), at - _LONGEST), at):
        found = _money(text, first, at) if text.opens(first) is not None else []
        if found and found[0].end == text.tokens[at - 1].end:
            return found
    return []


def _position(text: Text, first: int, stop: int) -> list[Role]:
    """Give the office: behind منصب and its like, or a title in the accusative or behind ك."""
    titles = text.words.titles
    for at in range(first, stop):
        norm, behind = text.norm(at), text.norm(at + 1)
        if norm in text.words.heads and at + 1 < stop and (behind in titles or behind.removeprefix(_ARTICLE) in titles):
            return [text.role("position", at + 1, _office_end(text, at + 1, stop), "office behind its noun")]
        skip = 1 if norm[:1] == _AS and norm[1:] in titles else 0
        accusative = norm[-1:] == _TANWIN and norm[:-1] in titles
        feminine = norm in titles and norm.endswith("ة") and behind.startswith("لل")
        if skip or accusative or feminine:
            return [text.role("position", at, _office_end(text, at, stop), "title", skip)]
    return []


def _office_end(text: Text, first: int, stop: int) -> int:
    """Give the index behind an office: its noun and what stands in the genitive, with an adjective or behind ل."""
    last, stop = first + 1, min(stop, first + _LONGEST)
    while last < stop:
        norm = text.norm(last)
        other = norm.startswith("وال") and text.named(last + 1)  # والدكتور with a name behind it
        if not norm or norm in text.words.ends or other or (text.named(last) and not text.named(first)):
            break
        adjective = last == first + 1 and norm[-1:] == _TANWIN and len(norm) > 3
        behind_lam = last <= first + 2 and norm.startswith(_LI) and len(norm) > 3
        if not (adjective or behind_lam or norm.startswith((_ARTICLE, "وال"))):
            genitive = (
                last == first + 1 and not text.norm(first).endswith(_TANWIN) and text.norm(last + 1)[:2] == _ARTICLE
            )
            if not genitive:
                break
        last += 1
        if behind_lam:
            last = text.name_end(last - 1) or (_genitive_end(text, last, stop) if norm[1] != _LI else last)
    return last


def _genitive_end(text: Text, first: int, stop: int) -> int:
    """Give the index behind the genitive of a noun behind ل: a name or a definite word, `first` itself without one."""
    for last in range(first, min(stop, first + _CHAIN)):
        norm = text.norm(last)
        if text.named(last):
            return text.name_end(last)
        if norm.startswith(_ARTICLE):
            return last + 1
        if not norm or norm in text.words.ends or (norm.startswith("و") and norm not in text.words.waw):
            break
    return first


def _instrument(text: Text, trigger: int, stop: int) -> list[Role]:
    """Give the weapon that an attack is made with."""
    words = text.words
    doing = text.norm(trigger)
    own: _Vehicles = "never" if doing in words.falling else "fitted"
    for at in range(trigger + 1, stop):
        norm = text.norm(at)
        skip = int(norm[:1] == _BI and len(norm) > 3 and norm not in words.weapons)
        first = at == trigger + 1 or (at == trigger + 2 and text.counts(at - 1))
        over = first and doing in words.running_over
        behind = at > trigger + 1 and text.norm(at - 1) in words.introducing
        end = 0
        if behind or over or skip:
            end = _weapon_end(text, at, skip, stop, "always" if behind or over else "fitted")
        elif first and (doing in words.setting_off or doing in words.falling):
            end = _weapon_end(text, at, skip, stop, own)
        if end:
            return [text.role("instrument", at, end, "weapon", skip)]
    if doing in words.going_off:
        for at in (trigger - 1, trigger - 2):
            if at >= 0 and _weapon_end(text, at, 0, trigger, own) == trigger:
                return [text.role("instrument", at, trigger, "weapon that goes off")]
    return []


def _weapon_end(text: Text, at: int, skip: int, stop: int, vehicles: _Vehicles) -> int:
    """Give the index behind the weapon at a place, 0 without one; vehicles: when one is a weapon."""
    words = text.words
    stem = text.norm(at)[skip:].removeprefix(_ARTICLE)
    vehicle = stem in words.vehicles
    if stem not in words.weapons or text.named(at) or text.norm(at + 1) in words.branches:
        return 0
    if vehicle and vehicles == "never":
        return 0
    last = at + 1
    fit = text.norm(last).removeprefix(_ARTICLE)
    if fit == _OF and text.norm(last + 1) in words.without and last < stop:
        return min(last + 3, len(text.tokens))
    if fit in words.fitted and last < stop:
        return min(last + 1 + (fit in words.without), len(text.tokens))
    return 0 if vehicle and vehicles == "fitted" else last
