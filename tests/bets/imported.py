"""Files of projects in the world that every page is shown."""

from bets.models import Bet
from org.models import Person
from tests.factories import AT, EventFactory, ImportFactory, ImportRowFactory


def imports_of(by: Person, bet: Bet) -> dict[str, int]:
    """A file with a sound row and one with an error, and one that was taken over and worked on since."""
    meanings = ("name", "domain", "lead", "")
    columns = [{"header": f"‹{means}›", "means": means, "day_first": None} for means in meanings]
    wrong = {"column": "‹name›", "means": "name", "said": "It is not a name.", "of": "row"}
    cells = {"‹name›": "‹New claims system›", "‹domain›": bet.domain.key, "‹lead›": by.email}
    checked, done = (
        ImportFactory(uploaded_by=by, columns=columns, rows_seen=2, rows_bad=1, **state)
        for state in ({}, {"state": "done", "done_at": AT})
    )
    ImportRowFactory(file=checked, cells=cells)
    ImportRowFactory(file=checked, cells=cells, reasons=[wrong])
    ImportRowFactory(file=done, cells=cells, bet=bet)
    EventFactory(subject_type="bets.bet", subject_id=bet.pk)
    return {"import_checked": checked.pk, "import_done": done.pk}
