"""Find the hosts of transients whose places, images and galaxies are in files.

    python -m tom_alerce_like.plugins.hosts FIELDS.npz CATALOGUE.parquet -o OUT.csv

FIELDS.npz: ``ra_deg`` and ``dec_deg`` (n,) of the transients; optionally ``images`` (n, 480, 480) at 0.25 arcsec a
pixel, north up, east left, the transient at the centre, in any unit, NaN where nothing was observed; ``z`` (n,), the
redshifts of the transients, NaN where not known; and ``id`` (n,).

CATALOGUE.parquet: the galaxies and stars of a survey around these places, one row each. Its columns, all but the first
two optional (an absent value is null or NaN):

    ra_deg, dec_deg     J2000, degrees
    id                  any text or number
    mag_r               r magnitude (AB)
    a_arcsec, b_arcsec  semi-axes of the ellipse that holds half of the light
    pa_deg              position angle of its major axis, north through east
    p_star              probability that it is a star, 0 to 1
    z_spec, z_spec_err  spectroscopic redshift and its error
    z_phot, z_phot_err  photometric redshift and its standard deviation

Other spellings are understood as well: ra, dec; mag, rmag, flux_r (nanomaggies); r_half_arcsec or shape_r with
shape_e1 and shape_e2 (Legacy Surveys), ba; type (PSF, REX, EXP, DEV, SER); z with z_err, redshift. With `-` there is
no catalogue.

OUT.csv: one row a field in their order, with id, ra_deg, dec_deg and probability of the best candidate (empty without
one), p_hostless (the probability that no candidate is the host), z and z_err (the redshift of the transient from all
candidates, and from its own where that is known: median, and half of the interval that holds 68 per cent; empty where
no candidate has a redshift or a magnitude).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from tom_alerce_like.exceptions import AlerceLikeError
from tom_alerce_like.plugins.hosts.associate import Association, associate
from tom_alerce_like.plugins.hosts.catalogue import Catalogue
from tom_alerce_like.plugins.hosts.files import FieldsFile
from tom_alerce_like.plugins.hosts.redshift import mixture
from tom_alerce_like.plugins.hosts.sources.survey import SurveyCatalogue

OUT_COLUMNS = ("id", "ra_deg", "dec_deg", "probability", "p_hostless", "z", "z_err")
#: Fields in memory at a time.
AT_ONCE = 8


def answers(file: FieldsFile, catalogues: list[Catalogue]) -> pd.DataFrame:
    """Return one row of `OUT_COLUMNS` a field."""
    made = []
    for rows, fields in file.parts(AT_ONCE):
        z = file.redshift[rows]
        answer = associate(file.ra_deg[rows], file.dec_deg[rows], catalogues, fields=fields, redshift=z)
        if answer.problems:
            raise AlerceLikeError("; ".join(answer.problems))
        made.append(_rows(answer, z).assign(id=file.id[rows]))
    return pd.concat(made or [pd.DataFrame(columns=OUT_COLUMNS)])[[*OUT_COLUMNS]]


def _rows(answer: Association, known: np.ndarray) -> pd.DataFrame:
    best = answer.candidates[answer.candidates["rank"] == 1].set_index("row").reindex(range(len(known)))
    z = mixture(answer.candidates, answer.none, transient_redshift=known)
    # without any, the mixture would be what is usual and not what was found
    told = answer.candidates[["redshift", "mag"]].notna().any(axis=1)
    told = best.index.isin(answer.candidates["row"][told])
    table = best[["ra_deg", "dec_deg", "probability"]]
    return table.assign(p_hostless=answer.none, z=np.where(told, z.median, np.nan), z_err=np.where(told, z.err, np.nan))


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        "python -m tom_alerce_like.plugins.hosts", None, __doc__, formatter_class=formatter
    )
    parser.add_argument("fields", type=Path, help="npz file with the places and images")
    parser.add_argument("catalogue", help="parquet file with a survey's sources, or -")
    parser.add_argument("-o", "--out", type=Path, required=True, help="csv file to write")
    given = parser.parse_args(arguments)
    try:
        catalogues: list[Catalogue] = [] if given.catalogue == "-" else [SurveyCatalogue(given.catalogue)]
        answers(FieldsFile(given.fields), catalogues).to_csv(given.out, index=False)
    except (AlerceLikeError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
