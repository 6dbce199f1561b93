"""Verifies the chain of hashes and the balances of the ledgers, and names the first row that does not fit."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from funding.actions import verify_ledger
from funding.models import Ledger
from lib.clock import now


class Command(BaseCommand):
    help = "Verifies one ledger, or all of them. The exit status is 1 as soon as a row does not fit."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", nargs="?", help="code of a ledger; all of them when left out")
        parser.add_argument(
            "--from", dest="from_seq", type=int, default=1, help="first transfer to verify; 1 if left out"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["from_seq"] < 1:
            raise CommandError("--from is the number of a transfer, from 1 on.")
        ledgers = Ledger.objects.order_by("code")
        if options["code"]:
            ledgers = ledgers.filter(code=options["code"])
            if not ledgers:
                raise CommandError(f"There is no ledger {options['code']}.")
        wrong = [ledger.code for ledger in ledgers if not self._fits(ledger, options["from_seq"])]
        if wrong:
            raise CommandError(f"Does not fit: {', '.join(wrong)}.", returncode=1)

    def _fits(self, ledger: Ledger, from_seq: int) -> bool:
        verdict = verify_ledger(
            ledger, at=now(), from_seq=from_seq, tell=lambda seq: self.stderr.write(f"{ledger.code}: {seq:,} …")
        )
        if verdict.fits:
            self.stdout.write(f"{ledger.code}: {verdict.checked:,} transfers fit; head {ledger.head}")
        else:
            self.stdout.write(f"{ledger.code}: transfer {verdict.seq} does not fit: {verdict.why}.")
        return verdict.fits
