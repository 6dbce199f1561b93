"""The migrations run once for a run of the tests, and not once for each worker, which copies what they made.

`python -m tests.databases` makes that template ahead of time, while the workers still collect their tests.
"""

import os
import secrets

import django
import psycopg
from psycopg import sql

NAME = "TEST_TEMPLATE"  # in the environment, so that all workers of a run know the same
LOCK = 5_310_071  # held by whoever makes or looks for it


def name_template() -> None:
    os.environ[NAME] = f"test_template_{secrets.token_hex(4)}"


def template() -> str:
    """Name of the template, which is there when this returns: whoever comes first makes it, the others wait."""
    name = os.environ[NAME]
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        if not server.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchall():
            made = _migrated(f"{name}_half")
            server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*map(sql.Identifier, (made, name))))
    return name


def _migrated(name: str) -> str:
    """A new database of that name with all migrations, to which nobody is connected."""
    from django.db import connection

    kept = connection.settings_dict["NAME"], connection.settings_dict["TEST"]
    connection.settings_dict["TEST"] = {**kept[1], "NAME": name}
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.close()
    connection.settings_dict["NAME"], connection.settings_dict["TEST"] = kept
    return name


def drop_template() -> None:
    """On a server that lives on; that of the tests goes as a whole."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(os.environ[NAME])))


if __name__ == "__main__":
    django.setup()
    template()
