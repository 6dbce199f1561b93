import pytest

from lib.cells import harmless


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "-", "+", "-e5"])
def test_what_a_spreadsheet_would_run_is_made_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-3", "+4.5", "-1,234.50", "-3,5", "-1e-9", "-1E5", "plain", "", "a=b", " =1", "'=1"])
def test_numbers_and_plain_text_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text


def test_what_is_no_text_becomes_text() -> None:
    assert harmless(-7) == "-7"
    assert harmless(None) == "None"
