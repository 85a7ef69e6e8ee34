"""A simulated night behind loopback servers: ALeRCE, Fink, TNS and an observation portal, nothing of it real.

Written from recorded replies and from the services' public documents. It imports no client of this package: a
server that shares code with its client shares its mistakes.
"""
