"""What tests use to break a constraint or a trigger of the database."""

from collections.abc import Callable
from typing import Any

from django.db import connection

Attempt = Callable[[], object]


def twice(factory: Any, **fields: Any) -> Attempt:
    """Makes one, then another with the same fields; a callable makes its field once."""

    def attempt() -> None:
        made = {name: value() if callable(value) else value for name, value in fields.items()}
        factory(**made)
        factory(**made)

    return attempt


def one(factory: Any, **fields: Any) -> Attempt:
    return lambda: factory(**{name: value() if callable(value) else value for name, value in fields.items()})


def run(sql: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def without(trigger: str, table: str, attempt: Attempt) -> Attempt:
    """Past a trigger that would refuse first."""

    def blinded() -> None:
        run(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
        attempt()

    return blinded


def at_commit(attempt: Attempt) -> Attempt:
    """With everything that is asked only when a transaction ends."""

    def ended() -> None:
        attempt()
        run("SET CONSTRAINTS ALL IMMEDIATE")

    return ended


def lacking(constraint: str, table: str, attempt: Attempt) -> Attempt:
    """Past another constraint that would refuse first."""

    def blinded() -> None:
        run(f"ALTER TABLE {table} DROP CONSTRAINT {constraint} CASCADE")
        attempt()

    return blinded
