"""Where an imported bet came from: the line of the file, for whoever completes the draft."""

from dataclasses import dataclass

from bets.models import Bet, Import, ImportRow


@dataclass(frozen=True)
class Origin:
    file: Import
    line: int
    cells: list[tuple[str, str]]  # header and what stood below it, in the order of the file


def origin_of(bet: Bet) -> Origin | None:
    """The line that a bet was imported from; None for one that was stated here. One query."""
    row = ImportRow.objects.filter(bet=bet).select_related("file").first()
    if row is None:
        return None
    headers = [column["header"] for column in row.file.columns]
    return Origin(row.file, row.number, [(header, row.cells[header]) for header in headers if header in row.cells])
