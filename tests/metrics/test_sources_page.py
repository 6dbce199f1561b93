"""Pages of sources: who sees them, the account of every row, the quarantine, testing a connection and pulling now."""

import datetime as dt
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError  # noqa: F401 - kept out of views on purpose

from metrics.actions import record_failed_pull
from metrics.models import Pull, Signal, Source
from org import actions
from org.models import Job, Run
from org.tasks import perform
from tests.factories import (
    AT,
    TODAY,
    MetricFactory,
    PullFactory,
    QuarantinedRowFactory,
    SeriesFactory,
    SignalFactory,
    SourceFactory,
)
