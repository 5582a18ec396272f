"""The served dataset as a store: every question goes to a worker, so it is always that of the current version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from biokg.errors import Forbidden
from biokg.execution.pool import Job, WorkerPool
from biokg.sparql.binding import bind
from biokg.sparql.tokens import GRAPH_FORMS, query_form
from biokg.store.answering import Answering, store_query

if TYPE_CHECKING:
    import pyoxigraph as ox

    from biokg.store.base import Parameter

JSON = "application/sparql-results+json"
N_QUADS = "application/n-quads"
N_TRIPLES = "application/n-triples"


class PooledStore(Answering):
    """A store that reads through *pool*. It is for reading: writes are the pool's :meth:`WorkerPool.write`."""

    kind = "pooled"

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool

    def query(
        self,
        text: str,
        default_graphs: Sequence[str] | None = None,
        bindings: Mapping[str, Parameter] | None = None,
        union_default_graph: bool = True,
    ) -> ox.QuerySolutions | ox.QueryBoolean | Iterator[ox.Triple]:
        """The answer of a worker, whole."""
        import pyoxigraph as ox

        is_graph = query_form(text) in GRAPH_FORMS
        written = N_TRIPLES if is_graph else JSON
        job = Job(bind(text, bindings or {}), written, default_graphs=default_graphs, union=union_default_graph)
        body = self._pool.run(job).read()
        if is_graph:
            return (quad.triple for quad in ox.parse(body, ox.RdfFormat.N_TRIPLES))
        return ox.parse_query_results(body, ox.QueryResultsFormat.JSON)

    def quads(self, graph: str | None = None) -> Iterator[ox.Quad]:
        """All quads, or those of one named graph."""
        import pyoxigraph as ox

        body = self._pool.run(Job(graph, N_QUADS, dump=True)).read()
        name = ox.DefaultGraph() if graph is None else ox.NamedNode(graph)
        for quad in ox.parse(body, ox.RdfFormat.N_QUADS):
            yield quad if graph is None else ox.Quad(quad.subject, quad.predicate, quad.object, name)

    def graphs(self) -> Sequence[str]:
        """IRIs of the named graphs, sorted."""
        rows = self.select(store_query("graphs"), union_default_graph=False).rows
        return [str(getattr(row[0], "value", "")) for row in rows]

    def update(self, text: str) -> None:
        """Refused."""
        raise _read_only()

    def add(self, quads: Iterable[ox.Quad]) -> None:
        """Refused."""
        raise _read_only()

    def remove(self, quads: Iterable[ox.Quad]) -> None:
        """Refused."""
        raise _read_only()

    def load_nquads(self, data: bytes) -> None:
        """Refused."""
        raise _read_only()

    def close(self) -> None:
        """Nothing is held open; the pool is closed by whoever started it."""


def _read_only() -> Forbidden:
    return Forbidden("the served dataset is read here, not written", fix="write through /update or /rdf-graph-store")
