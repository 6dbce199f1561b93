"""Replays the rule over all stored signals, night by night, beside an alternative; it writes nothing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lib.clock import today
from portfolio.backtest.account import account_of
from portfolio.backtest.compare import backtest, material_until
from portfolio.evidence_forms import BacktestForm
from portfolio.nights import latest_night


class Command(BaseCommand):
    help = "Says which bets the rule for flags would have flagged, when, and what another policy would have done."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--alpha", help="all bets counted together: share of flags that may be wrong, per cent")
        parser.add_argument("--e", help="each bet by itself: the evidence asked for, as in 20")
        parser.add_argument("--shift-kill", help="per cent of the way to the target by which kill lines are moved")
        parser.add_argument("--no-restarts", action="store_true", help="do not look for bets that went bad late")
        parser.add_argument("--every", type=int, default=1, help="replay every so many nights; 1 when left out")

    def handle(self, *args: Any, **options: Any) -> None:
        form = BacktestForm(given_of(options))
        if not form.is_valid():
            raise CommandError(" ".join(str(error) for errors in form.errors.values() for error in errors))
        if options["every"] < 1:
            raise CommandError("--every must be 1 or more nights.")
        night = latest_night()
        material = material_until(night.as_of if night else today(), options["every"])
        self.stdout.write("\n".join(account_of(backtest(material, form.policy))))


def given_of(options: dict[str, Any]) -> dict[str, Any]:
    """The fields of the form that the options name."""
    given = {"alpha": options["alpha"], "e": options["e"], "shift": options["shift_kill"]}
    return given | {"restarts": "off" if options["no_restarts"] else None}
