"""What every store can do, whatever holds the triples: memory, disk or a remote engine.

The common currency is pyoxigraph's terms (``NamedNode``, ``Literal``, ``Quad`` …); a remote store parses
its answers into them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

    Parameter: TypeAlias = NamedNode | Literal
    Term: TypeAlias = NamedNode | Literal | BlankNode | Triple


@dataclass(frozen=True)
class Solutions:
    """A SELECT answer, read once: ``variables`` in order, then rows with ``None`` for unbound."""

    variables: tuple[str, ...]
    rows: Iterable[tuple[Term | None, ...]]


@runtime_checkable
class Store(Protocol):
    """A set of quads that answers SPARQL 1.1.

    ``default_graphs`` gives the graphs whose merge is the default graph of the query (a view);
    ``None`` leaves the store's own default graph, or the merge of all graphs where
    ``union_default_graph`` is true. A merge holds a triple once, in however many graphs it stands, so
    counts are right. ``bindings`` gives parameters their values as RDF terms (``{"region": NamedNode(…)}``);
    they join as constants and can never change what the query means.

    Texts are trusted here (they come from ``.rq`` files or were guarded before); errors are
    :class:`~biokg.errors.QuerySyntaxError` and :class:`~biokg.errors.StoreError`.
    """

    kind: str

    def select(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] | None = None,
        bindings: Mapping[str, Parameter] | None = None,
        union_default_graph: bool = True,
    ) -> Solutions:
        """Solutions of a SELECT query."""
        ...

    def ask(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] | None = None,
        bindings: Mapping[str, Parameter] | None = None,
        union_default_graph: bool = True,
    ) -> bool:
        """Answer of an ASK query."""
        ...

    def construct(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] | None = None,
        bindings: Mapping[str, Parameter] | None = None,
        union_default_graph: bool = True,
    ) -> Iterator[Triple]:
        """Triples of a CONSTRUCT or DESCRIBE query."""
        ...

    def update(self, text: str) -> None:
        """Run a SPARQL update; all of it or nothing."""
        ...

    def add(self, quads: Iterable[Quad]) -> None:
        """Add *quads*; those already there stay as they are."""
        ...

    def remove(self, quads: Iterable[Quad]) -> None:
        """Remove *quads*; those not there are passed over."""
        ...

    def load_nquads(self, data: bytes) -> None:
        """Add a whole N-Quads document, or nothing if it has an error."""
        ...

    def quads(self, graph: str | None = None) -> Iterator[Quad]:
        """All quads, or those of one named graph."""
        ...

    def graphs(self) -> Sequence[str]:
        """IRIs of the named graphs, sorted."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
