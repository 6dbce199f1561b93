"""How .venv is made from requirements.lock; with locks that need no network."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "config/embedded").mkdir(parents=True)
    shutil.copy(CHECKOUT / "config/embedded/environment.py", tmp_path / "config/embedded")
    (tmp_path / "requirements.lock").write_text("# nothing to install\n")
    return tmp_path


def begin(checkout: Path) -> subprocess.Popen[str]:
    command = [sys.executable, checkout / "config/embedded/environment.py"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_half_an_environment_is_made_again_once_by_two_at_once_and_a_changed_lock_is_installed_or_the_reason_told(
    checkout,
):
    # One after another in one test, because making an environment takes longer than most files of tests.
    (checkout / ".venv").mkdir()
    (checkout / ".venv" / "half").touch()
    outcomes = [(*run.communicate(), run.returncode) for run in (begin(checkout), begin(checkout))]
    assert [code for _, _, code in outcomes] == [0, 0], outcomes
    assert sorted(out.count("Installing") for out, _, _ in outcomes) == [0, 1]
    assert (checkout / ".venv/bin/python").exists()
    assert not (checkout / ".venv" / "half").exists()
    assert begin(checkout).communicate() == ("", "")
    (checkout / ".venv" / "kept").touch()
    (checkout / "requirements.lock").write_text("# still nothing\n")
    assert "Installing" in begin(checkout).communicate()[0]
    assert (checkout / ".venv" / "kept").exists()
    _cannot_be_installed(checkout)


def _cannot_be_installed(checkout: Path) -> None:
    (checkout / "requirements.lock").write_text("./nowhere\n")
    run = begin(checkout)
    assert run.communicate()[1].startswith("The packages of requirements.lock could not be installed")
    assert run.returncode == 1
    assert not (checkout / ".venv/installed").exists()
