"""Pages on which people state bets, log evidence, foretell and import. Before those of portfolio, which shows bets."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
