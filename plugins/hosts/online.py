"""Names of online catalogues in the setting HOST_CATALOGUES, and the classes that ask them."""

ONLINE = {
    "vizier": "tom_alerce_like.plugins.hosts.tap.VizierCatalogue",
    "ned": "tom_alerce_like.plugins.hosts.tap.NedCatalogue",
}
