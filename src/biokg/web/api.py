"""The REST interface: the canned queries by name with typed parameters, and its OpenAPI description."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from biokg import __version__
from biokg.queries import CannedQuery, Parameter, catalogue, find
from biokg.terms import PREFIXES, VIEWS
from biokg.web import searching
from biokg.web.asking import rows
from biokg.web.query import answer, competency, described, named, raw
from biokg.web.rendering import CSV, JSON, TSV, as_json, finish, media_type, split_suffix

blueprint = Blueprint("api", __name__, url_prefix="/api")

TYPES: dict[str, dict[str, Any]] = {
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "iri": {"type": "string", "format": "iri-reference"},
}


@blueprint.get("/queries")
def queries() -> Response:
    """All canned queries with their parameters."""
    return as_json(
        {
            "views": list(VIEWS),
            "queries": [entry(q) for q in catalogue().values()],
            "competency": [entry(q) for q in competency().values()],
        }
    )


def entry(query: CannedQuery) -> dict[str, Any]:
    """One canned query as JSON."""
    return {
        "name": query.name,
        "iri": query.iri,
        "title": query.title,
        "question": query.question,
        "hypothesis": query.hypothesis,
        "role": query.role,
        "parameters": [
            {"name": p.name, "type": p.type, "description": p.description, "default": p.default, "allowed": p.allowed}
            for p in query.parameters
        ],
        "address": f"{request.host_url}api/queries/{query.name}",
    }


@blueprint.get("/queries/<name>")
def query(name: str) -> Response:
    """The answer of a canned query, whole, as JSON, CSV or TSV, asked for by header, ``format`` or suffix.

    JSON has a label beside every IRI; CSV and TSV are those of SPARQL 1.1, as the command line writes them.
    """
    name, asked = split_suffix(name, ("json", "csv", "tsv"))
    found = named(name) or find(name)
    kind = media_type((JSON, CSV, TSV), asked)
    if kind == JSON:
        return as_json(described(found, *answer(found)))
    held = raw(found)
    text, suffix = (held.to_csv(), "csv") if kind == CSV else (held.to_tsv(), "tsv")
    return finish(text, kind, filename=f"{name}.{suffix}")


@blueprint.get("/search")
def search() -> Response:
    """Things by name, for completion: at most 20."""
    hits = searching.find(request.args.get("q", ""), limit=20, kind=request.args.get("kind") or None)
    return as_json([{"iri": h.value.iri, "label": h.value.text, "matched": h.matched, "kind": h.kind} for h in hits])


@blueprint.get("/terms")
def terms() -> Response:
    """The vocabulary for completion: prefixes, classes, properties and concepts with labels."""
    found = rows("vocabulary")
    named = [
        {
            "iri": row["term"].iri,
            "curie": row["term"].curie,
            "label": row["term"].text,
            "kind": row["kind"].text,
            "definition": row["definition"].text if row["definition"] else "",
        }
        for row in found
        if row["term"] and row["kind"]
    ]
    return as_json({"prefixes": PREFIXES, "terms": named})


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The OpenAPI 3.1 description of this interface."""
    paths: dict[str, Any] = {
        "/api/queries": {"get": _operation("All canned queries", [])},
        "/api/search": {"get": _operation("Things by name", [_field("q", "the name, typing errors forgiven")])},
        "/hypotheses.json": {"get": _operation("All hypotheses with verdicts and numbers", [])},
        "/hypotheses/{name}.json": {"get": _operation("One hypothesis", [_field("name", "H1 to H4", where="path")])},
        "/sparql": {"get": _operation("SPARQL 1.1 query", [_field("query", "the query text", required=True)])},
    }
    for held in catalogue().values():
        fields = [_parameter(p) for p in held.parameters]
        fields += [
            _choice("view", "which layers to read", list(VIEWS)),
            _choice("format", "shape", ["json", "csv", "tsv"]),
        ]
        paths[f"/api/queries/{held.name}"] = {"get": _operation(held.title, fields, held.question, name=held.name)}
    return as_json(
        {
            "openapi": "3.1.0",
            "info": {"title": "BioKG", "version": __version__, "license": {"name": "Apache-2.0"}},
            "servers": [{"url": request.host_url.rstrip("/")}],
            "paths": paths,
        }
    )


def _operation(summary: str, fields: list[dict[str, Any]], text: str = "", name: str = "") -> dict[str, Any]:
    made: dict[str, Any] = {
        "summary": summary,
        "parameters": fields,
        "responses": {
            "200": {"description": "the whole answer", "content": {JSON: {}, CSV: {}, TSV: {}} if name else {JSON: {}}},
            "default": {"description": "what went wrong (RFC 9457)", "content": {"application/problem+json": {}}},
        },
    }
    if text:
        made["description"] = text
    if name:
        made["operationId"] = name
    return made


def _field(name: str, text: str, *, where: str = "query", required: bool = False) -> dict[str, Any]:
    needed = required or where == "path"
    return {"name": name, "in": where, "description": text, "required": needed, "schema": {"type": "string"}}


def _choice(name: str, text: str, allowed: list[str]) -> dict[str, Any]:
    return {**_field(name, text), "schema": {"type": "string", "enum": allowed}}


def _parameter(p: Parameter) -> dict[str, Any]:
    schema: dict[str, Any] = dict(TYPES.get(p.type, {"type": "string"}))
    if p.allowed:
        schema = {"type": "string", "enum": list(p.allowed)}
    if p.default is not None:
        schema["default"] = p.default
    return {**_field(p.name, p.description, required=p.default is None), "schema": schema}
