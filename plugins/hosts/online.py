"""Names of online catalogues in the setting HOST_CATALOGUES, and the classes that ask them."""

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
