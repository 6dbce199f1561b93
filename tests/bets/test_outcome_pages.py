"""The pages on which outcomes are picked, stated and changed: units, what can be proven, two tabs, bad input."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from bets.actions.outcomes import outcome_seen
from bets.baseline import baseline_of
from bets.models import Bet, Outcome, Sketch
from bets.outcome_forms import OutcomeForm
from lib.clock import today
from metrics.models import Series, Signal
from org.models import Domain, Person
from tests.factories import (
    AT,
    BetFactory,
    LearningOutcomeFactory,
    OutcomeFactory,
    SegmentFactory,
    SeriesFactory,
)
from tests.pages import flat as text

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def series(retail: Domain) -> Series:
    """A share of 42 % with 1,000 exposures a day."""
    made: Series = SeriesFactory(source__domain=retail, metric__name="Conversion", metric__counts="Paid policies.")
    Signal.objects.bulk_create(
        Signal(series=made, arm="treatment", period=today() - n * DAY, n=1000, total=420 + n % 7, recorded_at=AT)
        for n in range(1, 85)
    )
    return made


@pytest.fixture
def draft(retail: Domain, product_lead: Person) -> Bet:
    made: Bet = BetFactory(key="B-1", domain=retail, lead=product_lead, state="draft", starts_on=today() - DAY)
    return made


def lines(series: Series, **changes: str) -> dict[str, str]:
    given = {"target": "45", "kill_line": "40 %", "decide_by": str(today() + 120 * DAY), "starts_on": str(today())}
    return {"series": str(series.pk), "baseline": "42.3", **given, **changes}


PATHS = (
    "/bets/B-1/outcomes/new/", "/bets/B-1/outcomes/1/change/", "/bets/B-1/outcomes/1/restate/",
    "/bets/B-1/outcomes/check/?series=1", "/bets/B-1/draft/outcomes/", "/bets/B-1/learning/new/",
    "/bets/B-1/learning/1/",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_who_has_not_signed_in_is_sent_to_the_login_and_a_bet_out_of_reach_is_not_there(
    path: str, client: Client, client_of: Any, outsider: Person, draft: Bet, series: Series
) -> None:
    OutcomeFactory(bet=draft, number=1, series=series)
    LearningOutcomeFactory(bet=draft, number=1)
    assert client.get(path).status_code == 302
    assert client_of(outsider).get(path).status_code == 404


# ---- picking from the library


def test_the_library_lists_what_may_be_used_and_says_why_delivery_measures_may_not(
    client_of: Any, product_lead: Person, draft: Bet, series: Series, retail: Domain
) -> None:
    SeriesFactory(metric__name="Somebody else's")
    SeriesFactory(metric__name="On time", metric__metric_class="delivery", source__domain=retail)
    page = text(client_of(product_lead).get("/bets/B-1/outcomes/new/"))
    for words in ("Conversion", "Paid policies.", "Higher is better", "Fresh", "84 periods", "1 series", "On time"):
        assert words in page
    assert "A delivery measure says that we built, not that it worked." in page
    assert "Somebody else's" not in page
    assert page.count("?series=") == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=conversion paid", True), ("q=nothing", False), ("class=value", False), ("class=behaviour", True),
        ("area=current", False), ("class=nonsense&area=nonsense&page=99", True), ("q=" + "x" * 100_000, False),
    ],
)  # fmt: skip
def test_the_library_is_narrowed_by_words_class_and_area(
    query: str, found: bool, client_of: Any, product_lead: Person, draft: Bet, series: Series
) -> None:
    page = text(client_of(product_lead).get(f"/bets/B-1/outcomes/new/?{query}"))
    assert ("?series=" in page) == found
    assert ("No series that you may use has that." in page) != found


def test_the_library_takes_the_same_queries_for_one_and_for_many_series(
    client_of: Any, product_lead: Person, draft: Bet, series: Series, retail: Domain, django_assert_num_queries: Any
) -> None:
    client = client_of(product_lead)
    for more in (0, 5):
        SeriesFactory.create_batch(more, source__domain=retail)
        with django_assert_num_queries(13):
            client.get("/bets/B-1/outcomes/new/")


@pytest.mark.parametrize("asked", ["0", "x", "9" * 30, "-1"])
def test_a_series_that_is_not_there_or_out_of_reach_is_not_found(
    asked: str, client_of: Any, product_lead: Person, draft: Bet
) -> None:
    client, theirs = client_of(product_lead), SeriesFactory()
    for series in (asked, theirs.pk):
        assert client.get(f"/bets/B-1/outcomes/new/?series={series}").status_code == 404
        assert client.post("/bets/B-1/outcomes/new/", {"series": series}).status_code == 404
        assert client.get(f"/bets/B-1/outcomes/check/?series={series}").status_code == 404


# ---- stating


def test_the_form_has_the_baseline_of_the_series_and_says_where_it_is_from(
    client_of: Any, product_lead: Person, draft: Bet, series: Series
) -> None:
    page = text(client_of(product_lead).get(f"/bets/B-1/outcomes/new/?series={series.pk}"))
    assert "It was <b>42.3 %</b> from" in page
    assert "About 1,000 are exposed a day." in page
    assert 'name="baseline" value="42.3"' in page
    assert "Conversion has not reached" in page


def test_an_outcome_is_stated_in_the_units_of_its_readers(
    client_of: Any, product_lead: Person, draft: Bet, series: Series
) -> None:
    answer = client_of(product_lead).post("/bets/B-1/outcomes/new/", lines(series))
    assert answer.status_code == 302
    assert answer["Location"] == "/bets/B-1/draft/outcomes/"
    stated = Outcome.objects.get()
    assert (stated.target, stated.kill_line, stated.baseline, stated.series) == (0.45, 0.40, 0.423, series)
    assert (stated.planned_exposures, stated.role, stated.starts_on) == (120_000.0, "primary", today())


def test_a_check_shows_what_the_signals_can_prove_and_writes_nothing(
    client_of: Any, product_lead: Person, draft: Bet, series: Series
) -> None:
    client = client_of(product_lead)
    whole = text(client.post("/bets/B-1/outcomes/new/", lines(series, check="1")))
    part = text(client.get("/bets/B-1/outcomes/check/", lines(series)))
    for said in (whole, part):
        assert "Conversion has not reached 45.0 %, we act. Below 40.0 % we stop." in said
        assert "The signals will very likely settle this by" in said
        assert "12 weeks before the start tell its noise." in said
    assert not Outcome.objects.exists()
    assert client.post("/bets/B-1/outcomes/new/", {"series": series.pk, "check": "1"}).status_code == 422


def test_a_check_says_what_is_missing_or_refused(
    client_of: Any, product_lead: Person, draft: Bet, series: Series
) -> None:
    client = client_of(product_lead)
    assert "Type target, kill line and date" in text(client.get(f"/bets/B-1/outcomes/check/?series={series.pk}"))
    wrong = text(client.get("/bets/B-1/outcomes/check/", lines(series, kill_line="50")))
    assert "is on the wrong side of the target" in wrong
    odd = text(client.get("/bets/B-1/outcomes/check/", lines(series, target="0.4")))
    assert "0.4 is read as 0.4 %" in odd


def test_without_twelve_weeks_before_the_start_it_asks_for_them(
    client_of: Any, product_lead: Person, draft: Bet, series: Series
) -> None:
    Signal.objects.filter(period__lt=today() - 28 * DAY).delete()
    said = text(client_of(product_lead).get("/bets/B-1/outcomes/check/", lines(series)))
    assert "4 weeks are known of the 12 before the start" in said
    assert f"/series/{series.pk}/signals/new/" in said


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"target": ""}, 422, "Enter the target."),
        ({"target": "NaN"}, 422, "Enter a number, like 1,234.5."),
        ({"target": "1e308"}, 422, "That number is too large to be meant."),
        ({"target": "-inf"}, 422, "Enter a number"),
        ({"target": "0.4"}, 422, "0.4 is read as 0.4 %, far below what it is now. Type 40 for 40 %"),
        ({"target": "4" * 100_000}, 422, "Enter a number"),
        ({"kill_line": "45"}, 409, "wrong side of the target"),
        ({"target": "450"}, 409, "between 0 % and 100 %"),
        ({"decide_by": "tomorrow"}, 422, "Enter a valid date."),
        ({"decide_by": "0206-01-01"}, 422, "Enter a date between 1900 and 2199."),
        ({"decide_by": "2020-01-01"}, 409, "nobody could act on it"),
        ({"starts_on": "1990-01-01"}, 409, "more than ten years back"),
        ({"role": "x" * 100_000}, 422, "Select a valid choice"),
        ({"planned_exposures": "0"}, 409, "more than none"),
        ({"grace_days": "-1"}, 422, "greater than or equal to 0"),
        ({"weight": "0"}, 409, "a number above 0"),
    ],
)
def test_what_is_not_sound_says_why_and_keeps_what_was_typed(
    change: dict[str, str], status: int, words: str, client_of: Any, product_lead: Person, draft: Bet, series: Series
) -> None:
    answer = client_of(product_lead).post("/bets/B-1/outcomes/new/", lines(series, **change))
    assert answer.status_code == status
    page = text(answer)
    assert words in page
    for name, value in lines(series, **change).items():
        assert name in ("series", "role") or not value or f'value="{value}"' in page, name
    assert not Outcome.objects.exists()


def test_a_share_below_one_percent_is_taken_with_its_sign(
    client_of: Any, product_lead: Person, draft: Bet, series: Series
) -> None:
    client_of(product_lead).post("/bets/B-1/outcomes/new/", lines(series, target="0.9 %", kill_line="0.4%"))
    stated = Outcome.objects.get()
    assert (stated.target, stated.kill_line) == (pytest.approx(0.009), pytest.approx(0.004))


def test_numbers_are_read_in_the_language_of_the_reader(draft: Bet, series: Series) -> None:
    with translation.override("de"):
        form = OutcomeForm(series, baseline_of(series, today()), lines(series, target="45,5", baseline="42,3 %"))
        assert form.is_valid()
    assert (form.cleaned_data["target"], form.cleaned_data["baseline"]) == (0.455, 0.423)


@pytest.mark.parametrize(
    ("kind", "contrast", "typed", "stored"),
    [
        ("proportion", "difference", "1.5", 0.015),
        ("proportion", "relative", "3 %", 0.03),
        ("mean", "relative", "3", 0.03),
        ("mean", "difference", "€3", 3.0),
        ("mean", "", "1,250 €", 1250.0),
    ],
)
def test_each_kind_of_line_has_its_own_unit(
    kind: str, contrast: str, typed: str, stored: float, draft: Bet, retail: Domain
) -> None:
    series = SeriesFactory(source__domain=retail, metric__kind=kind, metric__unit="€", has_control=True)
    given = lines(series, target=typed, kill_line="0", contrast=contrast, baseline="12", planned_exposures="9,000")
    form = OutcomeForm(series, None, given)
    assert form.is_valid()
    assert form.stated()["target"] == pytest.approx(stored)
    assert form.stated()["baseline"] == (0.12 if kind == "proportion" else 12.0)


def test_a_level_asks_for_no_exposures(client_of: Any, product_lead: Person, draft: Bet, retail: Domain) -> None:
    series = SeriesFactory(source__domain=retail, metric__kind="level", grain="week")
    given = lines(series, target="450", kill_line="400", baseline="420")
    assert client_of(product_lead).post("/bets/B-1/outcomes/new/", given).status_code == 302
    assert Outcome.objects.get().planned_exposures == pytest.approx(120 / 7)


def test_who_may_not_state_a_bet_sees_why_and_no_form(
    client_of: Any, executive: Person, draft: Bet, series: Series
) -> None:
    client = client_of(executive)
    for path in ("/bets/B-1/outcomes/new/", f"/bets/B-1/outcomes/new/?series={series.pk}", "/bets/B-1/learning/new/"):
        page = text(client.get(path))
        assert "You may not state a bet here" in page
        assert 'method="post" class="form' not in page
    assert client.post("/bets/B-1/outcomes/new/", lines(series)).status_code == 409
    assert not Outcome.objects.exists()


# ---- changing


@pytest.fixture
def outcome(draft: Bet, series: Series) -> Outcome:
    made: Outcome = OutcomeFactory(
        bet=draft, number=1, series=series, starts_on=today(), decide_by=today() + 120 * DAY, baseline=0.423
    )
    return made


def test_two_tabs_show_both_versions_and_lose_nothing(
    client_of: Any, product_lead: Person, product_operations: Person, outcome: Outcome
) -> None:
    path, seen = "/bets/B-1/outcomes/1/change/", outcome_seen(outcome)
    first = client_of(product_operations).get(path)
    assert f'name="seen" value="{seen}"' in text(first)
    given = lines(outcome.series, planned_exposures="18000", seen=seen)
    assert client_of(product_operations).post(path, {**given, "target": "48"}).status_code == 302
    late = client_of(product_lead).post(path, {**given, "target": "46.5"})
    page = text(late)
    assert late.status_code == 409
    assert "Somebody changed this meanwhile" in page
    assert '<th scope="row">Target</th><td>48</td><td>46.5</td>' in page
    assert 'value="46.5"' in page
    assert Outcome.objects.get().target == 0.48
    again = re.search(r'name="seen" value="(\w+)"', page)
    assert again
    client_of(product_lead).post(path, {**given, "target": "46.5", "seen": again[1]})
    assert Outcome.objects.get().target == 0.465


def test_a_changed_outcome_keeps_what_its_segments_can_prove(
    client_of: Any, product_lead: Person, outcome: Outcome
) -> None:
    for name in ("app", "web"):
        part = SeriesFactory(metric=outcome.series.metric, source=outcome.series.source)
        SegmentFactory(outcome=outcome, name=name, series=part)
    client = client_of(product_lead)
    assert client.get("/bets/B-1/outcomes/1/change/").status_code == 200
    asked = lines(outcome.series, outcome="1")
    assert client.get("/bets/B-1/outcomes/check/", asked).status_code == 200
    assert client.get("/bets/B-1/outcomes/check/", asked | {"outcome": "99999"}).status_code == 200
    assert client.get("/bets/B-1/outcomes/check/", asked | {"outcome": "7"}).status_code == 404
    assert client.get("/bets/B-1/outcomes/99999/change/").status_code == 404


# ---- left half-way


def test_an_outcome_left_half_way_comes_back_as_typed_for_whoever_left_it_until_it_is_stated(
    client_of: Any, product_lead: Person, product_operations: Person, draft: Bet, series: Series
) -> None:
    lead, path = client_of(product_lead), f"/bets/B-1/outcomes/new/?series={series.pk}"
    half = lines(series, target="forty <b>", kill_line="")
    answer = lead.post("/bets/B-1/outcomes/new/", half | {"leave": "1"}, follow=True)
    assert answer.redirect_chain == [("/bets/B-1/draft/outcomes/", 302)]
    assert "You left an outcome half-way on" in text(answer)
    assert path in text(answer)
    page = text(lead.get(path))
    assert all(words in page for words in ("You left this half-way on", 'name="target" value="forty <b>"'))
    assert 'name="kill_line" value' not in page
    other = client_of(product_operations)
    assert "half-way on" not in text(other.get(path)) + text(other.get("/bets/B-1/draft/outcomes/"))
    assert lead.post("/bets/B-1/outcomes/new/", lines(series)).status_code == 302
    assert (Sketch.objects.exists(), Outcome.objects.count()) == (False, 1)


def test_a_change_left_half_way_shows_what_somebody_changed_meanwhile_and_can_be_forgotten(
    client_of: Any, product_lead: Person, product_operations: Person, outcome: Outcome
) -> None:
    lead, path, seen = client_of(product_lead), "/bets/B-1/outcomes/1/change/", outcome_seen(outcome)
    given = lines(outcome.series, planned_exposures="18000", seen=seen)
    assert lead.post(path, {**given, "target": "46.5", "leave": "1"}).status_code == 302
    before = text(lead.get(path))
    assert ('value="46.5"' in before, "has not reached 46.5 %" in before) == (True, True)
    assert "Somebody changed this meanwhile" not in before
    assert "a change of an outcome half-way" in text(lead.get("/bets/B-1/draft/outcomes/"))
    client_of(product_operations).post(path, {**given, "target": "48"})
    assert '<th scope="row">Target</th><td>48</td><td>46.5</td>' in text(lead.get(path))
    assert lead.post(path, {"forget": "1"})["Location"] == path
    after = text(lead.get(path))
    assert ("half-way on" in after, 'value="48"' in after, Outcome.objects.get().target) == (False, True, 0.48)


def test_what_was_left_of_an_outcome_goes_with_it_and_who_may_not_state_one_leaves_nothing(
    client_of: Any, product_lead: Person, executive: Person, outcome: Outcome
) -> None:
    path, given = "/bets/B-1/outcomes/1/change/", lines(outcome.series, leave="1")
    assert client_of(executive).post(path, given).status_code == 409
    assert not Sketch.objects.exists()
    client_of(product_lead).post(path, given)
    assert client_of(product_lead).post("/bets/B-1/outcomes/1/drop/").status_code == 302
    assert not Sketch.objects.exists()


def test_the_step_of_the_guide_has_each_outcome_with_what_it_can_prove(
    client_of: Any, product_lead: Person, executive: Person, outcome: Outcome
) -> None:
    page = text(client_of(product_lead).get("/bets/B-1/draft/outcomes/"))
    for words in ("Conversion has not reached 45.0 %", "The signals will", "Add an outcome", "/outcomes/1/drop/"):
        assert words in page
    assert "/outcomes/1/drop/" not in text(client_of(executive).get("/bets/B-1/draft/outcomes/"))
    assert client_of(executive).post("/bets/B-1/outcomes/1/drop/").status_code == 409
    assert client_of(product_lead).get("/bets/B-1/outcomes/1/drop/").status_code == 302
    assert Outcome.objects.exists()
    assert client_of(product_lead).post("/bets/B-1/outcomes/1/drop/").status_code == 302
    assert "No outcome yet." in text(client_of(product_lead).get("/bets/B-1/draft/outcomes/"))
