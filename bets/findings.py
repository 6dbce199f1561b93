"""What has been found out of bets: their evidence, what it bears on, and where their assumptions stand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import Max, Prefetch, Q

from bets.models import Assumption, Bet, BetQuerySet, Evidence, EvidenceLink, EvidenceQuerySet, Outcome, Reading
from bets.rules import NIGHTS
from bets.rules_draft import risk
from org.models import Run


class Bears(NamedTuple):
    """What evidence bears on: `kind` is assumption, outcome or learning, `pk` that of the version that stands."""

    kind: str
    pk: int


def unconfirmed(bets: BetQuerySet) -> EvidenceQuerySet:
    """Evidence on these bets whose strength nobody has confirmed yet, longest waiting first. One query."""
    found = Evidence.objects.filter(bet__in=bets, confirmed_at=None, successor=None)
    return found.select_related("bet__domain", "kind", "logged_by").order_by("logged_at", "pk")


def freshest(bets: BetQuerySet) -> dict[Bears, date]:
    """When the latest standing evidence on each thing was found; what has none is left out. Two queries.

    An outcome that was restated keeps the evidence of its versions before.
    """
    standing = EvidenceLink.objects.filter(evidence__bet__in=bets, evidence__successor=None).order_by()
    columns = ("assumption", "learning", "outcome__bet", "outcome__number")
    stands = Outcome.objects.current().filter(bet__in=bets).order_by()
    current = {(bet, number): pk for pk, bet, number in stands.values_list("pk", "bet", "number")}
    found = standing.values_list(*columns).annotate(latest=Max("evidence__happened_on"))
    return {
        _bears(assumption, learning, current.get((bet, number))): latest
        for assumption, learning, bet, number, latest in found
        if assumption or learning or (bet, number) in current
    }


def _bears(assumption: int | None, learning: int | None, outcome: int | None) -> Bears:
    if assumption:
        return Bears("assumption", assumption)
    return Bears("learning", learning) if learning else Bears("outcome", outcome or 0)


LINKS = EvidenceLink.objects.select_related("assumption", "outcome__series__metric", "learning")


def evidence_of(bet: Bet) -> EvidenceQuerySet:
    """The evidence of a bet with all that its entries show, newest first. Three queries when it is read."""
    found = Evidence.objects.filter(bet=bet).order_by("-number")
    people = ("kind", "logged_by", "confirmed_by", "successor", "supersedes", "reading__outcome__series__metric")
    return found.select_related("bet", *people).prefetch_related(Prefetch("links", queryset=LINKS), "files")


def filtered(evidence: EvidenceQuerySet, asked: "AskedOfLog") -> EvidenceQuerySet:
    """The entries that somebody asked for."""
    if asked.kind:
        evidence = evidence.filter(kind__key=asked.kind)
    if asked.strength:
        evidence = evidence.filter(strength__gte=int(asked.strength))
    if asked.state:
        evidence = evidence.filter(STATES[asked.state])
    if asked.about:
        kind, number = asked.about.split("-")
        evidence = evidence.filter(**{f"links__{kind}__number": int(number)})
    return evidence


@dataclass(frozen=True)
class AskedOfLog:
    """What the list of a bet's evidence is narrowed to; empty: everything."""

    kind: str = ""
    strength: str = ""
    state: str = ""
    about: str = ""


STATES = {
    "confirmed": Q(confirmed_at__isnull=False, successor=None),
    "unconfirmed": Q(confirmed_at=None, successor=None),
    "superseded": Q(successor__isnull=False),
}


def snapshots_of(bet: Bet) -> list[Reading]:
    """The latest reading of each outcome of a bet, to be attached to evidence. One query."""
    nights = Q(run__kind__in=NIGHTS, run__state=Run.State.DONE)
    found = Reading.objects.filter(nights, outcome__bet=bet, outcome__successor=None)
    latest = found.order_by("outcome_id", "-as_of", "-run_id").distinct("outcome_id")
    return list(latest.select_related("outcome__series__metric", "outcome__bet"))


@dataclass(frozen=True)
class Tested:
    """An assumption with the standing evidence for and against it, each side by itself."""

    assumption: Assumption
    links: list[EvidenceLink]

    @property
    def supports(self) -> int:
        return max((link.evidence.strength for link in self.links if link.supports), default=0)

    @property
    def opposes(self) -> int:
        return max((link.evidence.strength for link in self.links if not link.supports), default=0)

    @property
    def is_opposed(self) -> bool:
        """Does what speaks against it weigh as much as what speaks for it?"""
        return self.opposes > 0 and self.opposes >= self.supports

    @property
    def is_unconfirmed(self) -> bool:
        """Does its place rest on evidence that nobody has confirmed?"""
        telling = [link for link in self.links if link.evidence.strength == self._telling(link)]
        return any(link.evidence.confirmed_at is None for link in telling if link.evidence.strength)

    def _telling(self, link: EvidenceLink) -> int:
        return self.supports if link.supports else self.opposes

    @property
    def pieces(self) -> int:
        return len(self.links)

    @property
    def latest(self) -> date | None:
        return max((link.evidence.happened_on for link in self.links), default=None)

    @property
    def risk(self) -> int:
        return risk(self.assumption.importance, self.supports - self.opposes)


def tested(assumptions: Iterable[Assumption], links: Iterable[EvidenceLink]) -> list[Tested]:
    """Assumptions with those of the standing links that bear on them, the riskiest first. No query."""
    held: dict[int | None, list[EvidenceLink]] = {}
    for link in links:
        held.setdefault(link.assumption_id, []).append(link)
    each = [Tested(one, held.get(one.pk, [])) for one in assumptions]
    return sorted(each, key=lambda one: (-one.risk, -one.assumption.importance, one.assumption.number))


def standing_links(bet: Bet) -> list[EvidenceLink]:
    """What the standing evidence of a bet bears on, latest finding first. One query."""
    found = EvidenceLink.objects.filter(evidence__bet=bet, evidence__successor=None)
    ordered = found.order_by("-evidence__happened_on", "-evidence__number", "pk")
    return list(ordered.select_related("evidence__kind", "outcome"))


def assumptions_of(bet: Bet) -> list[Tested]:
    """The assumptions of a bet that stand, the riskiest first. Two queries."""
    return tested(bet.assumptions.filter(dropped_at=None), standing_links(bet))
