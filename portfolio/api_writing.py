"""Addresses of the API that state a bet, change a draft and take it live, and that move the lines of an outcome; they
answer with the bet, or the outcome, as it stands."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import serializers

from bets import actions
from bets.actions import Claim
from bets.actions.outcomes import outcome_seen
from bets.api_shapes import DecisionShape, OutcomeShape, current_of, outcomes_read_in
from bets.api_writing import COLLEAGUE, OnBet, SentClaim, SentOutcome, colleague
from bets.models import Bet, Decision, Goal, Outcome, Template
from bets.rules_draft import MINOR_AT_MOST
from lib.api_writing import Changing, Dropping, Finite, Known, Making, Sent, SomeSeen, Text, Whole, shown
from lib.clock import now, today
from org.models import Domain, Team
from org.visibility import powers_of
from portfolio.actions import decide_bet
from portfolio.api import bet_in_full
from portfolio.api_shapes import BetDetailShape
from portfolio.decided import reversed_by
from portfolio.nights import latest_night


def domains_of(person: Any) -> Any:
    reached = powers_of(person).domains()
    return Domain.objects.all() if reached is None else Domain.objects.filter(pk__in=reached)


def teams_of(person: Any) -> Any:
    return Team.objects.filter(domain__in=domains_of(person))


WORTH = "What reaching the target is worth, minor units of the bet's currency: all three, or none."


class SentAbout(Sent):
    """What a bet says of itself."""

    name = Text(max_length=160)
    domain = Known(domains_of, help_text="Key of the domain.")
    lead = Whole(required=False, help_text=f"You, if nobody is named. {COLLEAGUE}")
    goal = Known(lambda person: Goal.objects.all(), required=False, allow_null=True, help_text="Key of the goal.")
    teams = serializers.ListField(child=Known(teams_of), required=False, max_length=100, help_text="Keys of the teams.")
    stage = serializers.ChoiceField(Bet.Stage.choices, required=False)
    horizon = serializers.ChoiceField(Bet.Horizon.choices, required=False)
    currency = Text(max_length=3, required=False)
    starts_on = serializers.DateField()


class SentBet(SentAbout):
    key = Text(max_length=60)
    claim = SentClaim(required=False, allow_null=True)
    template = Known(lambda person: Template.objects.filter(is_active=True), required=False, allow_null=True)


class TeamWeeks(serializers.DictField):
    """Weeks by the key of a team that the person may see."""

    child = serializers.DecimalField(max_digits=6, decimal_places=1, min_value=0)

    def to_internal_value(self, data: Any) -> dict[Team, Any]:
        weeks = super().to_internal_value(data)
        teams = {team.key: team for team in teams_of(self.context["request"].user).filter(key__in=list(weeks))}
        if unknown := [shown(key) for key in weeks if key not in teams]:
            raise serializers.ValidationError(
                _("“%s” is not there, or nothing that you may see.") % "”, “".join(unknown)
            )
        return {teams[key]: count for key, count in weeks.items()}


class SentBetChange(SomeSeen, SentAbout):
    premortem = Text(max_length=2000, help_text="Why it may have failed, a year from now.")
    value_low = Whole(allow_null=True, max_value=MINOR_AT_MOST, help_text=WORTH)
    value_likely = Whole(allow_null=True, max_value=MINOR_AT_MOST, help_text=WORTH)
    value_high = Whole(allow_null=True, max_value=MINOR_AT_MOST, help_text=WORTH)
    value_conversion = Text(max_length=300, allow_blank=True, help_text="How the value follows from the target.")
    team_weeks = TeamWeeks(help_text="Weeks by key of a team of the bet; a team that is not named takes none.")


PARTS = ("low", "likely", "high", "conversion")


class _Whole(OnBet):
    answers = BetDetailShape

    def shown(self, made: Bet) -> Any:
        return BetDetailShape(bet_in_full(self.request, made.key), context={"request": self.request}).data


class StateBet(_Whole, Making):
    """States a bet; it stays a draft until it goes live."""

    sends = SentBet

    def act(self, typed: dict[str, Any]) -> Bet:
        person: Any = self.request.user
        key, name, domain = typed.pop("key"), typed.pop("name"), typed.pop("domain")
        claim = typed.pop("claim", None)
        lead = colleague(domain.pk, typed.pop("lead", None), "lead") or person
        stated = Claim(**claim) if claim else None
        return actions.state_bet(key, name, domain, stated, lead=lead, by=person, at=now(), **typed)

    def where(self, made: Bet) -> str:
        return reverse("api_show_bet", args=[made.key])


class ChangeBet(_Whole, Changing):
    """Changes what a draft says of itself, why it may fail, its value and its effort; what is not sent stays. All that
    is sent is written, or nothing of it."""

    sends = SentBetChange

    def act(self, typed: dict[str, Any]) -> Bet:
        bet = self.bet()
        if "lead" in typed:
            typed["lead"] = colleague(typed.get("domain", bet.domain).pk, typed["lead"], "lead")
        more = {"premortem": typed.pop("premortem", None), "weeks": typed.pop("team_weeks", None)}
        value = {part: typed.pop(f"value_{part}") for part in PARTS if f"value_{part}" in typed}
        teams = typed.pop("teams", None)
        seen = typed.pop("seen", None)
        return actions.change_draft(bet, about=typed, teams=teams, value=value, seen=seen, **more, **self.by())


class SentDecision(Sent):
    """What is decided on a bet."""

    kind = serializers.ChoiceField(Decision.Kind.choices)
    rationale = Text(max_length=2000)
    would_change = Text(max_length=1000, help_text="What evidence would change it.")
    look_again_on = serializers.DateField(required=False, allow_null=True, help_text="All but a cease need one.")
    wind_down = Whole(
        required=False, allow_null=True, help_text="Of a cease: minor units of the bet's currency that are set aside to"
        " wind it down; all the rest returns. What was planned for it, if nothing is sent.",
    )  # fmt: skip


class SentBetDecision(SentDecision):
    reverses = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=32_767,
        help_text="Of a ceased bet: the number of the decision to cease that this one takes back.",
    )  # fmt: skip


class DecideBet(Making, OnBet):
    """Decides on a bet, and does to its money what follows: a cease returns what is not spent and closes its accounts,
    a pivot makes void what is asked for. Of a ceased bet only to fund or to persist brings it back, and it names the
    decision that it reverses. Needs the header Idempotency-Key."""

    keyed = True
    sends, answers = SentBetDecision, DecisionShape

    def act(self, typed: dict[str, Any]) -> Decision:
        bet = self.bet()
        typed.setdefault("look_again_on", None)
        number, ceased = typed.pop("reverses", None), reversed_by(bet)
        reverses = ceased if ceased is not None and ceased.number == number else None
        return decide_bet(bet, **typed, reverses=reverses, **self.by(), today=today())


class GoLive(_Whole, Making):
    """Takes a draft live: what it is judged by freezes."""

    status = 200

    def act(self, typed: dict[str, Any]) -> Bet:
        return actions.go_live(self.bet(), **self.by(), today=today())


class SentOutcomeChange(SomeSeen, SentOutcome):
    """What an outcome says."""


class _Outcome(OnBet):
    answers = OutcomeShape

    def outcome(self, **named: Any) -> Outcome:
        outcomes = Outcome.objects.all() if named else Outcome.objects.current()
        found: Outcome = self.one(
            outcomes.select_related("bet", "series__metric", "series__source"), number=self.kwargs["number"], **named
        )
        return found

    def shown(self, made: Outcome) -> Any:
        bet = Bet.objects.prefetch_related(outcomes_read_in(latest_night())).get(pk=made.bet_id)
        return OutcomeShape(next(one for one in current_of(bet) if one.number == made.number)).data


class ChangeOutcome(_Outcome, Changing, Dropping):
    """Changes what an outcome of a draft says; what is not sent stays."""

    sends = SentOutcomeChange

    def act(self, typed: dict[str, Any]) -> Outcome:
        outcome = self.outcome()
        typed = {"seen": outcome_seen(outcome)} | typed
        return actions.change_outcome(outcome, **typed, **self.by(), today=today())

    def drop(self) -> None:
        """Takes an outcome out of a draft."""
        actions.drop_outcome(self.outcome(), **self.by())


class SentLines(Sent):
    target = Finite(required=False)
    kill_line = Finite(required=False)
    decide_by = serializers.DateField(required=False)
    reason = Text(max_length=300, help_text="Why the lines move.")
    version = Whole(
        required=False, max_value=32_767, help_text="The one that was read: when it was restated since, it is refused."
    )


class RestateOutcome(_Outcome, Making):
    """Moves the lines of an outcome of a live bet, with a reason: a new version, beside which the one before is read
    on. A line that is not sent stays."""

    sends = SentLines

    def act(self, typed: dict[str, Any]) -> Outcome:
        version = typed.pop("version", None)
        outcome = self.outcome() if version is None else self.outcome(version=version)
        lines = {name: getattr(outcome, name) for name in ("target", "kill_line", "decide_by")} | typed
        return actions.restate_outcome(outcome, **lines, **self.by(), today=today())

    def where(self, made: Outcome) -> str:
        return self.below("api_show_outcome", made.number)
