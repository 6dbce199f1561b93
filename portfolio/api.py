"""The read API of the portfolio: the same visibility as the pages."""

from typing import Any

from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response


@api_view(["GET"])
def list_bets(request: Request) -> Response:
    return Response([])


@api_view(["GET"])
def show_run(request: Request, run_id: int) -> Response:
    return Response({})
