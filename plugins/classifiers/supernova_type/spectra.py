"""Condense spectral templates to one small file: ``python -m ...supernova_type.spectra FOLDER`` (needs sncosmo).

FOLDER is what SNCOSMO_DATA_DIR names. Kept are flux densities on a grid of rest-frame phase and wavelength, each
template divided by its largest flux in a box around B (0 mag there is the unit of `bank`). Sources: SALT3 (Kenworthy et
al. 2021, doi:10.3847/1538-4357/ac30d8), core-collapse templates corrected for dust in the host (Vincenzi et al. 2019,
doi:10.1093/mnras/stz2448) and of SDSS (Sako et al. 2011, doi:10.1088/0004-637X/738/2/162), dust of Cardelli et al.
1989. Superluminous supernovae are black bodies without ultraviolet light.
"""

from __future__ import annotations

import argparse
import os
import tarfile
import tempfile
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tom_alerce_like.plugins.classifiers.supernova_type.bank import (
    FILTERS,
    OBSERVED,
    PHASES_DAYS,
    SPECTRA,
    WAVELENGTHS,
    normal,
)

Floats = NDArray[np.float64]
#: Core-collapse templates of sncosmo, by class.
TEMPLATES = {
    "SNII": (
        *("s11-2004hx", "s11-2005lc", "s11-2005gi", "s11-2006jl", "v19-2009n-corr", "v19-2009kr-corr"),
        *("v19-2013fs-corr", "v19-2006aa-corr", "v19-2008fq-corr", "v19-2009ip-corr", "v19-2010al-corr"),
    ),
    "SNIbc": (
        *("s11-2005hl", "s11-2005hm", "s11-2006fo", "s11-2006jo", "v19-2004gv-corr", "v19-2007y-corr"),
        *("v19-2005bf-corr", "v19-2004fe-corr", "v19-2013ge-corr", "v19-1998bw-corr", "v19-2006aj-corr"),
        *("v19-2009bb-corr", "v19-2012ap-corr", "v19-2006t-corr", "v19-2011ei-corr"),
    ),
}
#: Stretch of the SN Ia templates; colour is a matter of the bank.
STRETCHES = (-2.5, -1.25, 0.0, 1.25)
#: Days of rise and of decline by a factor e of superluminous supernovae.
SUPERLUMINOUS = ((18.0, 30.0), (30.0, 50.0), (50.0, 90.0))


def type_ia(folder: Path) -> tuple[list[str], list[Floats], Floats]:
    """Return names, surfaces (phase, wavelength) and the colour law (magnitudes for a colour of 1) of SALT3."""
    import sncosmo

    with tempfile.TemporaryDirectory() as place:
        with tarfile.open(folder / "models" / "salt3" / "salt3-k21.tar.gz") as packed:
            packed.extractall(place, filter="data")
        source = sncosmo.SALT3Source(str(next(Path(place).rglob("salt3_template_0.dat*")).parent))
    surfaces = []
    for stretch in STRETCHES:
        source.set(x0=1.0, x1=stretch, c=0.0)
        surfaces.append(surface(source))
    source.set(x1=0.0, c=0.0)
    blue = surface(source)[len(PHASES_DAYS) // 5]
    source.set(c=0.1)
    red = surface(source)[len(PHASES_DAYS) // 5]
    with np.errstate(divide="ignore", invalid="ignore"):
        law = -25 * np.log10(red / blue)
    known = np.isfinite(law) & (WAVELENGTHS > 2500) & (WAVELENGTHS < 9000)
    return [f"SNIa {x}" for x in STRETCHES], surfaces, np.interp(WAVELENGTHS, WAVELENGTHS[known], law[known])


def surface(source: object) -> Floats:
    """Return a source's flux density on the grid; its last wavelengths go on as a black body of 6,000 K would."""
    low, high = source.minwave(), source.maxwave()  # type: ignore[attr-defined]
    within = np.clip(PHASES_DAYS, source.minphase(), source.maxphase())  # type: ignore[attr-defined]
    flux = source.flux(within, np.clip(WAVELENGTHS, low, high))  # type: ignore[attr-defined]
    beyond = high < WAVELENGTHS
    flux[:, beyond] *= planck(WAVELENGTHS[beyond], 6000.0) / planck(np.array([high]), 6000.0)
    flux[:, low > WAVELENGTHS] = 0
    flux[source.minphase() > PHASES_DAYS] = 0  # type: ignore[attr-defined]
    late = source.maxphase()  # type: ignore[attr-defined]
    after = late < PHASES_DAYS
    flux[after] *= 10 ** (-0.4 * 0.015 * (PHASES_DAYS[after] - late))[:, None]  # decline of a late light curve
    return np.maximum(flux, 0)


def planck(wavelengths: Floats, kelvin: float | Floats) -> Floats:
    """Return a black body's flux density per wavelength, arbitrary units."""
    return wavelengths**-5.0 / np.expm1(1.4388e8 / (wavelengths * kelvin))


def superluminous(rise_days: float, fall_days: float) -> Floats:
    """Return a black body that cools as it fades; below 3,000 Angstrom its light is absorbed."""
    light = np.where(PHASES_DAYS < 0, np.exp(-((PHASES_DAYS / rise_days) ** 2)), np.exp(-PHASES_DAYS / fall_days))
    kelvin = 6500 + 7500 * np.exp(-np.maximum(PHASES_DAYS + 20, 0) / fall_days)
    body = planck(WAVELENGTHS[None], kelvin[:, None]) / kelvin[:, None] ** 4
    return light[:, None] * body * np.minimum(WAVELENGTHS / 3000, 1) ** 1.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    os.environ["SNCOSMO_DATA_DIR"] = str(folder)
    warnings.simplefilter("ignore")
    import sncosmo

    names, surfaces, law = type_ia(folder)
    for kind, sources in TEMPLATES.items():
        for name in sources:
            names.append(f"{kind} {name}")
            surfaces.append(surface(sncosmo.get_source(name)))
    for times in SUPERLUMINOUS:
        names.append(f"SLSN {times[0]:g} {times[1]:g}")
        surfaces.append(superluminous(*times))
    bodies = [normal(body) for body in surfaces]
    from sncosmo import CCM89Dust

    dust = CCM89Dust()
    dust.set(ebv=1 / 3.1, r_v=3.1)
    extinction = -2.5 * np.log10(dust.propagate(WAVELENGTHS, np.ones(len(WAVELENGTHS))))
    filters = np.array([sncosmo.get_bandpass(name)(OBSERVED) for name in FILTERS])
    np.savez_compressed(
        SPECTRA,
        names=np.array(names),
        surfaces=np.array(bodies, dtype=np.float16),
        colour_law=law.astype(np.float32),
        extinction=extinction.astype(np.float32),
        filters=filters.astype(np.float16),
    )
    print(f"{SPECTRA}: {SPECTRA.stat().st_size / 1e3:.0f} kB, {len(names)} templates")


if __name__ == "__main__":
    main()
