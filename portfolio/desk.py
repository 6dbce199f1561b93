"""The desk of one person: what waits for them, what is stale, what is unfinished; the most overdue first.

Each list is one query whatever the number of bets, evidence and people: a list that is not theirs to have is not asked.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet, Window
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bets.models import (
    Assumption,
    Bet,
    Comment,
    Decision,
    Flag,
    Import,
    LearningOutcome,
    LearningReview,
    NextHypothesis,
    Outcome,
    Sketch,
    Tranche,
)
from bets.rules import BROKEN, STALE
from funding.models import FundingRequest
from lib.money_words import short_money
from org.models import Person, Run
from org.rules import Powers
from org.visibility import powers_of
from portfolio import desk_queries as queries

SHOWN, PAGE = 20, 50
FEWER = {"gates": 8}  # they concern many people, and none of them alone
FOR_EVER = date.max
ICONS = {
    "decide": "gavel", "gate": "door-open", "learning": "book-open", "near_miss": "eye", "question": "message-square",
    "fresh": "hourglass", "stale": "unplug", "forecast": "percent", "draft": "pencil", "confirm": "clipboard-check",
    "import": "file-up", "approve": "stamp", "refused": "circle-x", "pivot": "git-branch", "ceased": "book-open",
    "again": "scale",
}  # fmt: skip


@dataclass(frozen=True)
class Task:
    """One line: what is to be done, on which bet, by when, and the link that begins it."""

    kind: str
    what: str
    act: str
    url: str
    bet: Bet | None = None
    due: date | None = None
    note: str = ""

    @property
    def icon(self) -> str:
        return ICONS[self.kind]


@dataclass(frozen=True)
class Line:
    """A task as it is shown on one day."""

    task: Task
    today: date

    @property
    def is_late(self) -> bool:
        return self.task.due is not None and self.task.due < self.today

    @property
    def left(self) -> str:
        """The days left, or those since it was due."""
        if self.task.due is None:
            return ""
        days = (self.task.due - self.today).days
        if days < 0:
            return ngettext("%(days)d day overdue", "%(days)d days overdue", -days) % {"days": -days}
        return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days} if days else _("today")


@dataclass(frozen=True)
class Part:
    """One list of the desk; `total` counts what is not shown as well."""

    key: str
    lines: list[Line]
    total: int

    @property
    def heading(self) -> str:
        return str(PARTS[self.key][0])

    @property
    def why(self) -> str:
        return str(PARTS[self.key][1])

    @property
    def more(self) -> int:
        return self.total - len(self.lines)


PARTS = {
    "due": (
        gettext_lazy("Due"),
        gettext_lazy("Decisions and gates of your bets, what is to be learnt or read, and questions to you."),
    ),
    "money": (
        gettext_lazy("Money"),
        gettext_lazy("Requests that wait for your yes or no, and those of your bets that were refused or became void."),
    ),
    "fresh": (
        gettext_lazy("Lacks fresh evidence"),
        gettext_lazy("Outcomes and assumptions without news in the last 28 days, and the days left to decide."),
    ),
    "gates": (
        gettext_lazy("Gates that nobody has spoken of"),
        gettext_lazy("Of bets that others lead: somebody who does not lead them says whether the gate was met."),
    ),
    "standard": (
        gettext_lazy("For the standard"),
        gettext_lazy("Evidence that a coming tranche may rely on, and files of projects to look at."),
    ),
    "forecasts": (
        gettext_lazy("How sure are you"),
        gettext_lazy("Outcomes of your bets of which you have stated no probability."),
    ),
    "drafts": (gettext_lazy("Unfinished"), gettext_lazy("Drafts that are not live yet, and forms you left half-way.")),
    "asked": (gettext_lazy("You wait for an answer"), gettext_lazy("What you asked others, until they reply.")),
}


@dataclass(frozen=True)
class Desk:
    """What `person` finds; an empty one can say why it is."""

    person: Person
    parts: list[Part]
    may_state: bool
    is_viewer: bool

    @property
    def is_empty(self) -> bool:
        return not self.parts


@dataclass(frozen=True)
class _Asked:
    person: Person
    powers: Powers
    night: Run | None
    today: date
    most: int | None  # how many of each kind are read

    def tasks(self, found: QuerySet[Any], task: Callable[[Any], Task]) -> tuple[list[Task], int]:
        """The first of them, and how many there are in all. One query."""
        rows = list(found.annotate(total_=Window(Count("*")))[: self.most])
        return [task(row) for row in rows], rows[0].total_ if rows else 0

    def part(self, key: str) -> Part:
        sources = getattr(self, key)()
        tasks = [task for found, _total in sources for task in found]
        tasks.sort(key=lambda one: one.due or FOR_EVER)
        lines = [Line(task, self.today) for task in tasks[: self.most and FEWER.get(key, self.most)]]
        return Part(key, lines, sum(total for _found, total in sources))

    def due(self) -> Iterable[tuple[list[Task], int]]:
        return [
            self.tasks(queries.to_decide(self.person, self.today), decide),
            self.tasks(queries.my_gates(self.person, self.today), my_gate),
            self.tasks(queries.learning_due(self.person, self.today), lambda row: learn(row, self.person)),
            self.tasks(queries.hypotheses_asked_for(self.person), write_next),
            self.tasks(queries.learning_reviews(self.person, self.powers, self.today), look_back),
            self.tasks(queries.to_score(self.person, self.powers, self.today), look_again),
            self.tasks(queries.near_misses(self.person, self.powers), near_miss),
            self.tasks(queries.questions_to(self.person, self.powers), question),
        ]

    def money(self) -> Iterable[tuple[list[Task], int]]:
        found = []
        if self.powers.may("approve_money"):
            found.append(self.tasks(queries.to_approve(self.person, self.powers, self.today), approve))
        if self.powers.may("request_money"):
            found.append(self.tasks(queries.money_refused(self.person, self.today), refused))
        return found

    def fresh(self) -> Iterable[tuple[list[Task], int]]:
        return [
            self.tasks(queries.outcomes_without_news(self.person, self.night, self.today), outcome_without_news),
            self.tasks(queries.assumptions_without_news(self.person, self.today), assumption_without_news),
        ]

    def gates(self) -> Iterable[tuple[list[Task], int]]:
        if not self.powers.may("say_gate"):
            return []
        return [self.tasks(queries.gates_to_say(self.person, self.powers, self.today), gate_to_say)]

    def standard(self) -> Iterable[tuple[list[Task], int]]:
        found = []
        if self.powers.may("confirm_evidence"):
            found.append(self.tasks(queries.to_confirm(self.powers, self.today), confirm))
        if self.powers.may("import_bets"):
            found.append(self.tasks(queries.imports_open(self.person), look_at_import))
        return found

    def forecasts(self) -> Iterable[tuple[list[Task], int]]:
        return [self.tasks(queries.without_forecast(self.person, self.today), foretell)]

    def drafts(self) -> Iterable[tuple[list[Task], int]]:
        return [
            self.tasks(queries.drafts(self.person), finish_draft),
            self.tasks(queries.sketches(self.person), go_on_with),
        ]

    def asked(self) -> Iterable[tuple[list[Task], int]]:
        return [self.tasks(queries.questions_of(self.person), waits_for_answer)]


def desk_of(person: Person, night: Run | None, *, today: date) -> Desk:
    """All lists that are not empty, in the order in which they matter. Fifteen queries for a product lead, up to four
    more for those who say gates, confirm evidence, import or approve money."""
    asked = _Asked(person, powers_of(person), night, today, SHOWN)
    parts = [asked.part(key) for key in PARTS]
    may_state, may_talk = (asked.powers.may(act) for act in ("state_bet", "write_comment"))
    return Desk(person, [part for part in parts if part.total], may_state, is_viewer=not may_talk)


def all_of(person: Person, key: str, night: Run | None, page: str | None, *, today: date) -> tuple[Part, Page[Line]]:
    """One list of the desk as a whole, in pages."""
    part = _Asked(person, powers_of(person), night, today, None).part(key)
    return part, Paginator(part.lines, PAGE).get_page(page)


# ---- what one line says


def _page(bet: Bet, part: str = "") -> str:
    return reverse("show_bet", args=[bet.key]) + part


def _log(bet: Bet, about: str = "") -> str:
    """Where evidence on the bet is logged; what it is `about` is listed first there."""
    return reverse("log_evidence", args=[bet.key]) + (f"?about={about}" if about else "")


def decide(bet: Any) -> Task:
    return Task("decide", _("The day to decide on it"), _("See what it shows"), _page(bet), bet, bet.due)


def my_gate(tranche: Tranche) -> Task:
    what = _("Gate of tranche %(number)d: %(gate)s") % {"number": tranche.sequence, "gate": tranche.gate}
    return Task("gate", what, _("Log evidence"), _log(tranche.bet), tranche.bet, tranche.planned_on)


def gate_to_say(tranche: Tranche) -> Task:
    what = _("Gate of tranche %(number)d: %(gate)s") % {"number": tranche.sequence, "gate": tranche.gate}
    url = reverse("record_gate", args=[tranche.bet.key, tranche.sequence])
    return Task("gate", what, _("Say whether it was met"), url, tranche.bet, tranche.planned_on)


def learn(learning: LearningOutcome, person: Person) -> Task:
    what = _("To be learnt: %(question)s") % {"question": learning.question}
    url = reverse("record_learning", args=[learning.bet.key, learning.number])
    act = _("Say what was found") if learning.reader_id in (None, person.pk) else _("See it")
    return Task("learning", what, act, url, learning.bet, learning.due_on)


def write_next(asked: NextHypothesis) -> Task:
    what = _("It was decided to pivot: version %(number)d of the hypothesis") % {"number": asked.version}
    url = reverse("write_hypothesis", args=[asked.bet.key])
    return Task("pivot", what, _("Write it"), url, asked.bet, asked.due_on)


def look_back(review: LearningReview) -> Task:
    bet = review.decision.bet
    what = _("It has ceased: what did it teach? %(who)s led it") % {"who": review.credited}
    url = reverse("hold_learning_review", args=[bet.key])
    return Task("ceased", what, _("Look back"), url, bet, review.due_on)


def look_again(decision: Decision) -> Task:
    what = _("Decided %(kind)s against the evidence: was it wise?") % {"kind": decision.get_kind_display().lower()}
    url = reverse("score_decision", args=[decision.bet.key, decision.number])
    return Task("again", what, _("Look again"), url, decision.bet, decision.rescore_on)


def near_miss(flag: Flag) -> Task:
    what = _("A near miss, to be read a second time by somebody independent")
    url = reverse("record_second_reading", args=[flag.bet.key])
    return Task("near_miss", what, _("Read it"), url, flag.bet, flag.read_by)


def question(comment: Comment) -> Task:
    what = _("%(who)s asks: %(text)s") % {"who": comment.written_by, "text": comment.text}
    url = f"{reverse('write_comment', args=[comment.bet.key])}?reply={comment.pk}#write"
    return Task("question", what, _("Answer"), url, comment.bet, comment.answer_by)


def waits_for_answer(comment: Comment) -> Task:
    what = _("You asked %(who)s: %(text)s") % {"who": comment.asks, "text": comment.text}
    return Task("question", what, _("See it"), _talk(comment), comment.bet, comment.answer_by)


def _talk(comment: Comment) -> str:
    return f"{reverse('write_comment', args=[comment.bet.key])}#comment-{comment.pk}"


def outcome_without_news(outcome: Outcome) -> Task:
    health, freshest = outcome.health, outcome.freshest  # type: ignore[attr-defined] # annotated
    metric = outcome.series.metric.name
    if health in (STALE, BROKEN):
        word = _("late") if health == STALE else _("broken")
        what = _("%(metric)s: its feed is %(state)s") % {"metric": metric, "state": word}
        url = _page(outcome.bet, f"#outcome-{outcome.number}")
        return Task("stale", what, _("See its signals"), url, outcome.bet, outcome.decide_by, _since(freshest))
    since, bet = _since(freshest), outcome.bet
    url = _log(bet, f"outcome-{outcome.number}")
    return Task("fresh", metric, _("Log evidence"), url, bet, outcome.decide_by, since)


def assumption_without_news(assumption: Assumption) -> Task:
    freshest, due = assumption.freshest, assumption.due  # type: ignore[attr-defined] # annotated
    what, bet = _("Assumption: %(statement)s") % {"statement": assumption.statement}, assumption.bet
    url = _log(bet, f"assumption-{assumption.number}")
    return Task("fresh", what, _("Log evidence"), url, bet, due, _since(freshest))


def _since(freshest: date | None) -> str:
    if freshest is None:
        return _("no evidence yet")
    return _("latest evidence %(day)s") % {"day": date_format(freshest, "DATE_FORMAT")}


def foretell(outcome: Outcome) -> Task:
    what = _("Will %(metric)s reach its target?") % {"metric": outcome.series.metric.name}
    url = reverse("state_forecast", args=[outcome.bet.key])
    return Task("forecast", what, _("Say how sure you are"), url, outcome.bet, outcome.decide_by)


def finish_draft(bet: Bet) -> Task:
    return Task("draft", _("A draft"), _("Go on"), reverse("show_draft", args=[bet.key]), bet)


def go_on_with(sketch: Sketch) -> Task:
    what = _("A form you left on %(day)s") % {"day": date_format(sketch.left_at, "DATE_FORMAT")}
    url = reverse("show_draft", args=[sketch.bet.key]) if sketch.bet else reverse("state_bet")
    return Task("draft", what, _("Go on"), url, sketch.bet)


def confirm(bet: Any) -> Task:
    words = ngettext("%(n)d piece of evidence to confirm", "%(n)d pieces of evidence to confirm", bet.waiting)
    url = reverse("list_evidence", args=[bet.key])
    return Task("confirm", words % {"n": bet.waiting}, _("Look at it"), url, bet, bet.due, _("before the next tranche"))


def approve(request: FundingRequest) -> Task:
    what = _("%(kind)s %(amount)s, asked by %(who)s") % (_said_of(request) | {"who": request.proposer})
    return Task("approve", what, _("Say yes or no"), _request(request), request.bet, request.due_on)


def refused(request: FundingRequest) -> Task:
    what = _("%(kind)s %(amount)s: %(state)s") % (_said_of(request) | {"state": request.get_state_display().lower()})
    return Task("refused", what, _("See why"), _request(request), request.bet, note=request.closed_because)


def _said_of(request: FundingRequest) -> dict[str, Any]:
    return {"kind": request.get_kind_display(), "amount": short_money(request.amount, request.ledger.currency)}


def _request(request: FundingRequest) -> str:
    return reverse("show_request", args=[request.pk])


def look_at_import(file: Import) -> Task:
    names = {"file": file.file_name, "who": file.uploaded_by}
    what = _("%(file)s, uploaded by %(who)s: checked, not taken over") % names
    return Task("import", what, _("Look at it"), reverse("show_import", args=[file.pk]))
