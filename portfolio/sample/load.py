"""Loads the sample enterprise: through the same actions as everyone, then its past nights through the same jobs."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from bets.actions import Claim, add_goal, add_outcome, go_live, plan_tranche, state_bet
from bets.models import Bet, Evidence, Flag, Goal, Reading
from funding.actions import leave_shadow_mode
from lib.refusals import Refused
from metrics.actions import record_signal, register_metric, register_series, register_source
from metrics.models import Metric, Pull, Series, Source
from org.actions import add_domain, add_person, add_team, grant_role, start_run
from org.models import Domain, Person, Run, Team
from portfolio.actions import decide_bet
from portfolio.replay import perform_run
from portfolio.sample import claims, direct, service, ventures
from portfolio.sample.board import DECISIONS, VALUES
from portfolio.sample.desk import foretell, keep_the_standards, tell_the_log, write_down, written
from portfolio.sample.enterprise import AREAS, DOMAINS, GOALS, METRICS, TEAMS
from portfolio.sample.files import FOLDER, PLACES, Feeds, config_of, write_all
from portfolio.sample.money import Money
from portfolio.sample.notes import LASTS
from portfolio.sample.people import PASSWORD, PEOPLE, email_of
from portfolio.sample.reviews import open_forums
from portfolio.sample.shapes import Aim, Decided, Story
from portfolio.sample.simulate import BEFORE, Drawn, draw, part_of

STORIES = direct.STORIES + claims.STORIES + service.STORIES + ventures.STORIES
EVERY = 14  # days between two replayed nights
DAILY = 7  # the last days are replayed night by night
DEFINITIONS = {definition.key: definition for definition in METRICS}


@transaction.atomic
def load_sample(at: datetime, today: date) -> str:
    """Loads everything once and says so in one line; a database that has sample bets is left alone."""
    if Bet.objects.filter(is_sample=True).exists():
        return "The sample is loaded already: nothing was changed."
    if Domain.objects.exists() or Metric.objects.exists():
        raise Refused("The sample goes into an empty installation only; this one has domains or metrics of its own.")
    write_files(settings.SIGNALS_FOLDER / FOLDER, today)
    begun = _night_of(today - timedelta(days=BEFORE))
    _add_people_and_places(begun)
    _add_metrics_and_sources(begun)
    _add_goals(begun, today)
    _leave_shadow_mode(begun)
    keep_the_standards(begun)
    for story in sorted(STORIES, key=lambda story: (-story.began, story.key)):
        _add_bet(story, today)
    _type_in(today)
    foretell(today)
    money = _replay(today, at)
    tell_the_log(today)
    money.ask_what_waits()
    open_forums(today, at)
    return _summary()


def feeds_of(today: date) -> dict[str, list[tuple[Aim, str, Drawn]]]:
    """The signals of all outcomes by source."""
    feeds: dict[str, Feeds] = {place.key: [] for place in PLACES}
    for story in STORIES:
        for aim in story.aims:
            metric = DEFINITIONS[aim.metric]
            for feed in (aim, *(part_of(aim, part) for part in aim.parts)):
                feeds[aim.source].append((feed, metric.kind, draw(story, feed, metric, today)))
    return feeds


def write_files(folder: Path, today: date) -> list[Path]:
    """Writes the sample's files; Refused when the folder cannot be written."""
    try:
        return write_all(feeds_of(today), folder, today)
    except OSError as error:
        raise Refused(f"The sample's files cannot be written into {folder}: {error.strerror}.") from None


def _night_of(day: date) -> datetime:
    """The moment of that day's night run."""
    return datetime.combine(day, time(settings.NIGHT_HOUR), tzinfo=timezone.get_current_timezone())


def _add_people_and_places(at: datetime) -> None:
    domains = {key: add_domain(key, name, at=at) for key, name in DOMAINS.items()}
    for key, (domain, name) in TEAMS.items():
        add_team(domains[domain], key, name, at=at)
    for email, name, role, where, signs_in in PEOPLE:
        password, staff = PASSWORD if signs_in else None, role == "admin"
        person = add_person(email_of(email), name, at=at, password=password, is_staff=staff, is_superuser=staff)
        grant_role(person, role, at=at, domain=domains[where] if where else None)


def _add_metrics_and_sources(at: datetime) -> None:
    owner = Person.objects.get(email=email_of("daniel.hoffmann"))
    for metric in METRICS:
        register_metric(
            metric.key, metric.name, metric.kind, at=at, by=owner, unit=metric.unit, counts=metric.counts,
            direction=metric.direction, metric_class=metric.metric_class, cap=metric.cap,
            settle_days=metric.settle_days, owner=owner, area=AREAS.get(metric.key, ""),
        )  # fmt: skip
    for place in PLACES:
        kind = "typed" if place.form == "typed" else "csv"
        domain = Domain.objects.get(key=place.domain)
        register_source(place.key, place.name, kind, domain, at=at, by=owner, config=config_of(place), is_sample=True)


def _add_goals(at: datetime, today: date) -> None:
    for key, (name, measure, (years, month, day)) in GOALS.items():
        add_goal(key, name, measure, date(today.year + years, month, day), at=at)


def _leave_shadow_mode(at: datetime) -> None:
    """On the first day: whatever is asked for in the sample meets gates and guardrails that bind."""
    executive = Person.objects.get(email=email_of("helena.brandt"))
    reason = "Gates and limits were agreed with finance before the first bet was stated: they count from the first day."
    leave_shadow_mode(from_on=at.date(), reason=reason, by=executive, at=at, today=at.date())


def _add_bet(story: Story, today: date) -> None:
    """States a bet as it was stated on its first day, and takes it live unless it is a draft."""
    start = today - timedelta(days=story.began)
    at, lead = _night_of(start), Person.objects.get(email=email_of(story.lead))
    bet = state_bet(
        story.key, story.name, Domain.objects.get(key=story.domain), Claim(*story.claim), lead=lead, by=lead, at=at,
        teams=list(Team.objects.filter(key__in=story.teams)), goal=Goal.objects.filter(key=story.goal).first(),
        stage=story.stage, horizon=story.horizon, starts_on=start, is_sample=True, **_worth(story.key),
        **written(story.key),
    )  # fmt: skip
    for aim in story.aims:
        _add_outcome(bet, aim, today + timedelta(days=story.decide), lead, at)
    for stage in story.stages:
        lasts = start + timedelta(days=LASTS[story.key]) if stage is story.stages[-1] and story.key in LASTS else None
        plan_tranche(
            bet, stage.thousands * 100_000, stage.purpose, stage.gate, start + timedelta(days=stage.day),
            lasts_until=lasts, by=lead, at=at,
        )  # fmt: skip
    write_down(bet, at)
    if not story.draft:
        go_live(bet, by=lead, at=at, today=start)


def _worth(key: str) -> dict[str, Any]:
    """The value that was agreed, in minor units."""
    names = ("value_low", "value_likely", "value_high")
    return {name: thousands * 100_000 for name, thousands in zip(names, VALUES.get(key, ()), strict=False)}


def _add_outcome(bet: Bet, aim: Aim, decide_by: date, lead: Person, at: datetime) -> None:
    source = Source.objects.select_related("domain").get(key=aim.source)
    series = _add_series(source, aim, lead, at)
    # Signals of a domain that the lead does not reach are lent by product operations.
    stater = lead if source.domain_id == bet.domain_id else Person.objects.get(email=email_of("daniel.hoffmann"))
    parts = [(part.name, _add_series(source, part_of(aim, part), lead, at), part.share) for part in aim.parts]
    add_outcome(
        bet, series, target=aim.target, kill_line=aim.kill, decide_by=decide_by, by=stater, at=at, today=bet.starts_on,
        planned_exposures=_plan(aim, (decide_by - bet.starts_on).days),
        baseline=aim.baseline, contrast=aim.contrast,
        role=aim.role, weight=aim.weight, grace_days=aim.grace, glide=aim.glide, segments=parts,
    )  # fmt: skip


def _add_series(source: Source, aim: Aim, lead: Person, at: datetime) -> Series:
    return register_series(
        source, aim.series, Metric.objects.get(key=aim.metric), at=at, by=lead,
        grain=Series.Grain.WEEK if source.kind == Source.Kind.TYPED else Series.Grain.DAY,
        has_control=bool(aim.contrast),
    )  # fmt: skip


def _plan(aim: Aim, days: int) -> float:
    """Exposures as a lead would plan them: both arms, two digits."""
    return float(f"{aim.per_day * (2 if aim.contrast else 1) * days:.1e}")


def _type_in(today: date) -> None:
    """What the leads of typed series have typed in, week by week on the Monday after."""
    for story in STORIES:
        for aim in story.aims:
            series = Series.objects.select_related("source", "metric").get(key=aim.series)
            if series.source.kind == Source.Kind.TYPED:
                lead = Person.objects.get(email=email_of(story.lead))
                _type_weeks(series, draw(story, aim, DEFINITIONS[aim.metric], today), lead, story, today)


def _type_weeks(series: Series, drawn: Drawn, lead: Person, story: Story, today: date) -> None:
    start = today - timedelta(days=story.began)
    monday = start + timedelta(days=-start.weekday() % 7)
    while (done := monday + timedelta(days=7)) <= today:
        week = np.array([monday <= day < done for day in drawn.days])
        n, total = int(drawn.treatment.n[week].sum()), float(drawn.treatment.total[week].sum())
        at = _night_of(done) + timedelta(hours=7)
        record_signal(series, period=monday, n=n, total=total, squares=None, by=lead, at=at, today=done)
        monday = done


def _replay(today: date, at: datetime) -> Money:
    """First pull, past nights, tonight. Flags carry the day on which they would have been raised."""
    yesterday = today - timedelta(days=1)
    money = Money(today - timedelta(days=BEFORE), today)
    _perform("sample", "sample, first pull", yesterday, _night_of(yesterday))
    for ago in [*range(BEFORE - EVERY, DAILY, -EVERY), *range(DAILY, 0, -1)]:
        day = today - timedelta(days=ago)
        money.pay(day)
        _perform("replay", f"sample night {day}", day, _night_of(day))
        before = today - timedelta(days=ago + (EVERY if ago > DAILY else 1))
        _decide(today, [one for one in DECISIONS if before < today - timedelta(days=one.ago) <= day])
    money.pay(today)
    _perform("night", f"night {today}", today, at)
    return money


def _decide(today: date, decided: list[Decided]) -> None:
    """What the executive decided since the night before, each on its own day."""
    executive = Person.objects.get(email=email_of("helena.brandt"))
    for one in decided:
        day = today - timedelta(days=one.ago)
        again = None if one.again is None else day + timedelta(days=one.again)
        decide_bet(
            Bet.objects.get(key=one.key), one.kind, rationale=one.rationale, would_change=one.would_change,
            look_again_on=again, by=executive, at=_night_of(day) + timedelta(hours=12), today=day,
        )  # fmt: skip


def _perform(kind: str, key: str, as_of: date, at: datetime) -> None:
    run = start_run(kind, key, as_of=as_of, at=at)
    if run is None:
        raise Refused(f"The run “{key}” is under way or has ended already: the sample cannot be loaded beside it.")
    perform_run(run, at=at)


def _summary() -> str:
    counts = {
        "people": Person.objects.count(),
        "bets": Bet.objects.filter(is_sample=True).count(),
        "signals read in pulls": sum(Pull.objects.values_list("signals_new", flat=True)),
        "nights": Run.objects.filter(kind__in=["replay", "night"]).count(),
        "readings": Reading.objects.count(),
        "entries of evidence": Evidence.objects.count(),
        "open flags": Flag.objects.filter(cleared_on=None).count(),
    }
    return "Sample loaded: " + ", ".join(f"{count:,} {what}" for what, count in counts.items()) + "."
