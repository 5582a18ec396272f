"""Where every process reads which version is served: a page of shared memory, written by the holder alone."""

from __future__ import annotations

import mmap
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
