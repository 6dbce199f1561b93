"""State changes of authority. Nothing is edited: what no longer holds is ended, and another row says what does."""

from collections.abc import Iterator
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Model, Q

from funding import rules_authority as rules
from funding.authority import limits_on
from funding.models import ApprovalRule, AuthorityLimit, Delegation, SignOffRule
from lib.money import exact
from lib.refusals import refuse_if
from lib.taken import refused_when_taken
from metrics.rules import key_refusals
from org.actions import record_event
from org.models import Domain, Person, RoleGrant
from org.rules import ACTS, Powers, refusals
from org.visibility import powers_of

APPROVING = sorted(ACTS["approve_money"])  # a limit or a sign-off of another role would never be used


@transaction.atomic
def set_limit(
    kind: str, currency: str, max_amount: int, *, role: str = "", person: Person | None = None,
    domain: Domain | None = None, valid_from: date, valid_to: date | None = None, by: Person, at: datetime, today: date,
) -> AuthorityLimit:  # fmt: skip
    """Says how much a role, or one person, may approve of a kind of request; a domain reaches those below it. What
    held on the same days for the same kind and currency there ends with it."""
    refuse_if(keeper_refusals(powers_of(by), domain.pk if domain else None))
    wanted = rules.Limit(
        kind, currency, max_amount, valid_from, valid_to, role, person.pk if person else None,
        person is None or person.is_active,
    )  # fmt: skip
    refuse_if(rules.limit_refusals(wanted, by=by.pk, held=held_by(by), roles=APPROVING, today=today))
    formers = _formers(valid_from, valid_to, kind=kind, currency=currency, role=role, person=person, domain=domain)
    refuse_if(rules.overlap_refusals([one.valid_from for one in formers], valid_from, today))
    for former in formers:
        _end(former, at=at, by=by)
    limit = AuthorityLimit.objects.create(
        kind=kind, currency=currency, max_amount=max_amount, role=role, person=person, domain=domain,
        valid_from=valid_from, valid_to=valid_to, set_at=at, set_by=by,
    )  # fmt: skip
    said = f"Limit set: {_words(limit)}."
    record_event(limit, "authority limit set", said, at=at, by=by, amount=max_amount)
    return limit


def _formers(valid_from: date, valid_to: date | None, **same: object) -> list[AuthorityLimit]:
    """Limits that hold for the same on some of these days. Whoever sets one for the same meanwhile waits."""
    with connection.cursor() as cursor:
        names = " ".join(str(getattr(value, "pk", value)) for value in same.values())
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 6))", [names])
    found = AuthorityLimit.objects.filter(Q(valid_to=None) | Q(valid_to__gte=valid_from), **same, ended_at=None)
    return list(found if valid_to is None else found.filter(valid_from__lte=valid_to))


def held_by(person: Person) -> set[str]:
    """The roles that somebody holds anywhere. One query."""
    return set(RoleGrant.objects.filter(person=person).values_list("role", flat=True))


def keeper_refusals(powers: Powers, domain: int | None) -> Iterator[str]:
    """Why this person does not say what holds there; what holds everywhere is said by an admin of all domains."""
    yield from refusals(powers, "keep_authority", domain)
    if domain is None and powers.may("keep_authority") and powers.domains(ACTS["keep_authority"]) is not None:
        yield "This holds everywhere: that takes the role for all domains."


@transaction.atomic
def set_approval_rule(
    kind: str, currency: str, from_amount: int, approvers: int, *, domain: Domain | None = None, by: Person,
    at: datetime,
) -> ApprovalRule:  # fmt: skip
    """Says from which measured amount on so many people must approve; the rule that stood there ends with it."""
    refuse_if(keeper_refusals(powers_of(by), domain.pk if domain else None))
    refuse_if(rules.threshold_refusals(kind, currency, from_amount, approvers))
    same = {"kind": kind, "currency": currency, "from_amount": from_amount, "domain": domain}
    for former in ApprovalRule.objects.select_for_update(no_key=True).filter(**same, ended_at=None):
        _end(former, at=at, by=by)
    rule = ApprovalRule.objects.create(**same, approvers=approvers, set_at=at, set_by=by)
    record_event(rule, "approval rule set", f"Rule set: {_words(rule)}.", at=at, by=by)
    return rule


@transaction.atomic
def set_signoff_rule(
    key: str, question: str, role: str, currency: str, *, kind: str = "", from_amount: int = 0, by: Person, at: datetime
) -> SignOffRule:
    """Says which role must be among the approvers, always or where a question is answered with yes."""
    refuse_if(keeper_refusals(powers_of(by), None))
    refuse_if(key_refusals("a sign-off rule", key, 40))
    question = question.strip()
    refuse_if(rules.signoff_refusals(question, role, currency, kind, from_amount, roles=APPROVING))
    with refused_when_taken(f"There is a sign-off rule {key} already: end it first."):
        rule = SignOffRule.objects.create(
            key=key, question=question, role=role, currency=currency, kind=kind, from_amount=from_amount, set_at=at,
            set_by=by,
        )  # fmt: skip
    record_event(rule, "sign-off rule set", f"Rule set: {_words(rule)}.", at=at, by=by)
    return rule


@transaction.atomic
def delegate_authority(
    taker: Person, *, starts_on: date, ends_on: date, currency: str, max_amount: int, by: Person, at: datetime,
    today: date, giver: Person | None = None, note: str = "",
) -> Delegation:  # fmt: skip
    """Lets somebody approve for `by`, or for a giver who is away when an admin does it, between two days."""
    giver, note = giver or by, note.strip()
    powers = powers_of(by)
    refuse_if(refusals(powers, "delegate_authority") if giver == by else keeper_refusals(powers, None))
    Person.objects.select_for_update(no_key=True).get(pk=giver.pk)
    overlapping = Delegation.objects.filter(
        giver=giver, taker=taker, currency=currency, ended_at=None, starts_on__lte=ends_on, ends_on__gte=starts_on
    )
    refuse_if(rules.delegation_refusals(
        rules.Delegated(
            giver.pk, taker.pk, taker.is_active, currency, max_amount, starts_on, ends_on,
            highest_of(giver, currency, today), overlapping.exists(), by.pk, giver.is_active,
            powers_of(taker).may("approve_money") or not taker.is_active, note,
        ), today=today,
    ))  # fmt: skip
    made = Delegation.objects.create(
        giver=giver, taker=taker, starts_on=starts_on, ends_on=ends_on, currency=currency, max_amount=max_amount,
        note=note, set_at=at, set_by=by,
    )  # fmt: skip
    said = f"{taker} approves for {giver} from {starts_on} to {ends_on}."
    record_event(made, "authority delegated", said, at=at, by=by, giver=giver.pk, taker=taker.pk)
    return made


def highest_of(person: Person, currency: str, today: date) -> int | None:
    """The highest limit that a person has anywhere, of any kind; None without any. Two queries."""
    found = limits_on(today).filter(Q(person=person) | Q(role__in=held_by(person)), currency=currency)
    best = found.order_by("-max_amount").first() if person.is_active else None
    return best.max_amount if best else None


@transaction.atomic
def end_limit(limit: AuthorityLimit, *, by: Person, at: datetime) -> None:
    """Ends a limit now; what was approved by it stays approved."""
    refuse_if(keeper_refusals(powers_of(by), limit.domain_id))
    refuse_if(rules.own_refusals(limit.person_id, limit.role, by.pk, held_by(by)))
    _end(limit, at=at, by=by)


@transaction.atomic
def end_approval_rule(rule: ApprovalRule, *, by: Person, at: datetime) -> None:
    refuse_if(keeper_refusals(powers_of(by), rule.domain_id))
    _end(rule, at=at, by=by)


@transaction.atomic
def end_signoff_rule(rule: SignOffRule, *, by: Person, at: datetime) -> None:
    refuse_if(keeper_refusals(powers_of(by), None))
    _end(rule, at=at, by=by)


@transaction.atomic
def end_delegation(delegation: Delegation, *, by: Person, at: datetime) -> None:
    """Ends a delegation now; who gave it may, and an admin."""
    if by.pk != delegation.giver_id:
        refuse_if(keeper_refusals(powers_of(by), None))
    _end(delegation, at=at, by=by)


def _end(row: Model, *, at: datetime, by: Person) -> None:
    """Ends a row of authority once; ended already, it stays as it was."""
    locked = type(row)._default_manager.select_for_update(no_key=True).filter(pk=row.pk, ended_at=None).first()
    if locked is None:
        return
    locked.ended_at, locked.ended_by = at, by  # type: ignore[attr-defined]
    locked.save(update_fields=["ended_at", "ended_by"])
    record_event(locked, f"{locked._meta.verbose_name} ended", f"Ended: {_words(locked)}.", at=at, by=by)


def _words(row: Model) -> str:
    """What a row says, as events keep it: in English, whatever language an admin reads."""
    match row:
        case AuthorityLimit():
            who = row.person or row.role.replace("_", " ")
            said = f"{who} may {row.kind} up to {exact(row.max_amount, row.currency)}"
        case ApprovalRule():
            said = f"{row.approvers} approve to {row.kind} from {exact(row.from_amount, row.currency)} on"
        case SignOffRule():
            return f"{row.role.replace('_', ' ')} signs off {row.key} from {exact(row.from_amount, row.currency)} on"
        case _:
            return str(row)
    return f"{said} in {row.domain}" if row.domain else said
