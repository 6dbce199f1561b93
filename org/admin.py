"""The back office: people and structure; what an action owns is shown, not edited."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from org.models import Domain, Event, Job, Person, RoleGrant, Run, Team


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


for model in (Domain, Event, Job, Person, RoleGrant, Run, Team):
    admin.site.register(model, ReadOnly)
