"""Events and those they concern: who is told what, once, and only while they see the bet."""

import datetime as dt
from typing import Any

import pytest

from bets.actions import record_decision, write_comment
from bets.models import Bet
from org import actions
from org.models import Event, Notice, Person, RoleGrant
from portfolio.notices import about_bet, gate_said
from tests.factories import (
    AT,
    TODAY,
    BetFactory,
    EventFactory,
    EvidenceFactory,
    FlagFactory,
    ForecastFactory,
    ImportFactory,
    OutcomeFactory,
    RoleGrantFactory,
)

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
WHEN = {"at": AT, "today": TODAY}


@pytest.fixture
def bet(retail: Any, product_lead: Person) -> Bet:
    return BetFactory(domain=retail, lead=product_lead, key="CL-1", name="Faster claims")


def happened(bet: Bet, kind: str, **payload: Any) -> Event:
    return EventFactory(
        kind=kind, subject_type="bets.bet", subject_id=bet.pk, payload=payload, sentence="It was so.", at=AT
    )


def told(at: dt.datetime = AT) -> list[tuple[str, str, str]]:
    """Delivers what has happened; whom it told, of what kind, in which words."""
    while actions.deliver_next_events(at=at):
        pass
    found = Notice.objects.select_related("person").order_by("person__name", "pk")
    return [(str(one.person), one.kind, one.sentence) for one in found]


def test_of_a_comment_everybody_is_told_once_and_of_what_concerns_them_most(
    bet: Bet, finance: Person, executive: Person, viewer: Person
) -> None:
    lead = bet.lead
    asked = write_comment(bet, "Which rate?", asks=lead, answer_by=TODAY, mentions=[lead, viewer], by=finance, **WHEN)
    assert told() == [
        ("Paul Lead", "question", "Fiona Finance asks you about Faster claims, until 2 March 2026: Which rate?"),
        ("Vera Viewer", "mention", "Fiona Finance mentioned you on Faster claims: Which rate?"),
    ]
    assert {one.path for one in Notice.objects.all()} == {f"/bets/CL-1/comments/#comment-{asked.pk}"}
    Notice.objects.all().delete()
    write_comment(bet, "That of May.", reply_to=asked, by=lead, **WHEN)
    assert told() == [("Fiona Finance", "answer", "Paul Lead answered you on Faster claims: That of May.")]
    write_comment(bet, "Thank you", by=executive, **WHEN)
    assert ("Paul Lead", "comment", "Eva Executive commented on Faster claims: Thank you") in told()


def test_of_a_decision_the_lead_is_told(bet: Bet, executive: Person) -> None:
    words = {"rationale": "It pays.", "would_change": "Below 40 %.", "look_again_on": TODAY + 60 * DAY}
    record_decision(bet, "fund", **words, by=executive, **WHEN)
    assert told() == [("Paul Lead", "decision", "Eva Executive decided on Faster claims: fund. It pays.")]


def test_of_flags_the_lead_is_told_and_the_reader_of_a_near_miss(bet: Bet, product_operations: Person) -> None:
    flag = FlagFactory(bet=bet, kind="near_miss", reader=product_operations, read_by=TODAY + DAY, sentence="Nearly.")
    happened(bet, "flag raised", flag=flag.pk)
    assert told() == [
        ("Olga Operations", "flag",
         "You are to read a near miss of Faster claims a second time, until 3 March 2026."),
        ("Paul Lead", "flag", "Faster claims is flagged (near miss): Nearly."),
    ]  # fmt: skip
    assert Notice.objects.get(person=product_operations).path == "/bets/CL-1/second-reading/"


@pytest.mark.parametrize(
    ("kind", "who"),
    [
        ("near miss read", {"Paul Lead"}),
        ("gate said", {"Paul Lead"}),
        ("evidence confirmed", {"Fiona Finance"}),
        ("evidence superseded", {"Fiona Finance"}),
        ("outcome resolved", {"Paul Lead", "Eva Executive"}),
        ("bet went live", set()),
        ("tranche planned", set()),
    ],
)
def test_who_is_told_of_what_else_happens(
    kind: str, who: set[str], bet: Bet, finance: Person, executive: Person
) -> None:
    outcome = ForecastFactory(outcome=OutcomeFactory(bet=bet), person=executive).outcome
    evidence = EvidenceFactory(bet=bet, logged_by=finance)
    happened(bet, kind, evidence=evidence.pk, outcome=outcome.pk)
    assert {name for name, _, _ in told()} == who


def test_of_a_changed_metric_whoever_leads_a_live_bet_read_from_it_is_told_once(bet: Bet) -> None:
    outcome = OutcomeFactory(bet=bet)
    OutcomeFactory(bet=BetFactory(domain=bet.domain, lead=bet.lead), series=outcome.series)
    OutcomeFactory(bet=BetFactory(domain=bet.domain, state="ceased"), series=outcome.series)
    metric = outcome.series.metric
    EventFactory(kind="metric changed", subject_type="metrics.metric", subject_id=metric.pk, sentence="It changed.")
    ((name, kind, sentence),) = told()
    assert (name, kind) == ("Paul Lead", "metric")
    assert sentence.startswith("It changed. ")


def test_of_an_import_that_was_checked_whoever_uploaded_it_is_told(product_operations: Person) -> None:
    file = ImportFactory(uploaded_by=product_operations)
    EventFactory(kind="projects checked", subject_type="bets.import", subject_id=file.pk, sentence="12 rows.")
    assert told() == [("Olga Operations", "import", "12 rows.")]


@pytest.mark.parametrize("kind", ["comment written", "flag raised", "evidence confirmed", "outcome resolved"])
def test_an_event_of_what_is_gone_tells_nobody_and_holds_up_nothing(kind: str, bet: Bet) -> None:
    happened(bet, kind)
    EventFactory(kind=kind, subject_type="bets.bet", subject_id=0)
    EventFactory(kind=kind, subject_type="org.person", subject_id=bet.pk)
    assert told() == []
    assert not Event.objects.filter(delivered_at=None).exists()


def test_what_happened_long_before_it_is_delivered_is_told_to_nobody(bet: Bet) -> None:
    happened(bet, "gate said")
    assert told(AT + 2 * DAY + dt.timedelta(seconds=1)) == []


def test_who_no_longer_sees_the_bet_is_told_nothing(bet: Bet, viewer: Person) -> None:
    RoleGrant.objects.filter(person=bet.lead).delete()
    happened(bet, "gate said")
    assert told() == []
    RoleGrantFactory(person=bet.lead, domain=bet.domain)
    happened(bet, "gate said")
    assert [name for name, _, _ in told()] == ["Paul Lead"]


def test_a_delivery_that_is_repeated_tells_nobody_twice(bet: Bet) -> None:
    event = happened(bet, "gate said")
    told()
    about_bet(gate_said)(event)
    assert Notice.objects.count() == 1


def test_an_address_that_is_too_long_leads_to_the_desk(retail: Any, product_lead: Person) -> None:
    bet = BetFactory(domain=retail, lead=product_lead, key="\U0001f600" * 60)
    happened(bet, "gate said")
    told()
    assert Notice.objects.get().path == "/desk/"
