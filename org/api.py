"""The API of org: domains and teams; and the rate of a team is set."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from lib.api import Listing, Money, Seen
from lib.api_writing import SEEN, Making, Sent, Text, Whole
from lib.clock import now
from lib.seen import seen_of
from org.actions import rate_of, set_rate
from org.models import Domain, Event, Team
from org.rules import RATE_AT_MOST
from org.visibility import powers_of


class DomainShape(serializers.ModelSerializer[Domain]):
    parent = serializers.SerializerMethodField(help_text="Key of the one above, if you may see it.")  # type: ignore[assignment]

    class Meta:
        model = Domain
        fields = ["key", "name", "parent"]

    def get_parent(self, domain: Domain) -> str | None:
        powers = powers_of(self.context["request"].user)
        return domain.parent.key if domain.parent and powers.sees(domain.parent.pk) else None


class TeamShape(serializers.ModelSerializer[Team]):
    domain = serializers.CharField(source="domain.key")
    rate = serializers.SerializerMethodField(help_text="Cost of a week; null where nobody has set it.")
    seen = Seen(lambda team: seen_of(rate_of(team)))

    class Meta:
        model = Team
        fields = ["key", "name", "domain", "rate", "seen"]

    @extend_schema_field(Money(allow_null=True))
    def get_rate(self, team: Team) -> dict[str, Any] | None:
        return None if team.week_rate is None else {"amount": team.week_rate, "currency": team.rate_currency}


class EventShape(serializers.ModelSerializer[Event]):
    by = serializers.CharField(allow_null=True, help_text="Name of the person; null for the night run.")

    class Meta:
        model = Event
        fields = ["at", "kind", "by", "sentence"]


class ListDomains(Listing):
    """Domains that you may see."""

    serializer_class = DomainShape
    queryset = Domain.objects.select_related("parent").order_by("key")
    orders = {"key": "key", "name": "name"}

    def get_queryset(self) -> QuerySet[Domain]:
        domains = powers_of(self.request.user).domains()
        found: QuerySet[Any] = super().get_queryset()
        return found if domains is None else found.filter(pk__in=domains)


def teams_seen_by(person: Any) -> QuerySet[Team]:
    domains = powers_of(person).domains()
    found = Team.objects.select_related("domain").order_by("key")
    return found if domains is None else found.filter(domain__in=domains)


class ListTeams(Listing):
    """Teams of the domains that you may see."""

    serializer_class = TeamShape
    orders = {"key": "key", "name": "name"}

    def get_queryset(self) -> QuerySet[Team]:
        return teams_seen_by(self.request.user)


class SentRate(Sent):
    amount = Whole(
        allow_null=True, min_value=1, max_value=RATE_AT_MOST, help_text="Minor units; null: it is not known any more."
    )
    currency = Text(max_length=3, required=False, allow_blank=True, help_text="Three capital letters.")
    seen = Text(max_length=64, required=False, help_text=SEEN)


class SetRate(Making):
    """Says what a team costs for a week, in full; the cost of every bet that it works on follows."""

    sends, answers, status = SentRate, TeamShape, 200

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.team()  # when there is none that the person may see, nothing that was sent is read

    def team(self) -> Team:
        return get_object_or_404(teams_seen_by(self.request.user), key=self.kwargs["key"])

    def act(self, typed: dict[str, Any]) -> Team:
        person: Any = self.request.user
        return set_rate(self.team(), **{"currency": ""} | typed, by=person, at=now())
