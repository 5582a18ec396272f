"""Joining the graph with another SPARQL endpoint: through SPARQLWrapper, or through SERVICE and a local forwarder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from biokg.errors import NotFound, RemoteEngineError, UsageError
from biokg.linking.reach import Reach
from biokg.terms import VIEWS

if TYPE_CHECKING:
    from biokg.store.base import Solutions, Store

DATASETS = ("wikidata", "cordis")
BATCH = 100
"""Values of the join variable sent to the endpoint at a time."""

_HEADER = re.compile(r"^#\s*(\w+):\s*(.*)$", re.MULTILINE)
_EMPTY_VALUES = re.compile(r"VALUES\s+\?(\w+)\s*\{\s*\}")


@dataclass(frozen=True)
class Joined:
    """Rows of the graph beside rows of the endpoint; ``None`` where one is silent."""

    variables: tuple[str, ...]
    rows: tuple[tuple[object | None, ...], ...]
    asked: int


def federated_query(dataset: str, part: str) -> str:
    """The text of ``federated/<dataset>.<part>.rq``; raises :class:`NotFound`."""
    if dataset not in DATASETS:
        raise NotFound(f"no dataset {dataset!r}", fix=f"one of {', '.join(DATASETS)}")
    return (files("biokg.linking") / "federated" / f"{dataset}.{part}.rq").read_text(encoding="utf-8")


def header(text: str, name: str) -> str:
    """A value of the header of a query file, such as its ``endpoint``; empty if it is not given."""
    found: dict[str, str] = dict(_HEADER.findall(text))
    return found.get(name, "")


def remote_select(endpoint: str, text: str, reach: Reach) -> Solutions:
    """Send a SELECT to *endpoint* through SPARQLWrapper, over a connection that :class:`Reach` allows and caps."""
    from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results
    from SPARQLWrapper import JSON, POST, SPARQLWrapper

    from biokg.store.base import Solutions

    reach.check(endpoint)
    wrapper = SPARQLWrapper(endpoint, returnFormat=JSON, agent="biokg")
    wrapper.setMethod(POST)
    wrapper.setQuery(text)
    request = wrapper._createRequest()
    headers = dict(request.header_items())
    data = request.data if isinstance(request.data, bytes) else None
    answer = reach.send(request.full_url, method=request.get_method(), body=data, headers=headers)
    if answer.status != 200:
        said = answer.body[:300].decode("utf-8", "replace").strip()
        raise RemoteEngineError(f"{endpoint} answered {answer.status}: {said}")
    try:
        parsed = parse_query_results(answer.body, QueryResultsFormat.JSON)
        if not isinstance(parsed, QuerySolutions):
            raise RemoteEngineError(f"{endpoint} gave no table of solutions")
        names = tuple(variable.value for variable in parsed.variables)
        rows = [tuple(solution[name] for name in names) for solution in parsed]
    except (SyntaxError, ValueError) as error:
        raise RemoteEngineError(f"{endpoint} gave no valid SPARQL JSON: {error}") from None
    return Solutions(names, rows)


def with_values(text: str, values: Iterable[object]) -> str:
    """*text* with the empty ``VALUES ?x { }`` filled; terms are written as the engine writes them."""
    filled, count = _EMPTY_VALUES.subn(lambda found: f"VALUES ?{found[1]} {{ {' '.join(map(str, values))} }}", text, 1)
    if count != 1:
        raise UsageError("the remote query has no empty VALUES block to fill")
    return filled


def join(
    store: Store, local: str, remote: str, endpoint: str, reach: Reach, *, default_graphs: Sequence[str] | None = None
) -> Joined:
    """Ask the graph, send the values of the join variable to *endpoint* in batches, and join the answers.

    Every row of the graph appears at least once; those the endpoint knows nothing of have ``None``.
    """
    reach.check(endpoint)
    key = header(local, "join")
    graphs = default_graphs if default_graphs is not None else VIEWS["all"].graphs
    ours = store.select(local, default_graphs=graphs)
    if key not in ours.variables:
        raise UsageError(f"the local query does not select ?{key}")
    place = ours.variables.index(key)
    rows = [row for row in ours.rows if row[place] is not None]
    keys = list(dict.fromkeys(row[place] for row in rows))
    others: tuple[str, ...] = ()
    known: dict[object, list[tuple[object | None, ...]]] = {}
    for batch in _batches(keys):
        theirs = remote_select(endpoint, with_values(remote, batch), reach)
        at = theirs.variables.index(key)
        others = tuple(name for name in theirs.variables if name != key)
        for row in theirs.rows:
            known.setdefault(row[at], []).append(tuple(cell for n, cell in enumerate(row) if n != at))
    nothing: tuple[object | None, ...] = (None,) * len(others)
    joined = tuple((*row, *more) for row in rows for more in known.get(row[place], [nothing]))
    return Joined((*ours.variables, *others), joined, len(keys))


def _batches(keys: Sequence[object]) -> Iterator[Sequence[object]]:
    for start in range(0, len(keys), BATCH):
        yield keys[start : start + BATCH]


def coverage(store: Store) -> Iterator[tuple[str, str, int, int]]:
    """Per registry and kind of match: registry, kind, things with an identifier, links."""
    from biokg.linking.lexicon import query

    for registry, kind, things, links in store.select(query("coverage"), default_graphs=VIEWS["all"].graphs).rows:
        yield _last(registry), _last(kind), int(_value(things)), int(_value(links))


def _value(term: object | None) -> str:
    return str(getattr(term, "value", term))


def _last(term: object | None) -> str:
    return _value(term).rsplit("/", 1)[-1]
