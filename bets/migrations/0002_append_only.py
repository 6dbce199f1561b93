from django.db import migrations

from lib.triggers import append_only, guarded

# What is read against must not move: once a reading exists, an outcome is neither changed nor deleted.
FROZEN = guarded(
    "bets_outcome",
    "bets_outcome_frozen_once_read",
    "UPDATE OR DELETE",
    """
    IF NOT EXISTS (SELECT 1 FROM bets_reading WHERE outcome_id = OLD.id)
    THEN RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END; END IF;
    """,
)
# A flag may be cleared, once, with a reason; what it said and its frozen evidence never change.
FLAG = guarded(
    "bets_flag",
    "bets_flag_only_cleared",
    "UPDATE OR DELETE",
    """
    IF TG_OP = 'UPDATE' AND OLD.cleared_on IS NULL AND NEW.cleared_on IS NOT NULL
       AND (NEW.id, NEW.bet_id, NEW.outcome_id, NEW.kind, NEW.run_id, NEW.raised_on, NEW.cycle, NEW.log_e, NEW.cut, NEW.sentence)
         IS NOT DISTINCT FROM
           (OLD.id, OLD.bet_id, OLD.outcome_id, OLD.kind, OLD.run_id, OLD.raised_on, OLD.cycle, OLD.log_e, OLD.cut, OLD.sentence)
    THEN RETURN NEW; END IF;
    """,
)


class Migration(migrations.Migration):
    dependencies = [("bets", "0001_initial")]
    operations = [
        migrations.RunSQL(*append_only("bets_hypothesis")),
        migrations.RunSQL(*append_only("bets_reading")),
        migrations.RunSQL(*append_only("bets_verdict")),
        migrations.RunSQL(*FROZEN),
        migrations.RunSQL(*FLAG),
    ]
