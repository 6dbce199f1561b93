"""Reading files of projects: whatever people call a table is read or refused with a sentence, never guessed at."""

import datetime as dt
import zipfile
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook

from bets.imports.columns import guessed, meaning_of
from bets.imports.files import read_table
from bets.imports.table import Table
from bets.imports.values import Unread, day_first, read_day, read_money, read_number
from lib.refusals import Refused

MOST = 1_000_000
HEADER = "Name,Domain,Owner\n"


def table(data: bytes | str, name: str = "projects.csv") -> Table:
    return read_table(name, data.encode() if isinstance(data, str) else data, most=MOST)


def workbook(fill: Callable[[Any], None], **sheets: Any) -> bytes:
    book = Workbook()
    fill(book.active)
    for title, state in sheets.items():
        book.create_sheet(title).sheet_state = state
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def simple(sheet: Any) -> None:
    for row in (("Name", "Start", "Budget", "Share"), ("Claims", dt.date(2026, 3, 1), 250000, 1234.567)):
        sheet.append(row)


@pytest.mark.parametrize(
    "data",
    [
        "Name,Domain,Owner\nÄrger,Retail,Paul\n",
        b"\xef\xbb\xbf" + "Name,Domain,Owner\nÄrger,Retail,Paul\n".encode(),
        "Name;Domain;Owner\r\nÄrger;Retail;Paul\r\n".encode("cp1252"),
        "Name\tDomain\tOwner\nÄrger\tRetail\tPaul\n".encode("utf-16"),
        "Name|Domain|Owner\rÄrger|Retail|Paul".encode("utf-16-le"),
        "Portfolio 2026\n\nName,Domain,Owner\n,,\nÄrger,Retail,Paul\n",
    ],
    ids=[
        "utf-8",
        "byte order mark",
        "cp1252 and semicolons",
        "utf-16 and tabs",
        "utf-16 without a mark",
        "title above",
    ],
)
def test_text_is_read_in_every_usual_encoding_and_with_every_usual_separator(data: bytes | str) -> None:
    found = table(data)
    assert found.headers == ["Name", "Domain", "Owner"]
    assert [row.cells for row in found.rows] == [{"Name": "Ärger", "Domain": "Retail", "Owner": "Paul"}]


def test_windows_text_is_read_and_says_so() -> None:
    assert "Windows-1252" in table(HEADER.encode() + b"\xc4rger,Retail,Paul\n").notes[0]


def test_a_row_keeps_its_line_also_behind_a_cell_of_several_lines() -> None:
    assert [row.number for row in table(f'{HEADER}"One\nand more",a,b\n\nTwo,a,b\n').rows] == [2, 5]


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "a.csv", "empty"),
        (b" \n ", "a.csv", "empty"),
        (HEADER.encode(), "a.csv", "no rows"),
        (b"x" * (MOST + 1), "a.csv", "more than the limit"),
        (b"Name\nx\n", "a.pdf", "cannot be imported"),
        (b"Name\nx\n", "csv", "cannot be imported"),
        (b"%PDF-1.7 and so on", "a.csv", "named like text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "a.csv", "Portable Network Graphics"),
        (b"PK\x03\x04" + bytes(99), "a.csv", "named like text"),
        (b"Name,Domain\nx,y\n", "a.xlsx", "it is text"),
        (b"PK\x03\x04" + b"xl/workbook" + bytes(99), "a.xlsx", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "a.xlsx", "old format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "password"),
        (HEADER.encode() + b"ok,a,b\n\x81\x8d,a,b\n", "a.csv", "Line 3 cannot be read"),
        (HEADER.encode() + b'"open,a,b\n', "a.csv", "never closed"),
        (HEADER.encode() + b'"a"b,a,b\n', "a.csv", "do not pair"),
        (HEADER.encode() + b"x" * 200_000 + b",a,b\n", "a.csv", "more than 131,072 characters"),
        (HEADER.encode() + b"x,a,b\n" * 10_001, "a.csv", "more than 10,000 rows"),
        (b"," * 70 + b"Name\n" + b"," * 70 + b"x\n", "a.csv", "more than 60 columns"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_with_a_sentence(data: bytes, name: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        table(data, name)


def test_a_nul_a_text_without_end_and_a_cell_too_many_are_told_with_their_columns() -> None:
    found = table(f"{HEADER}a\0b,x,y\n{'z' * 100_000},x,y\na,x,y,more\n")
    assert [row.faults[0][0] for row in found.rows] == ["Name", "Name", "Owner"]
    assert "NUL" in found.rows[0].faults[0][1]
    assert "100,000 characters" in found.rows[1].faults[0][1]
    assert len(found.rows[1].cells["Name"]) == 5_000
    assert "\0" not in found.rows[0].cells["Name"]


def test_columns_without_a_name_or_with_the_same_get_one_of_their_own() -> None:
    assert table("Name,,Name,Domain\nx,y,z,d\n").headers == ["Name", "Column 2", "Name (3)", "Domain"]


def test_a_workbook_gives_dates_and_numbers_that_cannot_be_misread() -> None:
    row = table(workbook(simple), "a.xlsx").rows[0]
    assert row.cells == {"Name": "Claims", "Start": "2026-03-01", "Budget": "250000", "Share": "1234.5670"}
    assert read_money(row.cells["Share"].removesuffix("70"))[0] == 123456


def test_of_a_workbook_the_first_visible_sheet_with_something_in_it_is_read() -> None:
    found = table(workbook(simple, hidden="hidden", more="visible"), "a.xlsx")
    assert found.rows[0].number == 2
    assert "The sheet “Sheet” was read" in found.notes[0]


def test_a_formula_without_a_value_is_told_and_merged_cells_and_empty_rows_do_no_harm() -> None:
    def fill(sheet: Any) -> None:
        sheet["A1"], sheet["B1"], sheet["A3"], sheet["B3"] = "Name", "Budget", "Claims", "=1+1"
        sheet["A4"] = '=HYPERLINK("http://example.org")'
        sheet.merge_cells("A5:B6")
        sheet["A5"] = "Merged"

    rows = table(workbook(fill), "a.xlsx").rows
    assert [(row.number, row.cells) for row in rows] == [(3, {"Name": "Claims"}), (4, {}), (5, {"Name": "Merged"})]
    assert [row.faults[0][0] for row in rows[:2]] == ["Budget", "Name"]
    assert "formula" in rows[0].faults[0][1]


def repacked(data: bytes, name: str, content: bytes, times: int = 1) -> bytes:
    """The workbook with one part replaced, or many parts added."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry.filename, old.read(entry))
        for number in range(times):
            new.writestr(name if times == 1 else f"{name}{number}", content)
    return out.getvalue()


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">
<c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>"""


@pytest.mark.parametrize(
    ("name", "content", "times", "words"),
    [
        ("xl/media/zeros.bin", bytes(5_000_000), 1, "would unfold"),
        ("xl/media/part", b"", 2_001, "would unfold"),
        ("xl/worksheets/sheet1.xml", LAUGHS, 1, "damaged"),
        ("xl/worksheets/sheet1.xml", b"<worksheet", 1, "damaged"),
        ("xl/workbook.xml", b"", 1, "damaged"),
    ],
    ids=["zip bomb", "thousands of parts", "XML bomb", "broken XML", "no workbook"],
)
def test_a_bomb_and_a_damaged_workbook_are_refused(name: str, content: bytes, times: int, words: str) -> None:
    with pytest.raises(Refused, match=words):
        table(repacked(workbook(simple), name, content, times), "a.xlsx")


def test_a_workbook_that_lies_about_its_size_is_refused() -> None:
    data = repacked(workbook(simple), "xl/media/zeros.bin", bytes(500_000))
    sizes = (500_000).to_bytes(4, "little")
    assert data.count(sizes) == 2
    with pytest.raises(Refused, match="damaged"):
        table(data.replace(sizes, (10).to_bytes(4, "little")), "a.xlsx")


@pytest.mark.parametrize(
    ("header", "meaning"),
    [
        ("Project Name", "name"), ("OWNER (e-mail)", "lead"), ("Start_date", "start"), ("Budget [EUR]", ""),
        ("Value-stream", "domain"), ("Team-weeks", "weeks"), ("Expected benefit", "result"), ("Sponsor", ""),
    ],
)  # fmt: skip
def test_a_column_is_known_by_its_header_and_by_common_other_words(header: str, meaning: str) -> None:
    assert meaning_of(header) == meaning


def test_of_two_columns_with_one_meaning_only_the_first_is_taken() -> None:
    assert guessed(["Project", "Title", "Owner"]) == ["name", "", "lead"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-01", (2026, 3, 1)), ("2026-03-01 00:00:00", (2026, 3, 1)), ("01.03.2026", (2026, 3, 1)),
        ("1/3/2026", None), ("31/3/2026", (2026, 3, 31)), ("3/31/2026", (2026, 3, 31)), ("3/3/2026", (2026, 3, 3)),
        ("1 March 2026", (2026, 3, 1)), ("Mar 1, 2026", (2026, 3, 1)), ("2026-02-30", None), ("soon", None),
        ("45000", None), ("0026-03-01", None), ("١.٣.٢٠٢٦", None), ("9999-12-31", None),
    ],
)  # fmt: skip
def test_a_date_is_read_only_where_it_can_mean_one_day(text: str, day: tuple[int, int, int] | None) -> None:
    if day is None:
        with pytest.raises(Unread):
            read_day(text)
    else:
        assert read_day(text) == dt.date(*day)


def test_a_column_tells_whether_the_day_comes_first() -> None:
    assert day_first(["1/3/2026", "25/3/2026"]) is True
    assert day_first(["1/3/2026", "3/25/2026"]) is False
    assert day_first(["25/3/2026", "3/25/2026"]) is None
    assert read_day("1/3/2026", True) == dt.date(2026, 3, 1)
    assert read_day("1/3/2026", False) == dt.date(2026, 1, 3)


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("250000", 25_000_000, ""), ("250,000.00", 25_000_000, ""), ("250.000,50", 25_000_050, ""),
        ("1 250 000", 125_000_000, ""), ("1'250'000.5", 125_000_050, ""), ("1.250.000", 125_000_000, ""),
        ("12,5", 1_250, ""), ("1,234", 123_400, ""), ("€ 250.000", 25_000_000, "EUR"),
        ("250000 chf", 25_000_000, "CHF"),
        ("-5", -500, ""), ("1.2345", None, ""), ("12,34,5", None, ""), ("abc", None, ""), ("NaN", None, ""),
        ("1e9", None, ""), ("=1+1", None, ""), ("１２", None, ""), ("9" * 15, None, ""), ("inf", None, ""),
        ("", None, ""),
    ],
)  # fmt: skip
def test_money_is_read_in_the_ways_people_write_it_and_never_rounded(
    text: str, amount: int | None, currency: str
) -> None:
    if amount is None:
        with pytest.raises(Unread):
            read_money(text)
    else:
        assert read_money(text) == (amount, currency)


def test_a_small_number_may_have_a_decimal_comma() -> None:
    assert read_number("12,125") == Decimal("12.125")
