"""What members read before a review: why each bet is on the agenda, what is at stake until when, near misses, and what
has changed since the forum met last. What the evidence recommends shows no sooner than on the page of the item."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.timezone import localdate

from bets.models import Bet, Flag
from funding.rules_runway import Runway
from funding.runway import runways_of
from org.models import Person
from org.visibility import powers_of
from portfolio.agenda import all_of
from portfolio.changes import Changes, changes_of
from portfolio.models import Review
from portfolio.nights import latest_night
from portfolio.queue import near_miss_words
from portfolio.review_page import Entry, review_page
from portfolio.rules_reviews import RECOMMENDED

# Flags that say what the evidence recommends, as its verdict does.
TELLING = (Flag.Kind.CEASE, Flag.Kind.PIVOT, Flag.Kind.SCALE)


@dataclass(frozen=True)
class ReadItem:
    """An item of the agenda. `shows`: whether what the evidence recommends is shown to this person already."""

    entry: Entry
    shows: bool
    runway: Runway

    @property
    def recommended(self) -> str:
        """A kind of decision, or nothing."""
        verdict = self.entry.row.verdict
        return RECOMMENDED.get(verdict.kind, "") if verdict and self.shows else ""

    @property
    def flags(self) -> list[Flag]:
        return [one for one in self.entry.row.flags if self.shows or one.kind not in TELLING]

    @property
    def last_day(self) -> date | None:
        """The last day on which acting is still worth it: as flagged, else what the money leaves."""
        flagged = min((one.act_by for one in self.entry.row.flags if one.act_by), default=None)
        return flagged or self.runway.last_day

    @property
    def is_late(self) -> bool:
        return self.last_day is not None and self.last_day < self.entry.today


@dataclass(frozen=True)
class NearMissRead:
    flag: Flag

    @property
    def words(self) -> str:
        return near_miss_words(self.flag)


@dataclass(frozen=True)
class PreRead:
    """`former` is the last review that the forum held; `changes` are counted from it, or over a month before the first
    one; None while there is no night to compare with."""

    review: Review
    items: Sequence[ReadItem]
    near_misses: Sequence[NearMissRead]
    former: Review | None
    changes: Changes | None
    minutes: int
    to_vote: int
    quiet: int

    @property
    def hidden(self) -> int:
        """Items of which this person does not see yet what the evidence recommends."""
        return sum(not one.shows for one in self.items)


def pre_read(review: Review, person: Person, today: date) -> PreRead:
    """`review` with its forum. About thirty queries, whatever the number of items."""
    page, seen = review_page(review, person, today), Bet.objects.visible_to(powers_of(person))
    runways = runways_of([entry.row.bet for entry in page.entries], today)
    items = [
        ReadItem(one, one.item.opened_at is not None or one.voted or not page.is_member, runways[one.row.bet.pk])
        for one in page.entries
    ]
    mine = all_of(review.forum).filter(pk__in=seen.order_by().values("pk")).exclude(state=Bet.State.DRAFT)
    misses = Flag.objects.filter(kind=Flag.Kind.NEAR_MISS, cleared_on=None, bet__in=mine.order_by().values("pk"))
    former = _former(review)
    since = localdate(former.closed_at) if former and former.closed_at else None
    changes = changes_of(mine, latest_night(), today, since)
    return PreRead(
        review, items, [NearMissRead(one) for one in misses.select_related("bet", "reader").order_by("read_by", "pk")],
        former, changes and _told(changes, {one.entry.row.bet.key: one.shows for one in items}), page.minutes,
        page.to_vote, len(page.quiet),
    )  # fmt: skip


def _former(review: Review) -> Review | None:
    """The review that the forum held last before this one. One query."""
    held = Review.objects.filter(forum=review.forum, state=Review.State.CLOSED, held_on__lte=review.held_on)
    return held.exclude(pk=review.pk).order_by("-held_on", "-pk").first()


def _told(changes: Changes, shows: Mapping[str, bool]) -> Changes:
    """Without what would say what the evidence recommends of a bet on which this person has yet to vote."""
    return replace(changes, all=[
        one for one in changes.all if shows.get(one.key, True) or (one.what != "verdict" and one.flag not in TELLING)
    ])  # fmt: skip


def pre_read_text(page: PreRead) -> str:
    """The same as plain text, for e-mail, in the language of the site; nothing of it says what the evidence
    recommends, nor how verdicts have moved."""
    items = [replace(one, shows=False) for one in page.items]
    everything = {one.entry.row.bet.key: False for one in items}
    quiet = page.changes and _told(page.changes, {one.key: False for one in page.changes.all} | everything)
    with translation.override(settings.LANGUAGE_CODE):
        return render_to_string("mail/pre_read.txt", {"page": replace(page, items=items, changes=quiet)}).strip()
