"""The page of a person's API tokens."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from lib.clock import now
from lib.edge import OK, perform
from org import actions
from org.forms import IssueTokenForm
from org.models import Token
from org.requests import PersonRequest


@never_cache
@require_http_methods(["GET", "POST"])
def list_tokens(request: PersonRequest) -> HttpResponse:
    """One's own tokens, and a form for another one, which is shown in the answer and never again."""
    form, status, issued = IssueTokenForm(request.POST or None), OK, []
    if request.method == "POST":
        status = perform(form, lambda typed: issued.append(_issue(request, typed)))
    tokens = [(token, token.expiry <= now()) for token in Token.objects.filter(user=request.user)]
    shown = {"form": IssueTokenForm() if issued else form, "tokens": tokens, "issued": "".join(issued)}
    return render(request, "org/tokens.html", shown, status=status)


def _issue(request: PersonRequest, typed: Any) -> str:
    return actions.issue_token(request.user, typed["name"], typed["days"], at=now(), writes=typed["writes"])


@require_POST
def revoke_token(request: PersonRequest, token_id: int) -> HttpResponse:
    """Ends a token of one's own, at once."""
    token = get_object_or_404(Token, pk=token_id, user=request.user)
    actions.revoke_token(token, by=request.user, at=now())
    messages.success(request, _("“%(name)s” is revoked: it reads nothing any more.") % {"name": token})
    return redirect("list_tokens")
