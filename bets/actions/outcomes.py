"""Outcomes: stated from a series, changed or dropped while the bet is a draft."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, ProtectedError

from bets import rules
from bets.models import Bet, Outcome, Segment, Sketch
from bets.rules_outcome import add_refusals, change_refusals, series_refusals, twice_refusals
from bets.signals import noise_history
from lib.refusals import Refused, refuse_if
from lib.seen import seen_of, stale_refusals
from metrics.definition import definition_of, zone_of
from metrics.models import Series
from org.actions import record_event
from org.models import Person
from org.visibility import powers_of

Part = tuple[str, Series, float]  # a segment: name, series, weight
LINES = (
    "contrast", "baseline", "target", "kill_line", "starts_on", "decide_by", "planned_exposures", "role", "weight",
    "grace_days", "glide", "share",
)  # fmt: skip


def outcome_seen(outcome: Outcome) -> str:
    """Fingerprint of what a form for this outcome was filled with."""
    return seen_of(_seen(outcome))


def _seen(outcome: Outcome) -> dict[str, Any]:
    return {"series": outcome.series_id} | {name: getattr(outcome, name) for name in LINES}


@transaction.atomic
def add_outcome(
    bet: Bet, series: Series, *, target: float, kill_line: float, decide_by: date, planned_exposures: float,
    by: Person, at: datetime, today: date, baseline: float | None = None, contrast: str = "",
    starts_on: date | None = None, role: str = "primary", weight: float = 1.0, grace_days: int = 0,
    glide: str = "flat", share: float = 0.5, segments: Sequence[Part] = (),
) -> Outcome:  # fmt: skip
    """States an outcome of a draft or live bet; what is stated is frozen once the bet is live.

    `segments` are (name, series, weight); their weights add up to 1.
    """
    bet = Bet.objects.select_for_update(no_key=True).get(pk=bet.pk)
    refuse_if(add_refusals(powers_of(by), bet))
    fields: dict[str, Any] = {
        "contrast": contrast, "baseline": baseline, "target": target, "kill_line": kill_line,
        "starts_on": starts_on or bet.starts_on, "decide_by": decide_by, "planned_exposures": planned_exposures,
        "role": role, "weight": weight, "grace_days": grace_days, "glide": glide, "share": share,
    }  # fmt: skip
    refuse_if(_series_refusals(by, series, segments))
    refuse_if(rules.outcome_refusals(statement_of(series, segments, fields), today=today))
    refuse_if(twice_refusals(_same(bet, series, fields)))
    number = (bet.outcomes.aggregate(last=Max("number"))["last"] or 0) + 1
    outcome = Outcome.objects.create(bet=bet, number=number, series=series, **_of(series), **fields)
    Segment.objects.bulk_create(
        Segment(outcome=outcome, name=name, series=part, weight=share_of_it) for name, part, share_of_it in segments
    )
    sentence = f"Outcome {number}: {series.metric}. {noise_history(outcome, today)}"
    record_event(bet, "outcome stated", sentence.strip(), at=at, by=by, target=target, kill=kill_line)
    return outcome


@transaction.atomic
def change_outcome(
    outcome: Outcome, *, seen: str | None = None, by: Person, at: datetime, today: date, **fields: Any
) -> Outcome:
    """Changes what an outcome of a draft says; what is not given in `fields` (LINES, or a `series`) stays.

    `seen` is the outcome_seen of what the person looked at; when it has changed since, nothing is written.
    """
    bet = Bet.objects.select_for_update(no_key=True).get(pk=outcome.bet_id)
    refuse_if(change_refusals(powers_of(by), bet))
    outcome = _still(outcome)
    refuse_if(stale_refusals(seen, _seen(outcome)))
    series = fields.pop("series", outcome.series)
    segments = [(part.name, part.series, part.weight) for part in outcome.segments.select_related("series__source")]
    stated = {name: getattr(outcome, name) for name in LINES} | fields
    refuse_if(_series_refusals(by, series, segments))
    refuse_if(rules.outcome_refusals(statement_of(series, segments, stated), today=today))
    refuse_if(twice_refusals(_same(bet, series, stated, but=outcome)))
    said = _changed(outcome, series, stated)
    for name, value in {"series": series, **_of(series), **stated}.items():
        setattr(outcome, name, value)
    if said:
        outcome.save()
        sentence = f"Outcome {outcome.number} changed: {', '.join(said)}."
        record_event(bet, "outcome changed", sentence, at=at, by=by, **said)
    return outcome


@transaction.atomic
def drop_outcome(outcome: Outcome, *, by: Person, at: datetime) -> None:
    """Takes an outcome out of a draft; the event keeps what it said."""
    bet = Bet.objects.select_for_update(no_key=True).get(pk=outcome.bet_id)
    refuse_if(change_refusals(powers_of(by), bet))
    outcome = _still(outcome)
    kept = {name: _plain(getattr(outcome, name)) for name in ("target", "kill_line", "decide_by")}
    said = f"Outcome {outcome.number} dropped: {outcome.series.metric}."
    try:
        outcome.segments.all().delete()
        outcome.delete()
        Sketch.objects.filter(bet=bet, step=f"outcome-{outcome.number}").delete()  # its number may be given again
    except ProtectedError:
        raise Refused(
            "Evidence, a forecast or a gate points to this outcome: it stays, but its lines can be changed."
        ) from None
    record_event(bet, "outcome dropped", said, at=at, by=by, **kept)


def _still(outcome: Outcome) -> Outcome:
    """The outcome as it stands, unless somebody dropped it meanwhile."""
    found = Outcome.objects.select_related("series__metric", "series__source").filter(pk=outcome.pk).first()
    if found is None:
        raise Refused("Somebody dropped this outcome meanwhile: state it anew if it is still meant.")
    return found


def _of(series: Series) -> dict[str, Any]:
    """What an outcome takes from its series."""
    return {"higher_is_better": series.metric.direction == "higher", "definition": definition_of(series)}


def _series_refusals(by: Person, whole: Series, segments: Sequence[Part]) -> list[str]:
    powers = powers_of(by)
    used = [whole, *(series for _, series, _ in segments)]
    return [words for series in used for words in series_refusals(powers, series.key, series.source.domain_id)]


def statement_of(series: Series, segments: Sequence[Part], fields: dict[str, Any]) -> rules.Statement:
    """What the rules are asked about; `segments` as in add_outcome."""
    return rules.Statement(
        kind=series.metric.kind, has_control=series.has_control, metric_class=series.metric.metric_class,
        higher_is_better=series.metric.direction == "higher", parts=_parts(series, segments),
        zones=_zones([series, *(part for _, part, _ in segments)]), **fields,
    )  # fmt: skip


def _same(bet: Bet, series: Series, fields: dict[str, Any], but: Outcome | None = None) -> int | None:
    """Number of another outcome of the bet with the same series and lines."""
    named = {name: fields[name] for name in ("contrast", "target", "kill_line", "decide_by", "role")}
    found = bet.outcomes.current().filter(series=series, **named)
    if but is not None:
        found = found.exclude(pk=but.pk)
    return found.values_list("number", flat=True).first()


def _changed(outcome: Outcome, series: Series, stated: dict[str, Any]) -> dict[str, list[Any]]:
    """By name: what was, and what is now."""
    pairs = {"series": (outcome.series.key, series.key)} if outcome.series_id != series.pk else {}
    pairs |= {name: (getattr(outcome, name), stated[name]) for name in LINES if getattr(outcome, name) != stated[name]}
    return {name.replace("_", " "): [_plain(before), _plain(after)] for name, (before, after) in pairs.items()}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _parts(whole: Series, segments: Sequence[Part]) -> tuple[rules.Part, ...]:
    return tuple(
        rules.Part(
            name,
            str(series.pk),
            weight,
            series.pk != whole.pk and (series.metric_id, series.grain) == (whole.metric_id, whole.grain),
        )
        for name, series, weight in segments
    )


def _zones(series: Sequence[Series]) -> frozenset[str]:
    return frozenset(zone_of(one.source) for one in series)
