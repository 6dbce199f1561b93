from django.urls import path

from org import views

urlpatterns = [
    path("tokens/", views.list_tokens, name="list_tokens"),
    path("tokens/<int:token_id>/revoke/", views.revoke_token, name="revoke_token"),
]
