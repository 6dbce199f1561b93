"""Forums by API: who reviews what and when, and what those who keep them change."""

from datetime import date
from typing import Any

from django.db.models import F, Prefetch, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bets.models import Decision
from lib.api import Asked, Endpoint, Listing, Seen
from lib.api_writing import Acting, Changing, Known, Making, Numbered, Sent, SomeSeen, Text, Whole
from lib.clock import now, today
from lib.seen import seen_of
from org.models import Domain, Person
from org.rules import ACTS
from org.visibility import powers_of
from portfolio import actions
from portfolio.actions.forums import standing_of
from portfolio.forum_page import one_each
from portfolio.models import Forum, ForumMember, Review
from portfolio.people import people_seen_by
from portfolio.rules_reviews import MEMBERS, NAME

Shape = serializers.Serializer[Any]
Kind = Decision.Kind.choices


class WhoShape(serializers.ModelSerializer[Person]):
    """A person, by number as in people."""

    class Meta:
        model = Person
        fields = ["id", "name"]


class RightShape(Shape):
    """A kind of decision that it may take, on bets with at most so much planned money."""

    kind = serializers.ChoiceField(Kind)
    currency = serializers.CharField()
    at_most = serializers.IntegerField(allow_null=True, help_text="Minor units; null: any.")


class ForumShape(serializers.ModelSerializer[Forum]):
    """A standing review."""

    domain = serializers.CharField(source="domain.key", allow_null=True, default=None, help_text="Null: all of them.")
    chair = WhoShape()
    members = serializers.SerializerMethodField(help_text="Those who vote now, the chair among them.")
    rights = RightShape(many=True, help_text="What is not named, it does not decide.")
    next_review = serializers.SerializerMethodField(help_text="Day of the next one, or of the one under way.")

    class Meta:
        model = Forum
        fields = [
            "key", "name", "level", "domain", "chair", "members", "every_days", "quorum", "starts_on", "starts_at",
            "minutes", "rights", "next_review", "ended_at",
        ]  # fmt: skip

    @extend_schema_field(WhoShape(many=True))
    def get_members(self, forum: Forum) -> Any:
        return WhoShape([one.person for one in forum.members.all()], many=True).data

    def get_next_review(self, forum: Forum) -> date | None:
        return forum.next_day  # type: ignore[attr-defined, no-any-return]


class ForumDetailShape(ForumShape):
    seen = Seen(lambda forum: seen_of(standing_of(forum)))

    class Meta(ForumShape.Meta):
        fields = [*ForumShape.Meta.fields, "seen"]


class ForumFilter(Asked):
    class Meta:
        model = Forum
        fields = ["level"]


def forums_of(person: Any) -> QuerySet[Forum]:
    """Those that a person sees, with all that their shape shows but the next review."""
    members = Prefetch("members", ForumMember.objects.filter(left_at=None).select_related("person"))
    found = Forum.objects.visible_to(powers_of(person)).select_related("domain", "chair")
    return found.prefetch_related(members, "rights")


def with_next(forums: list[Any]) -> list[Any]:
    """Forums with the day of their `next_day`. One query."""
    ahead = Review.objects.filter(forum__in=forums, state__in=("planned", "open")).order_by("forum_id", "held_on")
    days = one_each(ahead)
    for forum in forums:
        forum.next_day = days[forum.pk].held_on if forum.pk in days else None
    return forums


class ListForums(Listing):
    """Forums that you see; those that have ended come last."""

    serializer_class = ForumShape
    filterset_class = ForumFilter
    orders = {"key": "key", "name": "name"}

    def get_queryset(self) -> QuerySet[Forum]:
        return forums_of(self.request.user).order_by(F("ended_at").asc(nulls_first=True), "name", "pk")

    def paginate_queryset(self, queryset: Any) -> Any:
        return with_next(list(super().paginate_queryset(queryset) or []))


class ShowForum(Endpoint):
    """One forum."""

    @extend_schema(responses=ForumDetailShape)
    def get(self, request: Request, key: str) -> Response:
        return Response(_shown(request.user, key))


def _shown(person: Any, key: str) -> Any:
    (forum,) = with_next([get_object_or_404(forums_of(person), key=key)])
    return ForumDetailShape(forum).data


def colleagues(person: Any) -> QuerySet[Person]:
    return people_seen_by(powers_of(person)).filter(is_active=True)


def _kept(person: Any) -> QuerySet[Domain]:
    kept = powers_of(person).domains(ACTS["keep_forums"])
    return Domain.objects.all() if kept is None else Domain.objects.filter(pk__in=kept)


class SentRight(Sent):
    kind = serializers.ChoiceField(Kind)
    currency = Text(max_length=3)
    at_most = Whole(required=False, allow_null=True, help_text="Minor units of planned money; null: any.")


class SentSetting(Sent):
    name = Text(max_length=NAME)
    chair = Numbered(colleagues, help_text="Number of the person, as in people.")
    members = serializers.ListField(child=Numbered(colleagues), max_length=MEMBERS, help_text="Numbers of people.")
    every_days = Whole(help_text="Days from one review to the next, 7 to 366.")
    quorum = Whole(help_text="So many members must be there.")
    starts_at = serializers.TimeField()
    minutes = Whole(required=False)
    rights = SentRight(
        many=True, required=False, max_length=100, help_text="All of them; not sent: every kind, in EUR."
    )  # type: ignore[call-arg] # of the list of them


class SentForum(SentSetting):
    key = Text(max_length=40)
    domain = Known(_kept, required=False, allow_null=True, help_text="Key; null: the whole portfolio. Never changes.")
    starts_on = serializers.DateField(help_text="Day of the first review.")


class SentForumChange(SomeSeen, SentSetting):
    """What a forum is like; what it reviews stays."""


def _setting(typed: dict[str, Any]) -> actions.Setting:
    """Takes what is part of a setting out of what was sent."""
    if "rights" in typed:
        typed["rights"] = {(one["kind"], one["currency"]): one.get("at_most") for one in typed["rights"]}
    names = ("name", "chair", "members", "every_days", "quorum", "starts_at", "minutes", "rights")
    return actions.Setting(**{name: typed.pop(name) for name in names if name in typed})


class _Keeping(Acting):
    answers = ForumDetailShape

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if powers_of(request.user).domains() == frozenset():
            raise Http404
        if request.method not in ("GET", "HEAD") and "key" in self.kwargs:
            self.forum()

    def forum(self) -> Forum:
        return get_object_or_404(forums_of(self.request.user), key=self.kwargs["key"])

    def by(self) -> Any:
        return {"by": self.request.user, "at": now()}

    def shown(self, made: Forum) -> Any:
        return _shown(self.request.user, made.key)


class OpenForum(_Keeping, Making):
    """Opens a forum, and plans its reviews of the next year."""

    sends = SentForum

    def act(self, typed: dict[str, Any]) -> Forum:
        setting, domain = _setting(typed), typed.get("domain")
        level = Forum.Level.PRODUCT if domain else Forum.Level.PORTFOLIO
        return actions.open_forum(
            typed["key"], level, domain, typed["starts_on"], setting, **self.by(), today=today()
        )  # fmt: skip

    def where(self, made: Forum) -> str:
        return reverse("api_show_forum", args=[made.key])


class ChangeForum(_Keeping, Changing):
    """Changes a forum; what is not sent stays. With another rhythm its reviews after the next one get new days."""

    sends = SentForumChange

    def act(self, typed: dict[str, Any]) -> Forum:
        forum, seen = self.forum(), typed.pop("seen", None)
        stands = {
            name: getattr(forum, name) for name in ("name", "chair", "every_days", "quorum", "starts_at", "minutes")
        }
        stands["members"] = [one.person for one in forum.members.all()]
        rights = [{"kind": one.kind, "currency": one.currency, "at_most": one.at_most} for one in forum.rights.all()]
        setting = _setting(stands | {"rights": rights} | typed)
        return actions.change_forum(forum, setting, seen=seen, **self.by(), today=today())


class SentBecause(Sent):
    because = Text(max_length=500, help_text="Why.")


class EndForum(_Keeping, Making):
    """Ends a forum; its planned reviews are cancelled, and what it decided stays."""

    sends, status = SentBecause, 200

    def act(self, typed: dict[str, Any]) -> Forum:
        return actions.end_forum(self.forum(), **typed, **self.by())
