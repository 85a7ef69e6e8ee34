"""The former place of the reader of GLADE+ files."""

from tom_alerce_like.plugins.hosts.sources.glade import GladeCatalogue as ParquetCatalogue

__all__ = ["ParquetCatalogue"]
