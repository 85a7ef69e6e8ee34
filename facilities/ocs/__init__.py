"""The observation portal of the Observatory Control System: LCO, SOAR and Blanco speak it."""
