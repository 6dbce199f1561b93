"""Evidence in words: its levels of strength, its snapshot, and where assumptions stand."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bets.findings import Tested
from bets.models import Reading
from bets.words import Finding, interval

NAMES = (
    gettext_lazy("None"),
    gettext_lazy("Opinion"),
    gettext_lazy("Anecdote"),
    gettext_lazy("Market data"),
    gettext_lazy("User behaviour"),
    gettext_lazy("Controlled test or launch data"),
)
LEVELS = list(enumerate(NAMES))


def level(strength: int) -> str:
    """4 (user behaviour)"""
    return _("%(strength)s (%(name)s)") % {"strength": strength, "name": str(NAMES[strength]).lower()}


def snapshot(reading: Reading) -> str:
    """What the signals said on that day, as one sentence."""
    outcome = reading.outcome
    metric = outcome.series.metric
    finding = Finding(
        metric=metric.name, unit=metric.unit, kind=metric.kind, contrast=outcome.contrast,
        higher_is_better=outcome.higher_is_better, kill_line=outcome.kill_line, target=outcome.target,
        decide_by=outcome.decide_by, lower=reading.lower, upper=reading.upper,
    )  # fmt: skip
    day = date_format(reading.as_of, "DATE_FORMAT")
    return _("%(finding)s, read on %(day)s") % {"finding": interval(finding), "day": day}


def reason(one: Tested) -> str:
    """Why this assumption is the one to test next."""
    said = {"importance": one.assumption.importance, "for": level(one.supports), "against": level(one.opposes)}
    if one.is_opposed:
        return _opposition(one) % said
    if not one.links:
        return _("Importance %(importance)s of 5, and there is no evidence on it yet.") % said
    if not one.supports:
        return _("Importance %(importance)s of 5, and nothing that was found says anything about it.") % said
    return _("Importance %(importance)s of 5, and its strongest evidence is %(for)s.") % said


@dataclass(frozen=True)
class ByRisk:
    """Assumptions with the evidence on them, the riskiest first."""

    tests: list[Tested]

    @property
    def riskiest(self) -> Tested | None:
        return next(iter(self.tests), None)

    @property
    def reason(self) -> str:
        """Why the riskiest is the one to test next."""
        return reason(self.riskiest) if self.riskiest else ""


def _opposition(one: Tested) -> str:
    if one.opposes > one.supports:
        return _("Importance %(importance)s of 5, and the evidence against it, %(against)s, outweighs that for it.")
    return _("Importance %(importance)s of 5, and as strong evidence speaks against it as for it: %(against)s.")


def finding(tests: Sequence[Tested]) -> str:
    """What the map shows, in one sentence."""
    vital = [one for one in tests if one.assumption.importance >= 4]
    weak = [one for one in vital if one.supports < 3 or one.is_opposed]
    said = {"weak": len(weak), "vital": len(vital), "all": len(tests)}
    if not vital:
        return _("None of the %(all)s assumptions is said to be important: is the bet that safe?") % said
    if not weak:
        return _("All %(vital)s important assumptions have evidence of strength 3 or more, and none is opposed.") % said
    return _weak(len(weak)) % said


def _weak(count: int) -> str:
    return ngettext(
        "%(weak)s of %(vital)s important assumptions rests on less than market data, or is opposed.",
        "%(weak)s of %(vital)s important assumptions rest on less than market data, or are opposed.",
        count,
    )
