"""Simulated light curves of ZTF and LSST as alert tables; docs/simulated_curves.md says what is simulated."""

from tom_alerce_like.plugins.classifiers.curves.simulate.cadence import Visits, lsst, ztf
from tom_alerce_like.plugins.classifiers.curves.simulate.observe import observe
from tom_alerce_like.plugins.classifiers.curves.simulate.templates import Templates, unpacked

__all__ = ["Templates", "Visits", "lsst", "observe", "unpacked", "ztf"]
