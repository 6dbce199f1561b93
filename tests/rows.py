"""Rows of the database as PostgreSQL copies them: what takes long to make is made once and put back for each test.

Also what a test that commits leaves is taken away so: the database then holds again what the migrations made, whatever
ran before. Where the role of the tests may not rest triggers, everything is made anew, as Django does it.
"""

import copy
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import connection, transaction
from django.test import TransactionTestCase
from psycopg.errors import UniqueViolation

from lib import clock

NOT_OURS = {"django_migrations"}
Given = ParamSpec("Given")
Made = TypeVar("Made")
Rows = dict[str, list[bytes]]  # by table; a row is a line


def may_rest_triggers() -> bool:
    """Is this role one that may put rows where triggers would refuse them?"""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])


def tables() -> list[str]:
    with connection.cursor() as cursor:
        found = connection.introspection.get_table_list(cursor)
    return sorted(one.name for one in found if one.type == "t" and one.name not in NOT_OURS)


def taken(names: list[str]) -> Rows:
    """The rows of these tables, which are left out when they have none."""
    found = {}
    with connection.cursor() as cursor:
        for name in names:
            with cursor.copy(f"COPY {connection.ops.quote_name(name)} TO STDOUT") as copy:
                if rows := b"".join(copy).splitlines(keepends=True):
                    found[name] = rows
    return found


def put(rows: Rows) -> None:
    """Adds rows while triggers rest, those of append-only tables and of foreign keys."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for name, lines in rows.items():
            with cursor.copy(f"COPY {connection.ops.quote_name(name)} FROM STDIN") as copy:
                copy.write(b"".join(lines))
        cursor.execute("SET LOCAL session_replication_role = origin")


class Kept:
    """What `make` makes, and the rows that it adds to what is there; made once, and again on another day."""

    def __init__(self, make: Callable[[], Any], before: Callable[[], object] = lambda: None) -> None:
        """`before` makes what each test makes itself. Leaves nothing behind."""
        self.make, self.rows, self.day = make, None, clock.today()
        with transaction.atomic():
            before()
            known = {name: set(lines) for name, lines in taken(tables()).items()}
            self.made = make()
            if may_rest_triggers():
                self.rows = {name: [line for line in lines if line not in known.get(name, ())]
                             for name, lines in taken(tables()).items()}  # fmt: skip
            transaction.set_rollback(True)

    def again(self) -> Any:
        if self.rows is None or self.day != clock.today():
            return self.make()
        put({name: lines for name, lines in self.rows.items() if lines})
        return self.made


def kept(make: Callable[Given, Made]) -> Callable[Given, Made]:
    """What tests begin with, and what takes long to make: the first of a worker makes it, the others get it as rows.

    Only for what rests on nothing that a test has made before. Asked for twice in a test, it is made anew.
    """
    shelf: dict[Any, Kept] = {}

    @wraps(make)
    def again(*args: Given.args, **fields: Given.kwargs) -> Made:
        place = connection.settings_dict  # a test may begin on a server of its own, which has seen none of this
        key = (place["HOST"], place["PORT"], place["NAME"], args, *fields.items())
        if key not in shelf:
            shelf[key] = Kept(lambda: make(*args, **fields))
        try:
            return copy.deepcopy(shelf[key].again())
        except UniqueViolation:
            return make(*args, **fields)

    return again


class Migrated:
    """What the migrations made, to which the database returns after each test that commits."""

    def __init__(self) -> None:
        self.tables = tables()
        self.rows = taken(self.tables)

    def instead_of_flush(self) -> None:
        """A tenth of the work of making all files of the tables anew, and no content types and permissions again."""

        def restored(_case: TransactionTestCase) -> None:
            self.restore()

        TransactionTestCase._fixture_teardown = restored  # type: ignore[method-assign]

    def restore(self) -> None:
        left = taken(self.tables)
        changed = {name for name in self.rows | left if self.rows.get(name) != left.get(name)}
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            for name in changed & left.keys():
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(name)}")
            put({name: self.rows[name] for name in changed & self.rows.keys()})


def end_other_sessions() -> None:
    """Those of the threads that served browsers, for which dropping the database would wait."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
