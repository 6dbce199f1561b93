"""Adds a person with a role: how the first admin of an installation gets in."""

import os
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from lib.clock import now
from org.actions import add_person, grant_role
from org.models import Domain, Person, Role


class Command(BaseCommand):
    help = "Adds a person with a role. The password is asked for, or read from the environment (STAKES_PASSWORD)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("name")
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--domain", help="key of the domain to which the role is limited; everywhere when left out")

    def handle(self, *args: Any, email: str, name: str, role: str, domain: str | None, **options: Any) -> None:
        _refuse_wrong_person(email, name)
        where = _domain(domain)
        password = _password(Person(email=email, name=name))
        # An admin of everything may open the back office, too.
        everything = role == Role.ADMIN and where is None
        with transaction.atomic():
            person = add_person(
                email, name, at=now(), password=password, is_staff=everything, is_superuser=everything
            )  # fmt: skip
            grant = grant_role(person, role, at=now(), domain=where)
        self.stdout.write(f"Added. {grant}.")


def _refuse_wrong_person(email: str, name: str) -> None:
    try:
        validate_email(email)
    except ValidationError:
        raise CommandError(f"{email!r} is not an e-mail address.") from None
    if not 0 < len(name.strip()) <= 120:
        raise CommandError("A name has 1 to 120 characters.")
    if Person.objects.filter(email__iexact=email).exists():
        raise CommandError(f"There is a person with the e-mail {email} already.")


def _domain(key: str | None) -> Domain | None:
    if key is None:
        return None
    domain = Domain.objects.filter(key=key).first()
    if domain is None:
        raise CommandError(f"There is no domain with the key {key}.")
    return domain


def _password(person: Person) -> str:
    password = os.environ.get("STAKES_PASSWORD") or _asked_for()
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from None
    return password


def _asked_for() -> str:
    try:
        password = getpass("Password: ")
        again = getpass("Password again: ")
    except EOFError:
        raise CommandError("Give the password in the environment variable STAKES_PASSWORD.") from None
    if password != again:
        raise CommandError("The two passwords differ.")
    return password
