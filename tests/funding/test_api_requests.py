"""Programs ask for money, say yes and no: by the same actions and with the same refusals as on the pages."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from funding.models import Account, Approval, FundingRequest, Transfer
from lib.clock import today
from org.models import Person
from tests import factories as f
from tests.funding.books import Books, open_books

pytestmark = pytest.mark.django_db
URL = "/api/money/requests/"


@pytest.fixture
def books(monkeypatch: pytest.MonkeyPatch) -> Books:
    for name in ("api_requests", "api_gates"):
        monkeypatch.setattr(f"funding.{name}.today", lambda: f.TODAY)
    return open_books()


@pytest.fixture
def lead(books: Books, client_of: Callable[[Person], Client]) -> Client:
    return client_of(books.lead)


@pytest.fixture
def checker(books: Books, client_of: Callable[[Person], Client]) -> Client:
    return client_of(books.checker)


def post(client: Client, url: str, sent: Any = None, key: str = "") -> Any:
    headers = {"Idempotency-Key": key or uuid.uuid4().hex}
    return client.post(url, json.dumps(sent or {}), content_type="application/json", headers=headers)


def commit(books: Books, **other: Any) -> dict[str, Any]:
    line = {"kind": "commit", "amount": 10_000_000, "budget": books.budget.code, "tranche": 1} | other.pop("line", {})
    return {
        "kind": "commit", "ledger": books.ledger.code, "bet": books.bet.key, "reason_code": "plan",
        "justification": "It pays for twenty talks.", "lines": [line],
    } | other  # fmt: skip


def test_money_is_asked_for_approved_and_posted(books: Books, lead: Client, checker: Client) -> None:
    key = str(uuid.uuid4())
    made = post(lead, URL, commit(books), key)
    assert (made.status_code, made.json()["state"], made.json()["key"]) == (201, "submitted", key)
    assert made["Location"] == f"{URL}{made.json()['id']}/"
    assert [line["reaches"] for line in made.json()["lines"]] == [f"DS-2026/{books.bet.key}-1/committed"]
    done = post(checker, f"{made['Location']}approve/", {"comment": "Go."})
    assert (done.status_code, done.json()["state"]) == (200, "posted")
    assert [one["role"] for one in done.json()["approvals"]] == ["finance"]
    assert books.balance("committed", books.first) == 10_000_000
    assert lead.get(made["Location"]).json() == done.json()


def test_the_same_key_asks_once_and_another_body_under_it_is_refused(books: Books, lead: Client) -> None:
    first, again = (post(lead, URL, commit(books), "order-2026-17") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    other = post(lead, URL, commit(books, line={"amount": 1}), "order-2026-17")
    assert (other.status_code, FundingRequest.objects.count()) == (409, 1)


def test_without_a_key_nothing_is_written(books: Books, lead: Client) -> None:
    answer = lead.post(URL, json.dumps(commit(books)), content_type="application/json")
    assert (answer.status_code, FundingRequest.objects.count()) == (400, 0)
    assert "Idempotency-Key" in answer.json()["detail"]


AMOUNTS = [0, -1, 1.9, "1e3", "1,000", "10", 2**63, 10**15 + 1, None, True, [], {}, 1e3]


@pytest.mark.parametrize("amount", AMOUNTS, ids=repr)
def test_what_is_no_amount_is_refused_with_a_sentence_and_no_row(amount: Any, books: Books, lead: Client) -> None:
    answer = post(lead, URL, commit(books, line={"amount": amount}))
    assert answer.status_code == 400
    assert "lines.0.amount" in answer.json()["reasons"][0]
    assert not FundingRequest.objects.exists()


@pytest.mark.parametrize("raw", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_none_are_refused(raw: str, books: Books, lead: Client) -> None:
    body = json.dumps(commit(books)).replace("10000000", raw)
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    answer = lead.post(URL, body, content_type="application/json", headers=headers)
    assert (answer.status_code, bool(answer.json()["reasons"])) == (400, True)
    assert not FundingRequest.objects.exists()


@pytest.mark.parametrize(
    ("other", "status", "said"),
    [
        ({"line": {"budget": "nowhere"}}, 400, "lines.0.budget"),
        ({"line": {"budget": None}}, 400, "lines.0.budget"),
        ({"line": {"tranche": 9}}, 400, "lines.0.tranche"),
        ({"line": {"tranche": -1}}, 400, "lines.0.tranche"),
        ({"line": {"kind": "spend"}}, 400, "lines.0.kind"),
        ({"line": {"kind": "release"}}, 409, "nothing of Tranche 1"),
        ({"line": {"kind": "appropriate"}}, 409, "has no line to appropriate"),
        ({"line": {"memo": "x" * 100_000}}, 400, "lines.0.memo"),
        ({"line": {"colour": "red"}}, 400, "not known here"),
        ({"lines": []}, 400, "lines"),
        ({"kind": "steal"}, 400, "kind"),
        ({"ledger": "nowhere"}, 400, "is not there"),
        ({"bet": "XX-1"}, 400, "is not there"),
        ({"decision": 7}, 404, "nothing here"),
        ({"reason_code": "because"}, 400, "reason_code"),
        ({"reason_code": None}, 400, "reason_code"),
        ({"justification": "x" * 100_000}, 400, "justification"),
        ({"justification": " "}, 400, "justification"),
        ({"effective_date": "9999-12-31"}, 409, "within ten years"),
        ({"effective_date": "0001-01-01"}, 409, "within ten years"),
        ({"effective_date": "2026-02-30"}, 400, "effective_date"),
        ({"due_on": "2020-01-01"}, 409, "within the next 92 days"),
        ({"due_on": "2999-01-01"}, 409, "within the next 92 days"),
        ({"risks": {"dark": True}}, 409, "Nobody asks “dark”"),
        ({"risks": {"dark": "perhaps"}}, 400, "risks"),
    ],
)
def test_a_request_that_is_unsound_is_refused_with_a_sentence_and_no_row(
    other: dict[str, Any], status: int, said: str, books: Books, lead: Client
) -> None:
    before = Account.objects.count()
    answer = post(lead, URL, commit(books, **other))
    assert (answer.status_code, FundingRequest.objects.count()) == (status, 0)
    assert said in answer.json()["detail"]
    assert Account.objects.count() == before


def test_accounts_that_are_closed_or_of_another_ledger_are_refused(books: Books, lead: Client) -> None:
    other = open_books()
    answer = post(lead, URL, commit(books, ledger=other.ledger.code, line={"budget": other.budget.code}))
    assert (answer.status_code, "belongs to another domain" in answer.json()["detail"]) == (409, True)
    Account.objects.filter(pk=books.account("committed", books.first).pk).update(closed=True)
    answer = post(lead, URL, commit(books))
    assert (answer.status_code, "is closed" in answer.json()["detail"]) == (409, True)
    assert not FundingRequest.objects.exists()


def test_a_no_takes_a_known_reason_and_a_comment(books: Books, checker: Client) -> None:
    url = f"{URL}{books.commit(books.first).pk}/reject/"
    for sent in ({"reason_code": "mood", "comment": "No."}, {"reason_code": "not_now"}, {"reason_code": "not_now",
                 "comment": "x" * 100_000}, {"reason_code": "not_now", "comment": "  "}):  # fmt: skip
        assert post(checker, url, sent).status_code == 400
    assert not Approval.objects.exists()
    done = post(checker, url, {"reason_code": "not_now", "comment": "After the summer."})
    assert (done.json()["state"], done.json()["closed_because"]) == ("rejected", "After the summer.")


def test_nobody_approves_what_they_asked_for(books: Books, lead: Client) -> None:
    f.RoleGrantFactory(person=books.lead, role="finance")
    answer = post(lead, f"{URL}{books.commit(books.first).pk}/approve/")
    assert (answer.status_code, answer.json()["reasons"]) == (409, ["Nobody approves what they asked for themselves."])


def test_somebody_approves_for_whoever_delegated_to_them(books: Books, client_of: Callable[[Person], Client]) -> None:
    taker = f.PersonFactory()
    f.RoleGrantFactory(person=taker, role="product_operations")
    f.DelegationFactory(giver=books.checker, taker=taker, starts_on=f.TODAY, max_amount=10_000_000)
    url = f"{URL}{books.commit(books.first).pk}/approve/"
    refused = post(client_of(taker), url)
    assert (refused.status_code, "no authority limit" in refused.json()["detail"]) == (409, True)
    done = post(client_of(taker), url, {"on_behalf_of": books.checker.pk})
    assert done.json()["approvals"][0]["on_behalf_of"] == str(books.checker)


def test_what_was_taken_back_is_asked_for_again_with_what_is_known_now(books: Books, lead: Client) -> None:
    first = books.commit(books.first)
    assert post(lead, f"{URL}{first.pk}/withdraw/", {"because": "Later."}).json()["state"] == "withdrawn"
    f.EvidenceFactory(bet=books.bet, number=5)
    again = post(lead, f"{URL}{first.pk}/resubmit/", {"justification": "Now we know more."})
    assert (again.status_code, again.json()["replaces"]) == (201, first.pk)
    assert [one["number"] for one in again.json()["pack"]["evidence"]] == [5]


def test_notes_and_files_stay_with_a_request(books: Books, checker: Client) -> None:
    url = f"{URL}{books.commit(books.first).pk}/"
    assert post(checker, f"{url}notes/", {"text": "Which brokers?"}).status_code == 201
    file = SimpleUploadedFile("offer.txt", b"Twenty talks.")
    attached = checker.post(f"{url}files/", {"file": file}, headers={"Idempotency-Key": "file-0001"})
    assert attached.status_code == 201
    shown = checker.get(url).json()
    assert ([one["text"] for one in shown["notes"]], [one["name"] for one in shown["files"]]) == (
        ["Which brokers?"], ["offer.txt"],
    )  # fmt: skip


def test_what_has_changed_since_is_said_while_a_request_waits(books: Books, checker: Client) -> None:
    url = f"{URL}{books.commit(books.first).pk}/"
    assert checker.get(url).json()["changes"] == []
    f.EvidenceFactory(bet=books.bet, number=9)
    assert checker.get(url).json()["changes"] == ["Evidence 9 was logged: “Length was the reason.” (strength 3)."]


def test_budgets_are_given_money_and_move_it(books: Books, checker: Client) -> None:
    f.BudgetFactory(ledger=books.ledger, code="DS-2027", domain=books.domain)
    lines = [
        {"kind": "supplement", "amount": 500, "budget": books.budget.code},
        {"kind": "hand_back", "amount": 200, "budget": books.budget.code},
    ]  # fmt: skip
    sent = commit(books, kind="appropriate", lines=lines, domain=books.domain.key)
    del sent["bet"]
    made = post(checker, URL, sent)
    assert (made.status_code, made.json()["amount"]) == (201, {"amount": 700, "currency": "EUR"})
    moved = sent | {"kind": "reallocate", "lines": [
        {"kind": "reallocate", "amount": 100, "budget": books.budget.code, "to_budget": "DS-2027"},
    ]}  # fmt: skip
    assert post(checker, URL, moved).status_code == 201
    assert post(checker, URL, sent | {"domain": f.DomainFactory().key}).status_code == 409
    assert Transfer.objects.count() == 1


def test_only_who_sees_money_there_sees_requests(
    books: Books, client_of: Callable[[Person], Client], lead: Client
) -> None:
    url = f"{URL}{books.commit(books.first).pk}/"
    viewer, elsewhere = f.PersonFactory(), f.PersonFactory()
    f.RoleGrantFactory(person=viewer, role="viewer")
    f.RoleGrantFactory(person=elsewhere, role="product_lead", domain=f.DomainFactory())
    assert client_of(viewer).get(URL).status_code == 404
    assert client_of(elsewhere).get(URL).json()["count"] == 0
    for person in (viewer, elsewhere):
        assert client_of(person).get(url).status_code == 404
        assert post(client_of(person), f"{url}notes/", {"text": "Hello."}).status_code == 404
    assert lead.get(f"{URL}?state=submitted&kind=commit&bet={books.bet.key}").json()["count"] == 1
    assert lead.get(f"{URL}?state=lost").status_code == 400
    assert today()


def test_the_gate_of_a_tranche_is_read_stated_and_revised(books: Books, lead: Client) -> None:
    url = f"/api/bets/{books.bet.key}/tranches/1/"
    shown = lead.get(f"{url}gate/").json()
    assert (shown["criteria"], [need["met"] for need in shown["needs"]]) == ([], [False])
    criteria = {"criteria": [{"kind": "decision", "wanted": "fund"}]}
    assert post(lead, f"{url}gate/", criteria).status_code == 409  # it is live: revise it
    f.OutcomeFactory(bet=books.bet, number=1)
    sent = criteria | {
        "amount": 9_000_000, "purpose": "Talks", "gate": "Ten talks", "reason": "Fewer.", "seen": shown["seen"],
    }  # fmt: skip
    sent["criteria"] = [*criteria["criteria"], {"kind": "outcome", "outcome": 1, "wanted": "alive"}]
    done = post(lead, f"{url}revise/", sent)
    assert (done.status_code, done.json()["amount"], len(done.json()["needs"])) == (200, 9_000_000, 2)
    assert post(lead, f"{url}revise/", sent | {"criteria": [{"kind": "outcome", "outcome": 7}]}).status_code == 400
    assert post(lead, f"{url}revise/", sent).status_code == 409  # what was seen is gone
