from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.sources.csv_config import parse_config
from metrics.sources.errors import NeedsAttention, SourceError
from tests.metrics.sources.examples import config, raw_config

SERIES = raw_config()["series"][0]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def test_a_plain_configuration_gets_the_usual_defaults():
    parsed = config()
    assert (parsed.delimiter, parsed.encoding, parsed.decimal, parsed.cumulative) == (",", "utf-8-sig", ".", False)
    assert parsed.columns() == ["key", "day", "n", "sum"]


def test_days_since_a_date_are_understood():
    assert config(period={"column": "t", "days_since": "2020-01-01"}).period.days_since == date(2020, 1, 1)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"location": {}}, "location"),
        ({"location": {"file": "a.csv", "url": "https://a/"}}, "location"),
        ({"location": {"file": "../a.csv"}}, "location.file"),
        ({"location": {"file": "/etc/passwd"}}, "location.file"),
        ({"location": {"file": "a\x00b"}}, "location.file"),
        ({"location": {"file": "."}}, "location.file"),
        ({"location": {"url": "ftp://a/"}}, "location.url"),
        ({"location": "a.csv"}, "location"),
        ({"time_zone": "Nowhere/At all"}, "time_zone"),
        ({"time_zone": "../zone"}, "time_zone"),
        ({"delimiter": "::"}, "delimiter"),
        ({"delimiter": None}, "delimiter"),
        ({"encoding": "rot13"}, "encoding"),
        ({"encoding": "utf-7"}, "encoding"),
        ({"encoding": "nonsense"}, "encoding"),
        ({"decimal": "'"}, "decimal"),
        ({"period": {}}, "period"),
        ({"period": {"column": ""}}, "period.column"),
        ({"period": {"column": "d", "format": "%H:%M"}}, "period.format"),
        ({"period": {"column": "d", "format": "%Y%Y"}}, "period.format"),
        ({"period": {"column": "d", "format": "day"}}, "period.format"),
        ({"period": {"column": "d", "format": "%Y-%m"}}, "period.format"),
        ({"period": {"column": "d", "days_since": "soon"}}, "period.days_since"),
        ({"period": {"column": "d", "days_since": "2020-01-01", "format": "%Y"}}, "period"),
        ({"grain": "year"}, "grain"),
        ({"cumulative": "yes"}, "cumulative"),
        ({"key": []}, "key"),
        ({"key": "k"}, "key"),
        ({"key": ["k", "k"]}, "key"),
        ({"key": [3]}, "key[0]"),
        ({"series": []}, "series"),
        ({"series": [SERIES] * 201}, "series"),
        ({"series": [{**SERIES, "kind": "median"}]}, "series[0].kind"),
        ({"series": [{**SERIES, "arms": {}}]}, "series[0].arms"),
        ({"series": [{**SERIES, "kind": "mean"}]}, "series[0].arms.treatment"),
        ({"series": [{**SERIES, "when": {"a": 1}}]}, "series[0].when.a"),
        ({"series": [{**SERIES, "when": []}]}, "series[0].when"),
        ({"series": [{**SERIES, "arms": {"treatment": {"n": "a", "sum": ""}}}]}, "series[0].arms.treatment.sum"),
        ({"series": [SERIES, SERIES]}, "series[1]"),
        ({"series": [{**SERIES, "when": {"m": "1"}}, {**SERIES, "when": {"o": "1"}}]}, "series[1]"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(change, field):
    with pytest.raises(NeedsAttention) as caught:
        parse_config(raw_config(**change))
    assert f" {field} " in str(caught.value)
    assert str(caught.value).endswith(".")


def test_a_misspelt_field_is_named():
    with pytest.raises(NeedsAttention, match="'cumulativ'"):
        parse_config({**raw_config(), "cumulativ": True})


def test_a_missing_field_is_named():
    with pytest.raises(NeedsAttention, match="lacks the field 'grain'"):
        parse_config({name: value for name, value in raw_config().items() if name != "grain"})


@pytest.mark.parametrize("layout", ["%Y-%m-%dT%H:%M:%S%z", "%d.%m.%Y", "%Y%m%d", "%d %b %y", "%G-W%V-%u"])
def test_date_formats_that_tell_days_apart_are_accepted(layout):
    assert config(period={"column": "d", "format": layout}).period.format == layout


def test_a_source_may_declare_its_time_zone():
    assert (config().time_zone, config(time_zone="Europe/Berlin").time_zone) == (None, "Europe/Berlin")


def test_a_month_may_be_written_without_a_day():
    assert config(grain="month", period={"column": "d", "format": "%m/%Y"}).period.format == "%m/%Y"


def test_series_that_never_meet_may_share_a_key():
    series = [{**SERIES, "when": {"metric": name}} for name in ("1", "2")]
    assert len(config(series=series).series) == 2


@given(raw=JSON, at=st.sampled_from([*raw_config(), "other"]))
def test_no_configuration_raises_anything_but_a_source_error(raw, at):
    for whole in (raw, {**raw_config(), at: raw}, {**raw_config(), "series": [{**SERIES, "arms": raw}]}):
        try:
            parse_config(whole)
        except SourceError as error:
            assert str(error)


@given(layout=st.text(alphabet="%YmdHMSzZjUWGVuybBcxXpf-/. \x00é", max_size=10))
def test_no_date_format_raises_anything_but_a_source_error(layout):
    try:
        parse_config(raw_config(period={"column": "d", "format": layout}))
    except SourceError as error:
        assert "period" in str(error)
