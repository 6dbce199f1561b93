"""What waits for one person: querysets for the desk, which shows them, and for the frame, which only counts them.

Each is one query. “Mine” are the live and held bets that the person leads.
"""

from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, DateField, Exists, F, IntegerField, Max, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Greatest

from bets.models import (
    Assumption,
    Bet,
    BetQuerySet,
    Comment,
    Decision,
    Evidence,
    EvidenceLink,
    Flag,
    Forecast,
    Import,
    LearningOutcome,
    LearningReview,
    NextHypothesis,
    Outcome,
    Reading,
    Sketch,
    Tranche,
)
from bets.rules import BROKEN, STALE
from bets.rules_after import EARLY
from funding.models import Enforcement, FundingRequest
from funding.turns import my_turn
from org.models import Notice, Person, Run
from org.rules import ACTS, Powers
from portfolio.night import ACTIVE
from portfolio.queue import asking, due

SOON = timedelta(days=14)
FRESH = timedelta(days=28)
REFUSED = (FundingRequest.State.REJECTED, FundingRequest.State.VOIDED, FundingRequest.State.EXPIRED)


def counted(found: QuerySet[Any]) -> Combinable:
    """How many there are, as a part of another query."""
    one = found.order_by().annotate(one_=Value(1)).values("one_").annotate(n_=Count("pk")).values("n_")
    return Coalesce(Subquery(one, output_field=IntegerField()), 0)


def within(powers: Powers, act: str, field: str = "bet__domain") -> Q:
    """What lies in the domains in which these powers allow `act`."""
    domains = powers.domains(ACTS[act])
    return Q() if domains is None else Q(**{f"{field}__in": domains})


def to_decide(person: Person, today: date) -> BetQuerySet:
    """My bets whose decide-by date has passed or is near, with `due`."""
    asked = asking(today).filter(bet=OuterRef("pk")).values("bet").annotate(day=Min("decide_by")).values("day")
    mine = Bet.objects.filter(lead=person, state__in=ACTIVE)
    return mine.annotate(due=Subquery(asked)).exclude(due=None).order_by("due", "key")


def gates_near(today: date) -> QuerySet[Tranche]:
    """Of each live or held bet the latest gate that is near or past, if nobody has said whether it was met."""
    near = today + SOON
    later = Tranche.objects.filter(bet=OuterRef("bet"), sequence__gt=OuterRef("sequence"), planned_on__lte=near)
    found = Tranche.objects.filter(~Exists(later), planned_on__lte=near, gate_result=None, bet__state__in=ACTIVE)
    return found.select_related("bet").order_by("planned_on", "pk")


def my_gates(person: Person, today: date) -> QuerySet[Tranche]:
    return gates_near(today).filter(bet__lead=person)


def gates_to_say(person: Person, powers: Powers, today: date) -> QuerySet[Tranche]:
    """Gates of bets that others lead, for those who may say whether they were met."""
    return gates_near(today).filter(within(powers, "say_gate")).exclude(bet__lead=person)


def learning_due(person: Person, today: date) -> QuerySet[LearningOutcome]:
    """What is to be learnt soon, or should have been, for the lead and for the reader."""
    mine = Q(bet__lead=person) | Q(reader=person)
    open_ = LearningOutcome.objects.filter(mine, finding="", due_on__lte=today + SOON, bet__state__in=ACTIVE)
    return open_.select_related("bet").order_by("due_on", "pk")


def learning_reviews(person: Person, powers: Powers, today: date) -> QuerySet[LearningReview]:
    """Of ceased bets that the person led or leads, and for product operations of all of their domains: those that are
    due within a week, or were."""
    mine, waits = Q(credited=person) | Q(decision__bet__lead=person), Q(held_at=None)
    if powers.may("confirm_evidence"):
        mine |= waits & within(powers, "confirm_evidence", "decision__bet__domain")
    due = LearningReview.objects.filter(mine, waits, decision__reversal=None, due_on__lte=today + EARLY)
    return due.select_related("decision__bet", "credited").order_by("due_on", "pk")


def hypotheses_asked_for(person: Person) -> QuerySet[NextHypothesis]:
    """Of my bets that were decided to pivot: the version that I have not written yet."""
    asked = NextHypothesis.objects.filter(bet__lead=person, bet__state=Bet.State.HELD, written=None)
    return asked.select_related("bet").order_by("due_on", "pk")


def to_score(person: Person, powers: Powers, today: date) -> QuerySet[Decision]:
    """Decisions that the person was named to look at again, on bets that they still see, once their day has come."""
    waiting = Decision.objects.filter(second_reader=person, rescoring=None, rescore_on__lte=today)
    seen = waiting.filter(bet__in=Bet.objects.visible_to(powers).order_by().values("pk"))
    return seen.exclude(bet__lead=person).select_related("bet").order_by("rescore_on", "pk")


def near_misses(person: Person, powers: Powers) -> QuerySet[Flag]:
    """Those that the person was named to read, and those for which nobody was, where that is theirs to do."""
    nobody = Q(reader=None) & within(powers, "read_near_miss") & ~Q(bet__lead=person)
    mine = Q(reader=person) | nobody if powers.may("read_near_miss") else Q(reader=person)
    found = Flag.objects.filter(mine, kind=Flag.Kind.NEAR_MISS, cleared_on=None, second_reading=None)
    return found.select_related("bet").order_by("read_by", "pk")


def _unanswered(by: Combinable) -> QuerySet[Comment]:
    answered = Comment.objects.filter(reply_to=OuterRef("pk"), written_by=by)
    return Comment.objects.filter(~Exists(answered)).order_by("answer_by", "pk")


def questions_to(person: Person, powers: Powers) -> QuerySet[Comment]:
    """What others asked the person by a day, until they reply."""
    seen = Bet.objects.visible_to(powers)
    asked = _unanswered(OuterRef("asks")).filter(asks=person, bet__in=seen)
    return asked.select_related("bet", "written_by")


def questions_of(person: Person) -> QuerySet[Comment]:
    """What the person asked others, until they reply."""
    asked = _unanswered(OuterRef("asks")).filter(written_by=person, asks__isnull=False)
    return asked.select_related("bet", "asks")


def outcomes_without_news(person: Person, night: Run | None, today: date) -> QuerySet[Outcome]:
    """Outcomes of mine whose feed is late or broken, or of which neither signals nor logged evidence say anything of
    the last four weeks; with `freshest` and `health`. What began less than four weeks ago has time."""
    links = EvidenceLink.objects.filter(
        outcome__bet=OuterRef("bet"), outcome__number=OuterRef("number"), evidence__successor=None
    )
    read = Reading.objects.filter(outcome=OuterRef("pk"), run=night)
    return (
        Outcome.objects.current()
        .filter(bet__lead=person, bet__state__in=ACTIVE, resolution=None)
        .annotate(
            logged=Subquery(links.order_by().values("outcome__number").annotate(d=Max("evidence__happened_on")).values("d")),
            read=Subquery(read.values("last_period")[:1]),
            health=Subquery(read.values("health")[:1]),
        )
        .annotate(freshest=Greatest("logged", "read"))
        .filter(Q(health__in=[STALE, BROKEN]) | Q(starts_on__lt=today - FRESH, freshest=None)
                | Q(freshest__lt=today - FRESH))
        .select_related("bet", "series__metric").order_by("decide_by", "pk")
    )  # fmt: skip


def assumptions_without_news(person: Person, today: date) -> QuerySet[Assumption]:
    """Assumptions of mine without evidence of the last four weeks, with `freshest` and `due`, the day to decide by;
    the soonest first, and of those of one day the most important."""
    links = EvidenceLink.objects.filter(assumption=OuterRef("pk"), evidence__successor=None).order_by()
    latest = links.values("assumption").annotate(day=Max("evidence__happened_on")).values("day")
    stated = Outcome.objects.current().filter(bet=OuterRef("bet")).order_by()
    soonest = stated.values("bet").annotate(day=Min("decide_by")).values("day")
    return (
        Assumption.objects.filter(bet__lead=person, bet__state__in=ACTIVE, dropped_at=None)
        .annotate(freshest=Subquery(latest, output_field=DateField()), due=Subquery(soonest))
        .filter(Q(freshest__lt=today - FRESH) | Q(freshest=None, bet__starts_on__lt=today - FRESH))
        .select_related("bet").order_by(F("due").asc(nulls_last=True), "-importance", "pk")
    )  # fmt: skip


def without_forecast(person: Person, today: date) -> QuerySet[Outcome]:
    """Outcomes of mine of which I have not said how sure I am."""
    mine = Forecast.objects.filter(person=person, outcome__bet=OuterRef("bet"), outcome__number=OuterRef("number"))
    open_ = Outcome.objects.current().filter(
        ~Exists(mine), bet__lead=person, bet__state__in=ACTIVE, resolution=None, decide_by__gt=today
    )
    return open_.select_related("bet", "series__metric").order_by("decide_by", "pk")


def drafts(person: Person) -> QuerySet[Bet]:
    return Bet.objects.filter(lead=person, state=Bet.State.DRAFT).order_by("key")


def sketches(person: Person) -> QuerySet[Sketch]:
    """What I typed and left, while it can be gone on with; drafts of mine are listed anyway."""
    open_ = Q(bet=None) | Q(bet__state=Bet.State.DRAFT)
    found = Sketch.objects.filter(open_, person=person).exclude(bet__lead=person)
    return found.select_related("bet").order_by("-left_at", "pk")


def to_confirm(powers: Powers, today: date) -> BetQuerySet:
    """Bets with evidence whose strength nobody has confirmed while a tranche is still ahead, with `waiting` (how many)
    and `due` (when the tranche is planned)."""
    mine = {"bet": OuterRef("pk")}
    replaced = Evidence.objects.exclude(supersedes=None).order_by().values("supersedes")
    unconfirmed = Evidence.objects.exclude(pk__in=replaced).filter(confirmed_at=None)
    ahead = Tranche.objects.filter(**mine, planned_on__gt=today).order_by().values("bet")
    waiting = unconfirmed.filter(**mine).order_by().values("bet").annotate(n=Count("pk")).values("n")
    bets = Bet.objects.filter(within(powers, "confirm_evidence", "domain"), state__in=ACTIVE)
    return (
        bets.filter(pk__in=unconfirmed.order_by().values("bet"))
        .annotate(due=Subquery(ahead.annotate(day=Min("planned_on")).values("day")))
        .exclude(due=None).annotate(waiting=Subquery(waiting)).order_by("due", "key")
    )  # fmt: skip


def to_approve(person: Person, powers: Powers, today: date) -> "QuerySet[FundingRequest]":
    """Requests for money that wait for this person's yes or no."""
    return my_turn(person, powers, today).select_related("bet", "ledger", "proposer").order_by("due_on", "pk")


def money_refused(person: Person, today: date) -> "QuerySet[FundingRequest]":
    """What the person asked for, or somebody asked for a bet that they lead, and did not get of late: until it is asked
    for again, or the bet is over."""
    refused = FundingRequest.objects.filter(state__in=REFUSED, closed_at__date__gte=today - FRESH, successor=None)
    later = FundingRequest.objects.filter(
        bet=OuterRef("bet"), kind=OuterRef("kind"), submitted_at__gt=OuterRef("submitted_at")
    )
    mine = Q(proposer=person) | Q(bet__lead=person)
    live = Q(bet=None) | Q(bet__state__in=ACTIVE)
    found = refused.filter(mine, live).exclude(Exists(later))
    return found.select_related("bet", "ledger").order_by("-closed_at", "pk")


def imports_open(person: Person) -> QuerySet[Import]:
    """Files that were checked and neither taken over nor dropped."""
    waiting = Import.objects.filter(state=Import.State.CHECKED)
    return waiting.select_related("uploaded_by").order_by("uploaded_at", "pk")


class Counts(NamedTuple):
    """What the frame of every page counts, and the day that was decided for the end of shadow mode."""

    decisions: int = 0  # bets that need one
    unread: int = 0  # notices
    waiting: int = 0  # lines of the desk that have a day
    requests: int = 0  # for money, that wait for this person
    enforced_from: date | None = None


def counts_of(person: Person, powers: Powers, today: date) -> Counts:
    """All of them in one query."""
    with connection.cursor() as cursor:
        cursor.execute(*_counting(person.pk, powers, today))
        decisions, unread, requests, enforced_from, *rest = cursor.fetchone() or (0, 0, 0, None)
    return Counts(decisions, unread, sum(rest), requests, enforced_from)


@lru_cache(maxsize=512)
def _counting(key: int, powers: Powers, today: date) -> tuple[str, tuple[Any, ...]]:
    """The query and its parameters, kept: every page asks it, and writing it takes ten times as long as its answer."""
    person = Person(pk=key)
    waiting = (
        to_decide(person, today), my_gates(person, today), learning_due(person, today), near_misses(person, powers),
        questions_to(person, powers), hypotheses_asked_for(person), learning_reviews(person, powers, today),
        to_score(person, powers, today),
    )  # fmt: skip
    found = Person.objects.filter(pk=key).values_list(
        counted(due(Bet.objects.visible_to(powers), today)),
        counted(Notice.objects.filter(person=person, read_at=None)),
        counted(my_turn(person, powers, today)),
        Subquery(Enforcement.objects.order_by("-pk").values("from_on")[:1]),
        *(counted(one) for one in waiting),
    )
    return found.query.sql_with_params()
