"""The 14 classes of PLAsTiCC for light curves as LSST takes them."""
