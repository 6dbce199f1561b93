"""The database is the last line: for every constraint and every trigger, one test that tries to break it."""

import datetime as dt
import math
from collections.abc import Callable

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from bets.models import (
    Bet,
    Comment,
    Decision,
    Evidence,
    FamilyRule,
    Flag,
    Forecast,
    GateResult,
    Hypothesis,
    LearningOutcome,
    Reading,
    RealisedValue,
    Release,
    Resolution,
    SecondReading,
    Segment,
    Verdict,
)
from metrics.models import MetricVersion, SignalRevision
from org.models import Event
from tests import factories as f
from tests.attempts import Attempt, one, twice, without
from tests.funding import test_invariants as money
from tests.funding import test_triggers as hacks
from tests.reviews import test_invariants as reviews

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


ATTEMPTS: dict[str, Attempt] = {
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
    "org_team_rate_in_a_currency": one(f.TeamFactory, week_rate=900_000),
    "org_notice_once_of_an_event": twice(f.NoticeFactory, person=f.PersonFactory, event=f.EventFactory),
    "org_notice_leads_to_a_page_of_ours": one(f.NoticeFactory, path="https://elsewhere.example/"),
    "org_noticesettings_pace_known": one(f.NoticeSettingsFactory, email="often"),
    "org_noticesettings_hour_of_a_day": one(f.NoticeSettingsFactory, hour=24),
    "org_noticesettings_chat_has_a_channel": one(f.NoticeSettingsFactory, chat="daily"),
    "metrics_metric_class_known": one(f.MetricFactory, metric_class="vanity"),
    "metrics_metric_area_known": one(f.MetricFactory, area="51"),
    "metrics_metricversion_once": twice(f.MetricVersionFactory, metric=f.MetricFactory),
    "metrics_metricversion_says_why": one(f.MetricVersionFactory, reason=" "),
    "bets_bet_taken_live_by_somebody": one(f.BetFactory, live_at=f.AT),
    "bets_tranche_lasts_a_while": one(f.TrancheFactory, planned_on=f.TODAY, lasts_until=f.TODAY),
    "bets_template_key_once": twice(f.TemplateFactory, key="one"),
    "bets_template_named": one(f.TemplateFactory, name=" "),
    "bets_template_stage_known": one(f.TemplateFactory, stage="hope"),
    "bets_template_horizon_known": one(f.TemplateFactory, horizon=9),
    "bets_allowance_one_a_currency": twice(f.AllowanceFactory),
    "bets_allowance_currency_code": one(f.AllowanceFactory, currency="eur"),
    "bets_allowance_allows_something": one(f.AllowanceFactory, amount=0),
    "bets_allowance_cap_is_a_strength": one(f.AllowanceFactory, cap=6),
    "bets_assumption_number_once": twice(f.AssumptionFactory, bet=f.BetFactory, number=1),
    "bets_assumption_says_something": one(f.AssumptionFactory, statement=" "),
    "bets_assumption_importance_from_1_to_5": one(f.AssumptionFactory, importance=6),
    "bets_assumption_dropped_by_somebody": one(f.AssumptionFactory, dropped_at=f.AT),
    "bets_effort_once_a_team": twice(f.EffortFactory, bet=f.BetFactory, team=f.TeamFactory),
    "bets_effort_some_weeks": one(f.EffortFactory, weeks=0),
    "bets_learningoutcome_number_once": twice(f.LearningOutcomeFactory, bet=f.BetFactory, number=1),
    "bets_learningoutcome_counts_or_has_a_reader": one(f.LearningOutcomeFactory, kind="behaviour"),
    "bets_learningoutcome_asks_something": one(f.LearningOutcomeFactory, question=""),
    "bets_learningoutcome_cap_is_a_strength": one(f.LearningOutcomeFactory, cap=0),
    "bets_learningoutcome_found_by_somebody": one(f.LearningOutcomeFactory, finding="yes"),
    "bets_sketch_one_a_step": twice(f.SketchFactory, person=f.PersonFactory, bet=None),
    "bets_evidencekind_key_once": twice(f.EvidenceKindFactory, key="one"),
    "bets_evidencekind_named": one(f.EvidenceKindFactory, name=" "),
    "bets_evidencekind_cap_is_a_strength": one(f.EvidenceKindFactory, cap=6),
    "bets_evidence_number_once": twice(f.EvidenceFactory, bet=f.BetFactory, number=1),
    "bets_evidence_says_something": one(f.EvidenceFactory, learned=" "),
    "bets_evidence_strength_from_0_to_5": without(
        "bets_evidence_strength_capped", "bets_evidence", one(f.EvidenceFactory, strength=6)
    ),
    "bets_evidence_confirmed_by_somebody": one(f.EvidenceFactory, confirmed_at=f.AT),
    "bets_evidencelink_to_one_thing": one(f.EvidenceLinkFactory, outcome=f.OutcomeFactory),
    "bets_evidencelink_once": twice(f.EvidenceLinkFactory, evidence=f.EvidenceFactory, assumption=f.AssumptionFactory),
    "bets_evidencefile_stored_once": twice(f.EvidenceFileFactory, stored_as="one"),
    "bets_evidencefile_attached_once": twice(f.EvidenceFileFactory, evidence=f.EvidenceFactory, sha256="0" * 64),
    "bets_evidencefile_not_empty": one(f.EvidenceFileFactory, size=0),
    "bets_forecast_of_one_thing": one(f.ForecastFactory, tranche=f.TrancheFactory),
    "bets_forecast_probability_is_a_share": one(f.ForecastFactory, probability=70.0),
    "bets_gateresult_says_why": one(f.GateResultFactory, note=" "),
    "bets_release_named": one(f.ReleaseFactory, name=" "),
    "bets_release_marked_once": twice(f.ReleaseFactory, bet=f.BetFactory, name="One"),
    "bets_release_withdrawn_by_somebody": one(f.ReleaseFactory, withdrawn_at=f.AT),
    "bets_realisedvalue_of_a_month": one(f.RealisedValueFactory, month=f.TODAY.replace(day=2)),
    "bets_realisedvalue_says_how": one(f.RealisedValueFactory, note=" "),
    "bets_comment_says_something": one(f.CommentFactory, text=" "),
    "bets_comment_asked_with_a_date": one(f.CommentFactory, asks=f.PersonFactory),
    "bets_import_state_known": one(f.ImportFactory, state="limbo"),
    "bets_import_done_at_a_time": one(f.ImportFactory, state="done"),
    "bets_import_undone_by_somebody": one(f.ImportFactory, state="undone", done_at=f.AT),
    "bets_import_rows_counted": one(f.ImportFactory, rows_bad=1),
    "bets_importrow_number_once": twice(f.ImportRowFactory, file=f.ImportFactory, number=2),
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
    ours = [apps.get_app_config(name).get_models() for name in ("org", "metrics", "bets", "funding", "portfolio")]
    named = {constraint.name for models in ours for model in models for constraint in model._meta.constraints}
    assert named == {*ATTEMPTS, *money.ATTEMPTS, *reviews.ATTEMPTS}


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
    "bets_forecast_append_only": (f.ForecastFactory, Forecast, {"probability": 0.1}),
    "bets_gateresult_append_only": (f.GateResultFactory, GateResult, {"met": False}),
    "bets_realisedvalue_append_only": (f.RealisedValueFactory, RealisedValue, {"amount": 1}),
    "bets_comment_append_only": (f.CommentFactory, Comment, {"text": "Never mind."}),
    "bets_release_only_withdrawn": (f.ReleaseFactory, Release, {"shipped_on": f.TODAY}),
    "metrics_metricversion_append_only": (f.MetricVersionFactory, MetricVersion, {"reason": "We felt like it."}),
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


def test_a_near_miss_gets_another_reader_until_it_has_been_read_and_no_other_flag_does() -> None:
    flag, other = f.FlagFactory(kind="near_miss"), f.FlagFactory()
    named = {"reader": f.PersonFactory(), "read_by": f.TODAY}
    assert Flag.objects.filter(pk=flag.pk).update(**named) == 1
    f.SecondReadingFactory(flag=flag)
    for pk, change in ((other.pk, named), (flag.pk, {"reader": f.PersonFactory()})):
        with pytest.raises(DatabaseError, match="bets_flag_only_cleared"), transaction.atomic():
            Flag.objects.filter(pk=pk).update(**change)
    again = f.FlagFactory(kind="near_miss")
    with pytest.raises(DatabaseError, match="bets_flag_only_cleared"), transaction.atomic():
        Flag.objects.filter(pk=again.pk).update(**named, log_e=9.0)


def gone_live(bet: Bet) -> None:
    Bet.objects.filter(pk=bet.pk).update(state="live")


def been_read(bet: Bet) -> None:
    f.ReadingFactory(outcome=bet.outcomes.get())


FROZEN = {
    "bets_hypothesis_append_only": (f.HypothesisFactory, {"reason": "we always knew"}, gone_live),
    "bets_outcome_frozen_once_live": (f.OutcomeFactory, {"kill_line": 0.01}, gone_live),
    "bets_outcome_frozen_once_live, read": (f.OutcomeFactory, {"kill_line": 0.01}, been_read),
    "bets_learningoutcome_frozen_once_live": (f.LearningOutcomeFactory, {"due_on": f.TODAY}, gone_live),
}


@pytest.mark.parametrize("case", sorted(FROZEN))
def test_what_a_bet_is_judged_by_moves_while_it_is_a_draft_and_never_after(case: str) -> None:
    factory, change, happens = FROZEN[case]
    bet = f.BetFactory(state="draft")
    written = factory(bet=bet)
    rows = type(written).objects.filter(pk=written.pk)
    assert rows.update(**change) == 1
    happens(bet)
    for attempt in (lambda: rows.update(**change), lambda: rows._raw_delete("default")):
        with pytest.raises(DatabaseError, match=case.split(",")[0]), transaction.atomic():
            attempt()


@pytest.mark.parametrize("happens", [gone_live, been_read])
def test_the_weights_of_segments_are_frozen_with_their_outcome(happens: Callable[[Bet], None]) -> None:
    segment = f.SegmentFactory(outcome__bet__state="draft")
    Segment.objects.filter(pk=segment.pk).update(weight=0.4)
    happens(segment.outcome.bet)
    with pytest.raises(DatabaseError, match="bets_segment_frozen_once_live"), transaction.atomic():
        Segment.objects.filter(pk=segment.pk).update(weight=0.9)


def test_what_was_learnt_is_written_once() -> None:
    learning = f.LearningOutcomeFactory()
    found = {"finding": "yes", "note": "Seven of nine.", "found_at": f.AT, "found_by": f.PersonFactory()}
    rows = LearningOutcome.objects.filter(pk=learning.pk)
    with pytest.raises(DatabaseError, match="bets_learningoutcome_frozen_once_live"), transaction.atomic():
        rows.update(**found, cap=5)
    assert rows.update(**found) == 1
    with pytest.raises(DatabaseError, match="bets_learningoutcome_frozen_once_live"), transaction.atomic():
        rows.update(finding="no")


def confirmed() -> Evidence:
    evidence: Evidence = f.EvidenceFactory()
    f.EvidenceLinkFactory(evidence=evidence)
    f.EvidenceFileFactory(evidence=evidence)
    Evidence.objects.filter(pk=evidence.pk).update(confirmed_at=f.AT, confirmed_by=f.PersonFactory())
    return evidence


def test_confirmed_evidence_is_neither_changed_nor_deleted_and_no_evidence_ever_is_deleted() -> None:
    evidence, open_one = confirmed(), f.EvidenceFactory()
    rows = Evidence.objects.filter(pk=evidence.pk)
    others = Evidence.objects.filter(pk=open_one.pk)
    for attempt in (
        lambda: rows.update(strength=1),
        lambda: rows._raw_delete("default"),
        lambda: others._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="bets_evidence_frozen_once_confirmed"), transaction.atomic():
            attempt()
    assert Evidence.objects.filter(pk__in=[evidence.pk, open_one.pk], strength=3).count() == 2


@pytest.mark.parametrize("model", ["evidencelink", "evidencefile"])
def test_links_and_files_are_frozen_with_their_evidence(model: str) -> None:
    evidence = confirmed()
    rows = apps.get_model("bets", model).objects.filter(evidence=evidence)
    factory = {"evidencelink": f.EvidenceLinkFactory, "evidencefile": f.EvidenceFileFactory}[model]
    for attempt in (lambda: rows.update(evidence=evidence), rows.delete, lambda: factory(evidence=evidence)):
        with pytest.raises(DatabaseError, match=f"bets_{model}_frozen_once_confirmed"), transaction.atomic():
            attempt()
    assert rows.count() == 1


def test_the_kind_of_evidence_caps_its_strength() -> None:
    evidence = f.EvidenceFactory(kind__cap=3, strength=3)
    lower = f.EvidenceKindFactory(cap=1)
    for change in ({"strength": 4}, {"kind": lower}):
        with pytest.raises(DatabaseError, match="bets_evidence_strength_capped"), transaction.atomic():
            Evidence.objects.filter(pk=evidence.pk).update(**change)
    assert Evidence.objects.filter(pk=evidence.pk).update(kind=lower, strength=1) == 1


def test_every_trigger_has_somebody_who_tries_to_break_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        found = {name for (name,) in cursor.fetchall()}
    others = {
        "bets_segment_frozen_once_live", "bets_evidence_frozen_once_confirmed", "bets_evidence_strength_capped",
        "bets_evidencelink_frozen_once_confirmed", "bets_evidencefile_frozen_once_confirmed",
    }  # fmt: skip
    assert found == {
        *APPEND_ONLY,
        *(case.split(",")[0] for case in FROZEN),
        *others,
        *hacks.TRIGGERS,
        *reviews.TRIGGERS,
    }
