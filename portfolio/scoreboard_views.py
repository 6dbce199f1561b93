"""The scoreboard of decisions: the page, its pictures, the list behind each number, and files to take away."""

from collections.abc import Iterable, Sequence

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lib.clock import today
from lib.figures import Figure
from lib.tables import TYPES, Cell, csv_lines, workbook
from org.requests import PersonRequest
from portfolio.browse_views import shorter_url
from portfolio.scoreboard import Scoreboard
from portfolio.scoreboard_charts import calibration_figure, capital_figure, latency_figure
from portfolio.scoreboard_filters import ask_scores, scope_of
from portfolio.scoreboard_lists import LISTS, Listed, cells_of, header_of, shown_of
from portfolio.scoreboard_page import page_of, summary_header, summary_rows

ROWS = 50  # of a list, shown on a page at once
WIDTH = 22  # characters of a column of a file


@require_GET
def show_scoreboard(request: PersonRequest) -> HttpResponse:
    """How well decisions were made, over the bets that this person may see."""
    board = _board(request)
    if shorter := shorter_url(request, board.asked):
        return redirect(shorter)
    return render(request, "portfolio/scoreboard.html", {"page": page_of(board), "board": board})


@require_GET
def export_scoreboard(request: PersonRequest, kind: str) -> HttpResponse:
    """Its numbers quarter by quarter, as CSV or for Excel."""
    rows = list(summary_rows(_board(request)))
    return _file("scoreboard", kind, _("Scoreboard"), summary_header(), rows)


@require_GET
def list_scores(request: PersonRequest, score: str) -> HttpResponse:
    """What one number is made of."""
    board = _board(request)
    listed = _listed(board, score)
    if shorter := shorter_url(request, board.asked):
        return redirect(shorter)
    page = Paginator(list(listed.rows(board)), ROWS).get_page(request.GET.get("page"))
    shown = {"board": board, "listed": listed, "what": score, "page": page, **shown_of(listed, page)}
    return render(request, "portfolio/scoreboard_list.html", shown | {"sentence": listed.sentence(board)})


@require_GET
def export_scores(request: PersonRequest, score: str, kind: str) -> HttpResponse:
    """All of such a list, as CSV or for Excel."""
    board = _board(request)
    listed = _listed(board, score)
    return _file(score, kind, str(listed.title)[:31], header_of(listed), map(cells_of, listed.rows(board)))


@require_GET
def chart_scores(request: PersonRequest, score: str) -> HttpResponse:
    """A picture of the scoreboard, as data for the browser to draw."""
    board = _board(request)
    if score not in CHARTS:
        raise Http404
    return JsonResponse(CHARTS[score](board))


def _board(request: PersonRequest) -> Scoreboard:
    asked = ask_scores(request.GET, request.user)
    return Scoreboard(asked, scope_of(asked, request.user, today()))


def _listed(board: Scoreboard, score: str) -> Listed:
    """The list of this name, for those who may see it."""
    listed = LISTS.get(score)
    if listed is None or (listed.needs_money and not board.scope.sees_money):
        raise Http404
    return listed


def _latency(board: Scoreboard) -> Figure:
    return latency_figure(board.latency.quarters)


def _capital(board: Scoreboard) -> Figure:
    currency = board.capital[0].currency if board.capital else "EUR"
    return capital_figure(board.capital_by_quarter(currency), currency)


def _calibration(board: Scoreboard) -> Figure:
    return calibration_figure(board.calibration)


CHARTS = {"latency": _latency, "capital": _capital, "calibration": _calibration}


def _file(name: str, kind: str, title: str, header: list[str], rows: Iterable[Sequence[Cell]]) -> HttpResponse:
    day = today()
    widths = [WIDTH] * len(header)
    content = "".join(csv_lines(header, rows)) if kind == "csv" else workbook(title, header, rows, widths, today=day)
    headers = {"Content-Disposition": f'attachment; filename="{name}-{day.isoformat()}.{kind}"'}
    return HttpResponse(content, content_type=TYPES[kind], headers=headers)
