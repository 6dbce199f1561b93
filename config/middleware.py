from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import unquote

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse

from lib.refusals import Refused


class SoundAddressMiddleware:
    """An address with a NUL in it is nobody's typing, and PostgreSQL takes none: 400, before any view reads it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or "\0" in unquote(request.META.get("QUERY_STRING", "")):
            raise BadRequest("The address has a NUL in it.")
        return self.get_response(request)


class RefusalMiddleware:
    """An action that refuses is answered with 409 and its reasons, to page and htmx alike; the API does the same."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refused):
            return None
        shown = {"reasons": exception.reasons}
        if not request.htmx:  # type: ignore[attr-defined]
            return render(request, "409.html", shown, status=409)
        answer = render(request, "_refused.html", shown, status=409)
        answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#trouble", "innerHTML"
        return answer


class UnsoundFormMiddleware:
    """Forms of accounts that are not sound are answered with 422, as all others are; allauth answers with 200."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_template_response(self, request: HttpRequest, answer: TemplateResponse) -> TemplateResponse:
        form = (answer.context_data or {}).get("form")
        if getattr(form, "errors", None) and answer.status_code == HTTPStatus.OK:
            answer.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return answer
