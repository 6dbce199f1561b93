"""Rows that are written by COPY are those that were given, or none of them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from bets.models import Reading
from lib.bulk import copy_in
from tests.factories import OutcomeFactory, ReadingFactory, RunFactory

pytestmark = pytest.mark.django_db
HOSTILE = "tab\t newline\n back\\slash \\N \\. “quoted” <b> ‮ 🙂 '; DROP TABLE bets_reading; --"


def test_what_is_written_is_what_was_given_to_the_last_bit() -> None:
    given = ReadingFactory.build(
        outcome=OutcomeFactory(), run=RunFactory(), estimate=0.1 + 0.2, lower=None, phi=5e-324, upper=1.7e308,
        health_note=HOSTILE, evpi=2**63 - 1,
    )  # fmt: skip
    copy_in([given])
    names = [field.attname for field in Reading._meta.concrete_fields if not field.primary_key]
    stored = Reading.objects.get()
    assert [getattr(stored, name) for name in names] == [getattr(given, name) for name in names]


def test_one_row_that_breaks_a_constraint_leaves_none_behind() -> None:
    outcome, run = OutcomeFactory(), RunFactory()
    sound, broken = (ReadingFactory.build(outcome=outcome, run=run, grade=grade) for grade in ("B", "Z"))
    with pytest.raises(IntegrityError), transaction.atomic():
        copy_in([sound, broken])
    assert not Reading.objects.exists()


def test_nothing_is_written_for_nothing(django_assert_num_queries: Callable[..., Any]) -> None:
    with django_assert_num_queries(0):
        copy_in([])
