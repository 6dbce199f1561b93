from django.db import migrations

from lib.triggers import guarded

SAID = ["id", "bet_id", "outcome_id", "kind", "run_id", "raised_on", "cycle", "log_e", "cut", "sentence", "since", "act_by"]
CLEARING = ["cleared_on", "cleared_because", "cleared_how", "decision_id"]
READER = ["reader_id", "read_by"]


def same(columns):
    new, old = (", ".join(f"{row}.{column}" for column in columns) for row in ("NEW", "OLD"))
    return f"({new}) IS NOT DISTINCT FROM ({old})"


OPEN = "TG_OP = 'UPDATE' AND OLD.cleared_on IS NULL"
CLEARED = f"IF {OPEN} AND NEW.cleared_on IS NOT NULL AND {same(SAID + READER)} THEN RETURN NEW; END IF;"
# A near miss that nobody has read yet may get another reader; what it says and its evidence never change.
NAMED = f"""
IF {OPEN} AND OLD.kind = 'near_miss' AND {same(SAID + CLEARING)}
   AND NOT EXISTS (SELECT 1 FROM bets_secondreading WHERE flag_id = OLD.id)
THEN RETURN NEW; END IF;
"""
OLD = guarded("bets_flag", "bets_flag_only_cleared", "UPDATE OR DELETE", CLEARED)
NEW = guarded("bets_flag", "bets_flag_only_cleared", "UPDATE OR DELETE", CLEARED + NAMED)


class Migration(migrations.Migration):
    dependencies = [("bets", "0010_kinds_of_evidence")]
    operations = [migrations.RunSQL(OLD[1], OLD[0]), migrations.RunSQL(*NEW)]
