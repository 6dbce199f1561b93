"""The desk of a lead, of product operations and of an executive, with 1,000 bets and 20,000 entries of evidence."""

import datetime as dt

from django.test import Client, override_settings

from bets.models import Assumption, Bet, Comment, Evidence, EvidenceKind, EvidenceLink
from org.models import Person, Role, RoleGrant
from tests.bench.enterprise import Enterprise
from tests.bench.pages import SETTINGS, ZIPPED, analyse, measured, own_database, reference_of
from tests.bench.report import Row

SIZES = ((100, 2_000), (1_000, 20_000))  # bets, entries of evidence


def rows() -> list[Row]:
    with own_database(), override_settings(**SETTINGS):
        enterprise = Enterprise()
        people = _people(enterprise)
        return [row for bets, entries in SIZES for row in _desks(enterprise, people, bets, entries)]


def _people(enterprise: Enterprise) -> dict[str, Person]:
    """A lead of one bet in forty, somebody who leads every bet that nobody else does, and who sees all."""
    roles = {"product operations": Role.PRODUCT_OPERATIONS, "an executive": Role.EXECUTIVE}
    found = {"a lead of one bet in 40": enterprise.leads[0]}
    RoleGrant.objects.create(person=enterprise.leads[0], role=Role.PRODUCT_LEAD)
    for name, role in roles.items():
        found[name] = Person.objects.create(email=f"{role}@bench.example", name=name, toured_at=enterprise.at)
        RoleGrant.objects.create(person=found[name], role=role)
    return found


def _desks(enterprise: Enterprise, people: dict[str, Person], bets: int, entries: int) -> list[Row]:
    enterprise.grow(bets)
    _log(enterprise, entries)
    analyse()
    return [_desk(f"Desk of {name}, {bets:,} bets, {entries:,} entries", person) for name, person in people.items()]


def _desk(name: str, person: Person) -> Row:
    client = Client(**ZIPPED)
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    seconds, queries, text, _ = measured(client, "/desk/")
    reference = reference_of(client, text)
    return Row(
        f"{name}: server time",
        f"{seconds * 1000:.0f} ms, {queries} queries",
        f"the same {len(text) // 1000} kB from memory: {reference * 1000:.1f} ms",
        f"{seconds / reference:.1f}",
    )


def _log(enterprise: Enterprise, entries: int) -> None:
    """Twenty entries a bet, half of them confirmed, each on an assumption; and a question a bet."""
    kind, _ = EvidenceKind.objects.get_or_create(
        key="bench", defaults={"name": "Bench", "cap": 5, "changed_at": enterprise.at}
    )
    fresh = list(Bet.objects.filter(evidence=None).order_by("pk"))
    share = (entries - Evidence.objects.count()) // max(1, len(fresh))
    thoughts = Assumption.objects.bulk_create(
        Assumption(bet=bet, number=n, statement=f"What must be true, {n}", importance=n + 1)
        for bet in fresh for n in (1, 2, 3)
    )  # fmt: skip
    logged = Evidence.objects.bulk_create(
        _entry(enterprise, bet, kind, number) for bet in fresh for number in range(1, share + 1)
    )
    of_bet = {thought.bet_id: thought for thought in thoughts}
    EvidenceLink.objects.bulk_create(
        EvidenceLink(evidence=entry, assumption=of_bet[entry.bet_id], supports=entry.number % 3 > 0) for entry in logged
    )
    confirmed = Evidence.objects.filter(bet__in=fresh, number__lte=share // 2)
    confirmed.update(confirmed_at=enterprise.at, confirmed_by=enterprise.executive)
    Comment.objects.bulk_create(_question(enterprise, bet) for bet in fresh)


def _entry(enterprise: Enterprise, bet: Bet, kind: EvidenceKind, number: int) -> Evidence:
    happened = enterprise.today - dt.timedelta(days=(number * 7 + bet.pk) % 150)
    return Evidence(
        bet=bet, number=number, kind=kind, did="Asked twelve customers.", observed="Nine agreed.", learned="It holds.",
        strength=number % 6, happened_on=happened, logged_at=enterprise.at, logged_by_id=bet.lead_id,
    )  # fmt: skip


def _question(enterprise: Enterprise, bet: Bet) -> Comment:
    return Comment(
        bet=bet, text="What of this holds next year?", asks_id=bet.lead_id, written_by=enterprise.executive,
        answer_by=enterprise.today + dt.timedelta(days=bet.pk % 30 - 10), written_at=enterprise.at,
    )  # fmt: skip
