"""The books under many clients at once, which are killed, and so is the database: nothing lost, nothing done twice."""

import os
import random
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import InterfaceError, OperationalError, connection
from pytest_django import DjangoDbBlocker

from config.embedded.processes import Child, Failed
from config.embedded.servers import Folders, start_postgres
from funding import actions
from funding.models import Actual, ExportBatch, FundingRequest, Ledger, Transfer
from lib.refusals import Refused
from tests import factories as f
from tests.faults.test_night import until
from tests.funding import crowd

CLIENTS = 8
STEPS = 500
pytestmark = pytest.mark.faults


@pytest.fixture
def market(transactional_db: None) -> crowd.Market:
    return crowd.open_market(12)


def since(market: crowd.Market) -> int:
    return Ledger.objects.get(pk=market.books.ledger.pk).seq


def test_eight_clients_do_500_things_each(market: crowd.Market) -> None:
    begun = since(market)
    played = crowd.play_in_threads(market, CLIENTS, STEPS)
    assert crowd.unsound(market.books.ledger) == []
    assert played.posted == crowd.booked(market.books.ledger, begun)
    assert len(played.posted) > CLIENTS * STEPS / 3, f"too little was posted: {len(played.posted)}"


def test_clients_are_killed_and_do_the_same_again(market: crowd.Market, tmp_path: Path) -> None:
    begun, dice = since(market), random.Random(7)
    todo = [crowd.steps(50 + one, STEPS, len(market.tranches)) for one in range(CLIENTS)]
    notes = [tmp_path / str(one) for one in range(CLIENTS)]
    for most in (20, 60, 100):  # each round does all from its beginning, gets further, and is killed on the way
        ends = [dice.randint(1, most) for _ in notes]
        clients = [crowd.in_process(crowd.client(market, *pair)) for pair in zip(todo, notes, strict=True)]
        for one, end, file in zip(clients, ends, notes, strict=True):
            before = len(crowd.noted(file))
            until(lambda file=file, before=before, end=end: lines(file) > before + end, 60)
            os.kill(one.pid or 0, signal.SIGKILL)
        for one in clients:
            one.join()
            assert one.exitcode == -signal.SIGKILL, "it was done before it was killed"
    told = crowd.noted(*notes)
    assert crowd.unsound(market.books.ledger) == []
    assert told.items() <= crowd.booked(market.books.ledger, begun).items()
    clients = [crowd.in_process(crowd.client(market, *pair)) for pair in zip(todo, notes, strict=True)]
    for one in clients:
        one.join()
    assert [one.exitcode for one in clients] == [0] * CLIENTS
    assert crowd.unsound(market.books.ledger) == []
    assert crowd.noted(*notes) == crowd.booked(market.books.ledger, begun)
    assert told.items() <= crowd.noted(*notes).items()


def lines(file: Path) -> int:
    return file.read_text().count("\n") if file.exists() else 0


@dataclass
class Server:
    """A PostgreSQL that a test may kill: it waits for the disk, as one does that keeps real money."""

    folders: Folders
    child: Child

    def kill(self) -> None:
        self.child.kill()

    def start_again(self) -> None:
        """What is left of the one before may still hold its memory for a moment."""
        for _ in range(50):
            try:
                self.child = start_postgres(self.folders)
                return
            except Failed:
                time.sleep(0.2)
        raise AssertionError("PostgreSQL did not come up again")


@pytest.fixture
def own_server(tmp_path: Path, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Server]:
    tmp_path.chmod(0o755)
    folders = Folders.below(tmp_path / "server") if (tmp_path / "server").mkdir() is None else None
    assert folders
    server = Server(folders, start_postgres(folders))
    kept = {name: connection.settings_dict[name] for name in ("HOST", "NAME", "USER", "PASSWORD", "PORT")}
    with django_db_blocker.unblock():
        connection.close()
        own = {"HOST": str(folders.run), "NAME": "stakes", "USER": "stakes", "PASSWORD": "", "PORT": ""}
        connection.settings_dict.update(own)
        try:
            call_command("migrate", verbosity=0)
            yield server
        finally:
            connection.close()
            connection.settings_dict.update(kept)
            server.child.stop()


def test_the_database_is_killed_and_clients_do_the_same_again(own_server: Server, tmp_path: Path) -> None:
    market = crowd.open_market(12)
    begun, dice = since(market), random.Random(9)
    notes = [tmp_path / str(one) for one in range(CLIENTS)]
    clients = [
        crowd.in_process(patient(market, crowd.steps(90 + one, 150, len(market.tranches)), file))
        for one, file in enumerate(notes)
    ]
    connection.close()
    for _ in range(4):
        before = sum(map(lines, notes))
        assert until(lambda before=before: sum(map(lines, notes)) > before + dice.randint(10, 60), 120)
        own_server.kill()
        own_server.start_again()
    assert any(one.is_alive() for one in clients), "all was done before the last kill"
    for one in clients:
        one.join()
    assert [one.exitcode for one in clients] == [0] * CLIENTS
    assert crowd.unsound(market.books.ledger) == []
    assert crowd.noted(*notes) == crowd.booked(market.books.ledger, begun)


def patient(market: crowd.Market, todo: list[crowd.Step], notes: Path) -> Callable[[], None]:
    """A client that does the same again, under the same key, until the database has answered."""

    def run() -> None:
        with notes.open("a") as file:
            for step in todo:
                done = answered(market, step)
                if done is not None:
                    file.write(f"{done.key} {done.amount}\n")
                    file.flush()

    return run


def answered(market: crowd.Market, step: crowd.Step) -> Transfer | None:
    while True:
        try:
            return crowd.perform(market, step)
        except Refused:
            return None
        except (OperationalError, InterfaceError):
            connection.close()
            time.sleep(0.05)


def test_twelve_say_yes_where_three_must(market: crowd.Market) -> None:
    f.ApprovalRuleFactory(from_amount=0, approvers=3)
    people = list(crowd.checkers(12))
    for place in range(10):
        request = crowd.asking(market, place, 1_000)
        results = crowd.at_once(*(partial(market.books.approve, request, by=one) for one in people))
        assert (crowd.refused(results), request.approvals.count()) == (9, 3)
        assert crowd.money(market.tranches[place].bet, "committed") == 1_000
    assert crowd.unsound(market.books.ledger) == []


def test_a_yes_against_a_no(market: crowd.Market) -> None:
    books, ends = market.books, []
    no = {"reason_code": "not_now", "comment": "Later.", "at": f.AT, "today": f.TODAY}
    for turn in range(30):
        request = crowd.asking(market, turn % 12, 1_000)
        works = [
            partial(books.approve, request, by=books.checker),
            partial(actions.reject_request, request, by=books.other, **no),
        ]
        results = crowd.at_once(*works[:: 1 if turn % 2 else -1])
        request.refresh_from_db()
        ends.append(request.state)
        assert crowd.refused(results) == 1
        assert Transfer.objects.filter(line__request=request).count() == (request.state == "posted")
    assert set(ends) <= {"posted", "rejected"}
    assert crowd.unsound(books.ledger) == []


def test_a_cease_against_a_release(market: crowd.Market) -> None:
    books = market.books
    for turn, tranche in enumerate(market.tranches):
        books.approve(crowd.asking(market, turn, 5_000_000))
        release = books.release(tranche, 5_000_000, bet=tranche.bet, decision=tranche.bet.decisions.get())
        works = [
            lambda tranche=tranche: crowd.cease(tranche.bet, books.checker),
            lambda release=release: books.approve(release, comment="It must be now."),
        ]
        results = crowd.at_once(*works[:: 1 if turn % 2 else -1])
        assert not isinstance(results[0 if turn % 2 else 1], Refused), "the cease was refused"
        assert [crowd.money(tranche.bet, kind) for kind in ("committed", "released")] == [0, 0]
    assert crowd.unsound(books.ledger) == []


def test_two_requests_that_drain_one_budget(market: crowd.Market) -> None:
    books = market.books
    for turn in range(0, 12, 2):
        left = books.balance("available")
        asked = [crowd.asking(market, turn + one, left * 2 // 3) for one in (0, 1)]
        results = crowd.at_once(*(lambda one=one: books.approve(one) for one in asked))
        assert crowd.refused(results) == 1
        assert sorted(one.state for one in FundingRequest.objects.filter(pk__in=[one.pk for one in asked])) == [
            "posted", "submitted",
        ]  # fmt: skip
    assert crowd.unsound(books.ledger) == []


def test_a_period_is_closed_while_clients_post_and_nothing_slips_in(market: crowd.Market) -> None:
    books = market.books
    period, took = books.ledger.periods.get(), []

    def close() -> None:
        until(lambda: Transfer.objects.filter(kind="spend").count() > 40, 60)
        begun = time.monotonic()
        actions.close_period(period, by=books.checker, at=f.AT)
        took.append(time.monotonic() - begun)

    todo = [crowd.steps(200 + one, 200, 12, asks=0.05) for one in range(CLIENTS)]
    results = crowd.at_once(close, *(lambda mine=mine: crowd.play(market, mine) for mine in todo))
    period.refresh_from_db()
    ledger = Ledger.objects.get(pk=books.ledger.pk)
    assert (period.state, period.seq, period.head) == ("closed", ledger.seq, ledger.head)
    assert sum(one.refusals for one in results[1:]) > 100, "the close came too late to prove anything"
    print(f"closed in {took[0]:.3f} s")  # shown by -s; a measure, not a promise of this machine
    assert crowd.unsound(books.ledger) == []


def test_journals_are_handed_over_while_clients_post(market: crowd.Market) -> None:
    books = market.books

    def export() -> int:
        made = 0
        while made < 5:
            try:
                actions.export_journal(books.ledger, by=books.checker, at=f.AT)
                made += 1
            except Refused:
                time.sleep(0.01)
        return made

    todo = [crowd.steps(300 + one, 120, 12, asks=0.05) for one in range(CLIENTS - 2)]
    crowd.at_once(export, export, *(lambda mine=mine: crowd.play(market, mine) for mine in todo))
    for _ in range(2):
        try:
            actions.export_journal(books.ledger, by=books.checker, at=f.AT)
        except Refused:
            break
    batches = ExportBatch.objects.filter(ledger=books.ledger).order_by("number")
    stretches = [(one.first_seq, one.last_seq) for one in batches]
    assert [first for first, _ in stretches] == [1, *(last + 1 for _, last in stretches[:-1])]
    assert stretches[-1][1] == Transfer.objects.filter(ledger=books.ledger).count()
    assert crowd.unsound(books.ledger) == []


def test_the_same_key_many_times_at_once(market: crowd.Market) -> None:
    books = market.books
    for turn in range(10):
        step = crowd.Step(uuid.uuid4(), ("own", "commit", "reallocate")[turn % 3], turn, 7, uuid.UUID(int=0))
        results = crowd.at_once(*(lambda step=step: crowd.perform(market, step) for _ in range(8)))
        assert len({one.pk for one in results}) == 1
    assert crowd.unsound(books.ledger) == []


def test_the_same_actuals_many_times_at_once(market: crowd.Market) -> None:
    files, books = [crowd.actuals(market, 200) for _ in range(3)], market.books
    take = partial(actions.take_over_money_file, by=books.checker, at=f.AT)
    results = crowd.at_once(*(partial(take, one) for one in [*files, *files]))
    assert crowd.refused(results) >= 3  # each file is taken over once
    assert Actual.objects.count() == Actual.objects.filter(transfer__isnull=False).count() == 200
    assert Transfer.objects.filter(kind="spend").count() == 200
    assert crowd.unsound(books.ledger) == []
