"""Saying yes and no: who may, in which role, for whom; and what a yes needs."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bets.models import Bet
from funding import actions
from funding.models import Approval, FundingRequest, RequestFile, RequestNote
from lib.refusals import Refused
from org.models import Person
from tests import factories as f
from tests.funding.books import Books

pytestmark = pytest.mark.django_db


def somebody(role: str, limit: int | None = None, kind: str = "commit") -> Person:
    person = f.PersonFactory()
    f.RoleGrantFactory(person=person, role=role)
    if limit:
        f.AuthorityLimitFactory(person=person, role="", kind=kind, max_amount=limit)
    return person


def signoff(role: str, **fields: Any) -> None:
    f.SignOffRuleFactory(role=role, currency="EUR", **fields)


def test_two_must_say_yes_above_the_threshold_measured_on_all_that_the_bet_was_given(books: Books) -> None:
    f.ApprovalRuleFactory(from_amount=15_000_000)
    books.given(books.first)  # 100,000.00: below
    request = books.commit(books.second)
    assert (request.measured, request.approvals_required) == (20_000_000, 2)
    assert books.approve(request).state == "submitted"
    assert books.approve(request, by=books.other).state == "posted"


def test_a_person_signs_in_the_role_that_is_still_missing(books: Books) -> None:
    signoff("finance", key="money", question="")
    signoff("executive", key="always", question="")
    f.RoleGrantFactory(person=books.checker, role="executive")
    f.ApprovalRuleFactory(from_amount=0)
    request = books.commit(books.first)
    assert request.signoffs == ["executive", "finance"]
    books.approve(request)
    assert books.approve(request, by=books.other).state == "posted"
    assert list(request.approvals.order_by("pk").values_list("role", flat=True)) == ["executive", "finance"]


def test_a_sign_off_that_is_missing_keeps_a_request_waiting(books: Books) -> None:
    signoff("executive", key="always", question="")
    request = books.commit(books.first)
    assert books.approve(request).state == "submitted"
    assert books.approve(request, by=somebody("executive", 10_000_000)).state == "posted"


def test_a_question_about_risk_is_answered_and_a_yes_asks_for_a_sign_off(books: Books) -> None:
    signoff("product_operations", key="personal-data", question="Does it touch personal data?")
    for risks, said in (
        ({}, "Answer with yes or no: Does it touch personal data"), ({"personal-data": "yes"}, "Answer with yes or no"),
        ({"personal-data": True, "other": True}, "Nobody asks “other”"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=said):
            books.commit(books.first, risks=risks)
    assert books.commit(books.first, risks={"personal-data": True}).signoffs == ["product_operations"]
    assert books.commit(books.second, risks={"personal-data": False}).signoffs == []


def test_a_question_is_asked_from_its_amount_on(books: Books) -> None:
    signoff("executive", key="large", question="Is it reversible?", from_amount=10_000_001)
    assert books.commit(books.first).signoffs == []
    with pytest.raises(Refused, match="Is it reversible"):
        books.commit(books.second, 10_000_001)


@pytest.mark.parametrize(
    ("limit", "said"), [(None, "no row, no authority"), (9_999_999, r"limit in force is €99,999\.99")]
)
def test_authority_is_what_a_row_says(limit: int | None, said: str, books: Books) -> None:
    with pytest.raises(Refused, match=said):
        books.approve(books.commit(books.first), by=somebody("executive", limit))
    assert not Approval.objects.exists()


def test_a_limit_holds_on_its_days_in_its_currency_its_kind_and_its_domain(books: Books) -> None:
    request = books.commit(books.first)
    person = somebody("executive")
    wrong = {"person": person, "role": "", "kind": "commit", "max_amount": 10**9}
    for other in (
        {"valid_to": f.TODAY - timedelta(days=1)}, {"valid_from": f.TODAY + timedelta(days=1)}, {"currency": "CHF"},
        {"kind": "release"}, {"domain": f.DomainFactory()}, {"ended_at": f.AT, "ended_by": books.other},
    ):  # fmt: skip
        f.AuthorityLimitFactory(**wrong | other)
    with pytest.raises(Refused, match="no authority"):
        books.approve(request, by=person)
    f.AuthorityLimitFactory(**wrong | {"domain": books.domain, "valid_to": f.TODAY})
    assert books.approve(request, by=person).state == "posted"


def test_a_limit_of_a_person_alone_is_not_enough_without_the_act(books: Books) -> None:
    with pytest.raises(Refused, match="may not approve requests for money here"):
        books.approve(books.commit(books.first), by=somebody("product_lead", 10**9))


def test_delegation_is_bounded_and_one_voice(books: Books) -> None:
    f.ApprovalRuleFactory(from_amount=0)
    taker = somebody("executive")
    request = books.commit(books.first)
    with pytest.raises(Refused, match="has not delegated"):
        books.approve(request, by=taker, on_behalf_of=books.checker)
    given = f.DelegationFactory(giver=books.checker, taker=taker, max_amount=9_999_999)
    with pytest.raises(Refused, match="delegation reaches"):
        books.approve(request, by=taker, on_behalf_of=books.checker)
    type(given).objects.filter(pk=given.pk).update(ended_at=f.AT, ended_by=books.checker)
    f.DelegationFactory(giver=books.checker, taker=taker, max_amount=10_000_000)
    books.approve(request, by=taker, on_behalf_of=books.checker)
    with pytest.raises(Refused, match="count once"):
        books.approve(request, by=books.checker)
    assert books.approve(request, by=books.other).state == "posted"


def test_nobody_approves_for_whoever_asked(books: Books) -> None:
    f.DelegationFactory(giver=books.lead, taker=books.checker, max_amount=10**9)
    with pytest.raises(Refused, match="Nobody approves for the person who asked"):
        books.approve(books.commit(books.first), on_behalf_of=books.lead)


def test_a_release_whose_gate_is_not_met_needs_a_comment(books: Books) -> None:
    books.given(books.first)
    f.GateCriterionFactory(tranche=books.first, kind="strength", wanted="", strength=4)
    request = books.release(books.first)
    assert request.pack["gates"][0]["needs"][0]["met"] is False
    with pytest.raises(Refused, match="The gate is not met"):
        books.approve(request)
    assert books.approve(request, comment="The board knows.").state == "posted"


@pytest.mark.parametrize(
    ("comment", "said"), [("x" * 2001, "at most 2,000 characters"), ("a\x00b", "cannot be stored")]
)
def test_a_comment_is_sound(comment: str, said: str, books: Books) -> None:
    request = books.commit(books.first)
    with pytest.raises(Refused, match=said):
        books.approve(request, comment=comment)
    with pytest.raises(Refused, match=said):
        reject(books, request, comment=comment)
    with pytest.raises(Refused, match="reason is one of"):
        reject(books, request, reason_code="mood")


def reject(books: Books, request: FundingRequest, **other: Any) -> FundingRequest:
    said = {"reason_code": "not_now", "comment": "Later.", "by": books.checker, "at": f.AT, "today": f.TODAY} | other
    return actions.reject_request(request, **said)


def test_several_are_approved_each_by_itself(books: Books) -> None:
    short, stale = books.commit(books.first, 100_000_001), books.commit(books.second)
    other = f.BetFactory(domain=books.domain, state="live")
    fine = books.commit(f.TrancheFactory(bet=other, sequence=1), 10_000_000, bet=other)
    f.EvidenceFactory(bet=books.bet, number=3)
    results = actions.approve_requests([fine, stale, short], by=books.checker, at=f.AT, today=f.TODAY)
    logged = "Evidence 3 was logged: “Length was the reason.” (strength 3)."
    assert [(one.pk, one.state, said) for one, said in results] == [
        (short.pk, "voided", logged), (stale.pk, "voided", logged),
        (fine.pk, "posted", ""),
    ]  # fmt: skip


def test_one_that_is_refused_stops_none_of_the_others(books: Books) -> None:
    short, fine = books.commit(books.first, 100_000_001), books.commit(books.second)
    results = actions.approve_requests([short, fine], by=books.checker, at=f.AT, today=f.TODAY)
    assert [(one.pk, bool(said)) for one, said in results] == [(short.pk, True), (fine.pk, False)]
    assert "short by €0.01" in results[0][1]
    short.refresh_from_db()
    assert (short.state, short.approvals.count()) == ("submitted", 0)


def test_what_has_expired_is_closed_and_what_waited_for_half_its_time_is_told_once(books: Books) -> None:
    first = books.commit(books.first, due_on=f.TODAY + timedelta(days=10))
    books.commit(books.second, due_on=f.TODAY + timedelta(days=60))
    at = f.AT
    for days, escalated, expired in ((4, 0, 0), (5, 1, 0), (6, 0, 0), (10, 0, 0), (11, 0, 1), (12, 0, 0)):
        day = f.TODAY + timedelta(days=days)
        assert actions.expire_requests(at=at, today=day) == expired, days
        assert actions.escalate_requests(at=at, today=day) == escalated, days
    first.refresh_from_db()
    assert (first.state, first.closed_because) == ("expired", f"Nobody decided on it by {first.due_on}.")
    with pytest.raises(Refused, match="It has expired"):
        books.approve(first)


def test_what_rests_on_something_that_has_changed_is_void_without_anybody_opening_it(books: Books) -> None:
    stale = books.commit(books.first)
    other = f.BetFactory(domain=books.domain, state="live")
    fine = books.commit(f.TrancheFactory(bet=other, sequence=1), bet=other)
    f.FlagFactory(bet=books.bet, kind="cease", sentence="It is below its kill line.")
    assert actions.void_stale_requests(at=f.AT, today=f.TODAY) == 1
    for one in (stale, fine):
        one.refresh_from_db()
    assert (stale.state, fine.state) == ("voided", "submitted")
    assert stale.closed_because == "A flag was raised, “cease”: It is below its kill line."


def test_what_is_void_is_asked_for_again_by_whoever_asked_and_nobodys_yes_is_carried_over(books: Books) -> None:
    f.ApprovalRuleFactory(from_amount=0)
    first = books.commit(books.first)
    books.approve(first)
    with pytest.raises(Refused, match="It still waits"):
        again(books, first)
    f.EvidenceFactory(bet=books.bet)
    assert books.approve(first, by=books.other).state == "voided"
    with pytest.raises(Refused, match="Only who asked"):
        again(books, first, by=books.checker)
    second = again(books, first)
    assert (second.replaces, second.approvals.count(), second.amount) == (first, 0, first.amount)
    assert again(books, first, key=second.key) == second  # sent twice
    with pytest.raises(Refused, match=f"asked for again already, by request {second.pk}"):
        again(books, first)


def again(books: Books, request: FundingRequest, **other: Any) -> FundingRequest:
    said = {"by": books.lead, "at": f.AT, "today": f.TODAY} | other
    return actions.resubmit_request(request, said.pop("key", f.FundingRequestFactory.build().key), **said)


def test_a_note_is_written_by_whoever_sees_the_money_there(books: Books) -> None:
    request = books.commit(books.first)
    for _ in range(2):
        actions.write_note(request, " Which brokers? ", by=books.checker, at=f.AT)
    assert RequestNote.objects.get().text == "Which brokers?"
    for text, said in (("", "Say something"), ("x" * 2001, "at most 2,000"), ("a\x00", "cannot be stored")):
        with pytest.raises(Refused, match=said):
            actions.write_note(request, text, by=books.checker, at=f.AT)
    with pytest.raises(Refused, match="may not see the books"):
        actions.write_note(request, "Hello.", by=somebody("viewer"), at=f.AT)


def test_a_file_is_attached_once_and_while_a_request_waits(books: Books) -> None:
    request = books.commit(books.first)

    def attach(text: bytes, name: str = "offer.txt", by: Person = books.checker) -> RequestFile:
        return actions.attach_file(request, SimpleUploadedFile(name, text), by=by, at=f.AT)

    attach(b"Twenty talks.")
    for text, name, said in (
        (b"Twenty talks.", "copy.txt", "attached already"), (b"", "empty.txt", "is empty"),
        (b"x", "run.exe", "not of a type"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=said):
            attach(text, name)
    with pytest.raises(Refused, match="may not see the books"):
        attach(b"Other.", by=somebody("viewer"))
    books.approve(request)
    with pytest.raises(Refused, match="its files stay as they are"):
        attach(b"Too late.")
    assert RequestFile.objects.count() == 1


@pytest.mark.parametrize("state", ["draft", "held", "ceased", "concluded"])
def test_a_bet_that_is_not_live_gets_no_money(state: str, books: Books) -> None:
    books.given(books.first)
    f.DecisionFactory(bet=books.bet, kind="fund", look_again_on=f.TODAY)
    Bet.objects.filter(pk=books.bet.pk).update(state=state)
    for ask in (lambda: books.commit(books.second), lambda: books.release(books.first)):
        with pytest.raises(Refused, match="The bet"):
            ask()


def test_money_follows_the_latest_decision(books: Books) -> None:
    books.given(books.first)
    fund = f.DecisionFactory(bet=books.bet, number=1, kind="fund", look_again_on=f.TODAY)
    f.DecisionFactory(bet=books.bet, number=2, kind="defer", look_again_on=f.TODAY)
    with pytest.raises(Refused, match="Decision 2 was taken since"):
        books.release(books.first, decision=fund)
    with pytest.raises(Refused, match="on its own bet"):
        books.release(books.first, decision=f.DecisionFactory(kind="fund", look_again_on=f.TODAY))


def test_a_request_is_about_one_bet_and_decided_where_its_money_belongs(books: Books) -> None:
    other = f.TrancheFactory(bet=f.BetFactory(domain=books.domain, state="live"))
    with pytest.raises(Refused, match="about one bet"):
        books.commit(other)
    with pytest.raises(Refused, match="in the domain of the bet"):
        books.commit(books.first, domain=f.DomainFactory())
    ask = actions.Ask(
        "commit", books.account("available"), books.account("committed", books.first), 100, tranche=books.second
    )
    with pytest.raises(Refused, match="names the tranche whose money it moves"):
        books.submit("commit", [ask])
    elsewhere = f.BetFactory(domain=f.DomainFactory(), state="live")
    with pytest.raises(Refused, match="belongs to another domain"):
        books.commit(f.TrancheFactory(bet=elsewhere), bet=elsewhere, domain=elsewhere.domain)
    swiss = f.BetFactory(domain=books.domain, state="live", currency="CHF")
    with pytest.raises(Refused, match="money never crosses over"):
        books.commit(f.TrancheFactory(bet=swiss), bet=swiss)
    assert not FundingRequest.objects.exists()


def test_the_same_tranche_is_not_asked_for_twice_at_once(books: Books) -> None:
    books.commit(books.first)
    with pytest.raises(Refused, match="asked for already, by a request that still waits"):
        books.commit(books.first)


def test_only_who_asked_takes_it_back_while_it_waits(books: Books) -> None:
    request = books.commit(books.first)
    with pytest.raises(Refused, match="Only who asked"):
        actions.withdraw_request(request, because="", by=books.checker, at=f.AT)
    with pytest.raises(Refused, match="at most 500"):
        actions.withdraw_request(request, because="x" * 501, by=books.lead, at=f.AT)
    for _ in range(2):
        done = actions.withdraw_request(request, because="Later.", by=books.lead, at=f.AT)
    assert (done.state, done.closed_because) == ("withdrawn", "Later.")
    posted = books.approve(books.commit(books.first))
    with pytest.raises(Refused, match="there is nothing to take back"):
        actions.withdraw_request(posted, because="", by=books.lead, at=f.AT)
