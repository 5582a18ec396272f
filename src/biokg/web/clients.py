"""Who asks, and whether they are still there."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from flask import request

from biokg.web.connection import Peer
from biokg.web.gateway import GONE
from biokg.web.service import service


def peer() -> Peer | None:
    """The other end of this request's connection, where the server tells it."""
    return Peer.of(request.environ)


def client_address() -> str:
    """Address to charge compute time to: the forwarded one only from a configured proxy."""
    found = peer()
    address = found.host if found is not None else request.remote_addr or "unknown"
    if address in service().settings.trusted_proxies:
        forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
        for candidate in reversed(forwarded):
            try:
                return ipaddress.ip_address(candidate).compressed
            except ValueError:
                continue
    return address


def hung_up() -> Callable[[], bool] | None:
    """A function that tells whether the client has gone; ``None`` where that cannot be known."""
    known: Callable[[], bool] | None = request.environ.get(GONE)
    return known
