"""The former place of the catalogues of VizieR and NED."""

from tom_alerce_like.plugins.hosts.sources.ned import NedCatalogue
from tom_alerce_like.plugins.hosts.sources.vizier import VizierCatalogue

__all__ = ["NedCatalogue", "VizierCatalogue"]
