from django.db import migrations

from lib.triggers import append_only, guarded

# A vote is cast or changed only while its round is asked for: the first until the item opens, the second from the call
# for it until the decision. The item is locked meanwhile, so that it does not open in between.
OPEN_FOR = """
SELECT * INTO item FROM portfolio_agendaitem WHERE id = {vote}.item_id FOR SHARE;
IF ({vote}.round = 1 AND item.opened_at IS NULL)
   OR ({vote}.round = 2 AND item.again_at IS NOT NULL AND item.decision_id IS NULL)
THEN {then} END IF;
"""
WHOSE = "IF TG_OP = 'UPDATE' AND (NEW.item_id, NEW.person_id, NEW.round) <> (OLD.item_id, OLD.person_id, OLD.round) THEN"


def secret(table, name, find):
    """A guard with a variable for the item."""
    up, down = guarded(table, name, "INSERT OR UPDATE OR DELETE", find)
    return up.replace("AS $$", "AS $$ DECLARE item portfolio_agendaitem%ROWTYPE; vote portfolio_vote%ROWTYPE;"), down


VOTE = f"""
{WHOSE} RAISE EXCEPTION 'portfolio_vote_before_its_round_ends' USING ERRCODE = '23514'; END IF;
IF TG_OP = 'DELETE' THEN {OPEN_FOR.format(vote="OLD", then="RETURN OLD;")}
ELSE {OPEN_FOR.format(vote="NEW", then="RETURN NEW;")} END IF;
"""
CHANCE = f"""
IF TG_OP = 'DELETE' THEN
    SELECT * INTO vote FROM portfolio_vote WHERE id = OLD.vote_id; {OPEN_FOR.format(vote="vote", then="RETURN OLD;")}
ELSE
    SELECT * INTO vote FROM portfolio_vote WHERE id = NEW.vote_id; {OPEN_FOR.format(vote="vote", then="RETURN NEW;")}
END IF;
"""
# An item that was opened stays on its agenda, and one that was decided stays as it is.
ITEM = """
IF TG_OP = 'DELETE' AND OLD.opened_at IS NULL THEN RETURN OLD; END IF;
IF TG_OP = 'UPDATE' AND OLD.decision_id IS NULL
   AND (NEW.review_id, NEW.bet_id) = (OLD.review_id, OLD.bet_id)
   AND (OLD.opened_at IS NULL OR NEW.opened_at = OLD.opened_at)
   AND (OLD.again_at IS NULL OR NEW.again_at = OLD.again_at)
THEN RETURN NEW; END IF;
"""
# A review that was held or cancelled is over.
REVIEW = """
IF TG_OP = 'UPDATE' AND OLD.state IN ('planned', 'open') AND (NEW.forum_id, NEW.number) = (OLD.forum_id, OLD.number)
THEN RETURN NEW; END IF;
"""
KEYS = (
    """
    ALTER TABLE portfolio_review ADD CONSTRAINT portfolio_review_shows_its_own_item
        FOREIGN KEY (at_item_id, id) REFERENCES portfolio_agendaitem (id, review_id) DEFERRABLE INITIALLY DEFERRED;
    ALTER TABLE portfolio_agendaitem ADD CONSTRAINT portfolio_agendaitem_decision_on_its_bet
        FOREIGN KEY (decision_id, bet_id) REFERENCES bets_decision (id, bet_id) DEFERRABLE INITIALLY DEFERRED;
    """,
    """
    ALTER TABLE portfolio_review DROP CONSTRAINT portfolio_review_shows_its_own_item;
    ALTER TABLE portfolio_agendaitem DROP CONSTRAINT portfolio_agendaitem_decision_on_its_bet;
    """,
)


class Migration(migrations.Migration):
    dependencies = [("portfolio", "0002_forums_and_reviews")]
    operations = [
        migrations.RunSQL(*secret("portfolio_vote", "portfolio_vote_before_its_round_ends", VOTE)),
        migrations.RunSQL(*secret("portfolio_chance", "portfolio_chance_before_its_round_ends", CHANCE)),
        migrations.RunSQL(*guarded("portfolio_agendaitem", "portfolio_agendaitem_stays", "UPDATE OR DELETE", ITEM)),
        migrations.RunSQL(*guarded("portfolio_review", "portfolio_review_over", "UPDATE OR DELETE", REVIEW)),
        migrations.RunSQL(*append_only("portfolio_attendance")),
        migrations.RunSQL(*KEYS),
    ]
