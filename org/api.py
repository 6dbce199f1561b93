"""The API of org: domains and teams."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from lib.api import Listing
from org.models import Domain, Event, Team
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

    class Meta:
        model = Team
        fields = ["key", "name", "domain"]


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


class ListTeams(Listing):
    """Teams of the domains that you may see."""

    serializer_class = TeamShape
    queryset = Team.objects.select_related("domain").order_by("key")
    orders = {"key": "key", "name": "name"}

    def get_queryset(self) -> QuerySet[Team]:
        domains = powers_of(self.request.user).domains()
        found: QuerySet[Any] = super().get_queryset()
        return found if domains is None else found.filter(domain__in=domains)
