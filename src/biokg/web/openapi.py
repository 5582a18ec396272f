"""The OpenAPI 3.1 description of everything that machines ask of this service: paths, parameters, answers, errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from biokg import __version__
from biokg.queries import CannedQuery, Parameter, catalogue
from biokg.rdf.parse import READ_TYPES
from biokg.sparql.parquet import PARQUET
from biokg.sparql.results import GRAPH_TYPES, SHORT_NAMES, SOLUTION_TYPES
from biokg.terms import VIEWS
from biokg.web import openapi_schemas as schemas
from biokg.web.protocol import FORM, QUERY, UPDATE
from biokg.web.rendering import CSV, JSON, RESULT_TYPES, TSV

PROBLEM = "application/problem+json"
WHOLE = 999_999_999_999_999_999
"""The largest whole number that a parameter takes."""
TYPES: dict[str, dict[str, Any]] = {
    "integer": {"type": "integer", "minimum": -WHOLE, "maximum": WHOLE},
    "decimal": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "iri": {"type": "string", "pattern": schemas.IRI},
}
REASONS = {
    400: "the request says something that is not understood",
    401: "a write without a valid token",
    403: "writes are off, or the text would reach outside of this service",
    404: "there is no such thing",
    406: "none of the media types that the client accepts can be produced",
    413: "more was sent than is read",
    415: "the body is of a type that is not read",
    422: "the data would break a shape",
    429: "the client used up its compute time of this minute",
    501: "the query calls a function that is not known here",
    503: "as many queries wait as may wait",
    504: "the query was stopped at its deadline",
    507: "the query was stopped at its memory ceiling, or the disk is full",
}
_SOLUTIONS = dict.fromkeys(RESULT_TYPES.values(), "") | {"application/sparql-results+json": "Solutions"}
RUN = (429, 501, 503, 504, 507)
"""What may become of anything that a worker does."""


def document(address: str) -> dict[str, Any]:
    """The description of the service at *address*."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "BioKG", "version": __version__, "license": {"name": "Apache-2.0"}},
        "servers": [{"url": address}],
        "paths": {**_fixed(), **_canned(), **_sparql(), **_graph_store()},
        "components": {
            "schemas": schemas.SCHEMAS,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _fixed() -> dict[str, Any]:
    name = _field("name", "H1 to H4", where="path", schema={"type": "string", "pattern": "^[Hh][1-4]$"})
    return {
        "/api/queries": {"get": _operation("All canned queries", {JSON: "Queries"})},
        "/api/search": {
            "get": _operation(
                "Things by name",
                {JSON: "Hits"},
                [_field("q", "the name, typing errors forgiven"), _field("kind", "one kind of thing only")],
                (400,),
            )
        },
        "/api/terms": {"get": _operation("The vocabulary, for completion", {JSON: "Vocabulary"})},
        "/api/openapi.json": {"get": _operation("This description", {JSON: "Document"})},
        "/hypotheses.json": {"get": _operation("All hypotheses with verdicts and numbers", {JSON: "Hypotheses"})},
        "/hypotheses/{name}.json": {
            "get": _operation("One hypothesis, with robustness", {JSON: "Hypothesis"}, [name], (404,))
        },
        "/health/live": {"get": _operation("Whether the process answers", {JSON: "Document"})},
        "/health/ready": {"get": _operation("Whether a worker answers a query", {JSON: "Document"}, errors=(503, 504))},
    }


def _canned() -> dict[str, Any]:
    return {f"/api/queries/{held.name}": {"get": _of_query(held)} for held in catalogue().values()}


def _of_query(held: CannedQuery) -> dict[str, Any]:
    shapes = {"type": "string", "enum": ["json", "csv", "tsv", *RESULT_TYPES]}
    fields = [_parameter(p) for p in held.parameters]
    fields += [
        _field("view", "which layers to read", schema={"type": "string", "enum": list(VIEWS)}),
        {**_field("format", "shape", schema=shapes), "allowEmptyValue": True},
    ]
    made = _operation(held.title, {JSON: "Answer", CSV: "", TSV: "", **_SOLUTIONS}, fields, (400, 406))
    return made | {"description": held.question, "operationId": held.name}


def _sparql() -> dict[str, Any]:
    formats = {"type": "string", "enum": [*SHORT_NAMES, "parquet"]}
    graphs = [_graphs("default-graph-uri"), _graphs("named-graph-uri")]
    text = _field("query", "the query; without one, the service description")
    fields = [
        *graphs,
        _field("format", "in place of Accept", schema=formats),
        _field("timeout", "seconds", schema=schemas.SECONDS),
    ]
    answered: dict[str, str] = dict.fromkeys((*SOLUTION_TYPES, *GRAPH_TYPES, PARQUET), "")
    answered |= {"application/sparql-results+json": "Solutions", "application/ld+json": "Document"}
    failing = (400, 403, 406, 413, *RUN)
    using = [_graphs("using-graph-uri"), _graphs("using-named-graph-uri")]
    update = _operation("SPARQL 1.1 update", {}, using, (400, 403, 413, 415, 422, *RUN), status=204)
    return {
        "/sparql": {
            "get": _operation("SPARQL 1.1 query", answered, [text, *fields], failing),
            "post": _operation("SPARQL 1.1 query", answered, fields, (*failing, 415)) | _body("query", QUERY),
        },
        "/update": {"post": _written(update) | _body("update", UPDATE)},
    }


def _graph_store() -> dict[str, Any]:
    fields = [
        _field("graph", "the graph, by an absolute IRI", schema={"type": "string", "pattern": schemas.IRI}),
        {**_field("default", "the default graph, whatever its value"), "allowEmptyValue": True},
    ]
    kinds = sorted(READ_TYPES)
    body = {"requestBody": {"required": True, "content": {kind: {"schema": {"type": "string"}} for kind in kinds}}}
    read: dict[str, str] = dict.fromkeys(GRAPH_TYPES, "") | {"application/ld+json": "Document"}
    refused = (400, 413, 415, 422, *RUN)
    replace = _operation("Replace a graph", {}, fields, refused, status=204)
    add = _operation("Add to a graph", {}, fields, refused, status=204)
    for made in (replace, add):
        made["responses"]["201"] = {"description": "the graph was made"}
    return {
        "/rdf-graph-store": {
            "get": _operation("A graph, or the dataset", read, fields, (400, 404, 406, *RUN)),
            "put": _written(replace) | body,
            "post": _written(add) | body,
            "delete": _written(_operation("Remove a graph", {}, fields, (400, 404, *RUN), status=204)),
        }
    }


def _operation(
    summary: str,
    answered: dict[str, str],
    fields: Sequence[dict[str, Any]] = (),
    errors: Sequence[int] = (),
    *,
    status: int = 200,
) -> dict[str, Any]:
    """An operation that answers with *status* in the media types *answered* (JSON with its schema), or fails."""
    good: dict[str, Any] = {"description": "the whole answer" if answered else "done", "headers": schemas.HEADERS}
    if answered:
        good["content"] = {kind: {"schema": _reference(schema)} if schema else {} for kind, schema in answered.items()}
    bad = {str(code): _problem(REASONS[code]) for code in sorted(errors)}
    return {"summary": summary, "parameters": list(fields), "responses": {str(status): good, **bad}}


def _written(made: dict[str, Any]) -> dict[str, Any]:
    """*made* as an operation that needs the token."""
    bad = {str(code): _problem(REASONS[code]) for code in (401, 403)}
    return {**made, "security": [{"token": []}], "responses": {**made["responses"], **bad}}


def _problem(reason: str) -> dict[str, Any]:
    return {"description": f"{reason} (RFC 9457)", "content": {PROBLEM: {"schema": _reference("Problem")}}}


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _body(name: str, direct: str) -> dict[str, Any]:
    form = {"type": "object", "required": [name], "properties": {name: {"type": "string"}}}
    content = {FORM: {"schema": form}, direct: {"schema": {"type": "string"}}}
    return {"requestBody": {"required": True, "content": content}}


def _field(name: str, text: str, *, where: str = "query", schema: dict[str, Any] | None = None) -> dict[str, Any]:
    held = schema or {"type": "string"}
    return {"name": name, "in": where, "description": text, "required": where == "path", "schema": held}


def _graphs(name: str) -> dict[str, Any]:
    iris = {"type": "array", "items": {"type": "string", "pattern": schemas.IRI}}
    return _field(name, "graphs of this store by absolute IRI; nothing is fetched", schema=iris)


def _parameter(p: Parameter) -> dict[str, Any]:
    """A parameter of a canned query. All may be left out or left empty: then the default holds, or any value."""
    schema: dict[str, Any] = dict(TYPES.get(p.type, {"type": "string"}))
    if p.allowed:
        schema = {"type": "string", "enum": list(p.allowed)}
    if p.default is not None:
        schema["default"] = int(p.default) if p.type == "integer" else p.default
    return {**_field(p.name, p.description, schema=schema), "allowEmptyValue": True}
