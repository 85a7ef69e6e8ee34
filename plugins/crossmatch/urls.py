"""Pages of this app."""

from django.urls import path

from tom_alerce_like.plugins.crossmatch import views

app_name = "tom_alerce_like_crossmatch"
urlpatterns = [
    path("", views.Index.as_view(), name="index"),
    path("<int:pk>/", views.JobView.as_view(), name="job"),
    path("<int:pk>/advance/", views.Advance.as_view(), name="advance"),
    path("<int:pk>/delete/", views.Delete.as_view(), name="delete"),
    path("<int:pk>/matches.csv", views.Download.as_view(), name="download"),
]
