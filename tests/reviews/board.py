"""A growth board with a chair and three members, and a review of it that is held today."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from bets.models import Bet
from lib import clock
from org.models import Domain, Person, Role
from portfolio import actions
from portfolio.models import AgendaItem, Forum, Review
from tests import factories as f
from tests.cast import person

TODAY, AT = f.TODAY, f.AT


@dataclass
class Board:
    forum: Forum
    chair: Person
    members: list[Person]
    operations: Person
    retail: Domain
    at: dt.datetime = AT
    today: dt.date = TODAY
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def review(self) -> Review:
        """The next one."""
        return self.forum.reviews.exclude(state="cancelled").order_by("held_on").first()

    def bet(self, key: str = "B-1", *, decide_in: int = 200, gate_in: int = 30, **fields: Any) -> Bet:
        """A live bet; `decide_in` and `gate_in` are days from today."""
        bet = f.BetFactory(key=key, domain=self.retail, **fields)
        f.OutcomeFactory(bet=bet, number=1, decide_by=self.today + dt.timedelta(days=decide_in))
        gate = self.today + dt.timedelta(days=gate_in)
        f.TrancheFactory(bet=bet, sequence=1, amount=50_000_000, planned_on=gate)
        return bet

    def item(self, bet: Bet | None = None) -> AgendaItem:
        return actions.put_on_agenda(self.review, bet or self.bet(), by=self.chair, at=self.at)

    def opened(self) -> Review:
        return actions.open_review(
            self.review, [self.chair, *self.members], by=self.chair, at=self.at, today=self.today
        )

    def vote(self, item: AgendaItem, who: Person, kind: str = "persist", chance: float = 0.4) -> None:
        actions.cast_vote(item, kind, {1: chance}, by=who, at=self.at)

    def decide(self, item: AgendaItem, kind: str = "persist", **more: Any) -> Any:
        said = {
            "rationale": "It works.",
            "would_change": "A fall.",
            "look_again_on": self.today + dt.timedelta(days=90),
        }
        aside = more.pop("aside", None)
        asked = said | {"by": self.chair, "at": self.at, "today": self.today} | more
        return actions.decide_item(item, kind, aside=aside, **asked)


def setting(chair: Person, members: list[Person], **other: Any) -> actions.Setting:
    fields: dict[str, Any] = {
        "name": "Growth board", "chair": chair, "members": [chair, *members], "every_days": 90, "quorum": 2,
        "starts_at": dt.time(10),
    }  # fmt: skip
    return actions.Setting(**(fields | other))


def board(now: bool = False, shadow: bool = False, **other: Any) -> Board:
    """A board of the whole portfolio; `now`: as of this very day, for pages that read the clock; `shadow`: whatever
    the evidence recommends does not bind yet."""
    today, at = (clock.today(), clock.now()) if now else (TODAY, AT)
    retail = Domain.objects.filter(key="retail").first() or f.DomainFactory(key="retail", name="Retail")
    operations = Person.objects.filter(grants__role="product_operations").first() or person(
        "Olga Operations", Role.PRODUCT_OPERATIONS
    )
    chair = person("Clara Chair", Role.EXECUTIVE)
    if not shadow:
        f.EnforcementFactory(from_on=TODAY, decided_by=chair)
    members = [person(f"{name} Member", Role.EXECUTIVE) for name in ("Adam", "Berta", "Carl")]
    forum = actions.open_forum(
        "growth", "portfolio", None, today, setting(chair, members, **other), by=operations, at=at, today=today
    )
    return Board(forum, chair, members, operations, retail, at, today)


def board_today() -> Board:
    """The same with its review held on this very day, for pages that open it."""
    made = board(now=True)
    Review.objects.filter(pk=made.review.pk).update(held_on=clock.today())
    return made
