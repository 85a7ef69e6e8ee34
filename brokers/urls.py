"""Pages of the brokers."""

from django.urls import path

from tom_alerce_like.brokers.views.index import IndexView
from tom_alerce_like.brokers.views.query import QueryView
from tom_alerce_like.brokers.views.results import CreateTargetsView, ResultsView
from tom_alerce_like.brokers.views.saved import DeleteSavedView, RunSavedView

app_name = "tom_alerce_like_brokers"
urlpatterns = [
    path("", IndexView.as_view(), name="index"),
    path("new/<str:service>/", QueryView.as_view(), name="query"),
    path("results/<int:pk>/", ResultsView.as_view(), name="results"),
    path("results/<int:pk>/create/", CreateTargetsView.as_view(), name="create"),
    path("saved/<int:pk>/run/", RunSavedView.as_view(), name="run-saved"),
    path("saved/<int:pk>/delete/", DeleteSavedView.as_view(), name="delete-saved"),
]
