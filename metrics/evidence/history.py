"""Noise of a metric's weeks before the bet: the cheapest protection against weeks that wander."""

from dataclasses import replace

import numpy as np

from metrics.evidence.contrast import ContrastSums
from metrics.evidence.mixtures import Floats
from metrics.evidence.model import Ints, Question, Series
from metrics.evidence.noise import Windows, column, spreads
from metrics.evidence.one_arm import ArmSums
from metrics.evidence.restarts import HISTORY_WEEKS, Sums
from metrics.evidence.standard import StandardSums, parts_of, weekly, weeks_instead


def noise_of(series: Series, question: Question) -> tuple[Floats, Ints]:
    """(phi, complete weeks with data) of S series over the periods before their bets, up to 12 weeks, in columns that
    begin with the earliest. Phi is that of the bet itself, at kill line or target, whichever is noisier; nan with
    fewer than eight weeks (of longer periods: eight periods), and for levels, which have their own rule."""
    size, periods = np.shape(series.n)
    if not periods:
        return np.full(size, np.nan), np.zeros(size, dtype=np.int64)
    flat = replace(question, phi_floor=None, restarts=None, history_weeks=None, glide_from=None, glide_periods=None)
    with np.errstate(all="ignore"):
        phi, weeks = _noise_of(series, flat)
    return np.where(weeks >= HISTORY_WEEKS, phi, np.nan), weeks


def _noise_of(series: Series, question: Question) -> tuple[Floats, Ints]:
    if series.kind == "level":
        present = (np.asarray(series.n, dtype=np.float64) > 0).astype(np.float64)
        weeks = spreads([], present, series.days, np.array([present.shape[1] - 1])).blocks.count
        return np.full(len(present), np.nan), weeks[:, 0].astype(np.int64)
    if series.control_n is not None:
        return _worst(ContrastSums(series, question), question, np.shape(series.n)[1])
    if not series.segments:
        return _worst(ArmSums(series, question), question, np.shape(series.n)[1])
    return _standardised(series, question)


def _standardised(series: Series, question: Question) -> tuple[Floats, Ints]:
    parts = parts_of(series)
    periods = parts.n.shape[2]
    phi, weeks = _worst(StandardSums(parts, series, question), question, periods)
    instead = weeks_instead(parts, np.array([periods - 1]))[:, 0] > 0
    if not instead.any():
        return phi, weeks
    coarse = weekly(parts)
    coarse_phi, coarse_weeks = _worst(StandardSums(coarse, series, question), question, coarse.n.shape[2])
    return np.where(instead, coarse_phi, phi), np.where(instead, coarse_weeks, weeks)


def _worst(sums: Sums, question: Question, periods: int) -> tuple[Floats, Ints]:
    whole = sums.over(Windows.up_to(np.array([periods - 1])))
    phi = np.maximum(whole.phi(column(question.kill)), whole.phi(column(question.target)))
    return np.ascontiguousarray(phi[:, 0]), whole.blocks[:, 0].astype(np.int64)
