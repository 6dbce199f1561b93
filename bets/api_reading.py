"""What the API shows of how well people foretold, and of what bets promised against what they brought."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bets.calibration_page import calibration_page
from bets.promises import PromiseRecord, promises_by_domain
from lib.api import Endpoint, Number
from lib.clock import today
from metrics.evidence.scores import Row
from org.models import Domain
from org.visibility import powers_of


class RowShape(serializers.Serializer[Row]):
    """Forecasts with a chance from `low` to below `high`."""

    low = Number()
    high = Number()
    count = serializers.IntegerField()
    chance = Number(source="mean", allow_null=True, help_text="Mean of what was foretold; null where nothing was.")
    share = Number(allow_null=True, help_text="What came of it, as a share.")


class CalibrationShape(serializers.Serializer[Any]):
    person = serializers.CharField(help_text="Your name.")
    scored = serializers.IntegerField(source="summary.count", help_text="Things that have come out and can be scored.")
    too_few = serializers.BooleanField(source="summary.is_few", help_text="Too few to say anything of you.")
    brier = Number(source="summary.brier", help_text="Mean daily Brier score, 0 is best; 0 when nothing is scored.")
    compared = serializers.IntegerField(source="summary.both", help_text="Those of which the engine had a chance too.")
    too_few_to_compare = serializers.BooleanField(source="summary.is_few_both")
    brier_compared = Number(source="summary.brier_both")
    brier_engine = Number(source="summary.brier_engine", help_text="The engine's score on the same days.")
    reliability = RowShape(source="summary.rows", many=True)
    still_open = serializers.IntegerField(help_text="Foretold, and not yet come out.")
    unscored = serializers.IntegerField(help_text="Foretold too late to stand a day.")


class ShowCalibration(Endpoint):
    """How good your own forecasts were, beside the engine's on the same days."""

    serializer_class = CalibrationShape

    def get(self, request: Request) -> Response:
        person: Any = request.user
        return Response(self.get_serializer(calibration_page(person, person, today())).data)


class PromiseShape(serializers.Serializer[PromiseRecord]):
    domain = serializers.CharField()
    bets = serializers.IntegerField(help_text="Bets whose promise and realised value are both known.")
    kept = Number(help_text="Mean share of what was promised that came.")
    expected = Number(help_text="The same, drawn towards all domains, because few bets say little.")
    overall = Number(help_text="Mean share over all domains.")
    too_few = serializers.BooleanField(source="is_few", help_text="Too few over all domains to say anything.")


class PromisesShape(serializers.Serializer[Any]):
    domains = PromiseShape(many=True, help_text="Those that keep least first.")


class ShowPromises(Endpoint):
    """What bets promised against what they brought, in each domain that you see."""

    serializer_class = PromisesShape

    def get(self, request: Request) -> Response:
        ids = powers_of(request.user).domains()
        domains = Domain.objects.all() if ids is None else Domain.objects.filter(pk__in=ids)
        return Response(self.get_serializer({"domains": promises_by_domain(list(domains), today())}).data)
