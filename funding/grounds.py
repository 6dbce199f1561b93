"""What money of a bet rests on, as it stands: outcomes with their readings, evidence, flags, verdict and decision.

Read once, in a constant number of queries, for the gates of its tranches and for the evidence pack of a request.
"""

from dataclasses import dataclass

from bets.models import Bet, Decision, Evidence, Flag, Hypothesis, Outcome, Reading, Verdict
from bets.rules import NIGHTS
from bets.words import value
from org.models import Run


@dataclass(frozen=True)
class Grounds:
    """`readings` by the number of their outcome, those of the latest night; `links` of standing confirmed support."""

    bet: Bet
    hypothesis: Hypothesis | None
    outcomes: list[Outcome]
    readings: dict[int, Reading]
    evidence: list[Evidence]
    flags: list[Flag]
    verdict: Verdict | None
    decision: Decision | None

    def strength(self, outcome: Outcome | None) -> int:
        """The strongest confirmed evidence that supports an outcome, whatever its version; or anything, when None."""
        number = outcome.number if outcome else None
        confirmed = (entry for entry in self.evidence if entry.is_confirmed and _supports(entry, number))
        return max((entry.strength for entry in confirmed), default=0)

    def current(self, outcome: Outcome) -> Outcome:
        """The version of an outcome that stands now."""
        return next((one for one in self.outcomes if one.number == outcome.number), outcome)


def grounds_of(bet: Bet) -> Grounds:
    """Nine queries, however much there is."""
    outcomes = list(Outcome.objects.current().filter(bet=bet).select_related("series__metric").order_by("number"))
    return Grounds(
        bet,
        bet.hypotheses.order_by("-version").first(),
        outcomes,
        _readings(outcomes),
        list(_evidence(bet)),
        list(bet.flags.filter(cleared_on=None).order_by("pk")),
        Verdict.objects.filter(bet=bet, run__kind__in=NIGHTS, run__state=Run.State.DONE)
        .order_by("-as_of", "-run_id")
        .first(),
        bet.decisions.select_related("decided_by").order_by("-number").first(),
    )


def _supports(entry: Evidence, number: int | None) -> bool:
    supported = [link.outcome for link in entry.links.all() if link.supports]
    return bool(supported) if number is None else any(one is not None and one.number == number for one in supported)


def _readings(outcomes: list[Outcome]) -> dict[int, Reading]:
    found = Reading.objects.filter(outcome__in=outcomes, run__kind__in=NIGHTS, run__state=Run.State.DONE)
    latest = {one.outcome_id: one for one in found.order_by("outcome_id", "-as_of", "-run_id").distinct("outcome_id")}
    return {one.number: latest[one.pk] for one in outcomes if one.pk in latest}


def _evidence(bet: Bet) -> list[Evidence]:
    found = Evidence.objects.filter(bet=bet, successor=None).select_related("kind").order_by("number")
    return list(found.prefetch_related("links__outcome"))


def figure(outcome: Outcome, number: float) -> str:
    """A number of an outcome as people say it."""
    metric = outcome.series.metric
    return value(number, metric.kind, metric.unit, outcome.contrast)
