"""Names in the settings HOST_CATALOGUES and HOST_IMAGES, and what they mean."""

_SOURCES = "tom_alerce_like.plugins.hosts.sources"
ONLINE = {
    "vizier": f"{_SOURCES}.vizier.VizierCatalogue",
    "ned": f"{_SOURCES}.ned.NedCatalogue",
    "simbad": f"{_SOURCES}.simbad.SimbadCatalogue",
    "legacy": f"{_SOURCES}.datalab.LegacyCatalogue",
    "desi": f"{_SOURCES}.datalab.DesiCatalogue",
    "ps1": f"{_SOURCES}.ps1.PanStarrsCatalogue",
    "sdss": f"{_SOURCES}.sdss.SdssCatalogue",
}

#: Names of surveys in the setting HOST_IMAGES, and what CDS calls their images in r.
HIPS = {
    "ps1": "CDS/P/PanSTARRS/DR1/r",
    "legacy": "CDS/P/DESI-Legacy-Surveys/DR10/r",
    "des": "CDS/P/DES-DR2/r",
    "skymapper": "CDS/P/Skymapper/DR4/r",
}
#: The entry of HOST_IMAGES that means the alerts' own cutouts.
STAMPS = "stamps"
