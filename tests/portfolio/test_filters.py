"""What bets can be filtered by, and that nothing hidden can be asked for."""

from collections.abc import Callable

import pytest
from django.http import QueryDict
from django.test import Client

from bets.models import Bet
from org.models import Domain, Person, Run
from portfolio.filters import BetFilter
from tests.factories import (
    TODAY,
    BetFactory,
    DomainFactory,
    GoalFactory,
    OutcomeFactory,
    PersonFactory,
    ReadingFactory,
    RunFactory,
    TeamFactory,
)
from tests.portfolio.judged import DAY, flag, judged, keys, page_of

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]


def test_each_filter_keeps_the_bets_that_it_names(executive: Person, night: Run, retail: Domain) -> None:
    below = DomainFactory(key="shops", parent=retail)
    goal, team, lead = GoalFactory(key="grow"), TeamFactory(key="red"), PersonFactory(name="Lea")
    one = judged(
        night, below, "ONE", "cease", "broken", goal=goal, lead=lead, stage="validation", state="held", horizon=2,
        is_sample=True, name="Parcel lockers", days=10,
    )  # fmt: skip
    one.teams.add(team)
    flag(one, night, "pivot")
    other = BetFactory(key="TWO", domain=DomainFactory(key="bank"))
    ReadingFactory(outcome=OutcomeFactory(bet=other, decide_by=TODAY + 99 * DAY), run=night, grade="D")
    for query in (
        "q=locker", "show=flagged", "show=signals", "domain=retail", "domain=shops", "goal=grow", f"lead={lead.pk}",
        "team=red", "stage=validation", "state=held", "horizon=2", "verdict=cease", "flag=pivot", "health=broken",
        "grade=B", f"decide_by_before={TODAY + 10 * DAY}", "sample=yes",
    ):  # fmt: skip
        assert keys(executive, night, query) == ["ONE"], query
    for query in (
        "domain=bank", "goal=none", f"lead={other.lead.pk}", "stage=discovery", "state=live", "horizon=1",
        "verdict=unjudged", "health=healthy", "grade=D", f"decide_by_after={TODAY + 11 * DAY}", "sample=no",
    ):  # fmt: skip
        assert keys(executive, night, query) == ["TWO"], query


def test_several_values_of_one_filter_mean_any_and_several_filters_mean_all(
    executive: Person, night: Run, retail: Domain
) -> None:
    for key, kind, stage in (
        ("A", "cease", "run"),
        ("B", "pivot", "run"),
        ("C", "measure", "run"),
        ("D", "cease", "discovery"),
    ):
        judged(night, retail, key, kind, stage=stage)
    assert keys(executive, night, "verdict=cease&verdict=pivot") == ["A", "B", "D"]
    assert keys(executive, night, "verdict=cease&verdict=pivot&stage=run") == ["A", "B"]


def test_only_the_latest_night_and_only_open_flags_count(executive: Person, night: Run, retail: Domain) -> None:
    bet = judged(night, retail, "A", "cease")
    flag(bet, night, cleared_on=TODAY, cleared_because="The evidence turned.", cleared_how="signals")
    later = RunFactory()
    assert keys(executive, night, "verdict=cease") == ["A"]
    assert keys(executive, later, "verdict=cease") == []
    assert keys(executive, later, "verdict=unjudged") == ["A"]
    assert keys(executive, None, "health=unread") == ["A"]
    assert keys(executive, night, "flag=cease") == []


def test_the_worst_reading_gives_the_health_of_a_bet(executive: Person, night: Run, retail: Domain) -> None:
    bet = judged(night, retail, "A", health="healthy")
    ReadingFactory(outcome=OutcomeFactory(bet=bet), run=night, health="stale")
    assert keys(executive, night, "health=stale") == ["A"]
    assert keys(executive, night, "health=healthy") == []


def test_what_one_may_not_see_cannot_be_asked_for_nor_told_from_what_is_not_there(
    client_of: SignIn, product_lead: Person, outsider: Person, night: Run, retail: Domain
) -> None:
    BetFactory(key="A", domain=retail)
    hidden = BetFactory(key="Z", domain=Domain.objects.get(key="elsewhere"), goal=GoalFactory(key="secret-goal"))
    hidden.teams.add(TeamFactory(key="secret-team"))
    mine = Bet.objects.filter(domain=retail)
    for real, made_up in (
        ("domain=elsewhere", "domain=nowhere"), ("goal=secret-goal", "goal=no-goal"),
        ("team=secret-team", "team=no-team"), (f"lead={hidden.lead.pk}", "lead=999999999"),
    ):  # fmt: skip
        for query in (real, made_up):
            filters = BetFilter(QueryDict(query), mine, person=product_lead, night=night)
            assert filters.complaints == [f"“{query}” is not something bets can be filtered by."]
            assert [bet.key for bet in filters.qs] == ["A"]
    page = page_of(client_of(product_lead))
    assert "secret" not in page
    assert "Elsewhere" not in page


def test_a_viewer_reads_no_e_mail_address_in_the_filters(client_of: SignIn, viewer: Person, retail: Domain) -> None:
    BetFactory(domain=retail, lead=PersonFactory(name="Lea", email="lea.secret@example.org"))
    page = page_of(client_of(viewer))
    assert "Lea" in page
    assert "lea.secret" not in page
