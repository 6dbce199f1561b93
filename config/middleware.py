import gzip
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import unquote

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.utils.cache import patch_vary_headers
from whitenoise.middleware import WhiteNoiseFileResponse

from lib.refusals import Refused


class GZipOnceMiddleware(GZipMiddleware):
    """Compresses pages as Django does, and each static file once: Plotly alone would cost 150 ms every time."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        super().__init__(get_response)
        self.compressed: dict[tuple[str, str], bytes] = {}

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        whole = isinstance(response, WhiteNoiseFileResponse) and response.status_code == HTTPStatus.OK
        if not whole or request.method != "GET" or "gzip" not in request.headers.get("Accept-Encoding", ""):
            return super().process_response(request, response)
        return self._static(request.path_info, response)

    def _static(self, path: str, response: WhiteNoiseFileResponse) -> HttpResponse:
        key = path, response.headers["Last-Modified"]
        if key not in self.compressed:
            self.compressed[key] = gzip.compress(b"".join(response.streaming_content), mtime=0)
        answer = HttpResponse(self.compressed[key], headers=dict(response.headers))
        response.file_to_stream.close()  # closing the response itself would end the request
        answer.headers["Content-Encoding"], answer.headers["Content-Length"] = "gzip", str(len(answer.content))
        patch_vary_headers(answer, ["Accept-Encoding"])
        return answer


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
        answer.headers["HX-Reselect"] = "unset"  # all of it, whatever part of a page was asked for
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
