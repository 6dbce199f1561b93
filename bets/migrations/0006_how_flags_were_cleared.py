from importlib import import_module

from django.db import migrations

OLD = import_module("bets.migrations.0002_append_only").FLAG


class Migration(migrations.Migration):
    """Flags that were cleared so far were cleared by signals that came back. The guard of flags rests meanwhile."""

    dependencies = [("bets", "0005_decisions_and_what_signals_say")]
    operations = [
        migrations.RunSQL(OLD[1], OLD[0]),
        migrations.RunSQL(
            "UPDATE bets_flag SET cleared_how = 'signals' WHERE cleared_on IS NOT NULL", migrations.RunSQL.noop
        ),
    ]
