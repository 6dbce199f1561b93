"""The statistics of the signals: arrays in, evidence out. Imports numpy and scipy.special only."""

from metrics.evidence.engine import ENGINE_VERSION, path, read
from metrics.evidence.fdr import EBH, Family, e_bh
from metrics.evidence.model import Path, Question, Result, Series

__all__ = ["EBH", "ENGINE_VERSION", "Family", "Path", "Question", "Result", "Series", "e_bh", "path", "read"]
