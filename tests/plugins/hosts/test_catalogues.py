"""Every catalogue keeps the laws."""

import numpy as np
import pytest

from tests.conformance.catalogue import CatalogueConformance
from tests.plugins.hosts.conftest import GLADE, LEDA, NED
from tom_alerce_like.plugins.hosts.sources.ned import NedCatalogue
from tom_alerce_like.plugins.hosts.sources.vizier import VizierCatalogue


class TestParquet(CatalogueConformance):
    @pytest.fixture
    def catalogue(self, catalogue):
        return catalogue

    @pytest.fixture
    def places(self):
        return np.array([150.0, 0.0, 80.0, 150.01]), np.array([2.0, -30.0, 5.0, 2.0])


class TestVizier(CatalogueConformance):
    @pytest.fixture
    def catalogue(self, serve):
        return VizierCatalogue(url=serve({"VII/237": LEDA, "VII/291": GLADE}).url)

    @pytest.fixture
    def places(self):
        return np.array([50.0, 10.0, 10.0, 200.0]), np.array([-5.0, 20.0, 20.01, 0.0])


class TestNed(TestVizier):
    @pytest.fixture
    def catalogue(self, serve):
        return NedCatalogue(url=serve({"objdir": NED}).url)
