"""Where the pages of forums and reviews are in the world, and their addresses of the API in the shop."""

from typing import Any

from bets.models import Bet
from tests import factories as f

PAGES = {
    "review": "/reviews/growth/1/",
    "betting table": "/reviews/growth/1/table/",
    "pre-read": "/reviews/growth/1/pre-read/",
    "item, open": "/reviews/growth/1/bets/B-cease/",
    "item, private": "/reviews/growth/1/bets/B-pivot/",
    "meeting": "/reviews/growth/1/meeting/",
    "closing a review": "/reviews/growth/1/close/",
    "forums": "/forums/",
    "forum": "/forums/growth/",
    "changing a forum": "/forums/growth/change/",
    "cancelling a review": "/reviews/growth/1/cancel/",
    "calendar": "/calendar/",
    "goals": "/goals/",
    "trends": "/trends/?by=quarter",
    "lessons": "/lessons/",
    "scoreboard": "/decisions/scoreboard/",
    "behind the scoreboard": "/decisions/scoreboard/latency/",
}
OF_API = {
    "api_show_forum": "/api/forums/xylo-board-0/",
    "api_show_review": "/api/reviews/xylo-board-0/1/",
    "api_read_state": "/api/reviews/xylo-board-0/1/state/",
    "api_show_table": "/api/reviews/xylo-board-0/1/table/",
    "api_show_pre_read": "/api/reviews/xylo-board-0/1/pre-read/",
    "api_list_decision_log": "/api/decisions/",
    "api_show_goal": "/api/goals/shop/",
    "api_show_trends": "/api/trends/",
    "api_list_lessons": "/api/lessons/",
    "api_show_scoreboard": "/api/decisions/scoreboard/",
    "api_list_audit_trail": "/api/money/audit/",
    "api_list_rules": "/api/evidence/rules/",
    "api_show_shadow_mode": "/api/shadow/",
    "api_list_advice": "/api/shadow/advice/",
}


def boards_of(domain: Any, size: int) -> None:
    """Forums of the domain; the review of the first has every bet on its agenda, opened and voted on."""
    people = [f.PersonFactory(name="Mina Member") for _ in range(size)]
    named = {"name": "Xylo board", "level": "product", "domain": domain, "chair": people[0]}
    forums = [f.ForumFactory(key=f"xylo-board-{number}", **named) for number in range(size)]
    review = f.ReviewFactory(forum=forums[0], number=1, state="open", opened_at=f.AT)
    for forum in forums:
        f.DecisionRightFactory(forum=forum)
        for one in people:
            f.ForumMemberFactory(forum=forum, person=one)
    for one in people:
        f.AttendanceFactory(review=review, person=one)
        f.ReviewFactory(forum=forums[-1], number=one.pk + 1)
    for bet in Bet.objects.filter(domain=domain, outcomes__isnull=False).distinct():
        item = f.AgendaItemFactory(review=review, bet=bet)
        f.ChanceFactory(vote__item=item, vote__person=people[0], outcome=bet.outcomes.first())
    mina = {"credited": people[0], "decision__decided_by": people[0], "decision__bet__lead": people[0]}
    f.LearningReviewFactory.create_batch(size, decision__bet__domain=domain, **mina)
    f.AdviceFactory.create_batch(
        size, bet__domain=domain, bet__lead=people[0], given_to=people[0], sentence="Xylo advice."
    )
    review.items.update(opened_at=f.AT)  # nobody votes after that
