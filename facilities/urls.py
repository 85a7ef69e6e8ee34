"""Pages of follow-up requests."""

from django.urls import path

from tom_alerce_like.facilities import views

app_name = "tom_alerce_like_facilities"
urlpatterns = [
    path("", views.RequestListView.as_view(), name="list"),
    path("request/", views.RequestView.as_view(), name="request"),
    path("<int:pk>/refresh/", views.RefreshView.as_view(), name="refresh"),
    path("<int:pk>/cancel/", views.CancelView.as_view(), name="cancel"),
]
