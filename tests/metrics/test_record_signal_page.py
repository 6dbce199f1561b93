"""Typing in one observation: who may, which fields a kind asks for, the same checks as for files, and corrections."""

import datetime as dt

import pytest

from lib.clock import today
from metrics.forms import next_period
from metrics.models import Series, Signal, SignalRevision
from tests.factories import MetricFactory, SeriesFactory, SignalFactory, SourceFactory

pytestmark = pytest.mark.django_db


def series_of(domain, *, kind: str = "proportion", source_kind: str = "typed", **fields) -> Series:
    metric = MetricFactory(name="Conversion", kind=kind)
    return SeriesFactory(metric=metric, source=SourceFactory(domain=domain, kind=source_kind), **fields)


def address(series: Series) -> str:
    return f"/series/{series.pk}/signals/new/"


def yesterday() -> dt.date:
    return today() - dt.timedelta(days=1)


def typed(**fields) -> dict[str, str]:
    return {"period": str(yesterday()), "n": "100", "total": "40", **fields}


def test_someone_who_has_not_signed_in_is_sent_to_the_login(client, retail) -> None:
    series = series_of(retail)
    assert client.get(address(series)).status_code == 302
    assert client.post(address(series), typed()).status_code == 302
    assert not Signal.objects.exists()


@pytest.mark.parametrize("who", ["outsider", "viewer"])
def test_a_series_out_of_reach_does_not_exist(who, request, client_of, retail) -> None:
    client, series = client_of(request.getfixturevalue(who)), series_of(retail)
    assert client.get(address(series)).status_code == 404
    assert client.post(address(series), typed()).status_code == 404
    assert not Signal.objects.exists()


def test_who_may_only_look_gets_a_sentence(client_of, executive, retail) -> None:
    series = series_of(retail)
    for answer in (client_of(executive).get(address(series)), client_of(executive).post(address(series), typed())):
        assert answer.status_code == 409
        assert "You may not type in signals here" in answer.content.decode()
    assert not Signal.objects.exists()


def test_a_series_that_is_pulled_cannot_be_typed_over(client_of, product_lead, retail) -> None:
    series = series_of(retail, source_kind="csv")
    assert client_of(product_lead).post(address(series), typed()).status_code == 404
    assert not Signal.objects.exists()


@pytest.mark.parametrize("who", ["product_lead", "product_operations"])
def test_a_signal_is_recorded_and_said_back(who, request, client_of, retail) -> None:
    series = series_of(retail)
    answer = client_of(request.getfixturevalue(who)).post(address(series), typed(), follow=True)
    signal = Signal.objects.get()
    assert (signal.series_id, signal.arm, signal.period) == (series.pk, "treatment", yesterday())
    assert (signal.n, signal.total) == (100, 40.0)
    assert f"Recorded: 40 of 100 for {yesterday():%-d %b %Y}. The next night reads it." in answer.content.decode()


def test_a_correction_says_so_and_keeps_the_former_value(client_of, product_lead, retail) -> None:
    series = series_of(retail)
    SignalFactory(series=series, period=yesterday(), n=100, total=35.0)
    page = client_of(product_lead).post(address(series), typed(), follow=True).content.decode()
    assert f"Corrected: 40 of 100 for {yesterday():%-d %b %Y}. Before it was 35 of 100;" in page
    assert Signal.objects.get().total == 40.0
    revision = SignalRevision.objects.get()
    assert (revision.total, revision.replaced_by) == (35.0, product_lead)


def test_the_same_value_again_changes_nothing_and_says_so(client_of, product_lead, retail) -> None:
    series = series_of(retail)
    SignalFactory(series=series, period=yesterday(), n=100, total=40.0)
    page = client_of(product_lead).post(address(series), typed(), follow=True).content.decode()
    assert "nothing has changed" in page
    assert not SignalRevision.objects.exists()


def test_what_a_rule_refuses_stays_typed_in(client_of, product_lead, retail) -> None:
    answer = client_of(product_lead).post(address(series_of(retail)), typed(total="101"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "There are more successes (101) than trials (100)." in page
    assert 'value="101"' in page
    assert 'value="100"' in page
    assert not Signal.objects.exists()


def test_a_period_that_has_not_ended_is_refused(client_of, product_lead, retail) -> None:
    answer = client_of(product_lead).post(address(series_of(retail)), typed(period=str(today())))
    assert answer.status_code == 409
    assert "has not ended yet" in answer.content.decode()


@pytest.mark.parametrize(
    ("fields", "words", "field"),
    [
        ({"period": ""}, "Enter day.", "id_period"),
        ({"period": "soon"}, "Enter a valid date.", "id_period"),
        ({"n": ""}, "Enter trials.", "id_n"),
        ({"period": "9999-12-31"}, "Enter a date between 1900 and 2199.", "id_period"),
        ({"period": "0001-01-01"}, "Enter a date between 1900 and 2199.", "id_period"),
        ({"n": "many"}, "Enter a whole number, like 1,234.", "id_n"),
        ({"n": "1.5"}, "Enter a whole number, like 1,234.", "id_n"),
        ({"n": "  "}, "Enter trials.", "id_n"),
        ({"total": "x"}, "Enter a number, like 1,234.5.", "id_total"),
        ({"total": "nan"}, "Enter a number, like 1,234.5.", "id_total"),
        ({"total": "4,0"}, "Enter a number, like 1,234.5.", "id_total"),
        ({"total": "1" * 101}, "Enter a number, like 1,234.5.", "id_total"),
        ({"n": "99999999999999999999"}, "less than or equal to 9,007,199,254,740,992", "id_n"),
    ],
)
def test_a_form_error_is_in_the_summary_and_beside_its_field(
    fields, words, field, client_of, product_lead, retail
) -> None:
    answer = client_of(product_lead).post(address(series_of(retail)), typed(**fields))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'role="alert" tabindex="-1" data-focus' in page
    assert f'<a href="#{field}">' in page
    assert page.count(words) == 2
    assert 'aria-invalid="true"' in page
    assert not Signal.objects.exists()


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("proportion", ["period", "n", "total"]),
        ("mean", ["period", "n", "total", "squares"]),
        ("rate", ["period", "n", "total"]),
        ("level", ["period", "total"]),
    ],
)
def test_each_kind_asks_for_what_it_needs(kind, asked, client_of, product_lead, retail) -> None:
    form = client_of(product_lead).get(address(series_of(retail, kind=kind))).context["form"]
    assert list(form.fields) == asked


def test_a_mean_is_recorded_with_its_squares(client_of, product_lead, retail) -> None:
    client_of(product_lead).post(address(series_of(retail, kind="mean")), typed(n="2", total="6", squares="20"))
    assert Signal.objects.get().squares == 20.0


def test_a_level_is_recorded_without_exposures(client_of, product_lead, retail) -> None:
    client_of(product_lead).post(
        address(series_of(retail, kind="level")), {"period": str(yesterday()), "total": "-3.5"}
    )
    signal = Signal.objects.get()
    assert (signal.n, signal.total, signal.squares) == (0, -3.5, None)


def test_the_arm_is_asked_for_only_where_there_is_a_control(client_of, product_lead, retail) -> None:
    series = series_of(retail, has_control=True)
    client_of(product_lead).post(address(series), typed(arm="control"))
    assert Signal.objects.get().arm == "control"
    answer = client_of(product_lead).post(address(series_of(retail)), typed(arm="control"))
    assert answer.status_code == 302
    assert set(Signal.objects.values_list("arm", flat=True)) == {"control", "treatment"}


@pytest.mark.parametrize(("grain", "start"), [("week", dt.date(2026, 1, 5)), ("month", dt.date(2026, 1, 1))])
def test_any_day_of_a_period_means_the_period(grain, start, client_of, product_lead, retail) -> None:
    series = series_of(retail, grain=grain)
    client_of(product_lead).post(address(series), typed(period="2026-01-08"))
    assert Signal.objects.get().period == start


def test_the_page_shows_what_is_recorded_so_far(client_of, product_lead, retail) -> None:
    series = series_of(retail)
    SignalFactory(series=series, period=dt.date(2026, 1, 5), n=1_234, total=56.0)
    page = client_of(product_lead).get(address(series)).content.decode()
    assert "5 Jan 2026" in page
    assert "1,234" in page


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_the_way_back_never_leads_elsewhere(back, client_of, product_lead, retail) -> None:
    page = client_of(product_lead).get(address(series_of(retail)), {"next": back}).content.decode()
    assert "evil" not in page
    assert "alert(1)" not in page


def test_the_way_back_survives_recording(client_of, product_lead, retail) -> None:
    series = series_of(retail)
    answer = client_of(product_lead).post(address(series), typed(next="/bets/B-1/"))
    assert answer["Location"] == f"{address(series)}?next=%2Fbets%2FB-1%2F"


GERMAN = {"Accept-Language": "de"}


@pytest.fixture
def german(settings) -> None:
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]


@pytest.mark.parametrize(
    ("typed_n", "typed_total", "n", "total"),
    [
        ("1.234", "1.000,5", 1234, 1000.5),
        ("1234", "40,25", 1234, 40.25),
        ("1 234", "1.5", 1234, 1.5),
        ("12.345.678", "1.234", 12_345_678, 1234.0),
    ],
)
def test_numbers_are_read_as_the_language_writes_them(
    typed_n, typed_total, n, total, client_of, product_lead, retail, german
) -> None:
    series = series_of(retail, kind="rate")
    answer = client_of(product_lead).post(address(series), typed(n=typed_n, total=typed_total), headers=GERMAN)
    assert answer.status_code == 302
    assert Signal.objects.values_list("n", "total").get() == (n, total)


@pytest.mark.parametrize("total", ["1,2,3", "1,23", "12,34.5", "1 2 x", "--1", "1e9999", "٣", "0x10", "1_000"])
def test_in_english_a_comma_groups_thousands_and_nothing_else(total, client_of, product_lead, retail) -> None:
    answer = client_of(product_lead).post(address(series_of(retail, kind="rate")), typed(total=total))
    assert answer.status_code == 422
    assert not Signal.objects.exists()


def test_a_number_beyond_all_numbers_is_refused_in_words(client_of, product_lead, retail) -> None:
    answer = client_of(product_lead).post(address(series_of(retail, kind="rate")), typed(total="1e999"))
    assert answer.status_code == 409
    assert "not infinity" in answer.content.decode()


def test_grouped_numbers_are_understood_and_said_back(client_of, product_lead, retail) -> None:
    series = series_of(retail)
    page = client_of(product_lead).post(address(series), typed(n="12,345", total="1,234"), follow=True)
    assert "Recorded: 1,234 of 12,345 for" in page.content.decode()
    assert Signal.objects.get().n == 12_345


def test_the_date_field_keeps_the_form_that_browsers_want_in_every_language(
    client_of, product_lead, retail, german
) -> None:
    series = series_of(retail)
    page = client_of(product_lead).get(address(series), headers=GERMAN).content.decode()
    assert f'value="{yesterday()}"' in page
    answer = client_of(product_lead).post(address(series), typed(n="x"), headers=GERMAN)
    assert f'value="{yesterday()}"' in answer.content.decode()


@pytest.mark.parametrize(
    ("grain", "last", "suggested"),
    [
        ("day", None, dt.date(2026, 3, 10)),
        ("day", dt.date(2026, 3, 4), dt.date(2026, 3, 5)),
        ("day", dt.date(2026, 3, 10), None),
        ("week", dt.date(2026, 2, 16), dt.date(2026, 2, 23)),
        ("week", dt.date(2026, 3, 2), None),
        ("month", dt.date(2025, 12, 1), dt.date(2026, 1, 1)),
    ],
)
def test_the_first_period_without_a_signal_is_suggested(grain, last, suggested) -> None:
    assert next_period(Series(grain=grain), last, dt.date(2026, 3, 11)) == suggested


def preview(client, series: Series, **fields) -> str:
    answer = client.get(f"/series/{series.pk}/signals/preview/", typed(**fields))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_preview_says_how_it_will_be_read_and_writes_nothing(client_of, product_lead, retail) -> None:
    page = preview(client_of(product_lead), series_of(retail), n="1,200")
    assert f"Will be read as 40 of 1,200 for {yesterday():%-d %b %Y}: <b>3.333 %</b>." in page
    assert "replaces" not in page
    assert not Signal.objects.exists()


def test_a_preview_says_what_it_replaces(client_of, product_lead, retail) -> None:
    series = series_of(retail)
    SignalFactory(series=series, period=yesterday(), n=100, total=35.0)
    assert "It replaces 35 of 100 (35 %)" in preview(client_of(product_lead), series)
    assert "changes nothing" in preview(client_of(product_lead), series, total="35")


@pytest.mark.parametrize("kind", ["mean", "level", "rate"])
def test_a_preview_knows_every_kind(kind, client_of, product_lead, retail) -> None:
    page = preview(client_of(product_lead), series_of(retail, kind=kind), squares="900")
    assert {"mean": "<b>0.4</b>", "rate": "<b>0.4</b>", "level": "<b>40</b>"}[kind] in page


@pytest.mark.parametrize("fields", [{"n": ""}, {"n": "<b>"}, {"n": "0", "total": "0"}, {"total": "1e999"}])
def test_a_preview_of_what_is_not_complete_is_harmless(fields, client_of, product_lead, retail) -> None:
    assert "<b>&lt;" not in preview(client_of(product_lead), series_of(retail), **fields)


def test_a_preview_is_for_those_who_may_type(client, client_of, executive, outsider, retail) -> None:
    path = f"/series/{series_of(retail).pk}/signals/preview/"
    assert client.get(path).status_code == 302
    assert client_of(outsider).get(path).status_code == 404
    assert client_of(executive).get(path).status_code == 409
