from typing import Any

from django.urls import path
from rest_framework.response import Response
from rest_framework.views import exception_handler

from lib.refusals import Refused
from portfolio import api as portfolio_api


def refusals_as_409(error: Exception, context: dict[str, Any]) -> Response | None:
    """Reasons for refusing reach API callers in the same words as people."""
    if isinstance(error, Refused):
        return Response({"reasons": list(error.reasons)}, status=409)
    return exception_handler(error, context)


urlpatterns = [
    path("bets/", portfolio_api.list_bets, name="api_list_bets"),
    path("runs/<int:run_id>/", portfolio_api.show_run, name="api_show_run"),
]
