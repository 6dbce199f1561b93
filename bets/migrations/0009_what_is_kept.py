from django.db import migrations

from lib.triggers import append_only, guarded

DRAFT = "(SELECT state FROM bets_bet WHERE id = OLD.bet_id) = 'draft'"
CHANGED = "RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;"
# While a bet is a draft its hypothesis is written anew; from then on each version stays as it was written.
HYPOTHESIS = guarded(
    "bets_hypothesis", "bets_hypothesis_append_only", "UPDATE OR DELETE", f"IF {DRAFT} THEN {CHANGED} END IF;"
)
# Going live freezes what a bet is judged by; what has been read is frozen whatever its bet is.
OUTCOME = guarded(
    "bets_outcome",
    "bets_outcome_frozen_once_live",
    "UPDATE OR DELETE",
    f"IF {DRAFT} AND NOT EXISTS (SELECT 1 FROM bets_reading WHERE outcome_id = OLD.id) THEN {CHANGED} END IF;",
)
SEGMENT = guarded(
    "bets_segment",
    "bets_segment_frozen_once_live",
    "UPDATE OR DELETE",
    f"""
    IF (SELECT b.state FROM bets_outcome o JOIN bets_bet b ON b.id = o.bet_id WHERE o.id = OLD.outcome_id) = 'draft'
       AND NOT EXISTS (SELECT 1 FROM bets_reading WHERE outcome_id = OLD.outcome_id)
    THEN {CHANGED} END IF;
    """,
)
ASKED = ["id", "bet_id", "number", "kind", "question", "goal", "reader_id", "due_on", "cap"]
# A finding is written once; what was to be found out is frozen once the bet is live.
LEARNING = guarded(
    "bets_learningoutcome",
    "bets_learningoutcome_frozen_once_live",
    "UPDATE OR DELETE",
    f"""
    IF {DRAFT} THEN {CHANGED} END IF;
    IF TG_OP = 'UPDATE' AND OLD.found_at IS NULL AND NEW.found_at IS NOT NULL
       AND ({", ".join(f"NEW.{column}" for column in ASKED)})
         IS NOT DISTINCT FROM ({", ".join(f"OLD.{column}" for column in ASKED)})
    THEN RETURN NEW; END IF;
    """,
)
# Evidence is edited until it has been confirmed, and never deleted; with it are its links and files.
EVIDENCE = guarded(
    "bets_evidence",
    "bets_evidence_frozen_once_confirmed",
    "UPDATE OR DELETE",
    "IF TG_OP = 'UPDATE' AND OLD.confirmed_at IS NULL THEN RETURN NEW; END IF;",
)
STRENGTH = guarded(
    "bets_evidence",
    "bets_evidence_strength_capped",
    "INSERT OR UPDATE OF strength, kind_id",
    "IF NEW.strength <= (SELECT cap FROM bets_evidencekind WHERE id = NEW.kind_id) THEN RETURN NEW; END IF;",
)


def with_its_evidence(table: str) -> tuple[str, str]:
    """Rows that are frozen with the evidence they belong to, also against new ones."""
    return guarded(
        table,
        f"{table}_frozen_once_confirmed",
        "INSERT OR UPDATE OR DELETE",
        f"""
        IF NOT EXISTS (SELECT 1 FROM bets_evidence WHERE confirmed_at IS NOT NULL
          AND id = CASE TG_OP WHEN 'INSERT' THEN NEW.evidence_id ELSE OLD.evidence_id END)
        THEN {CHANGED} END IF;
        """,
    )


SHIPPED = ["id", "bet_id", "shipped_on", "name", "note", "url", "marked_at", "marked_by_id"]
RELEASE = guarded(
    "bets_release",
    "bets_release_only_withdrawn",
    "UPDATE OR DELETE",
    f"""
    IF TG_OP = 'UPDATE' AND OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL
       AND ({", ".join(f"NEW.{column}" for column in SHIPPED)})
         IS NOT DISTINCT FROM ({", ".join(f"OLD.{column}" for column in SHIPPED)})
    THEN RETURN NEW; END IF;
    """,
)
OLD_HYPOTHESIS = append_only("bets_hypothesis")
OLD_FROZEN = guarded(
    "bets_outcome",
    "bets_outcome_frozen_once_read",
    "UPDATE OR DELETE",
    f"IF NOT EXISTS (SELECT 1 FROM bets_reading WHERE outcome_id = OLD.id) THEN {CHANGED} END IF;",
)
OLD_SEGMENT = guarded(
    "bets_segment",
    "bets_segment_frozen_once_read",
    "UPDATE OR DELETE",
    f"IF NOT EXISTS (SELECT 1 FROM bets_reading WHERE outcome_id = OLD.outcome_id) THEN {CHANGED} END IF;",
)


class Migration(migrations.Migration):
    dependencies = [("bets", "0008_plans_findings_and_forecasts")]
    operations = [
        migrations.RunSQL(OLD_HYPOTHESIS[1], OLD_HYPOTHESIS[0]),
        migrations.RunSQL(OLD_FROZEN[1], OLD_FROZEN[0]),
        migrations.RunSQL(OLD_SEGMENT[1], OLD_SEGMENT[0]),
        *(migrations.RunSQL(*one) for one in (HYPOTHESIS, OUTCOME, SEGMENT, LEARNING, EVIDENCE, STRENGTH, RELEASE)),
        *(migrations.RunSQL(*with_its_evidence(table)) for table in ("bets_evidencelink", "bets_evidencefile")),
        *(
            migrations.RunSQL(*append_only(table))
            for table in ("bets_forecast", "bets_gateresult", "bets_realisedvalue", "bets_comment")
        ),
    ]
