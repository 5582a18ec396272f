"""What every store can do, whatever holds the triples: memory, disk or a remote engine.

The common currency is pyoxigraph's terms (``NamedNode``, ``Literal``, ``Quad`` …); a remote store parses
its answers into them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from pyoxigraph import Literal, NamedNode, Quad, Triple

    Term = NamedNode | Literal


@dataclass(frozen=True)
class Solutions:
    """A SELECT answer, read once: ``variables`` in order, then rows with ``None`` for unbound."""

    variables: tuple[str, ...]
    rows: Iterable[tuple[object | None, ...]]


@runtime_checkable
class Store(Protocol):
    """A set of quads that answers SPARQL 1.1.

    ``default_graphs`` gives the graphs whose union is the default graph of the query (a view);
    ``None`` leaves the store's own default graph, or the union of all named graphs where
    ``union_default_graph`` is true.
    """

    kind: str

    def select(self, text: str, *, default_graphs: Sequence[str] | None = None,
               bindings: Mapping[str, Term] | None = None, union_default_graph: bool = True) -> Solutions: ...

    def ask(self, text: str, *, default_graphs: Sequence[str] | None = None,
            union_default_graph: bool = True) -> bool: ...

    def construct(self, text: str, *, default_graphs: Sequence[str] | None = None,
                  union_default_graph: bool = True) -> Iterator[Triple]: ...

    def update(self, text: str) -> None: ...

    def add(self, quads: Iterable[Quad]) -> None: ...

    def remove(self, quads: Iterable[Quad]) -> None: ...

    def load_nquads(self, data: bytes) -> None: ...

    def quads(self, graph: str | None = None) -> Iterator[Quad]: ...

    def graphs(self) -> Sequence[str]: ...

    def close(self) -> None: ...
