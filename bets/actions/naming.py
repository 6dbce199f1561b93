"""Who reads a near miss, when it is to be somebody else."""

from datetime import date, datetime

from django.db import transaction

from bets.models import Bet, Flag, SecondReading
from bets.rules_reader import Naming, naming_refusals
from lib.refusals import refuse_if
from lib.seen import stale_refusals
from org.actions import record_event
from org.models import Person
from org.visibility import powers_of


def reader_of(flag: Flag) -> dict[str, object]:
    """Who reads a near miss until when, as the form to change it is filled."""
    return {"reader": flag.reader_id, "read_by": flag.read_by}


@transaction.atomic
def name_reader(
    flag: Flag, reader: Person, read_by: date, *, by: Person, at: datetime, today: date, seen: str | None = None
) -> Flag:
    """Names another reader of an open near miss that nobody has read yet; the one before no longer reads it."""
    bet = Bet.objects.select_for_update(no_key=True).get(pk=flag.bet_id)
    flag = Flag.objects.select_for_update(no_key=True, of=["self"]).select_related("reader").get(pk=flag.pk)
    wanted = Naming(
        kind=flag.kind, is_open=flag.cleared_on is None, is_read=SecondReading.objects.filter(flag=flag).exists(),
        domain=bet.domain_id, lead=bet.lead_id, reader=reader.pk, powers=powers_of(reader), read_by=read_by,
        changes=(flag.reader_id, flag.read_by) != (reader.pk, read_by),
    )  # fmt: skip
    refuse_if(stale_refusals(seen, reader_of(flag)))
    refuse_if(naming_refusals(powers_of(by), by.pk, wanted, today=today))
    former = flag.reader
    flag.reader, flag.read_by = reader, read_by
    flag.save(update_fields=["reader", "read_by"])
    instead = f", instead of {former}" if former and former != reader else ""
    said = f"{reader} reads the near miss until {read_by:%d %B %Y}{instead}."
    record_event(bet, "reader named", said, at=at, by=by, flag=flag.pk, reader=reader.pk, read_by=read_by.isoformat())
    return flag
