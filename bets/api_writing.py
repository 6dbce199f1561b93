"""Addresses of the API that write about a bet: what the pages do, by the same actions and with the same refusals."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from bets import actions
from bets.actions import Claim
from bets.api_desk import (
    AssumptionShape,
    CommentShape,
    ForecastShape,
    GateShape,
    LearningShape,
    RealisedShape,
    ReleaseShape,
)
from bets.api_shapes import HypothesisShape, OutcomeShape, TrancheShape
from bets.models import (
    Assumption,
    Bet,
    Comment,
    Forecast,
    GateResult,
    Hypothesis,
    LearningOutcome,
    Outcome,
    RealisedValue,
    Release,
    Tranche,
)
from bets.rules_draft import MOST_OF
from lib.api_writing import SEEN, Acting, Finite, Making, Numbered, Sent, Text, Whole
from lib.clock import now, today
from metrics.models import Series, Source
from org.models import Person
from org.visibility import people_who_see, powers_of

COLLEAGUE = "Number of the person, as in people."


class OnBet(Acting):
    """About the bet in the address: when there is none that the person may see, nothing that was sent is read."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method not in ("GET", "HEAD") and "key" in self.kwargs:
            self.bet()

    def bet(self) -> Bet:
        return get_object_or_404(Bet.objects.visible_to(powers_of(self.request.user)), key=self.kwargs["key"])

    def one(self, found: Any, **named: Any) -> Any:
        """The thing of the bet that is named in the address."""
        return get_object_or_404(found, bet=self.bet(), **named)

    def by(self) -> Any:
        """Who asks, and when."""
        return {"by": self.request.user, "at": now()}

    def below(self, name: str, *more: Any) -> str:
        return reverse(name, args=[self.kwargs["key"], *more])


def colleague(domain_id: int, number: int | None, field: str) -> Person | None:
    """The person of that number, among those who see the domain; 400 with a sentence when there is none."""
    if number is None:
        return None
    found = people_who_see(domain_id).filter(pk=number).first()
    if found is None:
        raise ValidationError([_("“%(field)s”: nobody with the number %(number)d sees this domain.") % {
            "field": field, "number": number,
        }])  # fmt: skip
    return found


def named(bet: Bet, numbers: dict[str, Any], where: str) -> Any:
    """The one assumption, outcome, learning outcome or gate of the bet that these numbers name."""
    given = [(name, number) for name, number in numbers.items() if number is not None]
    if len(given) != 1:
        raise ValidationError([_("%(where)s: name one of %(names)s.") % {"where": where, "names": ", ".join(numbers)}])
    ((name, number),) = given
    sets: dict[str, Any] = {
        "assumption": bet.assumptions.filter(number=number),
        "outcome": Outcome.objects.current().filter(bet=bet, number=number).select_related("series__metric"),
        "learning_outcome": bet.learning_outcomes.filter(number=number),
        "gate": bet.tranches.filter(sequence=number),
    }
    found = sets[name].first()
    if found is None:
        words = {"where": where, "name": name.replace("_", " "), "number": number}
        raise ValidationError([_("%(where)s: the bet has no %(name)s %(number)d.") % words])
    return found


class SentClaim(Sent):
    """“We believe that *change* for *whom* will result in *result*, because *reason*.”"""

    change = Text(max_length=MOST_OF["change"], allow_blank=True)
    whom = Text(max_length=MOST_OF["whom"], allow_blank=True)
    result = Text(max_length=MOST_OF["result"], allow_blank=True)
    reason = Text(max_length=MOST_OF["reason"], allow_blank=True)


class SentHypothesis(SentClaim):
    why = Text(max_length=300, required=False, help_text="Why it replaces the version before, of a live bet.")
    seen = Text(max_length=64, required=False, help_text=f"Of the version that stands. {SEEN}")


class WriteHypothesis(Making, OnBet):
    """Writes the hypothesis of a draft anew, or of any other bet the next version."""

    sends, answers = SentHypothesis, HypothesisShape

    def act(self, typed: dict[str, Any]) -> Hypothesis:
        why = typed.pop("why", "")
        seen = typed.pop("seen", None)
        return actions.write_hypothesis(self.bet(), Claim(**typed), why=why, seen=seen, **self.by())


class SentAssumption(Sent):
    statement = Text(max_length=300)
    importance = Whole(min_value=1, max_value=5, help_text="1 little, 5 all depends on it.")
    next_test = Text(max_length=300, required=False, allow_blank=True, help_text="What would tell, cheaply.")


class AddAssumption(Making, OnBet):
    """Adds what must be true for the bet."""

    sends, answers = SentAssumption, AssumptionShape

    def act(self, typed: dict[str, Any]) -> Assumption:
        statement, importance = typed.pop("statement"), typed.pop("importance")
        return actions.add_assumption(self.bet(), statement, importance, **typed, **self.by())


class SentOutcome(Sent):
    series = Numbered(
        lambda person: Series.objects.filter(source__in=Source.objects.visible_to(powers_of(person))).select_related(
            "metric", "source"
        ),
        help_text="Number of the series, as in series.",
    )
    target = Finite()
    kill_line = Finite()
    decide_by = serializers.DateField()
    planned_exposures = Finite()
    baseline = Finite(required=False, allow_null=True)
    contrast = serializers.ChoiceField(Outcome._meta.get_field("contrast").choices or [], required=False)
    starts_on = serializers.DateField(required=False)
    role = serializers.ChoiceField(Outcome._meta.get_field("role").choices or [], required=False)
    weight = Finite(required=False)
    grace_days = Whole(required=False, max_value=3_660)
    glide = serializers.ChoiceField(Outcome._meta.get_field("glide").choices or [], required=False)
    share = Finite(required=False)


class AddOutcome(Making, OnBet):
    """States an outcome: a series with target, kill line and decide-by date."""

    sends, answers = SentOutcome, OutcomeShape

    def act(self, typed: dict[str, Any]) -> Outcome:
        series = typed.pop("series")
        return actions.add_outcome(self.bet(), series, **typed, **self.by(), today=today())

    def where(self, made: Outcome) -> str:
        return self.below("api_show_outcome", made.number)

    def shown(self, made: Outcome) -> Any:
        made.latest, made.earlier = [], []  # type: ignore[attr-defined] # no night has read it yet
        return OutcomeShape(made).data


class SentLearning(Sent):
    kind = serializers.ChoiceField(LearningOutcome.Kind.choices)
    question = Text(max_length=300)
    due_on = serializers.DateField()
    goal = Whole(required=False, allow_null=True, max_value=2**31 - 1, help_text="Of a counted behaviour.")
    reader = Whole(required=False, allow_null=True, help_text=f"Of a question. {COLLEAGUE}")


class AddLearning(Making, OnBet):
    """States what a discovery bet is to find out where no series can tell."""

    sends, answers = SentLearning, LearningShape

    def act(self, typed: dict[str, Any]) -> LearningOutcome:
        bet = self.bet()
        typed["reader"] = colleague(bet.domain_id, typed.get("reader"), "reader")
        return actions.add_learning_outcome(bet, **typed, **self.by(), today=today())


class SentTranche(Sent):
    amount = Whole(min_value=1, help_text="Minor units of the bet's currency.")
    purpose = Text(max_length=200)
    gate = Text(max_length=300, allow_blank=True)
    planned_on = serializers.DateField()
    lasts_until = serializers.DateField(required=False, allow_null=True)


class PlanTranche(Making, OnBet):
    """Plans the next stage of money, with the gate that releases it."""

    sends, answers = SentTranche, TrancheShape

    def act(self, typed: dict[str, Any]) -> Tranche:
        return actions.plan_tranche(self.bet(), **typed, **self.by())


class SentForecast(Sent):
    probability = Finite(min_value=0, max_value=1)
    outcome = Whole(required=False, allow_null=True)
    gate = Whole(required=False, allow_null=True, help_text="Sequence of the tranche.")
    note = Text(max_length=300, required=False, allow_blank=True)


class StateForecast(Making, OnBet):
    """States what you hold likely of one outcome or one gate; the latest one counts."""

    sends, answers = SentForecast, ForecastShape

    def act(self, typed: dict[str, Any]) -> Forecast:
        of = named(self.bet(), {name: typed.get(name) for name in ("outcome", "gate")}, _("The forecast"))
        which = {"tranche" if isinstance(of, Tranche) else "outcome": of}
        person: Any = self.request.user
        return actions.state_forecast(
            person, typed["probability"], **which, note=typed.get("note", ""), at=now(), today=today()
        )


class SentRelease(Sent):
    name = Text(max_length=160)
    shipped_on = serializers.DateField()
    note = Text(max_length=500, required=False, allow_blank=True)
    url = Text(max_length=500, required=False, allow_blank=True)


class MarkRelease(Making, OnBet):
    """Marks on the charts of the bet's outcomes what shipped when."""

    sends, answers = SentRelease, ReleaseShape

    def act(self, typed: dict[str, Any]) -> Release:
        return actions.mark_release(self.bet(), **typed, **self.by(), today=today())


class SentComment(Sent):
    text = Text(max_length=2000)
    mentions = serializers.ListField(child=Whole(), required=False, max_length=20, help_text=COLLEAGUE)
    asks = Whole(required=False, allow_null=True, help_text=COLLEAGUE)
    answer_by = serializers.DateField(required=False, allow_null=True)
    reply_to = Whole(required=False, allow_null=True, help_text="Number of a comment.")


class WriteComment(Making, OnBet):
    """Writes a comment, a reply to one, or a question to somebody by a day."""

    sends, answers = SentComment, CommentShape

    def act(self, typed: dict[str, Any]) -> Comment:
        bet, replied = self.bet(), typed.pop("reply_to", None)
        told = [colleague(bet.domain_id, one, "mentions") for one in typed.pop("mentions", [])]
        typed["asks"] = colleague(bet.domain_id, typed.get("asks"), "asks")
        typed["reply_to"] = get_object_or_404(Comment, bet=bet, pk=replied) if replied is not None else None
        mentions = [one for one in told if one is not None]
        return actions.write_comment(bet, typed.pop("text"), mentions=mentions, **typed, **self.by(), today=today())


class SentGate(Sent):
    met = serializers.BooleanField()
    note = Text(max_length=500, help_text="What you looked at.")


class RecordGate(Making, OnBet):
    """Says once whether the gate of a tranche was met."""

    sends, answers = SentGate, GateShape

    def act(self, typed: dict[str, Any]) -> GateResult:
        tranche = self.one(Tranche.objects.all(), sequence=self.kwargs["sequence"])
        return actions.record_gate(tranche, typed["met"], typed["note"], **self.by())


class SentValue(Sent):
    month = serializers.DateField(help_text="First day of the month.")
    amount = Whole(min_value=-(10**15), help_text="Minor units of the bet's currency.")
    note = Text(max_length=300, help_text="How it was found.")


class RecordValue(Making, OnBet):
    """Says which value the bet brought in one month; the latest one said of a month counts."""

    sends, answers = SentValue, RealisedShape

    def act(self, typed: dict[str, Any]) -> RealisedValue:
        return actions.record_value(self.bet(), **typed, **self.by(), today=today())
