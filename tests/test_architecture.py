"""Walkers over what a checklist would forget: models, foreign keys, edges, URLs, and the size of everything."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests import factories

ROOT = Path(__file__).resolve().parent.parent
APPS = ["lib", "org", "metrics", "bets", "funding", "portfolio", "config"]  # from below to above
EDGES = ("views", "api", "tasks", "commands", "admin")
WRITES = {"save", "create", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
OURS = [model for name in APPS[1:-1] for model in apps.get_app_config(name).get_models()]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_foreign_keys_point_down_and_leave_no_reverse_accessor_upwards(model: type[models.Model]) -> None:
    here = APPS.index(model._meta.app_label)
    for field in model._meta.get_fields():
        if not (field.is_relation and field.concrete) or field.related_model._meta.app_label not in APPS:
            continue
        there = APPS.index(field.related_model._meta.app_label)
        assert there <= here, f"{field} points up"
        assert there == here or field.remote_field.related_name.endswith("+"), f"{field} needs related_name='+'"


@pytest.mark.django_db
@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_model_has_a_factory_that_makes_one(model: type[models.Model]) -> None:
    made = [factory for factory in factories.ALL if factory._meta.model is model]
    assert made, f"{model._meta.label} has no factory"
    assert made[0]().pk is not None


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_constraint_is_named_after_its_app_and_model(model: type[models.Model]) -> None:
    for constraint in model._meta.constraints:
        assert constraint.name.startswith(f"{model._meta.app_label}_{model._meta.model_name}_"), constraint.name


def edge_files() -> list[Path]:
    found = [path for app in APPS[1:] for path in (ROOT / app).rglob("*.py")]
    return [path for path in found if any(edge in path.stem or edge in path.parts for edge in EDGES)]


@pytest.mark.parametrize("path", edge_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_edges_do_not_write(path: Path) -> None:
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    written = [call.func.attr for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr in WRITES]
    assert not written, f"{path.name} writes: {written}; that is for actions.py"


def views(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from views(entry, route)
        else:
            yield route, entry


# A calendar signs in nobody: its address is the secret (tests/reviews/test_calendar.py).
OPEN = ("accounts/", "healthz", "offline/", "worker.js", "admin/login", "admin/logout", "calendar/<slug:token>.ics")


@pytest.mark.django_db
@pytest.mark.parametrize("route", [route for route, _ in views(get_resolver()) if not route.startswith(OPEN)])
def test_every_url_needs_a_login(route: str) -> None:
    url = "/" + re.sub(r"<(int|str|slug|path):?\w*>|<\w+>", "1", route).replace("^", "").replace("$", "")
    url = re.sub(r"\(\?P<\w+>[^)]*\)\)?", "1", url)
    answers = (getattr(Client(), method)(url) for method in ("get", "post", "patch", "delete"))
    answer = next(one for one in answers if one.status_code != 405)  # what only changes something is asked to
    assert answer.status_code in {302, 401, 403}, (
        f"{url} answered {answer.status_code} to somebody who has not signed in"
    )
    if answer.status_code == 302:
        assert "login" in answer["Location"]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            yield f"{path.relative_to(ROOT)}:{node.name}", node.end_lineno - node.lineno + 1


def product_files() -> list[Path]:
    found = [path for app in [*APPS, "tests"] for path in (ROOT / app).rglob("*.py")]
    return [path for path in found if "migrations" not in path.parts]


def test_no_function_is_longer_than_fifty_lines() -> None:
    long = {name: lines for path in product_files() for name, lines in functions(path) if lines > 50}
    assert not long


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    others = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static").rglob("*.js")]
    long = {str(path): n for path in [*product_files(), *others] if (n := len(path.read_text().splitlines())) > 400}
    assert not long


def test_the_lock_holds_hashes_and_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "--hash=sha256:" in lock
    assert "://" not in lock
