"""Whom an event concerns, and what they are told of it. Called when events are delivered: at least once, so that each
of these bears repeating (a notice of one event is written once for a person)."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import NamedTuple

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bets.models import Bet, Comment, Decision, Evidence, Flag, Forecast, Import, LearningReview, Outcome
from org import registry
from org.models import Event, Notice
from org.noticing import notify
from org.visibility import people_who_see
from portfolio.night import ACTIVE

TOO_OLD = timedelta(days=2)  # nobody is told of nights that were made up for later
KINDS: dict[str, Promise] = {
    "question": _("Somebody asks you something"),
    "mention": _("Somebody mentions you"),
    "answer": _("Somebody answers you"),
    "comment": _("Comments on bets you lead"),
    "flag": _("Flags and near misses"),
    "decision": _("Decisions and gates"),
    "evidence": _("Your evidence is confirmed or superseded"),
    "outcome": _("Outcomes that resolve"),
    "metric": _("Changed metrics"),
    "import": _("Imports that end"),
}


class Tidings(NamedTuple):
    """What some people are told; of several about one event, a person gets the first."""

    kind: str
    people: Iterable[int | None]
    sentence: str
    path: str = ""


Teller = Callable[[Event, Bet], Iterator[Tidings]]


def tell(event: Event, bet: Bet, told: Tidings) -> None:
    """Writes the notices for those who see the bet at this moment."""
    people = people_who_see(bet.domain_id).filter(pk__in=[pk for pk in told.people if pk])
    path = told.path or reverse("show_bet", args=[bet.key])
    fits = len(path) <= (Notice._meta.get_field("path").max_length or 0)
    notify(people, event, told.kind, told.sentence, path if fits else reverse("show_desk"), at=event.at)


def about_bet(teller: Teller) -> Callable[[Event], None]:
    """A handler of events of bets."""

    def handle(event: Event) -> None:
        bet = Bet.objects.filter(pk=event.subject_id).first() if _is_new(event, "bets.bet") else None
        if bet is not None:
            for told in teller(event, bet):
                tell(event, bet, told)

    return handle


def _is_new(event: Event, subject: str) -> bool:
    return event.subject_type == subject and (event.delivered_at or event.at) - event.at <= TOO_OLD


def comment_written(event: Event, bet: Bet) -> Iterator[Tidings]:
    comment = Comment.objects.select_related("reply_to", "written_by").filter(pk=event.payload.get("comment")).first()
    if comment is None:
        return
    by, text = comment.written_by, comment.text
    path = f"{reverse('write_comment', args=[bet.key])}#comment-{comment.pk}"
    if comment.answer_by:
        asked = f"{by} asks you about {bet.name}, until {comment.answer_by:%-d %B %Y}: {text}"
        yield Tidings("question", [comment.asks_id], asked, path)
    told = list(comment.mentions.values_list("pk", flat=True))
    yield Tidings("mention", told, f"{by} mentioned you on {bet.name}: {text}", path)
    if comment.reply_to:
        yield Tidings("answer", [comment.reply_to.written_by_id], f"{by} answered you on {bet.name}: {text}", path)
    yield Tidings("comment", [bet.lead_id], f"{by} commented on {bet.name}: {text}", path)


def flag_raised(event: Event, bet: Bet) -> Iterator[Tidings]:
    flag = Flag.objects.filter(pk=event.payload.get("flag")).first()
    if flag is None:
        return
    if flag.reader_id and flag.read_by:
        asked = f"You are to read a near miss of {bet.name} a second time, until {flag.read_by:%-d %B %Y}."
        yield Tidings("flag", [flag.reader_id], asked, reverse("record_second_reading", args=[bet.key]))
    word = flag.kind.replace("_", " ")
    yield Tidings("flag", [bet.lead_id], f"{bet.name} is flagged ({word}): {flag.sentence}", _at(bet, "flags"))


def near_miss_read(event: Event, bet: Bet) -> Iterator[Tidings]:
    yield Tidings("flag", [bet.lead_id], f"The near miss of {bet.name} was read. {event.sentence}", _at(bet, "flags"))


def decision_recorded(event: Event, bet: Bet) -> Iterator[Tidings]:
    decision = Decision.objects.select_related("decided_by").filter(pk=event.payload.get("decision")).first()
    if decision is not None:
        said = f"{decision.decided_by} decided on {bet.name}: {decision.kind}. {decision.rationale}"
        yield Tidings("decision", [bet.lead_id], said, _at(bet, "decisions"))


def learning_due(event: Event, bet: Bet) -> Iterator[Tidings]:
    """Whoever is credited for ceasing the bet, and whoever leads it now."""
    review = LearningReview.objects.filter(decision=event.payload.get("decision"), held_at=None).first()
    if review is not None:
        path = reverse("hold_learning_review", args=[bet.key])
        yield Tidings("decision", {review.credited_id, bet.lead_id}, event.sentence, path)


def decision_due_again(event: Event, bet: Bet) -> Iterator[Tidings]:
    """Whoever was named to look at it again."""
    decision = Decision.objects.filter(pk=event.payload.get("decision"), rescoring=None).first()
    if decision is not None:
        path = reverse("score_decision", args=[bet.key, decision.number])
        yield Tidings("decision", [decision.second_reader_id], event.sentence, path)


def gate_said(event: Event, bet: Bet) -> Iterator[Tidings]:
    yield Tidings("decision", [bet.lead_id], f"A gate of {bet.name}: {event.sentence}", _at(bet, "money"))


def evidence_judged(event: Event, bet: Bet) -> Iterator[Tidings]:
    evidence = Evidence.objects.filter(bet=bet, pk=event.payload.get("evidence")).first()
    if evidence is not None:
        yield Tidings("evidence", [evidence.logged_by_id], f"Your evidence on {bet.name}: {event.sentence}")


def outcome_resolved(event: Event, bet: Bet) -> Iterator[Tidings]:
    outcome = Outcome.objects.filter(bet=bet, pk=event.payload.get("outcome")).first()
    if outcome is not None:
        same = Forecast.objects.filter(outcome__bet=bet, outcome__number=outcome.number)
        people = {bet.lead_id, *same.values_list("person_id", flat=True)}
        yield Tidings("outcome", people, f"{bet.name}: {event.sentence}", _at(bet, f"outcome-{outcome.number}"))


def metric_changed(event: Event) -> None:
    """Those who lead a live bet that is read from the metric; each is told once, however many bets that are."""
    if not _is_new(event, "metrics.metric"):
        return
    touched = Bet.objects.filter(outcomes__series__metric=event.subject_id, state__in=ACTIVE, outcomes__successor=None)
    for bet in touched.distinct().order_by("key"):
        tell(event, bet, Tidings("metric", [bet.lead_id], f"{event.sentence} {bet.name} is read from it."))


def import_ended(event: Event) -> None:
    """Whoever uploaded the file."""
    file = Import.objects.select_related("uploaded_by").filter(pk=event.subject_id).first()
    if file is not None and _is_new(event, "bets.import"):
        notify([file.uploaded_by], event, "import", event.sentence, reverse("show_import", args=[file.pk]), at=event.at)


def _at(bet: Bet, part: str) -> str:
    return f"{reverse('show_bet', args=[bet.key])}#{part}"


OF_BETS: dict[str, Teller] = {
    "comment written": comment_written,
    "flag raised": flag_raised,
    "reader named": flag_raised,
    "near miss read": near_miss_read,
    "decision recorded": decision_recorded,
    "gate said": gate_said,
    "decision due again": decision_due_again,
    "learning review near": learning_due,
    "learning review overdue": learning_due,
    "evidence confirmed": evidence_judged,
    "evidence superseded": evidence_judged,
    "outcome resolved": outcome_resolved,
}


def register() -> None:
    """Called once, when the apps are ready."""
    for kind, name in KINDS.items():
        registry.notice(kind, name)
    for event, teller in OF_BETS.items():
        registry.on_event(event, about_bet(teller))
    registry.on_event("metric changed", metric_changed)
    for event in ("projects checked", "import taken over", "import given back"):
        registry.on_event(event, import_ended)
