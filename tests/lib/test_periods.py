from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lib.periods import end_of, months_before, quarter_of, quarter_start

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


def test_a_month_ends_where_the_next_begins() -> None:
    assert end_of(date(2026, 12, 1), "month") == date(2027, 1, 1)
    assert end_of(date(2028, 2, 1), "month") == date(2028, 3, 1)


def test_days_and_weeks_have_their_length() -> None:
    assert end_of(date(2026, 2, 28), "day") == date(2026, 3, 1)
    assert end_of(date(2026, 2, 26), "week") == date(2026, 3, 5)


@given(DAYS)
def test_a_quarter_holds_the_days_since_its_start_and_none_before(day: date) -> None:
    start = quarter_start(day)
    assert quarter_of(start) == quarter_of(day)
    assert start <= day
    assert quarter_of(start - timedelta(days=1)) != quarter_of(day)


def test_months_before_a_day_begin_on_their_first() -> None:
    assert months_before(date(2026, 3, 31), 0) == date(2026, 3, 1)
    assert months_before(date(2026, 3, 31), 3) == date(2025, 12, 1)
    assert months_before(date(2026, 1, 1), 25) == date(2023, 12, 1)


@given(DAYS, st.integers(0, 600))
def test_as_many_months_as_asked_for_lie_between(day: date, months: int) -> None:
    start = months_before(day, months)
    for _ in range(months):
        start = end_of(start, "month")
    assert start == day.replace(day=1)
