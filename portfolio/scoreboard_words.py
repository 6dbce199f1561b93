"""What the scoreboard of decisions says: each finding in one sentence, and the words for its parts."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bets.words import plain
from lib.money_words import short_money
from portfolio.rules_scoreboard import AGAINST, FOLLOWED, NONE, OPEN, STEPS, WHOLE, Right
from portfolio.scoreboard import Scoreboard
from portfolio.scoreboard_calibration import EXECUTIVES, LEADS, OTHERS, SIGNALS, Calibration, Group, RuleRecord

STEP_WORDS = {
    "flag": gettext_lazy("Evidence to flag"),
    "decision": gettext_lazy("Flag to decision"),
    "money": gettext_lazy("Decision to money"),
    WHOLE: gettext_lazy("Evidence to money"),
}
BASIS_WORDS = {
    FOLLOWED: gettext_lazy("As the evidence recommended"),
    OPEN: gettext_lazy("The evidence recommended nothing"),
    AGAINST: gettext_lazy("Against the evidence"),
    NONE: gettext_lazy("Without a decision"),
}
GROUP_WORDS = {
    LEADS: gettext_lazy("Leads, of their own bets"),
    EXECUTIVES: gettext_lazy("Executives"),
    OTHERS: gettext_lazy("Everybody else"),
    SIGNALS: gettext_lazy("The signals, by the rule"),
}
RIGHT_WORDS = {
    "cease": gettext_lazy("To cease: the target was missed"),
    "pivot": gettext_lazy("To pivot: the target was missed"),
    "scale": gettext_lazy("To scale: the target was reached"),
}


def days_words(days: float) -> str:
    """12 days; half a day is said, because a median may be one."""
    whole = days == int(days)
    number = plain(days, 0 if whole else 1)
    return ngettext("%(number)s day", "%(number)s days", 1 if days == 1 else 2) % {"number": number}


def sums_words(sums: Mapping[str, int]) -> str:
    """€1.2M and $300k: currencies are never added up."""
    return _(" and ").join(short_money(amount, currency) for currency, amount in sums.items())


def latency_sentence(board: Scoreboard) -> str:
    """The finding on how long decisions take: from flag to decision, and where the days go."""
    latency = board.latency
    asked = latency.steps.get("decision")
    if asked is None:
        return _("No decision here has answered a flag yet, so there is no time to decide to be measured.")
    said = ngettext(
        "%(count)s decision answered a flag, after %(median)s.",
        "%(count)s decisions answered a flag: half of them within %(median)s; the slowest took %(worst)s.", asked.count,
    ) % {"count": plain(asked.count), "median": days_words(asked.median), "worst": days_words(asked.worst)}  # fmt: skip
    steps = {step: latency.steps[step] for step in STEPS if step in latency.steps}
    longest = max(steps, key=lambda step: steps[step].median)
    if len(steps) == 1 or not steps[longest].median:
        return said
    words = _("The longest step is “%(step)s”, with a median of %(median)s.")
    return f"{said} {words % {'step': STEP_WORDS[longest], 'median': days_words(steps[longest].median)}}"


def capital_sentence(board: Scoreboard) -> str:
    """Whether money followed the evidence, in the currency with most transfers."""
    if not board.capital:
        return _("No money of these bets has moved in this time.")
    main = board.capital[0]
    money = {"on": short_money(main.on_evidence, main.currency), "all": short_money(main.all, main.currency)}
    if main.share is not None:
        said = _("%(share)s %% of the money that moved, %(on)s of %(all)s, moved as the evidence recommended.")
        return said % (money | {"share": plain(100 * main.share)})
    said = _("%(on)s of the %(all)s that moved did so as the evidence recommended.") % money
    few = ngettext(
        "It was %(count)s transfer: too few for a share.", "They were %(count)s transfers: too few for a share.",
        main.count,
    )  # fmt: skip
    return f"{said} {few % {'count': plain(main.count)}}"


def waiting_sentence(board: Scoreboard) -> str:
    """What ceasing early has freed, and what waiting after a flag to cease has cost."""
    freed, late = board.freed_sums, board.late_sums
    said = (
        _("Ceasing before the last day to decide gave back %(money)s.") % {"money": sums_words(freed)}
        if freed
        else _("No bet was ceased before its last day to decide and gave money back.")
    )
    cost = (
        _("%(money)s was spent after a flag to cease, before anybody decided on it.") % {"money": sums_words(late)}
        if late
        else _("Nothing was spent between a flag to cease and its decision.")
    )
    return f"{said} {cost}"


def reversals_sentence(board: Scoreboard) -> str:
    count, of = len(board.reversals), len(board.made)
    if not of:
        return _("Nothing was decided here in this time.")
    if not count:
        return ngettext("The one decision reverses none.", "None of %(of)s decisions reverses an earlier one.", of) % {
            "of": plain(of)
        }
    return ngettext(
        "%(count)s of %(of)s decisions reverses an earlier one.",
        "%(count)s of %(of)s decisions reverse an earlier one.", count,
    ) % {"count": plain(count), "of": plain(of)}  # fmt: skip


def calibration_sentence(found: Calibration) -> str:
    """Whose forecasts were better, once there are enough to say so."""
    shown = [group for group in [*found.groups, found.signals] if group.summary]
    if not shown:
        return _("Nothing that was foretold has come out in this time, or too few people foretold it to show a score.")
    enough = [group for group in shown if not group.is_few]
    if len(enough) < 2:
        most = max(group.things for group in shown)
        return ngettext(
            "At most %(most)s outcome has come out for a group: too few to say whose forecasts are better.",
            "At most %(most)s outcomes have come out for a group: too few to say whose forecasts are better.", most,
        ) % {"most": plain(most)}  # fmt: skip
    best = min(enough, key=_brier)
    parts = {"who": GROUP_WORDS[best.key], "score": plain(_brier(best), 2)}
    return _("The best score so far is %(score)s: %(who)s. 0 is best, and always saying one half scores 0.25.") % parts


def _brier(group: Group) -> float:
    return group.summary.brier if group.summary else 1.0


def rule_sentence(record: RuleRecord) -> str:
    """How often the flags of the rule were right."""
    if not record.kinds:
        return _("No outcome with a flag to cease, to pivot or to scale has been measured since it was raised.")
    parts = [
        _("%(right)s of %(count)s flags %(kind)s") % {
            "right": plain(one.right), "count": plain(one.count), "kind": KIND_WORDS[kind],
        }
        for kind, one in record.kinds.items()
    ]  # fmt: skip
    return _("Measured since, these were right: %(parts)s.") % {"parts": "; ".join(parts)}


KIND_WORDS: dict[str, Any] = {
    "cease": gettext_lazy("to cease"), "pivot": gettext_lazy("to pivot"), "scale": gettext_lazy("to scale"),
}  # fmt: skip


def interval_words(right: Right) -> str:
    """Between 65 % and 99 %; nothing where an interval says nothing."""
    found = right.interval
    if found is None:
        return ""
    low, high = (plain(100 * end) for end in found)
    return _("between %(low)s %% and %(high)s %%") % {"low": low, "high": high}


def overrides_sentence(board: Scoreboard) -> str:
    due, scored = len(board.overrides.due), board.overrides.scored
    if not due:
        return _("No decision against the evidence has come to the day on which it is looked at again.")
    said = ngettext(
        "%(due)s decision against the evidence has come due; %(scored)s is scored.",
        "%(due)s decisions against the evidence have come due; %(scored)s are scored.", due,
    ) % {"due": plain(due), "scored": plain(scored)}  # fmt: skip
    right = board.overrides.found("right")
    if not scored:
        return said
    return f"{said} {_('It was right to go against the evidence in %(right)s of them.') % {'right': plain(right)}}"
