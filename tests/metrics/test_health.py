"""Sources at a glance: their state, how fresh they are, their last pulls, and narrowing the list by the URL."""

import datetime as dt

import pytest

from lib.clock import today
from metrics.health import glance_of, health_of, keepers_of, strips_of
from metrics.models import Source
from metrics.rules import expected_period, freshness
from tests.factories import (
    AT,
    DomainFactory,
    MetricFactory,
    PersonFactory,
    PullFactory,
    QuarantinedRowFactory,
    RoleGrantFactory,
    SeriesFactory,
    SignalFactory,
    SourceFactory,
)

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
WEDNESDAY = dt.date(2026, 3, 11)


@pytest.mark.parametrize(
    ("grain", "settle_days", "expected"),
    [
        ("day", 0, dt.date(2026, 3, 10)),
        ("day", 3, dt.date(2026, 3, 7)),
        ("week", 0, dt.date(2026, 3, 2)),
        ("week", 3, dt.date(2026, 2, 23)),
        ("month", 0, dt.date(2026, 2, 1)),
        ("month", 15, dt.date(2026, 1, 1)),
    ],
)
def test_the_expected_period_is_the_latest_that_is_over_and_settled(grain, settle_days, expected) -> None:
    assert expected_period(grain, settle_days, WEDNESDAY) == expected
    assert freshness(expected, grain, settle_days, WEDNESDAY) == "fresh"


def test_on_a_monday_the_week_before_is_expected() -> None:
    assert expected_period("week", 0, dt.date(2026, 3, 9)) == dt.date(2026, 3, 2)


def test_one_missed_arrival_is_not_late_and_two_are() -> None:
    expected = expected_period("day", 0, WEDNESDAY)
    assert freshness(expected - DAY, "day", 0, WEDNESDAY) == "fresh"
    assert freshness(expected - 2 * DAY, "day", 0, WEDNESDAY) == "late"
    assert freshness(None, "day", 0, WEDNESDAY) == "waiting"


def source_with(*ages: int, **fields) -> Source:
    """A source with one series for each age in days of its latest signal; a negative age is a series without any."""
    made = SourceFactory(**fields)
    for age in ages:
        series = SeriesFactory(source=made)
        if age >= 0:
            SignalFactory(series=series, period=today() - age * DAY)
    return made


def states() -> dict[str, str]:
    sources = Source.objects.with_open_rows().select_related("domain")
    return {health.source.name: health.state for health in health_of(sources, today=today())}


def test_the_state_says_the_worst_first_and_so_does_the_order() -> None:
    source_with(1, name="D works")
    source_with(1, 30, name="C late")
    source_with(-1, name="B waits")
    source_with(30, name="A broken", state="attention")
    SourceFactory(name="a nothing to read")
    assert list(states().items()) == [
        ("A broken", "attention"),
        ("C late", "late"),
        ("a nothing to read", "waiting"),
        ("B waits", "waiting"),
        ("D works", "ok"),
    ]


def test_the_figures_add_up() -> None:
    source_with(1, 1, 30, -1, last_pull_at=AT)
    QuarantinedRowFactory.create_batch(2, source=source_with(1, last_pull_at=AT + DAY))
    glance = glance_of(health_of(Source.objects.with_open_rows(), today=today()))
    assert (glance.all, glance.states["late"], glance.states["ok"]) == (2, 1, 1)
    assert (glance.series, glance.fresh, glance.late) == (5, 3, 1)
    assert (glance.open_rows, glance.with_open_rows, glance.last_pull_at) == (2, 1, AT + DAY)
    assert [part[4] for part in glance.parts] == ["0.00%", "50.00%", "0.00%", "50.00%"]


def test_freshness_tells_the_latest_and_the_expected_period() -> None:
    source = source_with(3, 30)
    (health,) = health_of([source], today=today())
    assert (health.fresh.latest, health.fresh.expected) == (today() - 3 * DAY, today() - DAY)


def test_the_strip_shows_the_last_pulls_oldest_first() -> None:
    source = SourceFactory()
    for days in range(20):
        PullFactory(source=source, at=AT + days * DAY)
    PullFactory(source=source, at=AT + 20 * DAY, rows_seen=3, rows_kept=1, rows_set_aside=2)
    PullFactory(source=source, at=AT + 21 * DAY, state="failed")
    strip = strips_of([source])[source.pk]
    assert [mark.kind for mark in strip.marks] == ["good"] * 12 + ["aside", "failed"]
    assert [mark.x for mark in strip.marks] == list(range(0, 112, 8))
    assert strip.words == "The last 14 pulls: 12 good, 1 with rows set aside, 1 failed."
    assert strip.last.at == AT + 21 * DAY


def test_a_source_never_pulled_has_no_strip() -> None:
    source = SourceFactory()
    PullFactory()
    assert strips_of([source]) == {}


def test_those_to_ask_reach_the_domain_and_are_active() -> None:
    domain = DomainFactory(parent=DomainFactory())
    source = SourceFactory(domain=domain)
    for name, where, role in [
        ("Everywhere", None, "product_operations"),
        ("Above", domain.parent, "product_operations"),
        ("Elsewhere", DomainFactory(), "product_operations"),
        ("Lead", domain, "product_lead"),
    ]:
        RoleGrantFactory(person=PersonFactory(name=name), role=role, domain=where)
    gone = PersonFactory(name="Gone", is_active=False)
    RoleGrantFactory(person=gone, role="product_operations", domain=domain)
    assert keepers_of([source]) == {domain.pk: "Above, Everywhere"}


def test_of_many_to_ask_two_are_named() -> None:
    source = SourceFactory()
    for name in "ABCDE":
        RoleGrantFactory(person=PersonFactory(name=name), role="product_operations", domain=source.domain)
    assert keepers_of([source]) == {source.domain_id: "A, B and 3 more"}


@pytest.fixture
def four(retail) -> None:
    source_with(1, name="Claims export", kind="csv", domain=retail)
    source_with(30, name="Late export", kind="csv", domain=retail)
    source_with(1, name="Advice desk", domain=DomainFactory(key="sales", name="Sales"))
    broken = source_with(-1, name="Market feed", kind="csv", state="attention", message="The file is gone.")
    series = broken.series.get()
    series.metric = MetricFactory(name="Attached cover")
    series.save()


def listed(client, query: str) -> list[str]:
    return [row.health.source.name for row in client.get(f"/sources/?{query}").context["listing"].rows]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Market feed", "Late export", "Advice desk", "Claims export"]),
        ("state=attention", ["Market feed"]),
        ("state=late", ["Late export"]),
        ("state=ok", ["Advice desk", "Claims export"]),
        ("kind=typed", ["Advice desk"]),
        ("domain=sales", ["Advice desk"]),
        ("domain=retail&state=ok", ["Claims export"]),
        ("q=export", ["Late export", "Claims export"]),
        ("q=late+EXPORT", ["Late export"]),
        ("q=attached", ["Market feed"]),
        ("q=nothing", []),
    ],
)
def test_the_list_is_narrowed_by_the_url(query, names, four, client_of, executive) -> None:
    assert listed(client_of(executive), query) == names


@pytest.mark.parametrize(
    "query", ["state=happy", "kind=oracle", "domain=nowhere", "q=" + "x" * 201, "kind=%3Cscript%3E"]
)
def test_what_makes_no_sense_is_ignored_and_said(query, four, client_of, executive) -> None:
    answer = client_of(executive).get(f"/sources/?{query}")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert len(answer.context["listing"].rows) == 4
    assert "it was ignored." in page
    assert "<script>" not in page


@pytest.mark.parametrize("page", ["1000000000", "0", "-3", "x", "9" * 5_000])
def test_any_page_number_shows_a_page(page, four, client_of, executive) -> None:
    assert len(listed(client_of(executive), f"page={page}")) == 4


def test_the_tabs_count_what_is_narrowed_and_keep_the_rest_of_the_url(four, client_of, executive) -> None:
    answer = client_of(executive).get("/sources/?kind=csv&state=late&page=9")
    counts = [(tab.key, tab.count, tab.chosen) for tab in answer.context["listing"].tabs]
    assert counts == [("", 3, False), ("attention", 1, False), ("late", 1, True), ("ok", 1, False)]
    assert 'href="?kind=csv&amp;state=attention#sources"' in answer.content.decode()
    assert 'href="?kind=csv#sources"' in answer.content.decode()


def test_the_figures_above_do_not_depend_on_the_filter(four, client_of, executive) -> None:
    client = client_of(executive)
    assert client.get("/sources/?q=nothing").context["glance"].all == 4
    assert "1 of 4 needs attention." in client.get("/sources/?q=nothing").content.decode()


def test_a_swap_gets_the_list_alone(four, client_of, executive) -> None:
    page = client_of(executive).get("/sources/?q=late", headers={"HX-Request": "true"}).content.decode()
    assert "Late export" in page
    assert "<html" not in page


def test_domains_out_of_reach_are_not_offered(four, client_of, product_lead) -> None:
    page = client_of(product_lead).get("/sources/").content.decode()
    assert "Retail" in page
    assert "Sales" not in page
    assert "Market feed" not in page


def test_an_empty_list_says_why(client_of, executive) -> None:
    assert "No source belongs to a domain that you reach." in client_of(executive).get("/sources/").content.decode()


def test_a_narrowed_list_that_is_empty_offers_the_way_back(four, client_of, executive) -> None:
    assert "See all sources" in client_of(executive).get("/sources/?q=nothing").content.decode()


def test_in_another_language_numbers_and_dates_follow_and_drawings_do_not(client_of, executive, settings) -> None:
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    for _ in range(3):
        source = source_with(5)
    PullFactory(source=source, rows_seen=12_345, rows_kept=12_345, read_ms=1_500)
    client = client_of(executive)
    page = client.get(f"/sources/{source.key}/", headers={"Accept-Language": "de"}).content.decode()
    assert "12.345" in page
    assert 'width="100.00%"' in page
    glance = client.get("/sources/?state=late", headers={"Accept-Language": "de"}).content.decode()
    assert 'width="100.00%"' in glance
    assert f"{today() - 5 * DAY:%Y-%m-%d}" in glance
