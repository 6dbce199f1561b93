"""Loads what people of the sample have written down: standards, assumptions, evidence, forecasts, talk, value."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from bets.actions import (
    Link,
    add_assumption,
    add_learning_outcome,
    confirm_evidence,
    keep_allowance,
    keep_template,
    log_evidence,
    mark_release,
    record_gate,
    record_value,
    set_cost,
    state_forecast,
    write_comment,
)
from bets.models import Bet, Comment, EvidenceKind, Reading, Tranche
from lib.periods import months_before
from org.actions import set_rate
from org.models import Person, Team
from portfolio.sample import log, notes
from portfolio.sample.people import email_of
from portfolio.sample.shapes import Found, Talk

THOUSAND = 100_000  # minor units


def keep_the_standards(at: datetime) -> None:
    """Rates, templates and the allowance of discovery bets; kinds of evidence are those of a new installation."""
    keeper = person("daniel.hoffmann")
    for key, thousands in notes.RATES.items():
        set_rate(Team.objects.get(key=key), thousands * THOUSAND, "EUR", by=keeper, at=at)
    for key, fields in notes.TEMPLATES.items():
        keep_template(None, key=key, **fields, by=keeper, at=at)
    amount, days, cap = notes.ALLOWANCE
    keep_allowance(None, currency="EUR", amount=amount * THOUSAND, days=days, cap=cap, by=keeper, at=at)


def write_down(bet: Bet, at: datetime) -> None:
    """What the lead of a bet writes down while it is a draft, besides its outcomes and its money."""
    for one in notes.THOUGHTS.get(bet.key, ()):
        add_assumption(bet, one.statement, one.importance, next_test=one.next_test, by=bet.lead, at=at)
    if weeks := notes.EFFORTS.get(bet.key):
        set_cost(bet, {team: weeks[team.key] for team in Team.objects.filter(key__in=weeks)}, by=bet.lead, at=at)
    for asked in log.LEARNING:
        if asked.key == bet.key:
            add_learning_outcome(
                bet, asked.kind, asked.question, bet.starts_on + timedelta(days=asked.within), goal=asked.goal or None,
                reader=person(asked.reader) if asked.reader else None, by=bet.lead, at=at, today=bet.starts_on,
            )  # fmt: skip


def written(key: str) -> dict[str, Any]:
    """Texts of a bet that it is stated with."""
    return {"premortem": notes.PREMORTEMS.get(key, ""), "value_conversion": notes.CONVERSIONS.get(key, "")}


def person(email: str) -> Person:
    return Person.objects.get(email=email_of(email))


def tell_the_log(today: date) -> None:
    """What has happened since, each on its own day."""
    bets = _bets()
    kinds = {kind.key: kind for kind in EvidenceKind.objects.all()}
    for found in log.FINDINGS:
        _log(bets[found.key], found, kinds[found.kind], today)
    for shipped in log.RELEASES:
        bet, day = bets[shipped.key], today - timedelta(days=shipped.ago)
        mark_release(bet, shipped.name, day, note=shipped.note, by=bet.lead, at=_noon(day), today=day)
    for said in log.GATES:
        tranche, at = bets[said.key].tranches.get(sequence=said.tranche), _noon(today - timedelta(days=said.ago))
        record_gate(tranche, said.met, said.note, by=person(said.who), at=at)
    _say_the_rest(today)
    finance = person("ingrid.solberg")
    for worth in log.REALISED:
        month, at = months_before(today, worth.months), _noon(today)
        record_value(bets[worth.key], month, worth.thousands * THOUSAND, worth.note, by=finance, at=at, today=today)
    _talk(bets, today)


def _bets() -> dict[str, Bet]:
    return {bet.key: bet for bet in Bet.objects.filter(is_sample=True).select_related("lead", "domain")}


def _say_the_rest(today: date) -> None:
    """Of the gates of more than a month ago; what was not met is told above."""
    passed = Tranche.objects.filter(bet__is_sample=True, planned_on__lt=today - timedelta(days=30), gate_result=None)
    executive = person("helena.brandt")
    for tranche in passed.select_related("bet").order_by("planned_on", "pk"):
        if (tranche.bet.key, tranche.sequence) not in log.UNSAID:
            at = _noon(tranche.planned_on)
            record_gate(tranche, True, "As the review saw it that week.", by=executive, at=at)


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12, 5), tzinfo=timezone.get_current_timezone())


def _target(bet: Bet, name: str) -> Any:
    """a1, o1, l1 or t1 of a bet."""
    sets: Mapping[str, Callable[[int], Any]] = {
        "a": lambda number: bet.assumptions.get(number=number),
        "o": lambda number: bet.outcomes.current().get(number=number),
        "l": lambda number: bet.learning_outcomes.get(number=number),
        "t": lambda number: bet.tranches.get(sequence=number),
    }
    return sets[name[0]](int(name[1:]))


def _log(bet: Bet, found: Found, kind: EvidenceKind, today: date) -> None:
    day = today - timedelta(days=found.ago)
    links = [Link(_target(bet, name[1:]), name[0] == "+") for name in found.bears.split(",")]
    shown = Reading.objects.filter(outcome__bet=bet, as_of__lte=day).order_by("-as_of", "-run").first()
    evidence = log_evidence(
        bet, kind, did=found.did, observed=found.observed, learned=found.learned, strength=found.strength,
        happened_on=day - timedelta(days=1), links=links, reading=shown if found.snapshot else None, by=bet.lead,
        at=_noon(day), today=day,
    )  # fmt: skip
    if found.confirmed:
        at = _noon(day + timedelta(days=2))
        confirm_evidence(evidence, strength=found.strength, by=person("daniel.hoffmann"), at=at)


def foretell(today: date) -> None:
    """How sure people were, each on the day on which they said so; before the nights in which outcomes resolve."""
    bets = _bets()
    for sure in log.FORECASTS:
        day, target = today - timedelta(days=sure.ago), _target(bets[sure.key], sure.what)
        about = {"tranche" if sure.what[0] == "t" else "outcome": target}
        state_forecast(person(sure.who), sure.per_cent / 100, note=sure.note, at=_noon(day), today=day, **about)


def _talk(bets: Mapping[str, Bet], today: date) -> None:
    made: list[Comment] = []
    for talk in log.TALK:
        made.append(_say(bets[talk.key], talk, made, today - timedelta(days=talk.ago)))


def _say(bet: Bet, talk: Talk, made: list[Comment], day: date) -> Comment:
    return write_comment(
        bet, talk.text, mentions=[person(one) for one in talk.mentions], asks=person(talk.asks) if talk.asks else None,
        answer_by=day + timedelta(days=talk.within) if talk.asks else None,
        reply_to=None if talk.answers is None else made[talk.answers], by=person(talk.who), at=_noon(day), today=day,
    )  # fmt: skip
