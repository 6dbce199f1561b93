"""What stands in each step of a stated bet: forms are filled with it, actions compare with it what a form had seen."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from bets import rules_draft as rules
from bets.models import Assumption, Bet, EvidenceLink, Outcome, Tranche
from org.models import Domain

PARTS = tuple(rules.MOST_OF)
TRANCHE = ("amount", "purpose", "gate", "planned_on", "lasts_until")
VALUE = ("value_low", "value_likely", "value_high", "value_conversion")
Values = dict[str, Any]


def about_values(bet: Bet) -> Values:
    """One query."""
    return {
        "name": bet.name, "domain": bet.domain_id, "lead": bet.lead_id, "goal": bet.goal_id, "stage": bet.stage,
        "horizon": bet.horizon, "teams": sorted(team.pk for team in bet.teams.all()), "currency": bet.currency,
        "starts_on": bet.starts_on,
    }  # fmt: skip


def claim_values(bet: Bet) -> Values:
    """The parts of the version that stands. One query."""
    standing = bet.hypotheses.first()
    return {part: getattr(standing, part, "") for part in PARTS}


def assumption_values(one: Assumption) -> Values:
    return {"statement": one.statement, "importance": one.importance, "next_test": one.next_test}


def assumptions_values(bet: Bet) -> Values:
    """One query."""
    standing = bet.assumptions.filter(dropped_at=None)
    return {"rows": [{"number": one.number} | assumption_values(one) for one in standing]}


def premortem_values(bet: Bet) -> Values:
    return {"premortem": bet.premortem}


def tranche_values(one: Tranche) -> Values:
    return {name: getattr(one, name) for name in TRANCHE}


def money_values(bet: Bet) -> Values:
    """Two queries."""
    return {
        "rows": [{"number": one.sequence} | tranche_values(one) for one in bet.tranches.all()],
        "weeks": dict(bet.efforts.values_list("team", "weeks")),
    } | {name: getattr(bet, name) for name in VALUE}


def draft_values(bet: Bet) -> Values:
    """All that the API changes of a draft at once. Two queries, unless its teams and efforts were read with it."""
    weeks = {effort.team_id: effort.weeks for effort in bet.efforts.all()}
    worth = {name: getattr(bet, name) for name in VALUE}
    return about_values(bet) | premortem_values(bet) | {"weeks": weeks} | worth


def strengths_of(bet: Bet) -> dict[int, int]:
    """By assumption: its strongest standing support less its strongest standing opposition. One query."""
    links = EvidenceLink.objects.filter(assumption__bet=bet, evidence__successor=None)
    best: dict[tuple[int, bool], int] = defaultdict(int)
    for assumption, supports, strength in links.values_list("assumption", "supports", "evidence__strength"):
        best[assumption, supports] = max(best[assumption, supports], strength)
    return {assumption: best[assumption, True] - best[assumption, False] for assumption, _ in list(best)}


@dataclass(frozen=True)
class Assumed:
    """An assumption with the strength of what is known of it, -5 to 5."""

    assumption: Assumption
    strength: int

    @property
    def risk(self) -> int:
        return rules.risk(self.assumption.importance, self.strength)


def riskiest(bet: Bet) -> list[Assumed]:
    """Its standing assumptions, the riskiest first. Two queries."""
    strengths = strengths_of(bet)
    standing = [Assumed(one, strengths.get(one.pk, 0)) for one in bet.assumptions.filter(dropped_at=None)]
    return sorted(standing, key=lambda one: (-one.risk, one.assumption.number))


def ready_of(bet: Bet, learning: list[str] | None, today: date) -> rules.Ready:
    """What the bet has when somebody wants to take it live; six queries. `learning` is why what it is to learn does
    not do, or None when it is to learn nothing."""
    claim = bet.hypotheses.first()
    return rules.Ready(
        state=bet.state,
        claim=rules.Parts(*(getattr(claim, part) for part in PARTS)) if claim else None,
        decide_by=list(Outcome.objects.current().filter(bet=bet).values_list("decide_by", flat=True)),
        learning=learning,
        today=today,
        assumptions=bet.assumptions.filter(dropped_at=None).count(),
        premortem=bet.premortem,
        tranches=bet.tranches.count(),
        weeks=sum(bet.efforts.values_list("weeks", flat=True), Decimal()),
        has_value=bet.value_likely is not None,
    )


def next_key_of(domain: Domain) -> str:
    """The next free key in the manner of the domain's bets. Two queries."""
    latest = list(Bet.objects.filter(domain=domain).order_by("-pk").values_list("key", flat=True)[:50])
    prefix = rules.prefix_of(latest, domain.key)
    return rules.next_key(prefix, Bet.objects.filter(key__startswith=prefix).values_list("key", flat=True))


def wind_down_values(bet: Bet) -> dict[str, Any]:
    """What it would cost to wind a bet down."""
    return {"wind_down": bet.wind_down}
