"""Whatever is done to the books, in whatever order, they hold after every step."""

import datetime as dt
import uuid
from dataclasses import replace

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from funding import actions
from funding.models import Ledger, Transfer
from lib.refusals import Refused
from tests import factories as f
from tests.attempts import run
from tests.funding import crowd

pytestmark = pytest.mark.django_db
LATER = f.TODAY + dt.timedelta(days=402)  # in the period after the one that holds today
AMOUNTS = st.one_of(st.integers(1, 1_200_000), st.sampled_from([1, 1_000_000, 10**15]))


class Books(RuleBasedStateMachine):
    """Real books in a real database; what an example did to them is rolled back at its end."""

    market: crowd.Market  # of the test
    posted = 0  # by all examples together

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.market = replace(self.market)
        self.ledger = self.market.books.ledger
        self.done: list[tuple[crowd.Step, dt.date, int | None]] = []  # on which day, and the transfer that came of it

    def head(self) -> tuple[int, str]:
        ledger = Ledger.objects.get(pk=self.ledger.pk)
        return ledger.seq, ledger.head

    @rule(
        kind=st.sampled_from(sorted({*crowd.POSTS, *crowd.ASKS})),
        place=st.integers(0, 1),
        amount=AMOUNTS,
        data=st.data(),
    )
    def something(self, kind: str, place: int, amount: int, data: st.DataObject) -> None:
        earlier = data.draw(st.sampled_from([step.key for step, _, _ in self.done] or [uuid.UUID(int=0)]))
        step, (seq, _) = crowd.Step(uuid.uuid4(), kind, place, amount, earlier), self.head()
        done = tried(self.market, step)
        assert self.head()[0] == seq + (done is not None)
        self.done.append((step, self.market.day, done.pk if done else None))
        type(self).posted += done is not None

    @precondition(lambda self: any(posted for _, _, posted in self.done))
    @rule(data=st.data())
    def something_again(self, data: st.DataObject) -> None:
        step, day, posted = data.draw(st.sampled_from([one for one in self.done if one[2]]))
        before, again = self.head(), tried(replace(self.market, day=day), step)
        assert (again and again.pk, self.head()) == (posted, before)

    @precondition(lambda self: self.market.day == f.TODAY)
    @rule()
    def close_the_period(self) -> None:
        before = self.head()
        actions.close_period(self.ledger.periods.get(code="open"), by=self.market.books.checker, at=f.AT)
        for day, goes in ((f.TODAY, False), (LATER, True)):
            self.market.day = day
            step = crowd.Step(uuid.uuid4(), "own", 0, 1, uuid.UUID(int=0))
            assert (tried(self.market, step) is not None) is goes
        assert self.head()[0] == before[0] + 1

    @invariant()
    def the_books_hold(self) -> None:
        run("SET CONSTRAINTS ALL IMMEDIATE")
        run("SET CONSTRAINTS ALL DEFERRED")
        assert crowd.unsound(self.ledger) == []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)


def tried(market: crowd.Market, step: crowd.Step) -> Transfer | None:
    try:
        return crowd.perform(market, step)
    except Refused:
        return None


def test_the_books_hold_after_every_step() -> None:
    Books.market, Books.posted = crowd.open_market(2), 0
    opened = Ledger.objects.get(pk=Books.market.books.ledger.pk)
    f.FiscalPeriodFactory(ledger=Books.market.books.ledger, code="next", starts_on=LATER, ends_on=LATER)
    few = settings(
        max_examples=4, stateful_step_count=12, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(Books, settings=few)  # its invariants are asserted after every step
    assert Books.posted > 0, "nothing was posted, so nothing was proved"
    left = Ledger.objects.get(pk=opened.pk)
    assert (left.seq, left.head) == (opened.seq, opened.head), "an example left something behind"
    assert crowd.unsound(left) == []
