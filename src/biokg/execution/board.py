"""What all processes see of each other, in shared memory: the version that is served, and what workers do."""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

_SLOT = 128
_SIZE = 64 + 2 * _SLOT


class VersionBoard:
    """The current version in a small file that all processes map.

    Two slots and an index byte, so that a reader never sees half a version.
    """

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(_SIZE))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _SIZE)

    def publish(self, version: str) -> None:
        """Make *version* the current one."""
        index = 1 - self._map[0]
        start = 64 + index * _SLOT
        self._map[start : start + _SLOT] = version.encode("ascii")[:_SLOT].ljust(_SLOT, b"\0")
        self._map[0] = index

    def version(self) -> str:
        """The current version."""
        start = 64 + self._map[0] * _SLOT
        return self._map[start : start + _SLOT].rstrip(b"\0").decode("ascii")


QUICK, PATIENT = 0, 1
"""Lanes: every query begins in the quick one; what takes longer goes on, or begins again, in the patient one."""
_ROW = struct.Struct("<dIIII")
SLOTS = 1024


class Slots:
    """One row per worker: when its query began (0: idle), its lane, whether it has begun to answer.

    A worker writes the beginning and the answering of its own row, the holder the rest. ``parked`` is the pid
    of a worker that was stopped so that its query may begin again in the patient lane.
    """

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(SLOTS * _ROW.size))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), SLOTS * _ROW.size)

    def _write(self, slot: int, offset: int, form: str, value: float) -> None:
        struct.pack_into(form, self._map, slot * _ROW.size + offset, value)

    def reset(self, slot: int, lane: int) -> None:
        """Begin the row of a new worker."""
        self._write(slot, 0, "<d", 0.0)
        self._write(slot, 8, "<I", lane)
        self._write(slot, 12, "<I", 0)

    def begin(self, slot: int, now: float) -> None:
        """A query began at *now*, or ended, for 0."""
        self._write(slot, 12, "<I", 0)
        self._write(slot, 0, "<d", now)

    def answering(self, slot: int) -> None:
        """The first bytes of the answer are out."""
        self._write(slot, 12, "<I", 1)

    def move(self, slot: int, lane: int) -> None:
        """Put the worker in *lane*."""
        self._write(slot, 8, "<I", lane)

    def park(self, slot: int, pid: int) -> None:
        """Say that the worker *pid* is stopped for its query to wait."""
        self._write(slot, 16, "<I", pid)

    def row(self, slot: int) -> tuple[float, int, bool, int]:
        """When the query began, the lane, whether it is answering, and who was parked."""
        began, lane, answering, parked, _ = _ROW.unpack_from(self._map, slot * _ROW.size)
        return began, lane, bool(answering), parked
