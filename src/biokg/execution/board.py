"""What all processes see of each other, in shared memory: the version that is served, and what workers do."""

from __future__ import annotations

import mmap
import struct
from pathlib import Path
from typing import NamedTuple

_SLOT = 128
_SIZE = 64 + 2 * _SLOT


class VersionBoard:
    """The current version in a small file that all processes map.

    Two slots and an index byte, so that a reader never sees half a version; and how many were published.
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
        _REQUEST.pack_into(self._map, 8, self.count() + 1)

    def count(self) -> int:
        """How many versions were published."""
        found: int = _REQUEST.unpack_from(self._map, 8)[0]
        return found

    def version(self) -> str:
        """The current version."""
        start = 64 + self._map[0] * _SLOT
        return self._map[start : start + _SLOT].rstrip(b"\0").decode("ascii")


QUICK, PATIENT = 0, 1
"""Lanes: every query begins in the quick one; what takes longer goes on, or begins again, in the patient one."""
_ROW = struct.Struct("<dQIIIII4x")
_REQUEST = struct.Struct("<Q")
SLOTS = 1024
SLICE = 0.05
"""Seconds that a query may take before it counts as a long one, where a new worker costs next to nothing."""
SLICE_PER_KIB = 0.5 / 2**20
"""Seconds more for each KiB that a worker shares with the holder: a new one first copies what it touches of it."""


class Row(NamedTuple):
    """What one worker does: when its query began (``time.monotonic()``; 0: idle), the number of its request
    (0: none that has one), its lane, whether it is answering, the pid of a worker that was stopped here so
    that its query may begin again in the patient lane, the worker's own pid, and its idle memory in KiB.
    """

    began: float
    request: int
    lane: int
    answering: int
    parked: int
    pid: int
    resident: int

    @property
    def slice(self) -> float:
        """Seconds that a query may take here before its worker may be stopped for the sake of others.

        Over a million quads in memory a new worker costs a second, so stopping one that would be done sooner
        is dearer for everybody than letting it end.
        """
        return SLICE + self.resident * SLICE_PER_KIB

    def is_long(self, now: float) -> bool:
        """Whether the worker has been at its query for longer than its slice at the time *now*."""
        return bool(self.began) and now - self.began > self.slice


class Slots:
    """One :class:`Row` per worker. A worker writes what it is at and how large it is, the holder the rest."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(SLOTS * _ROW.size))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), SLOTS * _ROW.size)

    def _write(self, slot: int, offset: int, form: str, *values: float) -> None:
        struct.pack_into(form, self._map, slot * _ROW.size + offset, *values)

    def reset(self, slot: int, lane: int) -> None:
        """Begin the row of a new worker."""
        self._write(slot, 0, "<dQIIIII", 0.0, 0, lane, 0, 0, 0, 0)

    def occupy(self, slot: int, pid: int, resident: int) -> None:
        """The worker *pid* has this row and uses *resident* bytes when idle."""
        self._write(slot, 28, "<II", pid, resident // 1024)

    def begin(self, slot: int, now: float, request: int = 0) -> None:
        """A query began at *now*, or ended, for 0."""
        self._write(slot, 0, "<dQ", now, request)
        self._write(slot, 20, "<I", 0)

    def answering(self, slot: int) -> None:
        """The first bytes of the answer are out."""
        self._write(slot, 20, "<I", 1)

    def move(self, slot: int, lane: int) -> None:
        """Put the worker in *lane*."""
        self._write(slot, 16, "<I", lane)

    def park(self, slot: int, pid: int) -> None:
        """Say that the worker *pid* is stopped for its query to wait."""
        self._write(slot, 24, "<I", pid)

    def row(self, slot: int) -> Row:
        """What the worker of *slot* does."""
        return Row(*_ROW.unpack_from(self._map, slot * _ROW.size))

    def at(self, request: int) -> int | None:
        """The slot whose worker is at *request*, if any is."""
        wanted = _REQUEST.pack(request)
        place = self._map.find(wanted)
        while place >= 0:
            slot, offset = divmod(place, _ROW.size)
            if offset == 8:
                return slot
            place = self._map.find(wanted, place + 1)
        return None
