"""Signing in with an API token: `Authorization: Token …`, for as long as it lasts and its person is active."""

from django.utils.translation import gettext as _
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from knox.auth import TokenAuthentication as KnoxAuthentication
from knox.crypto import hash_token
from rest_framework.exceptions import AuthenticationFailed

from lib.clock import now
from org.models import Person, Token


class TokenAuthentication(KnoxAuthentication):  # type: ignore[misc] # it has no types
    """Looks a token up by its hash: one query, no writing, and nothing that can be learnt from the time it takes."""

    def authenticate_credentials(self, token: bytes) -> tuple[Person, Token]:
        digest = hash_token(token.decode("latin-1"))
        found = Token.objects.select_related("user").filter(digest=digest, expiry__gt=now()).first()
        if found is None or not found.user.is_active:
            raise AuthenticationFailed(
                _("This token is not known, has expired, or was revoked: issue another on the page “API tokens”.")
            )
        return found.user, found


class TokenScheme(KnoxTokenScheme):  # type: ignore[no-untyped-call]
    """Tells drf-spectacular, which looks for it by itself, how one signs in with a token."""

    target_class = "org.tokens.TokenAuthentication"
    name = "token"
