"""State changes of shadow mode: leaving it, and writing down what it let pass."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cached_property

from django.db import connection, transaction

from bets.models import Bet
from funding.models import Advice, Enforcement, FundingRequest
from funding.rules_shadow import leave_refusals, leaver_refusals
from funding.shadow import enforcement, is_enforced
from lib.refusals import refuse_if
from lib.seen import stale_refusals
from org.actions import record_event
from org.models import Person
from org.visibility import powers_of

SENTENCE_AT_MOST = 1000


class Binding:
    """What of the reasons of one action binds on its day. Asked once, and only where there is a reason at all."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.kept: list[tuple[str, str]] = []

    @cached_property
    def binds(self) -> bool:
        return is_enforced(self.today)

    def stops(self, kind: str, reasons: Iterable[str]) -> list[str]:
        """These reasons where they bind; in shadow mode none of them, and they are kept as advice."""
        found = list(reasons)
        if not found or self.binds:
            return found
        self.kept += [(kind, reason[:SENTENCE_AT_MOST]) for reason in found]
        return []

    def advise(self, *, by: Person, at: datetime, bet: Bet | None, request: FundingRequest | None = None) -> None:
        """Writes what was kept, in the caller's transaction; of a request each thing once, however often it is in the
        way."""
        if not self.kept:
            return
        known = Advice.objects.filter(request=request).values_list("kind", "sentence") if request else ()
        told = {(kind, _thing(sentence)) for kind, sentence in known}
        Advice.objects.bulk_create(
            Advice(kind=kind, sentence=sentence, bet=bet, request=request, given_at=at, given_to=by)
            for kind, sentence in dict.fromkeys(self.kept) if (kind, _thing(sentence)) not in told
        )  # fmt: skip
        self.kept = []


def _thing(sentence: str) -> str:
    """What is in the way: what a sentence says before its colon; how it stands follows, and may have changed since."""
    return sentence.partition(":")[0]


def standing_of(stands: Enforcement | None) -> dict[str, object]:
    """What has been decided, as its form is filled."""
    return {"from_on": stands.from_on, "reason": stands.reason} if stands else {"from_on": None, "reason": ""}


@transaction.atomic
def leave_shadow_mode(
    *, from_on: date, reason: str, by: Person, at: datetime, today: date, seen: str | None = None
) -> Enforcement:
    """Decides that gates, guardrails and recommendations bind from a day on. Until that day has come another one may be
    decided; the same is decided once."""
    with connection.cursor() as cursor:  # whoever decides meanwhile waits: there is no row to lock before the first
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('shadow mode', 0))")
    refuse_if(leaver_refusals(powers_of(by)))
    stands, reason = enforcement(), reason.strip()
    if stands and (stands.from_on, stands.reason, stands.decided_by_id) == (from_on, reason, by.pk):
        return stands
    refuse_if(leave_refusals(stands.from_on if stands else None, from_on, reason, today=today))
    refuse_if(stale_refusals(seen, standing_of(stands)))
    made = Enforcement.objects.create(from_on=from_on, reason=reason, decided_at=at, decided_by=by)
    said = f"Shadow mode ends on {from_on}: from then on gates, guardrails and recommendations bind."
    record_event(made, "shadow mode left", said, at=at, by=by, before=str(stands.from_on) if stands else None)
    return made
