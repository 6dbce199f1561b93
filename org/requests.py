"""The request as views know it: by then, somebody has signed in."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from org.models import Person


class PersonRequest(HttpRequest):
    user: Person
    htmx: HtmxDetails
