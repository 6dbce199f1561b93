"""Who we are and what we measure."""

import datetime as dt
from typing import Any

import factory
from factory.django import DjangoModelFactory

from metrics import models as metrics
from org import models as org

AT = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
TODAY = AT.date()


class PersonFactory(DjangoModelFactory):
    class Meta:
        model = org.Person

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")
    toured_at = AT  # the tour of a first visit has tests of its own


class DomainFactory(DjangoModelFactory):
    class Meta:
        model = org.Domain

    key = factory.Sequence(lambda n: f"domain-{n}")
    name = factory.Sequence(lambda n: f"Domain {n}")


class TeamFactory(DjangoModelFactory):
    class Meta:
        model = org.Team

    domain = factory.SubFactory(DomainFactory)
    key = factory.Sequence(lambda n: f"team-{n}")
    name = factory.Sequence(lambda n: f"Team {n}")


class RoleGrantFactory(DjangoModelFactory):
    class Meta:
        model = org.RoleGrant

    person = factory.SubFactory(PersonFactory)
    role = org.Role.VIEWER


class TokenFactory(DjangoModelFactory):
    class Meta:
        model = org.Token

    user = factory.SubFactory(PersonFactory)
    name = factory.Sequence(lambda n: f"Report {n}")
    digest = factory.Sequence(lambda n: f"{n:0128x}")
    token_key = "0" * 15
    created = AT
    expiry = AT + dt.timedelta(days=90)

    @classmethod
    def _create(cls, model_class: type[org.Token], *args: Any, **fields: Any) -> org.Token:
        token = model_class(*args, **fields)  # the manager of knox would make up a digest and an expiry
        token.save()
        return token


class AnswerFactory(DjangoModelFactory):
    class Meta:
        model = org.Answer

    person = factory.SubFactory(PersonFactory)
    key = factory.Sequence(lambda n: f"key-{n}")
    asked = "0" * 64
    at = AT


class EventFactory(DjangoModelFactory):
    class Meta:
        model = org.Event

    at = AT
    kind = "something happened"
    subject_type = "org.person"
    subject_id = 1
    sentence = "Something happened."


class RunFactory(DjangoModelFactory):
    class Meta:
        model = org.Run

    kind = "night"
    key = factory.Sequence(lambda n: f"night {n}")
    as_of = TODAY
    state = org.Run.State.DONE
    started_at = AT
    finished_at = AT


class JobFactory(DjangoModelFactory):
    class Meta:
        model = org.Job

    run = factory.SubFactory(RunFactory)
    kind = "read"
    key = factory.Sequence(lambda n: f"job {n}")
    available_at = AT


class MetricFactory(DjangoModelFactory):
    class Meta:
        model = metrics.Metric

    key = factory.Sequence(lambda n: f"metric-{n}")
    name = factory.Sequence(lambda n: f"Conversion {n}")
    kind = metrics.Metric.Kind.PROPORTION


class SourceFactory(DjangoModelFactory):
    class Meta:
        model = metrics.Source

    key = factory.Sequence(lambda n: f"source-{n}")
    name = factory.Sequence(lambda n: f"Source {n}")
    kind = metrics.Source.Kind.TYPED
    domain = factory.SubFactory(DomainFactory)


class SeriesFactory(DjangoModelFactory):
    class Meta:
        model = metrics.Series

    metric = factory.SubFactory(MetricFactory)
    source = factory.SubFactory(SourceFactory)
    key = factory.Sequence(lambda n: f"series-{n}")


class SignalFactory(DjangoModelFactory):
    class Meta:
        model = metrics.Signal

    series = factory.SubFactory(SeriesFactory)
    arm = "treatment"
    period = factory.Sequence(lambda n: TODAY - dt.timedelta(days=n % 300 + 1))
    n = 100
    total = 40.0
    recorded_at = AT


class SignalRevisionFactory(DjangoModelFactory):
    class Meta:
        model = metrics.SignalRevision

    series = factory.SubFactory(SeriesFactory)
    arm = "treatment"
    period = TODAY - dt.timedelta(days=1)
    n = 100
    total = 41.0
    recorded_at = AT
    replaced_at = AT


class PullFactory(DjangoModelFactory):
    class Meta:
        model = metrics.Pull

    source = factory.SubFactory(SourceFactory)
    at = AT
    state = metrics.Pull.State.OK


class QuarantinedRowFactory(DjangoModelFactory):
    class Meta:
        model = metrics.QuarantinedRow

    source = factory.SubFactory(SourceFactory)
    fingerprint = factory.Sequence(lambda n: f"{n:064x}")
    row = factory.Sequence(lambda n: n + 2)
    reason = "There are more successes (9) than trials (3)."
    raw = "2026-03-01,3,9"
    first_seen_at = AT


class MetricVersionFactory(DjangoModelFactory):
    class Meta:
        model = metrics.MetricVersion

    metric = factory.SubFactory(MetricFactory)
    version = 1
    definition = {"counts": "Claims settled by a machine."}
    reason = "Cancelled claims were counted."
    changed_at = AT
    changed_by = factory.SubFactory(PersonFactory)


class NoticeFactory(DjangoModelFactory):
    class Meta:
        model = org.Notice

    person = factory.SubFactory(PersonFactory)
    event = factory.SubFactory(EventFactory)
    kind = "mention"
    sentence = "Paul mentioned you on Faster claims."
    path = "/bets/B-1/"
    at = AT


class NoticeSettingsFactory(DjangoModelFactory):
    class Meta:
        model = org.NoticeSettings

    person = factory.SubFactory(PersonFactory)
