"""What every address of the API shares that is read: pages, order, filters that refuse what they do not know, ETags."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import django_filters
from django.db.models import F, QuerySet
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page
from django.views.decorators.vary import vary_on_headers
from rest_framework import serializers
from rest_framework.exceptions import MethodNotAllowed, NotFound, ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request

PAGE, LARGEST = 100, 500


class Number(serializers.FloatField):
    """A float as it is, unrounded; null where there is none, or none that is finite."""

    def to_representation(self, value: Any) -> Any:
        number = float(value)
        return number if abs(number) < float("inf") else None


class Seen(serializers.CharField):
    """What stands in a thing, as a short fingerprint."""

    def __init__(self, seen: Callable[[Any], str]) -> None:
        self.seen = seen
        super().__init__(source="*", read_only=True, help_text="Changes when it is changed; send it back with PATCH.")

    def to_representation(self, value: Any) -> str:
        return self.seen(value)


class Money(serializers.Serializer[Any]):
    """An amount in minor units (cents) of its currency, a whole number."""

    amount = serializers.IntegerField()
    currency = serializers.CharField()


class Pages(PageNumberPagination):
    """`page` from 1, `page_size` up to LARGEST."""

    page_size = PAGE
    max_page_size = LARGEST
    page_size_query_param = "page_size"
    invalid_page_message = "There is no such page: {message}"

    def get_page_size(self, request: Request) -> int | None:
        asked = request.query_params.get("page_size", str(PAGE))
        if not (asked.isascii() and asked.isdigit() and len(asked) < 5 and 1 <= int(asked) <= LARGEST):
            raise ValidationError([complaint("page_size", asked, _("a number from 1 to %d is asked for") % LARGEST)])
        return int(asked)

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        asked = request.query_params.get("page", "1")
        if not (asked.isascii() and asked.isdigit() and len(asked) <= 12):
            raise NotFound(complaint("page", asked, _("pages are numbered from 1")))
        return super().paginate_queryset(queryset, request, view)

    def get_paginated_response_schema(self, schema: Any) -> dict[str, Any]:
        address = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["count", "next", "previous", "results"],
            "properties": {"count": {"type": "integer"}, "next": address, "previous": address, "results": schema},
        }


class Filters(BaseFilterBackend):
    """The view's FilterSet; a value that it does not understand is refused with a sentence, never ignored."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        if view.filterset_class is None:
            return queryset
        asked = view.filterset_of(queryset)
        refuse(asked.complaints)
        return asked.qs  # type: ignore[no-any-return]

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        filters = view.filterset_class.base_filters if view.filterset_class else {}
        return [_parameter(name, one) for name, one in filters.items()]


class Ordering(BaseFilterBackend):
    """`ordering=key`, or `ordering=-key` for the reverse, with the keys of the view."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        asked = request.query_params.get("ordering", "")
        if not asked:
            return queryset
        key = asked.removeprefix("-")
        if key not in view.orders:
            refuse([complaint("ordering", asked, _("known are %s") % ", ".join(view.orders))])
        return view.ordered(queryset, key, backwards=asked != key)  # type: ignore[no-any-return]

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        keys = [sign + key for key in view.orders for sign in ("", "-")]
        return [_query("ordering", {"type": "string", "enum": keys}, _("Order of the results."))] if keys else []


class Asked(django_filters.FilterSet):  # type: ignore[misc] # it has no types
    """A FilterSet that says what is wrong with the values it was given."""

    @property
    def complaints(self) -> list[str]:
        wrong = {} if self.is_valid() else self.errors
        return [complaint(name, self.data.get(name, ""), " ".join(said)) for name, said in wrong.items()]


def complaint(name: str, value: str, why: str) -> str:
    """Says of one parameter that its value means nothing here, and what would."""
    shown = value if len(value) <= 60 else value[:59] + "…"
    return _("“%(asked)s” is not understood: %(why)s") % {"asked": f"{name}={shown}", "why": why}


def refuse(complaints: Iterable[str]) -> None:
    """Raises what becomes a 400 with these sentences, if there are any."""
    found = list(complaints)
    if found:
        raise ValidationError(found)


def cached(view: Callable[..., Any]) -> Callable[..., Any]:
    """Lets callers keep answers, each for one person, and ask with If-None-Match whether they are still true."""
    varied = vary_on_headers("Accept", "Authorization", "Cookie")(view)
    return conditional_page(cache_control(private=True, no_cache=True)(varied))


@method_decorator(cached, name="dispatch")
class Endpoint(GenericAPIView[Any]):
    """One address that can only be read, unless it says otherwise. A parameter that it does not know is refused."""

    http_method_names = ["get", "head"]
    filter_backends: Any = []
    pagination_class: Any = None
    parameters: Mapping[str, str] = {}  # name: what it means, of parameters that are no filters

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # Before anybody is asked who they are: a session would otherwise be asked for a CSRF token first.
        known_methods = [name.upper() for name in self.http_method_names]
        if request.method not in known_methods:
            raise MethodNotAllowed(str(request.method), _only(known_methods))
        super().initial(request, *args, **kwargs)
        known = self.known()
        refuse(
            _("“%(name)s” is not a parameter of this address; known are: %(known)s.")
            % {"name": name[:60], "known": ", ".join(known) or _("none")}
            for name in request.query_params
            if name not in known
        )

    def known(self) -> list[str]:
        """Names of the query parameters that mean something here."""
        return list(self.parameters)


class Listing(Endpoint, ListAPIView[Any]):
    """A list in pages, with filters and orders; every row takes its place by `tie` in the end, so that pages are
    stable."""

    filter_backends = [Filters, Ordering]
    pagination_class = Pages
    filterset_class: Any = None
    orders: Mapping[str, str] = {}  # key: field
    tie: tuple[str, ...] = ("pk",)

    def known(self) -> list[str]:
        filters = self.filterset_class.base_filters if self.filterset_class else {}
        return [*filters, *self.parameters, *(["ordering"] if self.orders else []), "page", "page_size"]

    def filterset_of(self, queryset: QuerySet[Any]) -> Any:
        return self.filterset_class(self.request.query_params, queryset, request=self.request)

    def ordered(self, queryset: QuerySet[Any], key: str, *, backwards: bool) -> QuerySet[Any]:
        field = F(self.orders[key])
        return queryset.order_by(field.desc(nulls_last=True) if backwards else field.asc(nulls_last=True), *self.tie)


def _only(methods: Iterable[str]) -> str:
    asked = " or ".join(name for name in methods if name != "HEAD")
    if asked == "GET":
        return _("This address can only be read: ask with GET.")
    return _("This address answers to %s only.") % asked


def _parameter(name: str, one: django_filters.Filter) -> dict[str, Any]:
    """A filter as a parameter of OpenAPI."""
    schema: dict[str, Any] = {"type": "string"}
    choices = one.extra.get("choices")
    if isinstance(one, django_filters.DateFilter):
        schema["format"] = "date"
    elif isinstance(one, django_filters.NumberFilter):
        schema["type"] = "integer"
    elif choices and not callable(choices):
        schema["enum"] = [str(value) for value, _label in choices]
    several = isinstance(one, django_filters.MultipleChoiceFilter)
    return _query(name, {"type": "array", "items": schema} if several else schema, str(one.label or ""))


def _query(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}
