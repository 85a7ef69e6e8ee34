"""Ia, II, Ibc or superluminous, if it is a supernova."""
