"""Rows of Fink's ZTF service, column by column as in its public replies."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from astropy.time import Time

from tom_alerce_like.sandbox import candidate, opinions, sky
from tom_alerce_like.sandbox.alerce_rows import FILTER_ID, mag_error
from tom_alerce_like.sandbox.night import Source
from tom_alerce_like.sandbox.photometry import ab_mag

Row = dict[str, Any]
JD_OF_MJD_0 = 2400000.5
NOT_RUN = dict.fromkeys(
    (
        *("d:blazar_stats_m0", "d:blazar_stats_m1", "d:blazar_stats_m2", "d:blazar_stats_instantness_low"),
        *("d:blazar_stats_robustness_low", "d:blazar_stats_instantness_high", "d:blazar_stats_robustness_high"),
    ),
    -1.0,
)
NO_MATCH = {
    **{"d:DR3Name": "nan", "d:Plx": None, "d:e_Plx": None, "d:gcvs": "Unknown", "d:vsx": "Unknown"},
    **{"d:mangrove_2MASS_name": "None", "d:mangrove_HyperLEDA_name": "None", "d:mangrove_ang_dist": "None"},
    **{"d:mangrove_lum_dist": "None", "d:spicy_class": "Unknown", "d:spicy_id": -1, "d:tns": ""},
    **{"d:x3hsp": "Unknown", "d:x4lac": "Unknown", "d:gaiaClass": "nan", "d:gaiaVarFlag": 0, "d:tracklet": ""},
    **{"d:from_upper": "\ufffd", "d:lc_features_g": "[]", "d:lc_features_r": "[]", "d:anomaly_score": -0.02},
}
#: Fields of ZTF's candidate that no simulated source changes.
CANDIDATE = {
    **{"i:clrcoeff": -0.05, "i:clrcounc": 2.1e-05, "i:clrmed": 0.6, "i:clrrms": 0.15},
    **{"i:drbversion": "d6_m7", "i:dsdiff": -5.1, "i:dsnrms": 12.3, "i:exptime": 30.0, "i:field": 600},
    **{"i:fink_broker_version": "4.0", "i:fink_science_version": "8.4.0", "i:jdendref": 2458282.895394},
    **{"i:jdstartref": 2458204.006458, "i:maggaia": 16.9, "i:maggaiabright": 12.7, "i:magzpsci": 26.2},
    **{"i:magzpscirms": 0.03, "i:magzpsciunc": 8.3e-06, "i:mindtoedge": 412.1, "i:neargaia": 8.3},
    **{"i:neargaiabright": 41.2, "i:nframesref": 20, "i:nmatches": 1200, "i:nmtchps": 8, "i:programid": 1},
    **{"i:programpi": "Kulkarni", "i:publisher": "Fink", "i:rbversion": "t17_f5_c3", "i:rcid": 14},
    **{"i:rfid": 600120114, "i:schemavsn": "4.02", "i:seeratio": 1.5, "i:sigmagnr": 0.02, "i:sky": -0.5},
    **{"i:ssnrms": 18.1, "i:tblid": 12, "i:tooflag": 0, "i:xpos": 1500.0, "i:ypos": 1600.0},
    **{"i:zpclrcov": -6.4e-06, "i:zpmed": 26.2, "i:objectidps1": 142912846506300195},
    **{"i:objectidps2": 142912846483663309, "i:objectidps3": 142902846472937839},
    **{"i:sgmag2": -999.0, "i:srmag2": 21.7, "i:simag2": 21.4, "i:szmag2": 21.0, "i:sgscore2": 0.07},
    **{"i:sgmag3": -999.0, "i:srmag3": 21.9, "i:simag3": 21.6, "i:szmag3": 21.2, "i:sgscore3": 0.7},
    **{"i:distpsnr2": 14.8, "i:distpsnr3": 18.4},
}


@lru_cache(maxsize=4096)
def alerts(source: Source) -> list[Row]:
    """Return the alerts of a source, newest first, with all columns."""
    seen = source.detections
    rows = [_alert(source, visit, number + 1) for number, visit in enumerate(seen)]
    return rows[::-1]


def upper_limits(source: Source) -> list[Row]:
    """Return what Fink keeps of a look without a detection."""
    return [
        {
            **{"i:objectId": source.object_id, "i:jd": float(visit["mjd"] + JD_OF_MJD_0)},
            **{"i:fid": FILTER_ID[visit["band"]], "i:diffmaglim": float(visit["limiting_mag"])},
        }
        for visit in source.non_detections
    ]


def _alert(source: Source, visit: np.void, number: int) -> Row:
    return {
        **CANDIDATE,
        **_measured(source, visit),
        **_neighbours(source),
        **_shape(source, visit, number),
        **_judged(source, visit, number),
    }


def _measured(source: Source, visit: np.void) -> Row:
    mag, error = float(ab_mag(visit["flux_njy"])), mag_error(visit["flux_njy"], visit["flux_err_njy"])
    pid, jd = int(visit["alert_id"]) // 10**6, float(visit["mjd"] + JD_OF_MJD_0)
    limit = float(visit["limiting_mag"])
    return {
        **{"i:objectId": source.object_id, "i:candid": int(visit["alert_id"]), "i:pid": pid, "i:nid": pid // 10**9},
        **{"i:jd": jd, "i:jdendhist": jd, "i:jdstarthist": float(source.detections["mjd"][0] + JD_OF_MJD_0)},
        **{"i:fid": FILTER_ID[visit["band"]], "i:isdiffpos": "t" if visit["flux_njy"] > 0 else "f"},
        **{"i:magpsf": mag, "i:sigmapsf": error, "i:diffmaglim": limit, "i:magfromlim": limit - mag},
        **{"i:sigmagap": error * 1.2, "i:magapbig": mag + 0.01, "i:sigmagapbig": error * 1.4},
        **{"i:scorr": abs(float(visit["flux_njy"] / visit["flux_err_njy"]))},
        **{"i:ra": float(visit["ra_deg"]), "i:dec": float(visit["dec_deg"])},
        **{"i:drb": float(visit["real_bogus"]), "i:rb": float(visit["real_bogus"]) * 0.9},
        "i:pdiffimfilename": f"ztf_sim{pid}_000600_z{visit['band']}_c04_o_q3_scimrefdiffimg.fits",
    }


def _neighbours(source: Source) -> Row:
    """Return the nearest catalogued, reference and solar-system sources."""
    truth, near = source.truth, candidate.neighbours(source)
    ra, dec = sky.shifted(truth.ra_deg, truth.dec_deg, near["distnr"], 0.0)
    is_body, mag = truth.kind == "asteroid", near["srmag1"]
    return {
        **{f"i:{name}": value for name, value in near.items()},
        **{"i:ranr": float(ra), "i:decnr": float(dec)},
        **{"i:sgmag1": mag + 0.5, "i:simag1": mag - 0.2, "i:szmag1": mag - 0.3},
        **{"i:ssdistnr": 0.4 if is_body else -999.0, "i:ssmagnr": 18.9 if is_body else -999.0},
        "i:ssnamenr": f"SIM{source.index}" if is_body else "null",
    }


def _shape(source: Source, visit: np.void, number: int) -> Row:
    is_bogus, drawn = source.truth.kind == "bogus", candidate.shape(source, int(visit["alert_id"]))
    aperture = drawn["aperture"]
    return {
        **{f"i:{name}": drawn[name] for name in ("fwhm", "chipsf", "elong", "classtar")},
        **{"i:magap": float(ab_mag(visit["flux_njy"])) + aperture, "i:magdiff": aperture},
        **{"i:nneg": round(drawn["nneg"]), "i:nbad": int(is_bogus), "i:sumrat": 0.3 if is_bogus else 0.99},
        **{"i:aimage": 0.9 if is_bogus else 0.7, "i:bimage": 0.5 if is_bogus else 0.66},
        **{"i:aimagerat": 0.45 if is_bogus else 0.33, "i:bimagerat": 0.25 if is_bogus else 0.32},
        **{"i:ndethist": number, "i:ncovhist": int((source.visits["mjd"] <= visit["mjd"]).sum())},
    }


def _judged(source: Source, visit: np.void, number: int) -> Row:
    scores, seen = opinions.fink(source), source.detections
    since_d = float(visit["mjd"] - seen["mjd"][0])
    is_asteroid = source.truth.kind == "asteroid"
    return {
        **{**NO_MATCH, **NOT_RUN},
        "d:cdsxmatch": opinions.FINK_CLASS.get(source.truth.kind, "Unknown") if not is_asteroid else "Unknown",
        **{"d:roid": 3 if is_asteroid else 0, "d:mulens": 0.0, "d:nalerthist": number},
        **{"d:rf_snia_vs_nonia": scores["early_ia"], "d:snn_snia_vs_nonia": scores["type_ia"]},
        **{"d:snn_sn_vs_all": scores["supernova"], "d:rf_kn_vs_nonkn": scores["kilonova"]},
        **{"d:jd_first_real_det": float(seen["mjd"][0] + JD_OF_MJD_0), "d:jdstarthist_dt": since_d},
        **{"d:delta_time": None, "d:mag_rate": None, "d:sigma_rate": None, "d:lower_rate": None, "d:upper_rate": None},
        "v:classification": opinions.fink_class(source),
        **{"v:rate": None, "v:sigma(rate)": None, "v:g-r": None, "v:sigma(g-r)": None},
        **{"v:rate(g-r)": None, "v:sigma(rate(g-r))": None, "v:constellation": "Simulata"},
        **{"v:lastdate": _iso(visit["mjd"]), "v:firstdate": _iso(seen["mjd"][0]), "v:lapse": since_d},
    }


def _iso(mjd: float) -> str:
    return str(Time(mjd, format="mjd").iso)
