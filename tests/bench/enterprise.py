"""An enterprise of any size for the bench of the pages: bets with readings, verdicts and flags, and one measured."""

import datetime as dt
import random

from bets.models import Bet, Flag, Goal, Hypothesis, Outcome, Reading, Tranche, Verdict
from lib import clock
from metrics.actions import write_signals
from metrics.models import Metric, Series, Source
from org.models import Domain, Person, Role, RoleGrant, Run, Team

DAYS, OUTCOMES = 365, 4
DOMAINS = ("Direct sales", "Claims", "Service", "Ventures", "Partners", "Platform")
NAMES = ("Faster motor claims", "Quotes in one page", "Chat before the call", "Renewal by text", "Fraud caught earlier")
KINDS = ("cease", "pivot", "persist", "measure", "measure", "measure", "contradiction", "none")
FLAGS = {"cease": "cease", "pivot": "pivot", "persist": "scale", "none": "stale"}
SENTENCE = "Conversion of quotes: between 38.2 % and 44.1 %; the kill line is 40 % and the target 45 %."


class Enterprise:
    """Grows to a number of bets; the same bets at each size, so that sizes can be compared."""

    def __init__(self) -> None:
        self.chance = random.Random(7)
        self.today, self.at = clock.today(), clock.now()
        self.domains = [Domain.objects.create(key=f"d-{n}", name=name) for n, name in enumerate(DOMAINS)]
        self.goals = [self._goal(n) for n in range(6)]
        self.teams = [
            Team.objects.create(domain=self.domains[n % 6], key=f"t-{n}", name=f"Team {n}") for n in range(12)
        ]
        self.leads = [Person.objects.create(email=f"lead{n}@example.org", name=f"Lead Number {n}") for n in range(40)]
        self.executive = Person.objects.create(email="executive@example.org", name="Eva Executive")
        RoleGrant.objects.create(person=self.executive, role=Role.EXECUTIVE)
        self.source = Source.objects.create(key="bench", name="Bench", kind="typed", domain=self.domains[0])
        self.metric = Metric.objects.create(key="bench", name="Conversion of quotes", kind="proportion")
        self.nights = [self._night(days) for days in (35, 0)]

    def _goal(self, number: int) -> Goal:
        due = self.today + dt.timedelta(days=365)
        return Goal.objects.create(key=f"g-{number}", name=f"What we want, {number}", measure="90 %", due_on=due)

    def _night(self, days: int) -> Run:
        at = self.at - dt.timedelta(days=days)
        day = self.today - dt.timedelta(days=days)
        return Run.objects.create(
            kind="night", key=f"night {days}", as_of=day, state="done", started_at=at, finished_at=at
        )

    def grow(self, count: int) -> None:
        """Adds bets until there are `count`."""
        for number in range(Bet.objects.count(), count):
            self._add_bet(number)

    def _add_bet(self, number: int) -> None:
        bet = self._bet(number)
        outcomes = [self._outcome(bet, n) for n in range(1, 1 + number % 3)]
        Tranche.objects.bulk_create(self._tranche(bet, n) for n in range(1, 4))
        if not outcomes:
            return
        kind = KINDS[number % len(KINDS)]
        for run in self.nights:
            Reading.objects.bulk_create(self._reading(outcome, run, kind) for outcome in outcomes)
            self._verdict(bet, run, kind if run is self.nights[-1] else "measure")
        if (flag := FLAGS.get(kind)) and number % 2:
            self._flag(outcomes[0], flag)

    def _bet(self, number: int) -> Bet:
        bet = Bet.objects.create(
            key=f"X-{number:04}", name=f"{NAMES[number % 5]} {number}", domain=self.domains[number % 6],
            goal=self.goals[number % 6], lead=self.leads[number % 40], state="live", horizon=number % 3 + 1,
            stage=("discovery", "validation", "acceleration")[number % 3],
            starts_on=self.today - dt.timedelta(days=200),
        )  # fmt: skip
        bet.teams.add(self.teams[number % 12])
        return bet

    def _outcome(self, bet: Bet, number: int) -> Outcome:
        series = Series.objects.create(metric=self.metric, source=self.source, key=f"{bet.key} {number}")
        due = self.today + dt.timedelta(days=self.chance.randint(-30, 200))
        return Outcome.objects.create(
            bet=bet, number=number, series=series, target=0.45, kill_line=0.40, decide_by=due,
            starts_on=self.today - dt.timedelta(days=DAYS + 10), planned_exposures=100_000.0,
        )  # fmt: skip

    def _tranche(self, bet: Bet, number: int) -> Tranche:
        planned = self.today + dt.timedelta(days=90 * (number - 2) + 5)
        amount = self.chance.randint(10, 200) * 1_000_000
        return Tranche(
            bet=bet, sequence=number, amount=amount, purpose="Build", gate="Above the kill line", planned_on=planned
        )

    def _reading(self, outcome: Outcome, run: Run, kind: str) -> Reading:
        middle, half = self.chance.uniform(0.37, 0.47), self.chance.uniform(0.005, 0.03)
        known = kind != "none"
        bounds = {"estimate": middle, "lower": middle - half, "upper": middle + half} if known else {}
        return Reading(
            outcome=outcome, run=run, as_of=run.as_of, engine="1", snapshot="0" * 64, log_e_cease=0.5, log_e_miss=0.4,
            last_period=run.as_of - dt.timedelta(days=1), log_e_scale=-1.0, log_e_alive=-2.0, exposures=12_000.0,
            phi=1.2, nu=20.0, autocorrelation=0.1, blocks=17, grade="B",
            health="healthy" if known else "broken", **bounds,
        )  # fmt: skip

    def _verdict(self, bet: Bet, run: Run, kind: str) -> None:
        Verdict.objects.create(
            bet=bet, run=run, as_of=run.as_of, kind=kind, sentence=SENTENCE, log_e_cease=3.5, log_e_miss=0.4,
            log_e_scale=-1.0,
        )  # fmt: skip

    def _flag(self, outcome: Outcome, kind: str) -> None:
        evidence = {} if kind == "stale" else {"log_e": 6.0, "cut": 5.0}
        raised = self.today - dt.timedelta(days=self.chance.randint(1, 60))
        Flag.objects.create(
            bet=outcome.bet, outcome=outcome, kind=kind, run=self.nights[-1], raised_on=raised, cycle="2026-Q1",
            sentence=SENTENCE, **evidence,
        )  # fmt: skip

    def add_measured_bet(self) -> Bet:
        """A bet with four outcomes and a year of signals each."""
        bet = self._bet(9_999)
        Hypothesis.objects.create(
            bet=bet, version=1, change="a one-page form", whom="motor customers", result="more claims settled in a day",
            reason="most give up on page three", written_at=self.at, written_by=bet.lead,
        )  # fmt: skip
        Tranche.objects.bulk_create(self._tranche(bet, n) for n in range(1, 4))
        outcomes = [self._outcome(bet, n) for n in range(1, OUTCOMES + 1)]
        for run in self.nights:
            Reading.objects.bulk_create(self._reading(outcome, run, "pivot") for outcome in outcomes)
            self._verdict(bet, run, "pivot")
        self._flag(outcomes[0], "pivot")
        for outcome in outcomes:
            days = [self.today - dt.timedelta(days=day) for day in range(DAYS, 0, -1)]
            counted = [(day, float(sum(self.chance.random() < 0.42 for _ in range(200)))) for day in days]
            write_signals([(outcome.series_id, "treatment", day, 200, y, None) for day, y in counted], at=self.at)
        return bet
