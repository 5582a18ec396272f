"""A store in this process's memory: the default."""

from __future__ import annotations

from biokg.store.local import LocalStore


class MemoryStore(LocalStore):
    """Quads in memory, gone when the process ends (about 330 bytes a quad).

    >>> store = MemoryStore()
    >>> store.update("INSERT DATA { <http://e/a> <http://e/p> 1 }")
    >>> store.ask("ASK { <http://e/a> <http://e/p> 1 }")
    True
    """

    kind = "memory"

    def __init__(self) -> None:
        import pyoxigraph as ox

        super().__init__(ox.Store())
