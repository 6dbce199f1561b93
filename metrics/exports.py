"""The rows that a source should mend, as a CSV file: why each was set aside, and the row in its own columns."""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO

from django.utils.translation import gettext

from lib.cells import harmless
from metrics.models import QuarantineQuerySet, Source
from metrics.sources.base import RAW_LENGTH

CHUNK = 2_000


def rows_to_mend(source: Source, rows: QuarantineQuerySet) -> Iterator[str]:
    """Lines of CSV: row, reason, key, first seen, then the columns of the source; last the text as it came, for rows
    that do not fit those columns. One query; holds CHUNK rows at a time."""
    about = [gettext("row"), gettext("reason"), gettext("series"), gettext("first seen")]
    yield "\ufeff" + _line([*about, *source.columns, gettext("as it came")])
    for row in rows.order_by("row", "pk").iterator(CHUNK):
        fields = _fields(row.raw, source)
        rest = [*fields, ""] if fields else [*[""] * len(source.columns), row.raw]
        yield _line([str(row.row), row.reason, row.key, row.first_seen_at.isoformat(timespec="seconds"), *rest])


def _line(cells: Sequence[str]) -> str:
    line = StringIO()
    csv.writer(line).writerow([harmless(cell) for cell in cells])
    return line.getvalue()


def _fields(raw: str, source: Source) -> list[str] | None:
    """The fields of a row; None when it does not fit the header, or may have been cut."""
    if not source.columns or len(raw) >= RAW_LENGTH:
        return None
    try:
        found = list(csv.reader(StringIO(raw, newline=""), delimiter=source.delimiter, strict=True))
    except csv.Error:
        return None
    return found[0] if len(found) == 1 and len(found[0]) == len(source.columns) else None


def file_name(source: Source) -> str:
    return f"{source.key}-rows-to-mend.csv"
