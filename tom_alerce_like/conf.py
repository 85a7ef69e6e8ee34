"""Settings, read when used.

A TOM overrides the defaults below in one dict, ``TOM_ALERCE_LIKE``. Credentials stay where the toolkit
keeps them: ``DATA_SERVICES[name]`` for brokers and TNS, ``FACILITIES[name]`` for observatories.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.utils.module_loading import import_string

from tom_alerce_like import APPS
from tom_alerce_like.exceptions import ConfigurationError

DEFAULTS: dict[str, Any] = {
    # who may see new targets: names of groups, and the toolkit's PRIVATE, PUBLIC or OPEN (None: its default)
    "GROUPS": [],
    "TARGET_PERMISSION": None,
    # an alert this close to a target of another name belongs to that target
    "MATCH_RADIUS_ARCSEC": 1.5,
    # folder of alert files that the archive broker reads (None: the broker is off)
    "ARCHIVE": None,
    # limits of one call to a service, and of one query
    "TIMEOUT_S": 20.0,
    "MAX_REPLY_MB": 64,
    "MAX_ROWS": 2000,
    # science modules that judge every alert, dotted paths
    "MODULES": [
        "tom_alerce_like.plugins.classifiers.stamp.StampClassifier",
        "tom_alerce_like.plugins.classifiers.transient.TransientClassifier",
        "tom_alerce_like.plugins.classifiers.lightcurve.LightcurveClassifier",
        "tom_alerce_like.plugins.classifiers.early_sn_ia.EarlySNIa",
        "tom_alerce_like.plugins.classifiers.kilonova.KilonovaClassifier",
        "tom_alerce_like.plugins.classifiers.microlensing.MicrolensingClassifier",
        "tom_alerce_like.plugins.classifiers.supernova_type.SupernovaType",
        "tom_alerce_like.plugins.classifiers.variable_star.VariableStarClassifier",
        "tom_alerce_like.plugins.classifiers.anomaly.Anomaly",
        "tom_alerce_like.plugins.classifiers.real_bogus.RealBogus",
        "tom_alerce_like.plugins.classifiers.streak.StreakClassifier",
        "tom_alerce_like.plugins.classifiers.star_galaxy.StarGalaxyClassifier",
    ],
    # weights of ZTF's own real/bogus network, a file that `alerce_braai` fetches (None: the module braai is off), and
    # their checksum: that of d6_m7, which ZTF itself uses
    "BRAAI_WEIGHTS": None,
    "BRAAI_SHA256": "66a699da0c0f7ece4e4046e358cfd5a78bd3eabf0117921a09c6fdd640635110",
    # where `alerce_anomaly` keeps what people decided, for the module anomaly_score to learn from (None: it does not)
    "ANOMALY_DECISIONS": None,
    # galaxy catalogues for hosts: paths of parquet files and HATS folders, or names of online services: "vizier",
    # "ned", "simbad", "legacy", "desi", "ps1", "sdss"
    "HOST_CATALOGUES": [],
    # images for hosts, the first that has one counts: "stamps" (the alert's own), "ps1", "legacy", "des", "skymapper"
    "HOST_IMAGES": [],
    # folder in which answers of online catalogues and images are kept (None: they are asked every time)
    "HOST_CACHE": None,
    # catalogues to match lists with: {name: path of a parquet or CSV file, of a folder of such, or of a HATS folder}
    "XMATCH_CATALOGUES": {},
    # dotted path of the strategy that ranks candidates
    "STRATEGY": "tom_alerce_like.plugins.priority.strategies.young_supernova",
    # observing sites for visibility and plans: {name: {longitude_deg, latitude_deg, elevation_m}}
    "SITES": None,
    # the facility that planned blocks go to, and what a request of the plan asks for
    "PLAN_FACILITY": "OCS-portal",
    "PLAN_REQUEST": {},
    # the chain: dotted paths of stages, run in this order by `alerce_run`
    "STAGES": [
        "tom_alerce_like.brokers.stage.pull",
        # hosts before classes: the modules that judge light curves use the host's redshift
        "tom_alerce_like.plugins.hosts.stage.associate",
        "tom_alerce_like.scoring.classify",
        "tom_alerce_like.plugins.priority.stage.rank",
        "tom_alerce_like.plugins.scheduling.stage.plan",
        "tom_alerce_like.plugins.scheduling.stage.submit",
        "tom_alerce_like.plugins.tns.stage.report",
    ],
    # nothing leaves the TOM on its own unless these say so
    "AUTO_SUBMIT": False,
    "AUTO_REPORT": False,
    "MAX_REQUESTS_PER_NIGHT": 20,
    "MAX_REPORTS_PER_NIGHT": 50,
}


def get(name: str) -> Any:
    """Return the setting ``name`` of ``TOM_ALERCE_LIKE``, or its default."""
    mine = getattr(settings, "TOM_ALERCE_LIKE", {})
    # what is no dict is reported by a system check, which the other checks must live to see
    return mine.get(name, DEFAULTS[name]) if isinstance(mine, dict) else DEFAULTS[name]


def load(name: str, path: str) -> Any:
    """Return what ``path``, a dotted path of the setting ``name``, means; raises `ConfigurationError`."""
    try:
        return import_string(path)
    except ImportError as error:
        raise ConfigurationError(f"{name} {path!r} cannot be imported: {error}") from error


def installed(name: str) -> list[str]:
    """Return the dotted paths in the setting ``name``, without those of apps of ours that this TOM does not have."""
    return [path for path in get(name) if (app := _app(path)) is None or apps.is_installed(app)]


def _app(path: str) -> str | None:
    return max((app for app in APPS if path.startswith(f"{app}.")), key=len, default=None)


def service(name: str) -> dict[str, Any]:
    """Return ``DATA_SERVICES[name]`` of the TOM, empty when there is none."""
    return getattr(settings, "DATA_SERVICES", {}).get(name) or {}


def facility(name: str) -> dict[str, Any]:
    """Return ``FACILITIES[name]`` of the TOM, empty when there is none."""
    return getattr(settings, "FACILITIES", {}).get(name) or {}
