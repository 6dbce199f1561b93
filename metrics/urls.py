from django.urls import path

from metrics import defining_views, views

urlpatterns = [
    path("sources/", views.list_sources, name="list_sources"),
    path("sources/<slug:key>/", views.show_source, name="show_source"),
    path("sources/<slug:key>/check/", views.check_source, name="check_source"),
    path("sources/<slug:key>/pull/", views.pull_source, name="pull_source"),
    path("sources/<slug:key>/quarantine.csv", views.export_quarantine, name="export_quarantine"),
    path("series/<int:series_id>/signals/new/", views.record_signal, name="record_signal"),
    path("series/<int:series_id>/signals/preview/", views.preview_signal, name="preview_signal"),
    path("metrics/", views.list_metrics, name="list_metrics"),
    path("metrics/new/", defining_views.register_metric, name="register_metric"),
    path("metrics/<slug:key>/", views.show_metric, name="show_metric"),
]
