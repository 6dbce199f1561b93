"""Decisions on a bet as its page shows them, and the form page with the evidence of tonight beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bets.models import Bet, Decision, Flag, Tranche, Verdict
from bets.rules import decider_refusals, reader_refusals
from org.models import Person, Run
from org.visibility import powers_of
from portfolio.flagged import FlagShown, flags_of, shown_flags
from portfolio.following import FOLLOWED
from portfolio.reasoning import Step, flag_steps
from portfolio.said import Said, current_of, outcomes_of, readings_in, said_of

LOOK_AGAIN = timedelta(days=90)


@dataclass(frozen=True)
class Decided:
    """One decision with the readings as they stood that night."""

    decision: Decision
    stood: Sequence[Said]

    @property
    def verdict(self) -> str:
        """What the evidence said that night; empty where no night had judged."""
        return self.decision.verdict

    @property
    def has_readings(self) -> bool:
        return any(said.reading for said in self.stood)


@dataclass(frozen=True)
class Deciding:
    """What stands beside the form of a decision; `refusals` say why this person cannot decide here."""

    bet: Bet
    night: Run | None
    verdict: Verdict | None
    flags: list[FlagShown]
    outcomes: list[Said]
    ahead: list[Tranche]
    reverses: Decision | None
    refusals: list[str]


def decisions_of(bet: Bet) -> list[Decision]:
    """Every decision on a bet, the latest first, with who made it, what it reverses and what follows. One query."""
    return list(bet.decisions.select_related("bet", "decided_by", "reverses", "run", *FOLLOWED).order_by("-number"))


def deciding(bet: Bet, night: Run | None, person: Person, today: date) -> Deciding:
    """The evidence of the latest night on a bet, for whoever decides on it now."""
    outcomes = outcomes_of(bet)
    flags = [flag for flag in flags_of(bet) if flag.cleared_on is None]
    readings = readings_in([night] if night else [], outcomes)
    ahead = list(bet.tranches.filter(planned_on__gt=today))
    tonight = readings.get(night.pk, {}) if night else {}
    return Deciding(
        bet=bet,
        night=night,
        verdict=Verdict.objects.filter(bet=bet, run=night).first(),
        flags=shown_flags(flags, {}, current_of(outcomes), night, person),
        outcomes=said_of(outcomes, tonight, next(iter(ahead), None)),
        ahead=ahead,
        reverses=reversed_by(bet),
        refusals=list(decider_refusals(powers_of(person), person.pk, bet)),
    )


def reversed_by(bet: Bet) -> Decision | None:
    """The decision that the next one points back to: of a ceased bet the one that ceased it."""
    return bet.decisions.order_by("-number").first() if bet.state == Bet.State.CEASED else None


@dataclass(frozen=True)
class NearMiss:
    """An open near miss with the evidence of its night and of the latest one; `refusals` say why this person does not
    read it."""

    flag: Flag
    steps: list[Step]
    outcome: Said | None
    refusals: list[str]

    @property
    def who(self) -> str:
        """Who reads it, and until when."""
        if self.flag.reader is None or self.flag.read_by is None:
            return _("Nobody independent could be named: product operations reads it.")
        parts = {"reader": self.flag.reader, "day": date_format(self.flag.read_by, "DATE_FORMAT")}
        return _("%(reader)s reads it until %(day)s.") % parts


def near_miss_page(bet: Bet, night: Run | None, person: Person) -> NearMiss | None:
    """The open near miss of a bet for whoever opens its page; None when there is none."""
    flag = next((one for one in flags_of(bet) if one.cleared_on is None and one.kind == Flag.Kind.NEAR_MISS), None)
    if flag is None:
        return None
    outcomes = outcomes_of(bet)
    readings = readings_in({flag.run_id, night.pk} if night else {flag.run_id}, outcomes)
    tonight = said_of(outcomes, readings.get(night.pk, {}) if night else {})
    return NearMiss(
        flag=flag,
        steps=flag_steps(
            flag,
            readings.get(flag.run_id, {}).get(flag.outcome_id),
            judged=Verdict.objects.filter(run=flag.run_id).count(),
            outcomes=len(tonight),
        ),
        outcome=next((said for said in tonight if said.outcome.number == flag.outcome.number), None),
        refusals=list(reader_refusals(powers_of(person), person.pk, flag, is_read=hasattr(flag, "second_reading"))),
    )
