"""Turns a file of projects into draft bets, through the same steps as the pages of imports."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bets import actions
from bets.imports.page import wrongs_of
from bets.imports.states import is_busy
from bets.models import Import
from lib.clock import now
from lib.refusals import Refused
from org.actions import advance_run, claim_job, perform_job
from org.models import Person

TOLD = 50


class Command(BaseCommand):
    help = "Checks a file of projects and prints what is wrong; with --take-over it makes draft bets of them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="CSV or XLSX; see docs/import-projects.md")
        parser.add_argument(
            "--by", required=True, metavar="EMAIL", help="who imports; takes the role product operations"
        )
        parser.add_argument(
            "--take-over", action="store_true", help="make drafts of all rows; refused when one is wrong"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        by = Person.objects.filter(email__iexact=options["by"], is_active=True).first()
        if by is None:
            raise CommandError(f"There is no active person with the e-mail {options['by']}.")
        try:
            self._import(options["file"].name, options["file"].read_bytes(), by, take_over=options["take_over"])
        except OSError as reason:
            raise CommandError(f"The file cannot be read: {reason.strerror}.") from None
        except Refused as reason:
            raise CommandError(str(reason)) from None

    def _import(self, name: str, data: bytes, by: Person, *, take_over: bool) -> None:
        file = self._worked(actions.upload_import(name, data, by=by, at=now()))
        for row in file.rows.exclude(reasons=[]).order_by("number")[:TOLD]:
            for wrong in wrongs_of(row):
                self.stdout.write(f"line {wrong.line}, {wrong.column or 'file'}: {wrong.said}")
        sound = file.rows_seen - file.rows_bad
        self.stdout.write(f"{sound:,} of {file.rows_seen:,} rows can be taken over: import {file.pk}.")
        if take_over:
            file = self._worked(actions.take_over_import(file, by=by, at=now()))
            self.stdout.write(" ".join(file.run.jobs.values_list("message", flat=True)) if file.run else "")

    def _worked(self, file: Import) -> Import:
        """The import once its run has been performed here. Refused while another file is being worked on."""
        if file.run is None:
            raise Refused("Another file is being worked on; this one is checked as soon as that has ended.")
        while (job := claim_job(at=now(), run=file.run)) is not None:
            perform_job(job, at=now())
            advance_run(file.run.pk, at=now())
        file = Import.objects.select_related("run").get(pk=file.pk)
        if is_busy(file):
            raise Refused(f"A worker is at it: the page of import {file.pk} tells how far it is.")
        return file
