"""The command `prove_evidence`: a table, and an end that a script can rely on."""

from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from metrics.evidence import mixtures


def proven(*names: str, **options: object) -> str:
    out = StringIO()
    call_command("prove_evidence", only=list(names), stdout=out, no_color=True, **{"runs": 20, **options})
    return out.getvalue()


def test_the_table_says_what_was_promised_measured_and_kept(capsys: pytest.CaptureFixture[str]) -> None:
    text = proven("campaigns", "ab", "drop-20")
    (line,) = [line for line in text.splitlines() if "campaigns" in line]
    assert "20,000 a day, days differ by 15 %" in line
    assert "at most 5 %" in line
    assert line.endswith("kept")
    assert "at least 50 %" in text
    assert "median day" in text
    assert text.endswith("Kept: all 3 promises.\n")
    assert capsys.readouterr().err == ""  # no bar of progress where nobody watches


def test_the_same_seed_gives_the_same_table() -> None:
    assert proven("few", seed=5) == proven("few", seed=5)
    assert proven("few", seed=5) != proven("few", seed=6)


def test_an_engine_without_its_period_leg_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mixtures, "one_sided_t", lambda t, kappa, nu: np.full(np.shape(t + kappa + nu), np.inf))
    with pytest.raises(CommandError, match="BROKEN, 2 of 3 promises: campaigns, ab-shocks") as ended:
        proven("campaigns", "steady", "ab-shocks")
    assert ended.value.returncode == 1


def test_an_engine_that_never_flags_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mixtures, "one_sided_t", lambda t, kappa, nu: np.full(np.shape(t + kappa + nu), -745.0))
    with pytest.raises(CommandError, match="BROKEN, 1 of 2 promises: drop-20"):
        proven("steady", "drop-20")


def test_the_quick_proof_takes_fewer_runs() -> None:
    assert "up to 40 runs" in proven("weeks", runs=None, quick=True)
    assert "up to 1,000 runs" in proven("weeks", runs=None)


def test_a_scenario_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(CommandError, match=r"There is no scenario nothing; there are steady, few, .*interval"):
        proven("nothing")


@pytest.mark.parametrize("options", [{"runs": 0}, {"runs": -3}, {"seed": -1}])
def test_impossible_numbers_are_refused(options: dict[str, int]) -> None:
    with pytest.raises(CommandError, match="at least one run"):
        proven("few", **options)
