"""Running a query for the page: in a killable worker, read as it comes, so that a huge answer costs little memory."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from biokg.errors import QuerySyntaxError
from biokg.execution.pool import Job
from biokg.queries.unheard import unheard_names
from biokg.sparql.faults import explained
from biokg.sparql.guard import VOLATILE, check_query
from biokg.sparql.prefixes import with_prefixes
from biokg.sparql.tokens import GRAPH_FORMS
from biokg.web.asking import Row, kept, labelled, language
from biokg.web.clients import client_address, hung_up
from biokg.web.protocol import deadline
from biokg.web.results.asked import Asked
from biokg.web.service import service

SHOWN = 500
"""Rows that the page's table shows at most; the downloads hold all."""
DRAWN = 2000
"""Rows from which a picture is drawn at most."""
HEAD = 4 * 1024 * 1024
"""Bytes of an answer that are looked into; the rest is only counted."""
UNHEARD = 3
"""Unknown names that are told at most."""
REMEMBERED = 12
"""Answers kept for the next way of showing them."""


@dataclass(frozen=True)
class Result:
    """An answer as the page shows it: its first rows and how many there are in ``total``."""

    form: str
    columns: tuple[str, ...]
    rows: list[Row]
    total: int
    text: str
    seconds: float
    unheard: tuple[str, ...] = ()
    """Beside an empty answer: which names of the query the graph does not know."""

    @property
    def shown(self) -> list[Row]:
        """The rows of the page's table."""
        return self.rows[:SHOWN]

    @property
    def complete(self) -> bool:
        """Whether the page's table holds every row of the answer."""
        return self.total == len(self.shown)

    @property
    def triples(self) -> bool:
        """Whether the answer is a graph."""
        return self.form in GRAPH_FORMS


def graphs_known() -> tuple[str, ...]:
    """Every named graph of the version at hand."""
    held = kept("graphs")
    if not held:
        held["known"] = tuple(sorted(service().store.graphs()))
    known: tuple[str, ...] = held["known"]
    return known


def ask(asked: Asked) -> Result:
    """The answer of what was *asked*, under the guard; raises what those raise."""
    memory: OrderedDict[Any, Result] = kept("results").setdefault("all", OrderedDict())
    key = (asked.text, asked.view, asked.inferred, language())
    if asked.show and key in memory:
        return memory[key]
    text = with_prefixes(asked.text)
    guarded = check_query(text, service().guard)
    try:
        found = _run(text, guarded.form, asked)
    except QuerySyntaxError as error:
        raise explained(error, asked.text, text) from None
    if not found.total:
        found = replace(found, unheard=tuple(islice(unheard_names(service().store, asked.text), UNHEARD)))
    if not VOLATILE & guarded.words:
        memory[key] = found
        while len(memory) > REMEMBERED:
            memory.popitem(last=False)
    return found


def _run(text: str, form: str, asked: Asked) -> Result:
    kind = "application/n-triples" if form in GRAPH_FORMS else "text/tab-separated-values"
    kind = "application/sparql-results+json" if form == "ASK" else kind
    started = time.perf_counter()
    answer = service().pool.run(
        Job(
            text,
            media_type=kind,
            default_graphs=asked.graphs(graphs_known()),
            union=service().settings.union,
            deadline=deadline(asked.timeout or None),
            client=client_address(),
            gone=hung_up(),
        )
    )
    try:
        head, lines = _head(answer)
    finally:
        answer.close()
    seconds = time.perf_counter() - started
    if form == "ASK":
        return Result(form, (), [], 0, "yes" if b"true" in head else "no", seconds)
    if form in GRAPH_FORMS:
        return Result(form, ("subject", "property", "object"), labelled(_triples(head)), lines, "", seconds)
    columns, found = _bindings(head)
    return Result(form, columns, labelled(found), lines - 1, "", seconds)


def _head(chunks: Iterable[bytes]) -> tuple[bytes, int]:
    """The first whole lines of an answer, and how many lines it has."""
    head = bytearray()
    lines, cut = 0, False
    for chunk in chunks:
        lines += chunk.count(b"\n")
        if len(head) < HEAD:
            head += chunk
        else:
            cut = True
    return bytes(head[: head.rfind(b"\n") + 1] if cut else head), lines


def _triples(head: bytes) -> list[dict[str, Any]]:
    from pyoxigraph import RdfFormat, parse

    quads = zip(range(DRAWN), parse(head, format=RdfFormat.N_TRIPLES), strict=False)
    return [{"subject": q.subject, "property": q.predicate, "object": q.object} for _, q in quads]


def _bindings(head: bytes) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

    solutions = parse_query_results(head, format=QueryResultsFormat.TSV)
    assert isinstance(solutions, QuerySolutions)  # noqa: S101
    names = tuple(variable.value for variable in solutions.variables)
    first = zip(range(DRAWN), solutions, strict=False)
    return names, [dict(zip(names, solution, strict=True)) for _, solution in first]
