from django.urls import path

from org import notice_views, views

urlpatterns = [
    path("notices/", notice_views.list_notices, name="list_notices"),
    path("notices/read/", notice_views.read_notices, name="read_notices"),
    path("notices/<int:notice_id>/", notice_views.open_notice, name="open_notice"),
    path("notices/settings/", notice_views.set_notices, name="set_notices"),
    path("tokens/", views.list_tokens, name="list_tokens"),
    path("tokens/<int:token_id>/revoke/", views.revoke_token, name="revoke_token"),
]
