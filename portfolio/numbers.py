"""The numbers of one outcome as CSV: every period, unrounded, for whoever wants to compute with them."""

import csv
from io import StringIO

from django.utils.text import slugify
from django.utils.translation import gettext as _

from bets.models import Outcome
from lib.cells import harmless
from portfolio.moments import Way


def numbers_csv(way: Way) -> str:
    """A line for each period: its first day, what it says by itself, and what is known after it. Numbers have all their
    digits and a decimal point, shares and relative differences are shares of 1, and an empty cell is not known."""
    lines = StringIO()
    writer = csv.writer(lines)
    writer.writerow(
        [_("period"), _("value"), _("exposures"), _("estimate so far"), _("lower"), _("upper"), _("exposures so far")]
    )
    for moment in way.moments:
        numbers = [
            moment.value, moment.exposed, moment.estimate, moment.lower, moment.upper, moment.exposures,
        ]  # fmt: skip
        writer.writerow([moment.day.isoformat(), *(cell(number) for number in numbers)])
    return lines.getvalue()


def numbers_name(outcome: Outcome, what: str = "") -> str:
    """A name for the file that any file system takes, with the key of the bet."""
    parts = [slugify(outcome.bet.key) or "bet", f"outcome-{outcome.number}", what]
    return f"{'-'.join(filter(None, parts))}.csv"


def cell(number: float | None) -> str:
    """A number with all its digits; nothing for none."""
    if number is None:
        return ""
    return harmless(int(number) if number.is_integer() else number)
