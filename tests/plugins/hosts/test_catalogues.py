"""Every catalogue keeps the laws: those on this machine, and those of services, here played by one on this machine."""

from __future__ import annotations

from contextlib import ExitStack

import numpy as np
import pandas as pd
import pytest

from tests.conformance.catalogue import CatalogueConformance
from tests.plugins.hosts.conftest import GLADE, LEDA, NED
from tests.plugins.hosts.web import Reply, web
from tom_alerce_like import http
from tom_alerce_like.exceptions import BadReply, RateLimited, RequestRefused, ServiceUnavailable
from tom_alerce_like.plugins.hosts.sources.cache import CachedCatalogue, Folder
from tom_alerce_like.plugins.hosts.sources.datalab import DesiCatalogue, LegacyCatalogue
from tom_alerce_like.plugins.hosts.sources.glade import GladeCatalogue
from tom_alerce_like.plugins.hosts.sources.ned import NedCatalogue
from tom_alerce_like.plugins.hosts.sources.ps1 import PanStarrsCatalogue
from tom_alerce_like.plugins.hosts.sources.sdss import SdssCatalogue
from tom_alerce_like.plugins.hosts.sources.simbad import SimbadCatalogue
from tom_alerce_like.plugins.hosts.sources.vizier import VizierCatalogue

SIMBAD = """main_id,ra,dec,galdim_majaxis,galdim_minaxis,galdim_angle,rvz_redshift,rvz_err,rvz_type,rvz_nature
"NGC   1",10.0,20.0,2.0,1.0,45,0.02,0.0001,z,s
"LEDA 2, odd",10.002,20.0,,,,0.02,30,v,sa
"M 3",50.0,-5.0,1.0,,,0.3,,z,p
"""
TRACTOR = """ls_id,ra,dec,type,flux_r,shape_r,shape_e1,shape_e2,z_phot_median,z_phot_std,z_spec
1,10.0,20.0,SER,100,2.0,0.0,0.5,0.11,0.02,0.1
2,10.002,20.0,PSF,10,0.0,0.0,0.0,,,
3,50.0,-5.0,REX,1,0.5,0.0,0.0,0.4,0.1,-99
4,50.001,-5.0,DUP,0,0.0,0.0,0.0,,,
"""
ZPIX = """targetid,mean_fiber_ra,mean_fiber_dec,z,zerr,spectype
39627788403084375,10.00001,20.0,0.1003,0.0009,GALAXY
39627788403084376,10.002,20.0,0.0001,0.00001,STAR
39627788403084375,10.0,20.0,0.1,0.00002,GALAXY
39627788403084375,10.0,20.0,0.1005,,GALAXY
39627788403084377,50.0,-5.0,1.5,0.0005,QSO
"""
STACK = """objID,raStack,decStack,rPSFMag,rKronMag,rmomentR1,rmomentXX,rmomentXY,rmomentYY\r
1,10.0,20.0,19.0,18.0,2.0,4.0,1.0,4.0\r
2,10.002,20.0,17.0,17.01,0.5,0.3,0.0,0.3\r
3,50.0,-5.0,-999.0,-999.0,-999.0,-999.0,-999.0,-999.0\r
"""
PRIMARY = """#Table1
id,ra_deg,dec_deg,type,mag_r,fracdev,dev_r,dev_ab,dev_phi,exp_r,exp_ab,exp_phi,z_spec,z_spec_err,zwarning,z_phot,z_phot_err
1237,10.0,20.0,3,17.5,0.9,3.0,0.5,120,9,0.9,9,0.1,0.00002,0,0.12,0.02
1238,10.002,20.0,6,18.5,0.1,9.0,0.9,9,1.0,0.5,30,,,,,
1239,50.0,-5.0,3,21.5,0.1,9.0,0.9,9,1.0,0.5,30,0.9,0.1,4,0.4,0.1
"""
ONLINE = {
    VizierCatalogue: {"VII/237": LEDA, "VII/291": GLADE},
    NedCatalogue: {"objdir": NED},
    SimbadCatalogue: {"FROM basic": SIMBAD},
    LegacyCatalogue: {"ls_dr10.tractor": TRACTOR},
    DesiCatalogue: {"desi_dr1.zpix": ZPIX},
    PanStarrsCatalogue: {"10.": STACK, "": STACK},
    SdssCatalogue: {"fGetNearbyObjEq": PRIMARY},
}


class TestGlade(CatalogueConformance):
    @pytest.fixture
    def catalogue(self, catalogue):
        return catalogue

    @pytest.fixture
    def places(self):
        return np.array([150.0, 0.0, 80.0, 150.01]), np.array([2.0, -30.0, 5.0, 2.0])

    @pytest.fixture
    def broken(self, tmp_path):
        return GladeCatalogue(tmp_path / "absent.parquet")


@pytest.fixture
def serving():
    """Makes a catalogue of a class whose service answers so; a query is answered by the first key that it contains."""
    with ExitStack() as stack:

        def make(kind, answers: dict[str, str] | Reply, retries: int = 0, **more):
            def answer(query: dict[str, str]) -> Reply:
                if isinstance(answers, Reply):
                    return answers
                text = " ".join(query.values())
                return Reply(next(body for key, body in answers.items() if key in text))

            service = stack.enter_context(web(answer))
            made = kind(http.session(("GET", "POST"), retries), service.url, **more)
            made.queries = service.queries
            return made

        yield make


@pytest.mark.parametrize("kind", ONLINE, ids=lambda kind: kind.name)
class TestOnline(CatalogueConformance):
    @pytest.fixture
    def catalogue(self, kind, serving):
        return serving(kind, ONLINE[kind])

    @pytest.fixture
    def places(self):
        return np.array([50.0, 10.0, 10.0, 200.0]), np.array([-5.0, 20.0, 20.01, 0.0])

    @pytest.fixture
    def broken(self, kind, serving):
        return serving(kind, Reply("busy", 503))


class TestCached(CatalogueConformance):
    @pytest.fixture
    def catalogue(self, serving, tmp_path):
        return CachedCatalogue(serving(LegacyCatalogue, ONLINE[LegacyCatalogue]), Folder(tmp_path))

    @pytest.fixture
    def places(self):
        return np.array([50.0, 10.0, 10.0, 200.0]), np.array([-5.0, 20.0, 20.01, 0.0])

    @pytest.fixture
    def broken(self, serving, tmp_path):
        return CachedCatalogue(serving(LegacyCatalogue, Reply("busy", 503)), Folder(tmp_path))


def near(catalogue) -> pd.DataFrame:
    """What a catalogue says of the place of its first two sources."""
    return catalogue.cone(np.array([10.0]), np.array([20.0]), 60.0)


FAULTS = {
    "html": (Reply("<html>maintenance</html>"), BadReply),
    "empty": (Reply(""), BadReply),
    "junk": (Reply(bytes(range(256)) * 20), BadReply),
    "wrong columns": (Reply("a,b\n1,2\n"), BadReply),
    "broken off": (Reply("ra,dec\n1,", length=4000), BadReply),
    "huge": (Reply("x" * 200_000), BadReply),
    "refused": (Reply("<VOTABLE/>", 400), RequestRefused),
    "too many": (Reply("", 429, headers={"Retry-After": "0"}), RateLimited),
    "down": (Reply("busy", 503), ServiceUnavailable),
    "silent": (Reply("", pause_s=0.6), ServiceUnavailable),
    "drop by drop": (Reply("x" * 100, pause_s=0.05, is_dripping=True), ServiceUnavailable),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", ONLINE, ids=lambda kind: kind.name)
def test_faults_of_a_service_raise_our_own_errors(kind, fault, serving, settings):
    settings.TOM_ALERCE_LIKE = {"TIMEOUT_S": 0.25, "MAX_REPLY_MB": 0.1}
    reply, error = FAULTS[fault]
    with pytest.raises(error):
        near(serving(kind, reply, deadline_s=0.5))


def test_a_query_that_failed_is_repeated(serving):
    catalogue = serving(NedCatalogue, Reply("busy", 503), retries=1)
    with pytest.raises(ServiceUnavailable):
        near(catalogue)
    assert len(catalogue.queries) == 2


def test_the_time_is_for_all_queries_of_a_call(serving):
    catalogue = serving(NedCatalogue, Reply(NED, pause_s=0.2), deadline_s=0.5)
    catalogue.places_per_query = 1
    with pytest.raises(ServiceUnavailable, match="within the time"):
        catalogue.cone(np.full(20, 10.0), np.full(20, 20.0), 60.0)
    assert 1 <= len(catalogue.queries) <= 3


def test_simbad_takes_no_redshift_without_an_error(serving):
    catalogue = serving(SimbadCatalogue, ONLINE[SimbadCatalogue])
    found = catalogue.cone(np.array([10.0, 50.0]), np.array([20.0, -5.0]), 60.0)
    assert found["name"].tolist() == ["NGC 1", "LEDA 2, odd", "M 3"]
    np.testing.assert_allclose(found["redshift"], [0.02, 0.02, np.nan])
    np.testing.assert_allclose(found["redshift_err"], [1e-4, 30 / 299792.458 * 1.02, np.nan])
    assert found["redshift_kind"].tolist() == ["spec", "spec", ""]
    assert found["pa_deg"][0] == 45 and found["b_arcsec"][0] == found["a_arcsec"][0] / 2


def test_the_legacy_surveys_keep_point_sources_and_sources_without_redshift(serving):
    catalogue = serving(LegacyCatalogue, ONLINE[LegacyCatalogue])
    found = catalogue.cone(np.array([10.0, 50.0]), np.array([20.0, -5.0]), 60.0)
    assert found["id"].tolist() == ["1", "2", "3"]
    np.testing.assert_allclose(found["mag"], [17.5, 20, 22.5])
    np.testing.assert_allclose(found["pa_deg"][0], 45)
    np.testing.assert_allclose(found["redshift"], [0.1, np.nan, 0.4])
    assert found["redshift_kind"].tolist() == ["spec", "", "photo"]
    assert found["p_star"][1] > 0.5 > found["p_star"][0]
    assert "LEFT JOIN" in catalogue.queries[0]["QUERY"] and "Q3C_RADIAL_QUERY" in catalogue.queries[0]["QUERY"]


def test_desi_tells_stars_and_keeps_long_ids(serving):
    found = near(serving(DesiCatalogue, ONLINE[DesiCatalogue]))
    assert found["id"].tolist() == ["39627788403084375", "39627788403084376"]
    assert found["p_star"].tolist() == [0, 1]
    # of several observations the most precise one
    np.testing.assert_allclose(found["redshift"], [0.1, np.nan])
    np.testing.assert_allclose(found["redshift_err"], [0.00002, np.nan])


def test_pan_starrs_moments_and_star_probability(serving):
    catalogue = serving(PanStarrsCatalogue, ONLINE[PanStarrsCatalogue])
    found = catalogue.cone(np.array([10.0, 50.0]), np.array([20.0, -5.0]), 60.0)
    # the light lies along x = y, and x goes west: from north through west
    assert found["pa_deg"][0] == pytest.approx(135)
    assert (found["b_arcsec"] / found["a_arcsec"])[0] == pytest.approx(np.sqrt(3 / 5))
    assert np.sqrt(found["a_arcsec"] * found["b_arcsec"])[0] == pytest.approx(0.84 * 2)
    assert found["p_star"][0] < 0.01 < 0.7 < found["p_star"][1] and np.isnan(found["p_star"][2])
    assert np.isnan(found["mag"][2]) and len(catalogue.queries) == 2


def test_sdss_takes_the_better_model_and_no_redshift_with_a_warning(serving):
    catalogue = serving(SdssCatalogue, ONLINE[SdssCatalogue])
    found = catalogue.cone(np.array([10.0, 50.0]), np.array([20.0, -5.0]), 60.0)
    np.testing.assert_allclose(found["a_arcsec"], [3, np.nan, 1])
    np.testing.assert_allclose(found["b_arcsec"], [1.5, np.nan, 0.5])
    np.testing.assert_allclose(found["pa_deg"], [120, 30, 30])
    np.testing.assert_allclose(found["redshift"], [0.1, np.nan, 0.4])
    assert found["redshift_kind"].tolist() == ["spec", "", "photo"]


@pytest.mark.data
def test_a_recorded_reply_of_mast_is_a_table(data):
    import json

    from tom_alerce_like.plugins.hosts.sources.service import table

    (path,) = (data / "api_responses" / "facilities").glob("catalogs_mast*")
    body = json.loads(path.read_text())["response"].encode()
    told = table(body, ("objID", "raMean", "decMean"), "MAST")
    assert told["objID"].tolist() == ["149812299620603702"] and float(told["raMean"][0]) == pytest.approx(229.9621)
