"""Addresses as nobody should write them: unknown, malformed or hostile queries never break a page or the API."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bets.models import Goal
from org.models import Person
from tests.factories import BetFactory
from tests.world import PAGES

VALUES = [
    "", " ", "-1", "0", "1000000000", "99999999999999999999999", "abc", "1e9", "NaN", "None", "\x00", "a\x00b", "%00",
    "2026-02-30", "0000-00-00", "99999-01-01", "' OR 1=1 --", "%%%", "\\", "🦊" * 100, "\u202eשלום", "=1+1",
    "a" * 5_000, "<script>alert(1)</script>", "../../etc/passwd", "//evil.example/", "{{ 7|add:7 }}", "-", "--name",
    "name,-name",
]  # fmt: skip
NAMES = [
    "q", "page", "sort", "order", "ordering", "group", "view", "columns", "show", "domain", "goal", "lead", "team",
    "stage", "state", "horizon", "verdict", "flag", "health", "grade", "decide_by_before", "decide_by_after", "sample",
    "next", "kind", "reason", "arm", "period_after", "period_before", "page_size", "format", "pull", "series", "points",
    "area", "owner", "no-such-parameter", "__proto__", "domain__key", "password",
]  # fmt: skip


def _all_routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _all_routes(entry, route)
        elif isinstance(entry, URLPattern):
            yield route


def _filled(route: str, stand_ins: dict[str, Any]) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda named: str(stand_ins.get(named[1], 1)), route)


def addresses(names: dict[str, Any]) -> list[str]:
    """Every address of the product (not of the back office), with something that exists wherever one is named."""
    stand_ins = {"run_id": names["done"], "person_id": names["lead"], "series_id": names["typed"], "number": 1,
                 "budget_id": names["budget"], "code": "1000", "period": "2026", "kind": "share",
                 "part": "limit", "forum": "growth", "what": "money", "score": "latency"}  # fmt: skip
    rows = {"requests": names["asked"], "files": names["money_file"], "reconciliations": names["reconciled"],
            "budgets": names["budget"]}  # fmt: skip
    keys = {
        "bets": "B-cease",
        "sources": names["source"],
        "metrics": names["metric"],
        "templates": "offer",
        "forums": "growth",
        "goals": Goal.objects.values_list("key", flat=True).first(),
    }
    found = []
    for route in _all_routes(get_resolver()):
        if route.startswith(("admin/", "accounts/", "trouble/")) or "(?P" in route:
            continue
        parts = route.split("/")
        stand_ins["key"] = next((keys[part] for part in parts if part in keys), 1)
        stand_ins["pk"] = next(
            (rows[part] for part in parts if part in rows and "money" in parts), names["import_checked"]
        )
        found.append("/" + _filled(route, stand_ins))
    return found


@pytest.fixture
def visited(everything: dict[str, Any], product_operations: Person, client_of: Callable[[Person], Client]) -> Any:
    session = client_of(product_operations)
    session.raise_request_exception = False
    return session, addresses(everything)


def test_every_page_is_among_the_addresses(visited: Any, everything: dict[str, Any]) -> None:
    _, urls = visited
    pages = [page.url.format(**everything).split("?")[0] for page in PAGES.values() if page.status == 200]
    # The bets of the walk stand for one another.
    pages = [url for url in pages if "/bets/" not in url and not url.startswith(("/runs/", "/accounts/"))]
    pages.remove(f"/imports/{everything['import_done']}/")  # the one that was checked stands for it
    assert set(pages) <= set(urls)


def test_no_address_breaks_by_a_hostile_query(visited: Any) -> None:
    session, urls = visited
    broken = []
    # Every value meets every tenth address, and every address a tenth of the values; mixtures follow below.
    for number, url in enumerate(urls):
        for value in VALUES[number % 10 :: 10]:
            answer = session.get(url, dict.fromkeys(NAMES, value))
            if answer.status_code >= 500:
                broken.append(f"{url} with {value[:40]!r}")
                break
    assert not broken, "\n".join(broken)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES) | st.text(max_size=20), max_size=4))
def test_no_list_breaks_by_any_mixture_of_queries(visited: Any, query: dict[str, str]) -> None:
    session, _ = visited
    for url in ("/", "/sources/", "/search/"):
        assert session.get(url, query).status_code < 500, f"{url} with {query}"


@pytest.mark.parametrize("key", ["B/1", "../B-cease", "%00", "\x00", "🦊", "a" * 3_000, "<script>", "B-cease%2f", " "])
def test_a_bet_by_a_malformed_key_is_not_there(visited: Any, key: str) -> None:
    session, _ = visited
    assert session.get(f"/bets/{key}/").status_code in {400, 404}


@pytest.mark.parametrize(
    "url", ["/runs/99999999999999999999/", "/people/99999999999999999999/", "/series/99999999999999999999/signals/new/",
            "/bets/B-cease/outcomes/99999999999999999999/chart.json", "/sources/no-such-source/"],
)  # fmt: skip
def test_a_number_that_nothing_can_have_is_not_there(visited: Any, url: str) -> None:
    session, _ = visited
    assert session.get(url).status_code == 404


def test_nothing_of_another_domain_is_there(
    everything: dict[str, Any], outsider: Person, client_of: Callable[[Person], Client]
) -> None:
    BetFactory(key="B-own", domain=outsider.grants.get().domain, lead=outsider)
    session, leaked = client_of(outsider), []
    for url in addresses(everything):
        answers = (getattr(session, method)(url) for method in ("get", "post", "patch", "delete"))
        answer = next(one for one in answers if one.status_code != 405)  # what only changes something is asked to
        if "B-cease" in url and answer.status_code != 404:
            leaked.append(f"{url} answered {answer.status_code}")
        text = b"" if answer.status_code >= 300 or answer.streaming else answer.content
        leaked += [f"{url} tells of {word}" for word in ("B-cease", "A bet to", "Retail") if word.encode() in text]
    assert not leaked, "\n".join(leaked)
