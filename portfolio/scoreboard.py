"""The scoreboard of decisions: how long they took, whether money followed the evidence, what waiting cost, what ceasing
freed, how well people and the rule foretold, and which decisions against the evidence were right."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from bets.models import Decision, LearningReview, Rescoring
from lib.periods import quarter_of
from metrics.evidence.scores import FEW
from portfolio.following import Credit, credits_of
from portfolio.rules_scoreboard import (
    AGAINST,
    BASES,
    FOLLOWED,
    Spread,
    Taken,
    added,
    by_quarter,
    days_early,
    spent_between,
    spreads,
)
from portfolio.scoreboard_calibration import Calibration, RuleRecord, calibration_of, rule_record_of
from portfolio.scoreboard_filters import AskedScores, Scope
from portfolio.scoreboard_reads import (
    Capital,
    Made,
    Moved,
    Waited,
    capital_of,
    cease_flags_of,
    flagged_of,
    last_days_of,
    learning_of,
    made_of,
    moved_of,
    spends_of,
)

Sums = dict[str, int]  # by currency, minor units


@dataclass(frozen=True)
class Timed:
    """A decision with its days; `flag` is the kind of the flag that it answered, if any."""

    made: Made
    taken: Taken
    flag: str


@dataclass(frozen=True)
class Latency:
    """`cases` are all decisions that were found, `steps` the days over those of which they are known."""

    cases: list[Timed]
    steps: dict[str, Spread]
    quarters: dict[str, dict[str, Spread]]

    @property
    def flagged(self) -> int:
        return sum(bool(one.flag) for one in self.cases)


@dataclass(frozen=True)
class Bases:
    """Money that moved, by what it rested on, in one currency; `counts` are transfers."""

    currency: str
    amounts: Sums = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def all(self) -> int:
        return sum(self.amounts.values())

    @property
    def count(self) -> int:
        return sum(self.counts.values())

    @property
    def on_evidence(self) -> int:
        return self.amounts.get(FOLLOWED, 0)

    @property
    def against(self) -> int:
        return self.amounts.get(AGAINST, 0)

    @property
    def share(self) -> float | None:
        """Of the money that followed the evidence; None where so few transfers would make it chance."""
        return self.on_evidence / self.all if self.count >= FEW else None

    @property
    def in_order(self) -> list[int | None]:
        """The money of each basis there is, None where none rested on it."""
        return [self.amounts.get(basis) for basis in BASES]

    @property
    def parts(self) -> list[tuple[str, int]]:
        """Each basis with its money."""
        return [(basis, self.amounts[basis]) for basis in BASES if basis in self.amounts]


def bases_of(rows: Iterable[Capital], currency: str) -> Bases:
    amounts: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for row in rows:
        amounts[row.basis] += row.amount
        counts[row.basis] += row.transfers
    return Bases(currency, dict(amounts), dict(counts))


@dataclass(frozen=True)
class Freed:
    """What a cease returned, and how many days before the last day to decide."""

    made: Made
    amounts: Sums
    last_day: date | None

    @property
    def early(self) -> int:
        return days_early(self.made.day, self.last_day)


@dataclass(frozen=True)
class Late:
    """A flag to cease with what was spent until it was decided on, or until today."""

    flag: Waited
    amounts: Sums
    days: int


@dataclass(frozen=True)
class Overrides:
    """Decisions against the evidence that somebody looks at again."""

    due: list[Made]
    later: list[Made]
    unread: list[Made]

    def found(self, finding: str) -> int:
        return sum(one.finding == finding for one in self.due)

    @property
    def findings(self) -> list[tuple[str, str, int]]:
        """Each finding with its words and how often."""
        return [(key, str(words), self.found(key)) for key, words in Rescoring.Finding.choices]

    @property
    def scored(self) -> int:
        return sum(bool(one.finding) for one in self.due)


@dataclass(frozen=True)
class Credited:
    """A bet that was ceased well: whom it is credited to, what is free again, and the lesson, once it was held."""

    review: LearningReview
    credit: Credit | None


@dataclass(frozen=True)
class Scoreboard:
    """Everything is read at first use, so that the list behind one number reads what that number is made of."""

    asked: AskedScores
    scope: Scope

    @cached_property
    def made(self) -> list[Made]:
        return made_of(self.scope.decisions)

    @cached_property
    def moved(self) -> dict[int, list[Moved]]:
        return moved_of(self.scope.decisions, self.scope.bets_with_money) if self.scope.sees_money else {}

    @cached_property
    def latency(self) -> Latency:
        flags = flagged_of(self.scope.decisions)
        cases = [self._timed(one, flags) for one in self.made]
        taken = [one.taken for one in cases]
        return Latency(cases, spreads(taken), by_quarter(taken))

    def _timed(self, made: Made, flags: dict[int, tuple[str, date | None, date]]) -> Timed:
        kind, evidence, raised = flags.get(made.pk, ("", None, None))
        moved = min((one.first for one in self.moved.get(made.pk, ())), default=None)
        return Timed(made, Taken(evidence, raised, made.day, moved), kind)

    @cached_property
    def reversals(self) -> list[Made]:
        """Decisions that reverse an earlier one."""
        return [one for one in self.made if one.reverses_kind]

    @cached_property
    def _capital(self) -> dict[str, list[Capital]]:
        found: dict[str, list[Capital]] = defaultdict(list)
        for row in capital_of(self.scope) if self.scope.sees_money else ():
            found[row.currency].append(row)
        return found

    @cached_property
    def capital(self) -> list[Bases]:
        """One per currency, the one with most transfers first."""
        return sorted((bases_of(rows, code) for code, rows in self._capital.items()), key=_most_first)

    def capital_by_quarter(self, currency: str) -> list[tuple[str, Bases]]:
        grouped: dict[str, list[Capital]] = defaultdict(list)
        for row in self._capital.get(currency, ()):
            grouped[quarter_of(row.quarter)].append(row)
        return [(quarter, bases_of(grouped[quarter], currency)) for quarter in sorted(grouped)]

    @cached_property
    def ceased(self) -> list[Freed]:
        """Ceases that stand, with what they have returned; those of bets whose money is not seen are left out."""
        made = [one for one in self.made if one.kind == Decision.Kind.CEASE and one.reversed_by is None]
        last = last_days_of(one.bet for one in made)
        return [Freed(one, self._returned(one.pk), last.get(one.bet)) for one in made if one.pk in self.moved]

    @property
    def freed(self) -> list[Freed]:
        """Those of them that were early and returned money."""
        return [one for one in self.ceased if one.early and one.amounts]

    @cached_property
    def freed_sums(self) -> Sums:
        return added(pair for one in self.freed for pair in one.amounts.items())

    def _returned(self, decision: int) -> Sums:
        return added((one.currency, one.amount) for one in self.moved.get(decision, ()) if one.kind == "return")

    @cached_property
    def late(self) -> list[Late]:
        """Flags to cease after which money was spent."""
        if not self.scope.sees_money:
            return []
        flags = cease_flags_of(self.scope)
        spends = spends_of({one.bet for one in flags}, self.scope)
        found = [self._late(one, spends.get(one.bet, {})) for one in flags]
        return [one for one in found if one.amounts]

    def _late(self, flag: Waited, spends: dict[str, list[tuple[date, int]]]) -> Late:
        sums = {code: spent_between(rows, flag.raised, flag.decided) for code, rows in spends.items()}
        days = ((flag.decided or self.scope.today) - flag.raised).days
        return Late(flag, {code: amount for code, amount in sums.items() if amount}, days)

    @cached_property
    def late_sums(self) -> Sums:
        return added(pair for one in self.late for pair in one.amounts.items())

    @property
    def late_open(self) -> int:
        return sum(one.flag.decided is None for one in self.late)

    @cached_property
    def rule(self) -> RuleRecord:
        return rule_record_of(self.scope)

    @cached_property
    def calibration(self) -> Calibration:
        return calibration_of(self.scope)

    @cached_property
    def overrides(self) -> Overrides:
        against = [one for one in self.made if one.basis == AGAINST]
        due = [one for one in against if one.rescore_on and one.rescore_on <= self.scope.today]
        later = [one for one in against if one.rescore_on and one.rescore_on > self.scope.today]
        return Overrides(due, later, [one for one in against if not one.rescore_on])

    @cached_property
    def credited(self) -> list[Credited]:
        """Bets that were ceased, each with whom it is credited to."""
        found = learning_of(self.scope.decisions)
        free = credits_of([one.decision for one in found], self.scope.powers)
        return [Credited(one, free.get(one.decision_id)) for one in found]

    @property
    def is_sample(self) -> bool:
        return any(one.is_sample for one in self.made)


def _most_first(one: Bases) -> tuple[int, str]:
    return -one.count, one.currency
