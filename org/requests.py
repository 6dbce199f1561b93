"""Requests as views and endpoints know them: by then, somebody has signed in."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails
from rest_framework.request import Request

from org.models import Person


class PersonRequest(HttpRequest):
    user: Person
    htmx: HtmxDetails


class PersonApiRequest(Request):
    user: Person
