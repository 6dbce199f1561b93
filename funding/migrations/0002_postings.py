"""What no code above may get around: how a transfer is posted, and what is never edited."""

from django.db import migrations

from lib.triggers import append_only, guarded

# Which kind of account each kind of transfer leaves (credit) and reaches (debit).
WAYS = """
    (NEW.kind, source.kind, target.kind) IN (
      ('open', 'appropriation', 'available'), ('open', 'appropriation', 'committed'),
      ('open', 'appropriation', 'released'), ('open', 'appropriation', 'spent'),
      ('appropriate', 'appropriation', 'available'), ('supplement', 'appropriation', 'available'),
      ('hand_back', 'available', 'appropriation'), ('reallocate', 'available', 'available'),
      ('commit', 'available', 'committed'), ('release', 'committed', 'released'),
      ('spend', 'released', 'spent'), ('spend', 'available', 'spent'), ('spend', 'committed', 'spent'),
      ('spend', 'winddown', 'spent'),
      ('refund', 'spent', 'released'), ('refund', 'spent', 'available'), ('refund', 'spent', 'winddown'),
      ('return', 'committed', 'available'), ('return', 'released', 'available'), ('return', 'winddown', 'available'),
      ('set_aside', 'released', 'winddown'), ('set_aside', 'committed', 'winddown')
    )
"""
GENESIS = "0" * 64
# The canonical text of a transfer: a JSON list that any other program can write down just the same.
CANONICAL = """
    json_build_array(NEW.seq, NEW.key::text, NEW.kind, target.code, source.code, NEW.amount,
      to_char(NEW.effective_date, 'YYYY-MM-DD'), period.code, NEW.line_id, NEW.reverses_id, NEW.document,
      NEW.reason_code, NEW.memo, NEW.treatment, NEW.cost_centre, NEW.erp_account,
      to_char(NEW.posted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), NEW.posted_by_id)::text
"""
# Somebody must have said yes; only what a bet gives back because it ceased needs nobody but that decision.
QUORUM = (
    """
    CREATE FUNCTION funding_quorum(asked bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
      SELECT count(a.id) FILTER (WHERE a.says = 'approve') >= greatest(r.approvals_required,
          CASE WHEN r.kind = 'return' AND r.decision_kind = 'cease' AND r.bet_id IS NOT NULL THEN 0 ELSE 1 END)
        AND count(a.id) FILTER (WHERE a.says = 'reject') = 0
        AND r.signoffs <@ coalesce(jsonb_agg(a.role) FILTER (WHERE a.says = 'approve'), '[]')
      FROM funding_fundingrequest r LEFT JOIN funding_approval a ON a.request_id = r.id
      WHERE r.id = asked GROUP BY r.id
    $$;
    """,
    "DROP FUNCTION funding_quorum(bigint);",
)
# Locks the request, then the ledger; the accounts last. The same order as everywhere.
POSTING = (
    f"""
    CREATE FUNCTION funding_transfer_posting() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE asked funding_requestline; req funding_fundingrequest; book funding_ledger; period funding_fiscalperiod;
      source funding_account; target funding_account; undone funding_transfer;
    BEGIN
      IF NEW.line_id IS NOT NULL THEN
        SELECT * INTO asked FROM funding_requestline WHERE id = NEW.line_id;
        SELECT * INTO req FROM funding_fundingrequest WHERE id = asked.request_id FOR NO KEY UPDATE;
        IF (req.state = 'submitted' AND funding_quorum(req.id)) IS NOT TRUE THEN
          RAISE EXCEPTION 'funding_transfer_posting: the request is not approved' USING ERRCODE = '23514';
        END IF;
        IF (asked.kind, asked.amount, asked.debit_account_id, asked.credit_account_id, req.ledger_id,
            req.effective_date, asked.treatment, asked.cost_centre, asked.erp_account)
          IS DISTINCT FROM (NEW.kind, NEW.amount, NEW.debit_account_id, NEW.credit_account_id, NEW.ledger_id,
            NEW.effective_date, NEW.treatment, NEW.cost_centre, NEW.erp_account) THEN
          RAISE EXCEPTION 'funding_transfer_posting: not what was approved' USING ERRCODE = '23514';
        END IF;
      END IF;
      SELECT * INTO book FROM funding_ledger WHERE id = NEW.ledger_id FOR NO KEY UPDATE;
      SELECT * INTO period FROM funding_fiscalperiod WHERE ledger_id = book.id
        AND NEW.effective_date BETWEEN starts_on AND ends_on AND id = coalesce(NEW.period_id, id);
      NEW.period_id := period.id;
      IF (NEW.effective_date > coalesce(book.closed_through, '-infinity') AND period.state = 'open'
        AND period.ledger_id = book.id AND NEW.effective_date BETWEEN period.starts_on AND period.ends_on)
        IS NOT TRUE THEN
        RAISE EXCEPTION 'funding_transfer_posting: not in an open period' USING ERRCODE = '23514';
      END IF;
      SELECT * INTO source FROM funding_account WHERE id = NEW.credit_account_id;
      SELECT * INTO target FROM funding_account WHERE id = NEW.debit_account_id;
      IF (source.ledger_id = book.id AND target.ledger_id = book.id) IS NOT TRUE THEN
        RAISE EXCEPTION 'funding_transfer_posting: an account of another ledger' USING ERRCODE = '23514';
      END IF;
      IF NEW.reverses_id IS NOT NULL THEN
        SELECT * INTO undone FROM funding_transfer WHERE id = NEW.reverses_id;
        IF (undone.kind = NEW.kind AND undone.reverses_id IS NULL) IS NOT TRUE THEN
          RAISE EXCEPTION 'funding_transfer_posting: no reversal of that' USING ERRCODE = '23514';
        END IF;
      ELSIF ({WAYS}) IS NOT TRUE THEN
        RAISE EXCEPTION 'funding_transfer_posting: no way from % to % for %', source.kind, target.kind, NEW.kind
          USING ERRCODE = '23514';
      ELSIF source.budget_id IS DISTINCT FROM target.budget_id AND source.kind <> 'appropriation'
        AND target.kind <> 'appropriation' AND NEW.kind <> 'reallocate' THEN
        RAISE EXCEPTION 'funding_transfer_posting: money of one budget stays in it' USING ERRCODE = '23514';
      ELSIF source.tranche_id IS DISTINCT FROM target.tranche_id AND source.kind NOT IN ('appropriation', 'available')
        AND target.kind <> 'available' THEN
        RAISE EXCEPTION 'funding_transfer_posting: money of one tranche stays with it' USING ERRCODE = '23514';
      END IF;
      IF source.closed OR target.closed THEN
        RAISE EXCEPTION 'funding_transfer_posting: the account is closed' USING ERRCODE = '23514';
      END IF;
      NEW.seq := book.seq + 1;
      NEW.hash := encode(sha256(convert_to(book.head || {CANONICAL}, 'UTF8')), 'hex');
      UPDATE funding_ledger SET seq = NEW.seq, head = NEW.hash WHERE id = book.id;
      UPDATE funding_account SET balance = balance - NEW.amount WHERE id = source.id;
      UPDATE funding_account SET balance = balance + NEW.amount WHERE id = target.id;
      RETURN NEW;
    END $$;
    CREATE TRIGGER funding_transfer_posting BEFORE INSERT ON funding_transfer FOR EACH ROW
      EXECUTE FUNCTION funding_transfer_posting();
    """,
    "DROP TRIGGER funding_transfer_posting ON funding_transfer; DROP FUNCTION funding_transfer_posting();",
)
# When a transaction ends, a request is either wholly posted or not at all.
WHOLE = (
    """
    CREATE FUNCTION funding_transfer_whole_request() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.line_id IS NULL OR (SELECT r.state FROM funding_requestline l JOIN funding_fundingrequest r
        ON r.id = l.request_id WHERE l.id = NEW.line_id) = 'posted' THEN RETURN NULL; END IF;
      RAISE EXCEPTION 'funding_transfer_whole_request' USING ERRCODE = '23514';
    END $$;
    CREATE CONSTRAINT TRIGGER funding_transfer_whole_request AFTER INSERT ON funding_transfer
      DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION funding_transfer_whole_request();
    """,
    "DROP TRIGGER funding_transfer_whole_request ON funding_transfer; DROP FUNCTION funding_transfer_whole_request();",
)
# A transfer that was not written after all (ON CONFLICT DO NOTHING) has moved nothing.
WRITTEN = (
    """
    CREATE FUNCTION funding_ledger_rests_on_transfers() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF EXISTS (SELECT 1 FROM funding_transfer WHERE ledger_id = NEW.id AND seq = NEW.seq AND hash = NEW.head)
      THEN RETURN NULL; END IF;
      RAISE EXCEPTION 'funding_ledger_rests_on_transfers' USING ERRCODE = '23514';
    END $$;
    CREATE CONSTRAINT TRIGGER funding_ledger_rests_on_transfers AFTER UPDATE ON funding_ledger
      DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.seq <> OLD.seq)
      EXECUTE FUNCTION funding_ledger_rests_on_transfers();
    """,
    """
    DROP TRIGGER funding_ledger_rests_on_transfers ON funding_ledger;
    DROP FUNCTION funding_ledger_rests_on_transfers();
    """,
)


def never_emptied(table: str) -> tuple[str, str]:
    name = f"{table}_never_emptied"
    return (
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{name}' USING ERRCODE = '23514'; END $$;
        CREATE TRIGGER {name} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {name}();
        """,
        f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();",
    )


# Books begin empty; the head of the chain moves only while a transfer is posted; what the books are never changes.
LEDGER = guarded(
    "funding_ledger",
    "funding_ledger_moved_by_posting",
    "INSERT OR UPDATE OR DELETE",
    f"""
    IF TG_OP = 'INSERT' THEN IF (NEW.seq, NEW.head) = (0, '{GENESIS}') THEN RETURN NEW; END IF;
    ELSIF TG_OP = 'UPDATE' AND (NEW.id, NEW.code, NEW.currency) = (OLD.id, OLD.code, OLD.currency)
      AND ((NEW.seq, NEW.head) = (OLD.seq, OLD.head) OR (pg_trigger_depth() > 1 AND NEW.seq = OLD.seq + 1))
    THEN RETURN NEW; END IF;
    """,
)
ACCOUNT = guarded(
    "funding_account",
    "funding_account_moved_by_posting",
    "INSERT OR UPDATE OR DELETE",
    """
    IF TG_OP = 'INSERT' THEN
      IF EXISTS (SELECT 1 FROM funding_account WHERE tranche_id = NEW.tranche_id AND budget_id <> NEW.budget_id) THEN
        RAISE EXCEPTION 'funding_account_moved_by_posting: a tranche of another budget' USING ERRCODE = '23505';
      ELSIF NEW.balance = 0 THEN RETURN NEW; END IF;
    ELSIF TG_OP = 'UPDATE' AND (NEW.id, NEW.ledger_id, NEW.code, NEW.kind) = (OLD.id, OLD.ledger_id, OLD.code, OLD.kind)
      AND (NEW.budget_id, NEW.tranche_id) IS NOT DISTINCT FROM (OLD.budget_id, OLD.tranche_id)
      AND (NEW.balance = OLD.balance OR pg_trigger_depth() > 1)
    THEN RETURN NEW; END IF;
    """,
)
ASKED = [
    "id", "key", "ledger_id", "kind", "domain_id", "bet_id", "decision_id", "decision_kind", "amount", "measured",
    "effective_date", "reason_code", "justification", "due_on", "risks", "approvals_required", "signoffs",
    "fingerprint", "pack", "proposer_id", "submitted_at", "replaces_id",
]  # fmt: skip
SAME = f"({', '.join(f'NEW.{c}' for c in ASKED)}) IS NOT DISTINCT FROM ({', '.join(f'OLD.{c}' for c in ASKED)})"
# A request begins as one that waits. What was asked for stays as it was; it is closed once, and posted only when
# approved and carried out whole.
REQUEST = guarded(
    "funding_fundingrequest",
    "funding_fundingrequest_frozen",
    "INSERT OR UPDATE OR DELETE",
    f"""
    IF TG_OP = 'INSERT' THEN IF NEW.state = 'submitted' THEN RETURN NEW; END IF;
    ELSIF TG_OP = 'UPDATE' AND OLD.state = 'submitted' AND {SAME} AND (NEW.state <> 'posted' OR (
        funding_quorum(OLD.id)
        AND (SELECT sum(amount) FROM funding_requestline WHERE request_id = OLD.id) = OLD.amount
        AND NOT EXISTS (SELECT 1 FROM funding_requestline l LEFT JOIN funding_transfer t ON t.line_id = l.id
          WHERE l.request_id = OLD.id AND t.id IS NULL)))
    THEN RETURN NEW; END IF;
    """,
)
# Lines are of the kind that is asked for, in its ledger and of its bet, and there are none to come once somebody spoke.
LINE = guarded(
    "funding_requestline",
    "funding_requestline_frozen",
    "INSERT OR UPDATE OR DELETE",
    """
    IF TG_OP = 'INSERT' THEN
      PERFORM 1 FROM funding_fundingrequest WHERE id = NEW.request_id FOR NO KEY UPDATE;
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
# Whoever has spoken, for themselves or for another, and whoever was spoken for, has no further voice.
APPROVAL = guarded(
    "funding_approval",
    "funding_approval_append_only",
    "INSERT OR UPDATE OR DELETE",
    """
    IF TG_OP = 'INSERT' THEN
      PERFORM 1 FROM funding_fundingrequest WHERE id = NEW.request_id AND state = 'submitted' FOR NO KEY UPDATE;
      IF FOUND AND NOT EXISTS (SELECT 1 FROM funding_approval a WHERE a.request_id = NEW.request_id
        AND (a.principal = NEW.approver_id OR a.approver_id = NEW.on_behalf_of_id))
      THEN RETURN NEW; END IF;
    END IF;
    """,
)
# A period keeps its days; a locked one keeps everything. It is closed under the lock of its ledger, at its head.
PERIOD = guarded(
    "funding_fiscalperiod",
    "funding_fiscalperiod_stays",
    "UPDATE OR DELETE",
    """
    IF TG_OP = 'UPDATE' AND OLD.state <> 'locked'
      AND (NEW.ledger_id, NEW.code, NEW.starts_on, NEW.ends_on)
        = (OLD.ledger_id, OLD.code, OLD.starts_on, OLD.ends_on)
      AND (OLD.state, NEW.state) IN (('open', 'open'), ('open', 'closed'), ('closed', 'open'), ('closed', 'locked'))
    THEN
      IF NEW.state = OLD.state THEN RETURN NEW; END IF;
      PERFORM 1 FROM funding_ledger WHERE id = NEW.ledger_id FOR NO KEY UPDATE;
      IF NEW.state <> 'closed' OR EXISTS (SELECT 1 FROM funding_ledger
        WHERE id = NEW.ledger_id AND (seq, head) = (NEW.seq, NEW.head)) THEN RETURN NEW; END IF;
    END IF;
    """,
)
# A batch begins where the one before ended.
BATCH = guarded(
    "funding_exportbatch",
    "funding_exportbatch_without_gaps",
    "INSERT OR UPDATE OR DELETE",
    """
    IF TG_OP = 'INSERT' AND NEW.first_seq = 1 + coalesce(
        (SELECT max(last_seq) FROM funding_exportbatch WHERE ledger_id = NEW.ledger_id), 0)
      AND NEW.last_seq <= (SELECT seq FROM funding_ledger WHERE id = NEW.ledger_id)
    THEN RETURN NEW; END IF;
    """,
)
# An actual keeps its document; it is placed in the ledger once, by a transfer of the same money.
DOCUMENT = ["id", "ledger_id", "source", "document_id", "posted_on", "amount", "cost_centre", "erp_account"]
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
    IF OLD.transfer_id IS NULL AND (TG_OP = 'DELETE' OR ({", ".join(f"NEW.{c}" for c in DOCUMENT)})
      = ({", ".join(f"OLD.{c}" for c in DOCUMENT)}))
    THEN RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END; END IF;
    """,
)
KEPT = {
    "authoritylimit": ["role", "person_id", "kind", "domain_id", "currency", "max_amount", "valid_from", "valid_to"],
    "approvalrule": ["kind", "domain_id", "currency", "from_amount", "approvers"],
    "signoffrule": ["key", "question", "kind", "currency", "from_amount", "role"],
    "delegation": ["giver_id", "taker_id", "starts_on", "ends_on", "currency", "max_amount"],
}


def only_ended(model: str) -> tuple[str, str]:
    """A rule of authority is ended once, and never changed or deleted."""
    columns = ["id", *KEPT[model], "set_at", "set_by_id"]
    return guarded(
        f"funding_{model}",
        f"funding_{model}_only_ended",
        "UPDATE OR DELETE",
        f"""
        IF TG_OP = 'UPDATE' AND OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL
          AND ({", ".join(f"NEW.{c}" for c in columns)})
            IS NOT DISTINCT FROM ({", ".join(f"OLD.{c}" for c in columns)})
        THEN RETURN NEW; END IF;
        """,
    )


def added(table: str, name: str, what: str) -> tuple[str, str]:
    return f"ALTER TABLE {table} ADD CONSTRAINT {name} {what};", f"ALTER TABLE {table} DROP CONSTRAINT {name};"


# Ranges need no extension: one that holds a single key stands for “the same”.
SAME_LEDGER = "int8range(ledger_id, ledger_id, '[]') WITH &&"
CONSTRAINTS = [
    added(
        "funding_fiscalperiod", "funding_fiscalperiod_no_overlap",
        f"EXCLUDE USING gist ({SAME_LEDGER}, daterange(starts_on, ends_on, '[]') WITH &&)",
    ),
    added(
        "funding_exportbatch", "funding_exportbatch_no_overlap",
        f"EXCLUDE USING gist ({SAME_LEDGER}, int8range(first_seq, last_seq, '[]') WITH &&)",
    ),
    added(
        "funding_capacity", "funding_capacity_no_overlap",
        "EXCLUDE USING gist (int8range(team_id, team_id, '[]') WITH &&, daterange(starts_on, ends_on, '[]') WITH &&)",
    ),
    # What the budget of an account refers to: both are of one ledger.
    added("funding_budget", "funding_budget_of_one_ledger", "UNIQUE (id, ledger_id)"),
    added(
        "funding_account", "funding_account_of_the_ledger_of_its_budget",
        "FOREIGN KEY (budget_id, ledger_id) REFERENCES funding_budget (id, ledger_id)",
    ),
    added(
        "funding_transfer", "funding_transfer_mirrors_what_it_reverses",
        "FOREIGN KEY (reverses_id, amount, credit_account_id, debit_account_id)"
        " REFERENCES funding_transfer (id, amount, debit_account_id, credit_account_id)",
    ),
    added(
        "funding_fundingrequest", "funding_fundingrequest_rests_on_its_decision",
        "FOREIGN KEY (decision_id, bet_id, decision_kind) REFERENCES bets_decision (id, bet_id, kind)",
    ),
    added(
        "funding_approval", "funding_approval_of_what_was_proposed",
        "FOREIGN KEY (request_id, proposer_id, measured) REFERENCES funding_fundingrequest (id, proposer_id, measured)",
    ),
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("funding", "0001_initial")]
    operations = [
        migrations.RunSQL(*one)
        for one in (
            QUORUM, POSTING, WHOLE, WRITTEN, LEDGER, ACCOUNT, REQUEST, LINE, APPROVAL, PERIOD, BATCH, ACTUAL,
            *(append_only(f"funding_{table}") for table in (
                "transfer", "requestnote", "requestfile", "reconciliation", "reconciliationline", "valueagreement",
            )),
            *(never_emptied(f"funding_{table}") for table in ("transfer", "approval", "exportbatch", "actual")),
            *(only_ended(model) for model in KEPT),
            *CONSTRAINTS,
        )
    ]  # fmt: skip
