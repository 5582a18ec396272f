"""A store in a folder, kept by RocksDB; safe under ``kill -9``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from biokg.errors import StoreError
from biokg.sparql.repeats import counts_repeats
from biokg.store.answering import store_query
from biokg.store.local import UNION, LocalStore

if TYPE_CHECKING:
    import pyoxigraph as ox

COPY_UP_TO = 100_000
"""Quads up to which a copy in memory of what a query reads is made sooner than most queries would take on disk."""


class DiskStore(LocalStore):
    """Quads in *path*. One process writes; any number opens it with *read_only*.

    *quads*: how many there are, where that is known; the engine counts millions in seconds. A reader sees the store
    as it was when opened, never a later write. Raises :class:`StoreError` when the folder cannot be opened, for
    instance because another process writes to it.
    """

    kind = "disk"

    def __init__(self, path: Path, *, read_only: bool = False, quads: int | None = None) -> None:
        import pyoxigraph as ox

        self.path = path
        try:
            engine = ox.Store.read_only(str(path)) if read_only else ox.Store(str(path))
        except (OSError, RuntimeError) as error:
            raise StoreError(
                f"the store in {path} could not be opened: {error}",
                fix="stop the process that writes to it, or choose another folder with --store",
            ) from None
        super().__init__(engine, quads)
        self._repeats: bool | None = None

    def _needs_no_copy(self, text: str, graphs: tuple[str, ...]) -> bool:
        if self._size() <= COPY_UP_TO:
            return False
        return not counts_repeats(text) or (self._narrowest(graphs) == UNION and not self._has_repeats())

    def _has_repeats(self) -> bool:
        """Whether a triple stands in several graphs; looked up once (1.6 s a million), a copy takes five times that."""
        if self._repeats is None:
            found = self.engine.query(store_query("repeats"), use_default_graph_as_union=True)
            self._repeats = any(int(row[0].value) for row in cast("ox.QuerySolutions", found))
        return self._repeats

    def drop_views(self) -> None:
        """Forget what was made of the graphs, since they changed."""
        super().drop_views()
        self._repeats = None

    def load_nquads(self, data: bytes) -> None:
        """Add a whole N-Quads document, or nothing if it has an error; then compact for reading."""
        super().load_nquads(data)
        self.engine.optimize()

    def backup(self, target: Path) -> None:
        """A consistent copy in the new folder *target* (hard links on the same file system)."""
        try:
            self.engine.backup(str(target))
        except (OSError, RuntimeError) as error:
            raise StoreError(f"the backup to {target} failed: {error}") from None

    def compact(self) -> None:
        """Rewrite the files so that reading is fastest."""
        self.engine.optimize()
