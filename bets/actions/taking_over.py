"""The sound rows of a file become draft bets, all of them in one transaction."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from bets.imports.checking import Layout, checked, compared, draft_of, layout_of
from bets.imports.known import known_for
from bets.imports.touched import IMPORTED
from bets.imports.whole import Keys
from bets.models import Bet, Effort, Hypothesis, Import, ImportRow, Sketch, Tranche
from bets.rules_import import Draft, Known
from org.actions import record_event
from org.models import Event, Person

BATCH = 1_000
GATE = "To be stated: it was a project without gates."


@transaction.atomic
def write_drafts(file: Import, *, by: Person, at: datetime) -> str:
    """Takes over the rows without errors, and says so in a sentence. Rows are looked at once more: when one can no
    longer be taken over, none is, and the file is back to where it was checked."""
    file = Import.objects.select_for_update(no_key=True).get(pk=file.pk)
    if file.state != Import.State.TAKING:
        return "Nothing was left to be taken over."
    layout, known = layout_of(file), known_for(by, timezone.localdate(at))
    rows = list(file.rows.filter(reasons=[]))
    if changed := _no_longer_sound(rows, layout, known):
        return _give_back(file, changed, at=at)
    drafts = [(row, draft) for row in rows if (draft := draft_of(row, layout, known)[0])]
    bets = _bets(drafts, known.today)
    _plans(bets, drafts, by=by, at=at)
    _origins(file, bets, drafts, by=by, at=at)
    file.state, file.done_at = Import.State.DONE, at
    file.save(update_fields=["state", "done_at"])
    said = f"{len(bets):,} draft bets taken over from {file}."
    leads = sorted({bet.lead_id for bet in bets})
    record_event(file, "import taken over", said, at=at, by=by, bets=len(bets), leads=leads, left_out=file.rows_bad)
    return said


def _no_longer_sound(rows: Sequence[ImportRow], layout: Layout, known: Known) -> list[ImportRow]:
    found = [*checked(rows, layout, known), *compared(rows, layout, known)]
    return list({row.pk: row for row in found if row.reasons}.values())


def _give_back(file: Import, rows: Sequence[ImportRow], *, at: datetime) -> str:
    ImportRow.objects.bulk_update(rows, ["reasons"], batch_size=500)
    file.rows_bad, file.state = file.rows.exclude(reasons=[]).count(), Import.State.CHECKED
    file.save(update_fields=["rows_bad", "state"])
    said = f"Nothing was taken over from {file}: {len(rows):,} rows cannot be any more since the file was checked."
    record_event(file, "import given back", said, at=at)
    return said


def _bets(drafts: Sequence[tuple[ImportRow, Draft]], today: date) -> list[Bet]:
    taken = list(Bet.objects.values_list("domain_id", "key"))
    keys = Keys([*taken, *((draft.domain.pk, draft.key) for _, draft in drafts if draft.key)])
    bets = [
        Bet(
            key=draft.key or keys.free(draft.domain.pk, draft.domain.key), name=draft.name, domain_id=draft.domain.pk,
            goal_id=draft.goal.pk if draft.goal else None, lead_id=draft.lead.pk, stage=draft.stage,
            horizon=draft.horizon, currency=draft.currency, starts_on=draft.starts_on or today,
        )
        for _, draft in drafts
    ]  # fmt: skip
    return Bet.objects.bulk_create(bets, batch_size=BATCH)


def _plans(bets: Sequence[Bet], drafts: Sequence[tuple[ImportRow, Draft]], *, by: Person, at: datetime) -> None:
    """What belongs to each bet: teams, effort, the budget as one tranche, and its hypothesis or what there is of it."""
    both = [(bet, draft) for bet, (_, draft) in zip(bets, drafts, strict=True)]
    through = Bet.teams.through
    through.objects.bulk_create(
        [through(bet_id=bet.pk, team_id=team.pk) for bet, draft in both for team in draft.teams], batch_size=BATCH
    )
    Effort.objects.bulk_create(
        [Effort(bet=bet, team_id=team.pk, weeks=weeks) for bet, draft in both for team, weeks in draft.weeks],
        batch_size=BATCH,
    )
    Tranche.objects.bulk_create([_tranche(bet, draft) for bet, draft in both if draft.amount], batch_size=BATCH)
    Hypothesis.objects.bulk_create(
        [
            Hypothesis(bet=bet, version=1, written_at=at, written_by=by, **draft.said)
            for bet, draft in both
            if draft.is_claim
        ],
        batch_size=BATCH,
    )
    Sketch.objects.bulk_create(_sketches(both, at), batch_size=BATCH)


def _tranche(bet: Bet, draft: Draft) -> Tranche:
    return Tranche(
        bet=bet, sequence=1, amount=draft.amount, purpose=f"Carried over: {draft.name}"[:200], gate=GATE,
        planned_on=bet.starts_on,
        lasts_until=draft.ends_on if draft.ends_on and draft.ends_on > bet.starts_on else None,
    )  # fmt: skip


def _sketches(both: Iterable[tuple[Bet, Draft]], at: datetime) -> list[Sketch]:
    """What the project says of itself, where it is not a whole hypothesis: the form of the lead opens with it."""
    return [
        Sketch(
            person_id=bet.lead_id, bet=bet, step="hypothesis", left_at=at,
            typed={part: [text] for part, text in draft.said.items()},
        )
        for bet, draft in both
        if draft.said and not draft.is_claim
    ]  # fmt: skip


def _origins(
    file: Import, bets: Sequence[Bet], drafts: Sequence[tuple[ImportRow, Draft]], *, by: Person, at: datetime
) -> None:
    """Ties each row to its bet, and writes into the history of each bet where it came from."""
    rows, events = [], []
    for bet, (row, _) in zip(bets, drafts, strict=True):
        row.bet = bet
        rows.append(row)
        said = f"{bet.key} imported as a draft from line {row.number:,} of {file}."[:500]
        events.append(
            Event(
                at=at, kind=IMPORTED, by=by, subject_type=Bet._meta.label_lower, subject_id=bet.pk, sentence=said,
                payload={"import": file.pk, "line": row.number},
            )
        )  # fmt: skip
    ImportRow.objects.bulk_update(rows, ["bet"], batch_size=500)
    Event.objects.bulk_create(events, batch_size=BATCH)
