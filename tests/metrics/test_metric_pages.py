"""Definitions of metrics: everybody signed in reads them; their series only who may see the sources."""

import pytest

from metrics.models import Metric
from tests.factories import MetricFactory, SeriesFactory, SignalFactory, SourceFactory

pytestmark = pytest.mark.django_db
METRICS, METRIC = 9, 10  # queries, three of them for the frame


@pytest.fixture
def metric(retail) -> Metric:
    made = MetricFactory(key="conversion", name="Conversion", unit="%", counts="Quotes that become a policy.", cap=9.5)
    SignalFactory(series=SeriesFactory(metric=made, source=SourceFactory(name="Retail mart", domain=retail)))
    SeriesFactory(metric=made, source=SourceFactory(name="Hidden mart"))
    return made


@pytest.mark.parametrize("path", ["/metrics/", "/metrics/conversion/"])
def test_someone_who_has_not_signed_in_is_sent_to_the_login(path, client, metric) -> None:
    assert client.get(path).status_code == 302


def test_an_unknown_metric_does_not_exist(client_of, executive, metric) -> None:
    assert client_of(executive).get("/metrics/other/").status_code == 404


def test_a_viewer_reads_the_definition_and_no_source(client_of, viewer, metric) -> None:
    page = client_of(viewer).get("/metrics/conversion/").content.decode()
    assert "Quotes that become a policy." in page
    assert "9.5" in page
    assert "mart" not in page


def test_a_product_lead_sees_the_series_of_the_own_domain(client_of, product_lead, metric) -> None:
    page = client_of(product_lead).get("/metrics/conversion/").content.decode()
    assert "Retail mart" in page
    assert "Hidden mart" not in page


def test_the_list_counts_the_series_that_a_person_may_see(client_of, executive, product_lead, viewer, metric) -> None:
    counts = [client_of(who).get("/metrics/").context["page"][0].readable for who in (executive, product_lead, viewer)]
    assert counts == [2, 1, 0]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Conversion", "Minutes"]),
        ("q=policy", ["Conversion"]),
        ("kind=mean", ["Minutes"]),
        ("metric_class=value", ["Minutes"]),
        ("area=time", ["Minutes"]),
        ("area=none", ["Conversion"]),
        ("q=nothing", []),
    ],
)
def test_the_list_is_narrowed_by_the_url(query, names, client_of, executive, metric) -> None:
    MetricFactory(name="Minutes", kind="mean", metric_class="value", area="time")
    page = client_of(executive).get(f"/metrics/?{query}").context["page"]
    assert [one.name for one in page] == names


@pytest.mark.parametrize("query", ["kind=oracle", "metric_class=x", "area=x", "owner=999", "owner=" + "9" * 20])
def test_what_makes_no_sense_is_ignored_and_said(query, client_of, executive, metric) -> None:
    answer = client_of(executive).get(f"/metrics/?{query}&page=1000000000")
    assert "it was ignored." in answer.content.decode()
    assert len(answer.context["page"]) == 1


def test_hostile_text_is_shown_as_text(client_of, executive) -> None:
    MetricFactory(key="bad", name="<img src=x onerror=alert(1)>", counts="\u202e=1+1<script>" * 15, unit="<b>")
    for address in ("/metrics/", "/metrics/bad/"):
        page = client_of(executive).get(address).content.decode()
        assert "<img src=x" not in page
        assert "<script>\u202e" not in page


@pytest.mark.parametrize("many", [1, 9])
def test_pages_take_the_same_number_of_queries_for_one_and_for_many(
    many, client_of, executive, django_assert_num_queries
) -> None:
    metric = MetricFactory(key="conversion")
    MetricFactory.create_batch(many)
    SeriesFactory.create_batch(many, metric=metric)
    client = client_of(executive)
    with django_assert_num_queries(METRICS):
        client.get("/metrics/")
    with django_assert_num_queries(METRIC):
        client.get("/metrics/conversion/")
