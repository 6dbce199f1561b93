"""Changing a definition: which outcomes it touches is said first, and each of them shows it afterwards."""

import pytest

from lib.seen import seen_of
from metrics.actions import change_metric
from metrics.definition import definition_of, fields_of
from metrics.models import Metric, MetricVersion
from portfolio.bet_definitions import redefined_of
from tests.factories import AT, BetFactory, MetricFactory, OutcomeFactory, SeriesFactory, SourceFactory
from tests.pages import text

pytestmark = pytest.mark.django_db
QUERIES = 10
PATH = "/metrics/conversion/change/"
FORM = {
    "name": "Conversion", "kind": "proportion", "metric_class": "behaviour", "area": "", "direction": "higher",
    "unit": "%", "counts": "Paid policies.", "cap": "", "settle_days": "0", "owner": "", "reason": "Quotes are cheap.",
}  # fmt: skip


@pytest.fixture
def metric() -> Metric:
    return MetricFactory(key="conversion", name="Conversion", unit="%", counts="Quotes.")


def outcome(metric, domain, state="live", **fields):
    series = SeriesFactory(metric=metric, source=SourceFactory(domain=domain))
    bet = BetFactory(name=f"A {state} bet", domain=domain, state=state)
    return OutcomeFactory(bet=bet, series=series, definition=definition_of(series), **fields)


def typed(metric, **changes) -> dict[str, str]:
    return {**FORM, "seen": seen_of(fields_of(metric)), **changes}


def test_someone_who_has_not_signed_in_is_sent_to_the_login(client, metric) -> None:
    assert client.get(PATH).status_code == 302


def test_an_unknown_metric_does_not_exist(client_of, product_operations) -> None:
    assert client_of(product_operations).get(PATH).status_code == 404


def test_who_may_not_change_a_definition_sees_why_and_no_form(client_of, executive, metric) -> None:
    client = client_of(executive)
    page = text(client.get(PATH))
    assert "that takes the role product operations" in page
    assert 'name="reason"' not in page
    assert client.post(PATH, typed(metric)).status_code == 409
    assert not MetricVersion.objects.exists()


def test_before_anything_is_saved_the_page_names_what_is_touched(client_of, product_operations, metric, retail) -> None:
    assert "No outcome is measured by it yet" in text(client_of(product_operations).get(PATH))
    for state in ("live", "draft", "ceased"):
        outcome(metric, retail, state)
    replaced = outcome(metric, retail, "held")
    OutcomeFactory(bet=replaced.bet, number=replaced.number, version=2, replaces=replaced, reason="R")
    page = text(client_of(product_operations).get(PATH))
    assert "1 outcomes of live bets" not in page
    assert "1 outcome of a live bet loses its verdict" in page
    for words in ("A live bet", "A draft bet", "A ceased bet", "Is over", "Is a draft"):
        assert words in page
    assert "A held bet" not in page


def test_bets_out_of_sight_are_counted_and_not_named(client_of, product_lead, metric, retail) -> None:
    outcome(metric, SourceFactory().domain)
    page = text(client_of(product_lead).get(PATH))
    assert "and 1 outcome of bets that you do not see" in page
    assert "A live bet" not in page


def test_the_change_is_kept_as_a_version_and_shown_at_the_outcome(
    client_of, product_operations, viewer, metric, retail
) -> None:
    stated = outcome(metric, retail)
    answer = client_of(product_operations).post(PATH, typed(metric), follow=True)
    assert answer.redirect_chain == [("/metrics/conversion/", 302)]
    assert MetricVersion.objects.get().definition["counts"] == "Quotes."
    page = text(client_of(viewer).get(f"/bets/{stated.bet.key}/"))
    for words in ("Definition of Conversion changed on", "to version 2", "Quotes are cheap.", "<del>Quotes.</del>"):
        assert words in page


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"reason": ""}, 422),
        ({"reason": "x" * 100_000}, 422),
        ({"counts": "Quotes.", "name": "Conversion"}, 409),
        ({"cap": "5"}, 409),
        ({"cap": "inf"}, 422),
        ({"kind": "mood"}, 422),
        ({"owner": "99999"}, 422),
    ],
)
def test_bad_input_keeps_what_was_typed(change, status, client_of, product_operations, metric) -> None:
    answer = client_of(product_operations).post(PATH, typed(metric, **{"name": "My name", **change}))
    assert answer.status_code == status
    assert "My name" in text(answer) or change["name"] in text(answer)
    assert not MetricVersion.objects.exists()


def test_two_tabs_show_both_definitions(client_of, product_operations, metric) -> None:
    client, mine = client_of(product_operations), typed(metric, counts="Mine.")
    change_metric(metric, counts="Theirs.", reason="Theirs.", by=product_operations, at=AT)
    answer = client.post(PATH, mine)
    page = text(answer)
    assert answer.status_code == 409
    assert "<td>Theirs.</td><td>Mine.</td>" in page
    assert "Quotes are cheap." in page
    assert Metric.objects.get().counts == "Theirs."
    fresh = page.split('name="seen" value="')[1].split('"')[0]
    assert client.post(PATH, mine | {"seen": fresh}).status_code == 302
    assert Metric.objects.get().version == 3


@pytest.mark.parametrize("many", [1, 7])
def test_the_page_takes_the_same_queries_for_one_and_for_many(
    many, client_of, product_operations, metric, retail, django_assert_num_queries
) -> None:
    for _ in range(many):
        outcome(metric, retail)
    client = client_of(product_operations)
    with django_assert_num_queries(QUERIES):
        client.get(PATH)


def test_an_outcome_shows_the_changes_since_it_was_stated(product_operations, metric, retail) -> None:
    first = outcome(metric, retail)
    for counts in ("Two.", "Three."):
        change_metric(metric, counts=counts, reason=f"Now {counts}", by=product_operations, at=AT)
    metric.refresh_from_db()
    second = outcome(metric, retail)
    change_metric(metric, unit="€", reason="Money.", by=product_operations, at=AT)
    for one in (first, second):
        one.series.metric.refresh_from_db()
    shown = redefined_of([first, second])
    assert [change.version for change in shown[first.pk]] == [4, 3, 2]
    assert [change.version for change in shown[second.pk]] == [4]


def test_a_change_that_was_taken_back_leaves_nothing_to_show(product_operations, metric, retail) -> None:
    stated = outcome(metric, retail)
    for counts in ("Two.", "Quotes."):
        change_metric(metric, counts=counts, reason="R", by=product_operations, at=AT)
    stated.series.metric.refresh_from_db()
    assert redefined_of([stated]) == {stated.pk: []}


def test_where_the_first_definition_is_not_known_all_changes_since_the_start_are_shown(
    product_operations, metric, retail
) -> None:
    stated = outcome(metric, retail, starts_on=AT.date())
    later = outcome(metric, retail, starts_on=AT.date().replace(year=2027), decide_by=AT.date().replace(year=2028))
    change_metric(metric, counts="Two.", reason="R", by=product_operations, at=AT)
    for one in (stated, later):
        one.definition = ""
        one.series.metric.refresh_from_db()
    shown = redefined_of([stated, later])
    assert [len(shown[one.pk]) for one in (stated, later)] == [1, 0]
