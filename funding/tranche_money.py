"""The money of one bet, tranche by tranche: what was planned, committed, released and spent, and what comes next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from bets.models import Bet, Tranche
from funding.books import standings_of
from funding.full_cost import FullCost, full_costs_of
from funding.gates import Need, gates_of
from funding.models import Account, Budget, FundingRequest, RequestLine, Transfer
from funding.rules_asking import Stood, state_refusals
from org.models import Person
from org.rules import refusals
from org.visibility import powers_of

WAITING = FundingRequest.State.SUBMITTED
OVER = (Bet.State.CEASED, Bet.State.CONCLUDED)
KEYS = ("spent", "released", "winddown", "committed")  # in the order in which a bar shows them


@dataclass(frozen=True)
class Part:
    """A piece of the bar of a tranche, in percent of its length."""

    key: str
    start: float
    width: float


@dataclass(frozen=True)
class TrancheMoney:
    tranche: Tranche
    stood: Stood
    needs: list[Need]
    pending: list[FundingRequest]
    refused: FundingRequest | None  # the latest answer, when it was no
    can: dict[str, bool]  # what can be asked for now: commit, release, return; and whether it can be revised
    full: FullCost | None = None  # with the weeks of its teams; None where no team works on the bet

    @property
    def unmet(self) -> int:
        return sum(not need.met for need in self.needs)

    @property
    def parts(self) -> list[Part]:
        return parts_of(self.stood)


@dataclass(frozen=True)
class BetMoney:
    bet: Bet
    tranches: list[TrancheMoney]
    total: Stood
    budgets: list[Budget]
    refusals: list[str]  # why this person asks for nothing here
    stopped: list[str]  # why the bet is given nothing now, whoever asks
    returned: int  # of a bet that is over: what went back to its budget

    @property
    def parts(self) -> list[Part]:
        return parts_of(self.total)

    @property
    def has_refused(self) -> bool:
        return any(one.refused for one in self.tranches)


def bet_money(bet: Bet, person: Person, today: date) -> BetMoney:
    """The page of a bet's money. A constant number of queries."""
    tranches = list(bet.tranches.order_by("sequence"))
    stood = standings_of(bet, tranches)
    needs = gates_of(bet, tranches, today)
    requests = _requests(tranches)
    full = full_costs_of(bet, tranches)
    found = [
        _tranche(one, bet.state, stood[one.pk], needs[one.pk], requests.get(one.pk, []), full.get(one.pk))
        for one in tranches
    ]
    budgets = Budget.objects.filter(pk__in=Account.objects.filter(tranche__bet=bet).values("budget"))
    may_not = list(refusals(powers_of(person), "request_money", bet.domain_id))
    total, stopped = total_of(str(bet), stood.values()), list(state_refusals("commit", bet.state))
    return BetMoney(bet, found, total, list(budgets.select_related("ledger")), may_not, stopped, _returned(bet))


def _returned(bet: Bet) -> int:
    """One query, and none while the bet is not over."""
    if bet.state not in OVER:
        return 0
    back = Transfer.objects.filter(kind=Transfer.Kind.RETURN, credit_account__tranche__bet=bet)
    return int(back.aggregate(sum=Sum("amount", default=0))["sum"])


def total_of(name: str, all_: Iterable[Stood]) -> Stood:
    """What stands in all of them together."""
    rows = list(all_)
    sums = {key: sum(getattr(one, key) for one in rows) for key in ("planned", *KEYS)}
    return Stood(name, **sums)


def parts_of(stood: Stood) -> list[Part]:
    """The pieces of a bar that is as long as what was planned, or as what was given if that is more."""
    whole, start, found = max(stood.planned, stood.given, 1), 0.0, []
    for key in KEYS:
        width = 100 * getattr(stood, key) / whole
        if width:
            found.append(Part(key, round(start, 2), round(width, 2)))
        start += width
    return found


def _requests(tranches: list[Tranche]) -> dict[int, list[FundingRequest]]:
    """Requests of each tranche, newest first. One query."""
    lines = RequestLine.objects.filter(tranche__in=tranches).select_related("request__ledger", "request__proposer")
    found: dict[int, list[FundingRequest]] = {}
    for line in lines.order_by("-request__submitted_at", "-request"):
        if line.tranche_id:
            found.setdefault(line.tranche_id, []).append(line.request)
    return found


def _tranche(
    tranche: Tranche, state: str, stood: Stood, needs: list[Need], requests: list[FundingRequest],
    full: FullCost | None,
) -> TrancheMoney:  # fmt: skip
    pending = [one for one in requests if one.state == WAITING]
    kinds = {one.kind for one in pending}
    latest = requests[0] if requests else None
    refused = latest if latest and latest.state in ("rejected", "voided", "expired") else None
    can = {
        "commit": stood.to_commit > 0 and "commit" not in kinds,
        "release": stood.committed > 0 and "release" not in kinds,
        "return": stood.committed + stood.released > 0 and "return" not in kinds,
    }
    can = {kind: able and not [*state_refusals(kind, state)] for kind, able in can.items()}
    can["revise"] = not stood.released and not stood.spent and state not in OVER
    return TrancheMoney(tranche, stood, needs, pending, refused, can, full)
