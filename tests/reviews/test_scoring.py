"""A decision against the evidence is looked at again: by whom, from when on, once, and where that is asked for."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from bets import actions
from bets.models import Decision, Rescoring
from lib import clock
from lib.refusals import Refused
from org.models import Domain, Event, Notice, Person
from org.tasks import deliver_events
from portfolio import actions as portfolio
from tests import factories as f
from tests.api.writers import send

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Person], Client]
DAY = dt.timedelta(days=1)


@pytest.fixture
def today() -> dt.date:
    return clock.today()


@pytest.fixture
def decision(retail: Domain, product_operations: Person, today: dt.date) -> Decision:
    """Against the evidence; product operations look at it again, since yesterday."""
    made: Decision = f.DecisionFactory(
        bet=f.BetFactory(key="A", domain=retail, name="One click"), number=1, kind="persist", verdict="cease",
        second_reader=product_operations, rescore_on=today - DAY, look_again_on=today,
    )  # fmt: skip
    return made


def score(decision: Decision, who: Person, finding: str = "wrong", note: str = "It fell.", ahead: int = 0) -> Rescoring:
    day = clock.today() + ahead * DAY
    return actions.rescore_decision(decision, finding, note=note, by=who, at=clock.now(), today=day)


def test_the_second_reader_scores_it_with_what_the_evidence_says_that_day(
    decision: Decision, product_operations: Person, today: dt.date
) -> None:
    f.VerdictFactory(bet=decision.bet, run=f.RunFactory(), kind="pivot", as_of=today)
    made = score(decision, product_operations, note=" It fell. ")
    assert (made.finding, made.note, made.verdict, made.scored_by) == ("wrong", "It fell.", "pivot", product_operations)
    event = Event.objects.get(kind="decision scored")
    assert (event.sentence, event.payload["decision"]) == (
        "Decision 1 looked at again: it was wrong. It fell.", decision.pk,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("finding", "note", "reason"),
    [
        ("luck", "Why.", "A finding is one of: right, wrong, open."), ("right", " ", "Say what you found."),
        ("right", "x" * 100_000, "That is too long: what you found takes at most 1,000 characters, this has 100,000."),
    ],
)  # fmt: skip
def test_a_finding_without_sense_is_refused_and_nothing_is_written(
    decision: Decision, product_operations: Person, finding: str, note: str, reason: str
) -> None:
    with pytest.raises(Refused) as refused:
        score(decision, product_operations, finding, note)
    assert refused.value.reasons == (reason,)
    assert not Rescoring.objects.exists()


def test_nobody_else_scores_it_nor_before_its_day_nor_twice(
    decision: Decision, executive: Person, product_operations: Person, today: dt.date
) -> None:
    with pytest.raises(Refused, match=r"Only .*, who was named to look at this decision again, scores it."):
        score(decision, executive)
    with pytest.raises(Refused, match=r"It is looked at again on .* or later"):
        score(decision, product_operations, ahead=-2)
    score(decision, product_operations, "right")
    with pytest.raises(Refused, match=r"This decision is scored already: what was found stays."):
        score(decision, product_operations, "wrong")
    assert Rescoring.objects.get().finding == "right"


def test_a_reader_who_leads_the_bet_by_now_or_was_never_named_does_not_score_it(
    decision: Decision, product_operations: Person
) -> None:
    alone = f.DecisionFactory(bet=decision.bet, number=2)
    with pytest.raises(Refused, match=r"Nobody was named to look at this decision again"):
        score(alone, product_operations)
    decision.bet.lead = product_operations
    decision.bet.save(update_fields=["lead"])
    with pytest.raises(Refused, match=r"nobody scores a decision on their own bet"):
        score(decision, product_operations)


# ---- the page

HERE = "/bets/A/decisions/1/score/"


def test_the_page_is_for_those_who_have_signed_in_and_see_the_bet(
    client: Client, decision: Decision, outsider: Person, client_of: ClientOf
) -> None:
    assert client.get(HERE).headers["Location"].startswith("/accounts/login/")
    assert client_of(outsider).get(HERE).status_code == 404
    f.DecisionFactory(bet=decision.bet, number=2)
    assert client_of(outsider).get("/bets/A/decisions/2/score/").status_code == 404


def test_others_read_beside_a_closed_form_who_scores_it_and_are_refused(
    decision: Decision, executive: Person, client_of: ClientOf
) -> None:
    client = client_of(executive)
    page = client.get(HERE).content.decode()
    assert "Only Olga Operations, who was named" in page or f"Only {decision.second_reader}, who was named" in page
    assert "disabled" in page
    answer = client.post(HERE, {"finding": "right", "note": "Kept for later."})
    assert answer.status_code == 409
    assert "Kept for later." in answer.content.decode()
    assert not Rescoring.objects.exists()


def test_the_reader_scores_it_on_the_page_once_and_everybody_reads_what_was_found(
    decision: Decision, product_operations: Person, viewer: Person, client_of: ClientOf
) -> None:
    client = client_of(product_operations)
    assert client.post(HERE, {"finding": "", "note": "\x00"}).status_code == 422
    answer = client.post(HERE, {"finding": "wrong", "note": "Conversion fell to 31 %."})
    assert answer.headers["Location"] == "/bets/A/decisions/1/"
    again = client.post(HERE, {"finding": "right", "note": "It rose."})
    assert again.status_code == 409
    for words in ("what was found stays", "It rose.", "Conversion fell to 31 %."):
        assert words in again.content.decode()
    page = client_of(viewer).get(HERE).content.decode()
    assert "Conversion fell to 31 %." in page
    assert "The evidence was right" in client_of(viewer).get("/bets/A/decisions/1/").content.decode()


def test_it_waits_on_the_desk_and_in_the_list_until_it_is_scored(
    decision: Decision, product_operations: Person, executive: Person, client_of: ClientOf
) -> None:
    client = client_of(product_operations)
    assert HERE in client.get("/desk/").content.decode()
    assert HERE in client.get("/decisions/again/").content.decode()
    assert HERE not in client_of(executive).get("/decisions/again/", {"of": "all"}).content.decode()
    score(decision, product_operations)
    assert HERE not in client.get("/desk/").content.decode()
    assert HERE not in client.get("/decisions/again/").content.decode()


def test_the_reader_is_told_once_on_the_day_and_not_of_what_is_scored(
    decision: Decision, product_operations: Person, today: dt.date
) -> None:
    later = f.DecisionFactory(bet=decision.bet, number=2, second_reader=product_operations, rescore_on=today + DAY)
    for days in (0, 0, 1, 2):
        portfolio.remind_of_scoring(at=clock.now() + days * DAY, today=today + days * DAY)
    told = Event.objects.filter(kind="decision due again").order_by("pk")
    assert [one.payload["decision"] for one in told] == [decision.pk, later.pk]
    score(later, product_operations, ahead=2)
    deliver_events()
    assert [(one.person, one.path) for one in Notice.objects.filter(path__endswith="score/")] == [
        (product_operations, HERE)
    ]


# ---- the API


def test_it_is_scored_by_api_by_the_same_rules(
    decision: Decision, product_operations: Person, executive: Person, client_of: ClientOf
) -> None:
    url, sent = f"/api{HERE}", {"finding": "open", "note": "Too early."}
    refused = send(client_of(executive), url, sent)
    assert (refused.status_code, "Only" in refused.json()["detail"]) == (409, True)
    client = client_of(product_operations)
    assert send(client, url, {"finding": "maybe", "note": "x"}).status_code == 400
    made = send(client, url, sent)
    assert (made.status_code, made.json()["finding"], made.json()["scored_by"]) == (
        201,
        "open",
        str(product_operations),
    )
    told: Any = client.get("/api/decisions/?stands=against").json()["results"][0]
    assert told["scored"]["note"] == "Too early."
