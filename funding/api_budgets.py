"""Budgets and the funding map: figures as on the pages, and what finance keeps."""

from collections.abc import Iterable
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from funding import actions
from funding.actions.budgeting import standing_of
from funding.api_base import Moving, OfMoney
from funding.budget_filters import below
from funding.budgets import Figures, Level, figures_of
from funding.map import CLASSES, FundingMap, Mix, map_of
from funding.models import Budget, Ledger, Treatment
from lib.api import Asked, Listing, Seen
from lib.api_writing import Changing, Known, Making, Numbered, Sent, SomeSeen, Text, Whole
from lib.clock import today
from lib.seen import seen_of
from org.models import Domain, Team
from org.rules import ACTS
from org.visibility import powers_of


class BudgetFiguresShape(serializers.Serializer[Figures]):
    """Minor units: original + supplements - returned + moved_in - moved_out = current, which stands in available,
    committed, released, set_aside and spent."""

    original = serializers.IntegerField()
    supplements = serializers.IntegerField()
    returned = serializers.IntegerField()
    moved_in = serializers.IntegerField()
    moved_out = serializers.IntegerField()
    current = serializers.IntegerField()
    requested = serializers.IntegerField(help_text="What waiting requests would take; nothing is reserved for them.")
    committed = serializers.IntegerField()
    released = serializers.IntegerField()
    set_aside = serializers.IntegerField(help_text="To wind down bets that ceased.")
    spent = serializers.IntegerField()
    available = serializers.IntegerField()


class BudgetShape(serializers.ModelSerializer[Budget]):
    """A budget with its figures."""

    ledger = serializers.CharField(source="ledger.code")
    currency = serializers.CharField(source="ledger.currency")
    domain = serializers.CharField(source="domain.key")
    team = serializers.CharField(source="team.key", allow_null=True, default=None)
    figures = BudgetFiguresShape()
    level = serializers.ChoiceField(
        [one.value for one in Level], help_text="How far it is used; “short”: requests ask for more than is left."
    )
    seen = Seen(lambda budget: seen_of(standing_of(budget)))

    class Meta:
        model = Budget
        fields = [
            "id", "code", "name", "ledger", "currency", "domain", "team", "funding_class", "starts_on", "ends_on",
            "warn_percent", "year_end", "treatment", "cost_centre", "erp_account", "opened_at", "withdrawn_at",
            "figures", "level", "seen",
        ]  # fmt: skip


class BudgetFilter(Asked):
    ledger = django_filters.CharFilter("ledger__code", label="Code of the ledger")
    domain = django_filters.CharFilter(method="by_domain", label="Key of a domain; those below it count too")
    team = django_filters.CharFilter("team__key", label="Key of the team")
    funding_class = django_filters.ChoiceFilter(choices=Budget.FundingClass.choices, label="Funding class")
    runs_on = django_filters.DateFilter(method="by_day", label="A day on which it runs")
    withdrawn = django_filters.ChoiceFilter(
        choices=[("yes", "Yes"), ("no", "No")], method="by_withdrawn", label="Was it withdrawn?"
    )

    class Meta:
        model = Budget
        fields: list[str] = []

    def by_domain(self, budgets: Any, name: str, key: str) -> Any:
        domain = Domain.objects.filter(key=key).first()
        return budgets.filter(domain__in=below(domain)) if domain else budgets.none()

    def by_day(self, budgets: Any, name: str, day: Any) -> Any:
        return budgets.filter(starts_on__lte=day, ends_on__gte=day)

    def by_withdrawn(self, budgets: Any, name: str, asked: str) -> Any:
        return budgets.filter(withdrawn_at__isnull=asked == "no")


def visible(request: Request) -> "QuerySet[Budget]":
    return Budget.objects.visible_to(powers_of(request.user)).select_related("ledger", "domain", "team")


def with_figures(budgets: Iterable[Budget]) -> list[Any]:
    """Budgets with their `figures` and their `level`. Three queries."""
    found: list[Any] = list(budgets)
    figures = figures_of(found)
    for budget in found:
        budget.figures = figures[budget.pk]
        budget.level = budget.figures.level(budget.warn_percent).value
    return found


class ListBudgets(OfMoney, Listing):
    """Budgets that you may see, with their figures."""

    serializer_class = BudgetShape
    filterset_class = BudgetFilter
    orders = {"code": "code", "name": "name", "starts_on": "starts_on", "ends_on": "ends_on"}

    def get_queryset(self) -> "QuerySet[Budget]":
        return visible(self.request).order_by("code", "pk")

    def paginate_queryset(self, queryset: Any) -> Any:
        return with_figures(super().paginate_queryset(queryset) or [])


class ShowBudget(OfMoney):
    """One budget with its figures."""

    @extend_schema(responses=BudgetShape)
    def get(self, request: Request, pk: int) -> Response:
        return Response(BudgetShape(with_figures([get_object_or_404(visible(request), pk=pk)])[0]).data)


class SentKept(Sent):
    """What can be changed of a budget."""

    name = Text(max_length=120)
    warn_percent = Whole(required=False, min_value=1, max_value=100, help_text="Share from which on people are warned.")
    year_end = serializers.ChoiceField(
        Budget.YearEnd.choices, required=False,
        help_text="What becomes of money that is committed and not released when it ends.",
    )  # fmt: skip
    treatment = serializers.ChoiceField(Treatment.choices, required=False)
    cost_centre = Text(max_length=40, required=False, allow_blank=True)
    erp_account = Text(max_length=40, required=False, allow_blank=True)


def _kept_by(person: Any) -> "QuerySet[Domain]":
    """Domains in which a person keeps budgets."""
    keeps = powers_of(person).domains(ACTS["keep_budgets"])
    return Domain.objects.all() if keeps is None else Domain.objects.filter(pk__in=keeps)


class SentBudget(SentKept):
    ledger = Known(lambda person: Ledger.objects.all(), by="code")
    code = Text(max_length=40, help_text="Stands in files and exports, and never changes.")
    domain = Known(_kept_by, help_text="One in which you keep budgets.")
    funding_class = serializers.ChoiceField(Budget.FundingClass.choices)
    team = Known(
        lambda person: Team.objects.filter(domain__in=_kept_by(person)), required=False, allow_null=True,
        help_text="Of durable team funding, and of no other.",
    )  # fmt: skip
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="Last day that belongs to it.")


class SentBudgetChange(SomeSeen, SentKept):
    """What a budget is called, when it warns, and how the books treat it."""


class _Keeping(Moving):
    answers = BudgetShape

    def where(self, made: Budget) -> str:
        return reverse("api_show_budget", args=[made.pk])

    def shown(self, made: Budget) -> Any:
        return BudgetShape(with_figures([visible(self.request).get(pk=made.pk)])[0]).data

    def budget(self) -> Budget:
        return get_object_or_404(visible(self.request), pk=self.kwargs["pk"])


class OpenBudget(_Keeping, Making):
    """Opens a budget without money in it: money comes by a request to appropriate, or by an import."""

    sends = SentBudget

    def act(self, typed: dict[str, Any]) -> Budget:
        return actions.open_budget(**typed, **self.by())


class ChangeBudget(_Keeping, Changing):
    """Changes what a budget is called, when it warns, and how the books treat it; not what is in it."""

    sends = SentBudgetChange

    def act(self, typed: dict[str, Any]) -> Budget:
        return actions.change_budget(self.budget(), **typed, **self.by())


class WithdrawBudget(_Keeping, Making):
    """Takes an empty budget back: nothing is posted to it any more."""

    status = 200

    def act(self, typed: dict[str, Any]) -> Budget:
        return actions.withdraw_budget(self.budget(), **self.by())


class SentYearEnd(Sent):
    because = Text(max_length=500, help_text="Kept with all that is booked.")
    successor = Numbered(
        lambda person: Budget.objects.visible_to(powers_of(person)), required=False, allow_null=True,
        help_text="Number of the budget into which it rolls forward; none when it lapses.",
    )  # fmt: skip


class EndYear(_Keeping, Making):
    """Carries out what the policy of a budget (`year_end`) says of all that is committed in it and not released when
    its year has ended: it lapses, or rolls forward into a budget of the same domain and class. All of it or nothing."""

    sends, status = SentYearEnd, 200

    def act(self, typed: dict[str, Any]) -> Budget:
        budget = self.budget()
        actions.end_year(budget, self.uuid("year end"), **typed, **self.by(), today=today())
        return budget


class MixShareShape(serializers.Serializer[Any]):
    """Money of one funding class, minor units, and its share."""

    funding_class = serializers.ChoiceField(Budget.FundingClass.choices)
    amount = serializers.IntegerField()
    percent = serializers.FloatField()


class MixOfPeriodShape(serializers.Serializer[Any]):
    """The mix of one period."""

    period = serializers.CharField(help_text="First and last day, as ?period= takes them.")
    mix = MixShareShape(many=True)


class MixOfDomainShape(serializers.Serializer[Any]):
    domain = serializers.CharField(help_text="Key of the domain.")
    mix = MixShareShape(many=True)


class FundingMapShape(serializers.Serializer[Any]):
    """The mix of a period by funding class and domain, and that of every other period."""

    currency = serializers.CharField()
    period = serializers.CharField(help_text="Empty while there is no budget.")
    sentence = serializers.CharField(help_text="The finding in words.")
    now = MixShareShape(many=True)
    as_first_given = MixShareShape(many=True)
    domains = MixOfDomainShape(many=True)
    periods = MixOfPeriodShape(many=True)


class ShowFundingMap(OfMoney):
    """Money by funding class, domain and period."""

    parameters = {"period": "2026-01-01_2026-12-31", "currency": "EUR"}

    @extend_schema(responses=FundingMapShape)
    def get(self, request: Request) -> Response:
        return Response(_map(map_of(visible(request), request.query_params, today())))


def _map(page: FundingMap) -> dict[str, Any]:
    keys = {words: key for key, words in page.choices}
    return {
        "currency": page.currency, "period": page.key, "sentence": page.sentence, "now": _mix(page.now),
        "as_first_given": _mix(page.began),
        "domains": [
            {"domain": place.domain.key, "mix": _mix(Mix("", dict(zip(CLASSES, place.amounts, strict=True))))}
            for place in page.places
        ],
        "periods": [{"period": keys[mix.label], "mix": _mix(mix)} for mix in page.mixes],
    }  # fmt: skip


def _mix(mix: Mix) -> list[dict[str, Any]]:
    return [
        {"funding_class": one.value, "amount": amount, "percent": round(percent, 2)}
        for one, amount, percent in mix.parts
    ]  # fmt: skip
