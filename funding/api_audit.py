"""The audit trail of the money: who did what when, for those who see the money of all domains."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request

from funding.api_base import OfMoney
from funding.audit import OF_MONEY
from funding.statements import domains_of_money
from lib.api import Asked, Listing
from org.api import EventShape
from org.models import Event


class MoneyEventShape(EventShape):
    """What was done; `about` and `number` say to which thing, `more` what the event kept of it."""

    about = serializers.CharField(source="subject_type", help_text="Kind of the thing, like funding.budget.")
    number = serializers.IntegerField(source="subject_id")
    more = serializers.DictField(source="payload", help_text="By kind: numbers of requests and transfers, changes.")

    class Meta(EventShape.Meta):
        fields = ["id", *EventShape.Meta.fields, "about", "number", "more"]


class AuditFilter(Asked):
    """As on the page: by what happened, by whom, from a day on and until one."""

    kind = django_filters.CharFilter(label="What happened, exactly, like “period closed”")
    person = django_filters.CharFilter("by__email", lookup_expr="iexact", label="E-mail address of the person")
    since = django_filters.DateFilter("at", "date__gte", label="First day")
    until = django_filters.DateFilter("at", "date__lte", label="Last day")

    class Meta:
        model = Event
        fields: list[str] = []


class ListAuditTrail(OfMoney, Listing):
    """Everything that was done with the money, the latest first."""

    serializer_class = MoneyEventShape
    filterset_class = AuditFilter
    orders = {"at": "at"}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if domains_of_money(self.powers) is not None:
            raise Http404

    def get_queryset(self) -> QuerySet[Event]:
        return Event.objects.filter(OF_MONEY).select_related("by").order_by("-at", "-pk")
