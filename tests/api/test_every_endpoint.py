"""What holds for each address of the API, whoever adds the next one: sign-in, visibility, shape, pages, caching."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.api import urlpatterns
from org.models import Person
from tests.api.conftest import SECRET, Shop

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]
ELSEWHERE = {"api_schema", "api_docs"}
ROUTES = {str(route.name): route for route in urlpatterns if route.name and route.name not in ELSEWHERE}
NAMES = sorted(name for name, route in ROUTES.items() if hasattr(route.callback.cls, "get"))
READ_ONLY = {name for name in NAMES if not {"post", "patch", "delete"} & set(dir(ROUTES[name].callback.cls))}
KEEPERS = {  # for those who may import alone, or who see the money of all domains
    "api_list_imports", "api_show_import", "api_list_journals", "api_show_journal", "api_show_period",
    "api_list_money_files", "api_show_money_file", "api_list_actuals", "api_list_reconciliations",
    "api_show_reconciliation", "api_list_reconciliation_lines", "api_list_audit_trail",
}  # fmt: skip
LISTS = [name for name in NAMES if name.startswith("api_list")]
# Queries of each address: session and person, powers, and what it is about. The same for one row and for many.
QUERIES = {
    "api_root": 2, "api_show_portfolio": 8, "api_show_bet": 20, "api_show_outcome": 10, "api_show_metric": 4,
    "api_show_source": 4, "api_show_series": 4, "api_show_run": 7, "api_search": 13, "api_list_bets": 11,
    "api_list_decision_log": 7, "api_show_scoreboard": 15, "api_show_decision": 25, "api_list_lessons": 6,
    "api_list_decisions": 6, "api_list_domains": 5, "api_list_events": 6, "api_list_flags": 5, "api_list_goals": 5,
    "api_list_metrics": 5, "api_list_outcome_signals": 7, "api_list_people": 6, "api_list_pulls": 6,
    "api_list_quarantine": 6, "api_list_readings": 6, "api_list_rules": 6, "api_list_runs": 5,
    "api_list_saved_views": 4, "api_list_series": 5, "api_list_signals": 6, "api_list_sources": 5,
    "api_list_teams": 5, "api_list_verdicts": 6, "api_list_allowances": 5, "api_list_assumptions": 6,
    "api_list_comments": 7, "api_list_evidence": 8, "api_list_forecasts": 6, "api_list_kinds": 5,
    "api_list_learning": 6, "api_list_releases": 6, "api_list_templates": 5, "api_list_value": 6,
    "api_show_calibration": 8, "api_show_promises": 5,
    "api_show_evidence": 6, "api_list_imports": 5, "api_show_import": 6, "api_list_requests": 5,
    "api_show_request": 22, "api_show_gate": 20,
    "api_list_budgets": 8, "api_show_budget": 7, "api_show_funding_map": 7,
    "api_list_money_files": 5, "api_show_money_file": 8, "api_list_actuals": 5, "api_list_reconciliations": 5,
    "api_show_reconciliation": 4, "api_list_reconciliation_lines": 6,
    "api_list_guardrails": 12, "api_show_guardrail": 11, "api_list_capacity": 9, "api_show_capacity": 9,
    "api_agree_value": 4, "api_list_accounts": 6, "api_list_journals": 6, "api_list_ledgers": 5, "api_list_periods": 6,
    "api_list_transfers": 6, "api_show_journal": 7, "api_show_ledger": 4, "api_show_period": 5, "api_show_transfer": 5,
    "api_list_limits": 5, "api_list_thresholds": 5, "api_list_sign_offs": 5, "api_list_delegations": 5,
    "api_show_who_may_approve": 15, "api_list_audit_trail": 4,
    "api_show_shadow_mode": 4, "api_list_advice": 6,
    "api_show_table": 29, "api_show_pre_read": 25,
    "api_show_goal": 10, "api_show_trends": 29,
    "api_list_forums": 8, "api_show_forum": 8, "api_list_reviews": 5, "api_show_review": 8, "api_read_state": 6,
}  # fmt: skip


def test_the_shop_knows_every_address(shop: Shop) -> None:
    assert sorted(shop.addresses()) == NAMES


def test_nobody_reads_without_signing_in(shop: Shop) -> None:
    for url in shop.addresses().values():
        answer = Client().get(url)
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Token"), url
        assert answer.json()["detail"].startswith("Sign in, or send an API token")


def test_who_belongs_there_reads_it(shop: Shop, client_of: SignIn, shopkeeper: Person) -> None:
    client = client_of(shopkeeper)
    for name, url in shop.addresses().items():
        answer = client.get(url)
        assert answer.status_code == (404 if name in KEEPERS else 200), url
        assert name not in LISTS or name in KEEPERS or answer.json()["count"] > 0, url


def test_an_outsider_learns_nothing_of_another_domain(shop: Shop, client_of: SignIn, outsider: Person) -> None:
    client = client_of(outsider)
    for url in shop.addresses().values():
        answer = client.get(url)
        of_the_shop = SECRET in url.lower() or ("/series/" in url and url != "/api/series/") or "/imports/" in url
        of_the_shop = of_the_shop or ("/budgets/" in url and url != "/api/money/budgets/")
        of_the_shop = of_the_shop or ("/requests/" in url and url != "/api/money/requests/")
        of_the_shop = of_the_shop or ("/ledgers/" in url and url != "/api/money/ledgers/")
        of_the_shop = of_the_shop or ("/guardrails/" in url and url != "/api/money/guardrails/")
        of_the_shop = of_the_shop or ("/capacity/" in url and url != "/api/money/capacity/")
        of_the_shop = of_the_shop or any(
            part in url for part in ("/files/", "/actuals/", "/reconciliations/", "/money/audit/")
        )
        assert answer.status_code == (404 if of_the_shop else 200), url
        assert SECRET not in answer.content.decode().lower(), url
        if of_the_shop:
            assert answer.json()["detail"] == "There is nothing here, or nothing that you may see."


def test_somebody_without_a_role_learns_nothing(shop: Shop, client_of: SignIn, nobody: Person) -> None:
    client = client_of(nobody)
    for url in shop.addresses().values():
        answer = client.get(url)
        assert answer.status_code in {200, 404}, url
        assert SECRET not in answer.content.decode().lower(), url


@pytest.mark.parametrize("size", [1, 4])
def test_each_address_takes_the_same_queries_for_one_row_and_for_many(size: int, executive_client: Client) -> None:
    found = {}
    for name, url in Shop(size).addresses().items():
        with CaptureQueriesContext(connection) as queries:
            assert executive_client.get(url).status_code == 200
        found[name] = len(queries)
    assert found == QUERIES


@pytest.mark.parametrize("packed", ["gzip", ""])
def test_an_answer_is_not_sent_twice(packed: str, shop: Shop, executive_client: Client) -> None:
    accepted = {"Accept-Encoding": packed}
    for url in shop.addresses().values():
        first = executive_client.get(url, headers=accepted)
        again = executive_client.get(url, headers=accepted | {"If-None-Match": first["ETag"]})
        other = executive_client.get(url, headers=accepted | {"If-None-Match": '"another"'})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b""), url
        assert other.status_code == 200, url
        # Packing makes an ETag weak, and short answers are packed only when that makes them shorter.
        assert len({answer["ETag"].removeprefix("W/") for answer in (first, again, other)}) == 1
        for answer in (first, again):
            assert answer["Cache-Control"] == "private, no-cache"
            assert {"Accept", "Authorization", "Cookie"} <= set(answer["Vary"].split(", "))


def test_an_address_that_is_only_read_answers_to_nothing_else(shop: Shop, executive: Person) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(executive, backend="allauth.account.auth_backends.AuthenticationBackend")
    for name, url in shop.addresses().items():
        for method in (client.post, client.put, client.patch, client.delete, client.options):
            answer = method(url)
            if name in READ_ONLY:
                told = "This address can only be read: ask with GET."
                assert (answer.status_code, answer.json()["detail"]) == (405, told), url
            else:  # one method of it writes, and the session sent no CSRF token
                assert answer.status_code in (403, 405), url


def test_a_parameter_that_is_not_known_is_refused_by_name(shop: Shop, executive_client: Client) -> None:
    for url in shop.addresses().values():
        answer = executive_client.get(f"{url}{'&' if '?' in url else '?'}colour=red")
        assert answer.status_code == 400, url
        assert "“colour” is not a parameter of this address" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ("page=1000000000", 404, "There is no such page"),
        ("page=99999999999999999999999999", 404, "“page=99999999999999999999999999” is not understood"),
        ("page=abc", 404, "pages are numbered from 1"),
        ("page_size=501", 400, "a number from 1 to 500"),
        ("page_size=-1", 400, "a number from 1 to 500"),
        ("page_size=٣", 400, "a number from 1 to 500"),
        ("ordering=colour", 400, "“ordering=colour” is not understood: known are"),
    ],
)
def test_a_page_or_an_order_that_is_not_there_is_said(
    asked: str, status: int, said: str, shop: Shop, executive_client: Client
) -> None:
    for name in LISTS:
        answer = executive_client.get(f"{shop.addresses()[name]}?{asked}")
        assert (answer.status_code, said in answer.json()["detail"]) == (status, True), name


def test_pages_hold_every_row_once_in_every_order(shop: Shop, executive_client: Client) -> None:
    paths = executive_client.get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"}).json()["paths"]
    for name in LISTS:
        url = shop.addresses()[name]
        offered = next(path["get"]["parameters"] for route, path in paths.items() if fits(route, url))
        orders = next(one["schema"]["enum"] for one in offered if one["name"] == "ordering")
        whole = executive_client.get(url).json()
        for order in orders:
            pages = [executive_client.get(f"{url}?ordering={order}&page_size=2&page={page}") for page in (1, 2, 3)]
            rows = [row for page in pages for row in page.json().get("results", [])]
            assert len(rows) == min(whole["count"], 6), (url, order)
            assert all(rows.count(row) == whole["results"].count(row) for row in rows), (url, order)


def fits(route: str, url: str) -> bool:
    """Is this address one of that route of the schema?"""
    asked, known = url.partition("?")[0].split("/"), route.split("/")
    return len(asked) == len(known) and all(k.startswith("{") or k == a for a, k in zip(asked, known, strict=True))
