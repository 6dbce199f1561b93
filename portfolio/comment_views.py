"""The conversation about a bet: everything that was said, and a form for more."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bets import actions
from bets.models import Bet, Comment
from lib.clock import now, today
from lib.edge import OK, perform, typed_in
from org.requests import PersonRequest
from org.rules import refusals
from org.visibility import powers_of
from portfolio.bet_comments import comments_page, threads_of
from portfolio.comment_forms import CommentForm


@require_http_methods(["GET", "POST"])
def write_comment(request: PersonRequest, key: str) -> HttpResponse:
    """All comments on a bet, and one more; `?reply=` makes it a reply."""
    powers, day, status = powers_of(request.user), today(), OK
    bet = get_object_or_404(Bet.objects.visible_to(powers).select_related("domain"), key=key)
    reply_to = _replied(request, bet)
    form = CommentForm(
        bet, typed_in(request),
        is_reply=reply_to is not None, initial={"reply_to": reply_to},
    )  # fmt: skip
    if request.method == "POST":
        written: list[Comment] = []
        status = perform(
            form,
            lambda typed: written.append(
                actions.write_comment(bet, **typed, by=request.user, at=now(), today=day)
            ),
        )  # fmt: skip
        if status == OK:
            messages.success(request, _("Your comment is written."))
            return redirect(f"{request.path}#comment-{written[0].pk}")
    page = comments_page(bet, request.GET.get("page"))
    shown = {
        "bet": bet, "form": form, "page": page, "threads": threads_of(page, day), "reply_to": reply_to,
        "refusals": list(refusals(powers, "write_comment", bet.domain_id)),
    }  # fmt: skip
    return render(request, "portfolio/comments.html", shown, status=status)


def _replied(request: PersonRequest, bet: Bet) -> Comment | None:
    """The comment that a reply answers, as the address or the form has it; what is none makes no reply."""
    asked = request.POST.get("reply_to") or request.GET.get("reply", "")
    found = Comment.objects.filter(bet=bet, reply_to=None).select_related("written_by", "asks")
    return found.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 19 else None
