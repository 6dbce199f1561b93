"""Addresses that are asked again and again: whoever names the state they know is answered 304 while it stands."""

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag


def unless_known(request: HttpRequest, state: str, answer: HttpResponse) -> HttpResponse:
    """`answer` with the fingerprint `state` as its ETag, or 304 to whoever has it already; kept by no cache between."""
    etag = quote_etag(state)
    found: HttpResponse = get_conditional_response(request, etag=etag, response=answer) or answer
    found.headers["ETag"], found.headers["Cache-Control"] = etag, "private, no-cache"
    return found
