"""Addresses of the API that keep the standards: kinds of evidence, templates, discovery allowances and goals. Whoever
holds no role finds none of them, as on the pages."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request

from bets import actions
from bets.api import goals_seen_by
from bets.api_desk import AllowanceShape, KindShape, TemplateShape
from bets.api_shapes import GoalShape
from bets.models import Allowance, Bet, EvidenceKind, Goal, Template
from bets.rules_standards import DAYS_AT_MOST, MOST, PROMPTS
from lib.api_writing import Acting, Changing, Dropping, Making, Sent, SomeSeen, Text, Whole
from lib.clock import now
from org.visibility import powers_of


class _Key(Text):
    """Whether it may be one is asked of the rules."""

    def __init__(self) -> None:
        super().__init__(max_length=40, help_text="Stands in addresses and files, and never changes.")


class _Prompt(Text):
    def __init__(self, of: str) -> None:
        super().__init__(max_length=PROMPTS[of], required=False, allow_blank=True)


class _Active(serializers.BooleanField):
    def __init__(self) -> None:
        super().__init__(required=False, help_text="False: nobody can choose it any more; who has it keeps it.")


class _Standard(Acting):
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method not in ("GET", "HEAD") and powers_of(request.user).domains() == frozenset():
            raise Http404

    def by(self) -> Any:
        """Who asks, and when."""
        return {"by": self.request.user, "at": now()}


class SentKind(Sent):
    name = Text(max_length=80)
    what = Text(max_length=300, required=False, allow_blank=True, help_text="What belongs to it.")
    cap = Whole(max_value=5, help_text="Evidence of this kind is never stronger: 0 to 5.")
    is_active = _Active()


class SentNewKind(SentKind):
    key = _Key()


class SentKindChange(SomeSeen, SentKind):
    """What a kind of evidence says."""


class AddKind(_Standard, Making):
    """Adds a kind of evidence."""

    sends, answers = SentNewKind, KindShape

    def act(self, typed: dict[str, Any]) -> EvidenceKind:
        return actions.keep_kind(None, **{"what": ""} | typed, **self.by())


class ChangeKind(_Standard, Changing):
    """Changes a kind of evidence; what was logged keeps the strength that it has."""

    sends, answers = SentKindChange, KindShape

    def act(self, typed: dict[str, Any]) -> EvidenceKind:
        return actions.keep_kind(get_object_or_404(EvidenceKind, key=self.kwargs["key"]), **typed, **self.by())


class SentPart(Sent):
    """A tranche that a bet of this kind begins with."""

    purpose = Text(max_length=200)
    gate = Text(max_length=300)


class SentTemplate(Sent):
    name = Text(max_length=80)
    guidance = _Prompt("guidance")
    stage = serializers.ChoiceField(Bet.Stage.choices, required=False)
    horizon = serializers.ChoiceField(Bet.Horizon.choices, required=False)
    change = _Prompt("change")
    whom = _Prompt("whom")
    result = _Prompt("result")
    reason = _Prompt("reason")
    premortem = _Prompt("premortem")
    assumptions = serializers.ListField(child=Text(max_length=300), required=False, max_length=100)
    tranches = SentPart(many=True, required=False, max_length=100)  # type: ignore[call-arg] # of the list of them
    is_active = _Active()


class SentNewTemplate(SentTemplate):
    key = _Key()


class SentTemplateChange(SomeSeen, SentTemplate):
    """What a template says."""


class _Template(_Standard):
    answers = TemplateShape

    def keep(self, template: Template | None, typed: dict[str, Any]) -> Template:
        if "tranches" in typed:
            typed["tranches"] = [[one["purpose"], one["gate"]] for one in typed["tranches"]]
        return actions.keep_template(template, **typed, **self.by())


class AddTemplate(_Template, Making):
    """Adds a template for bets of one kind."""

    sends = SentNewTemplate

    def act(self, typed: dict[str, Any]) -> Template:
        return self.keep(None, typed)


class ChangeTemplate(_Template, Changing):
    """Changes a template; bets that began with it stay as they are."""

    sends = SentTemplateChange

    def act(self, typed: dict[str, Any]) -> Template:
        return self.keep(get_object_or_404(Template, key=self.kwargs["key"]), typed)


class SentAllowance(Sent):
    amount = Whole(min_value=1, max_value=MOST, help_text="Minor units; what its tranches may add up to.")
    days = Whole(min_value=1, max_value=DAYS_AT_MOST, help_text="Until the last thing that it is to find out is due.")
    cap = Whole(min_value=1, max_value=5, help_text="What is learnt without a series is never stronger: 1 to 5.")


class SentNewAllowance(SentAllowance):
    currency = Text(max_length=3, help_text="Three capital letters.")


class SentAllowanceChange(SomeSeen, SentAllowance):
    """What an allowance says."""


class AddAllowance(_Standard, Making):
    """Sets what a discovery bet may cost and last in one currency."""

    sends, answers = SentNewAllowance, AllowanceShape

    def act(self, typed: dict[str, Any]) -> Allowance:
        return actions.keep_allowance(None, **typed, **self.by())


class ChangeAllowance(_Standard, Changing, Dropping):
    """Changes a discovery allowance; bets that are live already stay as they are."""

    sends, answers = SentAllowanceChange, AllowanceShape

    def act(self, typed: dict[str, Any]) -> Allowance:
        return actions.keep_allowance(self.allowance(), **typed, **self.by())

    def drop(self) -> None:
        """Takes a discovery allowance back: no further bet in its currency goes live on learning outcomes alone."""
        actions.drop_allowance(self.allowance(), **self.by())

    def allowance(self) -> Allowance:
        return get_object_or_404(Allowance, currency=self.kwargs["currency"])


class SentGoal(Sent):
    name = Text(max_length=160)
    measure = Text(max_length=200, help_text="From where to where.")
    due_on = serializers.DateField(help_text="It is open until this day.")


class SentNewGoal(SentGoal):
    key = _Key()


class SentGoalChange(SomeSeen, SentGoal):
    """What a goal says."""


class _Goal(_Standard):
    answers = GoalShape

    def shown(self, made: Goal) -> Any:
        return GoalShape(goals_seen_by(self.request.user).get(pk=made.pk)).data


class AddGoal(_Goal, Making):
    """Adds a goal."""

    sends = SentNewGoal

    def act(self, typed: dict[str, Any]) -> Goal:
        return actions.add_goal(**typed, **self.by())


class ChangeGoal(_Goal, Changing):
    """Changes a goal; a day that has passed ends it."""

    sends = SentGoalChange

    def act(self, typed: dict[str, Any]) -> Goal:
        return actions.change_goal(get_object_or_404(Goal, key=self.kwargs["key"]), **typed, **self.by())
