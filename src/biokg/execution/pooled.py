"""The served dataset as a store: every question goes to a worker, so it is always that of the current version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from biokg.errors import Forbidden, UsageError
from biokg.execution.pool import Job, WorkerPool
from biokg.sparql.binding import bind
from biokg.store.base import Solutions

if TYPE_CHECKING:
    import pyoxigraph as ox

    from biokg.store.base import Parameter

JSON = "application/sparql-results+json"
N_QUADS = "application/n-quads"
N_TRIPLES = "application/n-triples"


@cache
def _query_text(name: str) -> str:
    return (files("biokg.store") / "queries" / f"{name}.rq").read_text(encoding="utf-8")


class PooledStore:
    """A store that reads through *pool*. It is for reading: writes are the pool's :meth:`WorkerPool.write`."""

    kind = "pooled"

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool

    def _answer(
        self,
        text: str,
        media_type: str,
        default_graphs: Sequence[str] | None,
        bindings: Mapping[str, Parameter] | None,
        union: bool,
    ) -> bytes:
        job = Job(bind(text, bindings or {}), media_type, default_graphs=default_graphs, union=union)
        return self._pool.run(job).read()

    def select(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] | None = None,
        bindings: Mapping[str, Parameter] | None = None,
        union_default_graph: bool = True,
    ) -> Solutions:
        """Solutions of a SELECT query."""
        import pyoxigraph as ox

        body = self._answer(text, JSON, default_graphs, bindings, union_default_graph)
        result = ox.parse_query_results(body, ox.QueryResultsFormat.JSON)
        if not isinstance(result, ox.QuerySolutions):
            raise UsageError("this is no SELECT query")
        names = tuple(variable.value for variable in result.variables)
        return Solutions(names, (tuple(solution) for solution in result))

    def ask(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] | None = None,
        bindings: Mapping[str, Parameter] | None = None,
        union_default_graph: bool = True,
    ) -> bool:
        """Answer of an ASK query."""
        import pyoxigraph as ox

        body = self._answer(text, JSON, default_graphs, bindings, union_default_graph)
        result = ox.parse_query_results(body, ox.QueryResultsFormat.JSON)
        if not isinstance(result, ox.QueryBoolean):
            raise UsageError("this is no ASK query")
        return bool(result)

    def construct(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] | None = None,
        bindings: Mapping[str, Parameter] | None = None,
        union_default_graph: bool = True,
    ) -> Iterator[ox.Triple]:
        """Triples of a CONSTRUCT or DESCRIBE query."""
        import pyoxigraph as ox

        body = self._answer(text, N_TRIPLES, default_graphs, bindings, union_default_graph)
        return (quad.triple for quad in ox.parse(body, ox.RdfFormat.N_TRIPLES))

    def quads(self, graph: str | None = None) -> Iterator[ox.Quad]:
        """All quads, or those of one named graph."""
        import pyoxigraph as ox

        body = self._pool.run(Job(graph, N_QUADS, dump=True)).read()
        name = ox.DefaultGraph() if graph is None else ox.NamedNode(graph)
        for quad in ox.parse(body, ox.RdfFormat.N_QUADS):
            yield quad if graph is None else ox.Quad(quad.subject, quad.predicate, quad.object, name)

    def graphs(self) -> Sequence[str]:
        """IRIs of the named graphs, sorted."""
        rows = self.select(_query_text("graphs"), union_default_graph=False).rows
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
