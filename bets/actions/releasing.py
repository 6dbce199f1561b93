"""What shipped when: releases are marked on the charts of a bet, and withdrawn when they were a mistake."""

from datetime import date, datetime

from django.db import transaction

from bets.models import Bet, Release
from bets.rules_foretold import marker_refusals, release_refusals
from lib.refusals import Refused, refuse_if
from org.actions import record_event
from org.models import Person
from org.visibility import powers_of


@transaction.atomic
def mark_release(
    bet: Bet, name: str, shipped_on: date, *, note: str = "", url: str = "", by: Person, at: datetime, today: date
) -> Release:
    """Marks on the charts of a bet's outcomes what shipped on a day that has come."""
    bet = Bet.objects.select_for_update(no_key=True).get(pk=bet.pk)
    refuse_if(marker_refusals(powers_of(by), bet))
    name, note, url = name.strip(), note.strip(), url.strip()
    taken = Release.objects.filter(bet=bet, name=name, shipped_on=shipped_on, withdrawn_at=None).exists()
    refuse_if(release_refusals(name, shipped_on, note, url, today=today, taken=taken))
    release = Release.objects.create(
        bet=bet, name=name, shipped_on=shipped_on, note=note, url=url, marked_at=at, marked_by=by
    )
    sentence = f"Released on {shipped_on:%-d %B %Y}: {name}."
    record_event(bet, "release marked", sentence, at=at, by=by, release=release.pk, shipped_on=shipped_on.isoformat())
    return release


@transaction.atomic
def withdraw_release(release: Release, *, by: Person, at: datetime) -> Release:
    """Takes a marker that was a mistake off the charts; the history keeps it."""
    bet = Bet.objects.select_for_update(no_key=True).get(pk=release.bet_id)
    release = Release.objects.select_for_update(no_key=True).get(pk=release.pk)
    refuse_if(marker_refusals(powers_of(by), bet))
    if release.withdrawn_at is not None:
        raise Refused("This release has been withdrawn already.")
    release.withdrawn_at, release.withdrawn_by = at, by
    release.save(update_fields=["withdrawn_at", "withdrawn_by"])
    sentence = f"Release withdrawn: {release.name}, marked on {release.shipped_on:%-d %B %Y}."
    record_event(bet, "release withdrawn", sentence, at=at, by=by, release=release.pk)
    return release
