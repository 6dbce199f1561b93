"""Decisions and second readings: who, on what, with which reasons, and what follows."""

import datetime as dt
from typing import Any

import pytest

from bets.actions import record_decision, record_second_reading
from bets.models import Bet, Decision, Flag, SecondReading
from lib.refusals import Refused
from org.models import Domain, Event, Person
from tests.cast import person
from tests.factories import AT, TODAY, BetFactory, FlagFactory, PersonFactory, RunFactory, VerdictFactory

pytestmark = pytest.mark.django_db
LATER = TODAY + dt.timedelta(days=90)


@pytest.fixture
def bet(retail: Domain, product_lead: Person) -> Bet:
    return BetFactory(domain=retail, lead=product_lead)


def decide(bet: Bet, by: Person, kind: str = "persist", **changes: Any) -> Decision:
    given: dict[str, Any] = {
        "rationale": "The form went live late.", "would_change": "Below 40 % in June.", "look_again_on": LATER,
        "by": by, "at": AT, "today": TODAY,
    } | changes  # fmt: skip
    return record_decision(bet, kind, **given)


@pytest.mark.parametrize(
    ("kind", "state"),
    [("fund", "live"), ("persist", "live"), ("pivot", "held"), ("cease", "ceased"), ("defer", "held")],
)
def test_the_state_of_a_bet_follows_from_the_decision(bet: Bet, executive: Person, kind: str, state: str) -> None:
    Bet.objects.update(state="held")
    decision = decide(bet, executive, kind)
    bet.refresh_from_db()
    assert bet.state == state
    assert (decision.number, decision.decided_by, decision.decided_at) == (1, executive, AT)
    assert decision.look_again_on == (None if kind == "cease" else LATER)


def test_a_decision_keeps_the_night_whose_readings_stood(bet: Bet, executive: Person) -> None:
    night = RunFactory(as_of=TODAY - dt.timedelta(days=1))
    VerdictFactory(bet=bet, run=night, as_of=night.as_of, kind="cease")
    later, imported = RunFactory(state="open", finished_at=None), RunFactory(kind="import")
    for run in (later, imported):
        VerdictFactory(bet=bet, run=run, kind="measure")
    decision = decide(bet, executive)
    assert (decision.run, decision.verdict) == (night, "cease")


def test_a_bet_that_no_night_has_judged_can_be_decided_on_all_the_same(bet: Bet, executive: Person) -> None:
    decision = decide(bet, executive)
    assert (decision.run, decision.verdict) == (None, "")


def test_a_decision_clears_every_open_flag_of_its_bet_and_of_no_other(bet: Bet, executive: Person) -> None:
    open_flags = [FlagFactory(bet=bet), FlagFactory(bet=bet, kind="stale", log_e=None, cut=None)]
    other = FlagFactory()
    decision = decide(bet, executive)
    cleared = Flag.objects.filter(pk__in=[flag.pk for flag in open_flags])
    expected = ("decision", "Decided: persist.", decision.pk, TODAY)
    fields = ("cleared_how", "cleared_because", "decision", "cleared_on")
    assert set(cleared.values_list(*fields)) == {expected}
    assert Flag.objects.get(pk=other.pk).cleared_on is None
    kinds = list(Event.objects.filter(subject_id=bet.pk).order_by("id").values_list("kind", "by"))
    assert kinds == [("decision recorded", executive.pk), *[("flag cleared", executive.pk)] * 2]


def test_nobody_decides_who_is_not_an_executive_there_nor_on_a_bet_of_their_own(
    bet: Bet, product_lead: Person, finance: Person, product_operations: Person, viewer: Person, retail: Domain
) -> None:
    elsewhere = person("Ella Elsewhere", "executive", BetFactory().domain)
    for who in (product_lead, finance, product_operations, viewer, elsewhere):
        with pytest.raises(Refused, match="takes the role executive"):
            decide(bet, who)
    own = BetFactory(domain=retail, lead=person("Emil Executive", "executive"))
    with pytest.raises(Refused, match="You lead this bet"):
        decide(own, own.lead)
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "celebrate"}, "Say what is decided"),
        ({"rationale": "  "}, "Give a rationale"),
        ({"would_change": ""}, "Say what evidence would change it"),
        ({"rationale": "x" * 2001}, "at most 2,000 characters, this has 2,001"),
        ({"would_change": "x" * 1001}, "too long"),
        ({"look_again_on": None}, "on which day to look again"),
        ({"look_again_on": TODAY}, "not in the future"),
        ({"look_again_on": TODAY + dt.timedelta(days=367)}, "more than a year away"),
    ],
)
def test_a_decision_is_refused_with_the_reason_and_nothing_is_written(
    bet: Bet, executive: Person, changes: dict[str, Any], words: str
) -> None:
    FlagFactory(bet=bet)
    with pytest.raises(Refused, match=words):
        decide(bet, executive, **changes)
    assert not Decision.objects.exists()
    assert Flag.objects.filter(cleared_on=None).count() == 1
    assert not Event.objects.exists()


@pytest.mark.parametrize("state", ["draft", "concluded"])
def test_drafts_and_concluded_bets_are_not_decided_on(bet: Bet, executive: Person, state: str) -> None:
    Bet.objects.update(state=state)
    with pytest.raises(Refused, match=state):
        decide(bet, executive)


def test_a_ceased_bet_comes_back_only_by_a_reversal_that_points_back(bet: Bet, executive: Person) -> None:
    cease = decide(bet, executive, "cease")
    for kind, reverses in (("persist", None), ("pivot", cease), ("defer", cease)):
        with pytest.raises(Refused, match="as a reversal of that decision"):
            decide(bet, executive, kind, reverses=reverses)
    again = decide(bet, executive, "fund", reverses=cease)
    bet.refresh_from_db()
    assert (bet.state, again.number, again.reverses, cease.reversal) == ("live", 2, cease, again)


def test_a_form_that_is_sent_twice_decides_once(bet: Bet, executive: Person) -> None:
    decide(bet, executive)
    with pytest.raises(Refused, match="recorded already"):
        decide(bet, executive)
    assert decide(bet, executive, at=AT + dt.timedelta(days=1), today=TODAY + dt.timedelta(days=1)).number == 2


def test_only_the_latest_decision_on_the_same_bet_is_reversed_and_by_another_one(bet: Bet, executive: Person) -> None:
    first, second = decide(bet, executive), decide(bet, executive, "defer")
    with pytest.raises(Refused, match="Only the latest"):
        decide(bet, executive, "pivot", reverses=first)
    with pytest.raises(Refused, match="decides something else"):
        decide(bet, executive, "defer", reverses=second)
    with pytest.raises(Refused, match="on the same bet"):
        decide(BetFactory(domain=bet.domain), executive, "pivot", reverses=second)
    assert decide(bet, executive, "pivot", reverses=second).reverses == second


def near_miss(bet: Bet, reader: Person | None) -> Flag:
    read_by = {"read_by": TODAY + dt.timedelta(days=14)} if reader else {}
    flag: Flag = FlagFactory(bet=bet, kind="near_miss", reader=reader, **read_by)
    return flag


def read(flag: Flag, by: Person, finding: str = "not_below", note: str = "A strike in two weeks.") -> SecondReading:
    return record_second_reading(flag, finding, note=note, by=by, at=AT)


def test_the_named_reader_reads_a_near_miss_once_and_its_flag_stays(bet: Bet, finance: Person) -> None:
    flag = near_miss(bet, finance)
    found = read(flag, finance)
    assert (found.finding, found.read_by) == ("not_below", finance)
    assert Event.objects.get(kind="near miss read").sentence == "Second reading: not below. A strike in two weeks."
    flag.refresh_from_db()
    assert flag.cleared_on is None
    with pytest.raises(Refused, match="a second time already"):
        read(flag, finance)


def test_nobody_but_the_named_reader_reads_it(bet: Bet, executive: Person, product_operations: Person) -> None:
    flag = near_miss(bet, executive)
    with pytest.raises(Refused, match="Somebody else was named"):
        read(flag, product_operations)


def test_where_no_reader_was_found_product_operations_read_it(
    bet: Bet, executive: Person, product_operations: Person
) -> None:
    flag = near_miss(bet, None)
    with pytest.raises(Refused, match="nobody was named"):
        read(flag, executive)
    assert read(flag, product_operations).read_by == product_operations


def test_a_lead_never_reads_a_near_miss_of_their_own(retail: Domain) -> None:
    own = BetFactory(domain=retail, lead=person("Oda Operations", "product_operations"))
    with pytest.raises(Refused, match="You lead this bet"):
        read(near_miss(own, None), own.lead)


@pytest.mark.parametrize(
    ("finding", "note", "words"),
    [
        ("below", " ", "Say what you looked at"),
        ("below", "x" * 1001, "too long"),
        ("maybe", "It is.", "what you found"),
    ],
)
def test_a_second_reading_says_what_was_found_and_why(
    bet: Bet, executive: Person, finding: str, note: str, words: str
) -> None:
    flag = near_miss(bet, executive)
    with pytest.raises(Refused, match=words):
        read(flag, executive, finding, note)
    assert not SecondReading.objects.exists()


def test_only_an_open_near_miss_is_read(bet: Bet, executive: Person) -> None:
    with pytest.raises(Refused, match="Only a near miss"):
        read(FlagFactory(bet=bet), executive)
    flag = near_miss(bet, executive)
    decide(bet, person("Edda Executive", "executive"))
    with pytest.raises(Refused, match="has been cleared"):
        read(flag, executive)


def test_an_inactive_reader_reads_nothing(bet: Bet) -> None:
    gone = PersonFactory(is_active=False)
    with pytest.raises(Refused, match="Somebody else"):
        read(near_miss(bet, gone), gone)
