"""The clock. Read at the edges only (views, tasks, commands); everything below takes `at` or `today`."""

from datetime import date, datetime

from django.utils import timezone


def now() -> datetime:
    """This moment, aware."""
    return timezone.now()


def today() -> date:
    """Today's date in the enterprise's time zone (settings.TIME_ZONE)."""
    return timezone.localdate()
