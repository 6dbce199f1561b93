"""Pages and API of shadow mode: what would have been stopped, how it reads beside a button, and the day it ends."""

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import trans_real

from bets.models import Rescoring
from funding.actions import approve_request, reject_request
from funding.models import Advice, Enforcement
from lib import clock
from org.models import Person
from tests import factories as f
from tests.cast import person
from tests.funding.books import Books, books_of_today
from tests.pages import flat, text
from tests.test_language import Pseudo, untranslated
from tests.texts import fill_texts

pytestmark = pytest.mark.django_db
HOME = "/shadow/"
REASON = "A quarter of advice has been right."


@pytest.fixture
def books(db: None) -> Books:
    return books_of_today(shadow=True)


@pytest.fixture
def eva(db: None) -> Person:
    return person("Eva Executive", "executive")


def tomorrow() -> dt.date:
    return clock.today() + dt.timedelta(days=1)


def crossed(books: Books, **other: Any) -> Any:
    """A request that a guardrail would have stopped."""
    f.GuardrailFactory(kind="largest", horizon=None, at_most=1, name="Small bets")
    return books.commit(books.first, **other)


@pytest.mark.parametrize("address", [HOME, "/shadow.csv"])
def test_who_sees_money_sees_what_would_have_been_stopped(books: Books, client_of: Any, address: str) -> None:
    viewer = f.RoleGrantFactory(role="viewer").person
    answers = [Client().get(address), client_of(viewer).get(address), client_of(books.lead).get(address)]
    assert [one.status_code for one in answers] == [302, 404, 200]


def test_the_page_says_what_would_have_been_stopped_and_what_became_of_it(books: Books, client_of: Any) -> None:
    request, other = crossed(books), f.BetFactory(domain=books.domain, state="live")
    decision = f.DecisionFactory(bet=other, kind="persist", second_reader=books.other, rescore_on=clock.today())
    Rescoring.objects.create(
        decision=decision, finding="wrong", note="It fell.", scored_at=f.AT, scored_by=books.other
    )  # fmt: skip
    f.AdviceFactory(kind="decision", bet=other, sentence="The evidence says so.", given_at=decision.decided_at)
    client = client_of(books.lead)
    page = flat(client.get(HOME))
    assert "1 request over €100k and 1 decision would have been stopped." in page and "It still waits" in page
    assert "The guardrail stops it. Small bets:" in page
    assert "The decision stands" in page and "The evidence was right" in page
    approve_request(request, by=books.checker, at=f.AT, today=f.TODAY)
    assert "Money moved all the same: €100k." in flat(client.get(HOME))


def test_the_list_is_narrowed_and_taken_away_as_csv(books: Books, client_of: Any) -> None:
    request, client = crossed(books), client_of(books.lead)
    reject_request(request, reason_code="not_now", comment="No.", by=books.checker, at=f.AT, today=f.TODAY)
    f.AdviceFactory(kind="decision", bet=books.bet, sentence="=The evidence says so.")
    for asked, count in (
        ("kind=guardrail", 1), ("end=nothing", 1), ("end=posted", 0), ("end=stands", 1), ("end=reversed", 0),
        ("q=small+bets", 1), ("kind=whim&end=whim&page=x", 2), ("", 2),
    ):  # fmt: skip
        lines = b"".join(client.get(f"/shadow.csv?{asked}")).decode().splitlines()
        assert len(lines) == 1 + count, asked
        assert flat(client.get(f"{HOME}?{asked}")).count("<tr data-row") == count, asked
    assert "'=The evidence" in lines[1] and "100000.00,EUR" in lines[2] and "No money moved" in lines[2]


def test_nobody_sees_advice_on_money_of_another_domain(books: Books, client_of: Any, outsider: Person) -> None:
    crossed(books)
    f.AdviceFactory(bet=books.bet, sentence="The gate.")
    page = text(client_of(outsider).get(HOME))
    assert "Nothing would have been stopped so far." in page and books.bet.name not in page


def test_who_does_not_end_it_reads_why_beside_a_disabled_button(books: Books, client_of: Any) -> None:
    page = text(client_of(books.checker).get(HOME))
    assert "You may not end shadow mode here: that takes the role executive." in page
    assert '<button type="button" class="btn primary" disabled aria-describedby="why-not">Decide' in page
    assert "/shadow/" not in text(client_of(books.checker).get("/"))  # the portfolio tells those who may end it


def test_an_executive_decides_the_day_and_another_one_before_it_has_come(eva: Person, client_of: Any) -> None:
    client = client_of(eva)
    assert "Shadow mode:" in text(client.get("/"))
    sent = {"from_on": tomorrow().isoformat(), "reason": REASON}
    assert client.post(HOME, sent).status_code == 302
    assert Enforcement.objects.get().from_on == tomorrow()
    page = flat(client.get(HOME))
    assert "Choose another day" in page and REASON in page
    assert client.post(HOME, sent | {"from_on": clock.today().isoformat(), "reason": "Now."}).status_code == 302
    page = flat(client.get(HOME))
    assert "How it ended" in page and "Over since" in page and "Decide</button>" not in page
    assert client.post(HOME, sent).status_code == 409 and "Shadow mode" not in text(client.get("/"))


@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        ({"from_on": "", "reason": REASON}, 422, "Say on which day it ends."),
        ({"from_on": "31.12.", "reason": REASON}, 422, "Enter a valid date."),
        ({"from_on": "2020-01-01", "reason": REASON}, 409, "Shadow mode ends today or on a day"),
        ({"from_on": "9999-12-31", "reason": REASON}, 409, "Shadow mode ends within a year."),
        ({"from_on": "2020-01-01", "reason": ""}, 422, "Say why it ends."),
        ({"from_on": "2020-01-01", "reason": "x" * 100_000}, 422, "at most 1000 characters"),
        ({"from_on": "2020-01-01", "reason": "A\x00B"}, 422, "Null characters are not allowed."),
    ],
)
def test_an_unsound_end_is_answered_with_a_sentence_and_keeps_what_was_typed(
    eva: Person, client_of: Any, sent: dict[str, str], status: int, words: str
) -> None:
    answer = client_of(eva).post(HOME, sent)
    assert (answer.status_code, Enforcement.objects.count()) == (status, 0)
    assert words in text(answer) and sent["reason"].replace("\x00", "")[:40] in text(answer).replace("\x00", "")


def test_two_who_decide_at_once_see_both_days(eva: Person, client_of: Any) -> None:
    client = client_of(eva)
    seen = client.get(HOME).context["seen"]
    f.EnforcementFactory(from_on=tomorrow(), reason="Theirs.")
    later = (tomorrow() + dt.timedelta(days=30)).isoformat()
    answer = client.post(HOME, {"from_on": later, "reason": REASON, "seen": seen})
    page = text(answer)
    assert (answer.status_code, Enforcement.objects.count()) == (409, 1)
    assert "Both versions" in page and later in page and tomorrow().isoformat() in page and REASON in page
    again = {"from_on": later, "reason": REASON, "seen": answer.context["seen"]}
    assert client.post(HOME, again).status_code == 302


def test_what_would_stop_a_request_reads_as_advice(books: Books, client_of: Any) -> None:
    f.EnforcementFactory(from_on=tomorrow())
    request = crossed(books)
    lead, checker = client_of(books.lead), client_of(books.checker)
    form = {"look": "1", "amount": "100000", "budget": books.budget.pk}
    for page in (
        lead.post(f"/bets/{books.bet.key}/tranches/2/commit/", form),
        checker.get(f"/money/requests/{request.pk}/"),
        checker.get(f"/money/requests/{request.pk}/approve/"),
        checker.get(f"/money/requests/approve/?request={request.pk}"),
    ):
        assert "Shadow mode: stopped from" in flat(page), page.request["PATH_INFO"]
        assert "Stopped by a guardrail" not in text(page), page.request["PATH_INFO"]
    assert "Let pass in shadow mode" in text(checker.get(f"/money/requests/{request.pk}/"))
    for address in ("/money/guardrails/", "/forums/", f"/bets/{books.bet.key}/money/"):
        assert "Shadow mode until" in text(lead.get(address)), address


def test_an_unmet_gate_asks_for_no_reason_and_says_so(books: Books, client_of: Any) -> None:
    books.given(books.first)
    f.GateCriterionFactory(tranche=books.first, kind="strength", wanted="", strength=4)
    lead, checker = client_of(books.lead), client_of(books.checker)
    asking = flat(lead.get(f"/bets/{books.bet.key}/tranches/1/release/"))
    assert "whoever approves sees what is not met. Shadow mode: this would be stopped." in asking
    request = books.release(books.first)
    for page in (f"/money/requests/{request.pk}/", f"/money/requests/{request.pk}/approve/"):
        assert "a yes that does not say why is let through, and written down" in flat(checker.get(page))
    assert checker.post(f"/money/requests/{request.pk}/approve/", {"comment": ""}).status_code == 302
    request.refresh_from_db()
    assert (request.state, Advice.objects.get().kind) == ("posted", "gate")


def test_everything_that_is_read_in_shadow_mode_can_be_translated(
    books: Books, eva: Person, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = crossed(books)
    f.AdviceFactory(kind="decision", bet=books.bet)
    f.EnforcementFactory(from_on=tomorrow())
    fill_texts(lambda place: "‹D›")
    known = {books.bet.key, *Person.objects.values_list("email", flat=True)}
    eve, checker = client_of(eva), client_of(books.checker)
    monkeypatch.setitem(trans_real._translations, "en", Pseudo(trans_real.translation("en")))
    for client, page in (
        (eve, HOME), (eve, "/"), (checker, f"/money/requests/{request.pk}/approve/"),
        (checker, f"/money/requests/approve/?request={request.pk}"), (checker, f"/money/requests/{request.pk}/"),
    ):  # fmt: skip
        assert untranslated(client.get(page).content.decode(), known) == [], page


def test_by_api_it_is_read_and_ended(eva: Person, client_of: Any) -> None:
    client = client_of(eva)
    assert client.get("/api/shadow/").json()["lasts"] is True
    body = {"from_on": clock.today().isoformat(), "reason": REASON}
    for number in (1, 2):
        answer = client.post(
            "/api/shadow/", json.dumps(body), content_type="application/json",
            headers={"Idempotency-Key": f"end-of-shadow-{number}"},
        )  # fmt: skip
        said = answer.json()
        assert (answer.status_code, said["lasts"], said["decided_by"]) == (201, False, "Eva Executive")
    other = json.dumps(body | {"reason": "Again."})
    refused = client.post(
        "/api/shadow/", other, content_type="application/json", headers={"Idempotency-Key": "another-one"}
    )
    assert refused.status_code == 409 and "nobody goes back to it" in refused.json()["detail"]
    assert Enforcement.objects.count() == 1


def test_by_api_advice_is_listed_as_on_the_page(books: Books, client_of: Any) -> None:
    request, client = crossed(books), client_of(books.lead)
    f.AdviceFactory(kind="decision", bet=books.bet, sentence="The evidence says so.", given_at=f.AT - dt.timedelta(1))
    found = client.get("/api/shadow/advice/").json()["results"]
    assert [(one["kind"], one["request"], one["end"]) for one in found] == [
        ("guardrail", request.pk, "waiting"), ("decision", None, "stands"),
    ]  # fmt: skip
    assert client.get("/api/shadow/advice/?end=stands").json()["count"] == 1
    assert client.get("/api/shadow/advice/?end=whim").status_code == 400
