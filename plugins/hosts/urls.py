"""Pages of the hosts app."""

from django.urls import path

from tom_alerce_like.plugins.hosts.views import ChooseHost

app_name = "tom_alerce_like_hosts"
urlpatterns = [
    path("<int:pk>/choose/", ChooseHost.as_view(), name="choose"),
    path("<int:pk>/release/", ChooseHost.as_view(is_chosen=False), name="release"),
]
