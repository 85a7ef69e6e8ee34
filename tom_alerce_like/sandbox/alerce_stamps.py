"""ALeRCE's ZTF alerts and stamps: avro.alerce.online. FITS images come gzipped, as the survey sends them."""

from __future__ import annotations

from collections.abc import Sequence

from tom_alerce_like.sandbox import packets, stamps
from tom_alerce_like.sandbox.night import Night
from tom_alerce_like.sandbox.web import Handler, Reply, Request, Service, as_json

FITS, AVRO = "application/fits", "application/octet-stream"
NOT_FOUND = {"message": "AVRO not found."}


class AlerceStamps(Service):
    """Answers below ``/alerce-avro``."""

    def __init__(self, night: Night) -> None:
        super().__init__()
        self.sources = {source.object_id: source for source in night.of("ZTF")}

    def routes(self) -> Sequence[tuple[str, str, Handler]]:
        return [("GET", "/get_stamp", self.stamp), ("GET", "/get_avro", self.avro)]

    def stamp(self, request: Request) -> Reply:
        """Return one stamp; PNG, which the real service makes as well, is not simulated."""
        kind, candid = request.get("type"), request.get("candid")
        if request.get("format") != "fits" or kind not in stamps.KINDS or not candid.isdigit():
            return as_json({"message": "format must be fits, type science, template or difference"}, 400)
        try:
            image = stamps.encoded(self.sources[request.get("oid")], int(candid), kind)
        except KeyError:
            return as_json(NOT_FOUND, 404)
        return Reply(image, content_type=FITS)

    def avro(self, request: Request) -> Reply:
        """Return the alert itself."""
        try:
            packet = packets.encoded(self.sources[request.get("oid")], int(request.get("candid")))
        except (KeyError, ValueError):
            return as_json(NOT_FOUND, 404)
        return Reply(packet, content_type=AVRO)
