"""What the pages of the guide show: how far each step is, what is missing, the bet as it reads so far, two versions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.forms import Form
from django.utils.translation import gettext_lazy as _

from bets import words
from bets.actions.learning import discovery_refusals
from bets.draft_steps import STEPS, Step, beside
from bets.drafts import Assumed, ready_of, riskiest
from bets.models import Bet, Hypothesis, LearningOutcome, Outcome, Sketch, Tranche
from bets.rules_draft import Cost, Effort, Ready, cost_of, draft_refusals, live_refusals, live_warnings
from bets.sketching import OUTCOME
from lib.beside import Beside, differing
from lib.seen import seen_of
from org.models import Event, Person
from org.rules import refusals
from org.visibility import powers_of

FAR = {
    "nothing": ("circle-dashed", _("Nothing yet")),
    "begun": ("circle-dot", _("Begun")),
    "done": ("circle-check", _("Done")),
    "left": ("pencil-line", _("Left half-way")),
    "waits": ("circle-dashed", _("Not ready")),
    "ready": ("rocket", _("Ready")),
}


@dataclass(frozen=True)
class Way:
    """A step and how far it is."""

    step: Step
    far: str
    is_current: bool

    @property
    def icon(self) -> str:
        return FAR[self.far][0]

    @property
    def word(self) -> Any:
        return FAR[self.far][1]


@dataclass(frozen=True)
class Guide:
    """The steps of a draft, why it cannot go live yet, and without what it would."""

    ways: list[Way]
    missing: list[str]
    warnings: list[str]
    refusals: list[str]
    before: Step | None = None
    after: Step | None = None

    @property
    def resume(self) -> Step:
        """Where to go on: what was left half-way, else the first step that is not done."""
        left = [way for way in self.ways if way.far == "left"]
        return (left or [way for way in self.ways if way.far != "done"])[0].step

    @property
    def done(self) -> int:
        return sum(way.far == "done" for way in self.ways)

    @property
    def of(self) -> int:
        """How many steps ask for something; the review does not."""
        return len(self.ways) - 1


def guide_of(bet: Bet, person: Person, today: date, current: str = "") -> Guide:
    """How far this draft is for this person. Twelve queries at most."""
    learning = list(discovery_refusals(bet)) if bet.learning_outcomes.exists() else None
    ready = ready_of(bet, learning, today)
    missing = list(live_refusals(ready))
    left = set(Sketch.objects.filter(person=person, bet=bet).values_list("step", flat=True))
    left |= {"outcomes"} if any(step.startswith(OUTCOME) for step in left) else set()
    far = _far(ready, missing) | dict.fromkeys(left & STEPS.keys(), "left")
    ways = [Way(step, far[key], key == current) for key, step in STEPS.items()]
    before, after = beside(current) if current else (None, None)
    return Guide(ways, missing, list(live_warnings(ready)), may_not(bet, person), before, after)


def may_not(bet: Bet, person: Person) -> list[str]:
    """Why this person does not go on with this bet in the guide."""
    return [*refusals(powers_of(person), "state_bet", bet.domain_id), *draft_refusals(bet.state)]


def _far(ready: Ready, missing: list[str]) -> dict[str, str]:
    claim = ready.claim
    money = (bool(ready.tranches or ready.weeks), ready.has_value)
    outcomes = bool(ready.decide_by) or ready.learning is not None
    settled = (bool(ready.decide_by) and max(ready.decide_by) > ready.today) or ready.learning == []
    return {
        "about": "done",
        "hypothesis": "nothing" if claim is None else _if(all(vars(claim).values())),
        "assumptions": "done" if ready.assumptions else "nothing",
        "outcomes": _if(settled and not ready.learning) if outcomes else "nothing",
        "premortem": "done" if ready.premortem.strip() else "nothing",
        "money": _if(all(money)) if any(money) else "nothing",
        "review": "waits" if missing else "ready",
    }


def _if(whole: bool) -> str:
    return "done" if whole else "begun"


# ---- the bet as it reads so far


@dataclass(frozen=True)
class Aim:
    """An outcome in the words of its metric."""

    outcome: Outcome
    target: str
    kill_line: str


@dataclass(frozen=True)
class Reads:
    """The bet as one page."""

    bet: Bet
    hypothesis: Hypothesis | None
    assumptions: list[Assumed]
    aims: list[Aim]
    learning: list[LearningOutcome]
    tranches: list[Tranche]
    cost: Cost


def reads_of(bet: Bet) -> Reads:
    """The bet as it reads so far. Seven queries."""
    outcomes = Outcome.objects.current().filter(bet=bet).select_related("series__metric").order_by("number")
    tranches = list(bet.tranches.all())
    return Reads(
        bet, bet.hypotheses.select_related("written_by").first(), riskiest(bet), [_aim(one) for one in outcomes],
        list(bet.learning_outcomes.select_related("reader")), tranches, cost_of_bet(bet, tranches),
    )  # fmt: skip


def cost_of_bet(bet: Bet, tranches: list[Tranche]) -> Cost:
    """Cash of its tranches, and the weeks of its teams at their rates. One query."""
    return cost_with(bet, tranches, bet.efforts.select_related("team"))


def cost_with(bet: Bet, tranches: Iterable[Tranche], efforts: Iterable[Any]) -> Cost:
    """The same of efforts that are known with their teams. No query."""
    weeks = [Effort(one.team.name, one.weeks, one.team.week_rate, one.team.rate_currency) for one in efforts]
    return cost_of(sum(one.amount for one in tranches), bet.currency, weeks)


def _aim(outcome: Outcome) -> Aim:
    metric = outcome.series.metric
    target, kill_line = (
        words.value(number, metric.kind, metric.unit, outcome.contrast)
        for number in (outcome.target, outcome.kill_line)
    )
    return Aim(outcome, target, kill_line)


# ---- what stands there now beside what somebody typed


def meanwhile(bet: Bet, values: Mapping[str, Any], seen: str, stored: Form, typed: Form) -> dict[str, Any]:
    """Both versions, and the latest change of the bet, when what stands there is not what the form had seen."""
    rows = [] if seen == seen_of(values) else differing(typed, stored, anew="drop-")
    if not rows:
        return {}
    events = Event.objects.filter(subject_type="bets.bet", subject_id=bet.pk).select_related("by")
    return {"beside": [_numbered(row) for row in rows], "latest": events.order_by("-at", "-pk").first()}


def _numbered(row: Beside) -> Beside:
    """One of several lines says which."""
    line = row.name.partition("-")[2]
    return replace(row, label=f"{row.label} ({line})") if line.isdigit() else row
