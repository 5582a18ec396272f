"""Check data of one's own: RDF against the shapes, a table against its columns. Nothing is stored."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from biokg.errors import BioKGError, TooLarge, UsageError
from biokg.terms import ONTOLOGY_GRAPH, SCHEME_GRAPH, graph
from biokg.web.asking import Value, labels, value_of
from biokg.web.links import words
from biokg.web.rendering import page
from biokg.web.service import service
from biokg.web.tables import schemas

if TYPE_CHECKING:
    from pyoxigraph import Quad

    from biokg.errors import CellProblem
    from biokg.shapes import Result

blueprint = Blueprint("validating", __name__, url_prefix="/data")

LIMIT = 1024 * 1024
WITH_DATA = 400_000
"""Up to this many quads the upload is checked together with the whole graph, beyond it with the terms alone."""
FORMATS = {
    "text/turtle": "Turtle",
    "application/trig": "TriG",
    "application/n-triples": "N-Triples",
    "application/n-quads": "N-Quads",
    "application/ld+json": "JSON-LD",
    "application/rdf+xml": "RDF/XML",
}
UPLOAD = graph("upload")
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Group:
    """What one shape says of several focus nodes."""

    severity: str
    shape: Value
    message: str
    path: str
    focuses: list[tuple[Value, Value | None]]


@blueprint.get("/validate")
@blueprint.post("/validate")
def check() -> Response:
    """A form for RDF or a table, and the report on what was sent."""
    text, kind = request.form.get("text", ""), request.form.get("kind", "text/turtle")
    context: dict[str, Any] = {"groups": None, "cells": None, "problem": None, "triples": 0}
    status = 200
    if request.method == "POST":
        try:
            data = _sent(text)
            context |= _table(data, kind.removeprefix("table:")) if kind.startswith("table:") else _rdf(data, kind)
        except BioKGError as error:
            context["problem"], status = error, error.status
    tables = {name: schema.title for name, schema in sorted(schemas().items())}
    response = page(
        "validate.html", status=status, fresh=True, text=text, kind=kind, formats=FORMATS, tables=tables, **context
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _sent(text: str) -> bytes:
    file = request.files.get("file")
    data = file.read(LIMIT + 1) if file and file.filename else text.encode()
    if len(data) > LIMIT:
        raise TooLarge("more than 1 MB cannot be checked here", fix="use `biokg validate FILE` on your own machine")
    if not data.strip():
        raise UsageError("nothing was sent", fix="paste some data or choose a file")
    return data


def _rdf(data: bytes, kind: str) -> dict[str, Any]:
    from pyoxigraph import NamedNode, Quad

    from biokg.rdf.parse import parse_rdf
    from biokg.shapes import load_shapes
    from biokg.shapes.own_data import validate_own

    target = NamedNode(UPLOAD)
    sent = [Quad(q.subject, q.predicate, q.object, target) for q in parse_rdf(data, kind, max_bytes=LIMIT)]
    store, shapes = service().store, load_shapes(service().settings.ontology_folder / "shapes")
    with _ONE_AT_A_TIME:
        vocabulary = [quad for name in (ONTOLOGY_GRAPH, SCHEME_GRAPH) for quad in store.quads(name)]
        found = validate_own(sent, _beside(), shapes, vocabulary=vocabulary).results
    return {"groups": _grouped(found), "triples": len(sent)}


def _beside() -> list[Quad]:
    held = service().store
    every = []
    for quad in held.quads():
        every.append(quad)
        if len(every) > WITH_DATA:
            return [quad for name in (ONTOLOGY_GRAPH, SCHEME_GRAPH) for quad in held.quads(name)]
    return every


def _grouped(found: Sequence[Result]) -> list[Group]:
    from biokg.shapes.vocabulary import display

    by: dict[tuple[str, str, str, str], list[Result]] = defaultdict(list)
    for result in found:
        path = display(result.path) if result.path else ""
        by[result.severity, str(result.shape).strip("<>"), result.message, path].append(result)
    iris = {term.value for r in found for term in (r.focus, r.value) if term is not None and hasattr(term, "value")}
    names = labels(iri for iri in iris if iri.startswith("http") and " " not in iri)
    order = {"Violation": 0, "Warning": 1, "Info": 2}
    return [
        Group(
            severity,
            Value(words(shape), iri=shape),
            message,
            path,
            [(value_of(r.focus, names) or Value("?"), value_of(r.value, names)) for r in results],
        )
        for (severity, shape, message, path), results in sorted(by.items(), key=lambda i: (order.get(i[0][0], 9), i[0]))
    ]


def _table(data: bytes, name: str) -> dict[str, Any]:
    from biokg.knowledge.tables import TableReader, key_values, read_tables

    known = schemas()
    if name not in known:
        raise UsageError(f"there is no table {name!r}", fix="the tables are " + ", ".join(sorted(known)))
    schema, reader = known[name], TableReader(label="your table")
    try:
        lines = data.decode("utf-8-sig").splitlines(keepends=True)
    except UnicodeDecodeError as error:
        raise UsageError(
            f"the table is no UTF-8 ({error.reason} at byte {error.start})", fix="save it as UTF-8"
        ) from None
    sent = list(reader.read(schema, lines))
    values = key_values(known, {**read_tables(service().settings.data_folder), name: sent})
    reader.check_keys(schema, sent)
    reader.check_references(schema, sent, values)
    cells: list[CellProblem] = sorted(reader.problems, key=lambda p: (p.row, p.column))
    return {"cells": cells, "triples": len(sent)}
