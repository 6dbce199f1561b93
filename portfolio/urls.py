from django.urls import path

from portfolio import bet_views, views

urlpatterns = [
    path("", views.portfolio, name="portfolio"),
    path("run/", views.run_night, name="run_night"),
    path("runs/<int:run_id>/", views.show_run, name="show_run"),
    path("bets/<str:key>/", bet_views.show_bet, name="show_bet"),
    path("bets/<str:key>/outcomes/<int:number>/chart.json", bet_views.chart_outcome, name="chart_outcome"),
]
