from django.db import migrations, models

from lib.triggers import append_only, guarded

KEPT = ["id", "bet_id", "outcome_id", "kind", "run_id", "raised_on", "cycle", "log_e", "cut", "sentence", "since", "act_by", "reader_id", "read_by"]
# A flag may be cleared, once, with a reason; what it said and its frozen evidence never change.
FLAG = guarded(
    "bets_flag",
    "bets_flag_only_cleared",
    "UPDATE OR DELETE",
    f"""
    IF TG_OP = 'UPDATE' AND OLD.cleared_on IS NULL AND NEW.cleared_on IS NOT NULL
       AND ({", ".join(f"NEW.{column}" for column in KEPT)})
         IS NOT DISTINCT FROM ({", ".join(f"OLD.{column}" for column in KEPT)})
    THEN RETURN NEW; END IF;
    """,
)
# Weights of segments are frozen with their outcome.
SEGMENT = guarded(
    "bets_segment",
    "bets_segment_frozen_once_read",
    "UPDATE OR DELETE",
    """
    IF NOT EXISTS (SELECT 1 FROM bets_reading WHERE outcome_id = OLD.outcome_id)
    THEN RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END; END IF;
    """,
)


class Migration(migrations.Migration):
    dependencies = [("bets", "0006_how_flags_were_cleared")]
    operations = [
        migrations.AddConstraint(
            model_name="flag",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cleared_because", ""), ("cleared_how", ""), ("cleared_on", None)),
                    models.Q(
                        ("cleared_how__in", ["decision", "signals", "correction"]),
                        ("cleared_on__isnull", False),
                        models.Q(("cleared_because", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="bets_flag_cleared_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="flag",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cleared_how", "decision"), ("decision__isnull", False)),
                    models.Q(models.Q(("cleared_how", "decision"), _negated=True), ("decision", None)),
                    _connector="OR",
                ),
                name="bets_flag_decided_by_a_decision",
            ),
        ),
        migrations.RunSQL(*FLAG),
        migrations.RunSQL(*SEGMENT),
        migrations.RunSQL(*append_only("bets_decision")),
        migrations.RunSQL(*append_only("bets_secondreading")),
        migrations.RunSQL(*append_only("bets_familyrule")),
        migrations.RunSQL(*append_only("bets_resolution")),
    ]
