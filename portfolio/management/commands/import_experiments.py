"""Turns a file of experiments into live bets and says what they show: see docs/import-experiments.md."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lib.clock import now, today
from lib.refusals import Refused
from portfolio.actions import import_experiments
from portfolio.imports import account_of, read_mapping


class Command(BaseCommand):
    help = "Turns a file of experiments into live bets, reads them and prints what they show."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("mapping", type=Path, help="JSON file; see docs/import-experiments.md")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = import_experiments(read_mapping(options["mapping"]), at=now(), today=today())
        except Refused as reason:
            raise CommandError(str(reason)) from None
        self.stdout.write("\n".join(account_of(run)))
