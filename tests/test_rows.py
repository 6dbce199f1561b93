"""What tests begin with is made once and put back as rows, and is as good as made anew."""

import pytest

from org.models import Domain, Event
from tests.factories import DomainFactory, EventFactory
from tests.rows import kept

pytestmark = pytest.mark.django_db
MADE: list[int] = []


@kept
def domain(name: str) -> Domain:
    made: Domain = DomainFactory(name=name)
    EventFactory(sentence=f"{name} added.")  # append-only
    MADE.append(made.pk)
    return made


@pytest.mark.parametrize("time", [1, 2, 3])
def test_what_is_kept_is_made_once_and_there_for_each_test(time: int) -> None:
    found = domain("Retail")
    assert Domain.objects.get(pk=found.pk).name == found.name == "Retail"
    assert Event.objects.get().sentence == "Retail added."
    assert len(set(MADE)) == 1
    found.name = "Another"  # what a test does to it ends with the test


def test_asked_for_twice_in_a_test_it_is_made_anew() -> None:
    first, second, other = domain("Twice"), domain("Twice"), domain("Else")
    assert len({first.pk, second.pk, other.pk}) == Domain.objects.count() == Event.objects.count() == 3
