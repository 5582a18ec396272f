"""Answers as bytes in the formats of SPARQL and RDF."""

from __future__ import annotations

from typing import TYPE_CHECKING

from biokg.errors import NotAcceptable, UsageError
from biokg.sparql.results import GRAPH_TYPES, SHORT_NAMES, SOLUTION_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyoxigraph import Triple

FORMATS = ("table", *SHORT_NAMES)


def _named(form: str, known: dict[str, str], what: str) -> str:
    media_type = SHORT_NAMES.get(form)
    if media_type is None:
        raise UsageError(f"there is no format {form!r}", fix=f"one of: {', '.join(FORMATS)}")
    if media_type not in known:
        fits = ", ".join(name for name, value in SHORT_NAMES.items() if value in known)
        raise NotAcceptable(f"{what} cannot be written as {form}", fix=f"one of: {fits}")
    return known[media_type]


def solutions(variables: Sequence[str], rows: Iterable[Sequence[object]], form: str) -> Iterator[bytes]:
    """A SELECT answer as *form*: JSON, XML, CSV or TSV of SPARQL 1.1."""
    from biokg.queries.table import Table

    name = _named(form, SOLUTION_TYPES, "a table")
    table = Table(tuple(variables), tuple(tuple(row) for row in rows))
    yield from _converted(table.to_json().encode(), name)


def boolean(answer: bool, form: str) -> Iterator[bytes]:
    """An ASK answer as *form*."""
    name = _named(form, SOLUTION_TYPES, "yes or no")
    yield from _converted(b'{"head":{},"boolean":%s}' % (b"true" if answer else b"false"), name)


def triples(answer: Iterable[Triple], form: str) -> Iterator[bytes]:
    """A CONSTRUCT or DESCRIBE answer as *form*, each triple once, in order, with the project's prefixes."""
    import pyoxigraph as ox

    from biokg.terms import PREFIXES

    name = _named(form, GRAPH_TYPES, "a graph")
    ordered = sorted(set(answer), key=str)
    text = " ".join(str(triple) for triple in ordered)
    used = {prefix: namespace for prefix, namespace in PREFIXES.items() if f"<{namespace}" in text}
    yield ox.serialize(ordered, format=getattr(ox.RdfFormat, name), prefixes=used) or b""


def _converted(document: bytes, name: str) -> Iterator[bytes]:
    import pyoxigraph as ox

    result = ox.parse_query_results(document, format=ox.QueryResultsFormat.JSON)
    yield result.serialize(format=getattr(ox.QueryResultsFormat, name)) or b""
