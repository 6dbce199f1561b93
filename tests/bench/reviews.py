"""Reviews: the agenda of 1,000 bets and one item, beside a page of the same size; and a decision beside its parts."""

import datetime as dt
from collections.abc import Callable
from itertools import cycle
from typing import Any

from django.db import connection, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from bets.actions import Aside, record_decision
from bets.models import Bet
from funding.actions import follow_decision
from org.models import Person, RoleGrant
from portfolio import actions
from portfolio.models import AgendaItem, Review
from portfolio.rules_reviews import KINDS
from tests.bench.enterprise import Enterprise
from tests.bench.pages import SETTINGS, analyse, measured, own_database, reference_of
from tests.bench.report import Row, best

SIZE = 1_000


def rows() -> list[Row]:
    with own_database(), override_settings(**SETTINGS):
        enterprise = Enterprise()
        enterprise.grow(SIZE)
        analyse()
        review = _review(enterprise)
        seconds, asked = _timed(lambda: _agenda(review, enterprise))
        _agenda(review, enterprise)
        client = Client(HTTP_ACCEPT_ENCODING="gzip")
        client.force_login(enterprise.executive, backend="allauth.account.auth_backends.AuthenticationBackend")
        where = review.get_absolute_url()
        item = review.items.select_related("bet").order_by("position")[0]
        pages = {f"Review of {SIZE:,} bets": where, "One item of it": f"{where}bets/{item.bet.key}/"}
        pages |= {f"Goals of {SIZE:,} bets": "/goals/", f"Trends of {SIZE:,} bets": "/trends/"}
        made = Row(f"Agenda of {SIZE:,} bets made", f"{seconds * 1000:.0f} ms, {asked} statements", "", "")
        shown = [_page(name, client, address) for name, address in pages.items()]
        return [made, *shown, _decision(item, enterprise), *_meeting(item, client)]


def _review(enterprise: Enterprise) -> Review:
    person = Person.objects.create(email="operations@example.org", name="Olga Operations")
    RoleGrant.objects.create(person=person, role="product_operations")
    wanted = actions.Setting(
        "Growth board", enterprise.executive, [enterprise.executive], 90, 1, dt.time(10), 90,
        {(kind, "EUR"): None for kind in KINDS},
    )  # fmt: skip
    forum = actions.open_forum(
        "growth", "portfolio", None, enterprise.today, wanted, by=person, at=enterprise.at, today=enterprise.today
    )
    return forum.reviews.order_by("held_on")[0]


def _agenda(review: Review, enterprise: Enterprise) -> Review:
    return actions.make_agenda(review, by=enterprise.executive, at=enterprise.at, today=enterprise.today)


def _timed(act: Callable[[], Any]) -> tuple[float, int]:
    """Best seconds of five, each undone, and the statements of one."""

    def undone() -> None:
        with transaction.atomic():
            act()
            transaction.set_rollback(True)

    with CaptureQueriesContext(connection) as queries:
        undone()
    return best(5, undone), len([one for one in queries if "SAVEPOINT" not in one["sql"]])


def _page(name: str, client: Client, address: str) -> Row:
    seconds, queries, text, _size = measured(client, address)
    reference = reference_of(client, text)
    return Row(
        name, f"{seconds * 1000:.0f} ms, {queries} queries",
        f"the same {len(text) // 1000} kB from memory: {reference * 1000:.1f} ms", f"{seconds / reference:.1f}",
    )  # fmt: skip


def _decision(item: AgendaItem, enterprise: Enterprise) -> Row:
    """A decision of a review against the decision and its consequences for money, each on its own."""
    Review.objects.filter(pk=item.review_id).update(held_on=enterprise.today, state="open", opened_at=enterprise.at)
    AgendaItem.objects.filter(pk=item.pk).update(opened_at=enterprise.at)
    bet = Bet.objects.get(pk=item.bet_id)
    when = {"by": enterprise.executive, "at": enterprise.at, "today": enterprise.today}
    said = {"rationale": "It works.", "would_change": "A fall.", "look_again_on": enterprise.today + dt.timedelta(90)}
    aside = Aside(second_reader=enterprise.leads[-1], rescore_on=enterprise.today + dt.timedelta(60))
    whole, statements = _timed(lambda: actions.decide_item(item, "persist", aside=aside, **said, **when))
    alone, some = _timed(lambda: record_decision(bet, "persist", **said, **when))
    with transaction.atomic():
        decision = record_decision(bet, "persist", **said, **when)
        follows, more = _timed(lambda: follow_decision(decision, wind_down=None, **when))
        transaction.set_rollback(True)
    return Row(
        "A decision of a review, with all that follows", f"{whole * 1000:.1f} ms, {statements} statements",
        f"its parts: {(alone + follows) * 1000:.1f} ms, {some + more} statements", f"{whole / (alone + follows):.2f}",
    )  # fmt: skip


def _meeting(item: AgendaItem, client: Client) -> list[Row]:
    """What the chair waits for between two items, and what everybody asks for every two seconds; the review is open."""
    where = item.review.get_absolute_url()
    there, keys = f"{where}meeting/", item.review.items.order_by("position").values_list("bet__key", flat=True)
    places = cycle(keys[:2])

    def step() -> None:
        client.post(f"{where}bets/{next(places)}/open/", {"meeting": "1"})
        client.get(there)

    step()
    whole, page = _asked(step), _asked(lambda: client.get(there))
    known = {"If-None-Match": client.get(f"{there}state/").headers["ETag"]}
    state = _asked(lambda: client.get(f"{there}state/", headers=known))
    reference = reference_of(client, measured(client, there)[2])
    return [
        Row("Meeting mode, one step: open the next item, and its page", _words(whole),
            f"the same page from memory: {reference * 1000:.1f} ms", f"{whole[0] / reference:.1f}"),
        Row("Meeting mode, its state asked for and unchanged", _words(state), f"its page: {_words(page)}",
            f"{state[0] / page[0]:.2f}"),
    ]  # fmt: skip


def _asked(act: Callable[[], Any]) -> tuple[float, int]:
    """Best seconds of five, and the queries of one."""
    with CaptureQueriesContext(connection) as queries:
        act()
        asked = len(queries)  # the next request forgets them
    return best(5, act), asked


def _words(found: tuple[float, int]) -> str:
    return f"{found[0] * 1000:.0f} ms, {found[1]} queries"
