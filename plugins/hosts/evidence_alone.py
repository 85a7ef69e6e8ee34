"""What speaks for and against a candidate, looked at by itself: where it is, how bright, how large, how far away."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tom_alerce_like.cosmology import distance_modulus_mag
from tom_alerce_like.plugins.hosts.dlr import completed, light_radius
from tom_alerce_like.plugins.hosts.population import log_density, log_redshift_density, typical_redshift
from tom_alerce_like.plugins.hosts.posterior import POSITION_ERR_ARCSEC, profile
from tom_alerce_like.plugins.hosts.posterior import UNKNOWN_SIZE_ARCSEC as SHALLOW_SIZE_ARCSEC

Floats = NDArray[np.float64]

#: Semi-axis of a star, or of a source without a magnitude, whose size a deep list does not give.
UNKNOWN_SIZE_ARCSEC = 0.6
#: Half-light semi-axis of a galaxy whose size a deep list does not give: at r 19, how it falls (dex a magnitude), and
#: its bounds. Rough: galaxies of one magnitude differ by a factor of two.
SIZE_AT_19_ARCSEC, SIZE_SLOPE, SIZE_BOUNDS_ARCSEC = 1.0, -0.16, (0.4, 15.0)
#: A few transients are in the outskirts: their part, and how much further out they are.
OUTSKIRTS, OUTSKIRTS_SCALE = 0.04, 2.0
#: Least error of a redshift that is compared with the transient's, and the part of photometric ones that are wrong.
REDSHIFT_ERR, OUTLIERS = 0.003, 0.08


def alone(candidates: pd.DataFrame, mag: Floats, redshift: Floats, redshift_err: Floats) -> dict[str, Floats]:
    """Return what is said of each candidate by itself."""
    row = candidates["row"].to_numpy()
    east, north = candidates["east_arcsec"].to_numpy(), candidates["north_arcsec"].to_numpy()
    apart, angle = np.hypot(east, north), np.degrees(np.arctan2(-east, -north)) % 360
    a, b, pa = ellipse(candidates, mag)
    wide_a, wide_b = np.hypot(a, POSITION_ERR_ARCSEC), np.hypot(b, POSITION_ERR_ARCSEC)
    dlr = apart / light_radius(wide_a, wide_b, pa, angle)
    axes = candidates["image_a_arcsec"], candidates["image_b_arcsec"], candidates["image_pa_deg"]
    image_a, image_b, image_pa = completed(axes[0], axes[1], axes[2], np.nan)
    p_star = candidates["p_star"].to_numpy(float)
    log_offset = np.log((1 - OUTSKIRTS) * profile(dlr) + OUTSKIRTS * profile(dlr, OUTSKIRTS_SCALE))
    log_offset = np.maximum(log_offset, -30) - np.log(np.pi * wide_a * wide_b)
    counts = log_density(np.where(np.isfinite(mag), mag, 23.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        made = {
            "offset_arcsec": apart,
            "offset_deg": angle,
            "log_offset": log_offset,
            "dlr": dlr,
            "log_dlr": np.log(dlr + 0.05),
            "log_offset_arcsec": np.log(apart + 0.1),
            "mag_used": mag,
            "log_density": counts,
            "log_chance": counts + np.log(np.pi) + 2 * np.log(np.maximum(apart, np.sqrt(wide_a * wide_b))),
            "path": log_offset - counts + np.log1p(-np.minimum(np.nan_to_num(p_star), 0.999)),
            "half_light_arcsec": wide_a,
            "log_a": np.log(wide_a),
            "axis_ratio": b / a,
            "surface_brightness": mag + 2.5 * np.log10(wide_a * wide_b),
            "log_snr": np.log(candidates["snr"].to_numpy(float)),
            "image_dlr": apart / light_radius(image_a, image_b, image_pa, angle),
        }
    return made | _distance(candidates, mag, redshift[row], np.nan_to_num(redshift_err[row]))


def ellipse(candidates: pd.DataFrame, mag: Floats) -> tuple[Floats, ...]:
    """Return semi-axes (arcsec) and position angles; where a size is not known that which is usual at the magnitude."""
    usual = SIZE_AT_19_ARCSEC * 10 ** (SIZE_SLOPE * (np.nan_to_num(mag, nan=19.0) - 19))
    is_galaxy = np.isfinite(mag) & ~(candidates["p_star"].to_numpy(float) > 0.5)
    deep = np.where(is_galaxy, np.clip(usual, *SIZE_BOUNDS_ARCSEC), UNKNOWN_SIZE_ARCSEC)
    unknown = np.where(candidates["is_deep"], deep, SHALLOW_SIZE_ARCSEC)
    return completed(candidates["a_arcsec"], candidates["b_arcsec"], candidates["pa_deg"], unknown)


def _distance(candidates: pd.DataFrame, mag: Floats, at: Floats, at_err: Floats) -> dict[str, Floats]:
    """Return how redshift and brightness agree with the transient's redshift, and the host's own luminosity."""
    host, is_spec = candidates["redshift"].to_numpy(float), candidates["redshift_kind"].to_numpy(str) == "spec"
    host = np.where(host > 0, host, np.nan)
    err = candidates["redshift_err"].to_numpy(float)
    err = np.where(err > 0, err, np.where(is_spec, 0.0, 0.05 * (1 + host)))
    wide = np.hypot(np.maximum(err, np.where(is_spec, 0.0, 0.02)), np.hypot(at_err, REDSHIFT_ERR * (1 + host)))
    random = log_redshift_density(at, mag)
    near = np.exp(-0.5 * ((at - host) / wide) ** 2) / (wide * np.sqrt(2 * np.pi))
    wrong = np.where(is_spec, 0.01, OUTLIERS)
    ratio = np.log((1 - wrong) * near + wrong * np.exp(random)) - random
    return {
        "log_redshift_ratio": np.clip(ratio, -6, 6),
        "redshift_pull": np.clip(np.abs(at - host) / wide, 0, 8),
        "absolute_mag": mag - distance_modulus_mag(np.where(at > 0, at, np.nan)),
        "host_absolute_mag": mag - distance_modulus_mag(np.clip(host, 1e-3, 5)),
        "host_redshift_ratio": np.log(host / typical_redshift(mag)),
        "log_redshift_err": np.log(wide),
    }


def flags(candidates: pd.DataFrame) -> dict[str, Floats]:
    """Return what is known of each candidate, 0 or 1."""
    kind, in_catalogue = candidates["redshift_kind"].to_numpy(str), candidates["in_catalogue"].to_numpy()
    in_image, known = np.isfinite(candidates["snr"].to_numpy()), np.isfinite(candidates["redshift"].to_numpy())
    made = {
        "in_image": in_image,
        "in_both": in_catalogue & in_image,
        "has_mag": np.isfinite(candidates["mag"]),
        "has_size": candidates["a_arcsec"] > 0,
        "has_p_star": np.isfinite(candidates["p_star"]),
        "has_spec": known & (kind == "spec"),
        "has_photo": known & (kind != "spec"),
    }
    return {name: np.asarray(values, float) for name, values in made.items()}
