"""The compact board: its columns, their sums, and their first cards."""

from collections.abc import Callable

import pytest
from django.http import QueryDict
from django.test import Client

from bets.models import Bet
from org.models import Domain, Person, Run
from portfolio.browse import browse
from tests.factories import (
    TODAY,
    BetFactory,
    TrancheFactory,
)
from tests.portfolio.judged import DAY, judged, page_of

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]


def test_the_board_has_a_column_for_each_verdict_gravest_first(executive: Person, night: Run, retail: Domain) -> None:
    for key, kind in (("A", "measure"), ("B", "cease"), ("C", "cease"), ("D", "persist")):
        TrancheFactory(bet=judged(night, retail, key, kind), amount=3_00, planned_on=TODAY + DAY)
    BetFactory(key="E", domain=retail)
    found = browse(Bet.objects.all(), QueryDict("view=board&sort=-key"), executive, night, TODAY)
    assert [(column.label, [row.bet.key for row in column.rows]) for column in found.columns] == [
        ("Cease", ["C", "B"]), ("Persist strongly", ["D"]), ("Keep measuring", ["A"]), ("Not judged yet", ["E"]),
    ]  # fmt: skip
    assert [(total.planned, total.at_stake) for total in found.columns[0].totals] == [(6_00, 6_00)]
    stages = browse(Bet.objects.all(), QueryDict("view=board&columns=stage"), executive, night, TODAY)
    assert [(column.label, column.count) for column in stages.columns] == [("Discovery", 5)]


def test_a_long_column_shows_its_first_cards_and_leads_to_all_of_them(
    client_of: SignIn, executive: Person, retail: Domain
) -> None:
    BetFactory.create_batch(23, domain=retail)
    page = page_of(client_of(executive), "view=board&group=goal")
    assert page.count('<li class="tile') == 20
    assert 'href="?verdict=unjudged&group=goal#bets">3 more in the table' in page
