"""Rows to mend: grouped by reason, and as a CSV file with the columns of the source; hostile cells run nothing."""

import csv
import datetime as dt
from io import StringIO
from pathlib import Path

import pytest

from metrics.actions import record_pull
from metrics.models import QuarantinedRow, Source
from metrics.source_page import reasons_of, rows_of
from metrics.sources.csv_source import CsvSource, parse_config
from org.models import Domain
from tests.factories import AT, QuarantinedRowFactory, SourceFactory
from tests.metrics.sources.examples import BY_BET

pytestmark = pytest.mark.django_db
ADDRESS = "/sources/exports/quarantine.csv"
ABOUT = ["row", "reason", "series", "first seen"]


@pytest.fixture
def source(retail: Domain) -> Source:
    columns = ["day", "bet", "trials", "successes"]
    return SourceFactory(key="exports", kind="csv", domain=retail, columns=columns, config=BY_BET)


def table(client, address: str = ADDRESS) -> list[list[str]]:
    answer = client.get(address)
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(StringIO(text, newline="")))


def test_someone_who_has_not_signed_in_is_sent_to_the_login(client, source) -> None:
    assert client.get(ADDRESS).status_code == 302


@pytest.mark.parametrize("who", ["outsider", "viewer"])
def test_rows_out_of_reach_do_not_exist(who, request, client_of, source) -> None:
    assert client_of(request.getfixturevalue(who)).get(ADDRESS).status_code == 404


def test_rows_come_in_order_with_the_columns_of_the_source(client_of, executive, source) -> None:
    QuarantinedRowFactory(source=source, row=9, key="b", reason="No.", raw="2026-01-09,b,1,2")
    QuarantinedRowFactory(source=source, row=3, key="a", reason="Wrong, too.", raw='2026-01-03,"a, b",3,9')
    QuarantinedRowFactory(source=source, row=4, resolved_at=AT)
    QuarantinedRowFactory(row=5)
    since = "2026-03-02T09:00:00+00:00"
    assert table(client_of(executive)) == [
        [*ABOUT, "day", "bet", "trials", "successes", "as it came"],
        ["3", "Wrong, too.", "a", since, "2026-01-03", "a, b", "3", "9", ""],
        ["9", "No.", "b", since, "2026-01-09", "b", "1", "2", ""],
    ]


@pytest.mark.parametrize("raw", ["1,2,3", 'a,"b', "", "a,b,c," + "x" * 1_994, "1,2,3,4\n5,6,7,8"])
def test_a_row_that_does_not_fit_the_columns_is_given_as_it_came(raw, client_of, executive, source) -> None:
    QuarantinedRowFactory(source=source, raw=raw)
    _, row = table(client_of(executive))
    assert row[4:] == ["", "", "", "", raw]


def test_without_a_known_header_rows_are_given_as_they_came(client_of, executive, source) -> None:
    Source.objects.update(columns=[])
    QuarantinedRowFactory(source=source, raw="2026-01-09,b,1,2")
    assert [row[4:] for row in table(client_of(executive))] == [["as it came"], ["2026-01-09,b,1,2"]]


def test_cells_that_look_like_formulas_are_made_harmless(client_of, executive, source) -> None:
    Source.objects.update(columns=["=cmd", "b", "c", "d"])
    raw = '=1+1,+2;-3,-4.5,"@SUM(1)"'
    QuarantinedRowFactory(source=source, key="=key", reason="-because", raw=raw)
    head, row = table(client_of(executive))
    assert head[4] == "'=cmd"
    assert row[1:3] == ["'-because", "'=key"]
    assert row[4:8] == ["'=1+1", "'+2;-3", "-4.5", "'@SUM(1)"]


def test_another_delimiter_is_understood(client_of, executive, source) -> None:
    Source.objects.update(delimiter=";")
    QuarantinedRowFactory(source=source, raw="2026-01-09;b;1,5;2")
    assert table(client_of(executive))[1][4:] == ["2026-01-09", "b", "1,5", "2", ""]


def test_the_file_has_a_name_and_opens_as_utf8(client_of, executive, source) -> None:
    QuarantinedRowFactory(source=source, reason="Größe 🙂 \u202e")
    answer = client_of(executive).get(ADDRESS)
    assert answer["Content-Disposition"] == 'attachment; filename="exports-rows-to-mend.csv"'
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert b"".join(answer.streaming_content).startswith(b"\xef\xbb\xbfrow,reason")


def test_ten_thousand_rows_take_as_many_queries_as_one(client_of, executive, source, django_assert_num_queries) -> None:
    rows = (QuarantinedRowFactory.build(source=source, row=number) for number in range(10_000))
    QuarantinedRow.objects.bulk_create(rows)
    client = client_of(executive)
    with django_assert_num_queries(5):
        assert len(table(client)) == 10_001


REASONS = [
    "There are more successes (642) than trials (531).",
    "There are more successes (1,200.5) than trials (9).",
    "'trials' is not a number: 'n/a'.",
    "'trials' is not a number: '12: x'.",
    "'q1' is missing.",
    "'q2' is missing.",
    "Row 3593 already gives another value for 2026-10-17.",
    "Row 12 already gives another value for 2026-10-18.",
]


def test_rows_are_grouped_by_what_their_reasons_share(source) -> None:
    for reason in REASONS:
        QuarantinedRowFactory(source=source, reason=reason)
    QuarantinedRowFactory(source=source, reason=REASONS[0], resolved_at=AT)
    QuarantinedRowFactory(reason=REASONS[0])
    found = reasons_of(source)
    assert {one["pattern"]: one["rows"] for one in found} == {
        "Row … already gives another value for …": 2,
        "There are more successes (…) than trials (…).": 2,
        "'trials' is not a number: …": 2,
        "'q1' is missing.": 1,
        "'q2' is missing.": 1,
    }
    assert [one["rows"] for one in found] == [2, 2, 2, 1, 1]


def test_a_reason_narrows_the_page_and_the_file(client_of, executive, source) -> None:
    QuarantinedRowFactory(source=source, row=1, reason=REASONS[0], raw="one;")
    QuarantinedRowFactory(source=source, row=2, reason=REASONS[1], raw="two;")
    QuarantinedRowFactory(source=source, row=3, reason=REASONS[2], raw="three;")
    client, asked = client_of(executive), {"reason": "There are more successes (…) than trials (…)."}
    page = client.get("/sources/exports/", asked).content.decode()
    assert "one;" in page
    assert "two;" in page
    assert "three;" not in page
    assert "quarantine.csv?reason=There+are+more" in page
    assert [row.row for row in rows_of(source, asked["reason"])] == [1, 2]
    answer = client.get(ADDRESS, asked)
    assert b"".join(answer.streaming_content).count(b"\r\n") == 3


@pytest.mark.parametrize("reason", ["gone", "%27%3B--", "<script>alert(1)</script>", "x" * 5_000])
def test_a_reason_that_no_row_has_says_so(reason, client_of, executive, source) -> None:
    QuarantinedRowFactory(source=source)
    answer = client_of(executive).get("/sources/exports/", {"reason": reason})
    assert answer.status_code == 200
    assert "No row is set aside for this reason any more." in answer.content.decode()
    assert "<script>alert" not in answer.content.decode()
    assert len(table(client_of(executive), f"{ADDRESS}?reason=gone")) == 1


HOSTILE = ["<img src=x onerror=alert(1)>", "\u202etfel", "🙂" * 50, "x" * 300, "=1+1"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_text(text, client_of, executive, source) -> None:
    QuarantinedRowFactory(source=source, key=text[:200], reason=text[:300], raw=text * 5)
    Source.objects.update(name=text[:120])
    for address in ("/sources/", "/sources/exports/"):
        page = client_of(executive).get(address)
        assert page.status_code == 200
        assert "<img src=x" not in page.content.decode()


def test_a_row_of_ten_thousand_characters_is_kept_cut_and_shown_shorter(client_of, executive, source, tmp_path) -> None:
    long = "2026-01-06,claims,100," + "9" * 10_000
    (tmp_path / "signals.csv").write_text(f"day,bet,trials,successes\n{long}\n")
    batch = CsvSource(parse_config(BY_BET), folder=tmp_path).pull()
    record_pull(source, batch, at=AT)
    assert len(QuarantinedRow.objects.get().raw) == 2_000
    page = client_of(executive).get("/sources/exports/").content.decode()
    assert "9" * 300 in page
    assert "9" * 500 not in page
    assert table(client_of(executive))[1][-1].startswith("2026-01-06,claims,100,999")


def test_a_good_pull_remembers_the_header_and_a_failed_one_keeps_it(retail: Domain, tmp_path: Path) -> None:
    source = SourceFactory(kind="csv", domain=retail)
    (tmp_path / "signals.csv").write_text("day;bet; trials ;successes;note\n2026-01-06;claims;1;0;x\n")
    mapping = parse_config({**BY_BET, "delimiter": "auto"})
    record_pull(source, CsvSource(mapping, folder=tmp_path).pull(), at=AT + dt.timedelta(days=1))
    source.refresh_from_db()
    assert (source.columns, source.delimiter) == (["day", "bet", "trials", "successes", "note"], ";")
