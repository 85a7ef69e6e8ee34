"""The plotly JavaScript of the installed plotly package, for pages that lack it and have no internet."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from plotly.offline import get_plotlyjs


@cache_control(public=True, max_age=604_800)
def plotly_js(request: HttpRequest) -> HttpResponse:
    """Serve plotly.js; it holds no data of the TOM, so anybody may load it."""
    return HttpResponse(get_plotlyjs(), content_type="text/javascript; charset=utf-8")
