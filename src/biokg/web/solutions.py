"""The answer of a canned query in the result formats of SPARQL, beside the pages and tables for people."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from flask import request
from pyoxigraph import QueryResultsFormat, parse_query_results

from biokg.sparql.parquet import PARQUET
from biokg.sparql.results import ALIASES, write_result
from biokg.web.rendering import finish, media_type

if TYPE_CHECKING:
    from flask import Response

    from biokg.queries import Table

SRJ, SRX = "application/sparql-results+json", "application/sparql-results+xml"
_SAID = (SRJ, SRX, "application/xml", "text/xml", PARQUET)


def kind_of(offers: tuple[str, ...], asked: str | None) -> str:
    """The media type to answer with, one of *offers* or of the result formats; see :func:`media_type`.

    Who names SPARQL's JSON gets it before plain JSON; whoever names none of the formats gets one of *offers*.
    """
    named = (request.headers.get("Accept") or "").lower()
    return media_type((SRJ, *offers, *_SAID[1:]) if SRJ in named else (*offers, *_SAID), asked)


def is_solutions(kind: str) -> bool:
    """Whether *kind* is one of SPARQL's result formats that only machines read."""
    return kind in _SAID


def solutions(found: Table, kind: str, name: str) -> Response:
    """*found* as *kind*, with the validators of that very form."""
    out = io.BytesIO()
    held = parse_query_results(found.to_json().encode(), format=QueryResultsFormat.JSON)
    write_result(held, ALIASES.get(kind, kind), out)
    return finish(out.getvalue(), kind, filename=f"{name}.parquet" if kind == PARQUET else None)
