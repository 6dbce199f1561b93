"""Postings a second, requests with their approval, and a verification of 100,000 rows.

Beside a minimal transaction on the same server, and beside django-hordak, which is put into a folder of its own and
thrown away with it; without a network its row says so.
"""

import json
import os
import subprocess
import sys
import tempfile
import uuid
import venv
from collections.abc import Callable
from pathlib import Path

import psycopg
from django.db import connection

from bets.models import Tranche
from funding import actions
from funding.chain import verify
from funding.models import Account, AuthorityLimit, FiscalPeriod, FundingRequest, Ledger, Transfer
from org.models import Person, Role, RoleGrant
from tests.bench.clients import per_second
from tests.bench.enterprise import Enterprise
from tests.bench.pages import analyse, own_database
from tests.bench.report import Row, best

CLIENTS = (1, 8)
BETS, TRANSFERS, CHUNK = 60, 100_000, 1_000
# 100,000 transfers through the trigger that posts, as any other: money of tranches that is spent.
FILL = """
INSERT INTO funding_transfer (key, ledger_id, seq, kind, debit_account_id, credit_account_id, amount, effective_date,
  period_id, document, reason_code, memo, treatment, cost_centre, erp_account, hash, posted_at, posted_by_id)
SELECT gen_random_uuid(), %(ledger)s, 0, 'spend', d.id, c.id, 1 + n %% 900, %(day)s, %(period)s, 'Document ' || n,
  'actual', 'Ausgaben für „Gespräche“', 'opex', '4100', '660000', '', %(at)s, %(by)s
FROM generate_series(%(from)s, %(to)s) AS n
JOIN (SELECT id, tranche_id, row_number() OVER (ORDER BY id) - 1 AS place FROM funding_account WHERE kind = 'released')
  AS c ON c.place = n %% %(tranches)s
JOIN funding_account d ON d.tranche_id = c.tranche_id AND d.kind = 'spent'
"""


class World:
    """A ledger with one budget, from which each of some bets has money."""

    def __init__(self) -> None:
        self.enterprise = Enterprise()
        self.enterprise.grow(BETS)
        self.at, self.today = self.enterprise.at, self.enterprise.today
        self.lead, self.checker = self._person("lead", Role.PRODUCT_LEAD), self._person("finance", Role.FINANCE)
        self.ledger = actions.open_ledger("bench", "Northwind Bench", "EUR", at=self.at)
        year = self.today.replace(month=1, day=1), self.today.replace(month=12, day=31)
        self.period = FiscalPeriod.objects.create(ledger=self.ledger, code="all", starts_on=year[0], ends_on=year[1])
        self.budget = actions.open_budget(
            self.ledger, "B", "Bets", self.enterprise.domains[0], "bet", *year, at=self.at
        )  # fmt: skip
        self.available = actions.account_of(self.budget, "available")
        self.tranches = list(Tranche.objects.filter(sequence=1).select_related("bet__domain")[:BETS])
        for kind in FundingRequest.Kind.values:
            AuthorityLimit.objects.create(
                role=Role.FINANCE, kind=kind, currency="EUR", max_amount=10**14, valid_from=year[0], set_at=self.at
            )
        self._give()

    def _person(self, name: str, role: str) -> Person:
        person = Person.objects.create(email=f"{name}@bench.example", name=name, toured_at=self.enterprise.at)
        RoleGrant.objects.create(person=person, role=role)
        return person

    def _give(self) -> None:
        source = actions.appropriation_of(self.ledger)
        moves = [self.opening(source, self.available, 10**12)]
        for tranche in self.tranches:
            for kind in ("committed", "spent"):
                actions.account_of(self.budget, kind, tranche)
            moves.append(self.opening(source, actions.account_of(self.budget, "released", tranche), 10**9))
        actions.post_all(self.ledger, moves, at=self.at, by=None)

    def opening(self, source: Account, target: Account, amount: int) -> actions.Move:
        return actions.Move(uuid.uuid4(), "open", source, target, amount, self.today, "opening", "Opening balance")

    def fill(self) -> None:
        values = {
            "ledger": self.ledger.pk, "day": self.today, "period": self.period.pk, "at": self.at,
            "tranches": len(self.tranches), "by": self.checker.pk,
        }  # fmt: skip
        for begin in range(0, TRANSFERS, CHUNK):  # within a transaction, each posting leaves the next one more to pass
            with connection.cursor() as cursor:
                cursor.execute(FILL, values | {"from": begin + 1, "to": begin + CHUNK})
        analyse()

    def posting(self, place: int) -> Callable[[], object]:
        """Spends from the money of a tranche, as an actual does."""
        connection.connection = None
        tranche = self.tranches[place]
        leaves, reaches = (actions.account_of(self.budget, kind, tranche) for kind in ("released", "spent"))

        def work() -> None:
            move = actions.Move(uuid.uuid4(), "spend", leaves, reaches, 1, self.today, "actual", "Document")
            actions.post(move, at=self.at, by=self.checker)

        return work

    def request(self, place: int) -> Callable[[], object]:
        """Asks for a cent for a bet, with its evidence, and says yes to it."""
        connection.connection = None
        tranche = [one for one in self.tranches if one.bet.domain_id == self.budget.domain_id][place]
        ask = actions.Ask(
            "commit", self.available, actions.account_of(self.budget, "committed", tranche), 1, tranche
        )  # fmt: skip

        def work() -> None:
            request = actions.submit_request(
                uuid.uuid4(), "commit", [ask], ledger=self.ledger, domain=self.budget.domain, bet=tranche.bet,
                reason_code="plan", justification="As planned.", effective_date=self.today, by=self.lead, at=self.at,
                today=self.today,
            )  # fmt: skip
            request = actions.approve_request(request, by=self.checker, at=self.at, today=self.today)
            if request.state != "posted":
                raise RuntimeError(f"The request is {request.state}: {request.closed_because}")

        return work


def rows() -> list[Row]:
    with own_database():
        world = World()
        analyse()
        connection.close()
        plain = [per_second(clients, minimal) for clients in CLIENTS]
        posted = [per_second(clients, world.posting) for clients in CLIENTS]
        asked = [per_second(clients, world.request) for clients in CLIENTS]
        return [
            *_beside("Postings", posted, plain, "a transaction with one insert"),
            *_beside("Postings", posted, hordak(), "transfer_to of django-hordak"),
            *_beside("Requests with their approval and posting", asked, plain, "a transaction with one insert"),
            *_verified(world),
        ]


def _beside(what: str, ours: list[float], theirs: list[float], name: str) -> list[Row]:
    if not theirs:
        return [Row(f"{what} a second against {name}", "not measured", "it could not be installed here")]
    return [
        Row(f"{what} a second, {_clients(clients)}", f"{mine:,.0f}", f"{name}: {other:,.0f}", f"{mine / other:.2f}")
        for clients, mine, other in zip(CLIENTS, ours, theirs, strict=True)
    ]


def _clients(count: int) -> str:
    return "1 client" if count == 1 else f"{count} clients"


def minimal(place: int) -> Callable[[], object]:
    """One insert and its commit, with nothing in between but the driver."""
    settings = connection.get_connection_params()
    names = {name: settings[name] for name in ("dbname", "host", "user", "password", "port") if settings.get(name)}
    client = psycopg.connect(**names)
    client.execute("CREATE TABLE IF NOT EXISTS bench_minimal (id bigserial PRIMARY KEY, key uuid, amount bigint)")
    client.commit()

    def work() -> None:
        client.execute("INSERT INTO bench_minimal (key, amount) VALUES (%s, %s)", (uuid.uuid4(), 1))
        client.commit()

    return work


def hordak() -> list[float]:
    """Transfers a second of django-hordak on the same server, in a database of its own; nothing without a network."""
    name = "bench_hordak"
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / "bin" / "python"
        versions = [f"django=={_version('django')}", f"psycopg[binary]=={_version('psycopg')}", "django-hordak==2.0.0"]
        installed = subprocess.run([python, "-m", "pip", "install", "--quiet", *versions], capture_output=True)
        if installed.returncode:
            return []
        _database("CREATE DATABASE bench_hordak")
        try:
            url = os.environ["DATABASE_URL"].replace("/stakes?", f"/{name}?")
            script = Path(__file__).with_name("other_ledger.py")
            done = subprocess.run(
                [python, script, url, *map(str, CLIENTS)], capture_output=True, text=True, check=False
            )  # fmt: skip
            if done.returncode:
                sys.stderr.write(done.stderr)
                return []
            return list(json.loads(done.stdout.splitlines()[-1]))
        finally:
            _database("DROP DATABASE bench_hordak WITH (FORCE)")


def _version(package: str) -> str:
    from importlib.metadata import version

    return version(package)


def _database(statement: str) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(statement)


def _verified(world: World) -> list[Row]:
    world.fill()
    ledger = Ledger.objects.get(pk=world.ledger.pk)
    columns = "seq, key, kind, amount, effective_date, document, reason_code, memo, hash, posted_at"

    def read() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {columns} FROM funding_transfer WHERE ledger_id = %s ORDER BY seq", [ledger.pk])
            cursor.fetchall()

    seconds = best(1, lambda: _sound(ledger))
    count, reference = Transfer.objects.filter(ledger=ledger).count(), best(3, read)
    name = f"Verifying a ledger of {count:,} transfers"
    return [
        Row(
            name,
            f"{seconds:.1f} s",
            f"the same rows read by the driver: {reference:.2f} s",
            f"{seconds / reference:.1f}",
        )
    ]


def _sound(ledger: Ledger) -> None:
    verdict = verify(ledger)
    if not verdict.fits:
        raise RuntimeError(f"Transfer {verdict.seq}: {verdict.why}")
