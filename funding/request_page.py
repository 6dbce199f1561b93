"""What one request shows to one person: what is asked, on which evidence, what it would change, and who may sign."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from funding.actions.approving import checker_of
from funding.changes import changes_since
from funding.effects import Effect, lines_of, whole_of
from funding.full_cost import FullCost, full_costs_of
from funding.gates import Need, gates_of
from funding.guardrails import Crossing, changes_of, crossings_of
from funding.models import (
    Advice,
    Approval,
    Delegation,
    FundingRequest,
    RequestFile,
    RequestLine,
    RequestNote,
    SignOffRule,
)
from funding.packs import Pack
from funding.rules import NO_AUTHORITY, approval_refusals, checker_refusals
from funding.rules_changes import changes
from funding.sides import agreed_for, domains_of, holders_of, role_refusals
from funding.turns import Turn, turns_of
from funding.words import Age, age_of
from org.models import Domain, Event, Person, Role

WAITING = FundingRequest.State.SUBMITTED


@dataclass(frozen=True)
class Voice:
    """How one person may speak: for themselves (no giver) or for somebody; and why not, where they may not."""

    giver: Person | None
    approving: list[str]
    rejecting: list[str]


@dataclass(frozen=True)
class Gate:
    """The gate of one tranche of the request, with what it needs as of now."""

    tranche: int
    words: str
    needs: list[Need]
    full: FullCost | None = None  # of the tranche, with the weeks of its teams

    @property
    def unmet(self) -> int:
        return sum(not need.met for need in self.needs)


@dataclass(frozen=True)
class Side:
    """One side of money that moves between budgets, and who has said yes for it."""

    domain: Domain
    is_left: bool  # the money leaves it, and the request is decided there; else the money reaches it
    agreed: list[Approval]


@dataclass(frozen=True)
class RequestPage:
    request: FundingRequest
    age: Age
    lines: list[RequestLine]
    effects: list[Effect]
    crossings: list[Crossing]  # of guardrails
    voices: list[Voice]
    turn: Turn | None
    approvals: list[Approval]
    sides: list[Side]  # none but where two domains have to agree
    missing: list[str]  # roles of which nobody has signed yet
    asked: list[Person]  # whose limits reach it, and who have not spoken
    changed: list[str]
    gates: list[Gate]
    last: FundingRequest | None  # the money that the bet was given before
    since_last: list[str]
    notes: list[RequestNote]
    files: list[RequestFile]
    events: list[Event]
    successor: FundingRequest | None
    advice: list[Advice]  # what would have stopped it, had shadow mode been over

    @property
    def is_waiting(self) -> bool:
        return self.request.state == WAITING

    @property
    def pack(self) -> Pack:
        """The evidence as it was frozen; its days are days again."""
        return {name: _dated(value, name) for name, value in self.request.pack.items()}

    @property
    def yes(self) -> int:
        return sum(one.says == Approval.Says.APPROVE for one in self.approvals)

    @property
    def givers(self) -> list[Person | None]:
        """For whom this person may say yes; None stands for themselves."""
        return [voice.giver for voice in self.voices if not voice.approving]

    @property
    def rejecters(self) -> list[Person | None]:
        return [voice.giver for voice in self.voices if not voice.rejecting]

    @property
    def why_not(self) -> list[str]:
        """Why this person may not approve: what is said of their own voice."""
        return [] if self.givers else self.voices[0].approving

    @property
    def why_not_reject(self) -> list[str]:
        return [] if self.rejecters else self.voices[0].rejecting

    @property
    def short(self) -> list[Effect]:
        """Figures that would fall below zero: the last yes is refused until somebody gives them money."""
        return [effect for effect in self.effects if effect.short_by and self.is_waiting]

    @property
    def unmet(self) -> int:
        return sum(gate.unmet for gate in self.gates)


def request_page(request: FundingRequest, person: Person, today: date) -> RequestPage:
    """Everything on the page of a request. Constant queries, and a few for each delegation that the person holds."""
    lines = lines_of([request])
    waiting = request.state == WAITING
    approvals = list(request.approvals.select_related("approver", "on_behalf_of").order_by("given_at", "pk"))
    signed = {one.role for one in approvals if one.says == Approval.Says.APPROVE}
    last = _last(request)
    until = localdate(request.closed_at) if request.closed_at else today
    return RequestPage(
        request,
        age_of(localdate(request.submitted_at), until),
        lines,
        whole_of(lines),
        _crossings(request, lines, today) if waiting else [],
        voices_of(request, person, today),
        turns_of(person, [request], today).get(request.pk) if waiting else None,
        approvals,
        _sides(request, approvals),
        [str(Role(role).label) for role in request.signoffs if role not in signed],
        _asked(request, approvals, today) if waiting else [],
        changes_since(request, today) if waiting else [],
        _gates(request, lines, today),
        last,
        _since(last, request),
        list(request.notes.select_related("written_by")),
        list(request.files.select_related("attached_by")),
        _events(request),
        FundingRequest.objects.filter(replaces=request).first(),
        list(Advice.objects.filter(request=request).select_related("given_to")),
    )


def _sides(request: FundingRequest, approvals: list[Approval]) -> list[Side]:
    domains, agreed = domains_of(request), agreed_for(request, approvals)
    several = domains if len(domains) > 1 else []
    return [Side(one, one.pk == request.domain_id, agreed.get(one.pk, [])) for one in several]


def voices_of(request: FundingRequest, person: Person, today: date) -> list[Voice]:
    """Their own voice first, then those that were delegated to them in this currency."""
    held = Delegation.objects.filter(
        taker=person, currency=request.ledger.currency, starts_on__lte=today, ends_on__gte=today, ended_at=None
    ).select_related("giver")
    givers = {one.giver_id: one.giver for one in held.order_by("giver__name", "pk")}
    return [_voice(request, person, giver, today) for giver in (None, *givers.values())]


def _voice(request: FundingRequest, person: Person, giver: Person | None, today: date) -> Voice:
    checker = checker_of(request, person, giver, today)
    role = list(role_refusals(request, person))
    nothing = [NO_AUTHORITY] if checker.authority is None and request.state == WAITING else []
    return Voice(giver, [*approval_refusals(checker), *role], [*checker_refusals(checker), *nothing, *role])


def _crossings(request: FundingRequest, lines: list[RequestLine], today: date) -> list[Crossing]:
    changes = changes_of((line.kind, line.amount, line.credit_account, line.debit_account) for line in lines)
    return crossings_of(request.ledger.currency, request.bet, changes, today)


def _asked(request: FundingRequest, approvals: list[Approval], today: date) -> list[Person]:
    """By name; whoever asked is not among them."""
    spoken = {key for one in approvals for key in (one.approver_id, one.on_behalf_of_id)}
    able = {key for keys in holders_of(request, today).values() for key in keys}
    return list(
        Person.objects.filter(pk__in=able - spoken - {request.proposer_id}, is_active=True).order_by("name", "pk")
    )


def _gates(request: FundingRequest, lines: list[RequestLine], today: date) -> list[Gate]:
    tranches = {line.tranche_id: line.tranche for line in lines if line.tranche}
    if request.bet is None or request.kind not in ("commit", "release"):
        return []
    found = gates_of(request.bet, [one for one in tranches.values() if one], today)
    full = full_costs_of(request.bet, list(request.bet.tranches.all()))
    return [Gate(one.sequence, one.gate, found[one.pk], full.get(one.pk)) for one in tranches.values() if one]


def _last(request: FundingRequest) -> FundingRequest | None:
    """The latest request that gave money to the bet before this one was made."""
    if request.bet_id is None:
        return None
    given = FundingRequest.objects.filter(
        bet=request.bet_id, state=FundingRequest.State.POSTED, kind__in=("commit", "release"),
        closed_at__lte=request.submitted_at,
    )  # fmt: skip
    return given.exclude(pk=request.pk).order_by("-closed_at", "-pk").first()


def _since(last: FundingRequest | None, request: FundingRequest) -> list[str]:
    """What has changed between the evidence of the last tranche and that of this request."""
    if last is None or not last.pack or not request.pack:
        return []
    return list(changes(last.pack, request.pack, (0, 0), request.ledger.currency))


def _events(request: FundingRequest) -> list[Event]:
    """What has happened to it, newest first: events of its bet, or of its ledger, that name it."""
    subject = ("bets.bet", request.bet_id) if request.bet_id else ("funding.ledger", request.ledger_id)
    found = Event.objects.filter(subject_type=subject[0], subject_id=subject[1], payload__request=request.pk)
    return list(found.select_related("by").order_by("-at", "-pk"))


DAYS = {"as_of", "decide_by", "raised_on", "happened_on"}


def _dated(value: Any, name: str) -> Any:
    """A part of a stored pack with the days in it read."""
    if isinstance(value, dict):
        return {key: _dated(part, key) for key, part in value.items()}
    if isinstance(value, list):
        return [_dated(part, name) for part in value]
    return parse_date(value) if name in DAYS and isinstance(value, str) else value


def heading_of(request: FundingRequest) -> str:
    """What is asked for, in a few words."""
    words = {
        "appropriate": _("Change of a budget"),
        "commit": _("Commit money to %(bet)s"),
        "release": _("Release money to %(bet)s"),
        "return": _("Return money from %(bet)s"),
        "reallocate": _("Move money between budgets"),
    }
    return words[request.kind] % {"bet": request.bet.name if request.bet else ""}


def risks_of(request: FundingRequest) -> list[tuple[str, bool]]:
    """The questions of sign-off rules that were answered, in their words; a question that ended keeps its own."""
    rules = SignOffRule.objects.filter(key__in=list(request.risks)).exclude(question="").order_by("-pk")
    words = {rule.key: rule.question for rule in rules}
    return [(words.get(key, key), bool(answer)) for key, answer in sorted(request.risks.items())]
