"""Writing RDF with the project's prefixes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from biokg.errors import NotAcceptable
from biokg.terms import PREFIXES

if TYPE_CHECKING:
    import pyoxigraph as ox

WRITE_TYPES = {
    "text/turtle": "TURTLE",
    "application/n-triples": "N_TRIPLES",
    "application/ld+json": "JSON_LD",
    "application/rdf+xml": "RDF_XML",
    "application/trig": "TRIG",
    "application/n-quads": "N_QUADS",
    "text/n3": "N3",
}


def serialise(
    statements: Iterable[ox.Triple] | Iterable[ox.Quad], media_type: str = "text/turtle", *, ordered: bool = True
) -> bytes:
    """*statements* as *media_type*; *ordered* sorts them first, so that the same set gives the same bytes.

    Raises :class:`NotAcceptable` for a media type that is not written.
    """
    import pyoxigraph as ox

    name = WRITE_TYPES.get(media_type)
    if name is None:
        raise NotAcceptable(f"RDF is not written as {media_type}", fix=f"ask for one of: {', '.join(WRITE_TYPES)}")
    written: Any = sorted(statements, key=str) if ordered else statements
    prefixes = PREFIXES if name in ("TURTLE", "TRIG", "N3", "RDF_XML", "JSON_LD") else None
    data = ox.serialize(written, format=getattr(ox.RdfFormat, name), prefixes=prefixes)
    return data or b""
