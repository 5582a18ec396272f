"""Check data of one's own: RDF against the shapes, a table against its columns. Nothing is stored."""

from __future__ import annotations

import csv
import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from biokg.errors import BioKGError, TooLarge, UsageError
from biokg.terms import ONTOLOGY_GRAPH, SCHEME_GRAPH, graph, term
from biokg.web.asking import Value, labels, value_of
from biokg.web.links import words
from biokg.web.rendering import page
from biokg.web.service import service
from biokg.web.shape_docs import shapes
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


FOREIGN = {
    b"PK\x03\x04": ("a workbook, a word-processor document or a zip archive", "save the sheet as CSV (UTF-8)"),
    b"\x1f\x8b": ("compressed with gzip", "unpack it first"),
    b"BZh": ("compressed with bzip2", "unpack it first"),
    b"\xfd7zXZ": ("compressed with xz", "unpack it first"),
    b"%PDF": ("a PDF", "copy the rows into a CSV file"),
    b"\xd0\xcf\x11\xe0": ("an old workbook or word-processor document", "save the sheet as CSV (UTF-8)"),
    b"\x89PNG": ("a picture", "send RDF or CSV"),
    b"\xff\xd8\xff": ("a picture", "send RDF or CSV"),
    b"PAR1": ("a Parquet file", "export it as CSV"),
}
"""How files that are often sent by mistake begin, what they are, and what to do."""


@dataclass(frozen=True)
class Found:
    """One focus node of a finding: the node, the value at fault, and the line of what was sent that speaks of it."""

    focus: Value
    value: Value | None
    line: int | None


@dataclass(frozen=True)
class Group:
    """What one shape says of several focus nodes."""

    severity: str
    shape: Value
    message: str
    path: str
    focuses: list[Found]


@blueprint.get("/validate")
@blueprint.post("/validate")
def check() -> Response:
    """A form for RDF or a table, and the report on what was sent."""
    text, kind = request.form.get("text", ""), request.form.get("kind", "text/turtle")
    context: dict[str, Any] = {"groups": None, "cells": None, "problem": None, "triples": 0, "lines": [], "rows": 0}
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
    """What was sent. Raises TooLarge, and UsageError for nothing or for what is neither RDF nor a table of text."""
    file = request.files.get("file")
    data = file.read(LIMIT + 1) if file and file.filename else text.encode()
    for start, (what, fix) in FOREIGN.items():
        if data.startswith(start):
            raise UsageError(f"what you sent is {what}, not RDF or CSV", fix=fix)
    if len(data) > LIMIT:
        raise TooLarge("more than 1 MB cannot be checked here", fix="use `biokg validate FILE` on your own machine")
    if not data.strip():
        raise UsageError("nothing was sent", fix="paste some data or choose a file")
    if b"\0" in data:
        raise UsageError("what you sent is not text", fix="send RDF or CSV, saved as UTF-8")
    return data


def _rdf(data: bytes, kind: str) -> dict[str, Any]:
    from pyoxigraph import NamedNode, Quad

    from biokg.knowledge.jsonld_context import with_own_context
    from biokg.rdf.parse import parse_rdf

    target = NamedNode(UPLOAD)
    if kind == "application/ld+json":
        data = with_own_context(data, service().settings.ontology_folder)
    sent = [Quad(q.subject, q.predicate, q.object, target) for q in parse_rdf(data, kind, max_bytes=LIMIT)]
    text = data.decode("utf-8", "replace")
    shown = [line[:400] for line in text.splitlines()]
    return {"groups": _grouped(_report(sent), Lines(text)), "triples": len(sent), "lines": shown}


def _report(sent: list[Quad]) -> Sequence[Result]:
    """What the shapes say of the nodes of *sent*, read together with what is served."""
    from biokg.shapes.own_data import validate_own
    from biokg.store.memory import MemoryStore

    with _ONE_AT_A_TIME:
        terms = [quad for name in (ONTOLOGY_GRAPH, SCHEME_GRAPH) for quad in service().store.quads(name)]
        own = MemoryStore()
        own.add(sent)
        report = validate_own(own, _beside(terms), shapes(), vocabulary=terms)
    return report.results


def _beside(terms: list[Quad]) -> list[Quad]:
    """The whole graph, or, where that is large, its *terms* alone."""
    every = list(islice(service().store.quads(), WITH_DATA + 1))
    return terms if len(every) > WITH_DATA else every


class Lines:
    """On which line of a text a node is first spoken of."""

    def __init__(self, text: str, known: Mapping[str, int] | None = None) -> None:
        from biokg.shapes.own_data import Text

        self._text = Text(Path("sent"), text)
        self._known = known

    def of(self, node: Any) -> int | None:
        """The line, from 1; ``None`` where it cannot be told."""
        if self._known is not None:
            return self._known.get(getattr(node, "value", ""))
        found: int | None = self._text.line_of(node)
        return found


def _grouped(found: Sequence[Result], lines: Lines) -> list[Group]:
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
            [
                Found(value_of(r.focus, names) or Value("?"), value_of(r.value, names), lines.of(r.focus))
                for r in results
            ],
        )
        for (severity, shape, message, path), results in sorted(by.items(), key=lambda i: (order.get(i[0][0], 9), i[0]))
    ]


def _table(data: bytes, name: str) -> dict[str, Any]:
    """The refused cells of a table; where there are none, what the shapes say of what its rows become."""
    from biokg.knowledge.tables import TableReader, key_values, read_tables

    known = schemas()
    if name not in known:
        raise UsageError(f"there is no table {name!r}", fix="the tables are " + ", ".join(sorted(known)))
    schema, reader = known[name], TableReader(label="your table")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"the table is no UTF-8 ({error.reason} at byte {error.start})", fix="save it as UTF-8"
        ) from None
    try:
        sent = list(reader.read(schema, text.splitlines(keepends=True)))
    except csv.Error as error:
        raise UsageError(f"the table cannot be read as CSV: {error}", fix="export it as CSV with commas") from None
    tables = {**read_tables(service().settings.data_folder), name: sent}
    reader.check_keys(schema, sent)
    reader.check_references(schema, sent, key_values(known, tables))
    cells: list[CellProblem] = sorted(reader.problems, key=lambda p: (p.row, p.column))
    shown = [line[:400] for line in text.splitlines()]
    if cells:
        return {"cells": cells, "rows": len(sent), "lines": shown}
    quads, line_of = _mapped(tables, name)
    groups = _grouped(_report(quads), Lines(text, line_of))
    return {"cells": cells, "rows": len(sent), "groups": groups, "triples": len(quads), "lines": shown}


def _mapped(tables: dict[str, Any], name: str) -> tuple[list[Quad], dict[str, int]]:
    """What the rows of the table *name* become in RDF, and the line from which each node of it comes."""
    from biokg.knowledge.context import read_context
    from biokg.knowledge.emit import Emitter
    from biokg.knowledge.mapping import map_context
    from biokg.knowledge.stream import parts

    whole = read_context(tables, Emitter())
    quads = [quad for part in parts({name: tables[name]}, tables) for quad in map_context(whole.only(part))]
    numbers = {row.key: row.number for row in tables[name]}
    stated = term("statedIn"), term("rowId")
    row_of = {str(q.subject): str(getattr(q.object, "value", "")) for q in quads if q.predicate.value == stated[1]}
    line_of: dict[str, int] = {}
    for quad in quads:
        if quad.predicate.value == stated[0]:
            number = numbers.get(row_of.get(str(quad.object), ""))
            if number is not None:
                line_of.setdefault(str(getattr(quad.subject, "value", "")), number)
    return quads, line_of
