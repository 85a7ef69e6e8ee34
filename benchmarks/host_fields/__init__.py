"""Simulated fields to test host association on, built with GalSim and apart from the simulator that trains it.

What goes in: redshifts as ALeRCE's hosts have them, luminosities of hosts of the Bright Transient Survey, sizes of late
types (Shen et al. 2003), counts of galaxies (Yasuda et al. 2001, Metcalfe et al. 2001). What comes out is checked
against ALeRCE's offsets between transients and hosts. All constants are in the code; nothing is read at run time.
"""

from __future__ import annotations

from benchmarks.host_fields.sky import sky

__all__ = ["sky"]
