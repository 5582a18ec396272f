"""SELECT, ASK and CONSTRUCT over the one way in which a store's engine answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from biokg.errors import UsageError
from biokg.store.base import Solutions

if TYPE_CHECKING:
    import pyoxigraph as ox

    from biokg.store.base import Parameter, Term


@cache
def store_query(name: str) -> str:
    """The text of one of the stores' own queries."""
    return (files("biokg.store") / "queries" / f"{name}.rq").read_text(encoding="utf-8")


class Answering(ABC):
    """The reading half of :class:`~biokg.store.base.Store` for whoever has :meth:`query`."""

    @abstractmethod
    def query(
        self,
        text: str,
        default_graphs: Sequence[str] | None = None,
        bindings: Mapping[str, Parameter] | None = None,
        union_default_graph: bool = True,
    ) -> ox.QuerySolutions | ox.QueryBoolean | Iterator[ox.Triple]:
        """The engine's answer to *text* of whatever form, in pyoxigraph's terms."""
        ...

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

        result = self.query(text, default_graphs, bindings, union_default_graph)
        if not isinstance(result, ox.QuerySolutions):
            raise UsageError("this is no SELECT query")
        return Solutions(tuple(variable.value for variable in result.variables), self._rows(text, result))

    def _rows(self, _text: str, solutions: ox.QuerySolutions) -> Iterable[tuple[Term | None, ...]]:
        """The rows of *solutions*, which answer the text."""
        return (tuple(solution) for solution in solutions)

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

        result = self.query(text, default_graphs, bindings, union_default_graph)
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

        result = self.query(text, default_graphs, bindings, union_default_graph)
        if isinstance(result, ox.QuerySolutions | ox.QueryBoolean):
            raise UsageError("this is no CONSTRUCT or DESCRIBE query")
        return result
