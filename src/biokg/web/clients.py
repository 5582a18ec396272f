"""Who asks, and whether they are still there."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence

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
    return address_behind(address, request.headers.get("X-Forwarded-For"), service().settings.trusted_proxies)


def address_behind(address: str, forwarded: str | None, trusted: Sequence[str]) -> str:
    """The client's address: *address* itself, or the last one a *trusted* proxy says it forwards for.

    >>> address_behind("10.0.0.1", "1.2.3.4, 5.6.7.8", ["10.0.0.1"]), address_behind("9.9.9.9", "1.2.3.4", [])
    ('5.6.7.8', '9.9.9.9')
    """
    if forwarded and address in trusted:
        for candidate in reversed(forwarded.split(",")):
            try:
                return ipaddress.ip_address(candidate.strip()).compressed
            except ValueError:
                continue
    return address


def hung_up() -> Callable[[], bool] | None:
    """A function that tells whether the client has gone; ``None`` where that cannot be known."""
    known: Callable[[], bool] | None = request.environ.get(GONE)
    return known
