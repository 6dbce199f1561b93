"""What may come of an outcome: the chance of its target, whether it can be settled in time, what the next proof is
worth. Forecasts: they never raise a flag, and stand apart from the evidence."""

from datetime import timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bets.models import Outcome, Reading, Resolution, Tranche
from bets.words import plain
from lib.money_words import short_money
from portfolio.answer import is_answered
from portfolio.charts import shown
from portfolio.reasoning import Step, e_value

WORTH_NOTHING = 100_00  # minor units


def prospects_of(reading: Reading, following: Tranche | None) -> list[Step]:
    """The forecasts of a reading (with outcome, series and metric); `following` is the next tranche of its bet."""
    chances = [_chance(reading)] if reading.chance is not None else []
    settles = [_settles(reading)] if reading.settles is not None and not is_answered(reading) else []
    return [*chances, *settles, _worth(reading, following)]


def resolution_words(outcome: Outcome, resolution: Resolution) -> str:
    """How an outcome turned out, by the rule that was fixed before."""
    parts = {
        "value": shown(outcome, resolution.value),
        "target": shown(outcome, outcome.target),
        "first": date_format(resolution.starts_on, "DATE_FORMAT"),
        "last": date_format(resolution.ends_on - timedelta(days=1), "DATE_FORMAT"),
    }
    if resolution.reached:
        return _("Target reached: %(value)s from %(first)s to %(last)s, the target was %(target)s.") % parts
    return _("Target missed: %(value)s from %(first)s to %(last)s, the target was %(target)s.") % parts


def share_words(share: float) -> str:
    """A chance as people say it; nothing is certain."""
    if share < 0.005:
        return _("less than 1 %")
    if share > 0.995:
        return _("more than 99 %")
    return _("%(number)s %%") % {"number": plain(share * 100)}


def _chance(reading: Reading) -> Step:
    outcome = reading.outcome
    parts = {
        "day": date_format(outcome.decide_by, "DATE_FORMAT"),
        "target": shown(outcome, outcome.target),
        "mean": "" if reading.forecast_mean is None else shown(outcome, reading.forecast_mean),
    }
    rule = _("Reached means: measured over the four weeks to %(day)s it meets %(target)s.")
    if outcome.series.grain == "month":
        rule = _("Reached means: measured over the last full month before %(day)s it meets %(target)s.")
    likely = _("The likeliest value then is %(mean)s.") if reading.forecast_mean is not None else ""
    return Step(_("Reaching the target"), share_words(reading.chance or 0.0), f"{rule} {likely}".strip() % parts)


def _settles(reading: Reading) -> Step:
    words = _(
        "The chance that the evidence has said yes or no by %(day)s, that is E = %(asked)s for one of the claims."
    )
    by = reading.settles_by or reading.outcome.decide_by
    if by < reading.outcome.decide_by:
        words = _(
            "The chance that the evidence has said yes or no by %(day)s, when the planned money is used up, that is"
            " E = %(asked)s for one of the claims."
        )
    parts = {"day": date_format(by, "DATE_FORMAT"), "asked": e_value(reading.asked or 0.0)}
    return Step(_("Settling it in time"), share_words(reading.settles or 0.0), words % parts)


def _plain_enough(reading: Reading) -> str:
    outcome = reading.outcome
    beyond = ((reading.estimate or 0.0) < outcome.kill_line) == outcome.higher_is_better
    if beyond:
        return _("It is so far beyond the kill line that more signals would hardly change whether to stop.")
    return _("It is so clear of the kill line that more signals would hardly change whether to go on.")


def _worth(reading: Reading, following: Tranche | None) -> Step:
    name, bet = _("Worth of the next proof"), reading.outcome.bet
    if bet.value_likely is None:
        return Step(name, _("not known"), _("Nobody has agreed with finance what reaching the target is worth."))
    if reading.evpi is None:
        return Step(name, _("not known"), _("The signals say too little yet to weigh it."))
    if reading.evpi < WORTH_NOTHING:
        return Step(name, _("next to nothing"), _plain_enough(reading))
    ceiling = _("Knowing for certain would be worth %(most)s at most.") % {
        "most": short_money(reading.evpi, bet.currency)
    }
    if following is None or reading.evsi is None:
        return Step(name, "", ceiling)
    parts = {
        "worth": short_money(reading.evsi, bet.currency),
        "cost": short_money(following.amount, bet.currency),
    }
    bought = _("Another tranche would buy about %(worth)s of information for %(cost)s.") % parts
    return Step(name, parts["worth"], f"{bought} {ceiling}")
