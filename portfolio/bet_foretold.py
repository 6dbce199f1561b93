"""What people foretell of a bet, what shipped when, and what it has brought, for the page of that bet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bets.foretold import Thing, things_of
from bets.models import Bet, Outcome, Reading, Release, Tranche
from bets.rules_foretold import forecaster_refusals, gate_refusals, marker_refusals, teller_refusals
from bets.value import Value, value_of
from org.models import Person
from org.visibility import powers_of

NAMED = 5  # releases listed under a chart, the latest first


@dataclass(frozen=True)
class BetForetold:
    """`things` are outcomes and gates with what was foretold of them; whoever may not act has no links."""

    things: list[Thing]
    releases: list[Release]
    value: Value
    may_foretell: bool
    may_say_gates: bool
    may_mark: bool
    may_say_value: bool

    @property
    def told(self) -> list[Thing]:
        """Of which somebody has foretold something."""
        return [thing for thing in self.things if thing.own or thing.others or thing.hidden]

    @property
    def asks(self) -> bool:
        """Is there something of which this person can still state a forecast?"""
        return self.may_foretell and any(not thing.refusals for thing in self.things)

    @property
    def shows_value(self) -> bool:
        return self.may_say_value or bool(self.value.months) or self.value.bet.value_likely is not None

    @property
    def named(self) -> list[Release]:
        return self.releases[:NAMED]

    @property
    def unnamed(self) -> int:
        return max(0, len(self.releases) - NAMED)


def foretold_of(
    bet: Bet, outcomes: Sequence[Outcome], tranches: Sequence[Tranche], readings: Mapping[int, Reading],
    person: Person, today: date,
) -> BetForetold:  # fmt: skip
    """Four queries: forecasts, releases, realised value and promises. `outcomes` come with their resolutions,
    `tranches` with what was said of their gates, `readings` are those of the latest night."""
    powers = powers_of(person)
    chances = {outcome: one.chance for outcome, one in readings.items() if one.chance is not None}
    return BetForetold(
        things=things_of(bet, [*outcomes, *tranches], person, today, chances),
        releases=releases_of(bet), value=value_of(bet, today),
        may_foretell=not any(forecaster_refusals(powers, bet)),
        may_say_gates=not any(gate_refusals(powers, person.pk, bet, is_said=False)),
        may_mark=not any(marker_refusals(powers, bet)), may_say_value=not any(teller_refusals(powers, bet)),
    )  # fmt: skip


def releases_of(bet: Bet) -> list[Release]:
    """Those that were not withdrawn, the latest first. One query."""
    return list(Release.objects.filter(bet=bet, withdrawn_at=None).order_by("-shipped_on", "-pk"))
