"""What belongs to the portfolio as a whole: saved views of its bets, and the forums that review them."""

from portfolio.models.review import (
    AgendaItem,
    Attendance,
    CalendarLink,
    Chance,
    DecisionRight,
    Forum,
    ForumMember,
    Review,
    Vote,
)
from portfolio.models.saved import SavedView
from portfolio.models.table import Assignment, Draft

__all__ = [
    "AgendaItem",
    "Assignment",
    "Attendance",
    "CalendarLink",
    "Chance",
    "DecisionRight",
    "Draft",
    "Forum",
    "ForumMember",
    "Review",
    "SavedView",
    "Vote",
]
