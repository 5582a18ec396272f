"""Which media type to answer in (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from biokg.errors import NotAcceptable
from biokg.sparql.parquet import PARQUET
from biokg.sparql.results import ALIASES, GRAPH_TYPES, SHORT_NAMES, SOLUTION_TYPES


def accepted(accept: str) -> list[tuple[str, float]]:
    """Media ranges of an ``Accept`` header with their quality, as written.

    >>> accepted("text/turtle, */*;q=0.1")
    [('text/turtle', 1.0), ('*/*', 0.1)]
    """
    ranges = []
    for part in accept.split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                try:
                    quality = min(1.0, max(0.0, float(value)))
                except ValueError:
                    quality = 0.0
        if media:
            ranges.append((media, quality))
    return ranges


def quality_of(offer: str, ranges: Sequence[tuple[str, float]]) -> float:
    """Quality of *offer*: that of the most specific range it falls in, 0 for none."""
    kind = offer.split("/", maxsplit=1)[0] + "/*"
    best, found = -1, 0.0
    for media, quality in ranges:
        rank = 2 if media == offer else 1 if media == kind else 0 if media in ("*/*", "*") else -1
        if rank > best or (rank == best and rank >= 0 and quality > found):
            best, found = rank, quality
    return found if best >= 0 else 0.0


def choose(offers: Sequence[str], *, accept: str | None) -> str:
    """The offer the client likes best; the earlier of two equals; the first when nothing is asked for.

    Raises :class:`NotAcceptable` when none is acceptable (``q=0`` excludes).
    """
    if accept is None or not accept.strip():
        return offers[0]
    ranges = accepted(accept)
    best = max(offers, key=lambda offer: (quality_of(offer, ranges), -offers.index(offer)))
    if quality_of(best, ranges) <= 0:
        raise NotAcceptable(
            f"nothing of what the client accepts can be produced ({accept[:200]})",
            fix=f"accept one of: {', '.join(offers)}",
        )
    return best


_SOLUTION_OFFERS = (*SOLUTION_TYPES, "application/json", "application/xml", "text/xml")
_GRAPH_OFFERS = (
    *GRAPH_TYPES,
    "text/plain",
    "application/x-turtle",
    "application/turtle",
    "application/xml",
    "application/json",
)


def answer_types(form: str, *, accept: str | None, asked: str | None) -> tuple[str, str]:
    """Media type to say and media type to write for a query *form*; *asked* is the ``format`` parameter.

    Parquet is written only where it is named. Raises :class:`NotAcceptable`.
    """
    is_graph = form in ("CONSTRUCT", "DESCRIBE")
    if form == "SELECT" and asked and asked.lower() in ("parquet", PARQUET):
        return PARQUET, PARQUET
    known = GRAPH_TYPES if is_graph else SOLUTION_TYPES
    if asked:
        written = SHORT_NAMES.get(asked.lower(), ALIASES.get(asked.lower(), asked.lower()))
        if is_graph and asked.lower() == "xml":
            written = "application/rdf+xml"
        if is_graph and asked.lower() == "json":
            written = "application/ld+json"
        if written not in known:
            raise NotAcceptable(f"{asked!r} is no format for {form}", fix=f"ask for one of: {', '.join(known)}")
        return written, written
    offers = _GRAPH_OFFERS if is_graph else _SOLUTION_OFFERS
    if form == "SELECT" and accept and PARQUET in accept.lower():
        offers = (*offers, PARQUET)
    said = choose(offers, accept=accept)
    if said == PARQUET:
        return said, said
    if is_graph and said in ("application/xml", "text/xml"):
        return said, "application/rdf+xml"
    if is_graph and said == "application/json":
        return said, "application/ld+json"
    return said, said if said in known else ALIASES[said]


@lru_cache(maxsize=256)
def said_and_written(form: str, accept: str | None, asked: str | None) -> tuple[str, str]:
    """:func:`answer_types`, remembered for the headers that come most."""
    return answer_types(form, accept=accept, asked=asked)


def prefers_html(accept: str | None) -> bool:
    """Whether a page is liked better than anything a machine reads: a browser's ``Accept``."""
    if not accept or "text/html" not in accept:
        return False
    ranges = accepted(accept)
    html = quality_of("text/html", ranges)
    others = ("application/sparql-results+json", "application/json", "text/turtle", "application/problem+json")
    return html > 0 and all(html > quality_of(other, ranges) for other in others)
