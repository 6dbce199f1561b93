"""Loads the sample enterprise, once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lib.clock import now, today
from lib.refusals import Refused
from portfolio.sample.load import load_sample


class Command(BaseCommand):
    help = "Loads the sample enterprise Northwind; does nothing when it is loaded already."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(load_sample(now(), today()))
        except Refused as reason:
            raise CommandError(str(reason)) from None
