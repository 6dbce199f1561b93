"""Many at once at the same review: what each of them does, and what must hold whatever came first."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.test import Client

from bets.models import Bet, Decision
from funding.models import Account, FundingRequest
from lib import clock
from org.models import Person, Role
from portfolio import actions
from portfolio.models import AgendaItem, Review, Vote
from tests import factories as f
from tests.cast import person
from tests.funding import crowd
from tests.reviews.board import Board, board, setting

KINDS = ("persist", "pivot", "cease", "fund")
AGAIN = (clock.today() + dt.timedelta(days=90)).isoformat()


@dataclass
class Meeting:
    """A review that is under way, with one bet on its agenda and many members, each signed in."""

    board: Board
    item: AgendaItem
    members: list[Person]

    @property
    def where(self) -> str:
        return f"/reviews/growth/{self.item.review.number}/"

    @property
    def page(self) -> str:
        return f"{self.where}bets/{self.item.bet.key}/"

    def post(self, who: Person, path: str, sent: dict[str, Any]) -> Callable[[], int]:
        """The work of sending a form, as one of them; gives the status of the answer."""
        client = signed_in(who)
        return lambda: client.post(f"{self.page}{path}", sent).status_code

    def vote(self, place: int) -> Callable[[], int]:
        return self.post(self.members[place], "vote/", ballot(place))

    def decide(self, kind: str, rationale: str = "It works.") -> Callable[[], int]:
        sent = {"kind": kind, "rationale": rationale, "would_change": "A fall.", "look_again_on": AGAIN}
        return self.post(self.board.chair, "decide/", sent | ({"learned": "Ask first."} if kind == "cease" else {}))


def signed_in(who: Person) -> Client:
    client = Client()
    client.force_login(who)
    return client


def reason(place: int) -> str:
    """What nobody else may read before the item opens."""
    return f"Told by member {place} alone"


def ballot(place: int) -> dict[str, str]:
    return {"kind": KINDS[place % len(KINDS)], "because": reason(place), "chance_1": str(place + 1)}


def meeting(members: int, bet: Bet | None = None) -> Meeting:
    made = board(now=True)
    more = [person(f"M{place:02} Member", Role.EXECUTIVE) for place in range(members)]
    forum = actions.change_forum(
        made.forum, setting(made.chair, more), by=made.operations, at=made.at, today=made.today
    )
    made.forum, made.members = forum, more
    Review.objects.filter(pk=made.review.pk).update(held_on=made.today)  # also where today is no working day
    review = actions.open_review(made.review, [made.chair, *more], by=made.chair, at=made.at, today=made.today)
    item = actions.put_on_agenda(review, bet or made.bet(), by=made.chair, at=made.at)
    return Meeting(made, item, more)


def watch(who: Person, at: Meeting, times: int) -> Callable[[], str]:
    """Reads all that the pages and the API say of the item, many times; all of it together."""
    client = signed_in(who)
    number, key = at.item.review.number, at.item.bet.key
    paths = (at.where, at.page, f"/api/reviews/growth/{number}/", f"/api/bets/{key}/", f"/api/bets/{key}/events/")
    return lambda: "".join(client.get(path).content.decode() for _ in range(times) for path in paths)


def all_vote_at_once(at: Meeting, times: int) -> None:
    """Everybody votes twice at the same moment, the last two watch: no vote is lost or doubled, none is seen."""
    voters, watchers = range(len(at.members) - 2), [*at.members[-2:], at.board.chair, at.board.operations]
    results = crowd.at_once(
        *(at.vote(place) for place in voters for _ in (1, 2)), *(watch(who, at, times) for who in watchers)
    )
    statuses, read = results[: -len(watchers)], "".join(results[-len(watchers) :])
    assert statuses == [302] * len(statuses)
    votes = {vote.person_id: vote for vote in Vote.objects.filter(item=at.item).prefetch_related("chances")}
    assert len(votes) == len(voters) == Vote.objects.count()
    for place in voters:
        vote = votes[at.members[place].pk]
        sent = ballot(place)
        assert (vote.kind, vote.because) == (sent["kind"], reason(place))
        assert [one.probability for one in vote.chances.all()] == [(place + 1) / 100]
    assert f"{at.item.bet.name}" in read
    assert "Told by member" not in read


def some_vote_while_it_opens(at: Meeting) -> None:
    """Whoever was told that the vote is kept is counted when the item opens; whoever came too late was told so."""
    voters = range(len(at.members))
    opened, *statuses = crowd.at_once(at.post(at.board.chair, "open/", {}), *(at.vote(place) for place in voters))
    kept = set(Vote.objects.filter(item=at.item).values_list("person", flat=True))
    assert opened == 302 and set(statuses) <= {302, 409}
    assert kept == {at.members[place].pk for place in voters if statuses[place] == 302}
    shown = signed_in(at.board.chair).get(at.page).content.decode()
    assert [reason(place) in shown for place in voters] == [status == 302 for status in statuses]


def one_decision_whoever_presses(at: Meeting, presses: int) -> None:
    """The chair at several screens, each twice, with different decisions: one is recorded, all others are told why."""
    actions.open_item(at.item, by=at.board.chair, at=at.board.at)
    works = [at.decide(("persist", "fund", "cease")[place % 3]) for place in range(presses) for _ in (1, 2)]
    statuses = crowd.at_once(*works)
    assert sorted(statuses) == [302] + [409] * (len(works) - 1)
    decision = Decision.objects.get(bet=at.item.bet)
    assert AgendaItem.objects.get(pk=at.item.pk).decision == decision
    assert FundingRequest.objects.filter(decision=decision, kind__in=["commit", "release"]).count() <= 1


def decided_while_its_money_is_released(bet_of: crowd.Market) -> None:
    """The review ceases a bet at the moment at which finance releases its money: nothing is left with it."""
    books, tranche = bet_of.books, bet_of.tranches[0]
    f.OutcomeFactory(bet=tranche.bet, number=1)
    at = meeting(2, tranche.bet)
    actions.open_item(at.item, by=at.board.chair, at=at.board.at)
    books.approve(books.commit(tranche, bet=tranche.bet))
    request = books.release(tranche, bet=tranche.bet, decision=tranche.bet.decisions.get())
    ceased, _released = crowd.at_once(at.decide("cease"), lambda: books.approve(request, comment="It must be now."))
    request.refresh_from_db()
    assert ceased == 302
    assert request.state in ("posted", "voided")
    assert [crowd.money(tranche.bet, kind) for kind in ("committed", "released")] == [0, 0]
    assert not Account.objects.filter(tranche=tranche, kind__in=["committed", "released"], closed=False).exists()
    assert crowd.unsound(books.ledger) == []


def ceased_elsewhere_meanwhile(at: Meeting) -> None:
    """Another executive ceases the bet outside the review while the chair persists: if that came first, the chair is
    told, and the item stays undecided; else there are two decisions, and the later one holds."""
    actions.open_item(at.item, by=at.board.chair, at=at.board.at)
    other, bet = person("Elsa Elsewhere", Role.EXECUTIVE), at.item.bet
    said = {"rationale": "Now.", "would_change": "Nothing.", "look_again_on": None}
    cease = {"by": other, "at": at.board.at, "today": at.board.today} | said
    status, ceased = crowd.at_once(at.decide("persist"), lambda: actions.decide_bet(bet, "cease", **cease))
    kinds = list(bet.decisions.order_by("number").values_list("kind", flat=True))
    assert (status, kinds) in [(302, ["persist", "cease"]), (409, ["cease"])], (status, kinds, ceased)
    assert (AgendaItem.objects.get(pk=at.item.pk).decision is None) == (status == 409)
    assert Bet.objects.get(pk=bet.pk).state == "ceased"


def closed_while_deciding(at: Meeting) -> None:
    """The review is closed from a second screen while its last item is decided on."""
    actions.open_item(at.item, by=at.board.chair, at=at.board.at)
    client = signed_in(at.board.chair)
    status, closed = crowd.at_once(at.decide("persist"), lambda: client.post(f"{at.where}close/", {}).status_code)
    decided = AgendaItem.objects.get(pk=at.item.pk).decision is not None
    assert closed == 302
    assert (status, decided) in [(302, True), (409, False)]
    event = Review.objects.get(pk=at.item.review_id)
    assert event.state == "closed"
    told = json.loads(client.get(f"/api/reviews/growth/{event.number}/").content)
    assert (told["agenda"][0]["decision"] is not None) == decided
