"""What a person asks of the trends: which bets, by month or by quarter, in which currency, since whose review."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Max, Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from bets.models import Bet, BetQuerySet
from org.models import Person, Run
from org.visibility import powers_of
from portfolio.asking import PAGE, Asking, settings_of
from portfolio.filters import BetFilter
from portfolio.models import Forum, Review
from portfolio.night import ACTIVE
from portfolio.sifting import shortened
from portfolio.trends import BYS, Stretch, stretches

Choice = tuple[str, str, bool]  # value, words, whether it is chosen
OFFERED = ("domain", "goal")  # the filters of the form; others come by a link


@dataclass(frozen=True)
class TrendsAsked(Asking):
    """`known` are the values of each setting that mean something, the first what an empty URL means; `forums` those
    that have held a review, with the day of the last one as `held_on`."""

    filters: BetFilter
    known: Mapping[str, Collection[str]]
    forums: list[Forum]
    has_sample: bool

    SETTINGS = {"by": BYS, "currency": (), "forum": ()}

    def is_default(self, name: str, value: str | list[str]) -> bool:
        """Is this what an empty URL means?"""
        return value == next(iter(self.known.get(name, ())), None) or super().is_default(name, value)

    @property
    def bets(self) -> BetQuerySet:
        found: BetQuerySet = self.filters.qs
        return found

    @property
    def active(self) -> BetQuerySet:
        """Those of them that are live or held."""
        return self.bets.filter(state__in=ACTIVE)

    @property
    def currency(self) -> str:
        return self.settings["currency"]

    @property
    def forum(self) -> Forum | None:
        return next((one for one in self.forums if one.key == self.settings["forum"]), None)

    @property
    def choices(self) -> dict[str, list[Choice]]:
        """What the form offers: of each setting and filter the values to choose from."""
        words: dict[str, Mapping[str, Any]] = {"by": BYS, "currency": {one: one for one in self.known["currency"]}}
        found = {
            name: [(key, str(label), key == self.settings[name]) for key, label in of.items()]
            for name, of in words.items()
        }
        found["forum"] = [(one.key, one.name, one.key == self.settings["forum"]) for one in self.forums]
        for name in OFFERED:
            of = self.filters.filters[name].field.choices
            found[name] = [(key, str(label), key == self.filters.value(name)) for key, label in of]
        return found

    @property
    def complaints(self) -> list[str]:
        """One sentence for each thing that meant nothing."""
        return [
            _("“%(asked)s” is not something trends can be narrowed by; it was ignored.") % {"asked": shortened(pair)}
            for pair in self.ignored
        ]

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What the form carries along unseen: filters that it does not offer, name and value."""
        hidden = {name: values for name, values in self.filters.kept.items() if name not in OFFERED}
        return [(name, value) for name, values in hidden.items() for value in values]

    def list_query(self, name: str) -> str:
        """What asks the list of bets for the live and held ones among these, whatever the filter `name` says."""
        kept = {"state": list(ACTIVE), **self.filters.kept}
        kept.pop(name, None)
        return urlencode(kept, doseq=True)

    def stretches(self, today: date) -> list[Stretch]:
        return stretches(self.settings["by"], today)


def ask_trends(data: QueryDict, person: Person, night: Run | None) -> TrendsAsked:
    """Reads the URL. Nothing in it is an error. Two queries, and those of the filters that are asked for."""
    bets = Bet.objects.visible_to(powers_of(person))
    forums = _forums(person)
    currencies, has_sample = _currencies(bets)
    known: dict[str, Collection[str]] = {"by": BYS, "currency": currencies, "forum": [one.key for one in forums]}
    filters = BetFilter(data, bets, person=person, night=night, besides=[*known, PAGE])
    settings, ignored = settings_of(data, {name: of or [""] for name, of in known.items()})  # none may be known
    return TrendsAsked(filters, settings, "", [*filters.ignored, *ignored], known, forums, has_sample)


def _currencies(bets: BetQuerySet) -> tuple[list[str], bool]:
    """That with most live and held bets first; and whether any bet is sample data. One query."""
    active = Count("pk", filter=Q(state__in=ACTIVE))
    counted = (
        bets.order_by().values_list("currency").annotate(active=active, sample=Count("pk", filter=Q(is_sample=True)))
    )
    rows = sorted(counted, key=lambda one: (-one[1], one[0]))
    return [code for code, _active, _sample in rows], any(sample for _code, _active, sample in rows)


def _forums(person: Person) -> list[Forum]:
    """Forums that this person sees and that have held a review, the latest first. One query."""
    held = Max("reviews__held_on", filter=Q(reviews__state=Review.State.CLOSED))
    seen = Forum.objects.visible_to(powers_of(person)).annotate(held_on=held).exclude(held_on=None)
    return list(seen.select_related("domain").order_by("-held_on", "name", "pk"))
