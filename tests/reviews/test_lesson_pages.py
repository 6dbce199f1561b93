"""Pages of what follows a decision: the learning review of one bet, the lessons of all, and whom the clock tells."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from bets.models import Bet, LearningReview
from lib import clock
from org.models import Domain, Event, Notice, Person
from org.tasks import deliver_events
from org.visibility import powers_of
from portfolio import actions
from portfolio.desk_queries import hypotheses_asked_for, learning_reviews
from portfolio.tasks import prepare_reviews
from tests import factories as f
from tests.pages import flat, text
from tests.reviews.board import board_today

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]
DAY = dt.timedelta(days=1)
AT = "/bets/B-1/learning-review/"
SAID = {"lesson": "‹Nobody waits for a form.›", "reuse": "‹Ten sellers.›"}


def ceased(domain: Domain, lead: Person, key: str = "B-1", days_ago: int = 25, **fields: Any) -> LearningReview:
    """A bet that ceased some days ago: its learning review is due thirty days after."""
    bet = f.BetFactory(key=key, name="One click", domain=domain, lead=lead, state="ceased")
    day = clock.today() - days_ago * DAY
    decision = f.DecisionFactory(
        bet=bet, kind="cease", look_again_on=None, decided_at=clock.now() - days_ago * DAY, number=1
    )
    f.EventFactory(
        kind="ceased well", subject_type="bets.bet", subject_id=bet.pk,
        payload={"decision": decision.pk, "returned": {"EUR": 8_000_000}, "weeks": [["Checkout", "12.0"]]},
    )  # fmt: skip
    made: LearningReview = f.LearningReviewFactory(decision=decision, credited=lead, due_on=day + 30 * DAY, **fields)
    return made


def held(domain: Domain, lead: Person, key: str, lesson: str = SAID["lesson"], **fields: Any) -> LearningReview:
    return ceased(domain, lead, key, 60, lesson=lesson, held_at=clock.now(), held_by=lead, **fields)


@pytest.mark.parametrize("path", [AT, "/lessons/"])
def test_someone_who_has_not_signed_in_is_sent_to_the_login(client: Client, path: str) -> None:
    assert client.get(path).status_code == 302


def test_the_learning_review_of_a_bet_out_of_reach_or_that_never_ceased_is_not_there(
    client_of: SignIn, outsider: Person, retail: Domain, product_lead: Person
) -> None:
    ceased(retail, product_lead)
    f.BetFactory(key="B-2", domain=retail)
    assert client_of(outsider).get(AT).status_code == 404
    assert client_of(product_lead).get("/bets/B-2/learning-review/").status_code == 404


def test_the_lead_holds_it_and_everybody_reads_it(
    client_of: SignIn, product_lead: Person, viewer: Person, retail: Domain
) -> None:
    review = ceased(retail, product_lead)
    page = flat(client_of(product_lead).get(AT))
    assert f"<b>{product_lead}</b> is credited for ceasing this bet." in page
    assert "€80k is free for other bets." in page
    assert "12 team-weeks are free again (Checkout 12); the team stays." in page
    answer = client_of(product_lead).post(AT, SAID, follow=True)
    assert answer.redirect_chain == [(AT, 302)]
    review.refresh_from_db()
    assert (review.lesson, review.reuse, review.held_by) == (*SAID.values(), product_lead)
    for path in (AT, "/lessons/", "/bets/B-1/", "/bets/B-1/decisions/1/"):
        page = text(client_of(viewer).get(path))
        assert SAID["lesson"] in page and SAID["reuse"] in page, path
        assert "€80k" not in page, path  # a viewer sees no money


def test_who_may_not_hold_it_reads_why_before_anything_is_typed(
    client_of: SignIn, viewer: Person, retail: Domain, product_lead: Person
) -> None:
    ceased(retail, product_lead)
    session = client_of(viewer)
    page = text(session.get(AT))
    assert "A learning review is held by whoever led the bet" in page and "disabled" in page
    assert session.post(AT, SAID).status_code == 409
    assert LearningReview.objects.get().held_at is None


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"lesson": " "}, 422), ({"lesson": "x" * 100_000}, 422), ({"reuse": "NUL \0"}, 422), ({"lesson": "\0"}, 422)],
)
def test_what_cannot_be_kept_stays_in_the_form(
    client_of: SignIn, retail: Domain, product_lead: Person, changes: dict[str, str], status: int
) -> None:
    ceased(retail, product_lead)
    answer = client_of(product_lead).post(AT, SAID | changes)
    assert answer.status_code == status
    assert "Nothing was recorded" in text(answer)
    assert LearningReview.objects.get().held_at is None


def test_what_somebody_else_has_held_meanwhile_stays_and_what_was_typed_is_shown_beside_it(
    client_of: SignIn, retail: Domain, product_lead: Person
) -> None:
    ceased(retail, product_lead, held_at=clock.now(), held_by=product_lead, lesson="‹The first.›")
    answer = client_of(product_lead).post(AT, SAID)
    page = text(answer)
    assert answer.status_code == 409 and "was held already" in page
    assert "‹The first.›" in page and SAID["lesson"] in page


def test_lessons_are_found_by_words_within_what_one_sees(
    client_of: SignIn, retail: Domain, product_lead: Person, viewer: Person
) -> None:
    held(retail, product_lead, "B-1")
    held(retail, product_lead, "B-2", "‹Chargers break in frost.›")
    held(f.DomainFactory(), product_lead, "B-3", "‹Out of reach.›")
    ceased(retail, product_lead, "B-4")
    session = client_of(viewer)
    page = text(session.get("/lessons/"))
    assert "Learned 2" in page and "Still to come 1" in page and "‹Out of reach.›" not in page
    found = text(session.get("/lessons/?q=frost+B-2"))
    assert "‹Chargers break in frost.›" in found and SAID["lesson"] not in found
    assert "No lesson has these words." in text(session.get("/lessons/?q=nowhere"))
    assert "B-4" in text(session.get("/lessons/?show=coming&page=99"))
    assert session.get("/lessons/?q=%F0%9F&show=x&page=x").status_code == 200


def test_the_list_asks_no_more_however_many_lessons_there_are(
    client_of: SignIn, retail: Domain, product_lead: Person, django_assert_num_queries: Any
) -> None:
    session = client_of(product_lead)
    counts = []
    for number in range(3):
        held(retail, product_lead, f"B-{number}")
        with django_assert_num_queries(6 + 4 + 1):  # of the frame, of the list, and the tree of domains
            session.get("/lessons/")
        counts.append(number)
    assert len(counts) == 3


def test_the_api_holds_a_learning_review_once_and_lists_the_lessons(
    client_of: SignIn, retail: Domain, product_lead: Person, viewer: Person, outsider: Person
) -> None:
    ceased(retail, product_lead)
    url, lead = "/api/bets/B-1/learning-review/", client_of(product_lead)
    assert client_of(outsider).post(url, SAID, "application/json").status_code == 404
    assert client_of(viewer).post(url, SAID, "application/json").status_code == 409
    assert lead.post(url, {"lesson": " "}, "application/json").status_code == 400
    answer = lead.post(url, SAID, "application/json")
    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["lesson"], shown["credited"], shown["freed"]) == (
        SAID["lesson"], str(product_lead), [{"amount": 8_000_000, "currency": "EUR"}],
    )  # fmt: skip
    assert lead.post(url, SAID, "application/json").status_code == 409
    (listed,) = client_of(viewer).get("/api/lessons/?q=waits&show=learned").json()["results"]
    assert (listed["bet"], listed["freed"], listed["team_weeks"]) == ("B-1", None, [{"team": "Checkout", "weeks": 12}])
    assert lead.get("/api/lessons/?show=coming").json()["count"] == 0


def test_the_api_says_which_version_a_pivot_asks_for(client_of: SignIn, retail: Domain, product_lead: Person) -> None:
    bet = f.BetFactory(key="B-1", domain=retail, lead=product_lead, state="held")
    f.NextHypothesisFactory(decision__bet=bet, decision__number=3, due_on=clock.today())
    asked = {"version": 2, "due_on": str(clock.today()), "decision": 3, "is_written": False, "is_asked": True}
    assert client_of(product_lead).get("/api/bets/B-1/").json()["next_hypothesis"] == asked


def test_the_page_of_the_item_says_what_follows(client_of: SignIn) -> None:
    growth = board_today()
    bet = growth.bet("B-1")
    item = growth.item(bet)
    growth.opened()
    actions.open_item(item, by=growth.chair, at=growth.at)
    growth.decide(item, "pivot")
    page = flat(client_of(growth.chair).get(f"/reviews/growth/{item.review.number}/bets/B-1/"))
    assert "Version 1 of the hypothesis is open since the pivot of" in page
    assert f"{bet.lead} writes it until" in page


def test_the_desk_asks_for_it_a_week_before_and_not_once_it_is_held(
    retail: Domain, product_lead: Person, product_operations: Person, executive: Person
) -> None:
    def asked(person: Person) -> set[str]:
        found = learning_reviews(person, powers_of(person), clock.today())
        return set(found.values_list("decision__bet__key", flat=True))

    ceased(retail, product_lead, "B-1", 23)
    ceased(retail, product_lead, "B-2", 22)
    held(retail, product_lead, "B-3")
    reversed_ = ceased(retail, product_lead, "B-4", 40).decision
    f.DecisionFactory(bet=reversed_.bet, number=2, reverses=reversed_)
    assert asked(product_lead) == asked(product_operations) == {"B-1"}
    assert asked(executive) == set()


def test_the_desk_asks_the_lead_for_the_next_version_while_the_bet_is_held(
    retail: Domain, product_lead: Person, client_of: SignIn
) -> None:
    bet = f.BetFactory(domain=retail, lead=product_lead, state="held")
    f.NextHypothesisFactory(decision__bet=bet, due_on=clock.today() - DAY)
    assert "It was decided to pivot: version 2 of the hypothesis" in text(client_of(product_lead).get("/desk/"))
    Bet.objects.update(state="live")
    assert not hypotheses_asked_for(product_lead).exists()


def remind(days: int) -> None:
    actions.remind_of_learning(at=clock.now() + days * DAY, today=clock.today() + days * DAY)


def test_the_clock_tells_the_lead_once_a_week_before_and_once_when_it_is_overdue(
    retail: Domain, product_lead: Person
) -> None:
    review = ceased(retail, product_lead, days_ago=20)
    for days in (2, 3, 4, 10, 11, 12, 20):
        remind(days)
    told = Event.objects.filter(kind__startswith="learning review").order_by("pk")
    assert [one.kind for one in told] == ["learning review near", "learning review overdue"]
    due = f"{review.due_on:%-d %B %Y}"
    assert told[0].sentence == f"The learning review of {review.decision.bet} is due on {due}: what did it teach?"
    assert told[1].at.date() == clock.today() + 11 * DAY


def test_a_notice_leads_to_the_page_and_none_comes_once_it_is_held(
    retail: Domain, product_lead: Person, settings: Any
) -> None:
    settings.NIGHT_HOUR = 0
    ceased(retail, product_lead)
    held(retail, product_lead, "B-2")
    prepare_reviews()
    deliver_events()
    assert [(one.person, one.path) for one in Notice.objects.all()] == [(product_lead, AT)]
