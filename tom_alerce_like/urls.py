"""Pages of the core."""

from django.urls import path

from tom_alerce_like.views.alerts_tab import AlertsTabView
from tom_alerce_like.views.candidates import CandidateListView
from tom_alerce_like.views.plotly_js import plotly_js
from tom_alerce_like.views.stamps import StampView
from tom_alerce_like.views.verdicts import VerdictsView

app_name = "tom_alerce_like"
urlpatterns = [
    path("candidates/", CandidateListView.as_view(), name="candidates"),
    path("targets/<int:pk>/alerts/", AlertsTabView.as_view(), name="alerts-tab"),
    path("targets/<int:pk>/verdicts/", VerdictsView.as_view(), name="verdicts"),
    path("stamps/<int:pk>/<str:kind>.png", StampView.as_view(), name="stamp"),
    path("plotly.js", plotly_js, name="plotly-js"),
]
