"""The restart mixture: half of the stake on the whole history, half spread over histories that begin 28, 56, … days
later, so that a bet that was good and went bad is noticed. A mixture of e-processes with fixed weights is one."""

import math
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from metrics.evidence.mixtures import Bools, Floats
from metrics.evidence.model import Evidence, Ints, Question
from metrics.evidence.noise import Windows, column, periods_per_block

BLOCKS_APART = 4
LONGEST_PERIOD = 7  # days; longer periods have no restarts
HISTORY_WEEKS = 8
FIRST_WITHOUT_HISTORY = 2  # the third restart, day 84: the first with eight weeks of the bet's own


class Body(Protocol):
    """Sums over stretches of time that can be asked for evidence; arrays (S, M), parameters (S, 1)."""

    def log_e(self, threshold: Floats, side: Floats, least_phi: Floats) -> Floats:
        """Against "on the other side of the threshold", with phi at least `least_phi` (S, M) and the history's."""

    def phi(self, threshold: Floats) -> Floats:
        """Noise between periods, at least that of the history."""

    @property
    def blocks(self) -> Floats:
        """Complete blocks with data."""


class Sums(Protocol):
    def over(self, windows: Windows) -> Body: ...

    def over_past(self, windows: Windows) -> Body:
        """The same for stretches after which there is data."""


@dataclass(frozen=True)
class Plan:
    """Which stretches S series need at C moments: M suffixes, of K restarts that have begun."""

    whole: Windows  # (C,)
    every: Windows  # (C + M,): the whole histories, then the suffixes
    past: Windows  # (K,): what is known of the noise 28 days before each restart
    starts: Ints  # (K,)
    moment: Ints  # (M,): place among the moments
    place: Ints  # (M,): place among `starts`
    usable: Bools  # (S, M)
    young: Bools  # (S, M): not yet 28 days long
    informed: Bools  # (S, 1): the history before the bet tells the noise
    restarts: Floats  # (S, 1): how many were registered, begun or not


def plan_of(question: Question, seen: Ints, days: int, at: Ints) -> Plan:
    """`seen` (S, T) are the periods up to the last one with data, as known after each."""
    apart = periods_apart(days)
    registered = _registered(question, len(seen)) * (apart > 0)
    informed = _informed(question, len(seen))
    numbers = np.arange(min(registered.max(initial=0), at.max(initial=0) // max(apart, 1)))
    # What no row may use needs no sums.
    numbers = numbers[(numbers >= FIRST_WITHOUT_HISTORY) | informed.any()]
    starts = apart * (numbers + 1)
    moment, place = np.nonzero(at[:, None] >= starts[None, :])
    length = seen[:, at[moment]] - starts[place]
    allowed = (numbers < registered) & (informed | (numbers >= FIRST_WITHOUT_HISTORY))
    every = Windows(np.concatenate([np.zeros_like(at), starts[place]]), np.concatenate([at, at[moment]]))
    past = Windows(np.zeros_like(starts), np.maximum(starts - apart, 1) - 1)
    return Plan(
        whole=Windows.up_to(at),
        every=every,
        past=past,
        starts=starts,
        moment=moment,
        place=place,
        usable=allowed[:, place] & (length > 0),
        young=length < apart,
        informed=informed,
        restarts=registered.astype(np.float64),
    )


def periods_apart(days: int) -> int:
    """Periods between two restarts, whole blocks: 28 days of daily, 4 weeks of weekly periods; 0 = no restarts."""
    return BLOCKS_APART * periods_per_block(days) if days <= LONGEST_PERIOD else 0


def pairs_at_most(question: Question, days: int, at: Ints) -> int:
    """How many stretches a plan for these moments has at most."""
    apart = periods_apart(days)
    if not apart or question.restarts is None:
        return len(at)
    return int(len(at) + np.minimum(at // apart, np.max(question.restarts, initial=0)).sum())


def evidence_of(sums: Sums, plan: Plan, question: Question) -> Evidence:
    """All four families of each series, cease and scale as mixtures."""
    side = np.where(np.asarray(question.higher_is_better)[:, None], 1.0, -1.0)
    kill, target = column(question.kill), column(question.target)
    whole, every, past = sums.over(plan.whole), sums.over(plan.every), sums.over_past(plan.past)
    known = plan.informed | (past.blocks >= HISTORY_WEEKS)
    plan = replace(plan, usable=plan.usable & known[:, plan.place])
    floor = _whole_floor(question, len(side))
    cease, whole_cease, cease_since = _mixed(plan, every, past, kill, -side, floor)
    scale, whole_scale, scale_since = _mixed(plan, every, past, target, side, floor)
    return Evidence(
        log_e_cease=cease,
        log_e_miss=whole.log_e(target, -side, floor),
        log_e_scale=scale,
        log_e_alive=whole.log_e(kill, side, floor),
        whole_log_e_cease=whole_cease,
        whole_log_e_scale=whole_scale,
        cease_since=cease_since,
        scale_since=scale_since,
    )


def _mixed(
    plan: Plan, every: Body, past: Body, threshold: Floats, side: Floats, whole_floor: Floats
) -> tuple[Floats, Floats, Ints]:
    """(log e of the mixture, of the whole history, first column of the strongest process), each (S, C)."""
    moments = len(plan.whole.ends)
    before = past.phi(threshold)[:, plan.place]
    floor = np.concatenate([np.broadcast_to(whole_floor, (len(before), moments)), before], axis=1)
    log_e = every.log_e(threshold, side, floor)
    whole, suffixes = log_e[:, :moments], log_e[:, moments:]
    # To count 1 while young and the e-value later would be no e-process: one could stop in between.
    suffixes = np.where(plan.young, np.minimum(suffixes, 0.0), suffixes)
    mixture, since = mixture_of(plan, whole, suffixes)
    return np.where(np.isfinite(threshold), mixture, 0.0), np.ascontiguousarray(whole), since


def mixture_of(plan: Plan, whole: Floats, suffixes: Floats) -> tuple[Floats, Ints]:
    """Logarithm of the weighted mean, (S, C), from log e-values of the whole history (S, C) and the suffixes (S, M);
    and the first column of the process that adds most. A restart that has not begun, or may not be used, counts 1."""
    some = plan.restarts > 0
    stake = np.where(some, math.log(0.5), 0.0)
    share = np.log(np.where(some, 0.5 / np.where(some, plan.restarts, 1.0), 0.0))
    table = np.full((*whole.shape, len(plan.starts) + 2), -np.inf)
    table[:, plan.moment, plan.place + 2] = np.where(plan.usable, suffixes + share, -np.inf)
    running = np.isfinite(table).sum(axis=2)
    table[:, :, 0] = np.log(np.maximum(plan.restarts - running, 0.0)) + share
    table[:, :, 1] = whole + stake
    top = table.max(axis=2)
    # A running sum adds one by one, so restarts of other series in the chunk do not change the last bits.
    total = np.cumsum(np.exp(table - top[:, :, None]), axis=2)[:, :, -1]
    beginnings = np.concatenate([[0], plan.starts])
    return top + np.log(total), beginnings[np.argmax(table[:, :, 1:], axis=2)]


def _registered(question: Question, size: int) -> Ints:
    if question.restarts is None:
        return np.zeros((size, 1), dtype=np.int64)
    return np.maximum(np.asarray(question.restarts, dtype=np.int64)[:, None], 0)


def _whole_floor(question: Question, size: int) -> Floats:
    """(S, 1); 1 is below every floor."""
    floor = question.phi_floor_whole
    return np.ones((size, 1)) if floor is None else np.fmax(column(floor), 1.0)


def _informed(question: Question, size: int) -> Bools:
    """Rows whose history before the bet tells the noise, (S, 1)."""
    if question.history_weeks is None or question.phi_floor is None:
        return np.zeros((size, 1), dtype=np.bool_)
    return (column(question.history_weeks) >= HISTORY_WEEKS) & np.isfinite(column(question.phi_floor))
