"""Fills every free text in the database with texts of our choosing, whatever the model: hostile ones, marked ones."""

from collections.abc import Callable, Iterator

from django.apps import apps
from django.db import connection, models

OURS = ("org", "metrics", "bets", "funding", "portfolio")
FREE = (models.CharField, models.TextField)
SHORTEST = 20  # what is shorter is a code
NEVER_FREE = (models.SlugField, models.EmailField, models.URLField, models.UUIDField)
# Text columns that hold codes, hashes or what the program itself asks for by name.
CODES = {
    "password", "currency", "kind", "state", "arm", "grade", "health", "engine", "snapshot", "fingerprint", "cycle",
    "subject_type", "query", "contrast", "digest", "token_key", "head", "hash", "sha256", "sha256_csv", "sha256_json",
}  # fmt: skip
# They stand in addresses, as do slugs.
IN_ADDRESSES = {"bets.Bet.key", "funding.FiscalPeriod.code", "org.Notice.path"}
Text = Callable[[int], str]  # the text of the n-th place


def free_fields() -> Iterator[models.Field]:
    """Every column of our models that takes any text."""
    for app in OURS:
        for model in apps.get_app_config(app).get_models():
            yield from (field for field in model._meta.concrete_fields if _is_free(field))


def _is_free(field: models.Field) -> bool:
    where = f"{field.model._meta.label}.{field.name}"
    coded = (field.max_length or 1_000) < SHORTEST or field.choices or field.name in CODES or where in IN_ADDRESSES
    return isinstance(field, FREE) and not isinstance(field, NEVER_FREE) and not coded


def fill_texts(text: Text) -> int:
    """Writes text(0), text(1), ... into all free texts that are not empty, cut to what fits. Returns how many.

    Past triggers, because some rows are append-only; constraints hold.
    """
    place = 0
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for field in free_fields():
            for pk in field.model.objects.exclude(**{field.name: ""}).order_by("pk").values_list("pk", flat=True):
                value = text(place)[: (field.max_length or 1_000) - 8]
                field.model.objects.filter(pk=pk).update(**{field.name: f"{value} {place}"})
                place += 1
        cursor.execute("SET session_replication_role = origin")
    return place
