"""The scoreboard of decisions by API: the numbers of its page, with its filters."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from lib.api import Endpoint, Money, Number, refuse
from lib.clock import today
from portfolio.rules_scoreboard import BASES, STEPS, WHOLE, Right, Spread
from portfolio.scoreboard import Overrides, Scoreboard
from portfolio.scoreboard_calibration import Group
from portfolio.scoreboard_filters import ask_scores, scope_of
from portfolio.scoreboard_reads import RULE_KINDS
from portfolio.scoreboard_words import GROUP_WORDS

Shape = serializers.Serializer[Any]


class LatencyStepShape(Shape):
    step = serializers.ChoiceField([(step, str(step)) for step in (*STEPS, WHOLE)])
    count = serializers.IntegerField(help_text="Decisions of which both ends of the step are known.")
    median = Number(help_text="Days.")
    worst = serializers.IntegerField(help_text="Days.")


class LatencyQuarterShape(Shape):
    quarter = serializers.CharField(help_text="Of the decision: 2026-Q4.")
    steps = LatencyStepShape(many=True)


class MovedCapitalShape(Shape):
    quarter = serializers.CharField(help_text="In which the money moved.")
    basis = serializers.ChoiceField([(basis, basis) for basis in BASES], help_text="What it rested on.")
    amount = Money()
    transfers = serializers.IntegerField()


class FlagsRightShape(Shape):
    """Flags of the rule whose outcome has been measured since, and those of them that were right."""

    kind = serializers.ChoiceField([(str(kind), kind.label) for kind in RULE_KINDS])
    count = serializers.IntegerField()
    right = serializers.IntegerField()
    share = Number(allow_null=True, help_text="null: too few for a share.")
    interval = serializers.ListField(
        child=serializers.FloatField(), allow_null=True, help_text="Of 95 %, low and high; null: too few."
    )


class ForecastersShape(Shape):
    """A group of forecasters; its score is null where it would tell how one person foretells."""

    group = serializers.ChoiceField([(key, key) for key in GROUP_WORDS], source="key")
    people = serializers.IntegerField()
    outcomes = serializers.IntegerField(source="things", help_text="Outcomes and gates that have come out.")
    forecasts = serializers.SerializerMethodField()
    brier = serializers.SerializerMethodField(help_text="0 is best.")
    brier_same_days = serializers.SerializerMethodField(help_text="On days on which the signals gave a chance too.")
    brier_signals = serializers.SerializerMethodField(help_text="That of the signals on these days.")

    def get_forecasts(self, group: Group) -> int | None:
        return group.summary.count if group.summary else None

    def get_brier(self, group: Group) -> float | None:
        return group.summary.brier if group.summary else None

    def get_brier_same_days(self, group: Group) -> float | None:
        return group.summary.brier_both if group.summary and group.summary.both else None

    def get_brier_signals(self, group: Group) -> float | None:
        return group.summary.brier_engine if group.summary and group.summary.both else None


class OverridesShape(Shape):
    """Decisions against the evidence: those that have come due by what was found, and the rest."""

    due = serializers.SerializerMethodField()
    right = serializers.SerializerMethodField(help_text="It was right to go against the evidence.")
    wrong = serializers.SerializerMethodField(help_text="The evidence was right.")
    open = serializers.SerializerMethodField(help_text="It could not be said.")
    later = serializers.SerializerMethodField(help_text="Looked at again on a later day.")
    unread = serializers.SerializerMethodField(help_text="Nobody looks at it again.")

    def get_due(self, found: Overrides) -> int:
        return len(found.due)

    def get_right(self, found: Overrides) -> int:
        return found.found("right")

    def get_wrong(self, found: Overrides) -> int:
        return found.found("wrong")

    def get_open(self, found: Overrides) -> int:
        return found.found("open")

    def get_later(self, found: Overrides) -> int:
        return len(found.later)

    def get_unread(self, found: Overrides) -> int:
        return len(found.unread)


class ScoreboardShape(Shape):
    """What is counted of money is null for those who do not see money."""

    decisions = serializers.SerializerMethodField()
    reversals = serializers.SerializerMethodField(help_text="Decisions that reverse an earlier one.")
    latency = serializers.SerializerMethodField()
    quarters = serializers.SerializerMethodField()
    capital = serializers.SerializerMethodField()
    freed_early = serializers.SerializerMethodField(help_text="Returned by ceases before the last day to decide.")
    spent_after_flag = serializers.SerializerMethodField(help_text="After a flag to cease, before its decision.")
    rule = serializers.SerializerMethodField()
    calibration = serializers.SerializerMethodField()
    overrides = OverridesShape()

    def get_decisions(self, board: Scoreboard) -> int:
        return len(board.made)

    def get_reversals(self, board: Scoreboard) -> int:
        return len(board.reversals)

    @extend_schema_field(LatencyStepShape(many=True))
    def get_latency(self, board: Scoreboard) -> Any:
        return _steps(board.latency.steps)

    @extend_schema_field(LatencyQuarterShape(many=True))
    def get_quarters(self, board: Scoreboard) -> Any:
        found = board.latency.quarters
        return [{"quarter": quarter, "steps": _steps(steps)} for quarter, steps in found.items()]

    @extend_schema_field(MovedCapitalShape(many=True, allow_null=True))
    def get_capital(self, board: Scoreboard) -> Any:
        if not board.scope.sees_money:
            return None
        return [
            {
                "quarter": quarter,
                "basis": basis,
                "amount": _money(minor, main.currency),
                "transfers": bases.counts[basis],
            }
            for main in board.capital
            for quarter, bases in board.capital_by_quarter(main.currency)
            for basis, minor in bases.parts
        ]

    @extend_schema_field(Money(many=True, allow_null=True))
    def get_freed_early(self, board: Scoreboard) -> Any:
        return _sums(board, board.freed_sums)

    @extend_schema_field(Money(many=True, allow_null=True))
    def get_spent_after_flag(self, board: Scoreboard) -> Any:
        return _sums(board, board.late_sums)

    @extend_schema_field(FlagsRightShape(many=True))
    def get_rule(self, board: Scoreboard) -> Any:
        return [_right(kind, one) for kind, one in board.rule.kinds.items()]

    @extend_schema_field(ForecastersShape(many=True))
    def get_calibration(self, board: Scoreboard) -> Any:
        return ForecastersShape([*board.calibration.groups, board.calibration.signals], many=True).data


def _steps(steps: dict[str, Spread]) -> list[dict[str, Any]]:
    return [{"step": step, "count": one.count, "median": one.median, "worst": one.worst} for step, one in steps.items()]


def _right(kind: str, one: Right) -> dict[str, Any]:
    return {"kind": kind, "count": one.count, "right": one.right, "share": one.share, "interval": one.interval}


def _money(minor: int, currency: str) -> dict[str, Any]:
    return {"amount": minor, "currency": currency}


def _sums(board: Scoreboard, sums: dict[str, int]) -> list[dict[str, Any]] | None:
    return [_money(minor, code) for code, minor in sums.items()] if board.scope.sees_money else None


class ShowScoreboard(Endpoint):
    """How well decisions were made, over the bets that you may see: how long each step took, what money rested on, what
    waiting cost, and whose forecasts came true."""

    serializer_class = ScoreboardShape
    parameters = {
        "period": "A year or a quarter with decisions: 2026 or 2026-Q4.",
        "domain": "Key of a domain; it reaches those below. May be given several times.",
        "forum": "Key of a forum; `none`: outside a review. May be given several times.",
    }

    def get(self, request: Request) -> Response:
        asked = ask_scores(request.query_params, request.user)  # type: ignore[arg-type]
        refuse(asked.filters.complaints)
        board = Scoreboard(asked, scope_of(asked, request.user, today()))  # type: ignore[arg-type]
        return Response(ScoreboardShape(board).data)
