"""The criteria, by what they look at. Each reads columns of `tom_alerce_like.plugins.priority.table`."""

from tom_alerce_like.plugins.priority.criteria.classification import SUPERNOVA, ClassProbability
from tom_alerce_like.plugins.priority.criteria.followup import Observed
from tom_alerce_like.plugins.priority.criteria.photometry import Brightness, Rising, Young
from tom_alerce_like.plugins.priority.criteria.place import NearbyHost, OutsidePlane, Visible

__all__ = (
    "SUPERNOVA",
    "Brightness",
    "ClassProbability",
    "NearbyHost",
    "Observed",
    "OutsidePlane",
    "Rising",
    "Visible",
    "Young",
)
