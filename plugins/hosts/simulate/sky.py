"""What a simulator of fields returns: what an observer would have, and the truth."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from tom_alerce_like.plugins.hosts.fields import Fields

#: Columns of a galaxy catalogue in a file, all but the first two optional: ``mag_r`` (AB), half-light semi-axes and
#: position angle (north through east), probability of being a star, and redshifts.
CATALOGUE_COLUMNS = (
    *("ra_deg", "dec_deg", "id", "mag_r", "a_arcsec", "b_arcsec", "pa_deg", "p_star"),
    *("z_spec", "z_spec_err", "z_phot", "z_phot_err"),
)


@dataclass(frozen=True)
class Sky:
    """Simulated fields.

    ``fields``: images of 480 x 480 pixels of 0.25 arcsec, the places and (where it is to be known) the redshifts.
    ``catalogue``: a survey's list of all fields' sources, columns `CATALOGUE_COLUMNS`.
    ``truth``: one row a field: ``host_ra_deg``, ``host_dec_deg``, ``host_mag`` (r), ``host_redshift``,
    ``offset_arcsec``, ``is_hostless`` (no host at all, or one fainter than r = 24.5: then the others are NaN).
    ``sources``: every source that was drawn: ``row`` (of the field), ra_deg, dec_deg, mag, redshift, is_star, is_host.
    """

    fields: Fields
    catalogue: pd.DataFrame
    truth: pd.DataFrame
    sources: pd.DataFrame
