"""The numbers by which TNS knows object types, filters, instruments, groups and units (its ``/api/get/values``)."""

from __future__ import annotations

AT_TYPES = {
    "0": "Other",
    "1": "PSN (possible supernova)",
    "2": "PNV (possible nova)",
    "3": "AGN",
    "4": "NUC",
    "5": "FRB",
}
ARCHIVES = {"0": "Other", "1": "SDSS", "2": "DSS"}
AB_MAG, NANOJANSKY = "1", "34"
UNITS = {AB_MAG: "AB mag", NANOJANSKY: "nJy"}

INSTRUMENTS = {"ZTF": "196", "LSST": "287"}
DATA_SOURCES = {"ZTF": "48", "LSST": "165"}
FILTERS = {
    "ZTF": {"g": "110", "r": "111", "i": "112"},
    "LSST": {"u": "160", "g": "161", "r": "162", "i": "163", "z": "164", "y": "165"},
}
FILTER_NAMES = {number: f"{survey} {band}" for survey, bands in FILTERS.items() for band, number in bands.items()}
