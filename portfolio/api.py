"""The read API of the portfolio: the same visibility, the same filters and the same words as the pages."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bets.api_shapes import FamilyRuleShape, current_of, outcomes_read_in
from bets.models import Bet, Effort, FamilyRule, Outcome, Tranche
from lib.api import Endpoint, Listing, complaint, refuse
from lib.clock import today
from org.models import Person, RoleGrant, Run
from org.visibility import powers_of
from portfolio.api_shapes import (
    BetDetailShape,
    BetShape,
    FoundShape,
    OutcomeDetailShape,
    PersonShape,
    PortfolioShape,
    RunDetailShape,
    RunShape,
    SavedViewShape,
)
from portfolio.board import Row, listed, rows_of, with_health, with_verdict, with_waiting
from portfolio.browse import ORDERS
from portfolio.figures import figures_of
from portfolio.filters import BetFilter
from portfolio.models import SavedView
from portfolio.moments import MOMENTS, ways_of
from portfolio.nights import latest_night
from portfolio.people import people_seen_by
from portfolio.progress import progress_of, visible_run
from portfolio.search import KINDS, search

EVERY = 1_000_000  # more periods than any outcome will ever have


class ListBets(Listing):
    """Bets that you may see, with what the latest night says of each. Filters are those of the page: several values
    of one filter mean any of them."""

    serializer_class = BetShape
    filterset_class = BetFilter
    orders = dict.fromkeys(ORDERS, "")

    def get_queryset(self) -> QuerySet[Bet]:
        self.night = latest_night()
        return listed(Bet.objects.visible_to(powers_of(self.request.user)).with_stakes(today()))

    def filterset_of(self, queryset: QuerySet[Bet]) -> BetFilter:
        data = self.request.query_params
        besides = ["ordering", "page", "page_size"]
        return BetFilter(data, queryset, person=self.request.user, night=self.night, besides=besides)  # type: ignore[arg-type]

    def ordered(self, queryset: QuerySet[Bet], key: str, *, backwards: bool) -> QuerySet[Bet]:
        bets = with_waiting(with_health(with_verdict(queryset, self.night), self.night))  # type: ignore[arg-type]
        order = ORDERS[key]
        return bets.order_by(order.desc(nulls_last=True) if backwards else order.asc(nulls_last=True), "key")

    def paginate_queryset(self, queryset: Any) -> Any:
        return _rows(super().paginate_queryset(queryset) or [], self.night)


def _rows(bets: Iterable[Bet], night: Run | None) -> list[Row]:
    """Rows of bets, whose flags know their outcome. Four queries."""
    rows = rows_of(bets, night)
    prefetch_related_objects([flag for row in rows for flag in row.flags], "outcome")
    return rows


class ShowBet(Endpoint):
    """One bet in full: hypotheses, outcomes with what the latest night read, teams, planned tranches, open flags."""

    serializer_class = BetDetailShape

    def get(self, request: Request, key: str) -> Response:
        return Response(self.get_serializer(bet_in_full(request, key)).data)


def bet_in_full(request: Request, key: str) -> Row:
    """One bet that this person may see, with all that its shape shows; 404 when there is none."""
    night = latest_night()
    bets = listed(Bet.objects.visible_to(powers_of(request.user)).with_stakes(today()))
    tranches = Prefetch("tranches", Tranche.objects.order_by("sequence"))
    efforts = Prefetch("efforts", Effort.objects.select_related("team"))
    bets = bets.select_related("template").prefetch_related("teams", "hypotheses__written_by", tranches, efforts)
    bets = bets.prefetch_related(outcomes_read_in(night))
    (row,) = _rows([get_object_or_404(bets, key=key)], night)
    return row


class ShowOutcome(Endpoint):
    """One outcome of a bet with its way: what was known after each period, as in the chart of the page (at most 90
    moments), or `moments=all` of them."""

    serializer_class = OutcomeDetailShape
    parameters = {"moments": "all: every period, and not 90 of them at most"}

    @extend_schema(parameters=[OpenApiParameter("moments", str, enum=["all"], description=parameters["moments"])])
    def get(self, request: Request, key: str, number: int) -> Response:
        wanted = request.query_params.get("moments", "")
        refuse([complaint("moments", wanted, "known is all")] if wanted not in ("", "all") else [])
        bets, night = Bet.objects.visible_to(powers_of(request.user)), latest_night()
        bet = get_object_or_404(bets.prefetch_related(outcomes_read_in(night)), key=key)
        outcome = next((one for one in current_of(bet) if one.number == number), None)
        if outcome is None:
            raise Http404
        return Response(self.get_serializer(_with_way(outcome, night, EVERY if wanted else MOMENTS)).data)


def _with_way(outcome: Outcome, night: Run | None, most: int) -> Outcome:
    way = ways_of([outcome], night.as_of if night else today(), most)[outcome.pk]
    outcome.moments, outcome.step = way.moments, way.step  # type: ignore[attr-defined]
    return outcome


class ListRules(Listing):
    """The rule for the whole portfolio in the latest night: for each kind of flag how much evidence it asked for, and
    the share of wrong flags that it keeps to. For everyone who holds a role."""

    serializer_class = FamilyRuleShape
    orders = {"family": "family"}

    def get_queryset(self) -> QuerySet[FamilyRule]:
        if powers_of(self.request.user).domains() == frozenset():
            return FamilyRule.objects.none()
        return FamilyRule.objects.filter(run=latest_night()).select_related("run").order_by("family")


class ListPeople(Listing):
    """Colleagues: who holds a role where you do, or everywhere, and who leads a bet you may see. Addresses are for
    those whose roles allow it."""

    serializer_class = PersonShape
    orders = {"name": "name"}

    def get_queryset(self) -> QuerySet[Person]:
        grants = Prefetch("grants", RoleGrant.objects.select_related("domain").order_by("role", "domain__key"))
        return people_seen_by(powers_of(self.request.user)).prefetch_related(grants)


class ListSavedViews(Listing):
    """Views of the list of bets that you saved, then those that others share."""

    serializer_class = SavedViewShape
    orders = {"name": "name", "saved_at": "saved_at"}

    def get_queryset(self) -> QuerySet[SavedView]:
        return SavedView.objects.visible_to(self.request.user)  # type: ignore[arg-type]


class ListRuns(Listing):
    """Night runs and others, the latest first."""

    serializer_class = RunShape
    orders = {"started_at": "started_at", "as_of": "as_of"}
    queryset = Run.objects.select_related("started_by").order_by("-pk")

    def get_queryset(self) -> QuerySet[Run]:
        if not powers_of(self.request.user).may("see_sources"):
            raise Http404
        return super().get_queryset()


class ShowRun(Endpoint):
    """How far a run is: its steps with their counts, and what was given up, with the reason."""

    serializer_class = RunDetailShape

    def get(self, request: Request, run_id: int) -> Response:
        powers = powers_of(request.user)
        return Response(self.get_serializer(progress_of(visible_run(run_id, powers), powers)).data)


class ShowPortfolio(Endpoint):
    """The headline figures over every bet you may see; `given` is what the ledger has of what is planned, for those
    who see money."""

    serializer_class = PortfolioShape

    def get(self, request: Request) -> Response:
        night, powers = latest_night(), powers_of(request.user)
        figures = figures_of(Bet.objects.visible_to(powers), night, today(), powers)
        return Response(self.get_serializer({"night": night, "figures": figures}).data)


class Search(Endpoint):
    """Bets, metrics, people and sources that match, the best first; the first 20 of each kind, with how many there
    are."""

    serializer_class = FoundShape
    parameters = {"q": "Words to look for", "kind": "One kind only"}

    @extend_schema(
        parameters=[
            OpenApiParameter("q", OpenApiTypes.STR, description=parameters["q"]),
            OpenApiParameter("kind", str, enum=list(KINDS), description=parameters["kind"]),
        ]
    )
    def get(self, request: Request) -> Response:
        kind = request.query_params.get("kind", "")
        refuse([complaint("kind", kind, f"known are {', '.join(KINDS)}")] if kind and kind not in KINDS else [])
        return Response(self.get_serializer(search(request.query_params, request.user)).data)  # type: ignore[arg-type]
