"""The decisions that were found, as CSV and as an Excel file."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from django.db.models import prefetch_related_objects
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from bets.models import Decision, Verdict
from lib import tables
from lib.money import plain
from lib.tables import Cell
from org.rules import Powers
from portfolio.decision_log import MOVED, Logged, logged_of

WIDTHS = [12, 10, 8, 36, 20, 10, 60, 44, 22, 24, 8, 18, 14, 24, 9, 44, 44, 12, 22, 12, 9, *[14] * 4, 9, 8]  # characters


def header() -> list[str]:
    return [
        _("Decided on"), _("Bet"), _("Number"), _("Name of the bet"), _("Domain"), _("Decision"), _("Why"),
        _("Would change it"), _("Decided by"), _("Forum"), _("Review"), _("The evidence said"), _("Recommended"),
        _("Recommendation"), _("Dissent"), _("Dissent in words"), _("What it has taught"), _("Look again on"),
        _("Looked at again by"), _("Looked at again on"), _("Reverses"),
        *(str(words).capitalize() for words in MOVED.values()), _("Currency"), _("Sample"),
    ]  # fmt: skip


def cells(row: Logged) -> list[Cell]:
    """One decision in the order of the header; money in major units, exact, and nothing for who does not see it."""
    one, review = row.decision, row.item.review if row.item else None
    bet, moved = one.bet, row.moved
    money = [None if moved is None else Decimal(plain(moved.get(kind, 0), bet.currency)) for kind in MOVED]
    dissent = "\n".join(f"{spoke.person}: {spoke.words}" for spoke in one.dissent.all())
    verdict = str(Verdict.Kind(one.verdict).label) if one.verdict else ""
    return [
        localdate(one.decided_at), bet.key, str(one.number), bet.name, str(bet.domain), one.get_kind_display(),
        one.rationale, one.would_change, str(one.decided_by), review.forum.name if review else "",
        str(review.number) if review else "", verdict, row.recommended_words, row.stands_words, str(row.dissenters),
        dissent, one.learned, one.look_again_on, str(one.second_reader or ""), one.rescore_on,
        str(one.reverses.number) if one.reverses else "", *money, bet.currency, _("yes") if bet.is_sample else _("no"),
    ]  # fmt: skip


def rows_for(decisions: Iterable[Decision], powers: Powers) -> list[Logged]:
    """All of them, with those who dissented. Five queries, however many."""
    listed = list(decisions)
    prefetch_related_objects(listed, "dissent__person")
    return logged_of(listed, powers)


def csv_lines(rows: Iterable[Logged]) -> Iterator[str]:
    """Lines of CSV, the header first."""
    return tables.csv_lines(header(), map(cells, rows))


def workbook(rows: Iterable[Logged], *, today: date) -> bytes:
    """The same as an Excel file."""
    return tables.workbook(_("Decisions"), header(), map(cells, rows), WIDTHS, today=today)
