"""Pages of the core."""

from django.urls import URLPattern

app_name = "tom_alerce_like"
urlpatterns: list[URLPattern] = []
