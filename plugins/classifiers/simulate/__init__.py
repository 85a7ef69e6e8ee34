"""Simulated stamps of ZTF: an object or an artefact put onto real images with their real noise; torch-free.

`examples` makes them; docs/modules/simulation.md shows and limits what they are good for.
"""

from tom_alerce_like.plugins.classifiers.simulate.backgrounds import Backgrounds
from tom_alerce_like.plugins.classifiers.simulate.mix import ARTEFACTS, REAL, examples

__all__ = ["ARTEFACTS", "REAL", "Backgrounds", "examples"]
