from django.contrib import admin
from django.urls import include, path

from config.health import healthz
from config.offline import offline, worker

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("offline/", offline, name="offline"),
    path("worker.js", worker, name="worker"),
    path("accounts/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("config.api")),
    path("", include("org.urls")),
    path("", include("metrics.urls")),
    path("", include("bets.urls")),
    path("", include("funding.urls")),
    path("", include("portfolio.urls")),
]
