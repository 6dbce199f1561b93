"""The shapes of what the read API of the portfolio answers."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bets.api_shapes import (
    HEALTHS,
    FlagShape,
    HypothesisShape,
    OutcomeShape,
    TrancheShape,
    VerdictShape,
    current_of,
    money_of,
)
from bets.draft_page import cost_with
from bets.drafts import draft_values
from bets.models import Bet, NextHypothesis, Verdict
from lib.api import Money, Number, Seen
from lib.clock import today
from lib.seen import seen_of
from org.models import Person, Role, Run
from org.visibility import powers_of
from portfolio.api_money import BetMoneyShape, money_shown
from portfolio.board import Row
from portfolio.figures import Capital
from portfolio.models import SavedView
from portfolio.search import KINDS, Group

Shape = serializers.Serializer[Any]
PAGES = {"bets": "show_bet", "metrics": "show_metric", "people": "show_person", "sources": "show_source"}


class OpenFlagShape(FlagShape):
    class Meta(FlagShape.Meta):
        fields = ["kind", "since", "began_on", "act_by", "outcome", "sentence"]


class HealthShape(Shape):
    """The worst health among the outcomes, apart from what they say."""

    state = serializers.ChoiceField(source="health", choices=HEALTHS)
    note = serializers.CharField(source="health_note")


class BetShape(Shape):
    key = serializers.CharField(source="bet.key")
    name = serializers.CharField(source="bet.name")
    url = serializers.SerializerMethodField(help_text="The page of the bet.")
    domain = serializers.CharField(source="bet.domain.key")
    goal = serializers.SerializerMethodField(help_text="Key of the goal it serves, if any.")
    lead = serializers.CharField(source="bet.lead.name")
    stage = serializers.ChoiceField(source="bet.stage", choices=Bet.Stage.choices)
    state = serializers.ChoiceField(source="bet.state", choices=Bet.State.choices)
    horizon = serializers.IntegerField(source="bet.horizon", min_value=0, max_value=3)
    starts_on = serializers.DateField(source="bet.starts_on")
    is_sample = serializers.BooleanField(source="bet.is_sample")
    planned = serializers.SerializerMethodField(help_text="Sum of the planned tranches.")
    at_stake = serializers.SerializerMethodField(help_text="The part of the plan that is still ahead.")
    decide_by = serializers.DateField(source="bet.decide_by", allow_null=True, help_text="The soonest of its outcomes.")
    verdict = VerdictShape(allow_null=True)
    health = HealthShape(source="ailing", allow_null=True)
    flags = OpenFlagShape(many=True, help_text="Open flags, the oldest first.")

    def get_url(self, row: Row) -> str:
        return reverse("show_bet", args=[row.bet.key])

    def get_goal(self, row: Row) -> str | None:
        return row.bet.goal.key if row.bet.goal else None

    @extend_schema_field(Money)
    def get_planned(self, row: Row) -> dict[str, Any]:
        return {"amount": row.bet.planned, "currency": row.bet.currency}  # type: ignore[attr-defined]

    @extend_schema_field(Money)
    def get_at_stake(self, row: Row) -> dict[str, Any]:
        return {"amount": row.bet.at_stake, "currency": row.bet.currency}  # type: ignore[attr-defined]


class ValueShape(Shape):
    low = Money()
    likely = Money()
    high = Money()


class TeamWeeksShape(Shape):
    team = serializers.CharField(help_text="Its key.")
    weeks = Number()


class CostShape(Shape):
    """Cash of the tranches, and in full: with the weeks of the teams at their rates."""

    cash = Money()
    team_weeks = TeamWeeksShape(many=True)
    full = Money(allow_null=True, help_text="Null where a team has no rate, or one in another currency.")


class NextHypothesisShape(Shape):
    """The version of the hypothesis that a pivot has opened."""

    version = serializers.IntegerField()
    due_on = serializers.DateField()
    decision = serializers.IntegerField(source="decision.number", help_text="Number of the decision to pivot.")
    is_written = serializers.SerializerMethodField()
    is_asked = serializers.SerializerMethodField(help_text="Does the bet wait for it still?")

    def get_is_written(self, asked: NextHypothesis) -> bool:
        return asked.written_id is not None

    def get_is_asked(self, asked: NextHypothesis) -> bool:
        return asked.written_id is None and asked.bet.state == Bet.State.HELD


class BetDetailShape(BetShape):
    template = serializers.CharField(source="bet.template.key", allow_null=True, default=None, help_text="Its key.")
    live_at = serializers.DateTimeField(source="bet.live_at", allow_null=True)
    premortem = serializers.CharField(source="bet.premortem", help_text="Why it may have failed; empty: not written.")
    teams = serializers.SerializerMethodField(help_text="Keys of the teams that work on it.")
    hypotheses = HypothesisShape(source="bet.hypotheses", many=True, help_text="Every version, the latest first.")
    next_hypothesis = serializers.SerializerMethodField(help_text="What the latest pivot asked for; null without one.")
    outcomes = serializers.SerializerMethodField(help_text="As they stand, each with its former versions.")
    tranches = TrancheShape(source="bet.tranches", many=True)
    value = serializers.SerializerMethodField("get_worth", help_text="Worth of the target; null where nobody set it.")
    value_conversion = serializers.CharField(
        source="bet.value_conversion", help_text="How the value follows from the target."
    )
    cost = serializers.SerializerMethodField(help_text="What was planned, the weeks of its teams included.")
    money = serializers.SerializerMethodField(help_text="Null where your roles do not show you money.")
    fails_at = serializers.IntegerField(source="bet.fails_at", help_text="So many primaries must fail to cease.")
    scales_at = serializers.IntegerField(
        source="bet.scales_at", allow_null=True, help_text="So many primaries must beat their targets; null: all."
    )
    seen = Seen(lambda row: seen_of(draft_values(row.bet)))

    @extend_schema_field(NextHypothesisShape(allow_null=True))
    def get_next_hypothesis(self, row: Row) -> Any:
        asked = row.bet.next_hypotheses.select_related("decision", "bet").order_by("-decision__number").first()
        return asked and NextHypothesisShape(asked).data

    @extend_schema_field(OutcomeShape(many=True))
    def get_outcomes(self, row: Row) -> Any:
        return OutcomeShape(current_of(row.bet), many=True).data

    @extend_schema_field(ValueShape(allow_null=True))
    def get_worth(self, row: Row) -> dict[str, Any] | None:
        amounts = {"low": row.bet.value_low, "likely": row.bet.value_likely, "high": row.bet.value_high}
        return None if None in amounts.values() else {key: money_of(row.bet, one) for key, one in amounts.items()}

    @extend_schema_field(CostShape)
    def get_cost(self, row: Row) -> dict[str, Any]:
        tranches, efforts = row.bet.tranches.all(), row.bet.efforts.all()  # with their teams, by bet_in_full
        cost = cost_with(row.bet, tranches, efforts)
        return {
            "cash": money_of(row.bet, cost.cash),
            "team_weeks": [{"team": effort.team.key, "weeks": float(effort.weeks)} for effort in efforts],
            "full": money_of(row.bet, cost.full),
        }

    @extend_schema_field(BetMoneyShape(allow_null=True))
    def get_money(self, row: Row) -> dict[str, Any] | None:
        powers = powers_of(self.context["request"].user)
        return money_shown(row.bet, list(row.bet.tranches.all()), powers, today())

    def get_teams(self, row: Row) -> list[str]:
        return [team.key for team in row.bet.teams.all()]


class MomentShape(Shape):
    """What was known after one period; numbers in the unit of the metric."""

    period = serializers.DateField(source="day", help_text="First day of the period.")
    value = Number(allow_null=True, help_text="The value of the period alone, where it makes sense.")
    estimate = Number(allow_null=True)
    lower = Number(allow_null=True)
    upper = Number(allow_null=True)
    exposures = Number(help_text="So far.")


class OutcomeDetailShape(OutcomeShape):
    moments = MomentShape(many=True)
    step = serializers.IntegerField(help_text="Every how many periods a moment is shown.")

    class Meta(OutcomeShape.Meta):
        fields = [*OutcomeShape.Meta.fields, "step", "moments"]


class RoleShape(Shape):
    role = serializers.ChoiceField(choices=Role.choices)
    domain = serializers.CharField(allow_null=True, help_text="Key; null for everywhere.")


class PersonShape(serializers.ModelSerializer[Person]):
    url = serializers.SerializerMethodField(help_text="The page of the person.")
    email = serializers.SerializerMethodField(help_text="Null where your roles do not show you addresses.")
    roles = serializers.SerializerMethodField(help_text="Those held everywhere, and in the domains you may see.")

    class Meta:
        model = Person
        fields = ["id", "name", "url", "email", "roles"]

    def get_url(self, person: Person) -> str:
        return reverse("show_person", args=[person.pk])

    def get_email(self, person: Person) -> str | None:
        reader = self.context["request"].user
        return person.email if person == reader or powers_of(reader).may("see_addresses") else None

    @extend_schema_field(RoleShape(many=True))
    def get_roles(self, person: Person) -> list[dict[str, Any]]:
        powers = powers_of(self.context["request"].user)
        held = [grant for grant in person.grants.all() if grant.domain is None or powers.sees(grant.domain.pk)]
        return [{"role": grant.role, "domain": grant.domain and grant.domain.key} for grant in held]


class SavedViewShape(serializers.ModelSerializer[SavedView]):
    url = serializers.CharField(source="get_absolute_url", help_text="Its page.")
    query = serializers.CharField(help_text="The filters, as the list of bets takes them on its page.")
    is_mine = serializers.SerializerMethodField()

    class Meta:
        model = SavedView
        fields = ["id", "name", "url", "query", "shared", "is_mine", "saved_at"]

    def get_is_mine(self, view: SavedView) -> bool:
        return bool(view.owner_id == self.context["request"].user.pk)


class RunShape(serializers.ModelSerializer[Run]):
    started_by = serializers.CharField(allow_null=True, help_text="Name of the person; null for the clock.")

    class Meta:
        model = Run
        fields = ["id", "kind", "key", "state", "as_of", "started_at", "finished_at", "started_by"]


class StepShape(Shape):
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=[(state, state) for state in ("waiting", "running", "ended")])
    done = serializers.IntegerField()
    dead = serializers.IntegerField(help_text="Given up after several attempts.")
    total = serializers.IntegerField()


class GivenUpShape(Shape):
    kind = serializers.CharField()
    key = serializers.CharField()
    message = serializers.CharField()


class RunDetailShape(Shape):
    id = serializers.IntegerField(source="run.pk")
    kind = serializers.CharField(source="run.kind")
    key = serializers.CharField(source="run.key")
    state = serializers.ChoiceField(source="run.state", choices=Run.State.choices)
    as_of = serializers.DateField(source="run.as_of")
    started_at = serializers.DateTimeField(source="run.started_at")
    finished_at = serializers.DateTimeField(source="run.finished_at", allow_null=True)
    started_by = serializers.CharField(source="run.started_by", allow_null=True)
    steps = StepShape(many=True)
    given_up = GivenUpShape(source="dead", many=True)


class ShareShape(Shape):
    verdict = serializers.ChoiceField(source="kind", choices=Verdict.Kind.choices)
    bets = serializers.IntegerField()
    planned = serializers.IntegerField(source="amount", help_text="Minor units of the currency above.")
    at_stake = serializers.IntegerField(help_text="Minor units of the currency above.")


class GivenShape(Shape):
    """What the ledger has, minor units of the currency above."""

    committed = serializers.IntegerField(help_text="And not released yet.")
    released = serializers.IntegerField(help_text="And not spent.")
    spent = serializers.IntegerField()


class CapitalShape(Shape):
    """Planned money of live and held bets in one currency."""

    currency = serializers.CharField()
    bets = serializers.IntegerField()
    planned = serializers.SerializerMethodField()
    at_stake = serializers.SerializerMethodField(help_text="The part of the plan that is still ahead.")
    against = serializers.SerializerMethodField(help_text="Planned on bets that the evidence speaks against.")
    bets_against = serializers.IntegerField()
    given = GivenShape(allow_null=True, help_text="Null where nothing was given, or your roles do not show you money.")
    shares = ShareShape(many=True)

    @extend_schema_field(Money)
    def get_planned(self, capital: Capital) -> dict[str, Any]:
        return {"amount": capital.planned, "currency": capital.currency}

    @extend_schema_field(Money)
    def get_at_stake(self, capital: Capital) -> dict[str, Any]:
        return {"amount": capital.at_stake, "currency": capital.currency}

    @extend_schema_field(Money)
    def get_against(self, capital: Capital) -> dict[str, Any]:
        return {"amount": capital.against, "currency": capital.currency}


class PortfolioShape(Shape):
    as_of = serializers.DateField(source="night.as_of", allow_null=True, help_text="Day of the latest night.")
    states = serializers.DictField(
        source="figures.states", child=serializers.IntegerField(), help_text="Bets by state."
    )
    flags = serializers.SerializerMethodField(help_text="Open flags of live and held bets, by kind.")
    capital = CapitalShape(source="figures.capital", many=True)

    @extend_schema_field(serializers.DictField(child=serializers.IntegerField()))
    def get_flags(self, shown: dict[str, Any]) -> dict[str, int]:
        return dict(shown["figures"].flags)


class HitShape(Shape):
    key = serializers.CharField(allow_null=True, help_text="Of a bet, metric or source.")
    name = serializers.CharField()
    url = serializers.CharField(help_text="Its page.")


class FoundGroupShape(Shape):
    kind = serializers.ChoiceField(choices=[(kind, kind) for kind in KINDS])
    count = serializers.IntegerField(source="page.paginator.count")
    results = serializers.SerializerMethodField()

    @extend_schema_field(HitShape(many=True))
    def get_results(self, group: Group) -> list[dict[str, Any]]:
        return [_hit(group.kind, thing) for thing in group.page]


def _hit(kind: str, thing: Any) -> dict[str, Any]:
    key = getattr(thing, "key", None)
    return {"key": key, "name": thing.name, "url": reverse(PAGES[kind], args=[key or thing.pk])}


class FoundShape(Shape):
    words = serializers.CharField()
    count = serializers.IntegerField()
    groups = FoundGroupShape(many=True)
