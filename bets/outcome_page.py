"""What the pages of outcomes show: the sentence that is being stated, what signals can prove of it, and both versions
where somebody else changed it meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bets.actions.outcomes import LINES, outcome_seen, statement_of
from bets.baseline import Baseline, baseline_of
from bets.models import Bet, LearningOutcome, Outcome, Reading, Segment, Verdict
from bets.outcome_forms import OutcomeForm, typed_number
from bets.provable import Provable, number_words, provable
from bets.rules import outcome_refusals, restate_refusals
from bets.rules_learning import finder_refusals
from bets.rules_outcome import add_refusals, change_refusals
from bets.words import Finding, plain, whole
from lib.beside import Beside, beside
from metrics.definition import definition_of
from metrics.models import Metric, Series, Source
from org.models import Domain, Person
from org.visibility import powers_of


@dataclass(frozen=True)
class Checked:
    """What was typed, as one sentence; what it can prove; or why it cannot be stated like this."""

    outcome: Outcome
    sentence: str
    provable: Provable | None
    refusals: list[str]


@dataclass(frozen=True)
class Stating:
    """The page on which one outcome is stated or changed; `seen` is what its form is filled with."""

    bet: Bet
    series: Series
    known: Baseline | None
    refusals: list[str]
    checked: Checked | None = None
    outcome: Outcome | None = None
    seen: str = ""
    beside: Sequence[Beside] = ()

    @property
    def beyond(self) -> str:
        """On which side of the kill line it is bad."""
        return _("Below") if self.series.metric.direction == Metric.Direction.HIGHER else _("Above")

    @property
    def is_typed(self) -> bool:
        return bool(self.series.source.kind == Source.Kind.TYPED)

    @property
    def level(self) -> str:
        return "" if self.known is None else self._words(self.known.level)

    @property
    def spread(self) -> tuple[str, str]:
        return ("", "") if self.known is None else (self._words(self.known.low), self._words(self.known.high))

    @property
    def per_day(self) -> str:
        rate = self.known.per_day if self.known else 0.0
        return plain(rate, 0 if rate >= 10 else 1)

    def _words(self, number: float) -> str:
        return number_words(Outcome(series=self.series), number)


def back_from(bet: Bet) -> str:
    """Address of the page from which outcomes are stated: the guide of a draft, else the page of the bet."""
    return reverse("change_draft", args=[bet.key, "outcomes"]) if bet.state == Bet.State.DRAFT else _page(bet)


def _page(bet: Bet) -> str:
    return f"{reverse('show_bet', args=[bet.key])}#outcomes"


def sentence_of(outcome: Outcome) -> str:
    """“If by *date* … has not reached …, we act. Below … we stop.”"""
    metric = str(outcome.series.metric)
    parts = {
        "day": date_format(outcome.decide_by, "DATE_FORMAT"), "target": number_words(outcome, outcome.target),
        "kill": number_words(outcome, outcome.kill_line),
        "metric": _("%(metric)s against control") % {"metric": metric} if outcome.contrast else metric,
    }  # fmt: skip
    if outcome.higher_is_better:
        return _("If by %(day)s %(metric)s has not reached %(target)s, we act. Below %(kill)s we stop.") % parts
    return _("If by %(day)s %(metric)s has not come down to %(target)s, we act. Above %(kill)s we stop.") % parts


def unsaved(bet: Bet, series: Series, stated: dict[str, Any]) -> Outcome:
    """The outcome as it would be stored."""
    better = series.metric.direction == Metric.Direction.HIGHER
    return Outcome(bet=bet, series=series, higher_is_better=better, definition=definition_of(series), **stated)


def check(form: OutcomeForm, bet: Bet, segments: Sequence[Segment], *, today: date) -> Checked | None:
    """What the typed lines can prove; None while they are not complete. At most six queries."""
    if not form.is_valid():
        return None
    series, stated = form.series, form.stated()
    parts = [(part.name, part.series, part.weight) for part in segments]
    refused = list(outcome_refusals(statement_of(series, parts, stated), today=today))
    outcome = unsaved(bet, series, stated)
    found = None if refused else provable(outcome, today, segments)
    return Checked(outcome, sentence_of(outcome), found, refused)


def check_stored(outcome: Outcome, segments: Sequence[Segment], *, today: date) -> Checked:
    """The same of an outcome as it stands."""
    return Checked(outcome, sentence_of(outcome), provable(outcome, today, segments), [])


def stating(
    bet: Bet, series: Series, person: Person, *, today: date, outcome: Outcome | None = None, form: Any = None,
    checked: Checked | None = None,
) -> Stating:  # fmt: skip
    """The page for a new outcome, or for one that is there; `form` is filled with what somebody typed. One query."""
    powers = powers_of(person)
    seen = outcome_seen(outcome) if outcome else ""
    return Stating(
        bet, series, baseline_of(series, today),
        list(change_refusals(powers, bet) if outcome else add_refusals(powers, bet)), checked, outcome, seen,
        beside(form, _as_it_stands(outcome, form, seen)) if outcome and form is not None else (),
    )  # fmt: skip


def _as_it_stands(outcome: Outcome, form: OutcomeForm, seen: str) -> OutcomeForm:
    return OutcomeForm(form.series, form.known, initial=initial_of(outcome) | {"seen": seen})


def initial_of(outcome: Outcome) -> dict[str, Any]:
    """The values of a form for an outcome, as they are typed."""
    metric, contrast = outcome.series.metric, outcome.contrast
    found: dict[str, Any] = {name: getattr(outcome, name) for name in LINES}
    for name in ("target", "kill_line", "baseline"):
        found[name] = typed_number(found[name], metric, "" if name == "baseline" else contrast)
    for name, size in (("planned_exposures", 1.0), ("weight", 1.0), ("share", 100.0)):
        found[name] = plain_number(found[name] * size)
    return found | {name: found[name].isoformat() for name in ("starts_on", "decide_by")}


def plain_number(number: float) -> str:
    return typed_number(number, Metric(kind=Metric.Kind.MEAN), "")


def first_lines(bet: Bet, known: Baseline | None, series: Series, *, today: date) -> dict[str, Any]:
    """What the form of a new outcome is filled with: the baseline as it was read."""
    level = float(f"{known.level:.3g}") if known else None
    return {
        "baseline": typed_number(level, series.metric, ""), "starts_on": max(bet.starts_on, today).isoformat(),
        "share": "50", "weight": "1", "grace_days": 0, "role": Outcome.Role.PRIMARY, "glide": Outcome.Glide.FLAT,
    }  # fmt: skip


@dataclass(frozen=True)
class Restating:
    """The page on which lines are moved: as they are, what the signals say against them, and who may."""

    outcome: Outcome
    sentence: str
    verdict: str
    found: str
    refusals: list[str]

    @property
    def beyond(self) -> str:
        return _("Below") if self.outcome.higher_is_better else _("Above")


def restating(outcome: Outcome, person: Person) -> Restating:
    """Two queries; the outcome comes with its bet, series and metric."""
    bet = outcome.bet
    reading = Reading.objects.filter(outcome=outcome).order_by("-as_of", "-run").first()
    verdict = Verdict.objects.filter(bet=bet).order_by("-as_of", "-run").first()
    refused = restate_refusals(powers_of(person), person.pk, bet, is_current=True, reason="-")
    refusals = [*refused, *(["This bet is a draft: its outcomes are simply changed."] if bet.state == "draft" else [])]
    said = verdict.sentence if verdict else ""
    return Restating(
        outcome, sentence_of(outcome), said, whole(_finding(outcome, reading)) if reading else "", refusals
    )


def _finding(outcome: Outcome, reading: Reading) -> Finding:
    metric = outcome.series.metric
    return Finding(
        metric=metric.name, unit=metric.unit, kind=metric.kind, contrast=outcome.contrast,
        higher_is_better=outcome.higher_is_better, kill_line=outcome.kill_line, target=outcome.target,
        decide_by=outcome.decide_by, lower=reading.lower, upper=reading.upper,
    )  # fmt: skip


def restate_initial(outcome: Outcome) -> dict[str, Any]:
    found = initial_of(outcome)
    return {name: found[name] for name in ("target", "kill_line", "decide_by")} | {"version": outcome.version}


def finder_reasons(learning: LearningOutcome, person: Person) -> list[str]:
    """Why this person does not say what was found."""
    return list(finder_refusals(powers_of(person), person.pk, learning.kind, learning.reader_id, learning.bet))


def readers_of(bet: Bet) -> QuerySet[Person]:
    """People who may be named to read what a bet learns: active, not its lead, and they see it."""
    found = Person.objects.filter(is_active=True).exclude(pk=bet.lead_id)
    return found.filter(Q(grants__domain=None, grants__isnull=False) | Q(grants__domain__in=_above(bet))).distinct()


def _above(bet: Bet) -> set[int]:
    """The domain of a bet and all above it: a grant in any of them reaches the bet."""
    found: set[int] = set()
    domain: Domain | None = bet.domain
    while domain is not None and domain.pk not in found:
        found.add(domain.pk)
        domain = domain.parent
    return found
