"""Hooks of this app: literals only, since the toolkit drops an app whose hook raises AttributeError."""

from django.apps import AppConfig


class ForecastConfig(AppConfig):
    name = "tom_alerce_like.plugins.forecast"
    label = "tom_alerce_like_forecast"
    verbose_name = "Forecast"
    default_auto_field = "django.db.models.BigAutoField"

    def light_curve_lines(self) -> list:
        return [
            {"context": "tom_alerce_like.plugins.forecast.lines.model_lines", "position": 10},
            {"context": "tom_alerce_like.plugins.forecast.lines.forecast_lines", "position": 20},
        ]
