"""Pages of the classifiers app."""

from django.urls import path

from tom_alerce_like.plugins.classifiers.views import Decide, StrangeTonight

app_name = "tom_alerce_like_classifiers"
urlpatterns = [
    path("", StrangeTonight.as_view(), name="strange"),
    path("<int:pk>/interesting/", Decide.as_view(is_interesting=True), name="interesting"),
    path("<int:pk>/ordinary/", Decide.as_view(is_interesting=False), name="ordinary"),
    path("<int:pk>/open/", Decide.as_view(), name="open"),
]
