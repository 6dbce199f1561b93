"""Why what is typed while a bet is stated is refused, what it still lacks, and which assumption is the riskiest."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from bets.rules import STARTS_WITHIN, text_refusals
from org.rules import Powers

STRONGEST = 5
LEVELS = range(1, 6)
ASSUMPTIONS_AT_MOST = 40
TRANCHES_AT_MOST = 40
WEEKS_AT_MOST = Decimal(10_000)
MINOR_AT_MOST = 10**14
SKETCH_AT_MOST = 400_000  # characters
OVER = ("ceased", "concluded")
NUMBERED = re.compile(r"(.*?)(\d{1,9})", re.ASCII | re.DOTALL)


def risk(importance: int, strength: int) -> int:
    """How risky an assumption is: important, and hardly supported. From 0 (5 of 5 supported) to 50 (5 of 5 opposed).

    `strength` is that of the strongest standing evidence for it, less that of the strongest against it: -5 to 5.
    """
    return importance * (STRONGEST - strength)


def draft_refusals(state: str) -> Iterator[str]:
    """Why what a bet was stated with cannot be changed in place any more."""
    if state != "draft":
        yield f"This bet is {state}: what it was stated with stays as it was when it went live."


def over_refusals(state: str) -> Iterator[str]:
    """Why nothing is added to a bet that is over."""
    if state in OVER:
        yield f"This bet is {state}: nothing is added to it any more."


def many_refusals(what: str, count: int, most: int) -> Iterator[str]:
    """Why there are not more of them."""
    if count > most:
        yield f"A bet has {most} {what} at most: put some of them together."


def sketch_refusals(characters: int) -> Iterator[str]:
    """Why what was typed is not kept for later."""
    if characters > SKETCH_AT_MOST:
        yield f"That is too long to be left: at most {SKETCH_AT_MOST:,} characters, this has {characters:,}."


def lead_refusals(powers: Powers, name: str, domain: int) -> Iterator[str]:
    """Why this person, who holds `powers`, does not lead a bet in that domain."""
    if not powers.may("state_bet", domain):
        yield f"{name} cannot lead a bet here: that takes the role product lead for this domain."


def team_refusals(teams: Iterable[str], of_the_bet: Set[str]) -> Iterator[str]:
    """Why a bet takes no weeks of these teams."""
    for team in teams:
        if team not in of_the_bet:
            yield f"{team} does not work on this bet: add the team first."


def name_refusals(name: str) -> Iterator[str]:
    yield from text_refusals("a name", name, 160)


def start_refusals(starts_on: date, today: date) -> Iterator[str]:
    """Why a bet does not start on that day: a mistyped year."""
    if (today - starts_on).days > STARTS_WITHIN:
        yield f"The start, {starts_on:%-d %B %Y}, lies more than ten years back."
    elif (starts_on - today).days > STARTS_WITHIN:
        yield f"The start, {starts_on:%-d %B %Y}, is more than ten years away."


def currency_refusals(old: str, new: str, *, planned: bool) -> Iterator[str]:
    """Why a bet is not counted in that currency."""
    if not (len(new) == 3 and new.isascii() and new.isalpha() and new.isupper()):
        yield "A currency is three capital letters, like EUR."
    elif planned and old != new:
        yield f"Its money is planned in {old} already: take the amounts out before the currency changes."


@dataclass(frozen=True)
class Parts:
    """The parts of a hypothesis."""

    change: str
    whom: str
    result: str
    reason: str


MOST_OF = {"change": 300, "whom": 200, "result": 300, "reason": 500}
ASKED_OF = {
    "change": "what you change",
    "whom": "for whom (what group of people)",
    "result": "what it will result in",
    "reason": "what makes you believe so",
}


def claim_refusals(parts: Parts) -> Iterator[str]:
    """Why this is not a hypothesis yet."""
    for name, most in MOST_OF.items():
        text = getattr(parts, name)
        if not text.strip():
            yield f"Say {ASKED_OF[name]}."
        yield from claim_length_refusals(name, text, most)


def claim_length_refusals(name: str, text: str, most: int) -> Iterator[str]:
    if len(text) > most:
        yield f"That is too long: {ASKED_OF[name]} takes at most {most:,} characters, this has {len(text):,}."


def rewrite_refusals(state: str, why: str) -> Iterator[str]:
    """Why a hypothesis is not written anew: a draft needs no reason for it, a bet that is over has none."""
    yield from over_refusals(state)
    if state != "draft":
        yield from text_refusals("why this version replaces the one before", why, 300)


def assumption_refusals(statement: str, importance: int, next_test: str) -> Iterator[str]:
    """Why this is no assumption that could be tested."""
    yield from text_refusals("what must be true", statement, 300)
    if importance not in LEVELS:
        yield "The importance of an assumption is a number from 1 (little) to 5 (all depends on it)."
    if len(next_test) > 300:
        yield f"That is too long: a next test takes at most 300 characters, this has {len(next_test):,}."


def premortem_refusals(text: str) -> Iterator[str]:
    yield from text_refusals("why it may have failed, a year from now", text, 2000)


@dataclass(frozen=True)
class Stage:
    """A tranche as somebody wants to plan it, minor units."""

    amount: int
    purpose: str
    gate: str
    planned_on: date
    lasts_until: date | None = None


def tranche_refusals(stage: Stage) -> Iterator[str]:
    """Why a stage of money cannot be planned like this."""
    if stage.amount <= 0:
        yield "A tranche must be more than nothing."
    if stage.amount > MINOR_AT_MOST:
        yield "That is more money than a tranche can hold: count the zeros."
    yield from text_refusals("what the tranche is for", stage.purpose, 200)
    yield from text_refusals("what gate releases the tranche", stage.gate, 300)
    if stage.lasts_until is not None and stage.lasts_until <= stage.planned_on:
        yield "A tranche lasts until a day after the one it is planned on."


def weeks_refusals(team: str, weeks: Decimal) -> Iterator[str]:
    """Why a bet cannot take so many weeks of a team. Nothing is a sound answer: it takes none."""
    if not weeks.is_finite() or weeks < 0:
        yield f"Weeks of {team} are a number from 0 on."
    elif weeks > WEEKS_AT_MOST:
        yield f"That is more than {WEEKS_AT_MOST:,} weeks of {team}."
    elif weeks != weeks.quantize(Decimal("0.1")):
        yield f"Weeks of {team} have one decimal at most."


def value_refusals(low: int | None, likely: int | None, high: int | None, conversion: str) -> Iterator[str]:
    """Why this is not a range of value; none of the three is sound, some of them are not."""
    known = [one for one in (low, likely, high) if one is not None]
    if known and len(known) < 3:
        yield "A value is a range: give low, likely and high, or none of them."
    if any(one < 0 for one in known):
        yield "A value is not negative."
    if any(one > MINOR_AT_MOST for one in known):
        yield "That is more money than a value can hold: count the zeros."
    if len(known) == 3 and known != sorted(known):
        yield "A value runs from low by likely to high: none of them is more than the next."
    if len(conversion) > 300:
        yield f"That is too long: the conversion takes at most 300 characters, this has {len(conversion):,}."


def wind_down_refusals(amount: object) -> Iterator[str]:
    """Why it cannot cost so much to wind a bet down, minor units."""
    if isinstance(amount, bool) or not isinstance(amount, int) or amount < 0:
        yield "What winding it down costs is a whole number of minor units from 0 on."
    elif amount > MINOR_AT_MOST:
        yield "That is more money than winding a bet down can cost: count the zeros."


@dataclass(frozen=True)
class Ready:
    """What a draft has when somebody wants to take it live."""

    state: str
    claim: Parts | None
    decide_by: Sequence[date]  # of its current outcomes
    learning: Sequence[str] | None  # why what is to be learnt does not do; None when there is nothing of it
    today: date
    assumptions: int = 0
    premortem: str = ""
    tranches: int = 0
    weeks: Decimal = field(default_factory=Decimal)
    has_value: bool = False


def live_refusals(ready: Ready) -> Iterator[str]:
    """Why a bet cannot go live, all at once; nothing when it can."""
    if ready.state != "draft":
        yield f"This bet is not a draft: it is {ready.state} already."
        return
    if ready.claim is None:
        yield "It has no hypothesis yet: nobody could tell what is believed."
    else:
        missing = [ASKED_OF[name] for name in MOST_OF if not getattr(ready.claim, name).strip()]
        yield from (f"The hypothesis does not say {what}." for what in missing)
    if not ready.decide_by and ready.learning is None:
        yield "It has no outcome yet: without one nobody could tell whether it works."
    elif ready.decide_by and max(ready.decide_by) <= ready.today:
        yield "The decide-by date of its outcome has passed: nobody could act on it any more."
    yield from ready.learning or ()


def live_warnings(ready: Ready) -> Iterator[str]:
    """What a bet would go live without."""
    if not ready.assumptions:
        yield "No assumption: nobody has said what must be true for it to work."
    if not ready.premortem.strip():
        yield "No premortem: nobody has asked why it may fail."
    if not ready.tranches:
        yield "No planned money: nothing shows what a decision on it can save."
    if not ready.has_value:
        yield "No value: nothing can be weighed against its cost."


def prefix_of(latest: Iterable[str], domain: str) -> str:
    """What the keys of a domain begin with before their number: most of the latest ones, or else its own key."""
    prefixes = Counter(found[1] for key in latest if (found := NUMBERED.fullmatch(key)) and found[1])
    return prefixes.most_common(1)[0][0] if prefixes else f"{domain.upper()[:30]}-"


def next_key(prefix: str, taken: Iterable[str]) -> str:
    """The number after the highest one in use with this prefix, with as many digits."""
    used = [found[2] for key in taken if (found := NUMBERED.fullmatch(key)) and found[1] == prefix]
    width = max((len(one) for one in used), default=1)
    return f"{prefix}{max((int(one) for one in used), default=0) + 1:0{width}}"


@dataclass(frozen=True)
class Effort:
    """Weeks of one team, and what it costs for a week in minor units of `currency`; no rate: None."""

    team: str
    weeks: Decimal
    rate: int | None
    currency: str


@dataclass(frozen=True)
class Cost:
    """What a bet costs in full, minor units: cash, and team-weeks at the rates of their teams. What cannot be added up
    is named: teams without a rate, and amounts in other currencies."""

    cash: int
    weeks: Decimal
    labour: int
    without_rate: tuple[str, ...]
    elsewhere: tuple[tuple[int, str], ...]  # amount, currency

    @property
    def full(self) -> int | None:
        """The sum, when all of it can be said in one currency."""
        return None if self.without_rate or self.elsewhere else self.cash + self.labour


def cost_of(cash: int, currency: str, efforts: Sequence[Effort]) -> Cost:
    """Cash and team-weeks of a bet that is counted in `currency`."""
    amounts: Counter[str] = Counter()
    for one in efforts:
        if one.rate is not None:
            amounts[one.currency] += int((one.weeks * one.rate).to_integral_value())
    return Cost(
        cash=cash,
        weeks=sum((one.weeks for one in efforts), Decimal()),
        labour=amounts.pop(currency, 0),
        without_rate=tuple(one.team for one in efforts if one.rate is None),
        elsewhere=tuple((amount, other) for other, amount in sorted(amounts.items())),
    )
