"""The addresses of the product, and beside them pages that speak of trouble without having to cause it."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.csrf import csrf_failure

from config import urls as product
from lib.refusals import Refused


def trouble(request: HttpRequest, kind: str) -> HttpResponse:
    if kind == "forbidden":
        raise PermissionDenied
    if kind == "stale":
        return csrf_failure(request)
    if kind == "refused":
        raise Refused("‹The night has begun already.›", "‹The bet is ceased.›")
    raise RuntimeError("It fell over, as this test wants.")


urlpatterns = [path("trouble/<str:kind>/", trouble), path("", include(product.urlpatterns))]
globals().update({name: handler for name, handler in vars(product).items() if name.startswith("handler")})
