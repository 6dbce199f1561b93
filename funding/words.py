"""Words of the money in the reader's language: reasons, and how long a request has been waiting."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

REASON_WORDS = {
    "plan": _("As planned"),
    "evidence": _("The evidence asks for it"),
    "supplement": _("Supplement"),
    "reorganised": _("Reorganised"),
    "unspent": _("Not spent"),
    "ceased": _("The bet ceased"),
    "pivoted": _("The bet pivoted"),
    "correction": _("Correction"),
    "opening": _("Opening balance"),
    "actual": _("Spent, as the books say"),
    "credit_note": _("Credit note"),
    "duplicate": _("Posted twice"),
    "wrong_account": _("Wrong account"),
    "year_end": _("The year of the budget has ended"),
}
REJECTION_WORDS = {
    "too_little_evidence": _("Too little evidence"),
    "gate_not_met": _("The gate is not met"),
    "no_money": _("No money for it"),
    "wrong_amount": _("Wrong amount"),
    "wrong_account": _("Wrong account or budget"),
    "not_now": _("Not now"),
    "other": _("Another reason"),
}
BANDS = ((2, "fresh"), (5, "due"), (10, "old"))  # working days up to which a request is in a band; then it is stuck


@dataclass(frozen=True)
class Age:
    """How many working days a request has waited, and in which band that is."""

    days: int

    @property
    def band(self) -> str:
        return next((name for most, name in BANDS if self.days <= most), "stuck")

    @property
    def words(self) -> str:
        if not self.days:
            return str(_("less than a working day"))
        said = ngettext("%(days)s working day", "%(days)s working days", self.days)
        return said % {"days": self.days}


def age_of(start: date, today: date) -> Age:
    """Monday to Friday between two days; the first one does not count. Holidays are not known here."""
    days = max(0, (today - start).days)
    weeks, rest = divmod(days, 7)
    left = sum((start + timedelta(days=weeks * 7 + step)).weekday() < 5 for step in range(1, rest + 1))
    return Age(weeks * 5 + left)
