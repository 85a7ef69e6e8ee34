"""Pages of the hosts app."""

from django.urls import path

from tom_alerce_like.plugins.hosts.views import ChooseHost, ChooseNone, SearchAgain, SkyPicture

app_name = "tom_alerce_like_hosts"
urlpatterns = [
    path("<int:pk>/choose/", ChooseHost.as_view(), name="choose"),
    path("<int:pk>/release/", ChooseHost.as_view(is_chosen=False), name="release"),
    path("targets/<int:pk>/none/", ChooseNone.as_view(), name="choose-none"),
    path("targets/<int:pk>/none/release/", ChooseNone.as_view(is_chosen=False), name="release-none"),
    path("targets/<int:pk>/search/", SearchAgain.as_view(), name="search"),
    path("targets/<int:pk>/sky.png", SkyPicture.as_view(), name="sky"),
]
