"""A process that may open no network socket, by the kernel's own word (Linux; seccomp, see ``man 2 seccomp``).

The guard reads a query before the engine does, and two readers can differ. Behind it the kernel holds: whatever a
text makes the engine try, a socket of any family but ``AF_UNIX`` is refused, in this process and all it forks.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import socket
import struct
from dataclasses import dataclass

_NO_NEW_PRIVILEGES = 38
_FILTER = 1
_WITHOUT_SLOWDOWN = 4
"""``SECCOMP_FILTER_FLAG_SPEC_ALLOW``: no mitigation that would slow the engine down; it runs no foreign code."""
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EACCES
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16


@dataclass(frozen=True)
class _Architecture:
    """Numbers of a processor's system calls, and the kernel's name for it."""

    audit: int
    seccomp: int
    socket: int


_KNOWN = {"x86_64": _Architecture(0xC000003E, 317, 41), "aarch64": _Architecture(0xC00000B7, 277, 198)}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def _instructions(architecture: _Architecture) -> bytes:
    """Allow everything but ``socket`` of another family than ``AF_UNIX``."""
    steps = (
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_EQUAL, 0, 4, architecture.audit),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_EQUAL, 0, 2, architecture.socket),
        (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
        (_EQUAL, 0, 1, socket.AF_UNIX),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    )
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def forbid_network() -> bool:
    """Have the kernel refuse network sockets to this process and its children, for good; whether it does."""
    architecture = _KNOWN.get(platform.machine())
    if platform.system() != "Linux" or architecture is None:
        return False
    code = _instructions(architecture)
    program = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    done: int = libc.syscall(architecture.seccomp, _FILTER, _WITHOUT_SLOWDOWN, ctypes.byref(program))
    return done == 0
