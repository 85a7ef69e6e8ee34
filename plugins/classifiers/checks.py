"""System checks: what modules lack that does not come with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.checks import CheckMessage, Info, Warning, register

from tom_alerce_like import conf
from tom_alerce_like.exceptions import ConfigurationError

_BRAAI = "tom_alerce_like.plugins.classifiers.braai.Braai"
_ANOMALY = "tom_alerce_like.plugins.classifiers.anomaly.Anomaly"


@register()
def braai_weights(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Tell why the module braai, if it is wanted, judges nothing."""
    if _BRAAI not in (conf.get("MODULES") or ()):
        return []
    # a web process starts without the libraries that modules work with
    from tom_alerce_like.plugins.classifiers.braai import Braai
    from tom_alerce_like.plugins.classifiers.braai.graph import onnx_bytes
    from tom_alerce_like.plugins.classifiers.braai.reader import read

    module = Braai()
    if not module.weights:
        hint = "Set TOM_ALERCE_LIKE['BRAAI_WEIGHTS'] to a path and run `manage.py alerce_braai URL`."
        return [Info("braai has no weights: it judges nothing.", hint=hint, id="tom_alerce_like_classifiers.I001")]
    try:
        onnx_bytes(read(Path(module.weights), module.sha256))
    except ConfigurationError as error:
        hint = "`manage.py alerce_braai URL` fetches the weights; BRAAI_SHA256 is the checksum of their file."
        return [Warning(f"braai judges nothing: {error}", hint=hint, id="tom_alerce_like_classifiers.W001")]
    return []


@register()
def anomaly_decisions(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Tell that nothing is learned from what people say of anomalies, if there is no place for it."""
    if _ANOMALY not in (conf.get("MODULES") or ()) or conf.get("ANOMALY_DECISIONS"):
        return []
    hint = "Set TOM_ALERCE_LIKE['ANOMALY_DECISIONS'] to a path and run `manage.py alerce_anomaly` now and then."
    message = "anomaly_score does not learn from what people say on the page Strange tonight."
    return [Info(message, hint=hint, id="tom_alerce_like_classifiers.I002")]
