"""The request as views know it: LoginRequiredMiddleware has made sure that a person is signed in."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from org.models import Person


class PersonRequest(HttpRequest):
    user: Person  # type: ignore[assignment]
    htmx: HtmxDetails
