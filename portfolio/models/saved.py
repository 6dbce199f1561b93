"""Views of the list of bets that people have saved."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse

from org.models import Person


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, person: Person) -> "SavedViewQuerySet":
        """One's own, and those that others share; one's own first, then by name."""
        mine = models.Case(models.When(owner=person, then=0), default=1)
        return self.filter(Q(owner=person) | Q(shared=True)).order_by(mine, Lower("name"), "pk")


class SavedView(models.Model):
    """A named URL of the list of bets, private or shared; `query` is canonical (portfolio.asked)."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=2000, blank=True)
    shared = models.BooleanField(default=False)
    saved_at = models.DateTimeField()

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("owner", Lower("name"), name="portfolio_savedview_name_once_for_an_owner"),
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="portfolio_savedview_name_not_blank"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("show_view", args=[self.pk])
