"""Pages of requests: the inbox, one request, saying yes and no, several at once, notes and files."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from funding import actions
from funding.inbox import inbox_of
from funding.models import Approval, FundingRequest, RequestNote, Transfer
from lib.clock import today
from org.models import Person
from org.visibility import powers_of
from tests import factories as f
from tests.funding.books import Books, books_of_today

pytestmark = pytest.mark.django_db
SignIn = Callable[[Any], Client]
INBOX = "/money/requests/"


@pytest.fixture
def books() -> Books:
    return books_of_today()


@pytest.fixture
def asked(books: Books) -> FundingRequest:
    """A request that waits as of the real today, on which pages look."""
    return books.commit(books.first, today=today(), due_on=today() + dt.timedelta(days=9))


def page(client: Client, path: str, **data: str) -> str:
    answer = client.get(path, data)
    assert answer.status_code == 200, path
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize(
    "path", ["", "approve/", "{pk}/", "{pk}/approve/", "{pk}/reject/", "{pk}/withdraw/", "{pk}/again/"]
)
def test_requests_do_not_exist_for_people_who_may_not_see_money_there(
    asked: FundingRequest, client: Client, client_of: SignIn, path: str
) -> None:
    url = INBOX + path.format(pk=asked.pk)
    assert client.get(url).url.startswith("/accounts/login/")
    viewer = f.PersonFactory()
    f.RoleGrantFactory(person=viewer, role="viewer")
    assert client_of(viewer).get(url).status_code == 404


@pytest.mark.parametrize("path", ["", "approve/", "reject/", "withdraw/", "again/"])
def test_a_request_of_another_domain_does_not_exist(asked: FundingRequest, client_of: SignIn, path: str) -> None:
    away = f.PersonFactory()
    f.RoleGrantFactory(person=away, role="finance", domain=f.DomainFactory())
    f.RoleGrantFactory(person=away, role="viewer", domain=asked.domain)
    assert client_of(away).get(f"{INBOX}{asked.pk}/{path}").status_code == 404
    assert asked.bet is not None
    assert asked.bet.name not in page(client_of(away), INBOX)


def test_the_inbox_says_what_waits_for_whom_and_by_which_rule(
    books: Books, asked: FundingRequest, client_of: SignIn
) -> None:
    books.approve(books.commit(books.second))
    for person, mine, others in ((books.checker, 1, 0), (books.lead, 0, 1)):
        shown = page(client_of(person), INBOX)
        assert f"My turn {mine}<" in shown
        assert f"Waiting for others {others}<" in shown
        assert "Done 1<" in shown
        assert ("Finance may commit up to €10M" in shown) == bool(mine)


def test_the_inbox_is_narrowed_by_what_the_address_asks_and_says_what_it_ignores(
    books: Books, asked: FundingRequest, client_of: SignIn
) -> None:
    def found(**asked_for: str) -> list[int]:
        address = QueryDict(mutable=True)
        address.update({"show": "mine", **asked_for})
        return [row.request.pk for row in inbox_of(books.checker, powers_of(books.checker), address, today()).rows]

    for fits in ({"kind": "commit"}, {"q": books.bet.name}, {"q": str(asked.pk)}, {"domain": books.domain.key},
                 {"budget": str(books.budget.pk)}, {"ledger": books.ledger.code}, {"amount": "100000"}):  # fmt: skip
        assert found(**fits) == [asked.pk], fits
    for misses in ({"kind": "release"}, {"q": "nothing like it"}, {"amount": "1000000"}):
        assert found(**misses) == [], misses
    odd = {"kind": "spend", "budget": "9" * 30, "domain": "nowhere", "amount": "1e9"}
    assert page(client_of(books.checker), INBOX, **odd).count("it was ignored") == len(odd)


def test_the_inbox_takes_the_same_queries_for_one_request_and_for_many(
    books: Books, asked: FundingRequest, client_of: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(books.checker)
    page(client, INBOX)
    for number in range(3, 9):
        tranche = f.TrancheFactory(bet=f.BetFactory(domain=books.domain, state="live"), sequence=number)
        books.commit(tranche, bet=tranche.bet)
    with django_assert_max_num_queries(24):
        assert "My turn 7<" in page(client, INBOX)


def test_the_navigation_counts_what_waits_for_somebody(books: Books, asked: FundingRequest, client_of: SignIn) -> None:
    assert "request waits for you" in page(client_of(books.checker), "/")
    assert "request waits for you" not in page(client_of(books.lead), "/")


def test_a_request_shows_what_a_yes_would_rest_on(books: Books, asked: FundingRequest, client_of: SignIn) -> None:
    shown = page(client_of(books.checker), f"{INBOX}{asked.pk}/")
    for words in ("€100,000.00", "Available in Bets of direct sales", "€900,000.00", "Why you:",
                  "Finance may commit up to €10M", "It pays for twenty talks.", "Evidence it rests on",
                  asked.pack["sha256"], books.first.gate, "4100"):  # fmt: skip
        assert words in shown


def test_somebody_who_may_not_approve_reads_why_beside_the_button(
    books: Books, asked: FundingRequest, client_of: SignIn
) -> None:
    assert "somebody else approves it" in page(client_of(books.lead), f"{INBOX}{asked.pk}/")
    reader = f.PersonFactory()
    f.RoleGrantFactory(person=reader, role="product_operations")
    shown = page(client_of(reader), f"{INBOX}{asked.pk}/approve/")
    assert "no row, no authority" in shown
    assert "disabled" in shown


def test_whoever_has_said_yes_reads_that_it_waits_for_somebody_else(books: Books, client_of: SignIn) -> None:
    f.ApprovalRuleFactory(kind="commit", currency="EUR", from_amount=1, approvers=2)
    asked = books.commit(books.first, today=today(), due_on=today() + dt.timedelta(days=9))
    actions.approve_request(asked, by=books.checker, at=f.AT, today=today())
    shown = page(client_of(books.checker), f"{INBOX}{asked.pk}/")
    assert "You have said yes. It waits for somebody else as well." in shown
    assert ("You cannot approve it" in shown, "> Approve<" in shown) == (False, False)


def test_what_has_changed_since_is_said_and_a_yes_then_posts_nothing(
    books: Books, asked: FundingRequest, client_of: SignIn
) -> None:
    f.EvidenceFactory(bet=books.bet)
    client = client_of(books.checker)
    assert "Changed since it was asked" in page(client, f"{INBOX}{asked.pk}/")
    answer = client.post(f"{INBOX}{asked.pk}/approve/", {"comment": ""}, follow=True)
    assert "nothing was posted" in answer.content.decode()
    assert not Transfer.objects.filter(kind="commit").exists()


def test_a_yes_is_given_on_a_page_that_repeats_the_amount(
    books: Books, asked: FundingRequest, client_of: SignIn
) -> None:
    client, url = client_of(books.checker), f"{INBOX}{asked.pk}/approve/"
    assert "Approve €100,000.00" in page(client, url)
    for _twice in range(2):
        answer = client.post(url, {"comment": "Twenty talks are cheap."}, follow=True)
        assert "the money has moved" in answer.content.decode()
    assert Approval.objects.get().comment == "Twenty talks are cheap."
    assert books.balance("committed", books.first) == 10_000_000


@pytest.mark.parametrize("comment", ["x" * 2001, "a\x00b"])
def test_a_comment_that_cannot_be_kept_is_refused_and_stays_in_the_form(
    books: Books, asked: FundingRequest, client_of: SignIn, comment: str
) -> None:
    answer = client_of(books.checker).post(f"{INBOX}{asked.pk}/approve/", {"comment": comment})
    assert answer.status_code == 422
    assert not Approval.objects.exists()


def test_what_is_short_is_said_before_and_after_a_yes(books: Books, client_of: SignIn) -> None:
    books.commit(books.first, 100_000_001, today=today(), due_on=today())
    request = FundingRequest.objects.get()
    client = client_of(books.checker)
    assert "short by €0.01" in page(client, f"{INBOX}{request.pk}/")
    answer = client.post(f"{INBOX}{request.pk}/approve/", {"comment": "Mine."})
    assert answer.status_code == 409
    assert "short by €0.01" in answer.content.decode()
    assert "Mine." in answer.content.decode()


def test_somebody_speaks_for_whoever_delegated_to_them(books: Books, asked: FundingRequest, client_of: SignIn) -> None:
    taker = f.PersonFactory()
    f.RoleGrantFactory(person=taker, role="product_operations")
    f.DelegationFactory(giver=books.checker, taker=taker, max_amount=10_000_000, starts_on=today(), ends_on=today())
    client = client_of(taker)
    assert f"For {books.checker}, who may commit" in page(client, INBOX)
    answer = client.post(f"{INBOX}{asked.pk}/approve/", {"on_behalf_of": str(books.checker.pk), "comment": ""})
    assert answer.status_code == 302
    said = Approval.objects.get()
    assert (said.approver, said.on_behalf_of) == (taker, books.checker)


def test_nobody_speaks_for_somebody_who_did_not_delegate(
    books: Books, asked: FundingRequest, client_of: SignIn
) -> None:
    f.DelegationFactory(
        giver=books.other, taker=books.checker, max_amount=10_000_000, starts_on=today(), ends_on=today()
    )
    data = {"on_behalf_of": str(books.lead.pk), "comment": ""}
    assert client_of(books.checker).post(f"{INBOX}{asked.pk}/approve/", data).status_code == 422
    assert not Approval.objects.exists()


def test_a_no_needs_a_reason_and_words_and_the_lead_reads_them(
    books: Books, asked: FundingRequest, client_of: SignIn
) -> None:
    client, url = client_of(books.checker), f"{INBOX}{asked.pk}/reject/"
    answer = client.post(url, {"comment": "After the summer."})
    assert answer.status_code == 422
    assert "After the summer." in answer.content.decode()
    assert client.post(url, {"reason_code": "not_now", "comment": "After the summer."}).status_code == 302
    shown = page(client_of(books.lead), f"{INBOX}{asked.pk}/")
    assert "Not now: After the summer." in shown
    assert "Ask again" in shown


@pytest.mark.parametrize(
    ("path", "said"), [("withdraw/", "Only who asked takes a request back."), ("again/", "Only who asked asks again")]
)
def test_nobody_else_is_offered_to_take_it_back_or_to_ask_again(
    books: Books, asked: FundingRequest, client_of: SignIn, path: str, said: str
) -> None:
    shown = page(client_of(books.checker), f"{INBOX}{asked.pk}/{path}")
    assert said in shown
    assert "disabled" in shown
    assert "<textarea" not in shown


def test_whoever_asked_takes_it_back_and_asks_again_once(
    books: Books, asked: FundingRequest, client_of: SignIn
) -> None:
    client = client_of(books.lead)
    assert client_of(books.checker).post(f"{INBOX}{asked.pk}/withdraw/", {"because": ""}).status_code == 409
    assert client.post(f"{INBOX}{asked.pk}/withdraw/", {"because": "Too early."}).status_code == 302
    form = client.get(f"{INBOX}{asked.pk}/again/").context["form"]
    sent = {"key": str(form["key"].value()), "justification": "Now."}
    for _twice in range(2):
        answer = client.post(f"{INBOX}{asked.pk}/again/", sent)
        assert answer.status_code == 302
    assert FundingRequest.objects.get(replaces=asked).justification == "Now."


def test_several_are_looked_at_together_and_each_is_approved_for_itself(books: Books, client_of: SignIn) -> None:
    day = today()
    fits = books.commit(books.first, 60_000_000, today=day, due_on=day)
    other = f.TrancheFactory(bet=f.BetFactory(domain=books.domain, state="live"))
    short = books.commit(other, 60_000_000, bet=other.bet, today=day, due_on=day)
    client, keys = client_of(books.checker), [str(fits.pk), str(short.pk), "999999", "x"]
    answer = client.get(f"{INBOX}approve/", {"request": keys})
    shown = " ".join(answer.content.decode().split())
    assert "€1,200,000.00" in shown
    assert "short by €200,000.00" in shown
    assert "2 of those that you chose do not wait for your own yes" in shown
    done = client.post(f"{INBOX}approve/", {"request": keys[:2], "comment": "Together."}).content.decode()
    fits.refresh_from_db()
    short.refresh_from_db()
    assert (fits.state, short.state) == ("posted", "submitted")
    assert "is short by €200,000.00" in done
    assert Approval.objects.get().comment == "Together."


def test_what_stands_in_the_way_of_each_is_said_before_anybody_says_yes(books: Books, client_of: SignIn) -> None:
    day = today()
    f.GuardrailFactory(kind="largest", name="Small bets", horizon=None, at_most=12_000_000)
    fits = books.commit(books.second, 1_000_000, today=day, due_on=day)
    others = [f.TrancheFactory(bet=f.BetFactory(domain=books.domain, state="live")) for _ in range(2)]
    stopped, stale = (
        books.commit(one, amount, bet=one.bet, today=day, due_on=day)
        for one, amount in zip(others, (12_000_000, 2_000_000), strict=True)
    )
    f.GuardrailFactory(kind="largest", name="Very small bets", horizon=None, at_most=11_000_000)
    f.EvidenceFactory(bet=stale.bet)
    answer = client_of(books.checker).get(f"{INBOX}approve/", {"request": [fits.pk, stopped.pk, stale.pk]})
    items = {item.request.pk: item for item in answer.context["page"].items}
    assert [one.rail.name for one in items[stopped.pk].crossings if one.blocks] == ["Very small bets"]
    assert len(items[stale.pk].changed) == 1
    assert answer.context["ticked"] == [fits.pk] == [pk for pk, item in items.items() if item.is_clear]
    shown = answer.content.decode()
    assert "Changed, a yes makes it void:" in shown
    assert "Stopped by a guardrail:" in shown


def test_a_release_whose_gate_is_not_met_begins_without_a_mark(books: Books, client_of: SignIn) -> None:
    books.given(books.first)
    f.GateCriterionFactory(tranche=books.first, kind="strength", wanted="", strength=4)
    released = books.release(books.first, today=today(), due_on=today())
    item = client_of(books.checker).get(f"{INBOX}approve/", {"request": [released.pk]}).context["page"].items[0]
    assert item.unmet
    assert not item.is_clear


def test_only_what_is_ticked_is_approved_and_the_rest_stays_in_sight(books: Books, client_of: SignIn) -> None:
    day = today()
    yes, no = (books.commit(one, today=day, due_on=day) for one in (books.first, books.second))
    client, shown = client_of(books.checker), {"shown": [yes.pk, no.pk]}
    nothing = client.post(f"{INBOX}approve/", {**shown, "comment": "Keep me"})
    assert (nothing.status_code, len(nothing.context["page"].items)) == (422, 2)
    assert "Choose at least one of them." in nothing.content.decode()
    assert "Keep me" in nothing.content.decode()
    client.post(f"{INBOX}approve/", {**shown, "request": [yes.pk], "comment": ""})
    assert list(Approval.objects.values_list("request", flat=True)) == [yes.pk]


def test_choosing_nothing_approves_nothing(books: Books, asked: FundingRequest, client_of: SignIn) -> None:
    client = client_of(books.checker)
    assert "None of these waits for your own yes" in page(client, f"{INBOX}approve/")
    assert client.post(f"{INBOX}approve/", {"comment": ""}).status_code == 422
    assert client.post(f"{INBOX}approve/", {"request": ["\x00"]}).status_code == 422


def test_notes_and_files_are_kept_with_the_request(
    books: Books, asked: FundingRequest, client_of: SignIn, settings: Any, tmp_path: Path
) -> None:
    settings.FILES_FOLDER = tmp_path
    client, url = client_of(books.checker), f"{INBOX}{asked.pk}/"
    assert client.post(f"{url}notes/", {"text": "Which brokers?"}).status_code == 302
    assert RequestNote.objects.get().text == "Which brokers?"
    assert client.post(f"{url}notes/", {"text": " "}).status_code == 422
    offer = SimpleUploadedFile("offer.txt", b"Twenty talks.", "text/plain")
    assert client.post(f"{url}files/", {"file": offer}).status_code == 302
    file = asked.files.get()
    got = client.get(f"{url}files/{file.pk}/")
    assert b"".join(got.streaming_content) == b"Twenty talks."
    assert got["Content-Disposition"].startswith("attachment")
    other = books.commit(books.second)
    assert client.get(f"{INBOX}{other.pk}/files/{file.pk}/").status_code == 404
    assert client.post(f"{url}files/", {}).status_code == 422


def test_a_request_takes_the_same_queries_however_long_its_story_is(
    books: Books, asked: FundingRequest, client_of: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(Person.objects.get(pk=books.checker.pk))
    for _ in range(5):
        f.RequestNoteFactory(request=asked)
        f.EvidenceFactory(bet=books.bet)
    page(client, f"{INBOX}{asked.pk}/")
    with django_assert_max_num_queries(62):
        page(client, f"{INBOX}{asked.pk}/")
