"""The page that members of a forum read before a review."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lib.clock import today
from org.requests import PersonRequest
from portfolio.pre_read import pre_read
from portfolio.review_views import review_of


@require_GET
def show_pre_read(request: PersonRequest, forum: str, number: int) -> HttpResponse:
    """What is on the agenda and why, what has changed since the last review, near misses; to be printed too."""
    review = review_of(request, forum, number)
    page = pre_read(review, request.user, today())
    return render(request, "portfolio/pre_read.html", {"page": page, "review": review})
