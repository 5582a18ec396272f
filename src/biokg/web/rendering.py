"""Turning an answer into a response: the page or the format asked for, with the version it comes from."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from flask import Response, make_response, render_template, request

from biokg.errors import NotAcceptable, NotFound
from biokg.sparql.parquet import PARQUET
from biokg.web.asking import Row
from biokg.web.negotiation import choose
from biokg.web.service import service

HTML = "text/html"
JSON = "application/json"
CSV = "text/csv"
TSV = "text/tab-separated-values"
RDF_TYPES = {
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
}
RESULT_TYPES = {
    "srj": "application/sparql-results+json",
    "srx": "application/sparql-results+xml",
    "xml": "application/sparql-results+xml",
    "parquet": PARQUET,
}
SUFFIXES = {**RDF_TYPES, **RESULT_TYPES, "html": HTML, "json": JSON, "csv": CSV, "tsv": TSV}
TITLE = "BioKG: a knowledge graph of Belgian biotechnology as a regional innovation system"
"""The name under which the graph is cited."""


def split_suffix(path: str, allowed: Iterable[str]) -> tuple[str, str | None]:
    """*path* without a known suffix, and the media type that the suffix asks for.

    >>> split_suffix("organization/argenx.ttl", ["ttl"])
    ('organization/argenx', 'text/turtle')
    """
    stem, dot, suffix = path.rpartition(".")
    return (stem, SUFFIXES[suffix]) if dot and stem and suffix in set(allowed) else (path, None)


def media_type(offers: Sequence[str], asked: str | None = None) -> str:
    """The media type to answer with: the suffix's, else ``?format=``, else the best of the Accept header.

    Raises :class:`NotAcceptable` naming the offers when the client accepts none of them.
    """
    named = request.args.get("format", "")
    asked = asked or SUFFIXES.get(named, named)
    if asked:
        if asked in offers:
            return asked
        raise NotAcceptable(f"{asked} is not available here", fix="ask for one of " + ", ".join(offers))
    return choose(offers, accept=request.headers.get("Accept"))


def answer(forms: Mapping[str, Callable[[], Response]], suffix: str | None = None) -> Response:
    """The one of *forms* (media type: how to make it) that the suffix, ``?format=`` or the Accept header asks for.

    Raises :class:`NotFound` for a suffix that is none of them and :class:`NotAcceptable` as :func:`media_type` does.
    """
    asked = SUFFIXES.get(suffix) if suffix else None
    if suffix and asked not in forms:
        known = ", ".join(f".{name}" for name, kind in SUFFIXES.items() if kind in forms and kind != HTML)
        raise NotFound(f"this page has no form .{suffix}", fix=f"the forms are {known}")
    return forms[media_type(tuple(forms), asked)]()


def page(template: str, *, status: int = 200, fresh: bool = False, **context: Any) -> Response:
    """The HTML of *template* with validators, so that an unchanged page is not sent twice.

    A *fresh* page has none: it holds a nonce, which is good for one response only.
    """
    return finish(render_template(template, **context), HTML, status=status, fresh=fresh)


def finish(
    body: str | bytes, kind: str, *, status: int = 200, filename: str | None = None, fresh: bool = False
) -> Response:
    """A response of media type *kind* with version, ETag and ``Vary``; 304 where the client has it already."""
    response = make_response(body, status)
    text = kind.startswith("text/") or kind == "image/svg+xml"
    response.headers["Content-Type"] = f"{kind}; charset=utf-8" if text else kind
    response.headers["Vary"] = "Accept, Accept-Encoding, Cookie"
    response.headers["X-BioKG-Version"] = service().version
    if filename:
        response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    if status == 200 and not fresh:
        response.headers.setdefault("Cache-Control", "no-cache")
        response.add_etag()
        response.make_conditional(request)
    return response


def as_json(document: Any, *, status: int = 200) -> Response:
    """*document* as JSON, keys in the order given."""
    return finish(json.dumps(document, ensure_ascii=False, indent=2, default=str) + "\n", JSON, status=status)


def plain(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Rows as JSON can hold them: IRIs with their labels, numbers as numbers."""
    return [{key: None if v is None else _plain(v) for key, v in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    if value.iri:
        return {"iri": value.iri, "label": value.text}
    if value.numeric:
        number = float(value.text)
        return int(number) if number.is_integer() else number
    if value.datatype and value.datatype.endswith("#boolean"):
        return value.text in {"true", "1"}
    return value.text


def table(columns: Sequence[str], rows: Iterable[Row], kind: str, name: str) -> Response:
    """*rows* as CSV or TSV: for every column that holds resources a column of IRIs beside the labels."""
    held = list(rows)
    linked = [c for c in columns if any(row.get(c) is not None and row[c].iri for row in held)]  # type: ignore[union-attr]
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t" if kind == TSV else ",", lineterminator="\n")
    writer.writerow([*columns, *(f"{c}_iri" for c in linked)])
    for row in held:
        cells = [row.get(c) for c in columns]
        writer.writerow(
            [*(v.text if v else "" for v in cells), *((row[c].iri or "") if row.get(c) else "" for c in linked)]  # type: ignore[union-attr]
        )
    return finish(out.getvalue(), kind, filename=f"{name}.{'tsv' if kind == TSV else 'csv'}")
