"""A published version in memory: its lines, of which only those are loaded that a view needs."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from biokg.store.local import UNION, load
from biokg.store.memory import MemoryStore

if TYPE_CHECKING:
    import pyoxigraph as ox


class PublishedStore(MemoryStore):
    """The quads of *document*: lines of N-Quads, every one in a named graph and without blank nodes.

    A view is loaded from the lines of its graphs. The whole is loaded when it is asked for, at the latest by the
    first write; from then on this is a :class:`MemoryStore` like any other. A line that is no N-Quads raises
    :class:`~biokg.errors.StoreError` when it is first loaded.

    >>> store = PublishedStore(b'<http://e/a> <http://e/p> "x" <http://e/g> .\\n')
    >>> store.ask('ASK { <http://e/a> <http://e/p> "x" }', default_graphs=["http://e/g"])
    True
    """

    def __init__(self, document: bytes) -> None:
        super().__init__()
        self._unloaded: _Lines | None = _Lines(document)
        self._loading = threading.Lock()

    @property
    def engine(self) -> ox.Store:
        """The pyoxigraph store underneath, loaded when first asked for."""
        with self._loading:
            if self._unloaded is not None:
                load(self._own, self._unloaded.all())
                self._unloaded = None
        return self._own

    def _size(self) -> int:
        lines = self._unloaded
        if self._number is None and lines is not None:
            self._number = lines.all().count(b"\n")
        return super()._size()

    def _triples(self, graphs: Sequence[str]) -> bytes:
        lines = self._unloaded
        return super()._triples(graphs) if lines is None else lines.triples(None if graphs == UNION else graphs)

    def _quads(self) -> bytes:
        lines = self._unloaded
        return super()._quads() if lines is None else lines.all()


class _Lines:
    """Lines of N-Quads, sorted by graph when first asked by graph."""

    def __init__(self, document: bytes) -> None:
        self._document = document

    def all(self) -> bytes:
        return self._document

    @cached_property
    def _by_graph(self) -> dict[bytes, bytes]:
        found: defaultdict[bytes, list[bytes]] = defaultdict(list)
        for line in self._document.splitlines(keepends=True):
            found[line[line.rfind(b" ", 0, -3) + 1 : -3]].append(line)
        return {graph: b"".join(lines) for graph, lines in found.items()}

    def triples(self, graphs: Sequence[str] | None) -> bytes:
        """The triples of *graphs* (``None``: of every one) as lines of N-Triples."""
        found = self._by_graph
        names = list(found) if graphs is None else [f"<{graph}>".encode() for graph in graphs]
        return b"".join(found[name].replace(b" " + name + b" .\n", b" .\n") for name in names if name in found)
