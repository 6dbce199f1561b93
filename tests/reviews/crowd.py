"""Many at once at the same review: what each of them does, and what must hold whatever came first."""

import datetime as dt
import json
from collections.abc import Callable, Mapping
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


def said(wrong: Mapping[str, bool]) -> list[str]:
    """The words of what holds."""
    return [words for words, holds in wrong.items() if holds]


def all_vote_at_once(at: Meeting, times: int) -> list[str]:
    """Everybody votes twice at the same moment, the last two watch; what is wrong then with the votes."""
    voters, watchers = range(len(at.members) - 2), [*at.members[-2:], at.board.chair, at.board.operations]
    results = crowd.at_once(
        *(at.vote(place) for place in voters for _ in (1, 2)), *(watch(who, at, times) for who in watchers)
    )
    statuses, read = results[: -len(watchers)], "".join(results[-len(watchers) :])
    found = Vote.objects.prefetch_related("chances").order_by("person__name")
    votes = [(one.item_id, one.person_id, one.kind, one.because, *(c.probability for c in one.chances.all()))
             for one in found]  # fmt: skip
    sent = [(at.item.pk, at.members[place].pk, ballot(place)["kind"], reason(place), (place + 1) / 100)
            for place in voters]  # fmt: skip
    return said({
        f"somebody was refused: {statuses}": statuses != [302] * len(statuses),
        f"votes were lost, doubled or mixed up: {votes}": votes != sent,
        "whoever watched saw nothing at all": at.item.bet.name not in read,
        "a vote was seen before its item opened": "Told by member" in read,
    })  # fmt: skip


def some_vote_while_it_opens(at: Meeting) -> list[str]:
    """Votes come in while the chair opens the item; what is wrong: whoever was told that a vote is kept is counted and
    shown, whoever came too late was told so."""
    voters = range(len(at.members))
    opened, *statuses = crowd.at_once(at.post(at.board.chair, "open/", {}), *(at.vote(place) for place in voters))
    kept = set(Vote.objects.filter(item=at.item).values_list("person", flat=True))
    shown = signed_in(at.board.chair).get(at.page).content.decode()
    told = [status == 302 for status in statuses]
    return said({
        f"it was not opened: {opened}": opened != 302,
        f"an answer that nobody should get: {statuses}": not set(statuses) <= {302, 409},
        "what was told is not what was kept": kept != {at.members[place].pk for place in voters if told[place]},
        "what is shown is not what was kept": [reason(place) in shown for place in voters] != told,
    })  # fmt: skip


def one_decision_whoever_presses(at: Meeting, presses: int) -> list[str]:
    """The chair at several screens, each twice, with different decisions; what is wrong: one is recorded, all others
    are told why not."""
    actions.open_item(at.item, by=at.board.chair, at=at.board.at)
    works = [at.decide(("persist", "fund", "cease")[place % 3]) for place in range(presses) for _ in (1, 2)]
    statuses = crowd.at_once(*works)
    decisions = list(Decision.objects.filter(bet=at.item.bet))
    asked = FundingRequest.objects.filter(decision__in=decisions, kind__in=["commit", "release"]).count()
    return said({
        f"not one was taken and all others refused: {statuses}": sorted(statuses) != [302] + [409] * (len(works) - 1),
        f"there is not one decision: {decisions}": len(decisions) != 1,
        "the item has another decision": [AgendaItem.objects.get(pk=at.item.pk).decision] != decisions,
        f"money was asked for {asked} times": asked > 1,
    })  # fmt: skip


def decided_while_its_money_is_released(market: crowd.Market) -> list[str]:
    """The review ceases a bet at the moment at which finance releases its money; what is wrong: nothing is left with
    it."""
    books, tranche = market.books, market.tranches[0]
    f.OutcomeFactory(bet=tranche.bet, number=1)
    at = meeting(2, tranche.bet)
    actions.open_item(at.item, by=at.board.chair, at=at.board.at)
    books.approve(books.commit(tranche, bet=tranche.bet))
    request = books.release(tranche, bet=tranche.bet, decision=tranche.bet.decisions.get())
    ceased, _released = crowd.at_once(at.decide("cease"), lambda: books.approve(request, comment="It must be now."))
    request.refresh_from_db()
    left = [crowd.money(tranche.bet, kind) for kind in ("committed", "released")]
    still = Account.objects.filter(tranche=tranche, kind__in=["committed", "released"], closed=False)
    return crowd.unsound(books.ledger) + said({
        f"it did not cease: {ceased}": ceased != 302,
        f"the request is {request.state}": request.state not in ("posted", "voided"),
        f"money is left with it: {left}": left != [0, 0],
        "an account of it is open": still.exists(),
    })  # fmt: skip


def ceased_elsewhere_meanwhile(at: Meeting) -> list[str]:
    """Another executive ceases the bet outside the review while the chair persists; what is wrong: if that came first,
    the chair is told, and the item stays undecided; else there are two decisions, and the later one holds."""
    actions.open_item(at.item, by=at.board.chair, at=at.board.at)
    other, bet = person("Elsa Elsewhere", Role.EXECUTIVE), at.item.bet
    words = {"rationale": "Now.", "would_change": "Nothing.", "look_again_on": None}
    cease = {"by": other, "at": at.board.at, "today": at.board.today} | words
    status, ceased = crowd.at_once(at.decide("persist"), lambda: actions.decide_bet(bet, "cease", **cease))
    kinds = list(bet.decisions.order_by("number").values_list("kind", flat=True))
    undecided = AgendaItem.objects.get(pk=at.item.pk).decision is None
    return said({
        f"this cannot follow from that: {status}, {kinds}, {ceased}":
            (status, kinds) not in [(302, ["persist", "cease"]), (409, ["cease"])],
        "the item does not say what the chair was told": undecided != (status == 409),
        "the bet did not stay ceased": Bet.objects.get(pk=bet.pk).state != "ceased",
    })  # fmt: skip


def closed_while_deciding(at: Meeting) -> list[str]:
    """The review is closed from a second screen while its last item is decided on; what is wrong then."""
    actions.open_item(at.item, by=at.board.chair, at=at.board.at)
    client = signed_in(at.board.chair)
    status, closed = crowd.at_once(at.decide("persist"), lambda: client.post(f"{at.where}close/", {}).status_code)
    decided = AgendaItem.objects.get(pk=at.item.pk).decision is not None
    review = Review.objects.get(pk=at.item.review_id)
    told = json.loads(client.get(f"/api/reviews/growth/{review.number}/").content)
    return said({
        f"it was not closed: {closed}, {review.state}": (closed, review.state) != (302, "closed"),
        f"what was told is not what happened: {status}": (status, decided) not in [(302, True), (409, False)],
        "the API says something else": (told["agenda"][0]["decision"] is not None) != decided,
    })  # fmt: skip
