"""One enterprise with everything a page can show, and the address of every page, for all that walks through them."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from bets.models import Bet, Evidence, EvidenceKind
from lib import clock
from metrics.models import Metric, Signal, Source
from org.models import Domain, Job, Person, Run
from portfolio.models import SavedView
from tests.bets.imported import imports_of
from tests.cast import OPERATIONS, RETAIL, make_product_operations, make_retail
from tests.factories import (
    AT,
    TODAY,
    AllowanceFactory,
    AssumptionFactory,
    BetFactory,
    CommentFactory,
    DecisionFactory,
    EffortFactory,
    EventFactory,
    EvidenceFactory,
    EvidenceFileFactory,
    EvidenceLinkFactory,
    FamilyRuleFactory,
    FlagFactory,
    ForecastFactory,
    GateResultFactory,
    GoalFactory,
    HypothesisFactory,
    JobFactory,
    LearningOutcomeFactory,
    MetricVersionFactory,
    NoticeFactory,
    OutcomeFactory,
    PullFactory,
    QuarantinedRowFactory,
    ReadingFactory,
    RealisedValueFactory,
    ReleaseFactory,
    ResolutionFactory,
    RunFactory,
    SegmentFactory,
    SeriesFactory,
    SignalFactory,
    SketchFactory,
    SourceFactory,
    TeamFactory,
    TemplateFactory,
    TokenFactory,
    TrancheFactory,
    VerdictFactory,
)
from tests.funding.asked import asked_of
from tests.funding.booked import brought_by, budgets_of
from tests.reviews.addresses import PAGES as REVIEWS
from tests.reviews.met import met_of
from tests.rows import Kept

FLAGS = {
    "cease": "cease",
    "pivot": "pivot",
    "persist": "scale",
    "measure": "stale",
    "inconclusive": "inconclusive",
    "contradiction": "cease",
    "none": "",
}
HEALTH = {"none": "broken", "measure": "stale", "pivot": "waiting"}


@dataclass(frozen=True)
class Address:
    """Where a page is; `{names}` stand for what the world made. `status` is what it answers."""

    url: str
    status: int = 200


PAGES = {
    "portfolio": Address("/"),
    "portfolio, tour and nothing found": Address("/?tour=1&show=flagged&group=goal&sort=-planned&horizon=7&q=123456"),
    "portfolio, board": Address("/?view=board"),
    "needing a decision": Address("/queue/"),
    "desk": Address("/desk/"),
    "desk, one list": Address("/desk/?all=due"),
    "comments": Address("/bets/B-cease/comments/"),
    "notices": Address("/notices/"),
    "being told": Address("/notices/settings/"),
    "picture": Address("/picture/"),
    "saved views": Address("/views/"),
    "saving a view": Address("/views/save/?group=goal"),
    "bet, flagged": Address("/bets/B-cease/"),
    "bet, contradiction": Address("/bets/B-contradiction/"),
    "bet, broken feed": Address("/bets/B-none/"),
    "bet, empty": Address("/bets/B-draft/"),
    "forecasting": Address("/bets/B-cease/forecasts/"),
    "marking a release": Address("/bets/B-cease/releases/new/"),
    "value": Address("/bets/B-cease/value/"),
    "own forecasts": Address("/forecasts/"),
    "promises": Address("/promises/"),
    "evidence log": Address("/bets/B-pivot/evidence/?state=unconfirmed"),
    "logging evidence": Address("/bets/B-pivot/evidence/new/"),
    "evidence, to be confirmed": Address("/bets/B-pivot/evidence/1/"),
    "assumption map": Address("/bets/B-pivot/assumptions/"),
    "stating a bet": Address("/bets/new/"),
    "draft": Address("/bets/B-stated/draft/"),
    "assumptions of a draft": Address("/bets/B-stated/draft/assumptions/"),
    "money of a draft": Address("/bets/B-stated/draft/money/"),
    "going live": Address("/bets/B-stated/draft/review/"),
    "hypothesis anew": Address("/bets/B-cease/hypothesis/"),
    "deciding": Address("/bets/B-cease/decide/"),
    "revising a tranche": Address("/bets/B-cease/tranches/1/revise/"),
    "picking a metric": Address("/bets/B-stated/outcomes/new/"),
    "changing an outcome": Address("/bets/B-stated/outcomes/1/change/"),
    "outcomes of a draft": Address("/bets/B-stated/draft/outcomes/"),
    "restating an outcome": Address("/bets/B-cease/outcomes/1/restate/"),
    "what was learnt": Address("/bets/B-none/learning/1/"),
    "second reading": Address("/bets/B-contradiction/second-reading/"),
    "evidence": Address("/evidence/"),
    "backtest": Address("/evidence/backtest/?e=2"),
    "imports": Address("/imports/"),
    "importing": Address("/imports/new/"),
    "import, checked": Address("/imports/{import_checked}/"),
    "import, taken over": Address("/imports/{import_done}/"),
    "run under way": Address("/runs/{under_way}/"),
    "run done": Address("/runs/{done}/"),
    "sources": Address("/sources/"),
    "source": Address("/sources/{source}/"),
    "metrics": Address("/metrics/"),
    "metric": Address("/metrics/{metric}/"),
    "changing a metric": Address("/metrics/{metric}/change/"),
    "standards": Address("/standards/"),
    "changing a template": Address("/standards/templates/offer/"),
    "requests": Address("/money/requests/"),
    "request": Address("/money/requests/{asked}/"),
    "approving": Address("/money/requests/{asked}/approve/"),
    "approving several": Address("/money/requests/approve/?request={asked}"),
    "money of a bet": Address("/bets/{paid}/money/"),
    "asking for money": Address("/bets/{paid}/tranches/1/release/"),
    "budgets": Address("/money/budgets/"),
    "budget": Address("/money/budgets/{budget}/"),
    "changing a budget": Address("/money/budgets/{budget}/change/"),
    "ending a year": Address("/money/budgets/{budget}/year-end/"),
    "funding map": Address("/money/map/"),
    "authority": Address("/money/authority/"),
    "guardrails": Address("/money/guardrails/"),
    "shadow mode": Address("/shadow/"),
    "adding a guardrail": Address("/money/guardrails/new/share/"),
    "capacity": Address("/money/capacity/"),
    "agreeing a value": Address("/bets/{paid}/value/agree/"),
    "ledgers": Address("/money/ledgers/"),
    "statement": Address("/money/ledgers/1000/?kind=spend"),
    "transfer": Address("/money/ledgers/1000/transfers/1/"),
    "fiscal period": Address("/money/ledgers/1000/periods/2026/"),
    "audit trail": Address("/money/audit/"),
    "files of money": Address("/money/files/"),
    "bringing a file": Address("/money/files/new/"),
    "file of budgets": Address("/money/files/{money_file}/"),
    "actuals": Address("/money/actuals/?state=all"),
    "reconciliation": Address("/money/reconciliations/{reconciled}/?all=1"),
    "decisions": Address("/decisions/?q=e&stands=against"),
    "decision": Address("/bets/B-cease/decisions/1/"),
    "looked at again": Address("/decisions/again/?of=all"),
    **{name: Address(url) for name, url in REVIEWS.items()},
    "typing a signal": Address("/series/{typed}/signals/new/"),
    "search": Address("/search/"),
    "search, found": Address("/search/?q=bet"),
    "search, nothing found": Address("/search/?q=123456"),
    "help": Address("/help/"),
    "person": Address("/people/{lead}/"),
    "tokens": Address("/tokens/"),
    "offline": Address("/offline/"),
    "password": Address("/accounts/password/change/"),
    "signing out": Address("/accounts/logout/"),
    "not there": Address("/nowhere/", 404),
    "not allowed": Address("/trouble/forbidden/", 403),
    "stale form": Address("/trouble/stale/", 403),
    "refused": Address("/trouble/refused/", 409),
    "broken": Address("/trouble/broken/", 500),
}
# The pages in walks of some: what begins and ends a test takes as long as looking at one of them.
WALKS = [list(PAGES)[start : start + 9] for start in range(0, len(PAGES), 9)]
BEFORE_THE_DOOR = ("/accounts/login/", "/accounts/password/reset/", "/accounts/signup/", "/accounts/inactive/")


def _bet(kind: str, run: Run, earlier: Run, domain: Domain) -> None:
    """One bet with everything a page can show of it."""
    late = kind == "pivot"
    bet = BetFactory(key=f"B-{kind}", name=f"A bet to {kind}", domain=domain, goal=GoalFactory(), is_sample=True)
    bet.teams.add(TeamFactory(domain=domain))
    for version in (1, 2):
        HypothesisFactory(bet=bet, version=version)
    for number, days in enumerate((-30, 40), 1):
        TrancheFactory(bet=bet, sequence=number, planned_on=clock.today() + dt.timedelta(days=days))
    series = SeriesFactory(source=SourceFactory(domain=domain))
    for day in range(1, 31):
        SignalFactory(series=series, period=TODAY - dt.timedelta(days=day), total=40 + day % 5)
    decide_by = clock.today() + dt.timedelta(days=-9 if late else 900)
    outcome = OutcomeFactory(bet=bet, number=1, series=series, decide_by=decide_by)
    health = HEALTH.get(kind, "healthy")
    bounds = {"lower": None, "upper": None, "estimate": None} if health == "broken" else {}
    for night in (earlier, run):
        ReadingFactory(
            outcome=outcome, run=night, health=health, health_note="It says why." if health else "", **bounds
        )
        VerdictFactory(bet=bet, run=night, kind=kind if night is run else "measure")
    if flag := FLAGS[kind]:
        evidence = {"log_e": None, "cut": None} if flag in ("stale", "inconclusive") else {}
        FlagFactory(bet=bet, outcome=outcome, run=run, kind=flag, act_by=TODAY + dt.timedelta(days=9), **evidence)
    EventFactory(subject_type="bets.bet", subject_id=bet.pk)


def _decided(bet: Bet, run: Run) -> None:
    """A bet whose line was moved, that has been decided on, and of whose flags one was withdrawn."""
    outcome = bet.outcomes.get()
    moved = OutcomeFactory(
        bet=bet,
        number=1,
        series=outcome.series,
        version=2,
        replaces=outcome,
        reason="The unit changed.",
        target=0.46,
    )
    SegmentFactory.create_batch(2, outcome=moved)
    ReadingFactory(
        outcome=moved, run=run, crude=0.42, chance=0.3, forecast_mean=0.44, settles=0.1, asked=4.0, evpi=900_000,
        answer_on=TODAY + dt.timedelta(days=99), phi_history=1.4, history_weeks=12, cease_since=TODAY,
    )  # fmt: skip
    Bet.objects.filter(pk=bet.pk).update(value_low=1, value_likely=90_000_000, value_high=90_000_000)
    DecisionFactory(bet=bet, number=1, run=run)
    withdrawn = {"cleared_on": TODAY, "cleared_how": "correction", "cleared_because": "The corrected data reach E = 2."}
    FlagFactory(bet=bet, outcome=outcome, run=run, kind="pivot", **withdrawn)
    FamilyRuleFactory(run=run)


def _resolved(bet: Bet, run: Run) -> None:
    """A bet whose outcome has resolved, with chances stated before, and a flag that was withdrawn this quarter."""
    outcome = bet.outcomes.get()
    Signal.objects.filter(series=outcome.series).update(total=60)
    ResolutionFactory(outcome=outcome)
    for weeks in (4, 8, 13):
        stated = {"as_of": TODAY - dt.timedelta(weeks=weeks), "chance": 0.7, "forecast_mean": 0.44, "forecast_sd": 0.01}
        ReadingFactory(outcome=outcome, run=RunFactory(kind="replay"), **stated)
    withdrawn = {"cleared_how": "correction", "cleared_because": "The corrected data reach E = 2."}
    FlagFactory(bet=bet, outcome=outcome, run=run, kind="pivot", cleared_on=clock.today(), **withdrawn)


def _talk(bet: Bet, person: Person) -> None:
    """A question to this person and its answer by somebody else, evidence to be confirmed, and what they were told."""
    asked = CommentFactory(bet=bet, asks=person, answer_by=clock.today() - dt.timedelta(days=2))
    CommentFactory(bet=bet, reply_to=asked).mentions.add(person)
    CommentFactory(bet=bet, written_by=person, asks=bet.lead, answer_by=clock.today())
    EvidenceFactory(bet=bet)
    NoticeFactory(person=person)
    NoticeFactory(person=person, read_at=AT)


def _found_out(bet: Bet) -> None:
    """Assumptions supported, opposed and untested; evidence to be confirmed, and some that is superseded."""
    tested, opposed, _untested = (
        AssumptionFactory(bet=bet, number=number, importance=6 - number) for number in (1, 2, 3)
    )
    reading = ReadingFactory(outcome=bet.outcomes.get())
    first = EvidenceFactory(bet=bet, number=1, reading=reading)
    EvidenceFileFactory(evidence=first)
    old = EvidenceFactory(bet=bet, number=2, remark="‹Twelve are few.›")
    newer = EvidenceFactory(bet=bet, number=3, strength=2, supersedes=old)
    EvidenceLinkFactory(evidence=first, assumption=tested)
    EvidenceLinkFactory(evidence=first, assumption=None, outcome=bet.outcomes.get())
    for evidence in (old, newer):
        EvidenceLinkFactory(evidence=evidence, assumption=opposed, supports=False)
    Evidence.objects.filter(pk=old.pk).update(confirmed_at=AT, confirmed_by=bet.lead)


def _stated(domain: Domain, reader: Person) -> None:
    """A draft with an outcome and with something to learn, and a bet of which this person reads what it has learnt."""
    bet = BetFactory(key="B-stated", domain=domain, state="draft", premortem="A strike.", value_conversion="1 = 2")
    team = EffortFactory(bet=bet).team
    bet.teams.add(team, EffortFactory(bet=bet, team__week_rate=2_000_000, team__rate_currency="CHF").team)
    AssumptionFactory(bet=bet, number=1)
    TrancheFactory(bet=bet, sequence=1)
    SketchFactory(bet=bet, person=reader, step="assumptions", typed={"statement-new1": ["x" * 400], "drop-1": ["on"]})
    soon = clock.today() + dt.timedelta(days=90)
    OutcomeFactory(bet=bet, number=1, series__source__domain=domain, decide_by=soon, starts_on=clock.today())
    LearningOutcomeFactory(bet=bet, number=1, reader=reader)
    LearningOutcomeFactory(bet=Bet.objects.get(key="B-none"), number=1, reader=reader)
    SeriesFactory(metric__metric_class="delivery", source__domain=domain)


def _standards() -> None:
    """A template, an allowance, and a retired kind below the strength of evidence that has it."""
    TemplateFactory(key="offer", assumptions=["‹They have it.›"], tranches=[["‹Talk to twenty›", "‹Ten name it›"]])
    AllowanceFactory()
    kind = EvidenceFactory(strength=4).kind
    EvidenceKind.objects.filter(pk=kind.pk).update(cap=1, is_active=False)


def _redefined(bet: Bet) -> Metric:
    """The metric of a bet's outcome, the definition of which was changed."""
    metric = bet.outcomes.first().series.metric
    MetricVersionFactory(metric=metric, definition={"counts": "‹Quotes.›", "cap": 9.5})
    Metric.objects.filter(pk=metric.pk).update(version=2, counts="Paid policies.", metric_class="delivery")
    return metric


def _foretold(by: Person) -> None:
    """What people foretold of a bet that is under way and of one that has resolved; gates, releases and value."""
    bet, resolved = Bet.objects.get(key="B-cease"), Bet.objects.get(key="B-persist").outcomes.get()
    outcome = bet.outcomes.get(version=2)
    for probability, days in ((0.4, 30), (0.625, 3)):
        ForecastFactory(outcome=outcome, person=by, probability=probability, stated_at=AT - dt.timedelta(days=days))
    ForecastFactory(outcome=outcome)
    ForecastFactory(outcome=None, tranche=bet.tranches.last())
    ForecastFactory(outcome=resolved, person=by, stated_at=AT - dt.timedelta(days=60))
    GateResultFactory(tranche=bet.tranches.first())
    ReleaseFactory.create_batch(2, bet=bet)
    RealisedValueFactory.create_batch(2, bet=bet)
    told = Bet.objects.filter(key__in=["B-measure", "B-none", "B-pivot"])
    told.update(value_low=1, value_likely=9_000_000, value_high=9_000_000, starts_on=TODAY - dt.timedelta(days=400))
    for one in told:
        RealisedValueFactory(bet=one)


def _source(domain: Domain) -> Source:
    source: Source = SourceFactory(domain=domain, kind="csv", is_sample=True, state="attention", message="It is gone.")
    PullFactory(source=source, rows_seen=12, rows_kept=10, rows_set_aside=2, signals_new=10)
    PullFactory(source=source, state="failed", message="The file is not there.")
    QuarantinedRowFactory.create_batch(2, source=source)
    SeriesFactory(source=source)
    return source


def _run_under_way(by: Person) -> Run:
    run: Run = RunFactory(state="open", finished_at=None, started_by=by)
    JobFactory(run=run, state=Job.State.DEAD, finished_at=AT, message="It fell over.")
    JobFactory(run=run, state=Job.State.DONE, finished_at=AT, message="12 read")
    JobFactory(run=run)
    return run


@pytest.fixture(scope="session")
def kept_world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Kept:
    with django_db_blocker.unblock():
        return Kept(_world, before=lambda: (make_retail(), make_product_operations()))


@pytest.fixture
def everything(kept_world: Kept, retail: Domain, product_operations: Person, settings: Any) -> dict[str, Any]:
    """Data of every kind; the names that stand in the addresses of PAGES. Seen whole by product operations."""
    settings.ROOT_URLCONF = "tests.trouble"
    return dict(kept_world.again())


def _world() -> dict[str, Any]:
    retail, product_operations = Domain.objects.get(pk=RETAIL), Person.objects.get(pk=OPERATIONS)
    earlier = RunFactory(as_of=TODAY - dt.timedelta(days=31), started_at=AT - dt.timedelta(days=31))
    done = RunFactory()
    for kind in FLAGS:
        _bet(kind, done, earlier, retail)
    _decided(Bet.objects.get(key="B-cease"), done)
    _resolved(Bet.objects.get(key="B-persist"), done)
    _found_out(Bet.objects.get(key="B-pivot"))
    _foretold(product_operations)
    unclear = Bet.objects.get(key="B-contradiction")
    reading = {"reader": product_operations, "read_by": TODAY + dt.timedelta(days=14)}
    FlagFactory(bet=unclear, outcome=unclear.outcomes.get(), run=done, kind="near_miss", **reading)
    reach = {"kind": "inconclusive", "log_e": None, "cut": None}
    FlagFactory(bet=unclear, outcome=unclear.outcomes.get(), run=done, **reach)
    lead = BetFactory(key="B-draft", domain=retail, state="draft").lead
    for name, shared in (("Flagged by goal", True), ("Mine", False)):
        SavedView.objects.create(
            owner=product_operations, name=name, query="show=flagged&group=goal", shared=shared, saved_at=AT
        )
    TokenFactory(user=product_operations)
    _talk(Bet.objects.get(key="B-cease"), product_operations)
    met_of(product_operations)
    typed = SeriesFactory(source=SourceFactory(domain=retail))
    _standards()
    _stated(retail, product_operations)
    return {
        "done": done.pk,
        "under_way": _run_under_way(product_operations).pk,
        **imports_of(product_operations, Bet.objects.get(key="B-draft")),
        "source": _source(retail).key,
        **asked_of(product_operations),  # before guardrails stop it
        "budget": budgets_of(retail, Bet.objects.get(key="B-cease")).pk,
        **brought_by(product_operations, retail),
        "typed": typed.pk,
        "metric": _redefined(Bet.objects.get(key="B-cease")).key,
        "lead": lead.pk,
    }
