"""`manage.py import_projects`: the same steps as the pages, and the example of the documentation works."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from bets.models import Bet
from org.models import Domain, Person, Role
from tests.cast import person
from tests.factories import DomainFactory

pytestmark = pytest.mark.django_db
EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "projects.csv"


def run(*words: object, by: Person) -> str:
    out = StringIO()
    call_command("import_projects", *words, "--by", by.email, stdout=out)
    return out.getvalue()


@pytest.fixture
def _people_of_the_example(db: None) -> None:
    for key in ("claims", "service", "ventures"):
        DomainFactory(key=key)
    for name in ("Sofia Almeida", "Aoife Byrne", "Luca Moretti"):
        person(name, Role.PRODUCT_LEAD)
    Person.objects.filter(name="Sofia Almeida").update(email="sofia.almeida@northwind.example")


@pytest.mark.usefixtures("_people_of_the_example")
def test_the_example_is_checked_and_then_taken_over(product_operations: Person) -> None:
    assert "3 of 3 rows can be taken over" in run(EXAMPLE, by=product_operations)
    assert not Bet.objects.exists()
    assert "3 draft bets taken over from projects.csv." in run(EXAMPLE, "--take-over", by=product_operations)
    budgets = Bet.objects.order_by("key").values_list("key", "tranches__amount", "hypotheses__whom")
    assert list(budgets) == [
        ("CLAIMS-01", 42_000_000, None), ("NB-BROKER", 9_500_000, None),
        ("SERVICE-01", 18_000_000, "customers of ten years"),
    ]  # fmt: skip


def test_errors_are_printed_and_nothing_is_taken_over(
    product_operations: Person, retail: Domain, tmp_path: Path
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("Name,Domain,Owner\nClaims,Retail,Nobody\nCards,Retail,Olga Operations\n")
    assert "line 2, Owner: There is nobody active called “Nobody”." in run(file, by=product_operations)
    with pytest.raises(CommandError, match="One row has errors"):
        run(file, "--take-over", by=product_operations)
    assert not Bet.objects.exists()


def test_who_may_not_import_and_what_is_no_file_is_said(product_lead: Person, product_operations: Person) -> None:
    with pytest.raises(CommandError, match="You may not import bets"):
        run(EXAMPLE, by=product_lead)
    with pytest.raises(CommandError, match="cannot be read"):
        run("/nowhere.csv", by=product_operations)
    with pytest.raises(CommandError, match="no active person"):
        run(EXAMPLE, by=Person(email="gone@example.org"))
