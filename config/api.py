"""The addresses of the API, and how it answers when something is wrong."""

import logging
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.signals import got_request_exception
from django.http import Http404
from django.urls import URLPattern, path, re_path
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.exceptions import NotAuthenticated, NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import exception_handler

from bets import api as bets
from bets import api_changing as changing
from bets import api_desk as desk
from bets import api_importing as importing
from bets import api_logging as logged
from bets import api_reading as record
from bets import api_standards as standards
from bets import api_writing as writing
from config.openapi import WrittenOnce
from funding import api_actuals as actuals
from funding import api_audit as audit
from funding import api_authority as authority
from funding import api_budgets as budgets
from funding import api_capacity as capacity
from funding import api_files as files
from funding import api_gates as gates
from funding import api_ledger as books
from funding import api_mix as mix
from funding import api_requests as requests
from funding import api_shadow as shadow
from lib.api import Endpoint, cached
from lib.api_writing import Acting
from lib.refusals import Refused
from metrics import api as metrics
from metrics import api_writing as library
from org import api as org
from portfolio import api as portfolio
from portfolio import api_decisions as log
from portfolio import api_forums as forums
from portfolio import api_goals as goals
from portfolio import api_lessons as lessons
from portfolio import api_reviewing as reviewing
from portfolio import api_reviews as reviews
from portfolio import api_scoreboard as scores
from portfolio import api_scoring as scoring
from portfolio import api_table as table
from portfolio import api_winding as winding
from portfolio import api_writing as stating


def answer_error(error: Exception, context: dict[str, Any]) -> Response:
    """Every error in one shape: `detail` is a sentence, `reasons` are its parts, in the words that people read."""
    if isinstance(error, Refused):
        return _told(list(error.reasons), 409)
    if isinstance(error, Http404):
        error = NotFound(_("There is nothing here, or nothing that you may see."))
    if isinstance(error, NotAuthenticated):
        error.detail = _("Sign in, or send an API token: “Authorization: Token …”.")  # type: ignore[assignment]
    answer = exception_handler(error, context)
    if answer is None:
        return _failed(context["request"])
    answer.data = _shape(list(_sentences(answer.data)))
    return answer


def _failed(request: Request) -> Response:
    """What nobody expected: told to the log and to whom it concerns as Django does, but not to the caller."""
    got_request_exception.send(sender=None, request=request._request)
    logging.getLogger("django.request").exception("Internal Server Error: %s", request.path)
    return _told([_("Something went wrong here, not with what you asked: try again later, or tell an admin.")], 500)


def _told(reasons: list[str], status: int) -> Response:
    return Response(_shape(reasons), status=status)


def _shape(reasons: list[str]) -> dict[str, Any]:
    return {"detail": " ".join(reasons), "reasons": reasons}


def _sentences(data: Any) -> Iterator[str]:
    if isinstance(data, dict | list):
        for part in data.values() if isinstance(data, dict) else data:
            yield from _sentences(part)
    else:
        yield str(data)


class Root(Endpoint):
    """Where everything is."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        found = {str(route.pattern): str(route.name) for route in urlpatterns if _is_collection(route)}
        return Response({route.strip("/"): reverse(name, request=request) for route, name in found.items()})


def _is_collection(route: URLPattern) -> bool:
    return bool(route.name) and route.name != "api_root" and "<" not in str(route.pattern)


class Nothing(Endpoint):
    """Any other address below /api/."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        raise NotFound(_("There is nothing at this address: see /api/ for those there are."))


def both(reads: type[Endpoint], acts: type[Acting]) -> Any:
    """One address that is read by one class and written to by the other."""
    one: Any = type(reads.__name__, (reads, acts), {"__doc__": reads.__doc__, "__module__": reads.__module__})
    return one.as_view()


OF_BET = "bets/<str:key>/"
EVIDENCE = f"{OF_BET}evidence/<int:number>/"
OUTCOME = f"{OF_BET}outcomes/<int:number>/"
REQUEST = "money/requests/<int:pk>/"
LEDGER = "money/ledgers/<slug:key>/"
MONEY_FILE = "money/files/<int:pk>/"
RECONCILIATIONS = "money/reconciliations/"
RECONCILIATION = f"{RECONCILIATIONS}<int:pk>/"
PERIOD = f"{LEDGER}periods/<str:code>/"
REVIEW = "reviews/<slug:forum>/<int:number>/"
ITEM = f"{REVIEW}bets/<str:key>/"
LEARNING = f"{OF_BET}learning-outcomes/<int:number>/"
urlpatterns = [
    path("", Root.as_view(), name="api_root"),
    path("portfolio/", portfolio.ShowPortfolio.as_view(), name="api_show_portfolio"),
    path("bets/", both(portfolio.ListBets, stating.StateBet), name="api_list_bets"),
    path(OF_BET, both(portfolio.ShowBet, stating.ChangeBet), name="api_show_bet"),
    path(OUTCOME, both(portfolio.ShowOutcome, stating.ChangeOutcome), name="api_show_outcome"),
    path(f"{OUTCOME}restate/", stating.RestateOutcome.as_view(), name="api_restate_outcome"),
    path(
        "bets/<str:key>/outcomes/<int:number>/signals/",
        bets.ListOutcomeSignals.as_view(),
        name="api_list_outcome_signals",
    ),
    path("bets/<str:key>/readings/", bets.ListReadings.as_view(), name="api_list_readings"),
    path("bets/<str:key>/verdicts/", bets.ListVerdicts.as_view(), name="api_list_verdicts"),
    path(f"{OF_BET}decisions/", both(bets.ListDecisions, stating.DecideBet), name="api_list_decisions"),
    path(f"{OF_BET}decisions/<int:number>/", log.ShowDecision.as_view(), name="api_show_decision"),
    path(f"{OF_BET}decisions/<int:number>/score/", scoring.ScoreDecision.as_view(), name="api_score_decision"),
    path("decisions/", log.ListDecisionLog.as_view(), name="api_list_decision_log"),
    path("decisions/scoreboard/", scores.ShowScoreboard.as_view(), name="api_show_scoreboard"),
    path("lessons/", lessons.ListLessons.as_view(), name="api_list_lessons"),
    path(f"{OF_BET}learning-review/", lessons.HoldLearningReview.as_view(), name="api_hold_learning_review"),
    path("bets/<str:key>/events/", bets.ListEvents.as_view(), name="api_list_events"),
    path(f"{OF_BET}wind-down-cost/", winding.PlanWindDown.as_view(), name="api_plan_wind_down"),
    path(f"{OF_BET}wind-down/", winding.FinishWindDown.as_view(), name="api_finish_wind_down"),
    path(f"{OF_BET}live/", stating.GoLive.as_view(), name="api_go_live"),
    path(f"{OF_BET}hypothesis/", writing.WriteHypothesis.as_view(), name="api_write_hypothesis"),
    path(f"{OF_BET}outcomes/", writing.AddOutcome.as_view(), name="api_add_outcome"),
    path(f"{OF_BET}tranches/", writing.PlanTranche.as_view(), name="api_plan_tranche"),
    path(f"{OF_BET}tranches/<int:sequence>/", changing.ChangeTranche.as_view(), name="api_change_tranche"),
    path(f"{OF_BET}assumptions/<int:number>/", changing.ChangeAssumption.as_view(), name="api_change_assumption"),
    path(LEARNING, changing.DropLearning.as_view(), name="api_drop_learning"),
    path(f"{LEARNING}finding/", changing.RecordLearning.as_view(), name="api_record_learning"),
    path(f"{OF_BET}releases/<int:pk>/withdraw/", changing.WithdrawRelease.as_view(), name="api_withdraw_release"),
    path(f"{OF_BET}gates/<int:sequence>/", writing.RecordGate.as_view(), name="api_record_gate"),
    path(f"{OF_BET}assumptions/", both(desk.ListAssumptions, writing.AddAssumption), name="api_list_assumptions"),
    path(f"{OF_BET}learning-outcomes/", both(desk.ListLearning, writing.AddLearning), name="api_list_learning"),
    path(f"{OF_BET}evidence/", both(desk.ListEvidence, logged.LogEvidence), name="api_list_evidence"),
    path(EVIDENCE, both(desk.ShowEvidence, logged.ChangeEvidence), name="api_show_evidence"),
    path(f"{EVIDENCE}confirm/", logged.ConfirmEvidence.as_view(), name="api_confirm_evidence"),
    path(f"{EVIDENCE}files/", logged.AttachFile.as_view(), name="api_attach_file"),
    path(f"{EVIDENCE}files/<int:pk>/", logged.RemoveFile.as_view(), name="api_remove_file"),
    path(f"{OF_BET}forecasts/", both(desk.ListForecasts, writing.StateForecast), name="api_list_forecasts"),
    path(f"{OF_BET}releases/", both(desk.ListReleases, writing.MarkRelease), name="api_list_releases"),
    path(f"{OF_BET}comments/", both(desk.ListComments, writing.WriteComment), name="api_list_comments"),
    path(f"{OF_BET}value/", both(desk.ListValue, writing.RecordValue), name="api_list_value"),
    path("calibration/", record.ShowCalibration.as_view(), name="api_show_calibration"),
    path("promises/", record.ShowPromises.as_view(), name="api_show_promises"),
    path("imports/", both(importing.ListImports, importing.UploadImport), name="api_list_imports"),
    path("imports/<int:pk>/", importing.ShowImport.as_view(), name="api_show_import"),
    path("imports/<int:pk>/columns/", importing.MapColumns.as_view(), name="api_map_columns"),
    path("imports/<int:pk>/take/", importing.TakeImport.as_view(), name="api_take_over_import"),
    path("imports/<int:pk>/undo/", importing.UndoImport.as_view(), name="api_undo_import"),
    path("imports/<int:pk>/drop/", importing.DropImport.as_view(), name="api_drop_import"),
    path("evidence/kinds/", both(desk.ListKinds, standards.AddKind), name="api_list_kinds"),
    path("evidence/kinds/<slug:key>/", standards.ChangeKind.as_view(), name="api_change_kind"),
    path("templates/", both(desk.ListTemplates, standards.AddTemplate), name="api_list_templates"),
    path("templates/<slug:key>/", standards.ChangeTemplate.as_view(), name="api_change_template"),
    path("allowances/", both(desk.ListAllowances, standards.AddAllowance), name="api_list_allowances"),
    path("allowances/<slug:currency>/", standards.ChangeAllowance.as_view(), name="api_change_allowance"),
    path(f"{OF_BET}tranches/<int:sequence>/gate/", both(gates.ShowGate, gates.StateGate), name="api_show_gate"),
    path(f"{OF_BET}tranches/<int:sequence>/revise/", gates.ReviseTranche.as_view(), name="api_revise_tranche"),
    path("money/requests/", both(requests.ListRequests, requests.SubmitRequest), name="api_list_requests"),
    path(REQUEST, requests.ShowRequest.as_view(), name="api_show_request"),
    path(f"{REQUEST}approve/", requests.ApproveRequest.as_view(), name="api_approve_request"),
    path(f"{REQUEST}reject/", requests.RejectRequest.as_view(), name="api_reject_request"),
    path(f"{REQUEST}withdraw/", requests.WithdrawRequest.as_view(), name="api_withdraw_request"),
    path(f"{REQUEST}resubmit/", requests.ResubmitRequest.as_view(), name="api_resubmit_request"),
    path(f"{REQUEST}notes/", requests.WriteNote.as_view(), name="api_write_request_note"),
    path(f"{REQUEST}files/", requests.AttachRequestFile.as_view(), name="api_attach_request_file"),
    path("money/budgets/", both(budgets.ListBudgets, budgets.OpenBudget), name="api_list_budgets"),
    path("money/budgets/<int:pk>/", both(budgets.ShowBudget, budgets.ChangeBudget), name="api_show_budget"),
    path("money/budgets/<int:pk>/withdraw/", budgets.WithdrawBudget.as_view(), name="api_withdraw_budget"),
    path("money/budgets/<int:pk>/year-end/", budgets.EndYear.as_view(), name="api_end_year"),
    path("money/map/", budgets.ShowFundingMap.as_view(), name="api_show_funding_map"),
    path("money/authority/who/", authority.ShowWhoMay.as_view(), name="api_show_who_may_approve"),
    path("money/authority/limits/", both(authority.ListLimits, authority.SetLimit), name="api_list_limits"),
    path("money/authority/limits/<int:pk>/", authority.EndLimit.as_view(), name="api_end_limit"),
    path(
        "money/authority/thresholds/",
        both(authority.ListThresholds, authority.SetThreshold),
        name="api_list_thresholds",
    ),
    path("money/authority/thresholds/<int:pk>/", authority.EndThreshold.as_view(), name="api_end_threshold"),
    path("money/authority/sign-offs/", both(authority.ListSignOffs, authority.SetSignOff), name="api_list_sign_offs"),
    path("money/authority/sign-offs/<int:pk>/", authority.EndSignOff.as_view(), name="api_end_sign_off"),
    path(
        "money/authority/delegations/",
        both(authority.ListDelegations, authority.Delegate),
        name="api_list_delegations",
    ),
    path("money/authority/delegations/<int:pk>/", authority.EndDelegation.as_view(), name="api_end_delegation"),
    path("money/guardrails/", both(mix.ListGuardrails, mix.AddGuardrail), name="api_list_guardrails"),
    path("money/guardrails/<int:pk>/", both(mix.ShowGuardrail, mix.ChangeGuardrail), name="api_show_guardrail"),
    path("shadow/", both(shadow.ShowShadowMode, shadow.LeaveShadowMode), name="api_show_shadow_mode"),
    path("shadow/advice/", shadow.ListAdvice.as_view(), name="api_list_advice"),
    path("money/capacity/", both(capacity.ListCapacity, capacity.PlanCapacity), name="api_list_capacity"),
    path("money/capacity/<int:pk>/", both(capacity.ShowCapacity, capacity.ChangeCapacity), name="api_show_capacity"),
    path("bets/<str:key>/value/agreed/", both(capacity.ShowAgreements, capacity.AgreeValue), name="api_agree_value"),
    path("money/audit/", audit.ListAuditTrail.as_view(), name="api_list_audit_trail"),
    path("money/ledgers/", both(books.ListLedgers, books.OpenLedger), name="api_list_ledgers"),
    path(LEDGER, books.ShowLedger.as_view(), name="api_show_ledger"),
    path(f"{LEDGER}accounts/", books.ListAccounts.as_view(), name="api_list_accounts"),
    path(f"{LEDGER}transfers/", books.ListTransfers.as_view(), name="api_list_transfers"),
    path(f"{LEDGER}transfers/<int:number>/", books.ShowTransfer.as_view(), name="api_show_transfer"),
    path(f"{LEDGER}transfers/<int:number>/reverse/", books.ReverseTransfer.as_view(), name="api_reverse_transfer"),
    path(f"{LEDGER}periods/", both(books.ListPeriods, books.AddPeriod), name="api_list_periods"),
    path(f"{LEDGER}years/", books.AddYear.as_view(), name="api_add_year"),
    path(PERIOD, books.ShowPeriod.as_view(), name="api_show_period"),
    path(f"{PERIOD}close/", books.ClosePeriod.as_view(), name="api_close_period"),
    path(f"{PERIOD}reopen/", books.ReopenPeriod.as_view(), name="api_reopen_period"),
    path(f"{PERIOD}lock/", books.LockPeriod.as_view(), name="api_lock_period"),
    path(f"{LEDGER}verify/", books.VerifyLedger.as_view(), name="api_verify_ledger"),
    path(f"{LEDGER}journals/", both(books.ListJournals, books.ExportJournal), name="api_list_journals"),
    path(f"{LEDGER}journals/<int:number>/", books.ShowJournal.as_view(), name="api_show_journal"),
    path("money/files/", both(files.ListMoneyFiles, files.UploadMoneyFile), name="api_list_money_files"),
    path(MONEY_FILE, files.ShowMoneyFile.as_view(), name="api_show_money_file"),
    path(f"{MONEY_FILE}columns/", files.MapMoneyColumns.as_view(), name="api_map_money_columns"),
    path(f"{MONEY_FILE}cost-centres/", files.MapCostCentres.as_view(), name="api_map_cost_centres"),
    path(f"{MONEY_FILE}take/", files.TakeMoneyFile.as_view(), name="api_take_over_money_file"),
    path(f"{MONEY_FILE}undo/", files.UndoMoneyFile.as_view(), name="api_undo_money_file"),
    path(f"{MONEY_FILE}drop/", files.DropMoneyFile.as_view(), name="api_drop_money_file"),
    path("money/actuals/", actuals.ListActuals.as_view(), name="api_list_actuals"),
    path("money/actuals/<int:pk>/place/", actuals.PlaceActual.as_view(), name="api_place_actual"),
    path(f"{LEDGER}place-waiting/", actuals.PlaceWaiting.as_view(), name="api_place_waiting"),
    path(RECONCILIATIONS, both(actuals.ListReconciliations, actuals.Reconcile), name="api_list_reconciliations"),
    path(RECONCILIATION, actuals.ShowReconciliation.as_view(), name="api_show_reconciliation"),
    path(f"{RECONCILIATION}lines/", actuals.ListReconciliationLines.as_view(), name="api_list_reconciliation_lines"),
    path("forums/", both(forums.ListForums, forums.OpenForum), name="api_list_forums"),
    path("forums/<slug:key>/", both(forums.ShowForum, forums.ChangeForum), name="api_show_forum"),
    path("forums/<slug:key>/end/", forums.EndForum.as_view(), name="api_end_forum"),
    path("reviews/", reviews.ListReviews.as_view(), name="api_list_reviews"),
    path(REVIEW, reviews.ShowReview.as_view(), name="api_show_review"),
    path(f"{REVIEW}table/", table.ShowTable.as_view(), name="api_show_table"),
    path(f"{REVIEW}pre-read/", table.ShowPreRead.as_view(), name="api_show_pre_read"),
    path(f"{REVIEW}state/", reviews.ReadState.as_view(), name="api_read_state"),
    path(f"{REVIEW}move/", reviewing.MoveReview.as_view(), name="api_move_review"),
    path(f"{REVIEW}cancel/", reviewing.CancelReview.as_view(), name="api_cancel_review"),
    path(f"{REVIEW}agenda/", reviewing.MakeAgenda.as_view(), name="api_make_agenda"),
    path(f"{REVIEW}agenda/order/", reviewing.OrderAgenda.as_view(), name="api_order_agenda"),
    path(f"{REVIEW}bets/", reviewing.PutOnAgenda.as_view(), name="api_put_on_agenda"),
    path(ITEM, reviewing.TakeOffAgenda.as_view(), name="api_take_off_agenda"),
    path(f"{REVIEW}open/", reviewing.OpenReview.as_view(), name="api_open_review"),
    path(f"{REVIEW}join/", reviewing.JoinReview.as_view(), name="api_join_review"),
    path(f"{REVIEW}close/", reviewing.CloseReview.as_view(), name="api_close_review"),
    path(f"{ITEM}vote/", reviewing.CastVote.as_view(), name="api_cast_vote"),
    path(f"{ITEM}open/", reviewing.OpenItem.as_view(), name="api_open_item"),
    path(f"{ITEM}second-vote/", reviewing.CallSecondVote.as_view(), name="api_call_second_vote"),
    path(f"{ITEM}assigned/", both(table.AssignMoney, table.TakeBackAssignment), name="api_assign_money"),
    path(f"{ITEM}ask/", table.AskForItem.as_view(), name="api_ask_for_item"),
    path(f"{ITEM}decide/", reviewing.DecideItem.as_view(), name="api_decide_item"),
    path("flags/", bets.ListFlags.as_view(), name="api_list_flags"),
    path("evidence/rules/", portfolio.ListRules.as_view(), name="api_list_rules"),
    path("goals/", both(bets.ListGoals, standards.AddGoal), name="api_list_goals"),
    path("goals/<slug:key>/", both(goals.ShowGoal, standards.ChangeGoal), name="api_show_goal"),
    path("trends/", goals.ShowTrends.as_view(), name="api_show_trends"),
    path("domains/", org.ListDomains.as_view(), name="api_list_domains"),
    path("teams/", org.ListTeams.as_view(), name="api_list_teams"),
    path("teams/<slug:key>/rate/", org.SetRate.as_view(), name="api_set_rate"),
    path("people/", portfolio.ListPeople.as_view(), name="api_list_people"),
    path("metrics/", both(metrics.ListMetrics, library.RegisterMetric), name="api_list_metrics"),
    path("metrics/<slug:key>/", both(metrics.ShowMetric, library.ChangeMetric), name="api_show_metric"),
    path("sources/", metrics.ListSources.as_view(), name="api_list_sources"),
    path("sources/<slug:key>/", metrics.ShowSource.as_view(), name="api_show_source"),
    path("sources/<slug:key>/pulls/", metrics.ListPulls.as_view(), name="api_list_pulls"),
    path("sources/<slug:key>/quarantine/", metrics.ListQuarantine.as_view(), name="api_list_quarantine"),
    path("series/", metrics.ListSeries.as_view(), name="api_list_series"),
    path("series/<int:pk>/", metrics.ShowSeries.as_view(), name="api_show_series"),
    path("series/<int:series_id>/signals/", metrics.ListSignals.as_view(), name="api_list_signals"),
    path("runs/", portfolio.ListRuns.as_view(), name="api_list_runs"),
    path("runs/<int:run_id>/", portfolio.ShowRun.as_view(), name="api_show_run"),
    path("saved-views/", portfolio.ListSavedViews.as_view(), name="api_list_saved_views"),
    path("search/", portfolio.Search.as_view(), name="api_search"),
    path("schema/", cached(SpectacularAPIView.as_view(generator_class=WrittenOnce)), name="api_schema"),
    path(
        "docs/",
        login_required(SpectacularSwaggerSplitView.as_view(url_name="api_schema", template_name="api/docs.html")),
        name="api_docs",
    ),
    re_path(r"^.*/$", Nothing.as_view()),
]
