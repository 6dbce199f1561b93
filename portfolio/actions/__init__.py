"""State changes that span apps."""

from portfolio.actions.assigning import ask_for_item, assign_money, take_back_assignment
from portfolio.actions.calendar import make_calendar_link, revoke_calendar_link
from portfolio.actions.deciding import decide_bet, decide_item
from portfolio.actions.drafting import drop_draft, keep_draft
from portfolio.actions.experiments import import_experiments
from portfolio.actions.forums import Setting, change_forum, end_forum, open_forum
from portfolio.actions.meeting import (
    call_second_vote,
    cancel_review,
    close_review,
    join_review,
    make_agenda,
    move_review,
    open_item,
    open_review,
    order_agenda,
    put_on_agenda,
    take_off_agenda,
)
from portfolio.actions.nights import run_night
from portfolio.actions.preparing import prepare_reviews
from portfolio.actions.reminding import remind_of_learning, remind_of_scoring
from portfolio.actions.saving import change_view, delete_view, save_view
from portfolio.actions.voting import cast_vote

__all__ = [
    "Setting", "ask_for_item", "assign_money", "call_second_vote", "cancel_review", "cast_vote", "change_forum",
    "change_view", "close_review", "decide_bet", "decide_item", "delete_view", "drop_draft", "end_forum",
    "import_experiments", "join_review", "keep_draft", "make_agenda", "make_calendar_link", "move_review",
    "open_forum", "open_item", "open_review", "order_agenda", "prepare_reviews", "put_on_agenda", "remind_of_learning",
    "remind_of_scoring", "revoke_calendar_link", "run_night", "save_view", "take_back_assignment", "take_off_agenda",
]  # fmt: skip
