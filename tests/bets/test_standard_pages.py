"""Pages of the standards: everybody with a role reads them; product operations change them, finance sets rates."""

import datetime as dt

import pytest

from bets.models import Allowance, EvidenceKind, Goal, Template
from lib.clock import today
from tests.factories import (
    AllowanceFactory,
    BetFactory,
    EvidenceFactory,
    EvidenceKindFactory,
    GoalFactory,
    PersonFactory,
    TeamFactory,
    TemplateFactory,
)
from tests.pages import text

pytestmark = pytest.mark.django_db
QUERIES = 14
FORMS = ["kinds/asked/", "templates/offer/", "allowances/EUR/", "goals/stay/", "rates/blue/"]
NEW = ["kinds/new/", "templates/new/", "allowances/new/", "goals/new/"]


@pytest.fixture
def standards(retail):
    """One of each sort."""
    return {
        "kind": EvidenceKindFactory(key="asked", name="Survey", what="What many say.", cap=2),
        "template": TemplateFactory(key="offer", name="New offer"),
        "allowance": AllowanceFactory(),
        "goal": GoalFactory(key="stay", name="Customers stay", due_on=today() + dt.timedelta(days=200)),
        "team": TeamFactory(key="blue", name="Blue team", domain=retail),
    }


def hidden(page: str) -> str:
    """What the form on a page was filled with."""
    return page.split('name="seen" value="')[1].split('"')[0]


@pytest.mark.parametrize("path", ["", *FORMS, *NEW])
def test_someone_who_has_not_signed_in_is_sent_to_the_login(path, client, standards) -> None:
    assert client.get(f"/standards/{path}").status_code == 302


def test_without_a_role_there_are_no_standards(client_of, standards) -> None:
    client = client_of(PersonFactory())
    assert {client.get(f"/standards/{path}").status_code for path in ["", *FORMS, *NEW]} == {404}


def test_everybody_with_a_role_reads_the_standards(client_of, viewer, standards) -> None:
    TeamFactory(name="Hidden team")
    page = text(client_of(viewer).get("/standards/"))
    for words in ("Survey", "2 of 5", "New offer", "€50k", "90 days", "Customers stay", "Blue team", "not set"):
        assert words in page
    for words in ("Hidden team", "Add a kind", "/standards/rates/"):
        assert words not in page


@pytest.mark.parametrize("path", [*FORMS, *NEW])
def test_who_may_not_change_a_standard_sees_why_beside_a_disabled_button(path, client_of, viewer, standards) -> None:
    page = text(client_of(viewer).get(f"/standards/{path}"))
    assert "that takes the role" in page
    assert "disabled" in page
    assert 'name="name"' not in page


def test_finance_sets_rates_and_nothing_else(client_of, finance, standards) -> None:
    client = client_of(finance)
    seen = hidden(text(client.get("/standards/rates/blue/")))
    typed = {"amount": "21,500.50", "currency": "eur", "seen": seen}
    answer = client.post("/standards/rates/blue/", typed, follow=True)
    assert "€21.5k" in text(answer)
    assert 'title="€21,500.50"' in text(answer)
    standards["team"].refresh_from_db()
    assert (standards["team"].week_rate, standards["team"].rate_currency) == (2_150_050, "EUR")
    assert client.post("/standards/kinds/asked/", {"name": "A", "cap": "5"}).status_code == 409
    assert EvidenceKind.objects.get(key="asked").cap == 2


def test_the_rate_of_a_team_out_of_reach_does_not_exist(client_of, outsider, standards) -> None:
    assert client_of(outsider).get("/standards/rates/blue/").status_code == 404


def test_a_kind_is_added_and_then_retired(client_of, product_operations, standards) -> None:
    client = client_of(product_operations)
    made = {"key": "poll", "name": "Poll", "what": "What some say.", "cap": "1", "is_active": "on"}
    assert client.post("/standards/kinds/new/", made).url == "/standards/#kinds"
    page = text(client.get("/standards/kinds/poll/"))
    answer = client.post("/standards/kinds/poll/", {**made, "is_active": "", "seen": hidden(page)}, follow=True)
    assert "retired" in text(answer)
    assert EvidenceKind.objects.get(key="poll").is_active is False


def test_evidence_above_a_lowered_cap_is_counted(client_of, product_operations, standards) -> None:
    kind = standards["kind"]
    EvidenceFactory(kind=kind, strength=2)
    EvidenceFactory(kind=kind, strength=1)
    kind.cap = 1
    kind.save()
    client = client_of(product_operations)
    assert "1 stands above it, from before it was lowered" in text(client.get("/standards/"))
    assert "1 piece of evidence stands above it." in text(client.get("/standards/kinds/asked/"))


def test_a_template_takes_rows_of_text_and_shows_them_again(client_of, product_operations, standards) -> None:
    client = client_of(product_operations)
    typed = {
        "key": "bigger", "name": "Bigger", "stage": "discovery", "horizon": "2", "is_active": "on",
        "assumptions": "One.\r\n\r\n Two. ", "tranches": "Talk | Ten say so\r\nBuild | Ten pay | twice",
    }  # fmt: skip
    assert client.post("/standards/templates/new/", typed).status_code == 302
    made = Template.objects.get(key="bigger")
    assert made.assumptions == ["One.", "Two."]
    assert made.tranches == [["Talk", "Ten say so"], ["Build", "Ten pay | twice"]]
    page = text(client.get("/standards/templates/bigger/"))
    assert "One.\nTwo." in page
    assert "Talk | Ten say so" in page
    answer = client.post("/standards/templates/bigger/", {**typed, "seen": hidden(page)})
    assert answer.status_code == 302
    made.refresh_from_db()
    assert made.horizon == 2


GOOD = {"name": "What I typed", "cap": "1", "is_active": "on", "key": "k", "stage": "run", "horizon": "1"}
GOOD |= {"amount": "5", "days": "9", "currency": "USD", "measure": "What I typed", "due_on": "2031-01-01"}


@pytest.mark.parametrize(
    ("path", "change", "status"),
    [
        ("kinds/new/", {"key": "asked"}, 409),
        ("kinds/new/", {"key": "new"}, 409),
        ("kinds/new/", {"key": "a b"}, 422),
        ("kinds/asked/", {"cap": "9"}, 422),
        ("kinds/asked/", {"what": "x" * 100_000}, 422),
        ("templates/new/", {"tranches": "no stroke"}, 422),
        ("templates/new/", {"assumptions": "a\n" * 13}, 409),
        ("templates/new/", {"assumptions": "a\n" * 10_000}, 422),
        ("templates/offer/", {"horizon": "x"}, 422),
        ("allowances/new/", {"currency": "EUR"}, 409),
        ("allowances/new/", {"currency": "1€!"}, 409),
        ("allowances/EUR/", {"amount": "NaN"}, 422),
        ("allowances/EUR/", {"days": "1000"}, 422),
        ("goals/new/", {"due_on": "2026-02-30"}, 422),
        ("goals/new/", {"due_on": "2001-01-01"}, 409),
        ("goals/stay/", {"due_on": "9999-01-01"}, 409),
        ("rates/blue/", {"amount": "-1"}, 422),
        ("rates/blue/", {"amount": "0"}, 409),
    ],
)
def test_bad_input_keeps_what_was_typed_and_writes_nothing(
    path, change, status, client_of, product_operations, standards
) -> None:
    client = client_of(product_operations)
    before = [list(model.objects.order_by("pk").values()) for model in (EvidenceKind, Template, Allowance, Goal)]
    answer = client.post(f"/standards/{path}", {**GOOD, **change})
    assert answer.status_code == status
    assert "Nothing was saved" in text(answer)
    if "kinds" in path or "goals" in path:
        assert "What I typed" in text(answer)
    after = [list(model.objects.order_by("pk").values()) for model in (EvidenceKind, Template, Allowance, Goal)]
    assert after == before


def test_two_tabs_show_both_versions_and_lose_nothing(client_of, product_operations, standards) -> None:
    client = client_of(product_operations)
    seen = hidden(text(client.get("/standards/kinds/asked/")))
    mine = {"name": "My survey", "what": "What many say.", "cap": "3", "is_active": "on", "seen": seen}
    client.post("/standards/kinds/asked/", {**mine, "name": "Their survey", "cap": "1"})
    answer = client.post("/standards/kinds/asked/", mine)
    assert answer.status_code == 409
    page = text(answer)
    both = page[page.index("Both versions") : page.index("</table>")]
    for words in ("Their survey", "My survey", "1 · opinion", "3 · market data"):
        assert words in both
    assert "What many say." not in both
    assert 'value="My survey"' in page
    assert EvidenceKind.objects.get(key="asked").name == "Their survey"
    assert client.post("/standards/kinds/asked/", {**mine, "seen": hidden(page)}).status_code == 302
    assert EvidenceKind.objects.get(key="asked").name == "My survey"


def test_an_allowance_is_taken_back(client_of, product_operations, finance, standards) -> None:
    assert client_of(finance).post("/standards/allowances/EUR/drop/").status_code == 409
    page = text(client_of(product_operations).post("/standards/allowances/EUR/drop/", follow=True))
    assert "The allowance is taken back." in page
    assert not Allowance.objects.exists()


def test_goals_without_bets_and_bets_without_a_goal_are_named(client_of, product_lead, retail, standards) -> None:
    BetFactory(name="Serves nothing", domain=retail)
    BetFactory(name="Of others")
    page = text(client_of(product_lead).get("/standards/"))
    assert "No bet serves it" in page
    assert "Serves nothing" in page
    assert "Of others" not in page
    BetFactory(name="Of others", goal=standards["goal"])
    page = text(client_of(product_lead).get("/standards/"))
    assert "No bet serves it" not in page
    assert "Bets of other domains" in page
    BetFactory(domain=retail, goal=standards["goal"])
    page = text(client_of(product_lead).get("/standards/"))
    assert "Bets of other domains" not in page
    assert ">1 bet</a>" in page


def test_more_than_seven_open_goals_are_warned_of_and_not_refused(client_of, product_operations, standards) -> None:
    client, ahead = client_of(product_operations), today() + dt.timedelta(days=90)
    GoalFactory.create_batch(6, due_on=ahead)
    GoalFactory(due_on=today() - dt.timedelta(days=1))
    assert "More than 7 goals" not in text(client.get("/standards/"))
    assert "7 goals are open already." in text(client.get("/standards/goals/new/"))
    typed = {"key": "eighth", "name": "Eighth", "measure": "One more", "due_on": str(ahead)}
    assert "More than 7 goals" in text(client.post("/standards/goals/new/", typed, follow=True))


def test_hostile_words_are_shown_as_words(client_of, product_operations, standards) -> None:
    hostile = "<script>alert(1)</script>=1+1\u202e"
    TemplateFactory(key="bad", name=hostile, assumptions=[hostile] * 3, tranches=[[hostile, hostile]])
    EvidenceKindFactory(name=hostile, what=hostile)
    client = client_of(product_operations)
    for path in ("", "templates/bad/"):
        answer = client.get(f"/standards/{path}")
        assert "<script>alert" not in answer.content.decode()
        assert hostile in text(answer)


@pytest.mark.parametrize("many", [0, 8])
def test_the_page_takes_the_same_queries_for_one_and_for_many(
    many, client_of, executive, standards, django_assert_num_queries
) -> None:
    for made in (EvidenceKindFactory, TemplateFactory, GoalFactory, TeamFactory, EvidenceFactory, BetFactory):
        made.create_batch(many)
    BetFactory()
    client = client_of(executive)
    with django_assert_num_queries(QUERIES):
        client.get("/standards/")
