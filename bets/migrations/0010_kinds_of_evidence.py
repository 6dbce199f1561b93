from datetime import UTC, datetime

from django.db import migrations

# The standard that an installation begins with; product operations change it.
KINDS = [
    ("opinion", "Opinion", "What somebody in the company thinks, however senior.", 1),
    ("interview", "Interview or complaint", "What single customers say of themselves.", 2),
    ("survey", "Survey", "What many say, or say they would do.", 2),
    ("market-data", "Market data", "Studies, benchmarks, search volumes, competitors.", 3),
    ("prototype", "Prototype with customers", "What customers do with something that is not the product yet.", 4),
    ("behaviour", "Behaviour in the product", "What customers do: usage, sign-ups, letters of intent, payments.", 4),
    ("experiment", "Controlled test", "A randomised comparison.", 5),
    ("launch-data", "Launch data", "What the outcome's own signals show after launch.", 5),
]


def add_kinds(apps, editor):
    kind = apps.get_model("bets", "EvidenceKind")
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    for key, name, what, cap in KINDS:
        kind.objects.get_or_create(key=key, defaults={"name": name, "what": what, "cap": cap, "changed_at": begun})


class Migration(migrations.Migration):
    dependencies = [("bets", "0009_what_is_kept")]
    operations = [migrations.RunPython(add_kinds, migrations.RunPython.noop)]
