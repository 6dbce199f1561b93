"""The cast of the tests: one person for each role, and an outsider who belongs to another domain."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils.crypto import get_random_string

from org.models import Domain, Person, Role
from tests.factories import DomainFactory, PersonFactory, RoleGrantFactory

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
# Whom the world of tests/world.py tells of are the same rows in each test, with numbers that no sequence reaches.
RETAIL, OPERATIONS = 1_000_000_001, 1_000_000_002


def person(name: str, role: str, domain: Domain | None = None, **key: int) -> Person:
    made = PersonFactory(name=name, email=f"{name.split()[0].lower()}@example.org", **key)
    RoleGrantFactory(person=made, role=role, domain=domain, **key)
    return made


def make_retail() -> Domain:
    return DomainFactory(pk=RETAIL, key="retail", name="Retail")


def make_product_operations() -> Person:
    return person("Olga Operations", Role.PRODUCT_OPERATIONS, pk=OPERATIONS)


@pytest.fixture
def retail(db: None) -> Domain:
    return make_retail()


@pytest.fixture
def executive(db: None) -> Person:
    return person("Eva Executive", Role.EXECUTIVE)


@pytest.fixture
def product_lead(retail: Domain) -> Person:
    return person("Paul Lead", Role.PRODUCT_LEAD, retail)


@pytest.fixture
def finance(db: None) -> Person:
    return person("Fiona Finance", Role.FINANCE)


@pytest.fixture
def product_operations(db: None) -> Person:
    return make_product_operations()


@pytest.fixture
def admin(db: None) -> Person:
    return person("Adam Admin", Role.ADMIN)


@pytest.fixture
def viewer(retail: Domain) -> Person:
    return person("Vera Viewer", Role.VIEWER, retail)


@pytest.fixture
def outsider(db: None) -> Person:
    """A product lead of a domain that nobody else here has anything to do with."""
    return person("Otto Outsider", Role.PRODUCT_LEAD, DomainFactory(key="elsewhere", name="Elsewhere"))


def _session_of(who: Person) -> str:
    """What signing in leaves, without the eight queries on its way there, in most of all tests."""
    key, kept = get_random_string(32, VALID_KEY_CHARS), SessionStore()
    signed_in = {SESSION_KEY: str(who.pk), BACKEND_SESSION_KEY: BACKEND, HASH_SESSION_KEY: who.get_session_auth_hash()}
    Session.objects.create(session_key=key, session_data=kept.encode(signed_in), expire_date=kept.get_expiry_date())
    return key


@pytest.fixture
def client_of() -> Callable[[Person], Client]:
    def signed_in(who: Person) -> Client:
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = _session_of(who)
        return client

    return signed_in
