"""The queries of ``queries/*.rq``, asked of every graph of a store at once."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from pyoxigraph import QuerySolutions, Store

from biokg.shapes.vocabulary import Term


@cache
def _text(name: str) -> str:
    return (files("biokg.shapes") / "queries" / name).read_text(encoding="utf-8")


def rows(data: Store, name: str) -> list[tuple[Term, ...]]:
    """The rows that the SELECT in the file *name* has over all graphs of *data*, those with a gap left out."""
    found = data.query(_text(name), use_default_graph_as_union=True)
    return [tuple(row) for row in found if None not in tuple(row)] if isinstance(found, QuerySolutions) else []
