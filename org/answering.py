"""State changes of answers: what a program was told when it wrote under a key of its own, so that it is done once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from lib.refusals import Refused
from org.models import Answer, Person

KEPT = timedelta(days=30)


@transaction.atomic
def answer_once(
    person: Person, key: str, asked: str, answer: Callable[[], tuple[int, dict[str, Any]]], *, at: datetime
) -> tuple[int, dict[str, Any]]:
    """What `answer` does and says, kept in the same transaction; sent again, it is said again and nothing is done.

    Of two at once the second waits here for the first. What is refused is not kept: mended, it may come again.
    """
    Answer.objects.bulk_create([Answer(person=person, key=key, asked=asked, at=at)], ignore_conflicts=True)
    kept = Answer.objects.select_for_update().get(person=person, key=key)
    if kept.asked != asked:
        raise Refused("Something else was sent under this key before: every request has a key of its own.")
    if kept.status is None:
        kept.status, kept.body = answer()
        kept.save(update_fields=["status", "body"])
    return kept.status or 200, kept.body or {}


def forget_answers(*, at: datetime) -> int:
    """Forgets answers that nobody asks for again; how many there were."""
    return Answer.objects.filter(at__lt=at - KEPT).delete()[0]
