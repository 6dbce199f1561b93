"""Whose turn it is: waiting requests to which a person may say yes today, for themselves or for whoever delegated."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from funding.models import AuthorityLimit, FundingRequest
from org.models import Person
from org.rules import ACTS, Powers
from org.visibility import powers_of

# What funding.rules.approval_refusals says of one request and one person, for all of them at once: a test holds the two
# together. `above` is the tree of domains, each with itself and those above it; `side` is where a request is decided,
# and where money that it moves between budgets goes; `places` is where the person's role approves (all of them when
# NULL); `voice` is the person, and whoever delegated to them; of several limits that reach, the narrowest is named.
TURNS = """
WITH RECURSIVE asked(person, today, places) AS (SELECT %s::bigint, %s::date, %s::bigint[]),
above(domain, id) AS (
    SELECT id, id FROM org_domain
    UNION SELECT above.domain, one.parent_id FROM above JOIN org_domain one ON one.id = above.id
    WHERE one.parent_id IS NOT NULL
),
side(request, domain) AS (
    SELECT id, domain_id FROM funding_fundingrequest WHERE state = 'submitted'
    UNION SELECT line.request_id, budget.domain_id FROM funding_fundingrequest moving
    JOIN funding_requestline line ON line.request_id = moving.id AND line.kind = 'reallocate'
    JOIN funding_account reached ON reached.id = line.debit_account_id
    JOIN funding_budget budget ON budget.id = reached.budget_id
    WHERE moving.state = 'submitted' AND moving.kind = 'reallocate'
),
voice(principal, currency, at_most) AS (
    SELECT person, NULL, NULL::bigint FROM asked
    UNION ALL
    SELECT giver_id, currency, max(max_amount) FROM funding_delegation, asked
    WHERE taker_id = person AND ended_at IS NULL AND today BETWEEN starts_on AND ends_on
    GROUP BY giver_id, currency
)
SELECT DISTINCT ON (request.id) {columns}
FROM asked CROSS JOIN funding_fundingrequest request
JOIN side ON side.request = request.id AND (asked.places IS NULL OR side.domain = ANY(asked.places))
JOIN funding_ledger ledger ON ledger.id = request.ledger_id
JOIN voice ON voice.principal <> request.proposer_id
    AND (voice.at_most IS NULL OR (voice.currency = ledger.currency AND voice.at_most >= request.measured))
JOIN org_person speaker ON speaker.id = voice.principal AND speaker.is_active
JOIN funding_authoritylimit rule ON rule.kind = request.kind AND rule.currency = ledger.currency
    AND rule.max_amount >= request.measured AND rule.ended_at IS NULL
WHERE request.state = 'submitted' AND request.proposer_id <> asked.person
    AND rule.valid_from <= asked.today AND (rule.valid_to IS NULL OR rule.valid_to >= asked.today)
    AND (rule.domain_id IS NULL
         OR rule.domain_id IN (SELECT id FROM above WHERE above.domain = side.domain))
    AND (rule.person_id = voice.principal OR rule.role IN (
        SELECT held.role FROM org_rolegrant held
        WHERE held.person_id = voice.principal AND (held.domain_id IS NULL
            OR held.domain_id IN (SELECT id FROM above WHERE above.domain = side.domain))))
    AND NOT EXISTS (
        SELECT 1 FROM funding_approval said WHERE said.request_id = request.id
        AND (said.approver_id IN (asked.person, voice.principal) OR said.principal IN (asked.person, voice.principal)))
ORDER BY request.id, voice.principal <> asked.person, rule.max_amount, rule.id
"""


@dataclass(frozen=True)
class Turn:
    """Why a request waits for somebody: the limit by which they may approve, and for whom when not for themselves."""

    limit: AuthorityLimit
    giver: Person | None


def my_turn(person: Person, powers: Powers, today: date) -> "QuerySet[FundingRequest]":
    """Waiting requests that this person may see and approve. One query, with what is asked of it."""
    given = (person.pk, today, places_of(powers))
    asked = RawSQL(TURNS.format(columns="request.id"), given)  # noqa: S611 # nothing of it was typed
    return FundingRequest.objects.visible_to(powers).filter(pk__in=asked)


def places_of(powers: Powers) -> list[int] | None:
    """Where these powers approve; None: everywhere."""
    domains = powers.domains(ACTS["approve_money"])
    return None if domains is None else sorted(domains)


def turns_of(person: Person, requests: Iterable[FundingRequest], today: date) -> dict[int, Turn]:
    """Of these requests, why they wait for this person. Three queries for any number, and those of their powers."""
    columns = "request.id, rule.id, voice.principal"
    with connection.cursor() as cursor:
        cursor.execute(TURNS.format(columns=columns), (person.pk, today, places_of(powers_of(person))))
        wanted = {one.pk for one in requests}
        found = {request: pair for request, *pair in cursor.fetchall() if request in wanted}
    limits = AuthorityLimit.objects.select_related("domain", "person").in_bulk([limit for limit, _ in found.values()])
    givers = Person.objects.in_bulk([giver for _, giver in found.values() if giver != person.pk])
    return {request: Turn(limits[limit], givers.get(giver)) for request, (limit, giver) in found.items()}
