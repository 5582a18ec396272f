"""Runs tests in a network namespace that has loopback and no route anywhere: ``unshare -n python namespace.py …``."""

from __future__ import annotations

import fcntl
import os
import socket
import struct
import sys

SIOCGIFFLAGS, SIOCSIFFLAGS = 0x8913, 0x8914
UP = 0x1


def raise_loopback() -> None:
    """Bring the interface ``lo`` of this namespace up (``man 7 netdevice``)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        held = fcntl.ioctl(asked, SIOCGIFFLAGS, struct.pack("16sh22x", b"lo", 0))
        flags = struct.unpack_from("16sh", held)[1]
        fcntl.ioctl(asked, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", flags | UP))


def interfaces() -> list[str]:
    """Names of the interfaces of this namespace."""
    return [name for _, name in socket.if_nameindex()]


if __name__ == "__main__":
    raise_loopback()
    if interfaces() != ["lo"]:
        sys.exit(f"this is no namespace of its own: {interfaces()}")
    os.execv(
        sys.executable,
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *sys.argv[1:]],
    )
