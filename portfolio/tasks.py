"""What the clock asks of the portfolio."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from lib.clock import now, today
from org.models import Run
from portfolio import actions


@shared_task(name="portfolio.tasks.prepare_reviews")
def prepare_reviews() -> None:
    """Each hour once the night is over: agendas are made from what it has read, once a day; and people are reminded of
    what comes and of what is to be looked back on."""
    at = now()
    if timezone.localtime(at).hour < settings.NIGHT_HOUR:
        return
    if not Run.objects.filter(kind="night", state=Run.State.OPEN).exists():
        actions.prepare_reviews(at=at, today=today())
    actions.remind_of_learning(at=at, today=today())
    actions.remind_of_scoring(at=at, today=today())
