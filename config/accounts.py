from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class InvitedOnly(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by themselves: people are added by an admin."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
