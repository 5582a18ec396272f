"""The client's TCP connection, and how to break it off.

The server's process holds the connection's socket; it is found by the client's address and port.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
import stat
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Peer:
    """Address and port of the other end."""

    host: str
    port: int

    @classmethod
    def of(cls, environ: dict[str, Any]) -> Peer | None:
        """The client of a WSGI request, where the server tells its port."""
        address, port = str(environ.get("REMOTE_ADDR", "")), environ.get("REMOTE_PORT")
        if port is None:
            address, _, port = address.rpartition(":")
        try:
            return cls(ipaddress.ip_address(address.strip("[]")).compressed, int(port))
        except ValueError:
            return None

    def break_off(self) -> bool:
        """Close the connection under the server, so that an answer that was cut cannot be ended as if whole."""
        for entry in os.listdir("/proc/self/fd"):
            with contextlib.suppress(OSError, ValueError):
                descriptor = int(entry)
                if stat.S_ISSOCK(os.fstat(descriptor).st_mode) and self._holds(descriptor):
                    return True
        return False

    def _holds(self, descriptor: int) -> bool:
        with socket.socket(fileno=os.dup(descriptor)) as held:
            if held.family not in (socket.AF_INET, socket.AF_INET6):
                return False
            name = held.getpeername()
            address = ipaddress.ip_address(name[0].partition("%")[0])
            mapped = getattr(address, "ipv4_mapped", None) or address
            if (mapped.compressed, name[1]) != (self.host, self.port):
                return False
            held.shutdown(socket.SHUT_RDWR)
            return True
