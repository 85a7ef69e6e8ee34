"""Which leaf of the taxonomy a published type belongs to; types that are none of the leaves are left out."""

from __future__ import annotations

import re

#: Leaf and a regular expression for the whole of a type.
_TYPES = {
    "SNIa": r"SN Ia(-91T|-91bg)?",
    "SNIbc": r"SN (IIb|Ib|Ic|Ib/c|Ib Pec|Ic BL|Ibn)",
    "SNII": r"SN (II|II P|IIn|II Pec)",
    "SLSN": r"(SN )?SLSN-.*",
    "TDE": r"TDE.*",
    "Blazar": r"BL|blazar.*",
    "QSO": r"QSO",
    "AGN": r"Seyfert.*|AGN",
    "YSO": r"YSO.*|TTau.*|IN[AB]?|INS:?|INT|(Class|Weakline_)T_Tauri|Herbig_AEBE",
    "CV/Nova": r"CV|cataclysmic_variables|UG.*|AM(:\+E)?|NL.*|NA\+E|Nova|DQ",
    "LPV": r"SR[SD]?|M:?|LPV\*?|LongPeriodV\*|LB|SR\|L|Mira|Semireg_PV|SARG_[AB]|LSP|RSG",
    "E": r"E[ABWC]?|EA/SD|EW\|EA|EB\*|Beta_(Lyrae|Persei)|W_Ursae_Maj",
    "DSCT": r"HADS|DSCT:?|SXPHE|PulsV\*delSct|Delta_Scuti",
    "RRL": r"RRAB(/BL)?|RRC|RRLyr|RR[a-c]+|RR_Lyrae_.*",
    "CEP": r"DCEPS?|Cepheid|PulsV\*WVir|(Classical|PopII|MultiMode)_Cepheid",
    "Periodic-Other": r"BY|RS|ROT|EllipVar|Ellipsoidal|RVA|RV_Tauri|RS_CVn|ChemPeculiar|Beta_Cephei",
}
_PATTERNS = {leaf: re.compile(pattern) for leaf, pattern in _TYPES.items()}


def leaf(published: str) -> str:
    """Return the leaf of a published type, empty where it has none."""
    return next((name for name, pattern in _PATTERNS.items() if pattern.fullmatch(published)), "")
