import hashlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.sources.base import Limits, Point, SetAside
from metrics.sources.csv_reader import read_csv
from metrics.sources.errors import NeedsAttention, SourceError, TooBig
from tests.metrics.sources.examples import assert_accounted, config, only_reason, read, rows, values

MEAN = "key,day,n,mean,variance"
SUMS = {"n": "n", "sum": "sum", "squares": "squares"}


def refusal(text, kind=NeedsAttention, **options):
    with pytest.raises(SourceError) as caught:
        read(text, **options)
    assert type(caught.value) is kind
    assert str(caught.value).endswith(".")
    return str(caught.value)


def test_a_sound_row_becomes_a_point_with_its_line():
    batch = read(rows("a,2024-01-01,10,3", "", "b,2024-01-01,20,4"))
    assert batch.points[0] == Point("a", "treatment", date(2024, 1, 1), 10, 3.0, None, 2)
    assert batch.points[1].row == 4
    assert (batch.rows_seen, batch.rows_kept, batch.kinds) == (2, 2, {"a": "proportion", "b": "proportion"})


def test_the_digest_is_that_of_the_bytes():
    text = rows("a,2024-01-01,10,3")
    assert read(text).digest == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(("text", "word"), [("", "empty"), ("\n \n", "empty"), ("key,day,n,sum", "half-written")])
def test_a_file_without_an_end_or_a_beginning_is_refused(text, word):
    assert word in refusal(text)


def test_a_file_cut_in_its_last_line_is_refused():
    assert "half-written" in refusal(rows("a,2024-01-01,10,3")[:-1])


def test_a_file_of_another_encoding_is_refused_with_line_and_byte():
    assert "line 2, byte 4 " in refusal(rows("abc\xe9,2024-01-01,1,1").encode("latin-1"))


def test_a_byte_order_mark_does_not_shift_the_byte():
    assert "line 1, byte 7 " in refusal(b"\xef\xbb\xbfkey\xff\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
def test_configured_encodings_are_read(encoding):
    batch = read(rows("é,2024-01-01,10,3").encode(encoding), encoding=encoding)
    assert batch.points[0].key == "é"


def test_a_byte_order_mark_is_no_part_of_the_first_column():
    assert read(rows("a,2024-01-01,10,3").encode("utf-8-sig"), encoding="utf-8").rows_kept == 1


def test_one_endless_line_is_too_big():
    assert "Line 2 is longer than the limit of 1,000" in refusal(
        "key,day,n,sum\n" + "x" * 1_001, kind=TooBig, limits=Limits(max_line=1_000)
    )


def test_too_many_bytes_or_rows_are_too_big():
    text = rows("a,2024-01-01,1,1", "a,2024-01-02,1,1")
    assert "limit of 20 bytes" in refusal(text, kind=TooBig, limits=Limits(max_bytes=20))
    assert "limit of 1." in refusal(text, kind=TooBig, limits=Limits(max_rows=1))
    assert read(text, limits=Limits(max_rows=2, max_bytes=len(text))).rows_kept == 2


def test_a_quoted_text_over_many_lines_is_too_big():
    assert "line 2" in refusal('key,day,n,sum\n"' + "x\n" * 100_000 + '"\n', kind=TooBig)


def test_a_missing_column_is_named_with_the_columns_found():
    assert refusal("key,day,n,total\n") == "The file has no column 'sum'; it has 'key', 'day', 'n', 'total'."


def test_a_column_named_twice_is_refused():
    assert "'n' more than once" in refusal("key,day,n,sum,n\n")


def test_a_quote_that_never_closes_is_refused_with_its_line():
    assert "line 3" in refusal(rows("a,2024-01-01,10,3", '"b,2024-01-01,10,3', "c,2024-01-01,1,1"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_from_the_header(delimiter):
    text = rows("a,2024-01-01,10,3").replace(",", delimiter)
    assert read(text, delimiter="auto").rows_kept == 1
    assert read(text, delimiter=delimiter).rows_kept == 1


def test_a_decimal_comma_is_read_and_a_point_is_then_refused():
    options = {"kind": "level", "decimal": ",", "delimiter": ";"}
    batch = read("key;day;value\na;2024-01-01;1,5\na;2024-01-02;1.500\n", **options)
    assert values(batch) == [("2024-01-01", 0, 1.5)]
    assert only_reason(batch) == "'value' is not a number with a decimal comma: '1.500'."


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a,2024-01-01,,3", "'n' is missing."),
        ("a,2024-01-01,10,", "'sum' is missing."),
        ("a,2024-01-01,ten,3", "'n' is not a number: 'ten'."),
        ("a,2024-01-01,1_0,3", "'n' is not a number: '1_0'."),
        ("a,2024-01-01,nan,3", "'n' is not a finite number: 'nan'."),
        ("a,2024-01-01,10,inf", "'sum' is not a finite number: 'inf'."),
        ("a,2024-01-01,1e999,3", "'n' is not a finite number: '1e999'."),
        ("a,2024-01-01,-10,3", "'n' is negative: -10."),
        ("a,2024-01-01,10.5,3", "'n' is not a whole number: 10.5."),
        ("a,2024-01-01,1e300,3", "'n' is too large to be a count: 1e+300."),
        ("a,2024-01-01,10,-3", "The number of successes is negative: -3."),
        ("a,2024-01-01,10,2.5", "The number of successes is not a whole number: 2.5."),
        ("a,2024-01-01,10,11", "There are more successes (11) than trials (10)."),
        ("a,2024-01-01,0,2", "The sum is 2 though the count is 0."),
        ("a,2024-01-01,10", "The row has 3 fields where the header has 4."),
        ("a,2024-01-01,10,3,4", "The row has 5 fields where the header has 4."),
        (" ,2024-01-01,10,3", "'key' is blank, so the row belongs to no series."),
        ("a\0b,2024-01-01,10,3", "'key' contains a character that a key cannot have: 'a\\x00b'."),
        ("a,,10,3", "'day' is missing."),
        ("a,2024-02-30,10,3", "'day' is not a date like YYYY-MM-DD: '2024-02-30'."),
        ('"a"b,2024-01-01,10,3', "The quotes in this row do not pair."),
        ("a" * 201 + ",2024-01-01,10,3", "The key of the series is longer than 200 characters."),
    ],
)
def test_an_unsound_row_is_set_aside_with_its_reason_and_the_others_are_kept(row, reason):
    batch = read(rows("first,2024-01-01,10,3", row, "last,2024-01-01,10,3"))
    assert only_reason(batch) == reason
    assert (batch.set_aside[0].row, batch.set_aside[0].raw) == (3, row.replace("\0", "\u2400"))
    assert [point.key for point in batch.points] == ["first", "last"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a,2024-01-01,10,1.5,", "'variance' is missing."),
        ("a,2024-01-01,10,,2", "'mean' is missing."),
        ("a,2024-01-01,10,1.5,-2", "The variance is negative: -2."),
        ("a,2024-01-01,0,1.5,2", "The mean is 1.5 though the count is 0."),
        ("a,2024-01-01,10,1e200,2", "The numbers are too large."),
    ],
)
def test_an_unsound_mean_is_set_aside(row, reason):
    assert only_reason(read(rows(row, header=MEAN), "mean")) == reason


def test_mean_and_variance_become_sums():
    point = read(rows("a,2024-01-01,4,2.5,1.6666666666666667", header=MEAN), "mean").points[0]
    assert (point.n, point.total, point.squares) == (4, 10.0, pytest.approx(1 + 4 + 9 + 16))


def test_a_single_value_needs_no_variance():
    assert read(rows("a,2024-01-01,1,2.5,", header=MEAN), "mean").points[0].squares == 6.25


def test_squares_too_small_for_their_sum_are_set_aside():
    batch = read(rows("a,2024-01-01,4,10,30", "b,2024-01-01,4,10,20", header="key,day,n,sum,squares"), "mean", arm=SUMS)
    assert [point.squares for point in batch.points] == [30.0]
    assert only_reason(batch) == "The variance is negative: squares 20, sum 10, count 4."


def test_successes_from_a_mean_are_whole():
    batch = read(rows("a,2024-01-01,3,0.333333", header="key,day,n,mean"), arm={"n": "n", "mean": "mean"})
    assert values(batch) == [("2024-01-01", 3, 1.0)]


def test_a_proportion_needs_no_variance_and_no_number_may_be_missing_but_that_of_nobody():
    batch = read(rows("a,2024-01-01,0,", header="key,day,n,mean"), arm={"n": "n", "mean": "mean"})
    assert values(batch) == [("2024-01-01", 0, 0.0)]


def test_a_rate_may_count_more_events_than_exposure():
    assert values(read(rows("a,2024-01-01,10,25.5"), "rate")) == [("2024-01-01", 10, 25.5)]


@pytest.mark.parametrize(("row", "word"), [("a,2024-01-01,0,5", "count is 0"), ("a,2024-01-01,3,-5", "negative")])
def test_an_impossible_rate_is_set_aside(row, word):
    assert word in only_reason(read(rows(row), "rate"))


CONTROL = {"control": {"n": "n2", "sum": "sum2"}}


def test_both_arms_of_a_row_stand_or_fall_together():
    header = "key,day,n,sum,n2,sum2"
    batch = read(rows("a,2024-01-01,10,3,11,4", "b,2024-01-01,10,3,11,", header=header), **CONTROL)
    assert [(point.key, point.arm, point.n) for point in batch.points] == [("a", "treatment", 10), ("a", "control", 11)]
    assert only_reason(batch) == "'sum2' is missing."


def test_identical_rows_fold_and_a_second_value_is_set_aside_naming_the_first():
    batch = read(rows("a,2024-01-01,10,3", "a,2024-01-01,10,3", "a,2024-01-01,10,4"))
    assert (batch.rows_kept, batch.rows_folded, batch.rows_set_aside) == (1, 1, 1)
    assert only_reason(batch) == "Row 2 already gives another value for 2024-01-01."


def test_days_in_a_file_said_to_be_weekly_are_not_taken_for_the_week():
    batch = read(rows("a,2024-01-01,10,3", "a,2024-01-02,10,3"), grain="week")
    assert (batch.rows_kept, batch.rows_set_aside) == (1, 1)


@pytest.mark.parametrize(("grain", "start"), [("day", "2024-02-29"), ("week", "2024-02-26"), ("month", "2024-02-01")])
def test_a_period_is_named_by_its_first_day(grain, start):
    assert values(read(rows("a,2024-02-29,10,3"), grain=grain)) == [(start, 10, 3.0)]


def test_a_period_not_yet_over_is_open_and_not_judged():
    text = rows("a,2024-01-07,10,3", "a,2024-01-08,10,3", "a,2024-01-09,10,99")
    batch = read(text, closed_before=date(2024, 1, 8))
    assert (batch.rows_kept, batch.rows_open, batch.rows_set_aside) == (1, 2, 0)


def test_a_week_is_open_until_the_next_one_begins():
    text = rows("a,2024-01-01,10,3")
    assert read(text, grain="week", closed_before=date(2024, 1, 7)).rows_open == 1
    assert read(text, grain="week", closed_before=date(2024, 1, 8)).rows_kept == 1


def test_several_key_columns_join_and_a_slash_inside_one_is_set_aside():
    batch = read("x,y,day,n,sum\na,b,2024-01-01,9,1\na/b,c,2024-01-01,9,1\n", key=["x", "y"])
    assert [point.key for point in batch.points] == ["a/b"]
    assert "'a/b'" in only_reason(batch)


def series(suffix, metric, kind="proportion"):
    return {
        "key": suffix,
        "when": {"metric": metric},
        "kind": kind,
        "arms": {"treatment": {"n": "n", "sum": "sum"}},
    }


def test_rows_are_chosen_by_a_column_and_the_others_are_counted_as_unselected():
    text = "key,metric,day,n,sum\na,one,2024-01-01,9,1\na,two,2024-01-01,9,2\na,three,2024-01-01,9,3\n"
    batch = read(text, series=[series("first", "one"), series("second", "two", "rate")])
    assert batch.kinds == {"a/first": "proportion", "a/second": "rate"}
    assert (batch.rows_kept, batch.rows_unselected) == (2, 1)


def test_a_row_that_one_of_two_series_refuses_is_set_aside_once_and_still_serves_the_other():
    both = [
        {"key": "share", "kind": "proportion", "arms": {"treatment": {"n": "n", "sum": "sum"}}},
        {"key": "events", "kind": "rate", "arms": {"treatment": {"n": "n", "sum": "sum"}}},
    ]
    batch = read(rows("a,2024-01-01,10,30"), series=both)
    assert [point.key for point in batch.points] == ["a/events"]
    assert (batch.rows_seen, batch.rows_kept, batch.rows_set_aside) == (1, 0, 1)


def test_two_series_never_mix_under_one_key():
    chosen = [{**series("", name), "key": "same"} for name in ("one", "two")]
    text = "key,metric,day,n,sum\na,one,2024-01-01,9,1\na,two,2024-01-02,9,2\n"
    batch = read(text, series=chosen)
    assert only_reason(batch) == "Another series of the configuration already has this key."


def test_the_text_of_a_row_is_kept_over_its_lines_and_cut():
    long = "x" * 3_000
    batch = read(rows('"a\nb",2024-01-01,x,1', f"{long},2024-01-01,1,1", "c,2024-01-01,1,1"))
    assert batch.set_aside[0] == SetAside(2, "a\nb", "'n' is not a number: 'x'.", '"a\nb",2024-01-01,x,1')
    assert batch.set_aside[1].row == 4
    assert batch.set_aside[1].raw == long[:2_000]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_line_ending_is_read(ending):
    batch = read(rows("a,2024-01-01,10,3", "b,2024-01-01,10,99").replace("\n", ending))
    assert (batch.points[0].row, batch.set_aside[0].row) == (2, 3)


@pytest.mark.parametrize(("text", "day"), [("0", 1), ("0.99", 1), ("1.0", 2), ("1.5000000000000002", 2)])
def test_days_since_the_beginning_are_cut_off_in_plain_data(text, day):
    batch = read(rows(f"a,{text},10,3"), period={"column": "day", "days_since": "2024-01-01"})
    assert values(batch) == [(f"2024-01-0{day}", 10, 3.0)]


@pytest.mark.parametrize(("text", "word"), [("-1", "before the beginning"), ("1e9", "future"), ("nan", "finite")])
def test_impossible_days_since_the_beginning_are_set_aside(text, word):
    assert word in only_reason(read(rows(f"a,{text},10,3"), period={"column": "day", "days_since": "2024-01-01"}))


CELLS = st.sampled_from(
    [*("a", "b", "", "2024-01-01", "2024-01-02", "0.5", "1", "3", "10", "1e308", "-1e308"), *"-x,\n\"'"]
)
LINES = st.lists(st.lists(CELLS, min_size=3, max_size=7).map(",".join), max_size=12).map("\n".join)
HEADER = "key,day,n,sum,mean\n"


@given(
    data=st.binary(max_size=200)
    | st.text(max_size=200).map(str.encode)
    | LINES.map(lambda text: f"{HEADER}{text}\n".encode()),
    kind=st.sampled_from(["proportion", "rate", "mean", "level"]),
    cumulative=st.booleans(),
    days=st.booleans(),
    encoding=st.sampled_from(["utf-8-sig", "utf-16", "latin-1"]),
    delimiter=st.sampled_from([",", "auto"]),
    closed=st.none() | st.dates(),
)
def test_any_bytes_are_accounted_for_or_refused_in_words(data, kind, cumulative, days, encoding, delimiter, closed):
    arms = {"mean": {"n": "n", "mean": "mean", "variance": "sum"}, "level": {"value": "sum"}}
    options = {"arm": arms[kind]} if kind in arms else {}
    if days:
        options["period"] = {"column": "mean", "days_since": "2024-01-01"}
    setup = config(kind, cumulative=cumulative, encoding=encoding, delimiter=delimiter, **options)
    try:
        batch = read_csv(data, setup, closed_before=closed)
    except SourceError as error:
        assert str(error).endswith(".")
    else:
        assert_accounted(batch)
        assert len(batch.points) == len({(point.key, point.arm, point.period) for point in batch.points})
