"""Pages of this app."""

from django.urls import path

from tom_alerce_like.plugins.tns import views

app_name = "tom_alerce_like_tns"
urlpatterns = [
    path("", views.ReportList.as_view(), name="list"),
    path("target/<int:pk>/", views.ReportOne.as_view(), name="report"),
    path("bulk/", views.Bulk.as_view(), name="bulk"),
    path("bulk/send/", views.BulkSend.as_view(), name="bulk-send"),
]
