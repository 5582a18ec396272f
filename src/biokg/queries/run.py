"""Running a canned query against a store, in one named view."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from biokg.errors import UsageError
from biokg.queries.binding import bind
from biokg.queries.catalogue import find
from biokg.queries.nearest import nearest
from biokg.queries.order import in_order, without_order
from biokg.queries.table import Table
from biokg.terms import VIEWS, View

if TYPE_CHECKING:
    from biokg.queries.header import CannedQuery
    from biokg.store.base import Store


def find_view(name: str) -> View:
    """The view called *name*; raises :class:`UsageError` naming the allowed ones."""
    if name not in VIEWS:
        guess = nearest(name, VIEWS)
        hint = f"Did you mean {guess!r}? " if guess else ""
        raise UsageError(f"there is no view {name!r}", fix=f"{hint}Views: {', '.join(VIEWS)}.")
    return VIEWS[name]


def run(
    store: Store, query: str | CannedQuery, parameters: Mapping[str, Any] | None = None, view: str = "all"
) -> Table:
    """The answer of a canned query (by name or as itself) over the graphs of *view*.

    Promised: the same dataset, query, parameters and view give the same rows in the same order. Raises
    :class:`UsageError` (unknown query, parameter, value or view) and whatever the store raises.
    """
    canned = find(query) if isinstance(query, str) else query
    text, keys = without_order(bind(canned, parameters))
    answer = store.select(text, default_graphs=find_view(view).graphs)
    rows = in_order([tuple(row) for row in answer.rows], answer.variables, keys)
    return Table(tuple(answer.variables), tuple(rows))
