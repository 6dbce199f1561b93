"""The page of one decision: what was known, what was decided, what followed, and what has happened since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bets.models import Bet, Decision, Dissent, Flag, Outcome, Verdict
from bets.words import plain
from funding.models import FundingRequest, Transfer
from org.models import Person, Run
from org.visibility import powers_of
from portfolio.decision_known import Known, known_at
from portfolio.decision_log import Logged, logged_of
from portfolio.following import Follows, follows_of
from portfolio.models import Chance, Vote
from portfolio.said import Said, current_of, outcomes_of, readings_in, said_of


@dataclass(frozen=True)
class VoteShown:
    """What somebody voted, with a probability for each of the outcomes that were voted on, in words."""

    vote: Vote
    chances: list[str]


@dataclass(frozen=True)
class Round:
    number: int
    outcomes: list[Outcome]
    votes: list[VoteShown]


@dataclass(frozen=True)
class Followed:
    """A request that was posted, or asked for, because of the decision, with its transfers."""

    request: FundingRequest
    transfers: list[Transfer]


@dataclass(frozen=True)
class Compared:
    """An outcome as it was read then and as it is read now."""

    now: Said
    then: Said | None


@dataclass(frozen=True)
class Since:
    """What has happened since: nothing of it was known when the decision was made."""

    days: int
    night: Run | None
    verdict: Verdict | None
    outcomes: list[Compared]
    flags: list[Flag]
    later: list[Decision]

    @property
    def words(self) -> str:
        """How long ago it was."""
        if self.days == 0:
            return _("Decided today")
        return ngettext("%(days)s day since", "%(days)s days since", self.days) % {"days": self.days}


@dataclass(frozen=True)
class DecisionPage:
    logged: Logged
    known: Known
    rule: str
    rounds: list[Round]
    dissent: list[Dissent]
    followed: list[Followed]
    follows: Follows | None
    since: Since
    today: date

    @property
    def currency(self) -> str:
        return self.logged.decision.bet.currency


def decision_page(decision: Decision, night: Run | None, person: Person, today: date) -> DecisionPage:
    """Everything that the page shows. The number of queries does not grow with what there is."""
    powers = powers_of(person)
    sees_money = powers.may("see_money", decision.bet.domain_id)
    (logged,) = logged_of([decision], powers)
    versions = outcomes_of(decision.bet)
    known = known_at(decision, versions, sees_money=sees_money)
    return DecisionPage(
        logged=logged,
        known=known,
        rule=rule_words(decision.bet, decision.verdict),
        rounds=_rounds(logged) if logged.item and logged.item.opened_at else [],
        dissent=list(decision.dissent.select_related("person")),
        followed=_followed(decision) if sees_money else [],
        follows=follows_of(decision.bet, decision, person, today),
        since=_since(decision, versions, known, night, today),
        today=today,
    )


def rule_words(bet: Bet, verdict: str) -> str:
    """The rule by which a verdict recommends what it recommends; empty without a verdict."""
    if not verdict:
        return ""
    if verdict == Verdict.Kind.CEASE:
        words = ngettext(
            "The rule: cease once a primary outcome is shown to be beyond its kill line.",
            "The rule: cease once %(count)s primary outcomes are shown to be beyond their kill lines.",
            bet.fails_at,
        )
        return words % {"count": bet.fails_at}
    if verdict == Verdict.Kind.PIVOT:
        return _("The rule: pivot once the target is refuted and the kill line is not.")
    if verdict == Verdict.Kind.PERSIST:
        return _("The rule: persist, or fund more, once the outcomes are shown to be better than their targets.")
    return _("The rule recommends something only once the evidence settles it; that night it did not.")


def _rounds(logged: Logged) -> list[Round]:
    """Two queries."""
    chances = Prefetch("chances", Chance.objects.select_related("outcome__series__metric").order_by("outcome__number"))
    votes = list(Vote.objects.filter(item=logged.item).select_related("person").prefetch_related(chances))
    numbers = sorted({vote.round for vote in votes})
    return [_round(number, [vote for vote in votes if vote.round == number]) for number in numbers]


def _round(number: int, votes: Sequence[Vote]) -> Round:
    named = {chance.outcome_id: chance.outcome for vote in votes for chance in vote.chances.all()}
    outcomes = sorted(named.values(), key=lambda one: (one.number, one.version))
    return Round(number, outcomes, [VoteShown(vote, _chances(vote, outcomes)) for vote in votes])


def _chances(vote: Vote, outcomes: Sequence[Outcome]) -> list[str]:
    said = {chance.outcome_id: chance.probability for chance in vote.chances.all()}
    return [_("%(number)s %%") % {"number": plain(100 * said[one.pk])} if one.pk in said else "–" for one in outcomes]


def _followed(decision: Decision) -> list[Followed]:
    """Two queries."""
    requests = FundingRequest.objects.filter(decision=decision).select_related("ledger", "proposer")
    posted = Transfer.objects.filter(line__request__decision=decision).select_related("ledger", "line", "reversal")
    transfers = list(posted.order_by("ledger", "seq"))
    return [
        Followed(one, [move for move in transfers if move.line and move.line.request_id == one.pk])
        for one in requests.order_by("submitted_at", "pk")
    ]


def _since(
    decision: Decision, versions: Sequence[Outcome], known: Known, night: Run | None, today: date
) -> Since:  # fmt: skip
    """Four queries."""
    bet, current = decision.bet, current_of(versions)
    readings = readings_in([night] if night else [], current)
    then = {said.outcome.number: said for said in known.outcomes}
    now = said_of(current, readings.get(night.pk, {}) if night else {})
    return Since(
        days=(today - localdate(decision.decided_at)).days,
        night=night,
        verdict=Verdict.objects.filter(bet=bet, run=night).first() if night else None,
        outcomes=[Compared(said, then.get(said.outcome.number)) for said in now],
        flags=list(bet.flags.filter(cleared_on=None).order_by("pk")),
        later=list(bet.decisions.filter(number__gt=decision.number).select_related("decided_by").order_by("number")),
    )
