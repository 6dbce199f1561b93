"""Whether the gate of a tranche is met: what it needs, and what stands now, in plain words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bets.finding_words import level
from bets.models import Bet, Decision, GateCriterion, GateResult, Outcome, Reading, Tranche
from funding.grounds import Grounds, figure, grounds_of
from funding.models import Transfer
from org.models import Event

RELEASES = (Decision.Kind.FUND, Decision.Kind.PERSIST)
STATED = ("gate stated", "tranche planned", "tranche revised")  # events after which a gate stands for the hypothesis


@dataclass(frozen=True)
class Need:
    """One thing that a gate needs, whether it is met, and what stands now."""

    words: str
    met: bool
    now: str


def gate_of(tranche: Tranche, today: date) -> list[Need]:
    """What the gate of one tranche needs."""
    return gates_of(tranche.bet, [tranche], today)[tranche.pk]


def gates_of(bet: Bet, tranches: Iterable[Tranche], today: date) -> dict[int, list[Need]]:
    """What the gates of these tranches of a bet need, by tranche. A constant number of queries."""
    return needs(grounds_of(bet), list(tranches))


def needs(grounds: Grounds, tranches: list[Tranche]) -> dict[int, list[Need]]:
    """The same, on grounds that were read already. Three queries."""
    criteria: dict[int, list[GateCriterion]] = {}
    found = GateCriterion.objects.filter(tranche__in=tranches).select_related("outcome__series__metric")
    for one in found.order_by("tranche", "number"):
        criteria.setdefault(one.tranche_id, []).append(one)
    said = {one.tranche_id: one for one in GateResult.objects.filter(tranche__in=tranches).select_related("said_by")}
    released = _released(grounds.bet)
    return {
        tranche.pk: list(_needs(
            grounds, tranche, criteria.get(tranche.pk, []), said.get(tranche.pk),
            max((at for sequence, at in released.items() if sequence < tranche.sequence), default=None),
        ))
        for tranche in tranches
    }  # fmt: skip


def _released(bet: Bet) -> dict[int, datetime]:
    """When money of each tranche was released last, by its place. One query."""
    found = Transfer.objects.filter(debit_account__tranche__bet=bet, kind=Transfer.Kind.RELEASE).order_by()
    return dict(found.values_list("debit_account__tranche__sequence").annotate(Max("posted_at")))


def is_met(needed: Iterable[Need]) -> bool:
    return all(need.met for need in needed)


def restated_since(tranche: Tranche) -> bool:
    """Has its gate been stated since the bet's hypothesis was written anew? Two queries at most."""
    latest = tranche.bet.hypotheses.order_by("-version").first()
    if latest is None or latest.version == 1:
        return True
    stated = Event.objects.filter(
        subject_type="bets.bet", subject_id=tranche.bet_id, kind__in=STATED, at__gte=latest.written_at,
        payload__tranche=tranche.pk,
    )  # fmt: skip
    return stated.exists()


def _needs(
    grounds: Grounds, tranche: Tranche, criteria: list[GateCriterion], result: GateResult | None,
    since: datetime | None,
) -> Iterator[Need]:  # fmt: skip
    """`since` is when the tranche before was released: a gate of words alone asks for a decision of later."""
    for one in criteria:
        if one.kind == GateCriterion.Kind.OUTCOME and one.outcome is not None:
            yield _outcome(one.wanted, grounds.current(one.outcome), grounds)
        elif one.kind == GateCriterion.Kind.STRENGTH:
            yield _strength(one, grounds)
        else:
            yield _decision(one.wanted, grounds.decision)
    if result is not None:
        parts = {"who": result.said_by, "day": date_format(result.said_at, "DATE_FORMAT"), "note": result.note}
        yield Need(_words(tranche), result.met, _("%(who)s on %(day)s: %(note)s") % parts)
    elif not criteria:
        decision = _decision(GateCriterion.Wanted.PERSIST, grounds.decision)
        is_old = since is not None and grounds.decision is not None and grounds.decision.decided_at <= since
        nobody = _("Nobody has said whether it was met. %(decision)s") % {"decision": decision.now}
        if is_old:
            nobody += " " + _("It was taken before money was last released, and does not count for this gate.")
        elif decision.met:
            nobody += " " + _("Until somebody does, that decision counts.")
        yield Need(_words(tranche), decision.met and not is_old, nobody)


def _words(tranche: Tranche) -> str:
    return tranche.gate or _("A decision to fund or to persist")


def _outcome(wanted: str, outcome: Outcome, grounds: Grounds) -> Need:
    parts = {"metric": outcome.series.metric.name}
    reading = grounds.readings.get(outcome.number)
    if wanted == GateCriterion.Wanted.READ:
        words = _("%(metric)s has been read, whatever it says") % parts
        return Need(words, reading is not None and reading.estimate is not None, _now(outcome, reading))
    at_target = wanted == GateCriterion.Wanted.TARGET
    mark = outcome.target if at_target else outcome.kill_line
    words = _("%(metric)s at its target of %(mark)s") if at_target else _("%(metric)s clear of its kill line %(mark)s")
    met = _reached(outcome, reading, mark, at_target)
    return Need(words % (parts | {"mark": figure(outcome, mark)}), met, _now(outcome, reading))


def _reached(outcome: Outcome, reading: Reading | None, mark: float, at_target: bool) -> bool:
    """At the target, or beyond; but clear of the kill line only when beyond it."""
    if reading is None or reading.estimate is None:
        return False
    ahead = (reading.estimate - mark) * (1 if outcome.higher_is_better else -1)
    return ahead >= 0 if at_target else ahead > 0


def _now(outcome: Outcome, reading: Reading | None) -> str:
    if reading is None:
        return _("No night has read it yet.")
    if reading.estimate is None:
        return _("It cannot be read yet: there are too few signals.")
    said = _("It reads %(number)s on %(day)s.") % {
        "number": figure(outcome, reading.estimate), "day": date_format(reading.as_of, "DATE_FORMAT"),
    }  # fmt: skip
    return said if reading.health == "healthy" else f"{said} {_('Its signals are not healthy.')} {reading.health_note}"


def _strength(one: GateCriterion, grounds: Grounds) -> Need:
    least, best = one.strength or 1, grounds.strength(one.outcome)
    words = _("Confirmed evidence of strength %(least)s or more") % {"least": level(least)}
    if one.outcome is not None:
        parts = {"least": level(least), "metric": one.outcome.series.metric.name}
        words = _("Confirmed evidence of strength %(least)s or more for %(metric)s") % parts
    now = _("The strongest is %(best)s.") % {"best": level(best)} if best else _("None is confirmed.")
    return Need(words, best >= least, now)


def _decision(wanted: str, decision: Decision | None) -> Need:
    fund = wanted == GateCriterion.Wanted.FUND
    words = _("A decision to fund") if fund else _("A decision to persist, or to fund")
    if decision is None:
        return Need(words, False, _("Nothing has been decided yet."))
    parts = {"number": decision.number, "kind": decision.get_kind_display().lower(),
             "day": date_format(decision.decided_at, "DATE_FORMAT")}  # fmt: skip
    met = decision.kind == Decision.Kind.FUND or (not fund and decision.kind in RELEASES)
    return Need(words, met, _("Decision %(number)s of %(day)s stands: %(kind)s.") % parts)
