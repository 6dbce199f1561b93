"""What the list of budgets can be narrowed by, in the URL. An unknown value is ignored and named."""

from datetime import date
from typing import Any

import django_filters
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from funding.models import Budget, Ledger
from metrics.filters import LONGEST, Narrowing
from org.models import Domain
from org.rules import reach

STATES = [
    ("warned", _("Near the limit")), ("gone", _("Nothing left")), ("short", _("Asked for more than is left")),
    ("withdrawn", _("Withdrawn")),
]  # fmt: skip
NOW, EVERY = "now", "all"
Span = tuple[date, date]


def spans_of(budgets: Any) -> list[Span]:
    """The periods that budgets have, the latest first. One query."""
    found = budgets.order_by().values_list("starts_on", "ends_on").distinct()
    return sorted(found, reverse=True)


def span_key(span: Span) -> str:
    return "_".join(day.isoformat() for day in span)


def span_words(span: Span) -> str:
    """A calendar year as its number, anything else from its first day to its last."""
    start, end = span
    if (start.month, start.day, end.month, end.day) == (1, 1, 12, 31):
        return str(start.year) if start.year == end.year else f"{start.year}–{end.year}"
    return f"{date_format(start, 'DATE_FORMAT')} – {date_format(end, 'DATE_FORMAT')}"


def below(domain: Domain) -> frozenset[int]:
    """A domain and every one below it. One query for the tree."""
    children: dict[int, list[int]] = {}
    for child, parent in Domain.objects.exclude(parent=None).values_list("id", "parent_id"):
        children.setdefault(parent or 0, []).append(child)
    return reach(domain.pk, children)


class BudgetFilter(Narrowing):
    """Budgets that run now or later, unless a period is asked for; those withdrawn only when they are."""

    q = django_filters.CharFilter(method="search", label=_("Search"), max_length=LONGEST)
    period = django_filters.ChoiceFilter(method="by_period", label=_("Period"), empty_label=_("Running or to come"))
    domain = django_filters.ModelChoiceFilter(
        queryset=Domain.objects.none(), to_field_name="key", label=_("Domain"), empty_label=_("Every domain"),
        method="by_domain",
    )  # fmt: skip
    funding_class = django_filters.ChoiceFilter(
        choices=Budget.FundingClass.choices, label=_("Funding class"), empty_label=_("Every funding class")
    )
    ledger = django_filters.ModelChoiceFilter(
        queryset=Ledger.objects.none(), to_field_name="code", label=_("Ledger"), empty_label=_("Every ledger")
    )
    state = django_filters.ChoiceFilter(choices=STATES, method="leave", label=_("State"), empty_label=_("Every state"))

    class Meta:
        model = Budget
        fields: list[str] = []

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        visible = self.queryset.order_by()
        self.today = today
        self.filters["domain"].field.queryset = Domain.objects.filter(pk__in=visible.values("domain"))
        self.filters["ledger"].field.queryset = Ledger.objects.filter(pk__in=visible.values("ledger"))
        spans = [(span_key(span), span_words(span)) for span in spans_of(visible)]
        self.filters["period"].field.choices = [(EVERY, _("Every period")), *spans]

    def filter_queryset(self, budgets: Any) -> Any:
        found = super().filter_queryset(budgets).filter(withdrawn_at__isnull=self.chosen("state") != "withdrawn")
        return found if self.chosen("period") else found.filter(ends_on__gte=self.today)

    def chosen(self, name: str) -> Any:
        """What a sound filter says, blank when it says nothing."""
        return "" if name in self.form.errors else self.form.cleaned_data.get(name) or ""

    def by_period(self, budgets: Any, name: str, key: str) -> Any:
        if key == EVERY:
            return budgets
        start, end = key.split("_")
        return budgets.filter(starts_on=start, ends_on=end)

    def by_domain(self, budgets: Any, name: str, domain: Domain) -> Any:
        return budgets.filter(domain__in=below(domain))

    def leave(self, budgets: Any, name: str, state: str) -> Any:
        """Except for the withdrawn ones the state follows from the figures; who lists them chooses by it."""
        return budgets

    def search(self, budgets: Any, name: str, words: str) -> Any:
        """Every word stands in the name, the code, the cost centre, the domain or the team."""
        for word in words.split():
            found = Q(name__icontains=word) | Q(code__icontains=word) | Q(cost_centre__icontains=word)
            budgets = budgets.filter(found | Q(domain__name__icontains=word) | Q(team__name__icontains=word))
        return budgets
