"""Makes .venv from requirements.lock when it is missing or the lock has changed.

Run by make as a file, with the machine's own Python and nothing installed: only the standard library may be used here.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import signal
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent
VENV = CHECKOUT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = CHECKOUT / "requirements.lock"
LATCH = CHECKOUT / ".cache" / "environment.latch"
DONE = VENV / "installed"  # says which lock is installed; written last, so that half an environment is made again
PR_SET_PDEATHSIG = 1
PIP = (
    *("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-warn-script-location"),
    *("--require-hashes", "--no-deps", "-r", str(LOCK)),
)


class Failed(Exception):
    """Carries one sentence for the person at the terminal."""


def end_with_parent() -> None:
    """make and pip must not go on when the process above them was killed (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def wanted() -> str:
    return hashlib.sha256(LOCK.read_bytes()).hexdigest()


def installed() -> str:
    with contextlib.suppress(OSError):
        return DONE.read_text()
    return ""


def run(*words: str) -> None:
    """Runs a command of the environment; Failed with its last line when it does not succeed."""
    done = subprocess.run(words, capture_output=True, text=True, cwd=CHECKOUT, preexec_fn=end_with_parent)
    if done.returncode:
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip() and "[notice]" not in line]
        raise Failed("\n".join(said[-3:]))


def make_venv() -> None:
    try:
        run(sys.executable, "-m", "venv", "--clear", str(VENV))
    except Failed as error:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise Failed(
            f"Python {version} of this machine cannot make an environment; on Debian and Ubuntu, "
            f"`apt-get install python{version}-venv` adds what is missing.\n{error}"
        ) from None


def install() -> None:
    print("Installing the environment (.venv); the first time takes about a minute ...", flush=True)
    if not (installed() and PYTHON.exists()):
        make_venv()
    DONE.unlink(missing_ok=True)
    try:
        run(str(PYTHON), *PIP)
    except Failed as error:
        raise Failed(
            f"The packages of requirements.lock could not be installed; is there a network?\n{error}"
        ) from None
    DONE.write_text(wanted())


def main() -> int:
    end_with_parent()
    try:
        LATCH.parent.mkdir(exist_ok=True)
        with LATCH.open("w") as latch:
            fcntl.flock(latch, fcntl.LOCK_EX)  # two makes at once: the second waits and finds all done
            if installed() != wanted() or not PYTHON.exists():
                install()
    except (Failed, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
