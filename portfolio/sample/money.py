"""Moves the money of the sample, each on its day and through the same actions as everyone: budgets, tranches that are
committed and released on decisions, and what the books say was spent."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db.models import QuerySet
from django.utils import timezone

from bets.models import Bet, Tranche
from funding import actions
from funding.models import Account, Budget, FiscalPeriod, FundingRequest, Ledger
from lib.periods import end_of, months_before
from org.models import Domain, Person, Team
from portfolio.actions import decide_bet
from portfolio.sample import budgets, notes
from portfolio.sample.enterprise import DOMAINS, TEAMS

THOUSAND = 100_000  # minor units
STRETCH = 150  # days over which a tranche is spent when no other follows
AFTERWARDS = 60  # days that the money lasts after the bet is decided


@dataclass(frozen=True)
class Due:
    """Something that happens on a day; of one day the lower order comes first."""

    on: date
    order: int
    act: Callable[[], object] = field(compare=False)


class Money:
    """The money of the sample: `pay` does what falls due between two days."""

    def __init__(self, begun: date, today: date) -> None:
        self.begun, self.today = begun, today
        self.people = {person.email.partition("@")[0]: person for person in Person.objects.all()}
        self.domains = {domain.key: domain for domain in Domain.objects.all()}
        self.ledger = _ledger("northwind-eur", "Northwind Insurance AG", "EUR", begun, today)
        self.uk = _ledger("northwind-gbp", "Northwind UK Ltd", "GBP", begun, today)
        self.bets = {bet.key: bet for bet in _bets()}
        self.ends, self.spent = self._ends(), dict[tuple[int, int | None], Account]()
        self._authorise(noon(begun))
        self.due = sorted([*self._years(), *self._tranches(), *self._months()], key=lambda one: (one.on, one.order))

    def pay(self, until: date) -> None:
        """Everything that falls due until that day, and has not been done yet."""
        while self.due and self.due[0].on <= until:
            self.due.pop(0).act()

    def ask_what_waits(self) -> None:
        """What is asked for in the last days, and still waits or was refused; and what holds from now on."""
        self._agree()
        for one in sorted(budgets.OPEN, key=lambda one: -one.ago):
            self._ask_open(one)
        self._bound()

    def _agree(self) -> None:
        """Finance agrees the values whose conversion is written down, and operations plan the weeks of the teams."""
        at, first = noon(self.today), self.today.replace(month=1, day=1)
        for key in notes.CONVERSIONS:
            bet = self.bets[key]
            if bet.value_likely:
                actions.agree_value(
                    bet, comment="Looked at with the controller.", by=self.people["ingrid.solberg"], at=at
                )
        for team in Team.objects.filter(key__in=notes.RATES):
            actions.set_capacity(
                team, first, first.replace(month=12, day=31), budgets.WEEKS, by=self.people["daniel.hoffmann"], at=at
            )

    def _bound(self) -> None:
        """What bounds the mix, who signs beside those who approve, and who speaks for whom while they are away."""
        at, later = noon(self.today), self.today + timedelta(days=20)
        for rail in budgets.GUARDRAILS:
            actions.keep_guardrail(None, by=self.people["daniel.hoffmann"], at=at, **rail)
        actions.set_signoff_rule(
            "personal-data", "Does it use personal data in a new way?", "product_operations", "EUR",
            by=self.people["camille.laurent"], at=at,
        )  # fmt: skip
        actions.delegate_authority(
            self.people["pieter.vandenberg"], starts_on=later, ends_on=later + timedelta(days=13), currency="EUR",
            max_amount=2_000 * THOUSAND, note="On leave.", by=self.people["helena.brandt"], at=at, today=self.today,
        )  # fmt: skip

    def _authorise(self, at: datetime) -> None:
        admin = self.people["camille.laurent"]
        for role, kind, thousands in budgets.LIMITS:
            actions.set_limit(
                kind, "EUR", thousands * THOUSAND, role=role, valid_from=self.begun, by=admin, at=at, today=self.begun
            )
        for kind, thousands in budgets.TWO_FROM.items():
            actions.set_approval_rule(kind, "EUR", thousands * THOUSAND, 2, by=admin, at=at)
        actions.set_limit(
            "appropriate", "GBP", 5_000 * THOUSAND, role="executive", valid_from=self.begun, by=admin, at=at,
            today=self.begun,
        )  # fmt: skip

    # Years: budgets are opened and appropriated.
    def _years(self) -> Iterator[Due]:
        for year in range(self.begun.year, self.today.year + 1):
            first = max(self.begun, date(year, 1, 1))
            yield Due(first, 0, lambda year=year, first=first: self._open_year(year, first))  # type: ignore[misc]

    def _open_year(self, year: int, on: date) -> None:
        place = year - self.today.year + 2
        for key, (domain, name) in TEAMS.items():
            rate = notes.RATES.get(key)
            if rate:
                self._open(
                    year, on, domain, "team", int(rate * budgets.WEEKS), f"Team {name}", Team.objects.get(key=key)
                )
        for domain, thousands in self._for_bets(year).items():
            self._open(year, on, domain, "bet", thousands, f"Bets of {DOMAINS[domain]}")
        for (funding_class, domain), amounts in budgets.CLASSES.items():
            name = f"{budgets.NAMES[funding_class]} of {DOMAINS[domain]}"
            self._open(year, on, domain, funding_class, amounts[max(0, place)], name)
        self._open(
            year, on, "direct", "run", budgets.UK[max(0, place)], "Running systems of the UK branch", book=self.uk
        )

    def _for_bets(self, year: int) -> dict[str, int]:
        """Thousands that the bets of a domain may be given in a year: their tranches of that year, and some more."""
        found = dict.fromkeys(DOMAINS, 0)
        for bet in self.bets.values():
            for tranche in bet.tranches.all():
                if tranche.planned_on.year == year:
                    found[bet.domain.key] += tranche.amount // THOUSAND
        return {key: max(200, -(-sum_ * budgets.BETS_ABOVE_PLAN // 5_000) * 50) for key, sum_ in found.items()}

    def _open(
        self, year: int, on: date, domain: str, funding_class: str, thousands: int, name: str, team: Team | None = None,
        book: Ledger | None = None,
    ) -> None:  # fmt: skip
        ledger, at = book or self.ledger, noon(on)
        owner = team.key if team else domain
        budget = actions.open_budget(
            ledger, f"{owner}-{funding_class}-{year}{'-uk' if book else ''}", f"{name} {year}", self.domains[domain],
            funding_class, date(year, 1, 1), date(year, 12, 31), team=team, by=self.people["ingrid.solberg"], at=at,
            cost_centre=budgets.COST_CENTRES[domain], erp_account=budgets.ERP_ACCOUNTS[funding_class],
            treatment="capex" if funding_class == "project" else "opex",
            warn_percent=80 if funding_class == "bet" else budgets.WARNED_AT,
        )  # fmt: skip
        why = actions.Why("plan", f"Budget of {year}, as the board has set it.")
        request = actions.move_budget(
            key_of("appropriate", budget.code), budget, "appropriate", amount=thousands * THOUSAND, why=why,
            by=self.people["ingrid.solberg"], at=at, today=on,
        )  # fmt: skip
        self._approve(request, on)

    # Tranches: funded, committed and released on the day for which they are planned.
    def _tranches(self) -> Iterator[Due]:
        asked = {(one.key, one.tranche) for one in budgets.OPEN}
        for bet in self.bets.values():
            if bet.state == Bet.State.DRAFT or bet.key in budgets.READY:
                continue
            yield Due(bet.starts_on, 1, lambda bet=bet: self._fund(bet))  # type: ignore[misc]
            for tranche in bet.tranches.all():
                if tranche.planned_on < self.today and (bet.key, tranche.sequence) not in asked:
                    yield Due(tranche.planned_on, 2, lambda tranche=tranche: self._give(tranche))  # type: ignore[misc]

    def _fund(self, bet: Bet) -> None:
        """The review that let the bet begin. It raises its flags anew from the next day on."""
        decide_bet(
            bet, "fund", rationale=f"{bet.name}: the first tranche tells whether the idea carries.",
            would_change="A reading beyond a kill line.", look_again_on=bet.starts_on + timedelta(days=1),
            by=self.people["helena.brandt"], at=noon(bet.starts_on), today=bet.starts_on,
        )  # fmt: skip

    def _give(self, tranche: Tranche, release: bool = True) -> None:
        on = tranche.planned_on
        self._approve(self._ask(tranche, "commit", on, tranche.purpose), on)
        if release and (tranche.bet.key, tranche.sequence) not in budgets.KEPT_BACK:
            self._approve(self._ask(tranche, "release", on, f"Gate: {tranche.gate}"), on)

    def _ask(self, tranche: Tranche, kind: str, on: date, said: str) -> FundingRequest:
        budget = Budget.objects.get(
            ledger=self.ledger, domain=tranche.bet.domain, funding_class="bet", starts_on__year=on.year
        )
        return actions.ask_tranche(
            key_of(kind, tranche.bet.key, tranche.sequence), tranche, kind, amount=tranche.amount,
            why=actions.Why("plan" if kind == "commit" else "evidence", said), by=tranche.bet.lead, at=noon(on),
            today=on, budget=budget,
        )  # fmt: skip

    def _ask_open(self, one: budgets.Asked) -> None:
        tranche = Tranche.objects.select_related("bet__lead", "bet__domain").get(
            bet__key=one.key, bet__is_sample=True, sequence=one.tranche
        )
        on = self.today - timedelta(days=one.ago)
        if one.kind == "release":
            self._approve(self._ask(tranche, "commit", on - timedelta(days=10), tranche.purpose), on)
        request = self._ask(tranche, one.kind, on, one.why)
        if one.rejected:
            later = on + timedelta(days=3)
            actions.reject_request(
                request, reason_code=one.rejected, comment=one.comment, by=self.people["ingrid.solberg"],
                at=noon(later), today=later,
            )  # fmt: skip

    def _approve(self, request: FundingRequest, on: date) -> None:
        """Those say yes who may; finance first."""
        large = request.measured > (1_000 if request.kind != "appropriate" else 0) * THOUSAND
        names = ["helena.brandt", "pieter.vandenberg"] if large else ["ingrid.solberg"]
        for name in names[: request.approvals_required]:
            request = actions.approve_request(
                request, by=self.people[name], at=noon(on), today=on, comment="As the review of that week saw it."
            )
        if request.state != FundingRequest.State.POSTED:
            raise RuntimeError(f"{request} of the sample is {request.state}: {request.closed_because}")

    # Months: what was spent, and the books that are closed.
    def _months(self) -> Iterator[Due]:
        month = end_of(self.begun.replace(day=1), "month")
        while month <= self.today:
            yield Due(month, 3, lambda month=month: self._spend_month(months_before(month, 1), month))  # type: ignore[misc]
            month = end_of(month, "month")

    def _spend_month(self, start: date, end: date) -> None:
        """Documents of the month before, posted on its last day; the month before that is closed then."""
        rich = Account.objects.filter(balance__gt=0).select_related("budget", "tranche__bet").order_by("pk")
        for account in rich.filter(kind=Account.Kind.RELEASED):
            self._spend_tranche(account, start, end)
        running = rich.exclude(budget__funding_class="bet").filter(
            budget__starts_on__lt=end, budget__ends_on__gte=start
        )
        for account in running.filter(kind=Account.Kind.AVAILABLE):
            self._spend_budget(account, start, end)
        for ledger in (self.ledger, self.uk):
            for period in ledger.periods.filter(state=FiscalPeriod.State.OPEN, ends_on__lt=start):
                actions.close_period(period, by=self.people["ingrid.solberg"], at=noon(end + timedelta(days=4)))

    def _spend_tranche(self, released: Account, start: date, end: date) -> None:
        tranche, budget = released.tranche, released.budget
        if tranche is None or budget is None:
            return
        days = max(30, (self.ends[tranche.pk] - tranche.planned_on).days)
        used = min(days, (end - tranche.planned_on).days) - max(0, (start - tranche.planned_on).days)
        amount = min(released.balance, tranche.amount * budgets.SPENT // 100 * max(0, used) // days)
        if amount:
            spent = self._spent_of(budget, tranche)
            self._spend(released, spent, amount, end - timedelta(days=1), f"{tranche.bet.key}-{tranche.sequence}")

    def _spend_budget(self, available: Account, start: date, end: date) -> None:
        budget = available.budget
        pace = budgets.PACES[available.pk % len(budgets.PACES)]
        amount = available.balance * pace // 100 // months_left(budget.ends_on, start) if budget else 0
        if amount and budget:
            self._spend(available, self._spent_of(budget), amount, end - timedelta(days=1), budget.code)

    def _spent_of(self, budget: Budget, tranche: Tranche | None = None) -> Account:
        key = (budget.pk, tranche.pk if tranche else None)
        if key not in self.spent:
            self.spent[key] = actions.account_of(budget, Account.Kind.SPENT, tranche)
        return self.spent[key]

    def _ends(self) -> dict[int, date]:
        """Until when the money of each tranche lasts: until the next one, and what is spent now until its bet is
        decided, unless it was planned otherwise."""
        found = {}
        for bet in self.bets.values():
            tranches = list(bet.tranches.all())
            decided = max((one.decide_by for one in bet.outcomes.all()), default=self.today)
            for number, tranche in enumerate(tranches):
                following = tranches[number + 1].planned_on if number + 1 < len(tranches) else None
                waits = any((one.key, one.tranche) == (bet.key, tranche.sequence + 1) for one in budgets.OPEN)
                is_current = following is None or following >= self.today or waits
                late = decided + timedelta(days=AFTERWARDS) if is_current and bet.key not in budgets.SHORT else None
                usual = tranche.lasts_until or following or tranche.planned_on + timedelta(days=STRETCH)
                found[tranche.pk] = max(usual, late or usual)
        return found

    def _spend(self, leaves: Account, reaches: Account, amount: int, on: date, what: str) -> None:
        budget = reaches.budget
        if budget is None:
            return
        move = actions.Move(
            key_of("spend", what, on), "spend", leaves, reaches, amount, on, "actual",
            document=f"ERP {on:%Y-%m} {what}", treatment=budget.treatment, cost_centre=budget.cost_centre,
            erp_account=budget.erp_account,
        )  # fmt: skip
        actions.post(move, at=noon(on + timedelta(days=1)), by=self.people["ingrid.solberg"])


def _bets() -> QuerySet[Bet]:
    found = Bet.objects.filter(is_sample=True).select_related("lead", "domain")
    return found.prefetch_related("tranches", "outcomes")


def months_left(ends_on: date, month: date) -> int:
    """Months of a budget from `month` on, that one with it."""
    return max(1, (ends_on.year - month.year) * 12 + ends_on.month - month.month + 1)


def key_of(*parts: object) -> UUID:
    """The same sample has the same keys."""
    return uuid5(NAMESPACE_URL, "/".join(map(str, ("northwind", *parts))))


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12, 10), tzinfo=timezone.get_current_timezone())


def _ledger(code: str, entity: str, currency: str, begun: date, today: date) -> Ledger:
    at = noon(begun)
    ledger = actions.open_ledger(code, entity, currency, at=at)
    for year in range(begun.year, today.year + 2):
        actions.add_year(ledger, year, "month", at=at)
    return ledger
