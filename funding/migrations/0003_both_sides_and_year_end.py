"""Both owners agree to a reallocation; what is committed at year end rolls forward or lapses; a spend that is reversed
frees its document; bets never take from team funding; active guardrails have names of their own."""

from importlib import import_module

import django.db.models.functions.text
from django.db import migrations, models

from lib.triggers import guarded

former = import_module("funding.migrations.0002_postings")

# The domains that have to agree: where the request is decided, and where money that is moved between budgets goes.
SIDES = (
    """
    CREATE FUNCTION funding_sides(asked bigint) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
      SELECT r.domain_id FROM funding_fundingrequest r WHERE r.id = asked
      UNION SELECT b.domain_id FROM funding_requestline l
        JOIN funding_account c ON c.id = l.debit_account_id JOIN funding_budget b ON b.id = c.budget_id
        WHERE l.request_id = asked AND l.kind = 'reallocate'
    $$;
    """,
    "DROP FUNCTION funding_sides(bigint);",
)
# What the policy of a budget has settled beforehand: what was committed returns once its year has ended, and no more
# than that moves on to the next budget of the same kind, for the same tranche.
YEAR_END = (
    """
    CREATE FUNCTION funding_year_end(asked bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
      SELECT r.reason_code = 'year_end' AND bool_and(coalesce(CASE l.kind
        WHEN 'return' THEN source.kind = 'committed' AND old.ends_on <= r.effective_date
        WHEN 'reallocate' THEN old.year_end = 'roll' AND old.ends_on <= r.effective_date AND new.starts_on > old.ends_on
          AND (old.domain_id, old.funding_class) = (new.domain_id, new.funding_class)
          AND (SELECT sum(o.amount) FROM funding_requestline o JOIN funding_fundingrequest q ON q.id = o.request_id
              WHERE q.reason_code = 'year_end' AND q.state IN ('submitted', 'posted')
                AND o.kind = 'reallocate' AND o.credit_account_id = source.id)
            <= (SELECT sum(t.amount) FROM funding_transfer t
              WHERE t.reason_code = 'year_end' AND t.kind = 'return' AND t.debit_account_id = source.id)
        WHEN 'commit' THEN (SELECT sum(o.amount)
              FROM funding_requestline o JOIN funding_fundingrequest q ON q.id = o.request_id
              WHERE q.reason_code = 'year_end' AND q.state IN ('submitted', 'posted')
                AND o.kind = 'commit' AND o.tranche_id = l.tranche_id)
            <= (SELECT sum(t.amount) FROM funding_transfer t JOIN funding_account c ON c.id = t.credit_account_id
              JOIN funding_budget b ON b.id = c.budget_id AND b.year_end = 'roll'
              WHERE t.reason_code = 'year_end' AND t.kind = 'return' AND c.carried AND c.tranche_id = l.tranche_id)
        END, false))
      FROM funding_fundingrequest r JOIN funding_requestline l ON l.request_id = r.id
        JOIN funding_account source ON source.id = l.credit_account_id
        JOIN funding_account target ON target.id = l.debit_account_id
        LEFT JOIN funding_budget old ON old.id = source.budget_id
        LEFT JOIN funding_budget new ON new.id = target.budget_id
      WHERE r.id = asked GROUP BY r.id
    $$;
    """,
    "DROP FUNCTION funding_year_end(bigint);",
)
# Somebody must have said yes, and for a reallocation somebody of each side; what a bet gives back because it ceased
# needs nobody but that decision, and the end of a year nobody but the policy of the budget.
QUORUM = (
    """
    CREATE FUNCTION funding_quorum(asked bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
      SELECT count(a.id) FILTER (WHERE a.says = 'approve') >= greatest(r.approvals_required,
          CASE WHEN r.kind = 'return' AND r.decision_kind = 'cease' AND r.bet_id IS NOT NULL THEN 0
            WHEN r.approvals_required = 0 AND funding_year_end(r.id) THEN 0 ELSE 1 END)
        AND count(a.id) FILTER (WHERE a.says = 'reject') = 0
        AND r.signoffs <@ coalesce(jsonb_agg(a.role) FILTER (WHERE a.says = 'approve'), '[]')
        AND (r.kind <> 'reallocate' OR (r.approvals_required = 0 AND funding_year_end(r.id))
          OR NOT EXISTS (SELECT 1 FROM funding_sides(r.id) side WHERE NOT EXISTS (
            SELECT 1 FROM funding_approval b WHERE b.request_id = r.id AND b.says = 'approve'
              AND (b.domains @> to_jsonb(side) OR (b.domains = '[]' AND side = r.domain_id)))))
      FROM funding_fundingrequest r LEFT JOIN funding_approval a ON a.request_id = r.id
      WHERE r.id = asked GROUP BY r.id
    $$;
    """,
    "DROP FUNCTION funding_quorum(bigint);",
)
# A tranche has money of one budget; of another one only once what was committed in the first has rolled forward.
ACCOUNT = guarded(
    "funding_account",
    "funding_account_moved_by_posting",
    "INSERT OR UPDATE OR DELETE",
    """
    IF TG_OP = 'INSERT' THEN
      IF EXISTS (SELECT 1 FROM funding_account o WHERE o.tranche_id = NEW.tranche_id AND o.budget_id <> NEW.budget_id
          AND NOT EXISTS (SELECT 1 FROM funding_account c
            WHERE c.tranche_id = o.tranche_id AND c.budget_id = o.budget_id AND c.carried))
        AND NOT EXISTS (SELECT 1 FROM funding_account own
          WHERE own.tranche_id = NEW.tranche_id AND own.budget_id = NEW.budget_id AND own.carried) THEN
        RAISE EXCEPTION 'funding_account_moved_by_posting: a tranche of another budget' USING ERRCODE = '23505';
      ELSIF NEW.balance = 0 AND NOT NEW.carried THEN RETURN NEW; END IF;
    ELSIF TG_OP = 'UPDATE' AND (NEW.id, NEW.ledger_id, NEW.code, NEW.kind) = (OLD.id, OLD.ledger_id, OLD.code, OLD.kind)
      AND (NEW.budget_id, NEW.tranche_id) IS NOT DISTINCT FROM (OLD.budget_id, OLD.tranche_id)
      AND (NEW.balance = OLD.balance OR pg_trigger_depth() > 1) AND NEW.carried >= OLD.carried
    THEN RETURN NEW; END IF;
    """,
)
# Lines are of the kind that is asked for, in its ledger and of its bet, and there are none to come once somebody spoke.
# Bets take nothing from a team.
LINE = guarded(
    "funding_requestline",
    "funding_requestline_frozen",
    "INSERT OR UPDATE OR DELETE",
    """
    IF TG_OP = 'INSERT' THEN
      PERFORM 1 FROM funding_fundingrequest WHERE id = NEW.request_id FOR NO KEY UPDATE;
      IF NEW.kind = 'commit' AND EXISTS (SELECT 1 FROM funding_account c JOIN funding_budget b ON b.id = c.budget_id
          WHERE c.id = NEW.credit_account_id AND b.team_id IS NOT NULL) THEN
        RAISE EXCEPTION 'funding_requestline_frozen: team funding is not committed to bets' USING ERRCODE = '23514';
      END IF;
      IF (SELECT r.state = 'submitted' AND NOT EXISTS (SELECT 1 FROM funding_approval a WHERE a.request_id = r.id)
        AND r.amount >= NEW.amount + coalesce((SELECT sum(amount) FROM funding_requestline WHERE request_id = r.id), 0)
        AND (r.kind, NEW.kind) IN (('appropriate', 'appropriate'), ('appropriate', 'supplement'),
          ('appropriate', 'hand_back'), ('commit', 'commit'), ('release', 'release'), ('return', 'return'),
          ('return', 'set_aside'), ('reallocate', 'reallocate'))
        AND NOT EXISTS (SELECT 1 FROM funding_account c LEFT JOIN bets_tranche t ON t.id = c.tranche_id
          WHERE c.id IN (NEW.debit_account_id, NEW.credit_account_id)
            AND (c.ledger_id <> r.ledger_id OR (t.id IS NOT NULL AND t.bet_id IS DISTINCT FROM r.bet_id)))
        FROM funding_fundingrequest r WHERE r.id = NEW.request_id)
      THEN RETURN NEW; END IF;
    END IF;
    """,
)
# An actual keeps its document; it is placed in the ledger by a transfer of the same money, and waits again only when
# that one was reversed.
ACTUAL = guarded(
    "funding_actual",
    "funding_actual_placed_once",
    "INSERT OR UPDATE OR DELETE",
    f"""
    IF TG_OP <> 'DELETE' AND NEW.transfer_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM funding_transfer t
      WHERE t.id = NEW.transfer_id AND t.ledger_id = NEW.ledger_id AND t.amount = abs(NEW.amount)
        AND t.kind = CASE WHEN NEW.amount > 0 THEN 'spend' ELSE 'refund' END AND t.reverses_id IS NULL)
    THEN RAISE EXCEPTION 'funding_actual_placed_once: another transfer' USING ERRCODE = '23514'; END IF;
    IF TG_OP = 'INSERT' THEN RETURN NEW; END IF;
    IF (OLD.transfer_id IS NULL AND TG_OP = 'DELETE') THEN RETURN OLD; END IF;
    IF TG_OP = 'UPDATE' AND ({", ".join(f"NEW.{c}" for c in former.DOCUMENT)})
        = ({", ".join(f"OLD.{c}" for c in former.DOCUMENT)})
      AND ((OLD.transfer_id IS NULL AND NEW.freed = OLD.freed) OR (NEW.transfer_id IS NULL AND NEW.freed = OLD.freed + 1
        AND EXISTS (SELECT 1 FROM funding_transfer t WHERE t.reverses_id = OLD.transfer_id)))
    THEN RETURN NEW; END IF;
    """,
)


def instead(old: tuple[str, str], new: tuple[str, str]) -> migrations.RunSQL:
    """What holds from now on in the place of what held before; backwards the other way round."""
    return migrations.RunSQL(old[1] + new[0], new[1] + old[0])


class Migration(migrations.Migration):
    dependencies = [("funding", "0002_postings")]

    operations = [
        migrations.RemoveConstraint(
            model_name="account",
            name="funding_account_one_budget_a_tranche",
        ),
        migrations.AddField(
            model_name="account",
            name="carried",
            field=models.BooleanField(
                default=False,
                help_text="Its year has ended: what was committed rolled forward or lapsed, and another budget pays.",
            ),
        ),
        migrations.AddField(
            model_name="actual",
            name="freed",
            field=models.PositiveSmallIntegerField(default=0, help_text="How often its transfer was reversed."),
        ),
        migrations.AddField(
            model_name="approval",
            name="domains",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="Between two domains: keys of those for which they spoke; empty: where the request is decided.",
            ),
        ),
        migrations.AddField(
            model_name="budget",
            name="year_end",
            field=models.CharField(
                choices=[
                    ("roll", "Rolls forward into the next budget"),
                    ("lapse", "Lapses: it returns to what is available"),
                ],
                default="roll",
                help_text="What becomes of money that is committed and not released when it ends.",
                max_length=5,
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(
                condition=models.Q(("carried", False), ("kind", "committed"), ("tranche__isnull", False)),
                fields=("tranche",),
                name="funding_account_one_budget_a_tranche",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("carried", False),
                    models.Q(("closed", True), ("kind", "committed"), ("tranche__isnull", False)),
                    _connector="OR",
                ),
                name="funding_account_carried_when_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="budget",
            constraint=models.CheckConstraint(
                condition=models.Q(("year_end__in", ["roll", "lapse"])), name="funding_budget_year_end_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="guardrail",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower(django.db.models.functions.text.Trim("name")),
                models.F("currency"),
                condition=models.Q(("is_active", True)),
                name="funding_guardrail_name_once",
            ),
        ),
        migrations.RunSQL(*SIDES),
        migrations.RunSQL(*YEAR_END),
        instead(former.QUORUM, QUORUM),
        instead(former.ACCOUNT, ACCOUNT),
        instead(former.LINE, LINE),
        instead(former.ACTUAL, ACTUAL),
    ]
