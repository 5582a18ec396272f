"""Who asks, and whether they are still there."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable

from flask import request

from biokg.web.service import service

LOOK_EVERY = 0.25
"""Seconds between two looks at a client's connection."""
_ESTABLISHED = b"01"


def client_address() -> str:
    """Address to charge compute time to: the forwarded one only from a configured proxy."""
    peer = (request.remote_addr or "unknown").rsplit(":", 1)[0] if _has_port() else request.remote_addr or "unknown"
    if peer in service().settings.trusted_proxies:
        forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
        if forwarded:
            return forwarded[-1]
    return peer


def _has_port() -> bool:
    address = request.remote_addr or ""
    return address.count(":") == 1 or address.startswith("[")


def hung_up() -> Callable[[], bool] | None:
    """A function that tells whether the client's connection is gone; ``None`` where that cannot be known.

    WSGI has no word for it, so the kernel's table of connections is asked: ours is no longer established
    when the client closed it.
    """
    peer = request.environ.get("REMOTE_ADDR", "")
    port = request.environ.get("REMOTE_PORT") or peer.rpartition(":")[2]
    host = peer.rpartition(":")[0] if _has_port() else peer
    try:
        address = ipaddress.ip_address(host.strip("[]"))
        remote = _kernel_form(address, int(port))
    except ValueError:
        return None
    table = "/proc/net/tcp" if address.version == 4 else "/proc/net/tcp6"
    looked = [time.monotonic()]

    def gone() -> bool:
        now = time.monotonic()
        if now - looked[0] < LOOK_EVERY:
            return False
        looked[0] = now
        return not _established(table, remote)

    return gone


def _kernel_form(address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int) -> bytes:
    packed = address.packed
    words = [packed[i : i + 4][::-1] for i in range(0, len(packed), 4)]
    return b"".join(words).hex().upper().encode() + f":{port:04X}".encode()


def _established(table: str, remote: bytes) -> bool:
    try:
        with open(table, "rb") as file:
            lines = file.read().splitlines()[1:]
    except OSError:
        return True
    for line in lines:
        columns = line.split(None, 4)
        if columns[2] == remote and columns[3] == _ESTABLISHED:
            return True
    return False
