"""What a file of money can name, and where what was spent can go: read from the books."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date

from django.db.models import Max

from bets.imports.known import things_of
from bets.rules_import import Known, Thing
from funding.models import Account, Budget, Ledger, MoneyFile, Transfer
from funding.rules_files import Books
from funding.rules_placing import Place, Places, Purse, references_of
from org.models import Domain, Person, Team
from org.rules import ACTS
from org.visibility import powers_of


def books_for(ledger: Ledger, person: Person, today: date, centres: Mapping[str, int]) -> Books:
    """What a file that `person` brings into these books can name. Five queries."""
    mine = powers_of(person).domains(ACTS["import_money"])
    domains, teams = list(Domain.objects.order_by("pk")), list(Team.objects.order_by("pk"))
    things = Known(
        people=(), goals=(), names=frozenset(), today=today,
        domains=[thing for thing in things_of(domains) if mine is None or thing.pk in mine],
        teams=[Thing(team.pk, team.key, team.name) for team in teams],
        keys=frozenset(standing_codes(ledger)),
    )  # fmt: skip
    parents = {domain.pk: domain.parent_id for domain in domains}
    above = {team.pk: frozenset(_upwards(team.domain_id, parents)) for team in teams}
    return Books(things, ledger.currency, above, centres, today)


def _upwards(domain: int | None, parents: Mapping[int, int | None]) -> Iterator[int]:
    seen: set[int] = set()
    while domain is not None and domain not in seen:
        seen.add(domain)
        yield domain
        domain = parents.get(domain)


def standing_codes(ledger: Ledger) -> set[str]:
    """Codes of the budgets that are there; one that an undone file has left can be opened again."""
    left = MoneyFile.objects.filter(ledger=ledger, state=MoneyFile.State.UNDONE).values("rows__budget")
    undone = Budget.objects.filter(ledger=ledger, withdrawn_at__isnull=False, pk__in=left)
    return set(ledger.budgets.exclude(pk__in=undone).values_list("code", flat=True))


def places_of(ledger: Ledger) -> Places:
    """Every place of a ledger with what stands there. Three queries."""
    purses: dict[tuple[int, int | None], dict[str, Purse]] = defaultdict(dict)
    accounts: dict[tuple[int, int | None], Account] = {}
    found = Account.objects.filter(ledger=ledger, budget__isnull=False, budget__withdrawn_at=None)
    for one in found.select_related("budget", "tranche__bet").order_by("pk"):
        key = (one.budget_id or 0, one.tranche_id)
        purses[key][one.kind] = Purse(one.pk, one.balance, one.closed)
        accounts.setdefault(key, one)
    counted = _counted(ledger)
    places = [_place(account, purses[key], counted.get(key[0])) for key, account in accounts.items()]
    periods = [(one.starts_on, one.ends_on, one.state) for one in ledger.periods.all()]
    return Places(places, periods, ledger.closed_through, ledger.currency)


def _place(account: Account, purses: dict[str, Purse], counted: date | None) -> Place:
    budget, tranche = account.budget, account.tranche
    assert budget is not None  # noqa: S101 # for the types: those without were left out
    references = references_of(tranche.bet.key, tranche.sequence) if tranche else (budget.code,)
    name = f"{tranche.bet.key}/{tranche.sequence}" if tranche else budget.code
    return Place(
        name, budget.pk, budget.code, budget.name, tranche.pk if tranche else None, references, budget.funding_class,
        budget.cost_centre, budget.erp_account, budget.starts_on, budget.ends_on, counted, purses,
    )  # fmt: skip


def _counted(ledger: Ledger) -> dict[int, date]:
    """By budget the day until which its opening balance holds what was spent."""
    opened = Transfer.objects.filter(
        ledger=ledger, kind=Transfer.Kind.OPEN, debit_account__kind=Account.Kind.SPENT, reverses=None, reversal=None
    )
    rows = opened.order_by().values_list("debit_account__budget").annotate(day=Max("effective_date"))
    return {budget: day for budget, day in rows if budget}


def guessed_centres(ledger: Ledger) -> dict[str, int]:
    """The domain of each cost centre of which every budget belongs to the same one. One query."""
    found: dict[str, set[int]] = defaultdict(set)
    budgets = ledger.budgets.filter(withdrawn_at=None).exclude(cost_centre="")
    for centre, domain in budgets.values_list("cost_centre", "domain_id"):
        found[centre].add(domain)
    return {centre: domains.pop() for centre, domains in found.items() if len(domains) == 1}
