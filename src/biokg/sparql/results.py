"""Answers in every format of SPARQL 1.1 and RDF, by media type."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO, TYPE_CHECKING, Any

from biokg.errors import NotAcceptable, StoreError
from biokg.sparql.parquet import PARQUET, write_parquet

if TYPE_CHECKING:
    import pyoxigraph as ox


SOLUTION_TYPES = {
    "application/sparql-results+json": "JSON",
    "application/sparql-results+xml": "XML",
    "text/csv": "CSV",
    "text/tab-separated-values": "TSV",
}
GRAPH_TYPES = {
    "text/turtle": "TURTLE",
    "application/n-triples": "N_TRIPLES",
    "application/ld+json": "JSON_LD",
    "application/rdf+xml": "RDF_XML",
    "application/trig": "TRIG",
    "application/n-quads": "N_QUADS",
    "text/n3": "N3",
}
ALIASES = {
    "application/json": "application/sparql-results+json",
    "application/xml": "application/sparql-results+xml",
    "text/xml": "application/sparql-results+xml",
    "text/plain": "application/n-triples",
    "application/x-turtle": "text/turtle",
    "application/turtle": "text/turtle",
    "text/n-quads": "application/n-quads",
}
"""Media types that clients send for one of the above."""
SHORT_NAMES = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "turtle": "text/turtle",
    "ttl": "text/turtle",
    "ntriples": "application/n-triples",
    "nt": "application/n-triples",
    "jsonld": "application/ld+json",
    "json-ld": "application/ld+json",
    "rdfxml": "application/rdf+xml",
    "rdf": "application/rdf+xml",
    "trig": "application/trig",
    "nquads": "application/n-quads",
    "nq": "application/n-quads",
}
"""Values of ``?format=`` and of the command line."""


def write_result(
    result: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples | Iterator[ox.Triple],
    media_type: str,
    output: IO[bytes] | Any,
) -> None:
    """Write *result* to *output* as *media_type*, as it is evaluated.

    Raises :class:`NotAcceptable` when a graph is asked for as a table or the other way round, and
    :class:`StoreError` when the answer cannot be said in that format (some IRIs cannot be an XML element).
    """
    import pyoxigraph as ox

    if isinstance(result, ox.QuerySolutions) and media_type == PARQUET:
        _write_guarded(lambda: write_parquet(result, output), media_type)
        return
    is_graph = not isinstance(result, ox.QuerySolutions | ox.QueryBoolean)
    name = (GRAPH_TYPES if is_graph else SOLUTION_TYPES).get(media_type)
    if name is None:
        known = ", ".join(GRAPH_TYPES if is_graph else SOLUTION_TYPES)
        raise NotAcceptable(f"this answer cannot be written as {media_type}", fix=f"ask for one of: {known}")

    def write() -> None:
        if isinstance(result, ox.QuerySolutions | ox.QueryBoolean):
            result.serialize(output, getattr(ox.QueryResultsFormat, name))
        elif isinstance(result, ox.QueryTriples):
            result.serialize(output, getattr(ox.RdfFormat, name))
        else:
            ox.serialize(result, output, getattr(ox.RdfFormat, name))

    _write_guarded(write, media_type)


def _write_guarded(write: Callable[[], None], media_type: str) -> None:
    try:
        write()
    except (BrokenPipeError, ConnectionError):
        raise
    except (OSError, RuntimeError, ValueError) as error:
        raise StoreError(f"the answer could not be computed or written as {media_type}: {error}") from None
