"""A night in a TOM of its own: ``python -m tom_alerce_like.demo --folder demo``."""
