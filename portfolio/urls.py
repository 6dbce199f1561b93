from django.urls import path

from portfolio import views

urlpatterns = [
    path("", views.portfolio, name="portfolio"),
    path("run/", views.run_night, name="run_night"),
    path("runs/<int:run_id>/", views.show_run, name="show_run"),
    path("bets/<str:key>/", views.portfolio, name="show_bet"),
]
