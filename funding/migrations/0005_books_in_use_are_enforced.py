"""Whoever had money posted before there was a shadow mode goes on as before: what stopped people still stops them."""

from typing import Any

from django.db import migrations

from lib.clock import now, today

REASON = "Money was posted here before there was a shadow mode: gates, guardrails and recommendations go on as before."


def enforce_where_money_was_posted(apps: Any, _editor: Any) -> None:
    """Nothing on an empty database, and nothing a second time. In the name of whoever became admin first, else of
    whoever holds any role; those whose account is active come first."""
    enforcement = apps.get_model("funding", "Enforcement")
    if enforcement.objects.exists() or not apps.get_model("funding", "Transfer").objects.exists():
        return
    grants = apps.get_model("org", "RoleGrant").objects.select_related("person")
    first = min(grants, key=lambda one: (not one.person.is_active, one.role != "admin", one.pk), default=None)
    if first is not None:
        enforcement.objects.create(from_on=today(), reason=REASON, decided_at=now(), decided_by=first.person)


class Migration(migrations.Migration):
    dependencies = [
        ("org", "0008_notices_with_a_text"),
        ("funding", "0004_shadow_mode"),
    ]
    operations = [migrations.RunPython(enforce_where_money_was_posted, migrations.RunPython.noop)]
