"""The rule for the portfolio night by night: once flagged, a bet stays flagged, because nobody decides in a replay."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from bets.joint import Joining, join, refuted_guardrails
from bets.models import Bet, Outcome
from lib.periods import quarter_start
from metrics.evidence import e_bh
from portfolio.backtest.policy import Policy

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

FAMILIES = ("cease", "miss", "scale")


@dataclass(frozen=True)
class Case:
    """One bet with its current outcomes; `until` is the first day on which it was no longer live or held."""

    bet: Bet
    outcomes: list[Outcome]
    how: Joining
    until: date | None


@dataclass(frozen=True)
class Evidence:
    """Log e-values of B bets on N nights by family, (B, N) each, and of the outcomes of each bet against their own
    kill lines, (J, N)."""

    families: dict[str, Floats]
    outcomes: list[Floats]


@dataclass(frozen=True)
class Raised:
    """Flags of one family: (B,) place of the night that raised it, -1 = never; evidence that night; what was asked."""

    night: Ints
    log_e: Floats
    cut: Floats


def evidence_of(cases: Sequence[Case], logs: dict[int, dict[str, Floats]], policy: Policy) -> Evidence:
    """Evidence on bets from that on their outcomes, given by primary key."""
    names = {"cease": "log_e_cease", "miss": "log_e_miss", "scale": "log_e_scale", "alive": "log_e_alive"}
    if not policy.restarts:
        names |= {"cease": "whole_log_e_cease", "scale": "whole_log_e_scale"}
    rows = {
        name: [np.stack([logs[one.pk][of] for one in case.outcomes]) for case in cases] for name, of in names.items()
    }
    joined = {
        family: np.stack([join(family, values, case.how) for values, case in zip(rows[family], cases, strict=True)])
        for family in names
    }
    return Evidence(joined, rows["cease"])


def replay(cases: Sequence[Case], told: Evidence, nights: Sequence[date], policy: Policy) -> dict[str, Raised]:
    """The flags of each family, as the policy would have raised them night by night."""
    active, counted = activity(cases, nights)
    raised = {family: _none_of(len(cases)) for family in FAMILIES}
    for place in range(len(nights)):
        rows = np.flatnonzero(active[:, place])
        cut = math.inf
        for family in FAMILIES:
            tonight = told.families[family][rows, place]
            if family == "scale":
                tonight = np.where(_guarded(cases, told, rows, place, cut), -np.inf, tonight)
            asked = _raise(raised[family], rows, tonight, place, int(counted[place]), policy)
            cut = asked if family == "cease" else cut
    return raised


def activity(cases: Sequence[Case], nights: Sequence[date]) -> tuple[Bools, Ints]:
    """Which bets the nights judge, (B, N); and how many were judged at any time in the quarter so far, (N,)."""
    days = np.array([night.toordinal() for night in nights])
    quarters = np.array([quarter_start(night).toordinal() for night in nights])
    begun = np.array([case.bet.starts_on.toordinal() for case in cases])[:, None] < days
    until = np.array([(case.until or date.max).toordinal() for case in cases])[:, None]
    return begun & (days < until), (begun & (quarters < until)).sum(axis=0)


def _none_of(size: int) -> Raised:
    return Raised(np.full(size, -1, dtype=np.int64), np.full(size, np.nan), np.full(size, np.nan))


def _raise(flags: Raised, rows: Ints, tonight: Floats, place: int, counted: int, policy: Policy) -> float:
    """Notes the flags of one night, and returns what was asked of the evidence."""
    frozen = flags.log_e[rows]
    if policy.log_e is None:
        rule = e_bh(tonight, frozen, alpha=policy.alpha, m=max(counted, len(rows)))
        flagged, cut = rule.flagged, rule.cut
    else:
        flagged, cut = tonight >= policy.log_e, policy.log_e
    new = flagged & np.isnan(frozen)
    flags.night[rows[new]], flags.log_e[rows[new]], flags.cut[rows[new]] = place, tonight[new], cut
    return cut


def _guarded(cases: Sequence[Case], told: Evidence, rows: Ints, place: int, cut: float) -> Bools:
    """Bets of which a guardrail is refuted: they are not scaled."""
    found = [bool(refuted_guardrails(told.outcomes[row][:, place], cases[row].how, cut)) for row in rows]
    return np.array(found, dtype=np.bool_)
