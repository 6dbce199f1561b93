from django.urls import path

from metrics import views

urlpatterns = [
    path("sources/", views.list_sources, name="list_sources"),
    path("sources/<slug:key>/", views.show_source, name="show_source"),
    path("sources/<slug:key>/check/", views.check_source, name="check_source"),
    path("sources/<slug:key>/pull/", views.pull_source, name="pull_source"),
    path("series/<int:series_id>/signals/new/", views.record_signal, name="record_signal"),
]
