"""A cutout of an alert as PNG."""

from __future__ import annotations

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views import View

from tom_alerce_like.alerts import cutouts
from tom_alerce_like.exceptions import AlertFormatError
from tom_alerce_like.models import Alert
from tom_alerce_like.permissions import visible

KINDS = ("science", "template", "difference")
SIZE_PX = 189
_DAY_S = 86_400


class StampView(LoginRequiredMixin, View):
    """The science, template or difference image of one alert."""

    def get(self, request: HttpRequest, pk: int, kind: str) -> HttpResponse:
        if kind not in KINDS:
            raise Http404(f"no cutout is called {kind}")
        alerts = visible(request.user, Alert.objects.only(f"cutout_{kind}"))
        data = getattr(get_object_or_404(alerts, pk=pk), f"cutout_{kind}")
        if not data:
            raise Http404("this alert came without cutouts")
        try:
            png = cutouts.to_png(cutouts.decode(bytes(data)), SIZE_PX)
        except AlertFormatError as error:
            raise Http404(str(error)) from error
        return HttpResponse(png, content_type="image/png", headers={"Cache-Control": f"private, max-age={_DAY_S}"})
