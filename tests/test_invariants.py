"""The database is the last line: for every constraint and every trigger, one test that tries to break it."""

import datetime as dt
import math
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from bets.models import (
    Decision,
    FamilyRule,
    Flag,
    Hypothesis,
    Outcome,
    Reading,
    Resolution,
    SecondReading,
    Segment,
    Verdict,
)
from metrics.models import SignalRevision
from org.models import Event
from tests import factories as f

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def twice(factory: Any, **fields: Any) -> Callable[[], object]:
    """Makes one, then another with the same fields."""

    def attempt() -> None:
        made = {name: value() if callable(value) else value for name, value in fields.items()}
        factory(**made)
        factory(**made)

    return attempt


def one(factory: Any, **fields: Any) -> Callable[[], object]:
    return lambda: factory(**{name: value() if callable(value) else value for name, value in fields.items()})


ATTEMPTS: dict[str, Callable[[], object]] = {
    "org_person_email_once": lambda: (f.PersonFactory(email="a@example.org"), f.PersonFactory(email="A@example.org")),
    "org_domain_key_once": twice(f.DomainFactory, key="one"),
    "org_domain_not_its_own_parent": lambda: own_parent(),
    "org_team_key_once": twice(f.TeamFactory, key="one"),
    "org_rolegrant_once": twice(f.RoleGrantFactory, person=f.PersonFactory, domain=None),
    "org_rolegrant_role_known": one(f.RoleGrantFactory, role="emperor"),
    "org_token_digest_once": twice(f.TokenFactory, digest="0" * 128),
    "org_token_name_once": lambda: [
        f.TokenFactory(user=person, name=name) for person in [f.PersonFactory()] for name in ("Report", "REPORT")
    ],
    "org_token_named": one(f.TokenFactory, name=""),
    "org_token_expires_later": one(f.TokenFactory, expiry=f.AT),
    "org_run_key_once": twice(f.RunFactory, key="one"),
    "org_run_one_open_of_a_kind": twice(f.RunFactory, state="open", finished_at=None),
    "org_run_finished_when_done": one(f.RunFactory, state="done", finished_at=None),
    "org_job_once_in_a_run": twice(f.JobFactory, run=f.RunFactory, key="one"),
    "org_job_leased_while_running": one(f.JobFactory, state="running", lease_until=None),
    "org_job_finished_when_ended": one(f.JobFactory, state="done", finished_at=None),
    "metrics_metric_key_once": twice(f.MetricFactory, key="one"),
    "metrics_metric_kind_known": one(f.MetricFactory, kind="mood"),
    "metrics_metric_direction_known": one(f.MetricFactory, direction="sideways"),
    "metrics_metric_cap_positive": one(f.MetricFactory, cap=0.0),
    "metrics_source_key_once": twice(f.SourceFactory, key="one"),
    "metrics_source_kind_known": one(f.SourceFactory, kind="oracle"),
    "metrics_series_key_once_in_source": twice(f.SeriesFactory, source=f.SourceFactory, key="one"),
    "metrics_series_grain_known": one(f.SeriesFactory, grain="aeon"),
    "metrics_pull_every_row_accounted": one(f.PullFactory, rows_seen=3, rows_kept=2),
    "metrics_pull_state_known": one(f.PullFactory, state="maybe"),
    "metrics_signal_arm_known": one(f.SignalFactory, arm="third"),
    "metrics_signal_exposures_not_negative": one(f.SignalFactory, n=-1),
    "metrics_signal_total_finite": one(f.SignalFactory, total=math.nan),
    "metrics_signal_squares_sound": one(f.SignalFactory, squares=math.inf),
    "metrics_quarantinedrow_once": twice(f.QuarantinedRowFactory, source=f.SourceFactory, fingerprint="1"),
    "bets_goal_key_once": twice(f.GoalFactory, key="one"),
    "bets_bet_key_once": twice(f.BetFactory, key="one"),
    "bets_bet_key_fits_an_address": one(f.BetFactory, key="A/B"),
    "bets_bet_stage_known": one(f.BetFactory, stage="hope"),
    "bets_bet_state_known": one(f.BetFactory, state="limbo"),
    "bets_bet_horizon_known": one(f.BetFactory, horizon=9),
    "bets_bet_currency_code": one(f.BetFactory, currency="eur"),
    "bets_bet_value_is_a_range": one(f.BetFactory, value_low=5, value_likely=4, value_high=6),
    "bets_bet_outcomes_counted": one(f.BetFactory, fails_at=0),
    "bets_hypothesis_version_once": twice(f.HypothesisFactory, bet=f.BetFactory),
    "bets_hypothesis_version_from_one": one(f.HypothesisFactory, version=0),
    "bets_outcome_version_once": twice(f.OutcomeFactory, bet=f.BetFactory, number=1),
    "bets_outcome_replaced_with_a_reason": one(f.OutcomeFactory, version=2),
    "bets_outcome_role_known": one(f.OutcomeFactory, role="extra"),
    "bets_outcome_weight_positive": one(f.OutcomeFactory, weight=0.0),
    "bets_outcome_glides_from_a_baseline": one(f.OutcomeFactory, glide="linear", baseline=None),
    "bets_outcome_share_between_arms": one(f.OutcomeFactory, share=1.0),
    "bets_segment_name_once": twice(f.SegmentFactory, outcome=f.OutcomeFactory, name="New"),
    "bets_segment_series_once": twice(f.SegmentFactory, outcome=f.OutcomeFactory, series=f.SeriesFactory),
    "bets_segment_weight_is_a_share": one(f.SegmentFactory, weight=1.5),
    "bets_outcome_kill_line_short_of_target": one(f.OutcomeFactory, kill_line=0.6, target=0.4),
    "bets_outcome_decided_after_start": one(f.OutcomeFactory, starts_on=f.TODAY, decide_by=f.TODAY),
    "bets_outcome_exposures_planned": one(f.OutcomeFactory, planned_exposures=0.0),
    "bets_outcome_contrast_known": one(f.OutcomeFactory, contrast="vibes"),
    "bets_tranche_sequence_once": twice(f.TrancheFactory, bet=f.BetFactory, sequence=1),
    "bets_tranche_amount_positive": one(f.TrancheFactory, amount=0),
    "bets_reading_once_in_a_run": twice(f.ReadingFactory, outcome=f.OutcomeFactory, run=f.RunFactory),
    "bets_reading_grade_known": one(f.ReadingFactory, grade="Z"),
    "bets_reading_chances_are_shares": one(f.ReadingFactory, chance=1.2),
    "bets_verdict_once_in_a_run": twice(f.VerdictFactory, bet=f.BetFactory, run=f.RunFactory),
    "bets_verdict_kind_known": one(f.VerdictFactory, kind="shrug"),
    "bets_flag_one_open_of_a_kind": twice(f.FlagFactory, bet=f.BetFactory),
    "bets_flag_kind_known": one(f.FlagFactory, kind="pirate"),
    "bets_flag_evidence_frozen": one(f.FlagFactory, log_e=None),
    "bets_flag_cleared_with_a_reason": one(f.FlagFactory, cleared_on=f.TODAY, cleared_because=""),
    "bets_flag_decided_by_a_decision": one(
        f.FlagFactory, cleared_on=f.TODAY, cleared_because="Decided.", cleared_how="decision"
    ),
    "bets_flag_read_by_a_date": one(f.FlagFactory, reader=f.PersonFactory, read_by=None),
    "bets_familyrule_once_in_a_run": twice(f.FamilyRuleFactory, run=f.RunFactory),
    "bets_familyrule_known": one(f.FamilyRuleFactory, family="clan"),
    "bets_familyrule_alpha_is_a_share": one(f.FamilyRuleFactory, alpha=1.0),
    "bets_familyrule_issued_among_bets": one(f.FamilyRuleFactory, bets=2, issued=3),
    "bets_resolution_window_has_days": one(f.ResolutionFactory, starts_on=f.TODAY, ends_on=f.TODAY),
    "bets_decision_number_once": twice(f.DecisionFactory, bet=f.BetFactory, number=1),
    "bets_decision_kind_known": one(f.DecisionFactory, kind="dither"),
    "bets_decision_looked_at_again": one(f.DecisionFactory, kind="cease"),
    "bets_decision_says_why": one(f.DecisionFactory, rationale=""),
    "bets_secondreading_finding_known": one(f.SecondReadingFactory, finding="maybe"),
    "bets_secondreading_says_why": one(f.SecondReadingFactory, note=""),
    "portfolio_savedview_name_once_for_an_owner": lambda: (
        f.SavedViewFactory(owner=(owner := f.PersonFactory()), name="Mine"),
        f.SavedViewFactory(owner=owner, name="MINE"),
    ),
    "portfolio_savedview_name_not_blank": one(f.SavedViewFactory, name=" "),
}


def own_parent() -> None:
    domain = f.DomainFactory()
    domain.parent = domain
    domain.save()


@pytest.mark.parametrize("name", sorted(ATTEMPTS))
def test_the_database_refuses(name: str) -> None:
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        ATTEMPTS[name]()
    assert name in str(refused.value)


def test_every_constraint_has_somebody_who_tries_to_break_it() -> None:
    ours = [apps.get_app_config(name).get_models() for name in ("org", "metrics", "bets", "portfolio")]
    named = {constraint.name for models in ours for model in models for constraint in model._meta.constraints}
    assert named == set(ATTEMPTS)


def test_a_lower_target_below_the_kill_line_is_fine_when_lower_is_better() -> None:
    assert f.OutcomeFactory(higher_is_better=False, kill_line=0.6, target=0.4).pk


def test_the_same_observation_exists_once() -> None:
    series = f.SeriesFactory()
    f.SignalFactory(series=series, period=f.TODAY)
    with pytest.raises(DatabaseError, match="metrics_signal_pkey"), transaction.atomic():
        f.SignalFactory(series=series, period=f.TODAY)


APPEND_ONLY = {
    "org_event_append_only": (f.EventFactory, Event, {"sentence": "Nothing happened."}),
    "metrics_signalrevision_append_only": (f.SignalRevisionFactory, SignalRevision, {"total": 1.0}),
    "bets_hypothesis_append_only": (f.HypothesisFactory, Hypothesis, {"reason": "we always knew"}),
    "bets_reading_append_only": (f.ReadingFactory, Reading, {"log_e_cease": 0.0}),
    "bets_verdict_append_only": (f.VerdictFactory, Verdict, {"kind": "persist"}),
    "bets_decision_append_only": (f.DecisionFactory, Decision, {"rationale": "we always knew"}),
    "bets_secondreading_append_only": (f.SecondReadingFactory, SecondReading, {"finding": "below"}),
    "bets_familyrule_append_only": (f.FamilyRuleFactory, FamilyRule, {"bound": 0.0}),
    "bets_resolution_append_only": (f.ResolutionFactory, Resolution, {"reached": False}),
    "bets_flag_only_cleared": (f.FlagFactory, Flag, {"log_e": 99.0}),
}


@pytest.mark.parametrize("name", sorted(APPEND_ONLY))
def test_what_was_written_is_neither_changed_nor_deleted(name: str) -> None:
    factory, model, change = APPEND_ONLY[name]
    written = factory()
    for attempt in (lambda: model.objects.filter(pk=written.pk).update(**change), lambda: written.delete()):
        with pytest.raises(DatabaseError, match=name), transaction.atomic():
            attempt()
    assert model.objects.filter(pk=written.pk).exists()


def test_an_event_is_stamped_as_delivered_once() -> None:
    event = f.EventFactory()
    Event.objects.filter(pk=event.pk).update(delivered_at=f.AT)
    with pytest.raises(DatabaseError, match="org_event_append_only"), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(delivered_at=f.AT + DAY)


def test_a_flag_is_cleared_once_and_says_then_what_it_always_said() -> None:
    flag = f.FlagFactory()
    Flag.objects.filter(pk=flag.pk).update(cleared_on=f.TODAY, cleared_because="Signals.", cleared_how="signals")
    with pytest.raises(DatabaseError, match="bets_flag_only_cleared"), transaction.atomic():
        Flag.objects.filter(pk=flag.pk).update(cleared_on=None, cleared_because="", cleared_how="")


def test_an_outcome_moves_until_it_has_been_read_and_never_after() -> None:
    outcome = f.OutcomeFactory()
    Outcome.objects.filter(pk=outcome.pk).update(kill_line=0.39)
    f.ReadingFactory(outcome=outcome)
    with pytest.raises(DatabaseError, match="bets_outcome_frozen_once_read"), transaction.atomic():
        Outcome.objects.filter(pk=outcome.pk).update(kill_line=0.01)


def test_the_weights_of_segments_are_frozen_with_their_outcome() -> None:
    segment = f.SegmentFactory()
    Segment.objects.filter(pk=segment.pk).update(weight=0.4)
    f.ReadingFactory(outcome=segment.outcome)
    with pytest.raises(DatabaseError, match="bets_segment_frozen_once_read"), transaction.atomic():
        Segment.objects.filter(pk=segment.pk).update(weight=0.9)


def test_every_trigger_has_somebody_who_tries_to_break_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        found = {name for (name,) in cursor.fetchall()}
    assert found == {*APPEND_ONLY, "bets_outcome_frozen_once_read", "bets_segment_frozen_once_read"}
