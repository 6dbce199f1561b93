"""Many at once at the same books: what each of them does by chance, and what must hold whatever they did."""

import datetime as dt
import multiprocessing
import os
import random
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Sum

from bets.models import Bet, Tranche
from funding import actions
from funding.chain import verify
from funding.models import Account, Budget, FundingRequest, Ledger, MoneyFile, Transfer
from lib.refusals import Refused
from org.models import Person
from tests import factories as f
from tests.funding.books import Books, open_books

FORK = multiprocessing.get_context("fork")
# Of what is done: most of it spends.
POSTS = ("open", "spend", "spend", "spend", "refund", "own", "reverse")  # without a request
ASKS = ("commit", "release", "return", "set_aside", "reallocate", "appropriate", "hand_back")


@dataclass
class Market:
    """Books with two budgets and several bets, each with a tranche to which money was released."""

    books: Books
    other: Budget
    tranches: list[Tranche]
    day: dt.date = f.TODAY  # on which everything takes effect


def open_market(bets: int = 6, *, shadow: bool = False) -> Market:
    books = open_books(shadow=shadow)
    other = actions.open_budget(
        books.ledger, "DS-B", "The other one", books.domain, "bet", f.TODAY, f.TODAY + dt.timedelta(days=90), at=f.AT
    )
    tranches = []
    for _ in range(bets):
        bet = f.BetFactory(domain=books.domain, state="live")
        f.DecisionFactory(bet=bet, kind="fund", look_again_on=f.TODAY)
        tranches.append(f.TrancheFactory(bet=bet, sequence=1, amount=10_000_000))
        for kind in Account.Kind.values:
            if kind not in ("appropriation", "available"):
                books.account(kind, tranches[-1])
        into(books, books.account("released", tranches[-1]), 1_000_000)
    into(books, actions.account_of(other, "available"), 50_000_000)
    books.account("spent")
    return Market(books, other, tranches)


def into(books: Books, account: Account, amount: int) -> Transfer:
    """An opening balance."""
    move = actions.Move(
        uuid.uuid4(), "open", actions.appropriation_of(books.ledger), account, amount, f.TODAY, "opening", "Opening"
    )
    return actions.post(move, at=f.AT, by=None)


@dataclass(frozen=True)
class Step:
    """Something to do, with the key that makes it happen once."""

    key: uuid.UUID
    kind: str
    place: int  # of the tranche
    amount: int
    earlier: uuid.UUID  # what a reversal takes back


def steps(seed: int, count: int, places: int, asks: float = 0.15) -> list[Step]:
    """What one client does: the same seed gives the same."""
    dice, found = random.Random(seed), []
    for _ in range(count):
        kind = dice.choice(ASKS if dice.random() < asks else POSTS)
        earlier = dice.choice(found).key if found else uuid.UUID(int=0)
        found.append(
            Step(uuid.UUID(int=dice.getrandbits(128)), kind, dice.randrange(places), dice.randint(1, 60_000), earlier)
        )
    return found


def perform(market: Market, step: Step) -> Transfer | None:
    """Does one thing. Refused says why not; None: it was asked for, and nothing came of it."""
    if step.kind in ASKS:
        return _asked(market, step)
    if step.kind == "reverse":
        return _reversed(market, step)
    books, tranche = market.books, market.tranches[step.place]
    sides = {
        "open": (actions.appropriation_of(books.ledger), books.account("available")),
        "spend": (books.account("released", tranche), books.account("spent", tranche)),
        "refund": (books.account("spent", tranche), books.account("released", tranche)),
        "own": (books.account("available"), books.account("spent")),
    }[step.kind]
    kind = "spend" if step.kind == "own" else step.kind
    move = actions.Move(step.key, kind, *sides, step.amount, market.day, "actual", f"Document {step.key}")
    return actions.post(move, at=f.AT, by=books.checker)


def _reversed(market: Market, step: Step) -> Transfer | None:
    there = Transfer.objects.filter(key=step.earlier).first()
    if there is None:
        return None
    return actions.reverse_transfer(
        there, key=step.key, document="Mail", memo="Wrong.", effective_date=market.day, by=market.books.checker, at=f.AT
    )


def _asked(market: Market, step: Step) -> Transfer | None:
    books, tranche = market.books, market.tranches[step.place]
    leaves, reaches = {
        "commit": (books.account("available"), books.account("committed", tranche)),
        "release": (books.account("committed", tranche), books.account("released", tranche)),
        "return": (books.account("released", tranche), books.account("available")),
        "set_aside": (books.account("released", tranche), books.account("winddown", tranche)),
        "reallocate": (books.account("available"), actions.account_of(market.other, "available")),
        "appropriate": (actions.appropriation_of(books.ledger), books.account("available")),
        "hand_back": (books.account("available"), actions.appropriation_of(books.ledger)),
    }[step.kind]
    bet = tranche.bet if step.kind in ("commit", "release", "return", "set_aside") else None
    ask = actions.Ask(step.kind, leaves, reaches, step.amount, tranche=tranche if bet else None)
    kind = {"set_aside": "return", "hand_back": "appropriate"}.get(step.kind, step.kind)
    decision = bet.decisions.first() if bet and kind == "release" else None
    request = books.submit(kind, [ask], key=step.key, bet=bet, decision=decision, effective_date=market.day)
    books.approve(request, comment="We know that its gate is not met.")
    return Transfer.objects.filter(line__request=request).first()


def unsound(ledger: Ledger) -> list[str]:
    """What is wrong with these books."""
    verdict, stands = verify(ledger), Ledger.objects.get(pk=ledger.pk)
    accounts, transfers = Account.objects.filter(ledger=ledger), Transfer.objects.filter(ledger=ledger)
    posted = transfers.filter(line__isnull=False).values("line__request").annotate(count=Count("pk"))
    carried = {row["line__request"]: row["count"] for row in posted}
    asked = FundingRequest.objects.filter(ledger=ledger).annotate(count=Count("lines"))
    wrong = {
        verdict.why: not verdict.fits,
        "the balances do not sum up to 0": accounts.aggregate(sum=Sum("balance"))["sum"] != 0,
        "an account is below 0": accounts.exclude(kind="appropriation").filter(balance__lt=0).exists(),
        "the numbers have gaps": transfers.count() != stands.seq,
        "a request was carried out by half": any(
            carried.get(one.pk, 0) != (one.count if one.state == "posted" else 0) for one in asked
        ),
    }
    return [words for words, holds in wrong.items() if holds]


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Does all of it in threads that start together: what each gave, or its Refused. All else is raised."""
    gate, given = threading.Barrier(len(works)), [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        try:
            gate.wait()
            given[place] = work()
        except BaseException as error:
            given[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    for one in given:
        if isinstance(one, BaseException) and not isinstance(one, Refused):
            raise one
    return given


def refused(results: Sequence[Any]) -> int:
    return sum(isinstance(one, Refused) for one in results)


@dataclass
class Played:
    """What clients were told: amounts of what was posted, by key, and how often they were refused."""

    posted: dict[uuid.UUID, int] = field(default_factory=dict)
    refusals: int = 0


def play(market: Market, todo: Sequence[Step], told: Callable[[Transfer], object] = lambda _: None) -> Played:
    """Does one step after the other, and says what was posted as soon as that is known."""
    played = Played()
    for step in todo:
        try:
            done = perform(market, step)
        except Refused:
            played.refusals += 1
            continue
        if done is not None:
            played.posted[done.key] = done.amount
            told(done)
    return played


def play_in_threads(market: Market, clients: int, count: int, seed: int = 1) -> Played:
    todo = [steps(seed * 1000 + one, count, len(market.tranches)) for one in range(clients)]
    results = at_once(*(lambda mine=mine: play(market, mine) for mine in todo))
    together = Played()
    for one in results:
        together.posted |= one.posted
        together.refusals += one.refusals
    return together


def in_process(work: Callable[[], object]) -> "multiprocessing.process.BaseProcess":
    """Starts a process of its own, with a connection of its own; the one of this process stays untouched."""

    def run() -> None:
        connection.connection = None
        code = 1
        try:
            work()
            code = 0
        except Refused:
            code = 2
        finally:
            connection.close()
            os._exit(code)

    started = FORK.Process(target=run)
    started.start()
    return started


def client(market: Market, todo: Sequence[Step], notes: Path) -> Callable[[], None]:
    """The work of a client that writes down what it was told was posted: key, then amount."""

    def run() -> None:
        with notes.open("a") as file:
            play(market, todo, lambda done: (file.write(f"{done.key} {done.amount}\n"), file.flush()))

    return run


def noted(*files: Path) -> dict[uuid.UUID, int]:
    """What clients wrote down; a line that a kill cut off counts for nothing."""
    lines = [line for file in files if file.exists() for line in file.read_text().splitlines(keepends=True)]
    pairs = [line.split() for line in lines if line.endswith("\n")]
    return {uuid.UUID(key): int(amount) for key, amount in pairs}


def booked(ledger: Ledger, since: int) -> dict[uuid.UUID, int]:
    """What stands in the ledger after the transfer of that number."""
    found = Transfer.objects.filter(ledger=ledger, seq__gt=since)
    return dict(found.values_list("key", "amount"))


def money(bet: Bet, kind: str) -> int:
    found: int | None = Account.objects.filter(tranche__bet=bet, kind=kind).aggregate(sum=Sum("balance"))["sum"]
    return found or 0


def cease(bet: Bet, by: Person) -> None:
    """Decides that it ceases, and does what follows for its money."""
    with transaction.atomic():
        bet = Bet.objects.select_for_update(no_key=True).get(pk=bet.pk)
        decision = f.DecisionFactory(bet=bet, kind="cease", look_again_on=None)
        actions.follow_decision(decision, wind_down=0, by=by, at=f.AT, today=f.TODAY)


def asking(market: Market, place: int, amount: int, **fields: Any) -> FundingRequest:
    """A request to commit so much to a tranche."""
    books, tranche = market.books, market.tranches[place]
    sides = books.account("available"), books.account("committed", tranche)
    return books.submit("commit", [actions.Ask("commit", *sides, amount, tranche)], bet=tranche.bet, **fields)


def actuals(market: Market, count: int) -> MoneyFile:
    """An uploaded file of as many documents, all of them spent from what the first tranche has been given."""
    tranche = market.tranches[0]
    lines = [f"51{n:08};{f.TODAY};{n % 7 + 1}.00;;;{tranche.bet.key}/{tranche.sequence};Talks" for n in range(count)]
    data = "\n".join(["Document;Date;Amount;Cost centre;Account;Reference;Memo", *lines]).encode()
    by = market.books.checker
    return actions.upload_money_file("actuals", market.books.ledger, "a.csv", data, by=by, at=f.AT, source="SAP")


def checkers(count: int) -> Iterator[Person]:
    """People who may say yes."""
    for _ in range(count):
        person = f.PersonFactory()
        f.RoleGrantFactory(person=person, role="finance")
        yield person
