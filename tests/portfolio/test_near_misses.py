"""Evidence that falls little short on the day to decide, and who reads it a second time."""

import math

import pytest

from bets.models import Bet, Flag
from org.models import Person
from tests.cast import person
from tests.factories import (
    TODAY,
    BetFactory,
    DomainFactory,
    FlagFactory,
)
from tests.portfolio.judging import DAY, conclude, due, night, read, verdict

pytestmark = pytest.mark.django_db


@pytest.fixture
def bet() -> Bet:
    return BetFactory()


NEAR = math.log(6)  # of one bet the cut is 10


def test_a_near_miss_is_raised_on_the_day_to_decide_and_an_independent_person_reads_it(bet: Bet) -> None:
    reader, run = person("Ida Berg", "executive"), night()
    read(bet, run, outcome=due(bet), log_e_cease=NEAR)
    conclude(run)
    flag = Flag.objects.get(bet=bet)
    assert (flag.kind, flag.reader, flag.read_by) == ("near_miss", reader, TODAY + 14 * DAY)
    assert flag.log_e == pytest.approx(NEAR)
    assert "is E = 6 of the 10 that was asked for" in flag.sentence
    assert verdict(bet, run) == "measure"


@pytest.mark.parametrize(("log_e", "days"), [(math.log(2.4), 0), (math.log(11), 0), (NEAR, 1)])
def test_too_little_evidence_a_flag_or_a_later_day_make_no_near_miss(bet: Bet, log_e: float, days: int) -> None:
    run = night()
    read(bet, run, outcome=due(bet, days), log_e_cease=log_e)
    conclude(run)
    assert not Flag.objects.filter(kind="near_miss").exists()


def test_only_the_first_night_on_or_after_the_day_to_decide_looks_for_one(bet: Bet) -> None:
    outcome, first, second = due(bet), night(), night(1)
    read(bet, first, outcome=outcome)
    read(bet, second, outcome=outcome, log_e_cease=NEAR)
    conclude(first)
    conclude(second)
    assert not Flag.objects.exists()


def test_where_nobody_independent_is_found_no_reader_is_named(bet: Bet) -> None:
    run = night()
    read(bet, run, outcome=due(bet), log_e_cease=NEAR)
    conclude(run)
    flag = Flag.objects.get(bet=bet)
    assert (flag.reader, flag.read_by) == (None, None)
    assert "product operations do" in flag.sentence


def test_readers_are_independent_able_and_share_the_work() -> None:
    domain = DomainFactory()
    below = DomainFactory(parent=domain)
    lead = person("Ada Lead", "product_lead", domain)
    beside = person("Abe Beside", "product_lead", domain)
    BetFactory(domain=below, lead=beside)
    person("Aab Elsewhere", "executive", DomainFactory())
    person("Aac Finance", "finance")
    gone = person("Aad Gone", "executive")
    Person.objects.filter(pk=gone.pk).update(is_active=False)
    above, everywhere = person("Bea Above", "product_operations", domain), person("Cia Everywhere", "executive")
    run = night()
    bets = [BetFactory(domain=below, lead=lead, key=f"N-{number}") for number in range(3)]
    for one in bets:
        read(one, run, outcome=due(one), log_e_cease=math.log(12))
    read(BetFactory(domain=below, lead=everywhere, key="Z"), run)
    conclude(run)
    assert list(Flag.objects.order_by("bet__key").values_list("reader__name", flat=True)) == [above.name] * 3
    assert not Bet.objects.filter(lead=above).exists()


def test_of_two_readers_the_one_with_fewer_open_near_misses_is_named() -> None:
    first, second = person("Ann First", "executive"), person("Ben Second", "product_operations")
    FlagFactory(kind="near_miss", reader=first, read_by=TODAY)
    run = night()
    bets = [BetFactory(key=f"N-{number}") for number in range(3)]
    for one in bets:
        read(one, run, outcome=due(one), log_e_cease=math.log(8))
    conclude(run)
    named = Flag.objects.filter(bet__in=bets).order_by("bet__key").values_list("reader__name", flat=True)
    assert list(named) == [second.name, first.name, second.name]
