"""What the page for typed signals says of them: how an observation will be read, and what it replaces."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from metrics import words
from metrics.actions import Written
from metrics.models import Series, Signal


@dataclass(frozen=True)
class Known:
    """A recorded observation in words."""

    signal: Signal
    period: str
    amount: str
    value: str


def known_of(series: Series, count: int) -> list[Known]:
    """The latest signals, newest first. One query."""
    return [_known(series, signal) for signal in Signal.objects.latest_of(series, count)]


def _known(series: Series, signal: Signal) -> Known:
    amount = words.amount(signal.n, signal.total)
    return Known(signal, words.period(series, signal.period), amount, words.value(series.metric, signal))


@dataclass(frozen=True)
class Preview:
    """What would be recorded; `former` is what stands there already."""

    now: Known
    former: Known | None

    @property
    def same(self) -> bool:
        old, new = self.former and self.former.signal, self.now.signal
        return bool(old) and (old.n, old.total, old.squares) == (new.n, new.total, new.squares)  # type: ignore[union-attr]


def preview_of(series: Series, typed: Mapping[str, Any]) -> Preview:
    """One query."""
    signal = Signal(series=series, **typed)
    former = Signal.objects.filter(series=series, arm=signal.arm, period=signal.period).first()
    return Preview(_known(series, signal), _known(series, former) if former else None)


def said(series: Series, typed: Mapping[str, Any], written: Written) -> str:
    """What was recorded, and what it replaced. No query."""
    about = {"amount": words.amount(typed["n"], typed["total"]), "period": words.period(series, typed["period"])}
    if written.former:
        about["former"] = words.amount(written.former.n, written.former.total)
        return (
            gettext("Corrected: %(amount)s for %(period)s. Before it was %(former)s; that is kept in the history.")
            % about
        )
    if written.unchanged:
        return gettext("%(amount)s stood there already for %(period)s: nothing has changed.") % about
    return gettext("Recorded: %(amount)s for %(period)s. The next night reads it.") % about
