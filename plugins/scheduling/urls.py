"""Pages of the night's plan."""

from django.urls import path

from tom_alerce_like.plugins.scheduling.views import PlanView

app_name = "tom_alerce_like_scheduling"
urlpatterns = [path("", PlanView.as_view(), name="plan")]
