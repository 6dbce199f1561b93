"""How often a second django-hordak transfers: run by a Python that has it, `other_ledger.py DATABASE_URL CLIENTS…`."""

import json
import sys
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import django
from clients import per_second
from django.conf import settings


def connect(url: str) -> None:
    split = urlsplit(url)
    host = parse_qs(split.query).get("host", [split.hostname or ""])[0]
    database = {
        "ENGINE": "django.db.backends.postgresql", "NAME": split.path[1:], "HOST": host, "USER": split.username or "",
        "PASSWORD": split.password or "", "PORT": str(split.port or ""),
    }  # fmt: skip
    apps = ["django.contrib.contenttypes", "django.contrib.auth", "mptt", "djmoney", "hordak"]
    settings.configure(DATABASES={"default": database}, INSTALLED_APPS=apps, USE_TZ=True, SECRET_KEY="none")
    django.setup()


def main() -> None:
    connect(sys.argv[1])
    from django.core.management import call_command
    from django.db import connection
    from hordak.models import Account
    from moneyed import Money

    call_command("migrate", verbosity=0)
    source = Account.objects.create(name="From", type="EQ", currencies=["EUR"], code="1")
    targets = [
        Account.objects.create(name=f"To {n}", type="AS", currencies=["EUR"], code=str(n + 2)) for n in range(8)
    ]  # fmt: skip
    connection.close()

    def make(place: int) -> Callable[[], object]:
        return lambda: source.transfer_to(targets[place], Money("0.01", "EUR"))

    print(json.dumps([per_second(int(clients), make) for clients in sys.argv[2:]]))


if __name__ == "__main__":
    main()
