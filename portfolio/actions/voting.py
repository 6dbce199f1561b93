"""State changes of votes: private until the item opens, and then never changed."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from bets.models import Outcome
from lib.refusals import refuse_if
from org.models import Person
from portfolio.actions.meeting import locked_item
from portfolio.models import AgendaItem, Chance, Vote
from portfolio.rules_reviews import Ballot, ballot_refusals, rounds_shown, voter_refusals


@transaction.atomic
def cast_vote(
    item: AgendaItem, kind: str, chances: Mapping[int, float], *, because: str = "", by: Person, at: datetime
) -> Vote:
    """Casts a member's vote in the round that is asked for, or changes it while that lasts. `chances`: by number of
    the outcome, the share of worlds in which it reaches its target. No event tells of it before the item opens."""
    item = locked_item(item)
    refuse_if(why_not(item, by))
    outcomes = {outcome.number: outcome for outcome in asked_of(item)}
    refuse_if(ballot_refusals(Ballot(kind, because, chances, outcomes)))
    vote, _created = Vote.objects.update_or_create(
        item=item, person=by, round=item.round, defaults={"kind": kind, "because": because.strip(), "voted_at": at}
    )
    for number, outcome in outcomes.items():
        Chance.objects.update_or_create(vote=vote, outcome=outcome, defaults={"probability": chances[number]})
    return vote


def why_not(item: AgendaItem, person: Person) -> list[str]:
    """Why somebody does not vote on this item now; nothing when they do. `item` with review, forum and bet."""
    is_member = item.review.forum.members.filter(person=person, left_at=None).exists()
    again = item.again_at is not None and 2 not in shown_of(item, item.votes.values_list("round", "person"))
    return list(
        voter_refusals(
            is_member=is_member and person.is_active, leads=item.bet.lead_id == person.pk, review=item.review.state,
            bet=item.bet.state, opened=item.opened_at is not None, again=again,
            decided=item.decision_id is not None,
        )
    )  # fmt: skip


def shown_of(item: AgendaItem, voters: Iterable[tuple[int, int]]) -> list[int]:
    """The rounds whose votes everybody may see, from pairs of a round and a voter's id."""
    rounds: dict[int, list[int]] = {}
    for number, voter in voters:
        rounds.setdefault(number, []).append(voter)
    return rounds_shown(rounds, opened=item.opened_at is not None, decided=item.decision_id is not None)


def asked_of(item: AgendaItem) -> list[Outcome]:
    """The outcomes of the bet that are not resolved yet, as they are stated now. One query."""
    found = Outcome.objects.current().filter(bet=item.bet_id, resolution=None)
    return list(found.select_related("series__metric").order_by("number"))
