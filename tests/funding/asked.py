"""A bet that holds money of its first tranche, and a request for its second one that waits for one person."""

from typing import Any

from funding.models import SignOffRule
from lib import clock
from org.models import Person
from tests import factories as f
from tests.funding.books import books_of_today


def asked_of(by: Person) -> dict[str, Any]:
    """The request and the key of its bet; to be made before there are guardrails. All texts are marked."""
    books = books_of_today("2026")
    f.AuthorityLimitFactory(role="product_operations", max_amount=1_000_000_000)
    f.DelegationFactory(giver=books.other, taker=by, max_amount=1_000_000_000, ends_on=clock.today())
    said = {"rationale": "‹It works.›", "decided_by": f.PersonFactory(name="‹Eva›")}
    f.DecisionFactory(bet=books.bet, kind="fund", look_again_on=f.TODAY, **said)
    f.OutcomeFactory(bet=books.bet, series__metric__name="‹Conversion›")
    books.given(books.first)
    f.EvidenceFactory.create_batch(6, bet=books.bet, learned="‹Length.›", kind__name="‹Test›")
    f.ApprovalRuleFactory()
    f.SignOffRuleFactory(role="executive", question="Does it ‹touch› personal data?")
    risks = dict.fromkeys(SignOffRule.objects.values_list("key", flat=True), True)
    asked = books.commit(books.second, risks=risks, justification="‹Twenty› talks.", today=clock.today())
    books.approve(asked, comment="‹As planned.›")
    f.AdviceFactory(request=asked, bet=books.bet, sentence="‹The gate.›", given_to=by)
    f.AdviceFactory(kind="decision", bet=books.bet, sentence="‹The evidence.›", given_to=by)
    f.RequestNoteFactory(request=asked)
    f.RequestFileFactory(request=asked)
    return {"asked": asked.pk, "paid": books.bet.key}
