"""What stands in when nothing can be reached: a page that says so, and the worker that keeps it in the browser."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET


@login_not_required
@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """Rendered without the request: it knows nobody, so that the browser may keep it for everybody."""
    return HttpResponse(render_to_string("offline.html"))


@login_not_required
@never_cache
@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker; it stands at the root, because it sees only what lies below its own address."""
    return HttpResponse(render_to_string("worker.js"), content_type="text/javascript")
