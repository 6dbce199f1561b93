"""What the page of a bet tells of its evidence: the riskiest assumption, and the latest findings for and against."""

from collections.abc import Callable
from dataclasses import dataclass

from bets.finding_words import ByRisk
from bets.findings import standing_links, tested
from bets.models import Bet, Evidence, EvidenceLink
from bets.rules_findings import logger_refusals
from org.rules import Powers

LATEST = 3


@dataclass(frozen=True)
class Side:
    """The findings for something, or those against it; latest first."""

    evidence: list[Evidence]

    @property
    def latest(self) -> list[Evidence]:
        return self.evidence[:LATEST]

    @property
    def count(self) -> int:
        return len(self.evidence)


@dataclass(frozen=True)
class AboutOutcome:
    """How much evidence bears on one outcome, whatever its version."""

    number: int
    supports: int
    opposes: int


@dataclass(frozen=True)
class BetFindings(ByRisk):
    supports: Side
    opposes: Side
    about: list[AboutOutcome]
    may_log: bool

    @property
    def count(self) -> int:
        return len({one.pk for one in (*self.supports.evidence, *self.opposes.evidence)})

    @property
    def unconfirmed(self) -> int:
        both = (*self.supports.evidence, *self.opposes.evidence)
        return len({one.pk for one in both if one.confirmed_at is None})

    @property
    def is_shown(self) -> bool:
        return bool(self.count or self.tests or self.may_log)


def findings_of(bet: Bet, powers: Powers) -> BetFindings:
    """Two queries, however much evidence there is."""
    links = standing_links(bet)
    return BetFindings(
        tests=tested(bet.assumptions.filter(dropped_at=None), links),
        supports=_side(links, lambda link: link.supports),
        opposes=_side(links, lambda link: not link.supports),
        about=_about(links),
        may_log=not list(logger_refusals(powers, bet)),
    )


def _side(links: list[EvidenceLink], is_of: Callable[[EvidenceLink], bool]) -> Side:
    """Each piece of evidence once, however much it bears on."""
    return Side(list({link.evidence_id: link.evidence for link in links if is_of(link)}.values()))


def _about(links: list[EvidenceLink]) -> list[AboutOutcome]:
    found: dict[int, list[bool]] = {}
    for link in links:
        if link.outcome is not None:
            found.setdefault(link.outcome.number, []).append(link.supports)
    return [AboutOutcome(number, sum(said), len(said) - sum(said)) for number, said in sorted(found.items())]
