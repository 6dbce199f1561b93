"""Several at once at the same books, in small: `make faults` does the same with thousands of operations and kills."""

import uuid
from functools import partial

import pytest

from funding import actions
from funding.models import Actual, FundingRequest, Ledger, Transfer
from tests import factories as f
from tests.funding import crowd

pytestmark = pytest.mark.django_db(transaction=True)


def test_whatever_four_do_at_once_the_books_hold_and_nothing_is_lost_or_doubled() -> None:
    market = crowd.open_market(3)
    ledger = market.books.ledger
    since = Ledger.objects.get(pk=ledger.pk).seq
    played = crowd.play_in_threads(market, clients=4, count=12)
    assert crowd.unsound(ledger) == []
    assert played.posted == crowd.booked(ledger, since)
    again = crowd.play_in_threads(market, clients=4, count=12)
    assert again.posted.items() >= played.posted.items()
    assert again.posted == crowd.booked(ledger, since)


def test_a_request_is_decided_once_whoever_speaks_at_the_same_moment() -> None:
    market = crowd.open_market(2)
    books = market.books
    first, second = market.tranches
    request = books.commit(first, bet=first.bet)
    results = crowd.at_once(*(lambda one=one: books.approve(request, by=one) for one in crowd.checkers(3)))
    assert crowd.refused(results) == 2
    request = books.commit(second, bet=second.bet)
    no = {"reason_code": "not_now", "comment": "Later.", "at": f.AT, "today": f.TODAY}
    crowd.at_once(
        lambda: books.approve(request, by=books.checker),
        lambda: actions.reject_request(request, by=books.other, **no),
    )
    request.refresh_from_db()
    assert request.state in ("posted", "rejected")
    asked = [crowd.asking(market, place, 80_000_000) for place in (0, 1)]
    results = crowd.at_once(*(lambda one=one: books.approve(one) for one in asked))
    assert crowd.refused(results) == 1
    key = uuid.uuid4()
    ask = [actions.Ask("reallocate", books.account("available"), actions.account_of(market.other, "available"), 5)]
    results = crowd.at_once(*(lambda: books.submit("reallocate", ask, key=key, bet=None) for _ in range(3)))
    assert len({one.pk for one in results}) == FundingRequest.objects.filter(key=key).count() == 1
    assert crowd.unsound(books.ledger) == []


def test_the_same_actuals_at_once_are_spent_once() -> None:
    market = crowd.open_market(1)
    files = [crowd.actuals(market, 5) for _ in range(2)]
    take = partial(actions.take_over_money_file, by=market.books.checker, at=f.AT)
    crowd.at_once(*(partial(take, one) for one in [*files, files[0]]))
    assert Transfer.objects.filter(kind="spend").count() == Actual.objects.filter(transfer__isnull=False).count() == 5
    assert crowd.unsound(market.books.ledger) == []


def test_a_release_does_not_slip_in_beside_a_cease_nor_a_posting_beside_the_close() -> None:
    market = crowd.open_market(1)
    books, tranche = market.books, market.tranches[0]
    books.approve(books.commit(tranche, bet=tranche.bet))
    request = books.release(tranche, bet=tranche.bet, decision=tranche.bet.decisions.get())
    crowd.at_once(
        lambda: crowd.cease(tranche.bet, books.checker), lambda: books.approve(request, comment="It must be now.")
    )
    assert [crowd.money(tranche.bet, kind) for kind in ("committed", "released")] == [0, 0]
    period, steps = books.ledger.periods.get(), crowd.steps(3, 20, 1, asks=0)
    crowd.at_once(lambda: crowd.play(market, steps), lambda: actions.close_period(period, by=books.checker, at=f.AT))
    period.refresh_from_db()
    assert (period.state, period.seq) == ("closed", Transfer.objects.filter(ledger=books.ledger).count())
    assert crowd.unsound(books.ledger) == []
