"""What two people add at once under one name: the second one gets a sentence, not a broken page."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from psycopg.errors import UniqueViolation

from lib.refusals import Refused


@contextmanager
def refused_when_taken(sentence: str) -> Iterator[None]:
    """Refuses with `sentence` when what is written within is there already; all else goes on as it is."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if isinstance(error.__cause__, UniqueViolation):
            raise Refused(sentence) from error
        raise
